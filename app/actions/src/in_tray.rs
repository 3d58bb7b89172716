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
}

impl Default for State {
    fn default() -> Self {
        // A former process may have left something behind.
        Self { waiting: VecDeque::new(), bytes: 0, look: true }
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

    /// Takes what is next. When the database must be looked at, what lies here is thrown away: it stands there too, and in its right order.
    pub(crate) fn take(&self) -> Next {
        let mut state = self.state();
        let handed: Vec<_> = std::mem::take(&mut state.waiting).into();
        state.bytes = 0;
        match handed.is_empty() {
            // Cleared before the database is read: what is kept from now on and not seen there rings again.
            _ if std::mem::take(&mut state.look) => Next::Look,
            true => Next::Nothing,
            false => Next::Handed(handed),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Something begun with a link's transmissions. If it ends by an error or a panic, or is dropped half-way, the database is looked at: what was
/// taken out of the tray is still there, and what was being kept may be.
pub(crate) struct Unfinished<'a>(Option<&'a InTray>);

impl<'a> Unfinished<'a> {
    pub(crate) fn of(tray: &'a InTray) -> Self {
        Self(Some(tray))
    }

    pub(crate) fn is_over(&mut self) {
        self.0 = None;
    }
}

impl Drop for Unfinished<'_> {
    fn drop(&mut self) {
        if let Some(tray) = self.0 {
            tray.look();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waiting(arrival: i64, bytes: usize) -> Waiting {
        Waiting { id: TransmissionId::from_uuid(uuid::Uuid::nil()), arrival, raw: vec![b'x'; bytes].into() }
    }

    fn taken(tray: &InTray) -> Result<Vec<i64>, bool> {
        match tray.take() {
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
}
