//! PostgreSQL: workers that each own a synchronous client, made and dropped on their thread, for several nodes on one database.

mod connect;
mod copied;
mod copy;
mod group;
mod param;
mod sealer;
mod session;
mod silence;
mod worker;

pub(crate) use copied::each_row;
pub(crate) use copy::{copy, restore};

use crate::audit::seal::{self, Head};
use crate::migrations;
use crate::options::Opening;
use crate::store::Core;
use crate::threads::Threads;
use crate::trouble::OpenTrouble;
use connect::{Connector, Role};
use kernel::Realm;
use sealer::{Bell, Sealer};
use std::sync::Arc;
use std::thread;
use worker::Worker;

/// Checks and migrates the database and starts the workers.
pub(crate) fn open(url: &str, realm: Realm, opening: Opening, core: &Arc<Core>) -> Result<Threads, OpenTrouble> {
    let connector = Connector::new(url, &core.options)?;
    let place = connector.place().to_owned();
    let cannot = |why: String| OpenTrouble::CannotOpen { place: place.clone(), why, next: "allow this process more threads" };
    // The client must never be used on a thread of the caller's runtime, so even opening has a thread of its own.
    let (opener, for_head) = (connector.clone(), Arc::clone(core));
    let prepared = thread::Builder::new()
        .name("store-opener".to_owned())
        .spawn(move || prepare(&opener, realm, opening).map(|head| for_head.heads.put(head)))
        .map_err(|error| cannot(error.to_string()))?;
    prepared.join().map_err(|_| cannot("the opening thread panicked".to_owned()))??;
    let mut threads = Threads::of(core);
    let bell = Arc::new(Bell::default());
    for (role, count) in [(Role::Writer, core.options.writers), (Role::Reader, core.options.readers)] {
        for number in 0..count.max(1) {
            let worker = Worker::new(connector.clone(), role, Arc::clone(core), Arc::clone(&bell));
            let started = threads.start(&format!("store-{}-{number}", role.name()), move || worker.run());
            started.map_err(|error| cannot(error.to_string()))?;
        }
    }
    let sealer = Sealer::new(connector.clone(), Arc::clone(core), Arc::clone(&bell));
    let ending = Arc::clone(&bell);
    let started = threads.start_last("store-sealer", move || ending.end(), move || sealer.run());
    started.map_err(|error| cannot(error.to_string()))?;
    // What another node, or a process that was killed, left behind.
    bell.look();
    Ok(threads)
}

/// Checks and migrates; hands back the last seal, which a process that was killed may have left unsigned.
fn prepare(connector: &Connector, realm: Realm, opening: Opening) -> Result<Head, OpenTrouble> {
    let cannot = |failure| migrations::cannot_open(connector.place(), failure);
    let mut session = connector.connect(Role::Opener).map_err(cannot)?;
    session.check_encoding().map_err(cannot)?;
    migrations::prepare(&mut session, connector.place(), realm, opening)?;
    seal::last(&mut session).map_err(cannot)
}
