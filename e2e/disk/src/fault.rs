//! Which call fails, and how.

/// What SQLite asks of a disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Call {
    /// Opening or making a file.
    Open,
    /// Reading from a file.
    Read,
    /// Writing to a file.
    Write,
    /// Having a file's bytes on the disk for good.
    Sync,
    /// Making a file shorter.
    Truncate,
    /// Deleting a file.
    Delete,
    /// Having a part of the log's index in memory that is shared.
    Map,
    /// Taking a lock in that memory.
    Lock,
}

/// How a call fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The device reports an error (EIO). Of a write, half of its sectors may have happened.
    Device,
    /// There is no room (ENOSPC). Of a write, half of its sectors may have happened.
    Full,
    /// The power is gone: nothing of the call happens.
    Gone,
}

/// One fault to come.
#[derive(Debug, Clone)]
pub struct Fault {
    /// Which calls count.
    pub calls: Vec<Call>,
    /// Only calls on files whose name ends like this count.
    pub name_ends: &'static str,
    /// The first one to fail, counted from 1.
    pub nth: u64,
    /// How it fails.
    pub kind: Kind,
    /// Whether all that follow fail as well, until the disk is mended.
    pub lasts: bool,
}

/// A fault and how far it has come.
#[derive(Debug, Default)]
pub(crate) struct Armed {
    pub(crate) fault: Option<Fault>,
    counted: u64,
    pub(crate) failed: u64,
}

impl Armed {
    pub(crate) fn with(fault: Option<Fault>) -> Self {
        Self { fault, counted: 0, failed: 0 }
    }

    /// Whether this call is to fail, and how.
    pub(crate) fn meets(&mut self, call: Call, name: &str) -> Option<Kind> {
        let fault = self.fault.as_ref()?;
        if !fault.calls.contains(&call) || !name.ends_with(fault.name_ends) {
            return None;
        }
        self.counted += 1;
        let fails = self.counted == fault.nth || (fault.lasts && self.counted > fault.nth);
        self.failed += u64::from(fails);
        fails.then_some(fault.kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nth_call_of_its_kind_fails_once_or_from_then_on() {
        for (lasts, expected) in [(false, [false, true, false]), (true, [false, true, true])] {
            let fault = Fault { calls: vec![Call::Write], name_ends: "-wal", nth: 2, kind: Kind::Full, lasts };
            let mut armed = Armed::with(Some(fault));
            assert_eq!(armed.meets(Call::Sync, "a-wal"), None);
            assert_eq!(armed.meets(Call::Write, "a"), None);
            assert_eq!([0; 3].map(|_| armed.meets(Call::Write, "a-wal").is_some()), expected);
        }
    }
}
