//! `serve`: from an analyser's socket to the API, and what stands in its way.

use crate::engine::Engine;
use crate::http::{api, order, patient, request};
use crate::program::{LINK, Place, potassium, send, until};
use serde_json::Value;

on_both!(
    a_potassium_goes_from_the_socket_to_the_api,
    what_was_kept_is_filed_after_a_kill,
    the_database_of_another_realm_is_refused,
    a_database_that_is_not_there_is_not_made,
    a_taken_port_is_named_with_what_to_do,
);

/// The results of a container, once there are any.
fn results(server: &crate::program::Server, token: &str, container: &str) -> Value {
    until("a result", || {
        let answer = api(server.http, token, &format!("/api/v1/containers/{container}/results"));
        answer["results"].as_array().filter(|results| !results.is_empty()).map(|_| answer["results"].clone())
    })
}

async fn a_potassium_goes_from_the_socket_to_the_api(engine: &Engine) {
    let (place, accounts) = Place::with_laboratory(engine, "production");
    let server = place.serve();
    assert_eq!(server.links[0].0, "c111");
    let (_, container) = order(server.http, &accounts.token, &patient());
    assert!(send(server.link(), &potassium(&container, "4.12")));
    let found = results(&server, &accounts.token, &container);
    assert_eq!((&found[0]["test"], &found[0]["value"], &found[0]["unit"]), (&"K".into(), &"4.1".into(), &"mmol/L".into()));
    assert_eq!(found[0]["state"], "held", "nobody signed the limits");
    let health = api(server.http, &accounts.token, "/api/v1/health");
    assert_eq!((&health["unfiled"], &health["links"][0]["name"]), (&0.into(), &"c111".into()));
    assert_eq!(request(server.http, "GET", "/healthz", "", "").0, 200);
    assert_eq!(request(server.http, "GET", "/readyz", "", "").0, 200);
    assert_eq!(server.stop().code, Some(0));
    assert_eq!(place.run("check", &[]).code, Some(0));
}

async fn what_was_kept_is_filed_after_a_kill(engine: &Engine) {
    let (place, accounts) = Place::with_laboratory(engine, "production");
    let server = place.serve();
    let (_, container) = order(server.http, &accounts.token, &patient());
    assert!(send(server.link(), &potassium(&container, "4.12")));
    server.signal("KILL");
    drop(server);
    let server = place.serve();
    assert_eq!(results(&server, &accounts.token, &container).as_array().unwrap().len(), 1);
    // The analyser never knew and sends it again.
    assert!(send(server.link(), &potassium(&container, "4.12")));
    assert_eq!(server.stop().code, Some(0));
    let checked = place.run("check", &[]);
    assert_eq!(checked.code, Some(0), "{checked:?}");
    let server = place.serve();
    assert_eq!(results(&server, &accounts.token, &container).as_array().unwrap().len(), 1);
}

async fn the_database_of_another_realm_is_refused(engine: &Engine) {
    let (place, _) = Place::with_laboratory(engine, "production");
    place.configure(&std::fs::read_to_string(place.file()).unwrap().replace("production", "training"));
    for subcommand in ["serve", "check"] {
        place.run(subcommand, &[]).says(3, &["production database", "training", "name the right database"]);
    }
}

async fn a_database_that_is_not_there_is_not_made(engine: &Engine) {
    let place = Place::new(engine);
    place.configure(&format!("realm = \"production\"\nsite_prefix = \"A\"\nzone = \"UTC\"\nhttp = \"127.0.0.1:0\"\n{LINK}"));
    for _ in 0..2 {
        for subcommand in ["serve", "check"] {
            place.run(subcommand, &[]).says(3, &["benchside init"]);
        }
    }
    assert!(!place.data().join("benchside.db").exists());
    assert_eq!(std::fs::read_dir(place.data()).unwrap().count(), 2, "nothing but the configuration and the lock");
}

async fn a_taken_port_is_named_with_what_to_do(engine: &Engine) {
    let (place, _) = Place::with_laboratory(engine, "production");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    place.run("serve", &["--http", &address]).says(3, &[&address, "pages", "--http"]);
    place
        .configure(&std::fs::read_to_string(place.file()).unwrap().replace("listen = \"127.0.0.1:0\"", &format!("listen = \"{address}\"")));
    place.run("serve", &[]).says(3, &[&address, "link c111", "configuration"]);
    drop(taken);
    assert_eq!(place.serve().stop().code, Some(0), "a refused start leaves nothing behind");
}
