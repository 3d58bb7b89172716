//! What a scanned or typed code is: a container, a label that holds no longer, an order, a patient, or nothing known here.

use crate::Laboratory;
use crate::trouble::ActTrouble;
use kernel::ContainerId;
use store::repositories::containers::{self, LabelFound};
use store::repositories::{orders, patients};
use store::{Reader, Trouble};

/// Longer than any code of ours or any record number.
const CODE_CHARS_MAX: usize = 64;

/// What a code is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scanned {
    /// A container, by the label that holds.
    Container {
        /// Which.
        container: ContainerId,
        /// Its code.
        code: String,
        /// The accession number of its order.
        accession: String,
    },
    /// A label that was replaced.
    Voided {
        /// The code that holds now.
        now: String,
        /// Why it was replaced.
        reason: String,
    },
    /// An order, by its accession number.
    Order {
        /// The accession number.
        accession: String,
    },
    /// A patient; of one that was merged, the one that goes on.
    Patient {
        /// The record number that holds.
        mrn: String,
        /// The accession number of the newest order, if there is one.
        newest: Option<String>,
    },
    /// Nothing known here.
    Unknown,
}

impl Scanned {
    /// What to tell whoever wanted a container; nothing where it is one.
    pub fn is_no_container(&self, code: &str) -> Option<String> {
        match self {
            Self::Container { .. } => None,
            Self::Voided { now, reason } => {
                Some(format!("the label {code} holds no longer ({reason}): {now} took its place; find out what it is stuck to"))
            }
            Self::Order { accession } => Some(format!("{accession} is the number of an order, not of a container: scan the tube's label")),
            Self::Patient { mrn, .. } => Some(format!("{mrn} is the number of a patient, not of a container: scan the tube's label")),
            Self::Unknown => Some(format!("nothing here has the code {code}: is it a tube of another laboratory?")),
        }
    }
}

/// What a scanned or typed code is; nothing is changed.
pub async fn what_is(lab: &Laboratory, code: &str) -> Result<Scanned, ActTrouble> {
    let code = code.trim().to_owned();
    if code.is_empty() || code.chars().nth(CODE_CHARS_MAX).is_some() || code.chars().any(char::is_control) {
        return Ok(Scanned::Unknown);
    }
    Ok(lab.store().read(move |reader| find(reader, &code)).await?)
}

fn find(reader: &mut Reader<'_>, code: &str) -> Result<Scanned, Trouble> {
    // Labels are printed in capitals; a hand types them as it likes.
    let label = code.to_uppercase();
    match containers::by_code(reader, &label)? {
        Some(LabelFound::InForce(entry)) => {
            return Ok(Scanned::Container { container: entry.record.id, code: entry.record.code, accession: entry.accession });
        }
        Some(LabelFound::Voided { now, reason, .. }) => return Ok(Scanned::Voided { now, reason }),
        None => {}
    }
    if let Some(patient) = patients::patient_by_mrn(reader, code)? {
        let newest = orders::newest_accession(reader, patient.id)?;
        return Ok(Scanned::Patient { mrn: patient.mrn, newest });
    }
    let order = orders::order_by_accession(reader, &label)?;
    Ok(order.map_or(Scanned::Unknown, |order| Scanned::Order { accession: order.accession }))
}
