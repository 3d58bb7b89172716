//! What a member of staff may do, asked of the laboratory's table of privileges with what is on record of them.

use crate::new_ids::now;
use crate::{Laboratory, StaffLine};
use kernel::Lang;
use people::{Act, Action, Decision, Denial, Entrance, Person, Role, Site, TwoPeople};

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

/// Leave of two members of staff for an act that needs both, asked now; or why not, in words.
pub fn two_people<A: Act + Copy>(lab: &Laboratory, act: A, first: &StaffLine, second: &StaffLine) -> Result<TwoPeople<A>, String> {
    let (site, at) = (Site { privileges: lab.privileges() }, now());
    let ask = |staff: &StaffLine| match people::authorise(&person(staff), act, None, &site, at, lab.realm()) {
        Decision::Authority(authority) => Ok(authority),
        Decision::AllowWithSupervisor(_) => {
            Err(format!("{} may do this under a supervisor only, and not as one of two", staff.display_name))
        }
        Decision::Deny(denials) => {
            let words: Vec<String> = denials.iter().map(|denial| denial.words(Lang::English)).collect();
            Err(format!("{} may not: {}", staff.display_name, words.join("; ")))
        }
    };
    let (one, other) = (ask(first)?, ask(second)?);
    one.with_second(other)
        .ok_or_else(|| format!("{} and {} are not two people who may do this together", first.display_name, second.display_name))
}
