//! The content that ships with the program: the starting catalogue and each driver's default mapping, embedded as text.

use catalogue::{Catalogue, CatalogueText, ContentTrouble, InstrumentMapping};

/// Shipped or given content that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{}", list(.0))]
pub struct ContentProblem(pub Vec<ContentTrouble>);

fn list(troubles: &[ContentTrouble]) -> String {
    troubles.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// The starting catalogue, unverified until a director signs it.
pub fn starting_catalogue() -> Result<Catalogue, ContentProblem> {
    Catalogue::read(CatalogueText {
        edition: include_str!("../../../content/catalogue/edition.toml"),
        containers: include_str!("../../../content/catalogue/containers.csv"),
        tests: include_str!("../../../content/catalogue/tests.csv"),
        critical_limits: include_str!("../../../content/catalogue/critical_limits.csv"),
        reference_intervals: Some(include_str!("../../../content/catalogue/reference_intervals.csv")),
        ldl_factors: Some(include_str!("../../../content/catalogue/martin_hopkins_factors.csv")),
    })
    .map_err(ContentProblem)
}

/// The mapping that ships with a driver; a site replaces it by its own file.
pub fn default_mapping(driver: &str, catalogue: &Catalogue) -> Result<Option<InstrumentMapping>, ContentProblem> {
    let (file, text) = match driver {
        "roche_cobas_c" => ("roche_cobas_c.csv", include_str!("../../../content/instruments/roche_cobas_c.csv")),
        _ => return Ok(None),
    };
    InstrumentMapping::read(file, text, catalogue).map(Some).map_err(ContentProblem)
}
