//! Who works here, and what each of them may do now: one pure question, [`authorise`], asked at the moment of every act.
//!
//! Source: people 4. What a role allows is data ([`Privileges`]), edited by the site; what is not known is denied.

pub mod action;
mod authorise;
mod privileges;
mod role;

pub use action::{Act, Action, acts};
pub use authorise::{Authority, Decision, Denial, Entrance, Person, Scope, Site, Supervised, TestSystem, TwoPeople, authorise, entrance};
pub use privileges::{Allowance, Condition, Part, PrivilegeTrouble, Privileges};
pub use role::{Role, RoleTrouble};
