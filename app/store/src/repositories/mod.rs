//! What the laboratory asks of its database, one file per kind of thing.

use crate::sql::Registered;

pub mod accounts;
pub mod codes;
pub mod invariants;
pub mod orders;
pub mod results;
pub mod tasks;
pub mod transmissions;

/// The statements of every repository: one line each. A test counts the files, so that none is forgotten.
pub(crate) static ALL: &[&[Registered]] = &[
    accounts::STATEMENTS,
    codes::STATEMENTS,
    invariants::STATEMENTS,
    orders::STATEMENTS,
    results::STATEMENTS,
    tasks::STATEMENTS,
    transmissions::STATEMENTS,
];
