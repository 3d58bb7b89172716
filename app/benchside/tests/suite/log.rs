//! I8: nothing of a patient, and no secret, stands in the log, however much it is asked to say.

use crate::engine::Engine;
use crate::http::{api, order, request};
use crate::program::{Accounts, Place, Server, potassium, send, until};
use serde_json::json;
use std::io::Write;
use std::net::TcpStream;

on_both!(nothing_of_a_patient_stands_in_the_log_at_debug, nothing_of_a_patient_stands_in_the_log_at_trace);

async fn nothing_of_a_patient_stands_in_the_log_at_debug(engine: &Engine) {
    nothing_of_a_patient_stands_in_the_log(engine, "debug");
}

async fn nothing_of_a_patient_stands_in_the_log_at_trace(engine: &Engine) {
    nothing_of_a_patient_stands_in_the_log(engine, "trace");
}

fn nothing_of_a_patient_stands_in_the_log(engine: &Engine, level: &str) {
    let (place, accounts) = Place::with_laboratory(engine, "production");
    let server = place.start("serve", &[], level);
    let container = a_day(&server, &accounts);
    let ended = server.stop();
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.err.contains("connected"), "the log is on: {}", ended.err);
    let of_patients = [MRN, FAMILY, GIVEN, BORN, OTHER_FAMILY, VALUE, UNCLAIMED, CUT_OFF, NOTE];
    let secrets = [accounts.password.as_str(), &accounts.token, WRONG_PASSWORD];
    for text in of_patients.iter().chain(&secrets).copied().chain([container.as_str()]) {
        let line = ended.err.lines().find(|line| line.contains(text));
        assert_eq!(line, None, "{text:?} stands in the log");
    }
}

// Nothing that stands in a log for any other reason.
const MRN: &str = "MRN-7391846";
const FAMILY: &str = "Quillfeather";
const GIVEN: &str = "Xanthippe";
const BORN: &str = "1931-07-23";
const OTHER_FAMILY: &str = "Wolkenstein";
const VALUE: &str = "4.7316";
const UNCLAIMED: &str = "91.3377";
const CUT_OFF: &str = "6.1919";
const NOTE: &str = "repeated-by-hand";
const WRONG_PASSWORD: &str = "hunter2-wrong";

/// A day with everything that is logged for one reason or another; the container of its order.
fn a_day(server: &Server, accounts: &Accounts) -> String {
    let token = &accounts.token;
    let patient = json!({"mrn": MRN, "family_name": FAMILY, "given_name": GIVEN, "birth_date": BORN, "sex": "F"});
    let (accession, container) = order(server.http, token, &patient);
    let conflicting = json!({"mrn": MRN, "family_name": OTHER_FAMILY, "given_name": GIVEN, "birth_date": BORN, "sex": "F"});
    let refused = json!({"patient": conflicting, "tests": ["K"], "priority": "routine"});
    assert_eq!(request(server.http, "POST", "/api/v1/orders", token, &refused.to_string()).0, 409);
    let invalid = json!({"patient": patient, "tests": [FAMILY], "priority": GIVEN});
    assert_eq!(request(server.http, "POST", "/api/v1/orders", token, &invalid.to_string()).0, 422);
    assert_eq!(request(server.http, "POST", "/api/v1/orders", token, &format!("{{\"patient\": {FAMILY}}}")).0, 400);
    assert_eq!(request(server.http, "POST", "/sign-in", "", &format!("user=administrator&password={WRONG_PASSWORD}")).0 / 100, 4);
    assert!(send(server.link(), &potassium(&container, VALUE)));
    assert!(send(server.link(), &potassium(&container, VALUE)), "a repeat");
    assert!(send(server.link(), &potassium(FAMILY, UNCLAIMED)));
    misbehave(server, &container);
    until("three tasks or more", || {
        let tasks = api(server.http, token, "/api/v1/tasks");
        (tasks["tasks"].as_array().unwrap().len() >= 2 && api(server.http, token, "/api/v1/health")["unfiled"] == 0).then_some(())
    });
    api(server.http, token, &format!("/api/v1/containers/{container}/results"));
    api(server.http, token, &format!("/api/v1/orders/{accession}"));
    container
}

/// A damaged frame, a frame out of order, one cut off in the middle, and a line that breaks.
fn misbehave(server: &Server, container: &str) {
    let frames =
        lis2::frame(&potassium(container, CUT_OFF), &lis2::FrameOptions { one_record_per_frame: true, ..lis2::FrameOptions::default() });
    let mut stream = TcpStream::connect(server.link()).unwrap();
    stream.write_all(&[0x05]).unwrap();
    let mut answers = [0; 1];
    std::io::Read::read_exact(&mut stream, &mut answers).unwrap();
    for (at, frame) in frames.iter().take(frames.len() - 1).enumerate() {
        let mut damaged = frame.clone();
        damaged[5] ^= 1;
        for frame in [&damaged, &frames[(at + 3) % frames.len()], frame, frame] {
            stream.write_all(frame).unwrap();
            std::io::Read::read_exact(&mut stream, &mut answers).unwrap();
        }
    }
    stream.write_all(&frames[3][..20]).unwrap();
}
