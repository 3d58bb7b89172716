//! One SQL text, two engines: SQLite for one node, PostgreSQL for several.
//!
//! [`Store::write`] runs a command and its journal entry in one transaction and answers after the commit; [`Store::read`] runs
//! queries on one snapshot. Both hand back a [`Pending`], a future that the command line may also `.wait()` for.
//!
//! Invariants:
//! - nothing is answered before it is durable; there is no switch to weaken that;
//! - a command's journal entry commits with its effect or not at all, and a command id has its effect once;
//! - only the threads of this crate touch a database connection, or, in a simulation, its `Stepper`; no SQL text stands outside this crate;
//! - a row that makes no sense is quarantined with table, column and id, never guessed.

mod admission;
pub mod audit;
mod command;
mod copy;
mod dialect;
mod faults;
mod journal;
mod look;
mod migrations;
mod options;
mod outside;
mod param;
mod pending;
mod postgresql;
mod quarantine;
mod queue;
mod reader;
mod row;
mod session;
mod sql;
mod sqlite;
mod statistics;
mod stop;
mod store;
mod threads;
mod told;
mod trouble;
mod tx;

pub mod repositories;

pub use command::{Done, Outcome};
pub use copy::{Cancel, Copied, CopiedFile, CopyTrouble, Source, copy_error, restore};
#[cfg(feature = "faults")]
pub use faults::Disk;
pub use faults::Faults;
pub use migrations::SCHEMA_VERSION;
pub use options::{LogLimits, Opening, Options, Target};
#[cfg(feature = "simulation")]
pub use outside::{Outside, Simulated, simulate};
pub use outside::{new_uuid, now};
pub use param::Param;
pub use pending::Pending;
pub use reader::Reader;
pub use row::{Inconsistent, Row};
pub use sql::{Insert, Kind, Registered, Sql, all_statements};
#[cfg(feature = "simulation")]
pub use sqlite::{Engine, Stepper};
pub use statistics::Statistics;
pub use stop::StopReason;
pub use store::Store;
pub use trouble::{Cause, OpenTrouble, ReadTrouble, Trouble, WriteTrouble};
pub use tx::Tx;
