//! What is done to an order: placed, changed, and followed by its containers. Each act has a form that runs inside a command of somebody else's, so
//! that one message of another system can do several of them at once.

mod act;
mod add_test;
mod cancel_test;
mod change_priority;
mod collector;
mod hold_test;
mod prepare;
mod request;
mod text;

pub use act::ActRefusal;
pub(crate) use act::{Command, Judged, run};
pub use add_test::{Added, AddedTo, add_test, may_be_added};
pub(crate) use cancel_test::CancelTest;
pub use cancel_test::cancel_test;
pub(crate) use change_priority::ChangePriority;
pub use change_priority::change_priority;
pub use collector::Collector;
pub(crate) use hold_test::HoldTest;
pub use hold_test::{Hold, hold_test};
pub(crate) use prepare::{Drawn, PreparedOrder, plan_containers};
pub use request::{FieldTrouble, OrderRequest, OrderSource, PlacerNumber, RequisitionRequest};
