//! What open pages watch: a version per topic that moves when something of that topic changed. Pages fetch what they show; the stream carries
//! versions only.

use serde::Serialize;
use tokio::sync::watch;

/// The version of each topic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Versions {
    /// Results and orders.
    pub results: u64,
    /// Tasks.
    pub tasks: u64,
    /// Links: connections and messages.
    pub links: u64,
    /// Sessions that were locked or ended by somebody: for the streams themselves, which look at theirs. Nothing for pages.
    #[serde(skip)]
    pub sessions: u64,
}

/// The board on which versions stand.
#[derive(Debug, Clone)]
pub struct Live {
    board: watch::Sender<Versions>,
}

impl Default for Live {
    fn default() -> Self {
        Self { board: watch::Sender::new(Versions::default()) }
    }
}

impl Live {
    /// The versions as they stand.
    pub fn versions(&self) -> Versions {
        *self.board.borrow()
    }

    /// Wakes whenever a version moved; what moved several times between two looks is seen once.
    pub fn subscribe(&self) -> watch::Receiver<Versions> {
        self.board.subscribe()
    }

    /// Results or orders changed.
    pub fn results_changed(&self) {
        self.board.send_modify(|versions| versions.results = versions.results.wrapping_add(1));
    }

    /// Tasks changed.
    pub fn tasks_changed(&self) {
        self.board.send_modify(|versions| versions.tasks = versions.tasks.wrapping_add(1));
    }

    /// A link changed.
    pub fn links_changed(&self) {
        self.board.send_modify(|versions| versions.links = versions.links.wrapping_add(1));
    }

    /// A session was locked or ended.
    pub fn sessions_changed(&self) {
        self.board.send_modify(|versions| versions.sessions = versions.sessions.wrapping_add(1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_moves_its_topic_and_wakes_who_watches() {
        let live = Live::default();
        let mut watching = live.subscribe();
        live.results_changed();
        live.results_changed();
        assert!(watching.has_changed().unwrap());
        assert_eq!(*watching.borrow_and_update(), Versions { results: 2, ..Versions::default() });
        assert!(!watching.has_changed().unwrap());
        live.tasks_changed();
        live.links_changed();
        live.sessions_changed();
        assert_eq!(live.versions(), Versions { results: 2, tasks: 1, links: 1, sessions: 1 });
    }
}
