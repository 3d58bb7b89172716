//! Records of patients: made, changed, merged and taken apart again. The functions on a [`Tx`](store::Tx) serve pages and messages alike, so that a
//! hospital system is refused what a person is refused; what a person does beside that (a second person, look-alikes) stands in acts of its own.

mod alike;
mod change;
mod change_patient;
mod dated_facts;
mod merge;
mod merge_patients;
mod register;
mod register_patient;

pub use change::{FactsChanged, FactsRefusal, NewFacts, change_facts};
pub use change_patient::{ChangePatientRefusal, ChangeRequest, change_patient};
pub use dated_facts::{FactChange, FactRefusal, FactRequest, add_fact, change_fact};
pub use merge::{MergeRefusal, Merging, UnmergeRefusal, Unmerging, merge_records, unmerge_records};
pub use merge_patients::{MergePatientsRefusal, MergeRequest, merge_patients, propose_merge, unmerge_patients};
pub use register::{RegisterRefusal, register};
pub use register_patient::{RegisterPatientRefusal, RegisterRequest, register_patient};

use store::repositories::patients::PatientEntry;

/// A record as a refusal names it: by its number, never by name.
fn number(entry: &PatientEntry) -> String {
    let PatientEntry { patient, authority, .. } = entry;
    if authority.is_empty() { patient.mrn.clone() } else { format!("{} of {authority}", patient.mrn) }
}
