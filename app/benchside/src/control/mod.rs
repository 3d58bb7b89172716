//! What an operator asks of a laboratory, whether it runs or not. A command takes the folder's lock and does it itself; if a server has the lock,
//! it asks that server over `DIR/control.sock`. Either way the same function does it: [`office::Office::carry_out`].

mod ask;
mod editions;
mod examination;
mod listen;
mod office;
mod socket;

pub(crate) use ask::carry_out;
pub(crate) use editions::difference_lines;
pub(crate) use examination::check;
pub(crate) use listen::{ControlSocket, listen};
pub(crate) use office::{Carried, Office};

use crate::failure::Failure;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use std::time::Duration;

/// Bytes of a request's line; names and paths need no more.
const REQUEST_BYTES_MAX: usize = 64 * 1024;
/// Bytes of an answer's line; the longest is a list of people.
const ANSWER_BYTES_MAX: usize = 16 * 1024 * 1024;
/// How long a request may take to arrive, and an answer to be taken.
const LINE_WAIT: Duration = Duration::from_secs(5);

/// A request as it goes over the socket.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Letter {
    /// The database the sender named, where it named one: a server of another one must not answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    database: Option<String>,
    request: Request,
}

/// One thing an operator asks for.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Request {
    /// Make an account.
    UserAdd { user: String, display_name: String, role: String },
    /// Show all accounts.
    UserList {},
    /// Give an account a new password.
    UserReset { user: String },
    /// Take an account's password away.
    UserDeactivate { user: String },
    /// Make a token.
    TokenNew { name: String },
    /// Show all tokens.
    TokenList {},
    /// Make a token useless.
    TokenRevoke { name: String },
    /// Look whether every invariant holds: also of these backups and logs, each named by its whole path.
    Check {
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        backups: Vec<String>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        logs: Vec<String>,
    },
    /// Hold the journal, its seals and the records against each other, and against an anchor if one is named; by these keys. Or no records.
    AuditVerify {
        anchor: Option<PathBuf>,
        keys: Vec<String>,
        #[serde(default)]
        chain: bool,
    },
    /// Show who looked at a patient, from a place in the list on.
    AuditSeen {
        mrn: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<ListPlace>,
    },
    /// Import the patients of a file, named by its whole path.
    ImportPatients { file: String },
    /// Show the editions of the catalogue.
    EditionList {},
    /// Import the edition of a folder, named by its whole path.
    EditionImport { folder: String },
    /// Sign an edition, as whoever gives user name and password.
    EditionSign { name: String, user: String, password: String, meaning: String },
    /// Write an edition, or the one that holds, into a new folder, named by its whole path.
    EditionExport { name: Option<String>, folder: String },
    /// Show how an edition differs from another, or from the one that holds.
    EditionDiff { name: String, from: Option<String> },
    /// Back everything up into a new folder, named by its whole path.
    Backup { folder: String },
}

/// A place in the list of who saw a patient.
#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListPlace {
    micros: i64,
    /// The number that an id of sixteen bytes is.
    id: u128,
}

/// How it went: what a command prints, and its exit code.
#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Answer {
    /// The exit code.
    code: u8,
    /// Lines for standard output. They may hold a secret that is shown once.
    out: Vec<String>,
    /// The words for standard error, where it failed.
    error: String,
    /// What to ask for next, where the lines are only the first of many.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    then: Option<Request>,
}

impl Answer {
    /// It was done.
    fn done(out: Vec<String>) -> Self {
        Self { out, ..Self::default() }
    }

    /// It was not done, or something does not hold.
    fn failed(failure: &Failure, out: Vec<String>) -> Self {
        Self { code: failure.code(), out, error: failure.to_string(), then: None }
    }

    /// The first lines of many were done.
    fn done_in_part(out: Vec<String>, then: Option<Request>) -> Self {
        Self { out, then, ..Self::default() }
    }

    /// Prints the lines, and ends as the answer says: with the request for the rest of them, where there is one.
    fn tell(self) -> Result<Option<Request>, Failure> {
        self.out.iter().for_each(crate::commands::say);
        match self.code {
            0 => Ok(self.then),
            1 => Err(Failure::DoesNotHold(self.error)),
            2 => Err(Failure::Use(self.error)),
            _ => Err(Failure::Environment(self.error)),
        }
    }
}
