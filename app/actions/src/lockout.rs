//! Wrong passwords in a row shut a user name for a while: somebody who tries words gets a few an hour. Counted for every name that is typed, whether
//! it is somebody's or not, so that nothing can be learnt from it; kept in memory, as who can restart the server needs no password.

use kernel::Timestamp;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// Wrong passwords that shut a name. Source: people 6, control 3 (lockout); the number is this system's own.
const TRIES_MAX: u32 = 5;
/// How long they count, and how long the name stays shut.
const MINUTES: i64 = 15;
/// Names that are kept in mind; beyond them the oldest are forgotten.
const NAMES_MAX: usize = 10_000;

/// What was tried under a name.
#[derive(Debug, Clone, Copy)]
struct Tries {
    wrong: u32,
    last: Timestamp,
}

impl Tries {
    fn ends(self) -> Timestamp {
        Timestamp::from_micros(self.last.micros().saturating_add(MINUTES * 60_000_000))
    }
}

/// The wrong passwords of the last quarter of an hour.
#[derive(Debug, Default)]
pub struct Lockout(Mutex<HashMap<String, Tries>>);

impl Lockout {
    /// Until when a name is shut, if it is.
    pub fn shut_until(&self, user: &str, now: Timestamp) -> Option<Timestamp> {
        let names = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Self::shut(&names, user, now)
    }

    fn shut(names: &HashMap<String, Tries>, user: &str, now: Timestamp) -> Option<Timestamp> {
        names.get(user).filter(|tries| tries.wrong >= TRIES_MAX && now < tries.ends()).map(|tries| tries.ends())
    }

    /// What a password that was tried comes to: counted if it was wrong, forgotten what was before if it was right; or until when the name is shut, if
    /// others tried at the same time and shut it. Judged and counted in one, so that many tries at once are no more than one after the other.
    pub(crate) fn settle(&self, user: &str, fits: bool, now: Timestamp) -> Option<Timestamp> {
        let mut names = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let shut = Self::shut(&names, user, now);
        match (shut, fits) {
            (Some(_), _) => {}
            (None, true) => drop(names.remove(user)),
            (None, false) => Self::count(&mut names, user, now),
        }
        shut
    }

    fn count(names: &mut HashMap<String, Tries>, user: &str, now: Timestamp) {
        if names.len() >= NAMES_MAX && !names.contains_key(user) {
            names.retain(|_, tries| now < tries.ends());
            let oldest = names.iter().min_by_key(|(_, tries)| tries.last).map(|(name, _)| name.clone());
            if let (true, Some(oldest)) = (names.len() >= NAMES_MAX, oldest) {
                names.remove(&oldest);
            }
        }
        let tries = names.entry(user.to_owned()).or_insert(Tries { wrong: 0, last: now });
        // What lies longer back counts no more.
        let wrong = if now < tries.ends() { tries.wrong } else { 0 };
        *tries = Tries { wrong: wrong.saturating_add(1), last: now };
    }

    /// The password is another one now: nothing is held against the name any more.
    pub fn forget(&self, user: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(user);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn minute(minute: i64) -> Timestamp {
        Timestamp::from_micros(minute * 60_000_000)
    }

    #[test]
    fn five_wrong_passwords_shut_a_name_for_a_quarter_of_an_hour() {
        let lockout = Lockout::default();
        for tries in 0..5 {
            assert_eq!(lockout.shut_until("asa", minute(tries)), None);
            assert_eq!(lockout.settle("asa", false, minute(tries)), None);
        }
        assert_eq!(lockout.shut_until("asa", minute(4)), Some(minute(19)));
        // One whose password was being looked at meanwhile is not told whether it was right, and does not shut the name for longer.
        assert_eq!([true, false].map(|fits| lockout.settle("asa", fits, minute(5))), [Some(minute(19)); 2]);
        assert_eq!(lockout.shut_until("asa", Timestamp::from_micros(minute(19).micros() - 1)), Some(minute(19)));
        assert_eq!(lockout.shut_until("asa", minute(19)), None);
        assert_eq!(lockout.shut_until("bo", minute(4)), None);
        // The first after it counts as the first.
        lockout.settle("asa", false, minute(19));
        assert_eq!(lockout.shut_until("asa", minute(19)), None);
    }

    #[test]
    fn wrong_passwords_far_apart_and_before_a_right_one_shut_nothing() {
        let lockout = Lockout::default();
        for tries in 0..20 {
            lockout.settle("asa", false, minute(tries * 15));
            assert_eq!(lockout.shut_until("asa", minute(tries * 15)), None);
        }
        for tries in 0..20 {
            lockout.settle("bo", false, minute(tries));
            if tries % 4 == 3 {
                lockout.settle("bo", true, minute(tries));
            }
            assert_eq!(lockout.shut_until("bo", minute(tries)), None);
        }
    }

    #[test]
    fn ever_new_names_fill_no_memory_and_the_latest_stay() {
        let lockout = Lockout::default();
        for number in 0..NAMES_MAX as i64 * 2 {
            lockout.settle(&format!("name {number}"), false, Timestamp::from_micros(number));
        }
        let names = lockout.0.lock().unwrap();
        assert_eq!(names.len(), NAMES_MAX);
        assert!(names.contains_key(&format!("name {}", NAMES_MAX * 2 - 1)) && !names.contains_key("name 0"));
    }
}
