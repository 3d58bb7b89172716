//! PostgreSQL workers.
use crate::options::Opening;
use crate::store::{Core, Threads};
use crate::trouble::OpenTrouble;
use kernel::Realm;
use std::sync::Arc;

pub(crate) fn open(_url: &str, _realm: Realm, _opening: Opening, _core: &Arc<Core>) -> Result<Threads, OpenTrouble> {
    Err(OpenTrouble::Missing { place: String::new() })
}
