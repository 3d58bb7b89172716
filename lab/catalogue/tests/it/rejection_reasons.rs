//! Why specimens are rejected: read, refused where it cannot be so, and nothing that lets a specimen of the blood bank be labelled again.

use crate::bench::says;
use crate::bench::{POTASSIUM, shipped, with_file};
use catalogue::{EditionFile, WayOn};
use std::collections::BTreeSet;

const HEAD: &str = "code,name,way_on,documentation,not_for,source\n";
const SOUND: &str = "CLOTTED,Clotted,recollect,who was told,,here\n";

fn told(rows: &str) -> Vec<String> {
    with_file(POTASSIUM, EditionFile::RejectionReasons, &format!("{HEAD}{rows}")).err().unwrap_or_default()
}

#[test]
fn a_faulty_reason_is_named_with_its_line_and_what_is_expected() {
    let table: [(&str, &[&str]); 11] = [
        ("CLOTTED,Clotted,recollect,who was told,,here", &["CLOTTED", "second time"]),
        ("old,Too old,recollect,who was told,,here", &["“old”", "no code of a rejection reason"]),
        (",Too old,recollect,who was told,,here", &["no code of a rejection reason"]),
        ("ABCDEFGHIJKLMNOPQ,Too old,recollect,who was told,,here", &["no code", "16"]),
        ("OLD,,recollect,who was told,,here", &["OLD has no name"]),
        ("OLD,Too old,keep,who was told,,here", &["way_on of OLD", "recollect, override or identify", "“keep”"]),
        ("OLD,Too old,override,,,here", &["OLD has no documentation"]),
        ("OLD,Too old,override,who was told,,", &["OLD has no source"]),
        ("OLD,Too old,override,who was told,BB,here", &["not_for of OLD", "“BB”"]),
        ("OLD,Too old,override,who was told,CHEM|CHEM,here", &["CHEM of OLD", "twice"]),
        ("OLD,Too old,recollect,who was told,CHEM,here", &["OLD is recollected for every bench", "empty"]),
    ];
    for (row, words) in table {
        says(&told(&format!("{SOUND}{row}\n")), "rejection_reasons.csv, line 3", words);
    }
    assert_eq!(told(&format!("{SOUND}OLD,Too old,override,who was told,CHEM,here\n")), Vec::<String>::new());
}

#[test]
fn the_exception_never_holds_for_a_bench_that_is_named() {
    let rows = format!("{HEAD}OLD,Too old,identify,a form,CHEM,here\n");
    let catalogue = with_file(POTASSIUM, EditionFile::RejectionReasons, &rows).unwrap();
    let reason = catalogue.rejection_reason("OLD").unwrap();
    assert_eq!((reason.way_on("CHEM"), reason.way_on("HEM")), (WayOn::Recollect, WayOn::Identify));
    assert_eq!(catalogue.rejection_reason("NEW"), None);
}

/// The reasons of laboratory rules 5.5, counted there by hand.
#[test]
fn every_reason_of_the_laboratory_rules_is_shipped() {
    let codes: BTreeSet<String> = shipped().rejection_reasons().map(|reason| reason.code.clone()).collect();
    let expected = [
        "UNLABELLED",
        "MISLABELLED",
        "NO-COLLECTOR",
        "WRONG-CONTAINER",
        "ORDER-OF-DRAW",
        "QNS",
        "CITRATE-FILL",
        "CLOTTED",
        "HAEMOLYSED",
        "LIPAEMIC",
        "ICTERIC",
        "TOO-OLD",
        "TEMPERATURE",
        "LEAKED",
        "IV-FLUID",
        "NO-SEAL",
        "DUPLICATE",
        "EXPIRED",
        "PRESERVATIVE",
        "DRY-SWAB",
        "FORMALIN",
        "SALIVA",
        "INCOMPLETE-24H",
        "FORMED-STOOL",
    ];
    assert_eq!(codes, expected.map(str::to_owned).into());
}

/// Zero tolerance: whatever is done for the blood bank (cord blood among it), a specimen in doubt as to whose it is is collected again.
#[test]
fn a_specimen_of_the_blood_bank_is_never_labelled_again() {
    let catalogue = shipped();
    let transfusion = ["ABO", "RH", "ABORH", "ABSC", "XM", "DAT", "ABORHC", "DATC", "AGTYP"];
    let benches: BTreeSet<&str> =
        catalogue.tests().filter(|test| transfusion.contains(&test.code.as_str())).map(|test| test.bench.as_str()).collect();
    assert_eq!(benches, ["BB"].into(), "every transfusion test is of the blood bank");
    for code in ["UNLABELLED", "MISLABELLED", "NO-COLLECTOR"] {
        assert_eq!(catalogue.rejection_reason(code).unwrap().way_on("BB"), WayOn::Recollect, "{code}");
    }
    // A cerebrospinal fluid cannot be had again: whoever collected it says whose it is.
    for code in ["UNLABELLED", "MISLABELLED"] {
        assert_eq!(catalogue.rejection_reason(code).unwrap().way_on("BF"), WayOn::Identify, "{code}");
    }
    assert!(catalogue.rejection_reasons().all(|reason| reason.way_on("BB") != WayOn::Identify));
}
