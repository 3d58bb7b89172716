//! A patient as a line of a table, and in full.

use crate::words::t;
use actions::views::PatientLine;
use maud::{Markup, html};

/// "Family, Given"; many people have one name only.
pub(crate) fn name(patient: &PatientLine) -> String {
    if patient.given_name.is_empty() {
        return patient.family_name.clone();
    }
    format!("{}, {}", patient.family_name, patient.given_name)
}

/// What tells two patients of one name apart.
pub(crate) fn facts(patient: &PatientLine) -> String {
    let born = if patient.birth_date.is_empty() { t!("birth date unknown") } else { patient.birth_date.as_str() };
    format!("{} · {born} · {}", patient.mrn, sex(&patient.sex))
}

/// Sex in words.
pub(crate) fn sex(code: &str) -> &str {
    match code {
        "F" => t!("female"),
        "M" => t!("male"),
        "O" => t!("other"),
        "U" => t!("sex unknown"),
        other => other,
    }
}

/// The cell of a table.
pub(crate) fn cell(patient: &PatientLine) -> Markup {
    let parts = facts(patient);
    html! { (name(patient)) span.sub { @for (at, part) in parts.split(" · ").enumerate() { @if at > 0 { " · " } span.whole { (part) } } } }
}
