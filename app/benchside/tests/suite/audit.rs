//! `audit`: 0 where nothing was done behind the journal's back, 1 where something was, with its place named; beside a server and alone.

use crate::check::with_a_result;
use crate::engine::Engine;
use std::collections::HashSet;
use store::repositories::access::{self, NewAccess};

on_both!(
    what_was_done_behind_the_journal_is_named,
    who_saw_a_patient_is_told_and_that_nobody_did_or_there_is_none,
    every_looking_is_listed_however_many_there_are,
    an_anchor_vouches_for_the_end_of_the_journal
);

async fn what_was_done_behind_the_journal_is_named(engine: &Engine) {
    let place = with_a_result(engine);
    let sound = place.operate("audit verify", &[]);
    sound.says(0, &[]);
    assert!(sound.out.contains("records") && sound.out.contains("not seen: whether the end of the journal was cut off"), "{}", sound.out);
    place.change("UPDATE result SET reported = '4.9'");
    let server = place.serve();
    let altered = place.operate("audit verify", &[]);
    altered.says(1, &["1 thing was done behind the journal's back"]);
    assert!(altered.out.contains("\n  result ") && altered.out.contains("is not as entry"), "{}", altered.out);
    // The chain alone says nothing of records, and says so; but an entry that was touched is named.
    let chain = place.operate("audit verify", &["--chain"]);
    chain.says(0, &[]);
    assert!(chain.out.contains("0 records") && chain.out.contains("not seen: whether the records are as the entries say"), "{}", chain.out);
    assert_eq!(server.stop().code, Some(0));
    place.change("UPDATE result SET reported = '4.1'");
    place.operate("audit verify", &[]).says(0, &[]);
    place.change("UPDATE journal SET actor = 'somebody' WHERE command_id = (SELECT command_id FROM seal WHERE no = 1)");
    let chain = place.operate("audit verify", &["--chain"]);
    chain.says(1, &["1 thing was done behind the journal's back"]);
    assert!(chain.out.contains("was altered or moved"), "{}", chain.out);
}

async fn who_saw_a_patient_is_told_and_that_nobody_did_or_there_is_none(engine: &Engine) {
    let place = with_a_result(engine);
    // An API client placed the order, and looked at nothing.
    let nobody = place.operate("audit seen", &["M-1"]);
    nobody.says(0, &[]);
    assert_eq!(nobody.out, "nobody looked at M-1\n");
    let unknown = place.operate("audit seen", &["M-2"]);
    unknown.says(2, &["no patient has the medical record number M-2"]);
    assert_eq!(unknown.out, "");
}

/// More than one answer holds, several of one moment, and the ends of answers between those.
async fn every_looking_is_listed_however_many_there_are(engine: &Engine) {
    const LOOKINGS: u32 = 50_001;
    assert!(LOOKINGS as usize > 2 * actions::LOOKINGS_MAX);
    let place = with_a_result(engine);
    let patient = kernel::PatientId::from_slice(&place.blobs("SELECT id FROM patient")[0]).unwrap();
    let lookings: Vec<NewAccess> = (0..LOOKINGS)
        .map(|number| NewAccess {
            id: actions::new_command().uuid(),
            at: kernel::Timestamp::from_micros(i64::from(number / 7) * 1_000_000),
            by: "person:asa".to_owned(),
            what: "order",
            subject: format!("26-{number}"),
            patient: Some(patient),
        })
        .collect();
    place.write(move |tx| access::add(tx, &lookings));
    let expected: HashSet<String> = (0..LOOKINGS).map(|number| format!("26-{number}")).collect();
    let server = place.serve();
    let through = place.operate("audit seen", &["M-1"]);
    assert_eq!(server.stop().code, Some(0));
    for listed in [through, place.operate("audit seen", &["M-1"])] {
        listed.says(0, &[]);
        let lines: Vec<Vec<&str>> = listed.out.lines().map(|line| line.split('\t').collect()).collect();
        assert_eq!(lines.len(), expected.len(), "each once");
        assert_eq!(lines.iter().map(|line| line[3].to_owned()).collect::<HashSet<_>>(), expected);
        assert!(lines.is_sorted_by(|newer, older| newer[0] >= older[0]), "newest first");
    }
}

async fn an_anchor_vouches_for_the_end_of_the_journal(engine: &Engine) {
    let place = with_a_result(engine);
    // A copy kept elsewhere, as it should be.
    let elsewhere = tempfile::tempdir().unwrap();
    let anchor = elsewhere.path().join("seals.log");
    std::fs::copy(place.data().join("seals.log"), &anchor).unwrap();
    let anchor = anchor.to_str().unwrap();
    let anchored = place.operate("audit verify", &["--anchor", anchor]);
    anchored.says(0, &[]);
    assert!(!anchored.out.contains("whether the end"), "{}", anchored.out);
    let key = place.operate("audit key", &[]);
    assert_eq!(key.out.trim().len(), 64, "{key:?}");
    place.operate("audit verify", &["--anchor", anchor, "--key", key.out.trim()]).says(0, &[]);
    let other = place.operate("audit verify", &["--anchor", anchor, "--key", &"0".repeat(64)]);
    other.says(1, &[]);
    assert!(other.out.contains("none of those that count"), "{}", other.out);
    place.operate("audit verify", &["--anchor", "nowhere"]).says(3, &["nowhere"]);
}

/// Somebody puts yesterday's database back.
#[test]
fn an_older_database_in_place_of_this_one_is_seen_by_the_anchor() {
    let engine = Engine::sqlite();
    let place = with_a_result(&engine);
    let (database, older) = (place.data().join("benchside.db"), place.data().join("older.db"));
    std::fs::copy(&database, &older).unwrap();
    place.operate("token new", &["ward"]).says(0, &[]);
    let anchor = place.data().join("seals.log");
    let anchor = anchor.to_str().unwrap();
    place.operate("audit verify", &["--anchor", anchor]).says(0, &[]);
    std::fs::rename(&older, &database).unwrap();
    place.operate("audit verify", &[]).says(0, &[]);
    let cut = place.operate("audit verify", &["--anchor", anchor]);
    cut.says(1, &[]);
    assert!(cut.out.contains("the journal was cut short: the anchor knows entry"), "{}", cut.out);
}
