//! Pages: one file each. A page reads its topics' versions first and its rows after, so that it never claims to be newer than it is.

pub(crate) mod chrome;
pub(crate) mod collection;
pub(crate) mod examination;
pub(crate) mod find;
pub(crate) mod instruments;
pub(crate) mod labels;
pub(crate) mod new_order;
pub(crate) mod order;
pub(crate) mod order_changes;
mod order_fields;
pub(crate) mod paging;
pub(crate) mod patient;
pub(crate) mod receive;
pub(crate) mod refusal;
pub(crate) mod result_table;
pub(crate) mod results;
#[expect(dead_code, reason = "for acts that need a second person: the first one to use all of it takes this line away")]
pub(crate) mod second_person;
pub(crate) mod sign_in;
mod specimen_answer;
pub(crate) mod task_table;
pub(crate) mod tasks;
pub(crate) mod transmission;
