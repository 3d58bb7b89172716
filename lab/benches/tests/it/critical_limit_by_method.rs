//! Two methods, two instruments: two limits. The gate chooses by how a value was measured, and never takes another's limit.

use crate::notation::{Case, said, with_limits};
use catalogue::Catalogue;
use std::sync::LazyLock;

/// Creatinine is critical above 7.5 in the shipped limits; here also by two methods, one instrument and one specimen of its own.
static LIMITS: LazyLock<Catalogue> = LazyLock::new(|| {
    with_limits(concat!(
        "CREA,A,0,54787.5,,,CREA-JAFFE,,,7.0,,here,\n",
        "CREA,A,0,54787.5,,,CREA-ENZYMATIC,,,8.0,,here,\n",
        "CREA,A,0,54787.5,,,,c2,,6.0,,here,\n",
        "CREA,A,6574.5,54787.5,,,CREA-JAFFE,c3,,5.0,,here,adults only: no child is measured there\n",
        "BUN,A,0,54787.5,,Serum/plasma,,,,90,,here,\n",
        "BUN,A,0,54787.5,,Urine,,,,50,,here,\n",
    ))
});

fn judged(notation: &str) -> String {
    let (measured, assessment) = Case::read(notation).judge_by(&LIMITS);
    let findings = said(&assessment);
    format!("{} | {}", measured.reported, if findings.is_empty() { "passes".to_owned() } else { findings.join(" | ") })
}

#[test]
fn each_method_has_its_own_limit() {
    assert_eq!(judged("CREA 7.6 mg/dL"), "7.60 | critical hold: 7.60 above 7.5");
    assert_eq!(judged("CREA 7.4 mg/dL"), "7.40 | passes");
    assert_eq!(judged("CREA 7.4 mg/dL | method CREA-JAFFE"), "7.40 | critical hold: 7.40 above 7.0");
    assert_eq!(judged("CREA 7.6 mg/dL | method CREA-ENZYMATIC"), "7.60 | passes");
    assert_eq!(judged("CREA 8.1 mg/dL | method CREA-ENZYMATIC"), "8.10 | critical hold: 8.10 above 8.0");
    // A method without rows of its own has those of everybody.
    assert_eq!(judged("CREA 7.4 mg/dL | method BCG"), "7.40 | passes");
}

#[test]
fn the_instrument_goes_before_the_method() {
    assert_eq!(judged("CREA 6.1 mg/dL | instrument c1"), "6.10 | passes");
    assert_eq!(judged("CREA 6.1 mg/dL | instrument c2"), "6.10 | critical hold: 6.10 above 6.0");
    assert_eq!(judged("CREA 6.1 mg/dL | method CREA-ENZYMATIC | instrument c2"), "6.10 | critical hold: 6.10 above 6.0");
    assert_eq!(judged("CREA 5.1 mg/dL | method CREA-JAFFE | instrument c3"), "5.10 | critical hold: 5.10 above 5.0");
    assert_eq!(judged("CREA 5.1 mg/dL | method CREA-ENZYMATIC | instrument c3"), "5.10 | passes");
    // Ten years old: the instrument has a limit for adults only, and no other is taken in its place.
    assert_eq!(judged("CREA 9.0 mg/dL | method CREA-JAFFE | instrument c3 | F 2016-01-01"), "9.00 | passes");
}

#[test]
fn the_specimen_is_that_of_the_test() {
    assert_eq!(judged("BUN 91 mg/dL"), "91 | critical hold: 91 above 90");
    assert_eq!(judged("BUN 51 mg/dL"), "51 | passes");
}
