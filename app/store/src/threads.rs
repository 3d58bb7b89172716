//! The threads of a store: started one by one, watched over, ended together.

use crate::stop::StopReason;
use crate::store::Core;
use std::sync::Arc;
use std::sync::mpsc;
use std::thread::{self, JoinHandle};

/// Stands in each of the store's threads. A panic outside a command's own function ends the thread, and whoever waits for it would wait for ever:
/// the store stops instead, and the supervisor starts the process anew.
pub(crate) struct Sentry(Arc<Core>);

impl Sentry {
    pub(crate) fn over(core: &Arc<Core>) -> Self {
        Self(Arc::clone(core))
    }
}

impl Drop for Sentry {
    fn drop(&mut self) {
        if thread::panicking() {
            let name = thread::current().name().unwrap_or("without a name").to_owned();
            self.0.shut(StopReason::ThreadLost(name));
        }
    }
}

/// Starts a thread of the store and waits until it runs. A thread that has been made but does not run yet still needs memory of the system, and a
/// program whose thread does not get it is aborted: that may happen while a store is opened, where somebody looks, and not at some later moment.
pub(crate) fn start(name: &str, core: &Arc<Core>, work: impl FnOnce() + Send + 'static) -> std::io::Result<JoinHandle<()>> {
    let (running, begun) = mpsc::channel::<()>();
    let sentry = Sentry::over(core);
    let thread = thread::Builder::new().name(name.to_owned()).spawn(move || {
        let _sentry = sentry;
        drop(running);
        work();
    })?;
    // Nothing is ever sent: the end of the channel is the word.
    let _ = begun.recv();
    Ok(thread)
}

/// A thread that holds the last handle must not wait for itself.
pub(crate) fn join(thread: JoinHandle<()>) {
    if thread.thread().id() != thread::current().id() {
        // A thread that panicked has answered nobody more than its replies' drop did; there is nothing left to do about it here.
        let _ = thread.join();
    }
}

/// A thread that ends when told to.
struct Last {
    thread: JoinHandle<()>,
    tell: Box<dyn FnOnce() + Send>,
}

/// The threads of an engine. Dropped, it closes the store and waits for them, whether all of them were started or not; the last one ends only
/// after all others have.
pub(crate) struct Threads {
    core: Arc<Core>,
    workers: Vec<JoinHandle<()>>,
    last: Option<Last>,
}

impl Threads {
    /// None yet.
    pub(crate) fn of(core: &Arc<Core>) -> Self {
        Self { core: Arc::clone(core), workers: Vec::new(), last: None }
    }

    /// One that ends when the queues are closed and empty.
    pub(crate) fn start(&mut self, name: &str, work: impl FnOnce() + Send + 'static) -> std::io::Result<()> {
        self.workers.push(start(name, &self.core, work)?);
        Ok(())
    }

    /// The one that ends when `tell` tells it.
    pub(crate) fn start_last(
        &mut self,
        name: &str,
        tell: impl FnOnce() + Send + 'static,
        work: impl FnOnce() + Send + 'static,
    ) -> std::io::Result<()> {
        self.last = Some(Last { thread: start(name, &self.core, work)?, tell: Box::new(tell) });
        Ok(())
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        self.core.shut(StopReason::Closed);
        self.workers.drain(..).for_each(join);
        // They hold a snapshot, and the log cannot be put away while somebody does.
        self.core.copies.wait_for_end();
        if let Some(last) = self.last.take() {
            (last.tell)();
            join(last.thread);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::Options;
    use std::sync::atomic::{AtomicBool, Ordering};

    #[test]
    fn a_thread_that_dies_stops_the_store_and_one_that_ends_does_not() {
        let core = Arc::new(Core::new(Options::default()));
        start("store-ends", &core, || {}).unwrap().join().unwrap();
        assert_eq!(core.stop.reason(), None);
        start("store-writer", &core, || panic!("a fault of ours")).unwrap().join().unwrap_err();
        assert_eq!(core.stop.reason(), Some(StopReason::ThreadLost("store-writer".to_owned())));
    }

    #[test]
    fn threads_that_were_started_end_when_a_later_one_could_not_be() {
        let core = Arc::new(Core::new(Options::default()));
        let ended = Arc::new(AtomicBool::new(false));
        let mut threads = Threads::of(&core);
        let (queries, ends) = (Arc::clone(&core), Arc::clone(&ended));
        threads
            .start("store-reader", move || {
                queries.queries.take(1, &mut Vec::new());
                ends.store(true, Ordering::SeqCst);
            })
            .unwrap();
        drop(threads);
        assert!(ended.load(Ordering::SeqCst));
        assert_eq!(core.stop.reason(), Some(StopReason::Closed));
    }
}
