//! What a member of staff may do, asked of the laboratory's table of privileges with what is on record of them.

use crate::{Laboratory, StaffLine};
use people::{Action, Denial, Entrance, Person, Role, Site};

/// A member of staff with the roles on record. A name that is no role (any more) gives none.
pub fn person(staff: &StaffLine) -> Person {
    Person { id: staff.id, roles: roles(&staff.role) }
}

/// The roles in a stored list of names.
pub(crate) fn roles(names: &str) -> Vec<Role> {
    names.split(' ').filter_map(|name| name.parse().ok()).collect()
}

/// Whether a member of staff may come as far as an action at all, or why not.
pub fn entrance(lab: &Laboratory, staff: &StaffLine, action: Action) -> Result<Entrance, Vec<Denial>> {
    people::entrance(&person(staff), action, &Site { privileges: lab.privileges() })
}
