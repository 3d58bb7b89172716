//! The content that ships with the program: the starting catalogue and each driver's default mapping, embedded as text.

use catalogue::{Catalogue, ContentTrouble, EditionFiles, InstrumentMapping};
use people::{PrivilegeTrouble, Privileges};

/// Shipped or given content that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{}", list(.0))]
pub struct ContentProblem(pub Vec<ContentTrouble>);

fn list(troubles: &[ContentTrouble]) -> String {
    troubles.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// The files of the edition that ships with the program.
const STARTING: [(&str, &str); 17] = [
    ("edition.toml", include_str!("../../../content/catalogue/edition.toml")),
    ("containers.csv", include_str!("../../../content/catalogue/containers.csv")),
    ("tests.csv", include_str!("../../../content/catalogue/tests.csv")),
    ("test_containers.csv", include_str!("../../../content/catalogue/test_containers.csv")),
    ("panels.csv", include_str!("../../../content/catalogue/panels.csv")),
    ("methods.csv", include_str!("../../../content/catalogue/methods.csv")),
    ("critical_limits.csv", include_str!("../../../content/catalogue/critical_limits.csv")),
    ("absurd_limits.csv", include_str!("../../../content/catalogue/absurd_limits.csv")),
    ("delta_limits.csv", include_str!("../../../content/catalogue/delta_limits.csv")),
    ("measuring_ranges.csv", include_str!("../../../content/catalogue/measuring_ranges.csv")),
    ("interference_limits.csv", include_str!("../../../content/catalogue/interference_limits.csv")),
    ("reference_intervals.csv", include_str!("../../../content/catalogue/reference_intervals.csv")),
    ("martin_hopkins_factors.csv", include_str!("../../../content/catalogue/martin_hopkins_factors.csv")),
    ("rejection_reasons.csv", include_str!("../../../content/catalogue/rejection_reasons.csv")),
    ("allowable_errors.csv", include_str!("../../../content/catalogue/allowable_errors.csv")),
    ("coded_choices.csv", include_str!("../../../content/catalogue/coded_choices.csv")),
    ("policies.csv", include_str!("../../../content/catalogue/policies.csv")),
];

/// The words under which LOINC codes may be passed on: they go wherever the codes go.
pub const LOINC_NOTICE: &str = include_str!("../../../content/LOINC-NOTICE.md");

/// The starting edition as files, unverified until a director signs it.
pub fn starting_edition() -> Result<EditionFiles, ContentProblem> {
    EditionFiles::new(STARTING.map(|(name, text)| (name.to_owned(), text.to_owned()))).map_err(ContentProblem)
}

/// The starting catalogue, unverified until a director signs it.
pub fn starting_catalogue() -> Result<Catalogue, ContentProblem> {
    starting_edition()?.read().map_err(ContentProblem)
}

/// The table of privileges that ships with the program.
pub fn starting_privileges() -> Result<Privileges, PrivilegeProblem> {
    Privileges::read(include_str!("../../../content/people/privileges.csv")).map_err(PrivilegeProblem)
}

/// A table of privileges that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
pub struct PrivilegeProblem(pub Vec<PrivilegeTrouble>);

/// The mapping that ships with a driver; a site replaces it by its own file.
pub fn default_mapping(driver: &str, catalogue: &Catalogue) -> Result<Option<InstrumentMapping>, ContentProblem> {
    let (file, text) = match driver {
        "roche_cobas_c" => ("roche_cobas_c.csv", include_str!("../../../content/instruments/roche_cobas_c.csv")),
        _ => return Ok(None),
    };
    InstrumentMapping::read(file, text, catalogue).map(Some).map_err(ContentProblem)
}
