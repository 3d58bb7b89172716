//! What tells a row of each file from the others: a changed cell is one changed row, named so that a director finds it.

use crate::bench::{
    SHIPPED_ABSURD, SHIPPED_CONTAINERS, SHIPPED_DELTAS, SHIPPED_EDITION, SHIPPED_INTERFERENCE, SHIPPED_INTERVALS, SHIPPED_LIMITS,
    SHIPPED_METHODS, SHIPPED_RANGES, SHIPPED_TEST_CONTAINERS, SHIPPED_TESTS,
};
use catalogue::{EditionFiles, differences};

const FILES: [(&str, &str); 11] = [
    ("edition.toml", SHIPPED_EDITION),
    ("containers.csv", SHIPPED_CONTAINERS),
    ("tests.csv", SHIPPED_TESTS),
    ("test_containers.csv", SHIPPED_TEST_CONTAINERS),
    ("methods.csv", SHIPPED_METHODS),
    ("critical_limits.csv", SHIPPED_LIMITS),
    ("absurd_limits.csv", SHIPPED_ABSURD),
    ("delta_limits.csv", SHIPPED_DELTAS),
    ("measuring_ranges.csv", SHIPPED_RANGES),
    ("interference_limits.csv", SHIPPED_INTERFERENCE),
    ("reference_intervals.csv", SHIPPED_INTERVALS),
];

fn edition(change: impl Fn(&str, &str) -> String) -> EditionFiles {
    EditionFiles::new(FILES.map(|(name, text)| (name.to_owned(), change(name, text)))).unwrap()
}

/// What is said where one place of one file changes.
fn changed(file: &str, from: &str, to: &str) -> Vec<String> {
    let text = FILES.iter().find(|(name, _)| *name == file).unwrap().1;
    assert_eq!(text.matches(from).count(), 1, "{from} in {file}");
    let after = edition(|name, text| if name == file { text.replace(from, to) } else { text.to_owned() });
    let found = differences(&edition(|_, text| text.to_owned()), &after).unwrap();
    assert!(found.iter().all(|difference| difference.file.name() == file), "{found:?}");
    found.iter().map(ToString::to_string).collect()
}

#[test]
fn a_changed_cell_is_one_row_by_its_name() {
    for (file, from, to, said) in [
        ("methods.csv", "BCG,Bromocresol green,", "BCG,Bromcresol green,", "~ BCG: name Bromocresol green → Bromcresol green"),
        ("critical_limits.csv", "\nXM,A,0,54787.5,,,,,,,INCOMP,", "\nXM,A,0,54787.5,,,,,,,POS,", "~ XM A 0 54787.5: text INCOMP → POS"),
        ("absurd_limits.csv", "\nK,A,0,54787.5,,,,,1.0,", "\nK,A,0,54787.5,,,,,1.2,", "~ K A 0 54787.5: low 1.0 → 1.2"),
        (
            "delta_limits.csv",
            "\nK,A,0,54787.5,,,,,identity,1.0,",
            "\nK,A,0,54787.5,,,,,identity,1.5,",
            "~ K A 0 54787.5 identity: absolute 1.0 → 1.5",
        ),
        ("measuring_ranges.csv", "\nWBC,,,,0.03,440,1,", "\nWBC,,,,0.03,440,5,", "~ WBC: dilution_max 1 → 5"),
        (
            "interference_limits.csv",
            "\nNA,,ISE-INDIRECT,,,L,mg/dL,,1500,",
            "\nNA,,ISE-INDIRECT,,,L,mg/dL,,1000,",
            "~ NA ISE-INDIRECT L: block_above 1500 → 1000",
        ),
    ] {
        assert_eq!(changed(file, from, to), [said], "{file}");
    }
    // A row confined to a method is another row.
    let moved = changed("measuring_ranges.csv", "\nCA,,,,", "\nCA,,NM-BAPTA,,");
    assert_eq!(moved.len(), 2, "{moved:?}");
    assert!(moved[0].starts_with("- CA: ") && moved[1].starts_with("+ CA NM-BAPTA: "), "{moved:?}");
}
