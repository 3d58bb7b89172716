//! Limits, and what watches the process.

use crate::house::{House, request};
use axum::body::Body;
use axum::http::{StatusCode, header};

#[tokio::test]
async fn more_than_a_request_may_carry_is_refused_in_words() {
    let house = House::open().await;
    let large = "x".repeat(256 * 1024 + 1);
    let api = house.api("POST", "/api/v1/orders", &large).await;
    assert_eq!((api.status, &api.json()["error"]["code"]), (StatusCode::PAYLOAD_TOO_LARGE, &"W-005".into()));
    let page = house.send("/orders/new", &[("mrn", &large)]).await;
    assert_eq!(page.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(page.text.contains("W-005"));
    let fits = house.api("POST", "/api/v1/orders", &"x".repeat(256 * 1024)).await;
    assert_eq!(fits.status, StatusCode::BAD_REQUEST, "a body of just the limit is read, and found to be no order");

    let long = house.page(&format!("/find?code={}", "x".repeat(4096))).await;
    assert_eq!(long.status, StatusCode::URI_TOO_LONG);
    assert!(long.text.contains("W-015"));
    let heavy = house.signed("GET", "/").header("x-heavy", "x".repeat(16 * 1024)).body(Body::empty()).unwrap();
    let heavy = house.ask(heavy).await;
    assert_eq!(heavy.status, StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE);
    assert!(heavy.text.contains("W-016"));
}

#[tokio::test]
async fn a_form_of_another_kind_or_of_too_many_fields_is_refused() {
    let house = House::open().await;
    let origin = format!("http://{}", crate::house::HOST);
    let json = house.signed("POST", "/orders/new").header(header::ORIGIN, &origin).header(header::CONTENT_TYPE, "application/json");
    assert_eq!(house.ask(json.body(Body::from("{}")).unwrap()).await.status, StatusCode::BAD_REQUEST);
    let many = vec![("test", "K"); 2_001];
    assert_eq!(house.send("/orders/new", &many).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn the_process_says_whether_it_lives_and_can_work() {
    let house = House::open().await;
    for (address, says) in [("/healthz", "alive\n"), ("/readyz", "ready\n")] {
        let answer = house.ask(request("GET", address).body(Body::empty()).unwrap()).await;
        assert_eq!((answer.status, answer.text.as_str()), (StatusCode::OK, says));
    }
    house.lab.store().clone().close();
    let answer = house.ask(request("GET", "/readyz").body(Body::empty()).unwrap()).await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{}", answer.text);
    assert_eq!(house.ask(request("GET", "/healthz").body(Body::empty()).unwrap()).await.status, StatusCode::OK);
    let page = house.page("/").await;
    assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE, "{}", page.text);
    assert_eq!(page.header(header::RETRY_AFTER), "2");
}
