//! I8 on a laboratory that works: `check --log` says where a log tells who was treated.

use crate::check::with_a_result;
use crate::engine::Engine;
use crate::http::order;
use crate::program::Place;
use serde_json::json;
use std::path::Path;

on_both!(names_and_numbers_of_patients_in_a_log_are_named_by_their_line, a_log_that_cannot_be_read_is_no_log_that_holds);

fn check(place: &Place<'_>, log: &Path) -> crate::program::Ended {
    place.run("check", &["--log", log.to_str().unwrap()])
}

async fn names_and_numbers_of_patients_in_a_log_are_named_by_their_line(engine: &Engine) {
    let (place, accounts) = Place::with_laboratory(engine, "production");
    let server = place.serve();
    let patient = json!({"mrn": "MRN-7391846", "family_name": "von Ähre", "given_name": "Ada", "birth_date": "1980-02-29", "sex": "F"});
    order(server.http, &accounts.token, &patient);
    let short = json!({"mrn": "M-1", "family_name": "Ng", "given_name": "Ada", "birth_date": "1980-02-29", "sex": "F"});
    order(server.http, &accounts.token, &short);
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("benchside.log");
    std::fs::write(&log, "M-1 is too short to mean anything\nMRN-73918460 von Ähren Nguyen\n").unwrap();
    let name = log.to_str().unwrap();
    let sound = check(&place, &log);
    sound.says(0, &[]);
    assert!(
        sound.out.contains(&format!("I8: log {name}: no record number and no family name of 2 patients in 2 lines\n")),
        "{}",
        sound.out
    );
    assert!(
        sound.out.contains("not looked for: 1 numbers and names that are too short") && !sound.out.contains("logs go to"),
        "{}",
        sound.out
    );
    std::fs::write(&log, "nothing\nrefused: \"MRN-7391846\"\nfamily_name=VON ÄHRE\nNg\n").unwrap();
    let through = check(&place, &log);
    assert_eq!(server.stop().code, Some(0));
    for checked in [through, check(&place, &log)] {
        checked.says(1, &["3 things do not hold"]);
        let said: Vec<&str> = checked.out.lines().filter(|line| line.contains("stands there")).collect();
        let number = format!("I8: log {name}, line 2: a patient's medical record number stands there");
        let family = |line| format!("I8: log {name}, line {line}: a patient's family name stands there");
        assert_eq!(said, [number, family(3), family(4)]);
        for value in ["MRN-7391846", "Ähre", "ÄHRE", "Ng"] {
            assert!(!checked.out.contains(value) && !checked.err.contains(value), "{value} is told: {checked:?}");
        }
    }
}

async fn a_log_that_cannot_be_read_is_no_log_that_holds(engine: &Engine) {
    let place = with_a_result(engine);
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("none.log");
    check(&place, &missing).says(3, &["cannot read the log", missing.to_str().unwrap()]);
    check(&place, folder.path()).says(3, &["cannot read the log", "it is not a file"]);
    let empty = folder.path().join("empty.log");
    std::fs::write(&empty, "").unwrap();
    let checked = check(&place, &empty);
    checked.says(0, &[]);
    assert!(checked.out.contains("of 1 patients in 0 lines"), "{}", checked.out);
}
