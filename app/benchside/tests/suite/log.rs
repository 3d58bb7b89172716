//! I8: nothing of a patient, and no secret, stands in what the program says to whoever runs it: the log, however much it is asked to say, what commands
//! and health answers print, and the names of files. A day with everything that is told of for one reason or another, swept for what must not be.

use crate::backup::names;
use crate::day::{Day, MARKERS};
use crate::engine::Engine;
use crate::program::Place;

on_both!(nothing_of_a_patient_is_told_at_debug, nothing_of_a_patient_is_told_at_trace);

async fn nothing_of_a_patient_is_told_at_debug(engine: &Engine) {
    nothing_of_a_patient_is_told(engine, "debug");
}

async fn nothing_of_a_patient_is_told_at_trace(engine: &Engine) {
    nothing_of_a_patient_is_told(engine, "trace");
}

/// Where which of the markers stand: the name of the text, the line, the marker. Letters of either case are the same.
fn sweep<'m>(texts: &[(String, String)], markers: &[&'m str]) -> Vec<(String, usize, &'m str)> {
    let mut found = Vec::new();
    for (name, text) in texts {
        for (number, line) in text.lines().enumerate() {
            let line = line.to_lowercase();
            let stands = |marker: &&&str| line.contains(&marker.to_lowercase());
            found.extend(markers.iter().filter(stands).map(|marker| (name.clone(), number + 1, *marker)));
        }
    }
    found
}

fn nothing_of_a_patient_is_told(engine: &Engine, level: &str) {
    let (place, accounts) = Place::with_laboratory(engine, "production");
    let server = place.start("serve", &[], level);
    let mut day = Day::begin(&place, &server, &accounts);
    day.orders();
    day.pages();
    day.analysers();
    day.requests_of_operators();
    day.the_database_fails(engine);
    let Day { told, secrets, .. } = day;
    let ended = server.stop();
    let mut texts = told;
    texts.extend([("the log".to_owned(), ended.err), ("standard output".to_owned(), ended.out)]);
    texts.push(("names of files".to_owned(), names(place.data()).join("\n")));
    let markers: Vec<&str> = MARKERS.iter().copied().chain(secrets.iter().map(String::as_str)).collect();
    assert_eq!(sweep(&texts, &markers), []);
    // The sweep sees what stands in each of them, so it would see a marker: something known is in every text.
    for (name, known) in
        [("the log", "ERROR"), ("the log", "c111"), ("health", "\"unfiled\""), ("names of files", "benchside.toml"), ("check", "I8")]
    {
        assert!(sweep(&texts, &[known]).iter().any(|(text, ..)| text == name), "{known} does not stand in {name}: {texts:?}");
    }
    // And a line that somebody logs on purpose is found, wherever it stands and however it is quoted.
    for (at, marker) in markers.iter().enumerate() {
        let (name, text) = &texts[at % texts.len()];
        let logged = (name.clone(), format!("{text}\nrefused: \"{}\", as typed", marker.to_uppercase()));
        let line = text.lines().count() + 1;
        assert!(sweep(&[logged], &markers).iter().any(|found| found.1 >= line && found.2 == *marker), "{marker} in {name}");
    }
}
