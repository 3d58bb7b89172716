//! Roles: what somebody is here to do. A role implies no qualification; those are facts of their own. Source: people 4.1 and design rule 3.

use std::fmt;
use std::str::FromStr;

macro_rules! roles {
    ($($(#[$doc:meta])* $role:ident = $name:literal, $short:literal),+ $(,)?) => {
        /// What somebody is here to do. One person may have several.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Role {
            $($(#[$doc])* $role,)+
        }

        impl Role {
            /// Every role, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$role),+];

            /// The stored name.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$role => $name),+ }
            }

            /// The heading of its column in the table of privileges.
            pub const fn column(self) -> &'static str {
                match self { $(Self::$role => $short),+ }
            }
        }
    };
}

roles! {
    /// Draws blood.
    Phlebotomist = "phlebotomist", "PB",
    /// Prepares and receives specimens.
    LaboratoryAssistant = "assistant", "LA",
    /// Learns here, under supervision.
    Student = "student", "ST",
    /// Medical laboratory technician (MLT).
    Technician = "technician", "TN",
    /// Medical laboratory scientist, technologist (MLS, MT).
    Technologist = "technologist", "SC",
    /// Specialist of a bench (SBB, SM, SH, SC).
    Specialist = "specialist", "SP",
    /// Leads a section.
    Lead = "lead", "LE",
    /// General supervisor.
    Supervisor = "supervisor", "GS",
    /// Technical consultant or technical supervisor.
    TechnicalConsultant = "technical-consultant", "TC",
    /// Runs the laboratory's affairs; tests only in a second role.
    Manager = "manager", "MG",
    /// Quality assurance.
    Quality = "quality", "QA",
    /// Laboratory director, pathologist.
    Director = "director", "DR",
    /// Teaches.
    Educator = "educator", "ED",
    /// Orders and treats.
    Provider = "provider", "PR",
    /// Looks after this system; has no clinical authority.
    Administrator = "administrator", "AD",
    /// Public-health officer.
    PublicHealth = "public-health", "PH",
}

/// A text that names no role.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{found:?} is no role; there are {}", Role::ALL.iter().map(|role| role.name()).collect::<Vec<_>>().join(", "))]
pub struct RoleTrouble {
    /// What stood there.
    pub found: String,
}

impl FromStr for Role {
    type Err = RoleTrouble;
    fn from_str(text: &str) -> Result<Self, RoleTrouble> {
        let found = || RoleTrouble { found: text.chars().take(40).collect() };
        Self::ALL.iter().copied().find(|role| role.name() == text).ok_or_else(found)
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
