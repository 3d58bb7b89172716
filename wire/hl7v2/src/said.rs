//! The three things a field can say of what is known already.

/// What a sender says of one fact: nothing (`||`, leave it as it is), that there is none any more (`""`, delete it), or what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Said<T> {
    /// Nothing stands there: what is known stays.
    #[default]
    NotSaid,
    /// `""` stands there: what is known is to be cleared.
    Deleted,
    /// This is it.
    Said(T),
}

impl<T> Said<T> {
    /// What was said, if it is a value.
    pub fn value(self) -> Option<T> {
        match self {
            Self::Said(value) => Some(value),
            Self::NotSaid | Self::Deleted => None,
        }
    }

    /// The same about something else made of the value.
    pub fn map<U>(self, make: impl FnOnce(T) -> U) -> Said<U> {
        match self {
            Self::NotSaid => Said::NotSaid,
            Self::Deleted => Said::Deleted,
            Self::Said(value) => Said::Said(make(value)),
        }
    }

    /// The same, borrowed.
    pub const fn as_ref(&self) -> Said<&T> {
        match self {
            Self::NotSaid => Said::NotSaid,
            Self::Deleted => Said::Deleted,
            Self::Said(value) => Said::Said(value),
        }
    }

    /// This, or the other where nothing was said here.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        if matches!(self, Self::NotSaid) { other } else { self }
    }

    /// Whether nothing was said.
    pub const fn is_not_said(&self) -> bool {
        matches!(self, Self::NotSaid)
    }
}
