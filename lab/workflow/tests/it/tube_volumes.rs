//! Tubes hold what they hold: no test is lost or doubled, no tube is asked for more than it gives, whatever is ordered and in which order.

use catalogue::{Catalogue, CatalogueText, TestCode};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::fmt::Write;
use workflow::{PlannedTube, plan_tubes};

/// One test: its number, volume, dead volume, and whether it accepts tube A, B or both.
type Row = (usize, u32, u32, u8);

const USABLE_UL: u32 = 1_000;

fn catalogue(rows: &[Row]) -> Catalogue {
    let mut tests = "code,name,bench,loinc,loinc_name,loinc_check,specimen,unit,decimals,kind,valence,normal,note,source\n".to_owned();
    let mut test_containers =
        "test,place,container,volume_ul,dead_volume_ul,stability_room_h,stability_refrigerated_h,stability_frozen_h,source\n".to_owned();
    for (number, volume, dead, accepts) in rows {
        writeln!(tests, "T{number:03},A test,CHEM,,,unverified,Serum,mmol/L,1,number,,,,here").unwrap();
        let containers: &[&str] = [&["A"][..], &["B"], &["A", "B"], &["B", "A"]][usize::from(*accepts)];
        for (place, container) in (1..).zip(containers) {
            writeln!(test_containers, "T{number:03},{place},{container},{volume},{dead},24,,,here").unwrap();
        }
    }
    Catalogue::read(CatalogueText {
        edition: "name = \"trial\"\nsource = \"a test\"\neffective_from = \"2026-11-21\"\n",
        containers: &format!(
            "code,name,contents,order_of_draw,usable_ul,reusable,source\nA,A,none,1,{USABLE_UL},yes,here\nB,B,none,2,{USABLE_UL},yes,here\n"
        ),
        tests: &tests,
        test_containers: &test_containers,
        critical_limits: "test,sex,age_min_days,age_max_days,condition,specimen,method,instrument,low,high,text,source,reason\n",
        ..CatalogueText::default()
    })
    .unwrap()
}

fn planned(catalogue: &Catalogue, reversed: bool) -> Vec<PlannedTube> {
    let mut tests: Vec<_> = catalogue.tests().cloned().collect();
    if reversed {
        tests.reverse();
        // A test that was asked for twice is one.
        tests.extend(tests.first().cloned());
    }
    plan_tubes(&tests, catalogue)
}

fn lines(tubes: &[PlannedTube]) -> Vec<String> {
    let line = |tube: &PlannedTube| {
        let codes: Vec<&str> = tube.tests.iter().map(TestCode::as_str).collect();
        format!("{}: {}", tube.container, codes.join(" "))
    };
    tubes.iter().map(line).collect()
}

/// 400 + 300 + 200 and the largest dead volume, 100, are 1000; one more microlitre of any of them needs a second tube.
#[test]
fn the_volumes_add_up_and_the_largest_dead_volume_is_shared() {
    let tubes = |rows: &[Row]| lines(&planned(&catalogue(rows), false));
    assert_eq!(tubes(&[(1, 400, 100, 0), (2, 300, 50, 0), (3, 200, 0, 0)]), ["A: T001 T002 T003"]);
    assert_eq!(tubes(&[(1, 400, 100, 0), (2, 300, 50, 0), (3, 201, 0, 0)]), ["A: T001 T002", "A: T003"]);
    assert_eq!(tubes(&[(1, 400, 101, 0), (2, 300, 50, 0), (3, 200, 0, 0)]), ["A: T001 T002", "A: T003"]);
    assert_eq!(tubes(&[(1, 1_000, 0, 0), (2, 0, 0, 0), (3, 0, 1, 0)]), ["A: T001 T002", "A: T003"]);
    // Largest first: 600 and 400, 500 and 500; in the order of the codes it would take three.
    assert_eq!(tubes(&[(1, 400, 0, 0), (2, 500, 0, 0), (3, 600, 0, 0), (4, 500, 0, 0)]), ["A: T001 T003", "A: T002 T004"]);
    // What accepts both goes to the tube that is needed anyway.
    assert_eq!(tubes(&[(1, 100, 0, 1), (2, 100, 0, 2)]), ["B: T001 T002"]);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_test_is_on_one_tube_and_no_tube_is_asked_for_more_than_it_holds(
        volumes in prop::collection::vec((0_u32..=900, 0_u32..=100, 0_u8..4), 1..40),
    ) {
        let rows: Vec<Row> = volumes.iter().enumerate().map(|(number, (volume, dead, accepts))| (number, *volume, *dead, *accepts)).collect();
        let catalogue = catalogue(&rows);
        let tubes = planned(&catalogue, false);
        prop_assert_eq!(&tubes, &planned(&catalogue, true), "the order of the tests makes no difference");
        let row_of = |code: &TestCode| rows[code.as_str().trim_start_matches('T').parse::<usize>().unwrap()];
        let mut seen: BTreeMap<&TestCode, usize> = BTreeMap::new();
        for tube in &tubes {
            let of_tube: Vec<Row> = tube.tests.iter().map(row_of).collect();
            let needed: u32 = of_tube.iter().map(|row| row.1).sum();
            let dead = of_tube.iter().map(|row| row.2).max().unwrap();
            prop_assert!(needed + dead <= USABLE_UL, "{tube:?}: {needed} and {dead}");
            let accepted = of_tube.iter().all(|row| row.3 >= 2 || (row.3 == 0) == (tube.container.as_str() == "A"));
            prop_assert!(accepted, "{:?} holds a test that does not accept it", tube);
            tube.tests.iter().for_each(|test| *seen.entry(test).or_default() += 1);
        }
        prop_assert_eq!(seen.len(), rows.len(), "no test is lost");
        prop_assert!(seen.values().all(|count| *count == 1), "no test is doubled");
    }
}
