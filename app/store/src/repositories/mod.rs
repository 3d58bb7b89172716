//! What the laboratory asks of its database, one file per kind of thing.

use crate::sql::Registered;

/// The statements of every repository: one line each. A test counts the files, so that none is forgotten.
pub(crate) static ALL: &[&[Registered]] = &[];
