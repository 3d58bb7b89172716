//! The life of a request: patient, order, specimen, examination, result, and the one release decision.

pub mod add_on;
pub mod assessment;
pub mod containers;
pub mod evidence;
pub mod matching;
pub mod order;
pub mod result;
pub mod specimen;
pub mod vouching;

pub use add_on::{KeptContainer, NoAddOn, add_on};
pub use assessment::{Assessment, Because, Gate, GateFinding, Policy, RuleEdition, Verdict};
pub use containers::{PlannedTube, plan_tubes};
pub use evidence::{Evidence, EvidenceTrouble};
pub use matching::{Claim, Unclaimed, claim, due};
pub use order::{Labelled, OpenExamination, OpenWork, PatientFacts, Priority};
pub use result::{Entered, Measured, Verified, Verifier, VerifyRefusal};
pub use specimen::{ContainerState, Ended, NotCollected, is_irreplaceable};
pub use vouching::{Asked, VerifyingPerson};
