//! `edition`: the catalogue as files, from the export to what changed.

use crate::program::{Ended, run};
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

struct Files {
    /// Gone with the folder.
    _keep: TempDir,
    folder: PathBuf,
}

impl Files {
    /// As the program exports them.
    fn exported() -> Self {
        let keep = TempDir::new().unwrap();
        let folder = keep.path().join("edition");
        let exported = edition(&["export", folder.to_str().unwrap()]);
        assert_eq!(exported.code, Some(0), "{exported:?}");
        Self { _keep: keep, folder }
    }

    fn path(&self) -> &str {
        self.folder.to_str().unwrap()
    }

    /// Exactly one place in a file becomes another.
    fn change(&self, file: &str, from: &str, to: &str) {
        let path = self.folder.join(file);
        let text = fs::read_to_string(&path).unwrap();
        assert_eq!(text.matches(from).count(), 1, "{from} in {file}");
        fs::write(path, text.replace(from, to)).unwrap();
    }

    fn named_anew(self) -> Self {
        self.change("edition.toml", "name = \"starting-2026-11d\"", "name = \"house-1\"");
        self
    }
}

fn edition(words: &[&str]) -> Ended {
    run(&[&["edition"], words].concat())
}

#[test]
fn what_is_exported_is_whole_and_says_what_is_missing() {
    let files = Files::exported();
    let content = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../content");
    for (name, own) in [("tests.csv", "catalogue/tests.csv"), ("LOINC-NOTICE.md", "LOINC-NOTICE.md")] {
        assert_eq!(fs::read(files.folder.join(name)).unwrap(), fs::read(content.join(own)).unwrap(), "{name}");
    }
    let checked = edition(&["check", files.path()]);
    assert_eq!(checked.code, Some(0), "{checked:?}");
    for words in [
        "edition starting-2026-11d from 2026-11-22",
        "286 tests, 31 panels, 31 kinds of containers, 516 intervals, 79 critical limits",
        "20 methods, 6 absurd limits, 34 delta limits, 141 measuring ranges, 20 interference limits",
        "361 containers of tests, 24 rejection reasons, 99 allowable errors",
    ] {
        assert!(checked.out.contains(words), "{}", checked.out);
    }
    assert!(checked.out.contains("numbers without an interval: "), "{}", checked.out);
    assert!(checked.out.contains("10 tests without a LOINC code: ABORHC AGTYP DATC KBT"), "{}", checked.out);
    let same = edition(&["diff", files.path()]);
    assert_eq!((same.code, same.out.as_str()), (Some(0), ""), "{same:?}");
    let again = edition(&["export", files.path()]);
    assert_eq!(again.code, Some(2), "nothing that is there is written over: {again:?}");
}

#[test]
fn what_changed_is_shown_row_by_row() {
    let files = Files::exported().named_anew();
    files.change("critical_limits.csv", "K,A,28,54787.5,,,,,2.8,6.2,,", "K,A,28,54787.5,,,,,2.5,6.2,,");
    files.change("containers.csv", "BCB,Blood culture bottles,", "BCB,Blood culture set,");
    let tests = fs::read_to_string(files.folder.join("tests.csv")).unwrap();
    let without_band: String = tests.lines().filter(|line| !line.starts_with("BANDM,")).map(|line| format!("{line}\n")).collect();
    fs::write(
        files.folder.join("tests.csv"),
        without_band
            + "NEWK,Potassium again,CHEM,2823-3,Potassium [Moles/volume] in Serum or Plasma,name-verified,Serum,mmol/L,1,number,1,,,here\n",
    )
    .unwrap();
    let containers = fs::read_to_string(files.folder.join("test_containers.csv")).unwrap();
    let without_band: String = containers.lines().filter(|line| !line.starts_with("BANDM,")).map(|line| format!("{line}\n")).collect();
    fs::write(files.folder.join("test_containers.csv"), without_band + "NEWK,1,SST,10,150,24,,,here\n").unwrap();
    let intervals = fs::read_to_string(files.folder.join("reference_intervals.csv")).unwrap();
    let without_band: String = intervals.lines().filter(|line| !line.starts_with("BANDM,")).map(|line| format!("{line}\n")).collect();
    let gone = intervals.lines().count() - without_band.lines().count();
    fs::write(files.folder.join("reference_intervals.csv"), without_band).unwrap();
    let changed = edition(&["diff", files.path()]);
    assert_eq!(changed.code, Some(0), "{changed:?}");
    for line in [
        "edition.toml: 1 row\n",
        "  ~ edition: name starting-2026-11d → house-1",
        "  ~ K A 28 54787.5: low 2.8 → 2.5",
        "  ~ BCB: name Blood culture bottles → Blood culture set",
        "  - BANDM: name ",
        "  + NEWK SST: place 1; volume_ul 10; dead_volume_ul 150; stability_room_h 24; source here",
        "  - BANDM EDTA: place 1; ",
        "  + NEWK: name Potassium again; bench CHEM; loinc 2823-3;",
    ] {
        assert!(changed.out.contains(line), "{line} is missing in\n{}", changed.out);
    }
    assert_eq!(changed.out.matches("\n  - BANDM reference").count(), gone, "{}", changed.out);
    // The other way round, what was added is removed.
    let back = Files::exported();
    let back = edition(&["diff", back.path(), "--from", files.path()]);
    assert!(back.out.contains("  ~ K A 28 54787.5: low 2.5 → 2.8") && back.out.contains("  - NEWK: "), "{}", back.out);
}

#[test]
fn a_changed_edition_needs_a_name_of_its_own() {
    let files = Files::exported();
    files.change("critical_limits.csv", "K,A,28,54787.5,,,,,2.8,6.2,,", "K,A,28,54787.5,,,,,2.5,6.2,,");
    let changed = edition(&["diff", files.path()]);
    assert_eq!(changed.code, Some(1), "{changed:?}");
    assert!(changed.out.contains("low 2.8 → 2.5") && changed.err.contains("both are named starting-2026-11d"), "{changed:?}");
}

#[test]
fn every_fault_is_named_with_file_line_and_reason() {
    let files = Files::exported();
    // 4.0 lies inside every adult's interval of potassium.
    files.change("critical_limits.csv", "K,A,28,54787.5,,,,,2.8,6.2,,", "K,A,28,54787.5,,,,,4.0,6.2,,");
    let checked = edition(&["check", files.path()]);
    assert_eq!(checked.code, Some(1), "{checked:?}");
    let fault = "critical_limits.csv, line 21: critical below 4.0 lies inside the interval from 3.4 of K";
    assert!(checked.out.contains(fault) && checked.err.contains("the edition cannot be used"), "{checked:?}");
    let changed = edition(&["diff", files.path()]);
    assert_eq!(changed.code, Some(1), "a faulty edition is not compared: {changed:?}");
    files.change("tests.csv", "HGB,Hemoglobin,HEM,718-7", "HGB,Hemoglobin,HEM,718-8");
    let checked = edition(&["check", files.path()]);
    assert!(checked.out.contains("tests.csv, line 4: “718-8” of HGB is no LOINC code"), "{}", checked.out);
}

#[test]
fn a_folder_that_is_no_edition_is_told_what_is_wrong_with_it() {
    let files = Files::exported();
    fs::write(files.folder.join("notes.txt"), "ask Dr A").unwrap();
    fs::remove_file(files.folder.join("tests.csv")).unwrap();
    let checked = edition(&["check", files.path()]);
    assert_eq!(checked.code, Some(1), "{checked:?}");
    assert!(checked.out.contains("notes.txt: no edition has a file of this name"), "{}", checked.out);
    assert!(checked.out.contains("tests.csv: the file is missing"), "{}", checked.out);
    fs::write(files.folder.join("tests.csv"), [0xff, 0xfe]).unwrap();
    let unreadable = edition(&["check", files.path()]);
    assert!(unreadable.code == Some(2) && unreadable.err.contains("tests.csv"), "{unreadable:?}");
    fs::remove_file(files.folder.join("tests.csv")).unwrap();
    fs::create_dir(files.folder.join("tests.csv")).unwrap();
    let folder = edition(&["check", files.path()]);
    assert!(folder.code == Some(2) && folder.err.contains("it is no file"), "{folder:?}");
    let nowhere = edition(&["check", "/nowhere/at/all"]);
    assert!(nowhere.code == Some(2) && nowhere.err.contains("/nowhere/at/all"), "{nowhere:?}");
}
