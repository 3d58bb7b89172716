//! What the links and the one who kills share: whether a server is up and where, what is left to send, what was sent.

use crate::client_log::{Entry, Message, Plan};
use peer::device_time::DeviceTime;
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// What is shared, behind one lock.
#[derive(Debug, Default)]
struct Board {
    // Where the links of the running server are; empty while none runs.
    addresses: Vec<SocketAddr>,
    // Counts the starts of servers, so that a link sees a new one even at the same address.
    start: u64,
    // The order pool: one set of tube codes a message.
    tubes: VecDeque<Vec<String>>,
    // True at the end: only what is not acknowledged is sent, nothing new.
    closing: bool,
    // How many links have nothing left to send.
    resting: usize,
    next_number: u64,
    log: Vec<Entry>,
    resends: u64,
}

/// The shared board.
#[derive(Clone, Debug)]
pub struct Shift {
    board: Arc<(Mutex<Board>, Condvar)>,
    plan: Plan,
}

/// A message to send and where.
#[derive(Debug)]
pub struct Errand {
    /// Its place in the log.
    pub position: usize,
    /// The message.
    pub message: Message,
}

impl Shift {
    /// An empty board.
    #[must_use]
    pub fn new(plan: Plan) -> Shift {
        Shift { board: Arc::default(), plan }
    }

    /// How the messages of this shift are made.
    #[must_use]
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    fn lock(&self) -> MutexGuard<'_, Board> {
        self.board.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A server is up; its links may be used.
    pub fn up(&self, addresses: Vec<SocketAddr>) {
        let mut board = self.lock();
        board.addresses = addresses;
        board.start += 1;
        board.resting = 0;
        self.board.1.notify_all();
    }

    /// No server is up.
    pub fn down(&self) {
        self.lock().addresses.clear();
    }

    /// From now on only what is not acknowledged is sent.
    pub fn close(&self) {
        self.lock().closing = true;
    }

    /// Adds ordered tubes.
    pub fn add_tubes(&self, tubes: Vec<Vec<String>>) {
        self.lock().tubes.extend(tubes);
        self.board.1.notify_all();
    }

    /// How many messages the tubes in the pool are enough for.
    #[must_use]
    pub fn tubes_left(&self) -> usize {
        self.lock().tubes.len()
    }

    /// How many messages were sent at least once, and how many of them are acknowledged.
    #[must_use]
    pub fn progress(&self) -> (usize, usize) {
        let board = self.lock();
        (board.log.len(), board.log.iter().filter(|entry| entry.acknowledged).count())
    }

    /// How often a message was sent again.
    #[must_use]
    pub fn resends(&self) -> u64 {
        self.lock().resends
    }

    /// The log.
    #[must_use]
    pub fn log(&self) -> Vec<Entry> {
        self.lock().log.clone()
    }

    /// Waits for a server newer than `seen` and returns where this link's port is, or `None` when the shift is over.
    #[must_use]
    pub fn wait_for_server(&self, link: usize, seen: u64) -> Option<(u64, SocketAddr)> {
        let mut board = self.lock();
        loop {
            if board.start > seen
                && let Some(address) = board.addresses.get(link)
            {
                return Some((board.start, *address));
            }
            if board.closing && board.start == u64::MAX {
                return None;
            }
            board = self.board.1.wait(board).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Ends the shift: links that wait for a server go home.
    pub fn go_home(&self) {
        let mut board = self.lock();
        board.addresses.clear();
        board.closing = true;
        board.start = u64::MAX;
        self.board.1.notify_all();
    }

    /// Takes the next new message for a link, waiting for tubes while the server of `start` is up; `None` when that is over or the
    /// shift is closing.
    #[must_use]
    pub fn next(&self, link: &str, start: u64) -> Option<Errand> {
        let mut board = self.lock();
        loop {
            if board.closing || board.start != start || board.addresses.is_empty() {
                return None;
            }
            if let Some(specimens) = board.tubes.pop_front() {
                return Some(self.take(&mut board, link, specimens));
            }
            board = self.board.1.wait_timeout(board, Duration::from_millis(20)).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn take(&self, board: &mut Board, link: &str, ordered: Vec<String>) -> Errand {
        let number = board.next_number;
        board.next_number += 1;
        let specimens = if self.plan.is_stranger(number) {
            // The ordered tubes stay for the next message.
            let strange = (0..ordered.len()).map(|tube| format!("Z{number}T{tube}")).collect();
            board.tubes.push_front(ordered);
            strange
        } else {
            ordered
        };
        let message = Message { number, link: link.to_owned(), specimens, at: DeviceTime::now() };
        board.log.push(self.plan.entry(message.clone()));
        Errand { position: board.log.len() - 1, message }
    }

    /// Notes that the message at `position` is about to be sent.
    pub fn note_send(&self, position: usize) {
        let mut board = self.lock();
        let Some(entry) = board.log.get_mut(position) else { return };
        entry.sends += 1;
        if entry.sends > 1 {
            board.resends += 1;
        }
    }

    /// Notes that the message at `position` was acknowledged.
    pub fn note_acknowledged(&self, position: usize) {
        if let Some(entry) = self.lock().log.get_mut(position) {
            entry.acknowledged = true;
        }
    }

    /// A link has nothing left to send to the server of `start`; said too late, of an earlier server, it does not count.
    pub fn rest(&self, start: u64) {
        let mut board = self.lock();
        board.resting += usize::from(board.start == start);
        self.board.1.notify_all();
    }

    /// Waits until `links` links have nothing left to send, at most `wait`; false if they still have.
    #[must_use]
    pub fn wait_for_rest(&self, links: usize, wait: Duration) -> bool {
        let until = Instant::now() + wait;
        let mut board = self.lock();
        while board.resting < links {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            board = self.board.1.wait_timeout(board, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use peer::menu::Menu;

    fn shift(tubes: usize) -> Shift {
        let shift = Shift::new(Plan::new(Menu::starting().unwrap()));
        shift.add_tubes((0..tubes).map(|number| vec![format!("A{number}")]).collect());
        shift
    }

    fn address() -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], 9))
    }

    #[test]
    fn a_message_about_strangers_uses_no_ordered_tube() {
        let shift = shift(10);
        shift.up(vec![address()]);
        let sent: Vec<Message> = (0..10).map(|_| shift.next("link01", 1).unwrap().message).collect();
        let strangers = sent.iter().filter(|message| message.specimens[0].starts_with('Z')).count();
        assert_eq!((strangers, shift.tubes_left()), (1, 1));
        let mut numbers: Vec<u64> = sent.iter().map(|message| message.number).collect();
        numbers.dedup();
        assert_eq!(numbers, (0..10).collect::<Vec<_>>());
    }

    #[test]
    fn nothing_new_is_handed_out_for_a_server_that_is_gone() {
        let shift = shift(10);
        shift.up(vec![address()]);
        assert!(shift.next("link01", 1).is_some());
        shift.down();
        assert!(shift.next("link01", 1).is_none());
        shift.up(vec![address()]);
        assert!(shift.next("link01", 1).is_none(), "that start is over");
        assert!(shift.next("link01", 2).is_some());
        shift.close();
        assert!(shift.next("link01", 2).is_none());
    }

    #[test]
    fn sends_and_acknowledgements_are_counted() {
        let shift = shift(10);
        shift.up(vec![address()]);
        let errand = shift.next("link01", 1).unwrap();
        shift.note_send(errand.position);
        shift.note_send(errand.position);
        assert_eq!((shift.progress(), shift.resends()), ((1, 0), 1));
        shift.note_acknowledged(errand.position);
        assert_eq!(shift.progress(), (1, 1));
    }

    #[test]
    fn a_late_word_from_an_earlier_server_is_no_rest() {
        let shift = shift(0);
        shift.up(vec![address()]);
        shift.up(vec![address()]);
        shift.rest(1);
        assert!(!shift.wait_for_rest(1, Duration::ZERO));
        shift.rest(2);
        assert!(shift.wait_for_rest(1, Duration::ZERO));
    }

    #[test]
    fn links_waiting_for_a_server_go_home() {
        let shift = shift(0);
        let waiting = std::thread::spawn({
            let shift = shift.clone();
            move || shift.wait_for_server(0, 0)
        });
        shift.go_home();
        assert_eq!(waiting.join().unwrap(), None);
    }
}
