//! What the analyser's name and mapping say of a reading reaches the gate: two instruments, two methods, two limits.

use crate::engine::Engine;
use crate::house::House;
use crate::messages::message;
use actions::Analyser;

on_both!(each_instrument_and_method_is_held_to_its_own_limit,);

/// Code 452 is enzymatic, 690 is Jaffe; by everything else creatinine is critical above 7.5.
const LIMITS: &str = "CREA,A,0,54787.5,,,CREA-JAFFE,,,6.0,,a test,\nCREA,A,0,54787.5,,,,c501,,5.0,,a test,\n";

async fn each_instrument_and_method_is_held_to_its_own_limit(engine: &Engine) {
    let house = House::signed_with(engine, LIMITS);
    let cases: [(&Analyser, &str, &str, Option<&str>); 5] = [
        (&house.first, "452", "7.00", None),
        (&house.first, "452", "7.60", Some("7.60 is above the critical limit 7.5")),
        (&house.first, "690", "7.00", Some("7.00 is above the critical limit 6.0")),
        (&house.second, "690", "4.90", None),
        (&house.second, "452", "5.10", Some("5.10 is above the critical limit 5.0")),
    ];
    for (number, (analyser, code, value, expected)) in cases.into_iter().enumerate() {
        let container = house.container(&format!("M-{number}"), &["CREA"]).await;
        house.keep_first(analyser, message(&[(&container, &[(code, value, "mg/dL")])], number)).await;
        house.file(analyser).await;
        let results = house.results(&container).await;
        let reasons: Vec<&str> = results.iter().flat_map(|line| &line.reasons).map(|reason| reason.words.as_str()).collect();
        assert_eq!((results.len(), reasons), (1, expected.into_iter().collect()), "{} {code} {value}", analyser.name);
        assert_eq!(results[0].critical, expected.is_some());
    }
}
