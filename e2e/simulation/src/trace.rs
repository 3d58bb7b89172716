//! What happened, a line an event, with the simulated time.

use std::sync::{Arc, Mutex, PoisonError};
use tokio::time::Instant;

/// The lines so far. Cheap to clone; all clones write into one.
#[derive(Debug, Clone)]
pub struct Trace {
    begin: Instant,
    lines: Arc<Mutex<Vec<String>>>,
}

impl Trace {
    /// An empty one that counts from now.
    #[allow(clippy::new_without_default, reason = "it reads the clock")]
    pub fn new() -> Self {
        Self { begin: Instant::now(), lines: Arc::default() }
    }

    /// Notes an event.
    pub fn note(&self, words: impl std::fmt::Display) {
        let line = format!("{:>12.3} ms  {words}", self.begin.elapsed().as_secs_f64() * 1_000.0);
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).push(line);
    }

    /// Everything so far.
    pub fn lines(&self) -> Vec<String> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
