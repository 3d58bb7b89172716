//! `demo`: a furnished laboratory, and `demo.json` for who wants to join in.

use crate::engine::Engine;
use crate::http::{api, order, patient, request};
use crate::program::{Place, potassium, send, until};
use serde_json::Value;
use std::collections::BTreeSet;

const AT_ONCE: [&str; 4] = ["--http", "127.0.0.1:0", "--speed", "50"];

fn keys(value: &Value) -> BTreeSet<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn demo_json_says_what_programs_need_and_results_come_by_themselves() {
    let engine = Engine::sqlite();
    let place = Place::new(&engine);
    let server = place.start("demo", &AT_ONCE, "warn");
    // Written before the ready line: who waits for that may read it.
    let file: Value = serde_json::from_str(&std::fs::read_to_string(place.data().join("demo.json")).unwrap()).unwrap();
    assert_eq!(keys(&file), ["http", "mllp", "links", "accounts", "token"].into());
    assert_eq!(file["http"], server.http.to_string());
    let mllp: std::net::SocketAddr = file["mllp"].as_str().unwrap().parse().unwrap();
    assert!(mllp.ip().is_loopback() && mllp.port() != 0);
    std::net::TcpStream::connect(mllp).unwrap();
    for (link, (name, address)) in file["links"].as_array().unwrap().iter().zip(&server.links) {
        assert_eq!(keys(link), ["name", "driver", "protocol", "address"].into());
        assert_eq!((link["name"].as_str().unwrap(), link["address"].as_str().unwrap()), (name.as_str(), address.to_string().as_str()));
        assert_eq!((&link["driver"], &link["protocol"]), (&"roche_cobas_c".into(), &"lis2".into()));
    }
    assert_eq!(file["links"].as_array().unwrap().len(), server.links.len());
    assert_eq!(keys(&file["accounts"][0]), ["user", "password", "role"].into());
    let token = file["token"].as_str().unwrap();
    let health = api(server.http, token, "/api/v1/health");
    assert_eq!(health["realm"], "demonstration");
    // The simulator measures what is ordered while it runs.
    let (_, container) = order(server.http, token, &patient());
    let path = format!("/api/v1/containers/{container}/results");
    let found = until("a simulated potassium", || api(server.http, token, &path)["results"].as_array().unwrap().first().cloned());
    assert_eq!(found["test"], "K");
    // A visitor's own analyser may speak to the first link.
    assert!(send(server.link(), &potassium("NOBODY", "4.1")));
    until("its task", || {
        let tasks = api(server.http, token, "/api/v1/tasks");
        tasks.to_string().contains("NOBODY").then_some(())
    });
    assert_eq!(server.stop().code, Some(0));
    assert_eq!(place.run("check", &[]).code, Some(0));
}

#[test]
fn a_demonstration_is_opened_again_with_the_same_accounts() {
    let engine = Engine::sqlite();
    let place = Place::new(&engine);
    let read =
        || std::fs::read_to_string(place.data().join("demo.json")).map(|text| serde_json::from_str::<Value>(&text).unwrap()).unwrap();
    let server = place.start("demo", &AT_ONCE, "warn");
    let first = read();
    assert_eq!(server.stop().code, Some(0));
    let server = place.start("demo", &AT_ONCE, "warn");
    let second = read();
    assert_eq!((&first["accounts"], &first["token"]), (&second["accounts"], &second["token"]));
    assert_eq!(second["http"], server.http.to_string());
    assert_eq!(request(server.http, "GET", "/api/v1/health", second["token"].as_str().unwrap(), "").0, 200);
}

#[test]
fn a_production_laboratory_is_no_demonstration() {
    let engine = Engine::sqlite();
    let (place, _) = Place::with_laboratory(&engine, "production");
    let ended = place.run("demo", &AT_ONCE);
    ended.says(2, &[place.data().to_str().unwrap(), "no demonstration", "another folder"]);
    assert!(!place.data().join("demo.json").exists());
}

#[test]
fn a_file_that_is_no_demonstrations_is_named() {
    let engine = Engine::sqlite();
    let place = Place::new(&engine);
    std::fs::write(place.data().join("demo.json"), "{}").unwrap();
    place.run("demo", &AT_ONCE).says(3, &["demo.json", "empty folder"]);
}
