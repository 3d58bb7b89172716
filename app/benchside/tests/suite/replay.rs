//! `replay`: every capture reads as its expectation says.

use crate::program::run;
use serde_json::Value;
use std::path::{Path, PathBuf};

fn captures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../captures")
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

#[test]
fn every_capture_replays_as_expected() {
    let mut replayed = 0;
    for driver in files(&captures()) {
        let name = driver.file_name().unwrap().to_str().unwrap().to_owned();
        for capture in files(&driver).into_iter().filter(|file| file.extension().is_some_and(|extension| extension == "astm")) {
            let expected: Value = serde_json::from_str(&std::fs::read_to_string(capture.with_extension("json")).unwrap()).unwrap();
            let capture = capture.to_str().unwrap();
            let found = run(&["replay", capture, "--driver", &name, "--json"]);
            assert_eq!(found.code, Some(0), "{found:?}");
            check(capture, &found.json(), &expected);
            let words = run(&["replay", capture, "--driver", &name]);
            assert_eq!(words.code, Some(0));
            assert!(words.out.contains(&format!("{} readings", expected["readings"].as_array().unwrap().len())), "{}", words.out);
            replayed += 1;
        }
    }
    assert!(replayed >= 3, "{replayed} captures");
}

/// The expectation says nothing of our own test codes, which are a site's mapping; of a trouble it gives the beginning.
fn check(capture: &str, found: &Value, expected: &Value) {
    let mut readings = found["readings"].as_array().unwrap().clone();
    for reading in &mut readings {
        assert!(reading.as_object_mut().unwrap().remove("test").is_some(), "{capture}: our test, or null");
    }
    assert_eq!(&Value::Array(readings), &expected["readings"], "{capture}");
    let (found_troubles, expected_troubles) = (found["troubles"].as_array().unwrap(), expected["troubles"].as_array().unwrap());
    assert_eq!(found_troubles.len(), expected_troubles.len(), "{capture}: {found_troubles:?}");
    for (found, expected) in found_troubles.iter().zip(expected_troubles) {
        assert_eq!(found["where"], expected["where"], "{capture}");
        let (found, expected) = (found["what"].as_str().unwrap(), expected["what"].as_str().unwrap());
        assert!(found.starts_with(expected), "{capture}: {found}");
    }
    assert_eq!(found["decisions"], Value::Array(Vec::new()), "{capture}: without orders there is nothing to decide");
}

#[test]
fn our_codes_are_named_where_the_mapping_knows_them() {
    let potassium = captures().join("roche_cobas_c/potassium.astm");
    let found = run(&["replay", potassium.to_str().unwrap(), "--driver", "roche_cobas_c", "--json"]).json();
    assert_eq!(found["readings"][0]["test"], "K");
}

#[test]
fn what_cannot_be_replayed_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    run(&["replay", &path("x"), "--driver", "nosuch"]).says(2, &["nosuch", "roche_cobas_c"]);
    run(&["replay", &path("x"), "--driver", "roche_cobas_c"]).says(3, &[&path("x")]);
    run(&["replay", folder.path().to_str().unwrap(), "--driver", "roche_cobas_c"]).says(3, &[]);
    for (name, bytes) in
        [("empty", &b""[..]), ("noise", &[0xFF; 1_000]), ("half", b"\x021H|\\^&\rR|1|^^^990|4"), ("nul", b"H|\\^&\rR|1|\0")]
    {
        std::fs::write(path(name), bytes).unwrap();
        let ended = run(&["replay", &path(name), "--driver", "roche_cobas_c", "--json"]);
        assert_eq!(ended.code, Some(0), "{name}: {ended:?}");
        assert_eq!(ended.json()["readings"].as_array().unwrap().len(), 0, "{name}");
        assert_ne!(ended.json()["troubles"].as_array().unwrap().len(), 0, "{name}: something is wrong with it");
    }
}
