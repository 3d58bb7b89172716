//! What comes from outside and decides: the clock and chance. Whoever needs the moment or a new id asks here, so that a simulation can put its own in
//! their place; nothing is replaced in a product build.

use kernel::Timestamp;
use std::time::{SystemTime, UNIX_EPOCH};
use uuid::Uuid;

/// The present instant. A clock before 1970 or past the year 292,277 counts as the nearest of those: order never hangs on it.
pub fn now() -> Timestamp {
    #[cfg(feature = "simulation")]
    if let Some(now) = simulated::now() {
        return now;
    }
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_micros(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
}

/// A new UUID version 7: sorts by the moment it was made.
pub fn new_uuid() -> Uuid {
    #[cfg(feature = "simulation")]
    if let Some(uuid) = simulated::new_uuid() {
        return uuid;
    }
    Uuid::now_v7()
}

#[cfg(feature = "simulation")]
pub use simulated::{Outside, Simulated, simulate};

/// Another clock and another chance for one thread. A thread and not the process, so that simulations run beside each other and beside the real
/// thing; and not a value handed around, because half the house would carry it for a test's sake.
#[cfg(feature = "simulation")]
mod simulated {
    use kernel::Timestamp;
    use std::cell::RefCell;
    use std::rc::Rc;
    use uuid::{Builder, Uuid};

    /// A simulated world, as this process sees it.
    pub trait Outside {
        /// The present instant.
        fn now(&self) -> Timestamp;
        /// The next 64 bits of chance.
        fn bits(&self) -> u64;
    }

    thread_local! {
        static OUTSIDE: RefCell<Option<Rc<dyn Outside>>> = const { RefCell::new(None) };
    }

    /// The simulation of this thread, until it is dropped.
    #[must_use = "it ends when this is dropped"]
    pub struct Simulated(());

    /// From now on the clock and chance of this thread are these.
    pub fn simulate(outside: Rc<dyn Outside>) -> Simulated {
        OUTSIDE.set(Some(outside));
        Simulated(())
    }

    impl Drop for Simulated {
        fn drop(&mut self) {
            OUTSIDE.set(None);
        }
    }

    fn outside() -> Option<Rc<dyn Outside>> {
        OUTSIDE.with_borrow(Clone::clone)
    }

    pub(super) fn now() -> Option<Timestamp> {
        outside().map(|outside| outside.now())
    }

    pub(super) fn new_uuid() -> Option<Uuid> {
        outside().map(|outside| {
            let millis = u64::try_from(outside.now().micros() / 1_000).unwrap_or(0);
            let mut bytes = [0; 10];
            let chance = [outside.bits().to_le_bytes(), outside.bits().to_le_bytes()];
            bytes.iter_mut().zip(chance.as_flattened()).for_each(|(byte, chance)| *byte = *chance);
            Builder::from_unix_timestamp_millis(millis, &bytes).into_uuid()
        })
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        struct Fixed;
        impl Outside for Fixed {
            fn now(&self) -> Timestamp {
                Timestamp::from_micros(1_700_000_000_123_456)
            }
            fn bits(&self) -> u64 {
                u64::MAX
            }
        }

        #[test]
        fn clock_and_ids_are_the_simulations_on_its_thread_until_it_ends_and_on_no_other() {
            let simulated = simulate(Rc::new(Fixed));
            assert_eq!(crate::outside::now().micros(), 1_700_000_000_123_456);
            // The first 48 bits are the milliseconds (RFC 9562, 5.7), here 0x018bcfe5687b; all others but version and variant are ones.
            assert_eq!(crate::outside::new_uuid().to_string(), "018bcfe5-687b-7fff-bfff-ffffffffffff");
            let other = std::thread::spawn(|| crate::outside::now().micros()).join().unwrap();
            assert_ne!(other, 1_700_000_000_123_456);
            drop(simulated);
            assert_ne!(crate::outside::now().micros(), 1_700_000_000_123_456);
        }
    }
}
