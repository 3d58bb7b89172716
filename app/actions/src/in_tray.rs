//! What the filing of one link still has to do, as far as this process knows. The database has it all; the tray only spares reading back what was
//! written a moment ago.

use kernel::TransmissionId;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// The most bytes that lie in one tray; what does not fit is read from the database when its turn comes.
const BYTES_MAX: usize = 256 * 1024;

/// A transmission that was kept and waits to be filed.
#[derive(Debug, Clone)]
pub(crate) struct Waiting {
    pub(crate) id: TransmissionId,
    pub(crate) arrival: i64,
    pub(crate) raw: Arc<[u8]>,
}

/// The tray of one link, shared by those who keep and the one who files. A ring while nobody listens is kept for the next who does.
#[derive(Debug, Clone, Default)]
pub struct InTray(Arc<Tray>);

#[derive(Debug, Default)]
struct Tray {
    rung: Notify,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// In the order of arrival.
    waiting: VecDeque<Waiting>,
    bytes: usize,
    /// The database may hold something for this link that does not lie here.
    look: bool,
    /// Messages that are being kept just now.
    keeping: usize,
    /// Somebody has the turn to file.
    is_filing: bool,
}

impl Default for State {
    fn default() -> Self {
        // A former process may have left something behind.
        Self { waiting: VecDeque::new(), bytes: 0, look: true, keeping: 0, is_filing: false }
    }
}

/// Where the next work is.
pub(crate) enum Next {
    /// Here, in the order of arrival.
    Handed(Vec<Waiting>),
    /// In the database, perhaps.
    Look,
    /// There is none.
    Nothing,
}

impl InTray {
    /// The database may hold something to file: look there.
    pub fn look(&self) {
        let mut state = self.state();
        state.look = true;
        drop(state);
        self.0.rung.notify_one();
    }

    /// Returns when something came since the last time.
    pub async fn rung(&self) {
        self.0.rung.notified().await;
    }

    /// Lays in what was just kept.
    pub(crate) fn put(&self, waiting: Waiting) {
        let mut state = self.state();
        let fits = !state.look && state.bytes + waiting.raw.len() <= BYTES_MAX;
        if fits {
            let at = state.waiting.partition_point(|before| before.arrival < waiting.arrival);
            state.bytes += waiting.raw.len();
            state.waiting.insert(at, waiting);
        } else {
            state.look = true;
        }
        drop(state);
        self.0.rung.notify_one();
    }

    /// A message is about to be kept. Its own turn to be filed with it comes only if nothing of this link is kept, filed or waiting: the order of
    /// arrival holds.
    pub(crate) fn begin_keeping(&self) -> (Keeping<'_>, Option<Turn<'_>>) {
        let mut state = self.state();
        state.keeping += 1;
        let is_alone = state.keeping == 1 && !state.is_filing && !state.look && state.waiting.is_empty();
        state.is_filing |= is_alone;
        drop(state);
        (Keeping { tray: self, is_sure: false }, is_alone.then(|| Turn { tray: self, is_over: false }))
    }

    /// The turn to file what waits; nothing if somebody has it. Its end rings.
    pub(crate) fn turn(&self) -> Option<Turn<'_>> {
        let mut state = self.state();
        let is_free = !std::mem::replace(&mut state.is_filing, true);
        is_free.then(|| Turn { tray: self, is_over: false })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A message on its way to the disk. If that ends by an error or a panic, or is dropped half-way, the database is looked at: the message may stand
/// there, and a repeat may wake the filing of its original.
pub(crate) struct Keeping<'a> {
    tray: &'a InTray,
    is_sure: bool,
}

impl Keeping<'_> {
    /// What became of the message is known, and whoever files knows it too.
    pub(crate) fn is_sure(&mut self) {
        self.is_sure = true;
    }
}

impl Drop for Keeping<'_> {
    fn drop(&mut self) {
        let mut state = self.tray.state();
        state.keeping -= 1;
        state.look |= !self.is_sure;
        drop(state);
        if !self.is_sure {
            self.tray.0.rung.notify_one();
        }
    }
}

/// The turn to file this link's messages: one has it at a time. If it ends by an error or a panic, or is dropped half-way, the database is looked
/// at: what was taken out of the tray is still there.
pub(crate) struct Turn<'a> {
    tray: &'a InTray,
    is_over: bool,
}

impl Turn<'_> {
    /// Takes what is next. When the database must be looked at, what lies here is thrown away: it stands there too, and in its right order.
    pub(crate) fn take(&self) -> Next {
        let mut state = self.tray.state();
        let handed: Vec<_> = std::mem::take(&mut state.waiting).into();
        state.bytes = 0;
        match handed.is_empty() {
            // Cleared before the database is read: what is kept from now on and not seen there rings again.
            _ if std::mem::take(&mut state.look) => Next::Look,
            true => Next::Nothing,
            false => Next::Handed(handed),
        }
    }

    /// What was begun is done.
    pub(crate) fn is_over(&mut self) {
        self.is_over = true;
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut state = self.tray.state();
        state.is_filing = false;
        state.look |= !self.is_over;
        let has_more = state.look || !state.waiting.is_empty();
        drop(state);
        if has_more {
            self.tray.0.rung.notify_one();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::task::{Context, Waker};

    fn waiting(arrival: i64, bytes: usize) -> Waiting {
        Waiting { id: TransmissionId::from_uuid(uuid::Uuid::nil()), arrival, raw: vec![b'x'; bytes].into() }
    }

    fn taken(tray: &InTray) -> Result<Vec<i64>, bool> {
        let mut turn = tray.turn().unwrap();
        let next = turn.take();
        turn.is_over();
        match next {
            Next::Handed(handed) => Ok(handed.iter().map(|waiting| waiting.arrival).collect()),
            Next::Look => Err(true),
            Next::Nothing => Err(false),
        }
    }

    #[test]
    fn a_new_tray_sends_to_the_database_first_and_then_hands_over_in_order_of_arrival() {
        let tray = InTray::default();
        tray.put(waiting(1, 1));
        assert_eq!(taken(&tray), Err(true), "what a former process left comes before what was just kept");
        assert_eq!(taken(&tray), Err(false));
        for arrival in [3, 2, 4] {
            tray.put(waiting(arrival, 1));
        }
        assert_eq!(taken(&tray), Ok(vec![2, 3, 4]));
        assert_eq!(taken(&tray), Err(false));
    }

    #[test]
    fn what_does_not_fit_is_looked_for_in_the_database_with_all_that_lay_here() {
        let tray = InTray::default();
        assert_eq!(taken(&tray), Err(true));
        tray.put(waiting(1, BYTES_MAX));
        tray.put(waiting(2, 1));
        tray.put(waiting(3, 1));
        assert_eq!(taken(&tray), Err(true));
        assert_eq!(taken(&tray), Err(false));
        tray.put(waiting(4, 1));
        tray.look();
        assert_eq!(taken(&tray), Err(true));
    }

    #[test]
    fn only_a_message_with_nothing_before_it_is_filed_as_it_is_kept() {
        let tray = InTray::default();
        let has_turn = |tray: &InTray| {
            let (mut keeping, turn) = tray.begin_keeping();
            keeping.is_sure();
            turn.map(|mut turn| turn.is_over()).is_some()
        };
        assert!(!has_turn(&tray), "a former process may have left something behind");
        assert_eq!(taken(&tray), Err(true));
        assert!(has_turn(&tray) && has_turn(&tray));

        let (mut other, turn) = tray.begin_keeping();
        drop(turn);
        assert!(!has_turn(&tray), "another is being kept, and came before");
        other.is_sure();
        drop(other);
        assert_eq!(taken(&tray), Err(true), "a turn that was dropped half-way sends to the database");

        tray.put(waiting(1, 1));
        assert!(!has_turn(&tray), "another waits");
        let turn = tray.turn().unwrap();
        assert!(matches!(turn.take(), Next::Handed(handed) if handed.len() == 1));
        assert!(!has_turn(&tray) && tray.turn().is_none(), "another is being filed");
        drop(turn);
        assert_eq!(taken(&tray), Err(true), "it was not said to be over");
        assert!(has_turn(&tray));
        drop(tray.begin_keeping());
        assert!(!has_turn(&tray), "nobody knows what became of the last one");
    }

    #[test]
    fn whoever_gives_up_the_turn_rings_for_what_came_meanwhile() {
        // Whether it was rung, without waiting.
        let is_rung = |tray: &InTray| std::pin::pin!(tray.rung()).poll(&mut Context::from_waker(Waker::noop())).is_ready();
        let tray = InTray::default();
        assert_eq!(taken(&tray), Err(true));
        let mut turn = tray.turn().unwrap();
        tray.put(waiting(1, 1));
        assert!(is_rung(&tray));
        assert!(tray.turn().is_none(), "the one who was rung for finds the turn taken");
        turn.is_over();
        drop(turn);
        assert!(is_rung(&tray));
        assert_eq!(taken(&tray), Ok(vec![1]));
    }
}
