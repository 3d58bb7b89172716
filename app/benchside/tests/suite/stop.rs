//! Stopping: within seconds, whatever is open, and nothing lost.

use crate::engine::Engine;
use crate::http::{order, patient};
use crate::program::{Place, potassium, send};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

on_both!(
    it_stops_within_five_seconds_whatever_is_open,
    it_stops_when_told_at_the_moment_it_is_ready,
    an_interrupt_stops_it_as_well,
    nothing_is_left_beside_the_database,
);

/// What a supervisor waits for before it kills.
const STOP_LIMIT: Duration = Duration::from_secs(5);

async fn it_stops_within_five_seconds_whatever_is_open(engine: &Engine) {
    let (place, accounts) = Place::with_laboratory(engine, "production");
    let server = place.serve();
    // A page that listens, a browser that keeps its connection, one in the middle of a request, an analyser in the middle of a message.
    let mut idle = TcpStream::connect(server.http).unwrap();
    idle.write_all(format!("GET /healthz HTTP/1.1\r\nHost: {}\r\n\r\n", server.http).as_bytes()).unwrap();
    idle.read_exact(&mut [0; 12]).unwrap();
    let mut slow = TcpStream::connect(server.http).unwrap();
    slow.write_all(
        format!(
            "POST /api/v1/orders HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\nContent-Length: 100\r\n\r\n{{",
            server.http, accounts.token
        )
        .as_bytes(),
    )
    .unwrap();
    let mut half = TcpStream::connect(server.http).unwrap();
    half.write_all(b"GET / HT").unwrap();
    let mut analyser = TcpStream::connect(server.link()).unwrap();
    analyser.write_all(b"\x05").unwrap();
    analyser.read_exact(&mut [0]).unwrap();
    let begin = Instant::now();
    server.signal("TERM");
    let ended = server.wait(Duration::from_secs(30));
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(begin.elapsed() < STOP_LIMIT, "{:?}", begin.elapsed());
    assert_eq!(place.run("check", &[]).code, Some(0));
}

async fn it_stops_when_told_at_the_moment_it_is_ready(engine: &Engine) {
    let (place, _) = Place::with_laboratory(engine, "production");
    for _ in 0..5 {
        let ended = place.serve().stop();
        assert_eq!(ended.code, Some(0), "{ended:?}");
    }
}

async fn an_interrupt_stops_it_as_well(engine: &Engine) {
    let (place, _) = Place::with_laboratory(engine, "production");
    let server = place.serve();
    server.signal("INT");
    let ended = server.wait(Duration::from_secs(20));
    assert_eq!((ended.code, ended.err.as_str(), ended.out.as_str()), (Some(0), "", ""));
}

async fn nothing_is_left_beside_the_database(engine: &Engine) {
    let (place, accounts) = Place::with_laboratory(engine, "production");
    let server = place.serve();
    let (_, container) = order(server.http, &accounts.token, &patient());
    assert!(send(server.link(), &potassium(&container, "4.1")));
    assert_eq!(server.stop().code, Some(0));
    let mut files: Vec<String> =
        std::fs::read_dir(place.data()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    files.sort();
    let expected: &[&str] = match engine.target {
        store::Target::Sqlite(_) => &["benchside.db", "benchside.toml", "lock", "seal.key", "seals.log"],
        store::Target::Postgres(_) => &["benchside.toml", "lock", "seal.key", "seals.log"],
    };
    assert_eq!(files, expected, "the database is one file that can be copied");
}
