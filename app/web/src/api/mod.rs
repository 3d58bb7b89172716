//! The JSON API under `/api/v1`: the same actions and views as the pages, for programs with a token.

pub(crate) mod health;
pub(crate) mod orders;
pub(crate) mod results;
pub(crate) mod tasks;

use actions::views::PatientLine;
use serde::Serialize;

/// A patient in an answer.
#[derive(Debug, Serialize)]
pub(crate) struct PatientAnswer {
    mrn: String,
    family_name: String,
    given_name: String,
    birth_date: String,
    sex: String,
}

impl From<PatientLine> for PatientAnswer {
    fn from(line: PatientLine) -> Self {
        Self { mrn: line.mrn, family_name: line.family_name, given_name: line.given_name, birth_date: line.birth_date, sex: line.sex }
    }
}
