//! Which tubes an order needs, on the shipped catalogue. What is expected was worked out by hand from the containers each test names.

use catalogue::{Catalogue, CatalogueText, TestCode};
use workflow::plan_tubes;

fn shipped() -> Catalogue {
    Catalogue::read(CatalogueText {
        edition: include_str!("../../../../content/catalogue/edition.toml"),
        containers: include_str!("../../../../content/catalogue/containers.csv"),
        tests: include_str!("../../../../content/catalogue/tests.csv"),
        test_containers: include_str!("../../../../content/catalogue/test_containers.csv"),
        critical_limits: include_str!("../../../../content/catalogue/critical_limits.csv"),
        panels: Some(include_str!("../../../../content/catalogue/panels.csv")),
        ..CatalogueText::default()
    })
    .unwrap()
}

/// The tubes of these tests and panels, as `SST: K NA`.
fn tubes(codes: &[&str]) -> Vec<String> {
    let catalogue = shipped();
    let asked = codes.iter().flat_map(|code| catalogue.asked_for(&TestCode::parse(code).unwrap()));
    let mut tests: Vec<_> = asked.cloned().collect();
    tests.sort_by(|a, b| a.code.cmp(&b.code));
    tests.dedup_by(|a, b| a.code == b.code);
    let tubes = plan_tubes(&tests, &catalogue);
    assert_eq!(tubes.iter().map(|tube| tube.tests.len()).sum::<usize>(), tests.len(), "no test is left out or doubled");
    let line = |tube: &workflow::PlannedTube| {
        let codes: Vec<&str> = tube.tests.iter().map(TestCode::as_str).collect();
        format!("{}: {}", tube.container, codes.join(" "))
    };
    tubes.iter().map(line).collect()
}

#[test]
fn tubes_stand_in_the_order_of_draw_and_what_is_not_drawn_comes_last() {
    assert_eq!(tubes(&["UPRO", "LACT", "HGB", "K", "PT"]), ["CIT: PT", "SST: K", "EDTA: HGB", "GRY-ICE: LACT", "UCUP: UPRO"]);
}

#[test]
fn a_panel_of_one_kind_of_blood_is_one_tube() {
    assert_eq!(tubes(&["BMP"]), ["SST: BUN CA CL CO2 CREA GLU K NA"]);
    for panel in ["CMP", "RENAL", "LIVER", "LIPID", "IRON", "THYROID", "COAG", "CBCD", "UAM", "ABG", "CTNG", "RESPV"] {
        assert_eq!(tubes(&[panel]).len(), 1, "{panel}: {:?}", tubes(&[panel]));
    }
}

/// Serum and whole blood of the pink tube are one tube of blood; nobody is stuck twice for a type and screen.
#[test]
fn what_becomes_of_one_tube_of_blood_is_drawn_once() {
    assert_eq!(tubes(&["TS"]), ["EDTA-BB: ABORH ABSC"]);
    let catalogue = shipped();
    let tests: Vec<_> = catalogue.asked_for(&TestCode::parse("TS").unwrap()).into_iter().cloned().collect();
    assert_eq!(plan_tubes(&tests, &catalogue)[0].specimen, "Serum/plasma and Whole blood");
}

#[test]
fn a_cup_of_urine_is_one_for_strip_chemistry_and_drug_screen() {
    assert_eq!(tubes(&["UAM", "UACR", "UDS"]).len(), 1, "{:?}", tubes(&["UAM", "UACR", "UDS"]));
}

/// Troponin takes heparin alone; what accepts heparin goes along, and what does not has its own.
#[test]
fn a_tube_that_is_needed_anyway_takes_what_it_may() {
    assert_eq!(tubes(&["HSTNI", "K", "CKMB"]), ["HEP: CKMB HSTNI K"]);
    assert_eq!(tubes(&["HSTNI", "K", "IGG"]), ["SST: IGG K", "HEP: HSTNI"]);
}

#[test]
fn two_specimens_that_are_no_blood_are_two_containers() {
    assert_eq!(tubes(&["CSFWBC", "CSFGLU", "CSFPRO"]), ["CSF1: CSFGLU CSFPRO", "CSF3: CSFWBC"]);
    // A fluid in the tube that is also used for blood is no blood.
    assert_eq!(tubes(&["CORD", "TS"]), ["EDTA-BB: ABORH ABSC", "EDTA-BB: ABORHC DATC"]);
    assert_eq!(tubes(&["PLEURAL", "ASCITES"]).len(), 2);
    // A sputum and another sterile specimen, both in sterile containers.
    assert_eq!(tubes(&["RESPCX", "AFBCX", "FUNGCX"]).len(), 2, "{:?}", tubes(&["RESPCX", "AFBCX", "FUNGCX"]));
}

#[test]
fn every_panel_and_every_test_can_be_drawn() {
    let catalogue = shipped();
    for panel in catalogue.panels() {
        assert!(!tubes(&[panel.code.as_str()]).is_empty(), "{}", panel.code);
    }
    let all: Vec<_> = catalogue.tests().cloned().collect();
    assert_eq!(plan_tubes(&all, &catalogue).iter().map(|tube| tube.tests.len()).sum::<usize>(), catalogue.tests().count());
}

/// Immunoassays take 50 ul each and leave 150: 37 of them are the 2000 ul that a gold top gives, and the 38th needs another.
#[test]
fn more_than_a_tube_gives_is_two_tubes() {
    let assays = [
        "AFP", "B12", "CA125", "CA199", "CEA", "CKMB", "CORT", "CPEP", "E2", "FOL", "FPSA", "FSH", "FT3", "FT4", "HBCT", "HBSAB", "HBSAG",
        "HCGQ", "HCVAB", "HIVAGAB", "INS", "LH", "MONOS", "MYO", "NTBNP", "PROG", "PRL", "PSA", "RPR", "RPRT", "RUBG", "SHBG", "T3", "T4",
        "TESTO", "TPO", "TSH", "VITD",
    ];
    assert_eq!(tubes(&assays[..37]).len(), 1);
    let two = tubes(&assays);
    assert_eq!((two.len(), two[1].as_str()), (2, "SST: VITD"), "{two:?}");
}
