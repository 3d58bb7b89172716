//! Pages: one file each. A page reads its topics' versions first and its rows after, so that it never claims to be newer than it is.

pub(crate) mod chrome;
pub(crate) mod enter;
pub(crate) mod examination;
pub(crate) mod find;
pub(crate) mod instruments;
pub(crate) mod new_order;
pub(crate) mod order;
pub(crate) mod paging;
pub(crate) mod patient;
pub(crate) mod refusal;
pub(crate) mod result_table;
pub(crate) mod results;
pub(crate) mod sign_in;
pub(crate) mod task_table;
pub(crate) mod tasks;
pub(crate) mod transmission;
pub(crate) mod verify;
pub(crate) mod worksheet;
