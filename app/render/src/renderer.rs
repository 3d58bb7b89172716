//! The side that asks: keeps a few children, hands each one document at a time, and starts new ones in time.

use crate::document::Document;
use crate::worker::{Drawn, RenderTrouble, Worker};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Semaphore;

/// How much a child may take and give.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// From handing over a document to the last byte of its PDF.
    pub time: Duration,
    /// Until one of the children has time.
    pub wait: Duration,
    /// Bytes of the PDF.
    pub pdf_bytes_max: usize,
    /// Children at once.
    pub children: usize,
    /// Documents a child draws before another takes its place, so that nothing that leaks or remembers lasts.
    pub documents: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { time: Duration::from_secs(30), wait: Duration::from_secs(30), pdf_bytes_max: 64 * 1024 * 1024, children: 2, documents: 100 }
    }
}

/// Asks children to draw. Clones share their children.
#[derive(Clone)]
pub struct Renderer {
    shared: Arc<Shared>,
}

struct Shared {
    program: PathBuf,
    limits: Limits,
    /// Children that wait for a document.
    idle: Mutex<Vec<Worker>>,
    places: Semaphore,
}

impl Renderer {
    /// A renderer whose children are this program: `benchside`, as `std::env::current_exe` tells. None is started before it is needed.
    pub fn new(program: PathBuf, limits: Limits) -> Self {
        let places = Semaphore::new(limits.children.max(1));
        Self { shared: Arc::new(Shared { program, limits, idle: Mutex::default(), places }) }
    }

    /// The PDF of a document. If this future is dropped, the child that draws is ended. A child that dies costs this document alone.
    pub async fn draw(&self, document: &Document) -> Result<Drawn, RenderTrouble> {
        let Shared { limits, places, .. } = &*self.shared;
        let document = document.write()?;
        let place = tokio::time::timeout(limits.wait, places.acquire()).await;
        // Nobody closes the places, so that what is left is that the time is over.
        let Ok(Ok(_place)) = place else { return Err(RenderTrouble::Busy(limits.wait)) };
        let mut worker = self.waiting().map_or_else(|| Worker::start(&self.shared.program), Ok)?;
        let drawn = tokio::time::timeout(limits.time, worker.draw(&document, limits.pdf_bytes_max)).await;
        let drawn = drawn.unwrap_or(Err(RenderTrouble::Time(limits.time)));
        if matches!(drawn, Ok(_) | Err(RenderTrouble::Refused(_))) && worker.served < limits.documents {
            self.idle().push(worker);
        }
        drawn
    }

    /// The process numbers of the children that wait for a document.
    pub fn waiting_processes(&self) -> Vec<u32> {
        self.idle().iter().filter_map(Worker::process).collect()
    }

    /// A child that waits and still lives.
    fn waiting(&self) -> Option<Worker> {
        loop {
            let mut worker = self.idle().pop()?;
            match worker.ended() {
                None => return Some(worker),
                Some(status) => tracing::warn!(%status, "a process that draws ended while it waited; another is started"),
            }
        }
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Worker>> {
        // What a panic leaves behind is a list of children, whole at any moment.
        self.shared.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
