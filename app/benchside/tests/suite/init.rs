//! `init`: a new laboratory, once.

use crate::engine::Engine;
use crate::http::{api, request};
use crate::program::{LINK, Place};

on_both!(
    a_new_laboratory_has_an_administrator_and_a_token,
    a_second_init_is_refused_and_harms_nothing,
    a_folder_of_another_realm_is_refused,
    a_configuration_that_is_there_stays,
    nobody_else_can_read_what_it_makes,
);

async fn a_new_laboratory_has_an_administrator_and_a_token(engine: &Engine) {
    let place = Place::new(engine);
    let made = place.run("init", &[]);
    assert_eq!(made.code, Some(0), "{made:?}");
    let lines: Vec<(&str, &str)> = made.out.lines().map(|line| line.split_once(' ').unwrap()).collect();
    assert_eq!(lines.iter().map(|(key, _)| *key).collect::<Vec<_>>(), ["user", "password", "token", "note"]);
    assert_eq!(lines[0].1, "administrator");
    let text = std::fs::read_to_string(place.file()).unwrap();
    assert!(text.contains("realm = \"production\""), "{text}");
    assert!(!text.contains(lines[1].1) && !text.contains(lines[2].1), "secrets are shown once and kept nowhere");
    place.configure(&text.replace("127.0.0.1:8080", "127.0.0.1:0"));
    let server = place.serve();
    assert_eq!(api(server.http, lines[2].1, "/api/v1/health")["realm"], "production");
    assert_eq!(request(server.http, "GET", "/api/v1/health", "wrong", "").0, 401);
    assert_eq!(server.stop().code, Some(0));
}

async fn a_second_init_is_refused_and_harms_nothing(engine: &Engine) {
    let (place, accounts) = Place::with_laboratory(engine, "production");
    let before = std::fs::read_to_string(place.file()).unwrap();
    for _ in 0..2 {
        place.run("init", &["--json"]).says(3, &["exists already"]);
    }
    assert_eq!(std::fs::read_to_string(place.file()).unwrap(), before);
    let server = place.serve();
    api(server.http, &accounts.token, "/api/v1/health");
}

async fn a_folder_of_another_realm_is_refused(engine: &Engine) {
    let (place, _) = Place::with_laboratory(engine, "training");
    let file = place.file();
    place.run("init", &["--realm", "production"]).says(2, &[file.to_str().unwrap(), "training", "--realm training"]);
}

async fn a_configuration_that_is_there_stays(engine: &Engine) {
    let place = Place::new(engine);
    let text = format!("# Ours.\nrealm = \"validation\"\nsite_prefix = \"BX\"\nzone = \"UTC\"\nhttp = \"127.0.0.1:0\"\n{LINK}");
    place.configure(&text);
    let made = place.run("init", &["--realm", "validation", "--json"]);
    assert_eq!(made.code, Some(0), "{made:?}");
    assert_eq!(made.json()["role"], "administrator");
    assert_eq!(std::fs::read_to_string(place.file()).unwrap(), text);
    let server = place.serve();
    let (_, container) = crate::http::order(server.http, made.json()["token"].as_str().unwrap(), &crate::http::patient());
    assert!(container.starts_with("BX0"), "{container}");
}

async fn nobody_else_can_read_what_it_makes(engine: &Engine) {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::new(engine);
    let data = place.data().join("laboratory");
    let mut arguments = vec!["init", "--data", data.to_str().unwrap(), "--realm", "demonstration"];
    if let store::Target::Postgres(url) = &engine.target {
        arguments.extend(["--database", url]);
    }
    // Whatever the caller's own mask lets pass.
    let made = crate::program::run_under("000", &arguments);
    assert_eq!(made.code, Some(0), "{made:?}");
    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let files: Vec<_> = std::fs::read_dir(&data).unwrap().map(|entry| entry.unwrap().path()).collect();
    let expected = if matches!(engine.target, store::Target::Sqlite(_)) { 2 } else { 1 };
    assert!(files.len() >= expected, "the configuration, and the database where it is a file: {files:?}");
    for path in files.iter().chain([&data]) {
        assert_eq!(mode(path) & 0o077, 0, "{}: {:o}", path.display(), mode(path));
    }
}
