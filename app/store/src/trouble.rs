//! What can go wrong, in words that say what, where and what to do next.

use crate::row::Inconsistent;
use crate::stop::StopReason;
use kernel::Realm;
use std::time::Duration;

/// Why a statement failed, as far as a caller may want to tell apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// A uniqueness, reference, not-null or type rule of the table forbids it.
    Constraint,
    /// It ran longer than its limit.
    TooLong,
    /// The disk or the database's quota is full.
    Full,
    /// The disk reported an error: nothing written lately may be trusted to be there.
    Disk,
    /// The database's file makes no sense (SQLite's CORRUPT and NOTADB): what a disk that rots, or another program, leaves behind.
    Damage,
    /// Another transaction got in between (PostgreSQL 40001 and 40P01); run again.
    Conflict,
    /// The connection to the database is gone.
    ConnectionLost,
    /// The statement or its parameters are wrong: our own mistake.
    Misuse,
    /// Anything else.
    Other,
}

/// Why a command or a query could not be carried out. A command that ends with it leaves nothing behind, not even a journal entry.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// A statement failed; the whole command is doomed, whatever it does next.
    #[error("statement {statement} failed: {words}")]
    Statement {
        /// Name of the constant.
        statement: &'static str,
        /// The kind of failure.
        cause: Cause,
        /// The engine's words.
        words: String,
    },
    /// A text with a NUL character, which PostgreSQL cannot keep.
    #[error("parameter {parameter} of statement {statement} is a text with a NUL character: keep raw bytes as a blob")]
    NulInText {
        /// Name of the constant.
        statement: &'static str,
        /// Which parameter, counted from 1.
        parameter: usize,
    },
    /// More rows or parameters than a statement may have.
    #[error("statement {statement} was given {found} {what}; at most {max} are allowed: split the work")]
    TooMany {
        /// Name of the constant.
        statement: &'static str,
        /// What there is too much of.
        what: &'static str,
        /// How many there were.
        found: usize,
        /// How many may be.
        max: usize,
    },
    /// An update that should have met at most one row met several.
    #[error("statement {statement} changed {found} rows of {what}; it may change one")]
    NotOne {
        /// Name of the constant.
        statement: &'static str,
        /// What was to be changed.
        what: &'static str,
        /// How many rows it met.
        found: u64,
    },
    /// A row that makes no sense stood in the way.
    #[error(transparent)]
    Inconsistent(#[from] Inconsistent),
    /// The caller's own reason.
    #[error("{0}")]
    Because(String),
}

impl Trouble {
    /// The caller's own reason, in words.
    pub fn because(words: impl Into<String>) -> Self {
        Self::Because(words.into())
    }

    /// Why the statement failed, where a statement failed.
    pub fn cause(&self) -> Option<Cause> {
        match self {
            Self::Statement { cause, .. } => Some(*cause),
            Self::NulInText { .. } | Self::TooMany { .. } | Self::NotOne { .. } => Some(Cause::Misuse),
            Self::Inconsistent(_) | Self::Because(_) => None,
        }
    }
}

/// Why a command has no answer of its own.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WriteTrouble {
    /// It was rolled back; nothing has happened.
    #[error("nothing was changed: {0}")]
    Failed(#[from] Trouble),
    /// The command panicked; it was rolled back and the rest of its group is unharmed.
    #[error("nothing was changed: the command panicked: {0}")]
    Panicked(String),
    /// Other transactions got in between every time (PostgreSQL); nothing has happened. Try again later.
    #[error("nothing was changed: the database was too busy, {attempts} attempts met other changes; try again")]
    Busy {
        /// How often it was tried.
        attempts: u32,
    },
    /// Whether it was committed is not known. Send it again with the same command id once the database is back: it has its effect once.
    #[error("it is not known whether the change was kept: {0}; send it again with the same command id")]
    Unknown(String),
    /// The store takes no more commands; nothing has happened.
    #[error("nothing was changed: {0}")]
    Stopped(StopReason),
}

/// Why a query has no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadTrouble {
    /// It could not be carried out.
    #[error("the query failed: {0}")]
    Failed(#[from] Trouble),
    /// It ran longer than a read may.
    #[error("the query ran longer than {} ms and was stopped: ask for less", .0.as_millis())]
    TooLong(Duration),
    /// It panicked.
    #[error("the query panicked: {0}")]
    Panicked(String),
    /// Other transactions got in between every time (PostgreSQL). Try again later.
    #[error("the database was too busy, {attempts} attempts met other changes; try again")]
    Busy {
        /// How often it was tried.
        attempts: u32,
    },
    /// The store takes no more queries.
    #[error("the query was not run: {0}")]
    Stopped(StopReason),
}

/// Why a database could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenTrouble {
    /// Its seals cannot be signed.
    #[error("seals cannot be signed: {0}")]
    Seals(#[from] crate::audit::SealTrouble),
    /// The database serves another realm.
    #[error("{place} is a {found} database, not {wanted}: name the right database or start with realm {found}")]
    WrongRealm {
        /// Which database.
        place: String,
        /// The realm stamped in it.
        found: String,
        /// The realm asked for.
        wanted: Realm,
    },
    /// A newer version of this program made it.
    #[error("{place} has schema {found}, this program knows up to {known}: start the newer program")]
    Newer {
        /// Which database.
        place: String,
        /// Its schema version.
        found: i64,
        /// The newest this program knows.
        known: i64,
    },
    /// A migration was recorded with another text.
    #[error(
        "{place} was made with another draft of migration {name}: before version 0.1.0 drafts may change; make a new database \
         and import, or start the program that made it"
    )]
    OtherDraft {
        /// Which database.
        place: String,
        /// The migration.
        name: String,
    },
    /// There is something there that this program did not make.
    #[error("{place} was not made by this program ({why}): nothing was changed; name another place")]
    NotOurs {
        /// Which database.
        place: String,
        /// What was found.
        why: String,
    },
    /// A new database was asked for where there is one.
    #[error("{place} exists already: open it, or name another place")]
    AlreadyThere {
        /// Which database.
        place: String,
    },
    /// There is no database.
    #[error("there is no database at {place}: make one with `benchside init`, or name the right place")]
    Missing {
        /// Which database.
        place: String,
    },
    /// It cannot be reached or read.
    #[error("cannot open {place}: {why}; {next}")]
    CannotOpen {
        /// Which database.
        place: String,
        /// What the engine said.
        why: String,
        /// What to do about it.
        next: &'static str,
    },
}
