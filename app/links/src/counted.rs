//! How many connections a link has.

use actions::Laboratory;
use std::sync::Arc;

/// Counts a connection for as long as it lives, however it ends.
pub(crate) struct Counted {
    lab: Laboratory,
    name: Arc<str>,
}

impl Counted {
    pub(crate) fn new(lab: &Laboratory, link: &Arc<str>) -> Self {
        lab.note_link(link, |state| state.connections += 1);
        Self { lab: lab.clone(), name: Arc::clone(link) }
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.lab.note_link(&self.name, |state| state.connections = state.connections.saturating_sub(1));
    }
}
