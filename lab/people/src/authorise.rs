//! May this person do this now? Asked anew at every act; nothing is remembered from sign-in. Whatever is not known denies.

use crate::action::{Act, Action};
use crate::privileges::{Allowance, Part, Privileges};
use crate::role::Role;
use kernel::{Lang, Realm, StaffId, Timestamp};
use std::marker::PhantomData;

/// A member of staff as the question needs one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Who.
    pub id: StaffId,
    /// What for; the best of several roles counts.
    pub roles: Vec<Role>,
}

/// The test on its instrument, for acts that are done on one. Competency and complexity will be asked of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestSystem {
    /// The test's code.
    pub test: String,
    /// The instrument or method.
    pub instrument: String,
}

/// Where it is done: what the site allows each role. Its certificate and its state's licences will be asked too.
#[derive(Debug, Clone, Copy)]
pub struct Site<'a> {
    /// The table of privileges in force.
    pub privileges: &'a Privileges,
}

/// How much of an act somebody may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// All of it, alone.
    Whole,
    /// All of it, on own records.
    OwnRecords,
    /// As one of two; neither suffices.
    OneOfTwo,
    /// As the second of two.
    LastOfTwo,
    /// A draft that somebody else approves.
    Draft,
    /// A part of it.
    Part(Part),
    /// Looking.
    Read,
}

/// Leave to do something, once and now. Only [`authorise`] makes one; it names who, by which role, and when.
#[derive(Debug, PartialEq, Eq)]
pub struct Authority<A> {
    staff: StaffId,
    role: Role,
    scope: Scope,
    at: Timestamp,
    act: PhantomData<A>,
}

/// Leave under supervision: what is done waits until one of these signs for it.
#[derive(Debug, PartialEq, Eq)]
pub struct Supervised<A> {
    authority: Authority<A>,
    supervisors: Vec<Role>,
}

/// Leave of two people for an act that needs both.
#[derive(Debug, PartialEq, Eq)]
pub struct TwoPeople<A> {
    first: Authority<A>,
    second: Authority<A>,
}

/// The answer.
#[derive(Debug, PartialEq, Eq)]
pub enum Decision<A> {
    /// As far as its scope goes.
    Authority(Authority<A>),
    /// Under somebody who signs for it.
    AllowWithSupervisor(Supervised<A>),
    /// No, and why.
    Deny(Vec<Denial>),
}

/// Why somebody may not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Denial {
    /// No role at all.
    NoRole,
    /// The role does not include it.
    NotOfRole {
        /// The role.
        role: Role,
        /// What was asked for.
        action: Action,
    },
    /// It hangs on something that is not known.
    NotKnown {
        /// The role that would allow it.
        role: Role,
        /// What would have to be known.
        condition: crate::Condition,
    },
}

impl Denial {
    /// What the person reads.
    pub fn words(&self, lang: Lang) -> String {
        let Lang::English = lang;
        match self {
            Self::NoRole => "no role is held here: ask whoever looks after accounts".to_owned(),
            Self::NotOfRole { role, action } => format!("“{}” is not among what the role {role} does", action.words()),
            Self::NotKnown { role, condition } => {
                format!("for the role {role} it hangs on {}, which is not on record here yet", condition.words())
            }
        }
    }
}

/// Whether a person may do this, on this test system where there is one, here, now, in this realm.
pub fn authorise<A: Act>(
    person: &Person,
    _action: A,
    _test_system: Option<&TestSystem>,
    site: &Site<'_>,
    time: Timestamp,
    _realm: Realm,
) -> Decision<A> {
    let Found { role, entrance } = match find(person, A::ACTION, site) {
        Ok(found) => found,
        Err(denials) => return Decision::Deny(denials),
    };
    let authority = |scope| Authority { staff: person.id, role, scope, at: time, act: PhantomData };
    match entrance {
        Entrance::Alone(scope) => Decision::Authority(authority(scope)),
        Entrance::Supervised => {
            let may_sign = |role: &&Role| site.privileges.allowance(A::ACTION, **role) == Allowance::Unsupervised;
            let supervisors = Role::ALL.iter().filter(may_sign).copied().collect();
            Decision::AllowWithSupervisor(Supervised { authority: authority(Scope::Whole), supervisors })
        }
    }
}

/// How somebody stands before an act, as a door needs to know it: nothing is done by knowing, and the act itself asks [`authorise`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entrance {
    /// As far as this goes, by themselves.
    Alone(Scope),
    /// Under a supervisor.
    Supervised,
}

/// Whether somebody may come as far as an action at all, or why not.
pub fn entrance(person: &Person, action: Action, site: &Site<'_>) -> Result<Entrance, Vec<Denial>> {
    find(person, action, site).map(|found| found.entrance)
}

struct Found {
    role: Role,
    entrance: Entrance,
}

/// The best that any role gives.
fn find(person: &Person, action: Action, site: &Site<'_>) -> Result<Found, Vec<Denial>> {
    let best = person.roles.iter().map(|role| (site.privileges.allowance(action, *role), *role)).max_by_key(|(allowance, _)| *allowance);
    let (allowance, role) = best.ok_or_else(|| vec![Denial::NoRole])?;
    let entrance = match allowance {
        Allowance::Never | Allowance::Unknown(_) => return Err(denials(person, action, site)),
        Allowance::Supervised => Entrance::Supervised,
        Allowance::Read => Entrance::Alone(Scope::Read),
        Allowance::Draft => Entrance::Alone(Scope::Draft),
        Allowance::Part(part) => Entrance::Alone(Scope::Part(part)),
        Allowance::Own => Entrance::Alone(Scope::OwnRecords),
        Allowance::SecondPerson => Entrance::Alone(Scope::OneOfTwo),
        Allowance::Final => Entrance::Alone(Scope::LastOfTwo),
        Allowance::Unsupervised => Entrance::Alone(Scope::Whole),
    };
    Ok(Found { role, entrance })
}

fn denials(person: &Person, action: Action, site: &Site<'_>) -> Vec<Denial> {
    let why = |role: &Role| match site.privileges.allowance(action, *role) {
        Allowance::Unknown(condition) => Denial::NotKnown { role: *role, condition },
        _ => Denial::NotOfRole { role: *role, action },
    };
    person.roles.iter().map(why).collect()
}

impl<A> Authority<A> {
    /// Who.
    pub fn staff(&self) -> StaffId {
        self.staff
    }

    /// By which role.
    pub fn role(&self) -> Role {
        self.role
    }

    /// How much of it.
    pub fn scope(&self) -> Scope {
        self.scope
    }

    /// When it was given.
    pub fn at(&self) -> Timestamp {
        self.at
    }

    /// Itself, if it is for all of the act, alone.
    pub fn whole(self) -> Option<Self> {
        (self.scope == Scope::Whole).then_some(self)
    }

    /// Both together, if they are for one of two each, or for the last of two after one, and of different people. The order counts.
    pub fn with_second(self, second: Self) -> Option<TwoPeople<A>> {
        let first_fits = matches!(self.scope, Scope::OneOfTwo | Scope::Whole);
        let second_fits = matches!(second.scope, Scope::OneOfTwo | Scope::LastOfTwo | Scope::Whole);
        (first_fits && second_fits && self.staff != second.staff).then_some(TwoPeople { first: self, second })
    }
}

impl<A> Supervised<A> {
    /// Who acts, by which role.
    pub fn authority(&self) -> &Authority<A> {
        &self.authority
    }

    /// The roles of those who may sign for it.
    pub fn supervisors(&self) -> &[Role] {
        &self.supervisors
    }

    /// Leave for all of it once somebody signs who may do it alone, and is somebody else.
    pub fn signed_by(self, supervisor: &Authority<A>) -> Option<Authority<A>> {
        (supervisor.scope == Scope::Whole && supervisor.staff != self.authority.staff).then_some(self.authority)
    }
}

impl<A> TwoPeople<A> {
    /// Who began.
    pub fn first(&self) -> StaffId {
        self.first.staff
    }

    /// Who confirmed.
    pub fn second(&self) -> StaffId {
        self.second.staff
    }
}
