//! The event stream, and the socket it runs over.

use crate::house::House;
use axum::body::{Body, BodyDataStream};
use axum::http::{StatusCode, header};
use futures_util::StreamExt;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tower::ServiceExt;

/// Longer than anything here takes; a test that gets there has failed.
const PATIENCE: Duration = Duration::from_secs(20);

async fn stream(house: &House) -> BodyDataStream {
    let response = house.router.clone().oneshot(house.signed("GET", "/events").body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.headers()[header::CONTENT_TYPE], "text/event-stream");
    response.into_body().into_data_stream()
}

/// The versions of the next event.
async fn next(stream: &mut BodyDataStream) -> serde_json::Value {
    let chunk = tokio::time::timeout(PATIENCE, stream.next()).await.expect("an event").expect("the stream goes on").unwrap();
    let text = String::from_utf8(chunk.to_vec()).unwrap();
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("event: versions"));
    serde_json::from_str(lines.next().unwrap().strip_prefix("data: ").unwrap()).unwrap()
}

#[tokio::test]
async fn the_stream_tells_versions_at_once_and_again_when_they_move() {
    let house = House::open().await;
    let (_, container) = house.order("4711", "Ndiaye").await;
    let mut stream = stream(&house).await;
    let before = next(&mut stream).await;
    assert_eq!(before.as_object().unwrap().keys().collect::<Vec<_>>(), ["links", "results", "tasks"]);
    house.file_potassium(&container, "4.1").await;
    let mut after = next(&mut stream).await;
    if after["results"] == before["results"] {
        after = next(&mut stream).await;
    }
    assert!(after["results"].as_u64() > before["results"].as_u64(), "{before} {after}");
    assert_eq!(after["tasks"], before["tasks"]);
}

#[tokio::test]
async fn a_storm_of_changes_is_told_in_few_events() {
    let house = House::open().await;
    let mut stream = stream(&house).await;
    let first = next(&mut stream).await["results"].as_u64().unwrap();
    for _ in 0..1_000 {
        house.lab.live().results_changed();
    }
    let mut events = 0;
    while next(&mut stream).await["results"].as_u64().unwrap() < first + 1_000 {
        events += 1;
    }
    assert!(events <= 1, "{events} events before the last");
}

/// What is told before the stream ends, which it must by itself.
async fn last_words(mut stream: BodyDataStream) -> String {
    let told = async {
        let mut told = String::new();
        while let Some(chunk) = stream.next().await {
            told.push_str(std::str::from_utf8(&chunk.unwrap()).unwrap());
        }
        told
    };
    tokio::time::timeout(PATIENCE, told).await.expect("the stream goes on without an open session")
}

#[tokio::test]
async fn the_stream_ends_with_the_session() {
    let house = House::open().await;
    let mut stream = stream(&house).await;
    next(&mut stream).await;
    assert_eq!(house.send("/sign-out", &[]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(last_words(stream).await, "event: closed\ndata: {}\n\n", "the page is told to go, and nothing else any more");
}

#[tokio::test]
async fn the_stream_ends_when_the_session_is_locked_by_hand_and_by_time() {
    let house = House::open().await;
    let mut stream_before = stream(&house).await;
    next(&mut stream_before).await;
    assert_eq!(house.send("/lock", &[]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(last_words(stream_before).await, "event: closed\ndata: {}\n\n");
    let locked = house.ask(house.signed("GET", "/events").body(Body::empty()).unwrap()).await;
    assert_eq!(locked.status, StatusCode::UNAUTHORIZED);

    // By time: nobody does anything for as long as the laboratory says. The stream itself is no use of the session.
    let house = House::locking_after(1).await;
    let mut stream = stream(&house).await;
    next(&mut stream).await;
    assert!(last_words(stream).await.ends_with("event: closed\ndata: {}\n\n"));
    assert_eq!(house.page("/").await.location(), "/locked?next=%2F");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn over_a_real_socket_a_stop_ends_streams_and_returns() {
    let house = House::open().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = tokio::spawn(web::serve(listener, house.router.clone(), async { drop(stopped.await) }));

    let mut alive = TcpStream::connect(address).await.unwrap();
    alive.write_all(b"GET /healthz HTTP/1.1\r\nHost: lab\r\nConnection: close\r\n\r\n").await.unwrap();
    let mut said = String::new();
    alive.read_to_string(&mut said).await.unwrap();
    assert!(said.starts_with("HTTP/1.1 200 OK\r\n") && said.ends_with("alive\n"), "{said}");

    let mut events = TcpStream::connect(address).await.unwrap();
    let ask = format!("GET /events HTTP/1.1\r\nHost: lab\r\nCookie: {}\r\n\r\n", house.pair());
    events.write_all(ask.as_bytes()).await.unwrap();
    let mut heard = String::new();
    while !heard.contains("event: versions") {
        let mut bytes = [0; 1024];
        let count = events.read(&mut bytes).await.unwrap();
        assert_ne!(count, 0, "the stream ended early: {heard}");
        heard.push_str(std::str::from_utf8(&bytes[..count]).unwrap());
    }

    stop.send(()).unwrap();
    tokio::time::timeout(PATIENCE, serving).await.expect("serve returns").unwrap().unwrap();
    let mut rest = Vec::new();
    events.read_to_end(&mut rest).await.unwrap();
    assert!(rest.ends_with(b"0\r\n\r\n"), "the stream was ended, not cut: {rest:?}");
    assert!(TcpStream::connect(address).await.is_err(), "nobody is let in any more");
}

#[tokio::test]
async fn a_head_that_is_too_long_is_refused_on_the_socket() {
    let house = House::open().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let serving = tokio::spawn(web::serve(listener, house.router.clone(), std::future::pending()));
    let mut socket = TcpStream::connect(address).await.unwrap();
    let head = format!("GET / HTTP/1.1\r\nHost: lab\r\nX-Long: {}", "x".repeat(40 * 1024));
    // The server may close before all is written.
    let _ = socket.write_all(head.as_bytes()).await;
    let mut said = [0; 12];
    socket.read_exact(&mut said).await.unwrap();
    assert_eq!(&said, b"HTTP/1.1 431");
    serving.abort();
}
