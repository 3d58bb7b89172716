//! ORC-1: what the sender wants done with an order, and how each wish is answered.

/// An order control code (table 0119), as far as a laboratory receives them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Control {
    /// NW: a new order.
    New,
    /// CA: cancel it, it has not begun.
    Cancel,
    /// XO: change it.
    Change,
    /// DC: stop it.
    Discontinue,
    /// HD: hold it.
    Hold,
    /// RL: go on with what was held.
    Release,
    /// RP: put others in its place, which follow as [`Control::Replacement`].
    Replace,
    /// RO: one of the others.
    Replacement,
    /// SN: give it a number.
    SendNumber,
    /// SC: its status has changed.
    StatusChanged,
    /// SR: an answer to a question for its status.
    StatusAnswer,
}

/// What stands in ORC-1 of the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Replies {
    /// Where it was done.
    pub done: &'static str,
    /// Where it was not.
    pub not_done: &'static str,
}

impl Control {
    /// Every one.
    pub const ALL: [Self; 11] = [
        Self::New,
        Self::Cancel,
        Self::Change,
        Self::Discontinue,
        Self::Hold,
        Self::Release,
        Self::Replace,
        Self::Replacement,
        Self::SendNumber,
        Self::StatusChanged,
        Self::StatusAnswer,
    ];

    /// The code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.entry().0
    }

    /// The answers it calls for.
    #[must_use]
    pub const fn replies(self) -> Replies {
        let (_, done, not_done) = self.entry();
        Replies { done, not_done }
    }

    /// The one of a code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|control| control.code() == code)
    }

    /// Whether it brings a new order into being, so that it needs a number of the sender's and something to do.
    #[must_use]
    pub const fn is_new(self) -> bool {
        matches!(self, Self::New | Self::Replacement)
    }

    const fn entry(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::New => ("NW", "OK", "UA"),
            Self::Cancel => ("CA", "CR", "UC"),
            Self::Change => ("XO", "XR", "UX"),
            Self::Discontinue => ("DC", "DR", "UD"),
            Self::Hold => ("HD", "HR", "UH"),
            Self::Release => ("RL", "OR", "UR"),
            Self::Replace => ("RP", "RQ", "UM"),
            Self::Replacement => ("RO", "RO", "UA"),
            Self::SendNumber => ("SN", "NA", "UA"),
            Self::StatusChanged => ("SC", "OK", "UA"),
            Self::StatusAnswer => ("SR", "OK", "UA"),
        }
    }
}
