//! The bench lock, what it keeps, and another person at the same browser.

use crate::house::{HOST, House, address, form, request};
use axum::http::header;
use std::time::{Duration, Instant};
use web::{Entry, routes};

/// The fields of an order that is complete but for its tests.
const TYPED: [(&str, &str); 3] = [("mrn", "4711"), ("family_name", "Ndiaye"), ("given_name", "<Ada>")];

async fn locked(house: &House) {
    let answer = house.send("/lock", &[("next", "/tasks")]).await;
    assert_eq!((answer.status.as_u16(), answer.location()), (303, "/locked?next=%2Ftasks"));
}

#[tokio::test]
async fn a_locked_session_opens_nothing_but_the_ways_out_of_it() {
    let house = House::open().await;
    let (accession, _) = house.order("4711", "Ndiaye").await;
    locked(&house).await;
    let mut asked = 0;
    for line in routes().filter(|line| !matches!(line.entry, Entry::Everyone | Entry::LockedSession | Entry::AnySession | Entry::Token)) {
        let request = house.signed(line.method, &address(line.path)).header(header::ORIGIN, format!("http://{HOST}"));
        let answer = house.ask(request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded").body(form(&[])).unwrap()).await;
        match line.path {
            "/events" => assert_eq!(answer.status, 401),
            _ => assert!(answer.status == 303 && answer.location().starts_with("/locked?next=%2F"), "{line:?} {}", answer.location()),
        }
        asked += 1;
    }
    assert!(asked > 10, "{asked}");
    let order = format!("/orders/{accession}");
    let page = house.page(house.page(&order).await.location()).await;
    assert_eq!(page.status, 200);
    for part in
        ["Locked", "Tess Technologist", "technologist", "name=\"password\"", &format!("value=\"{order}\""), "/sign-in?next=", "/sign-out"]
    {
        assert!(page.text.contains(part), "{part}: {}", page.text);
    }
    assert!(!page.text.contains("Ndiaye"), "{}", page.text);
    // Not even what says that something is not there.
    let unknown = house.page("/nowhere").await;
    assert!(unknown.status == 404 && !unknown.text.contains("Tess Technologist"), "{}", unknown.text);
}

#[tokio::test]
async fn the_password_alone_unlocks_and_leads_back() {
    let house = House::open().await;
    locked(&house).await;
    let wrong = house.send("/unlock", &[("password", "wrong"), ("next", "/tasks")]).await;
    assert!(wrong.status == 403 && wrong.text.contains("This is not the password of Tess Technologist."), "{}", wrong.text);
    assert_eq!(house.page("/tasks").await.location(), "/locked?next=%2Ftasks");
    for (next, goes) in [("/tasks", "/tasks"), ("https://evil.test/", "/"), ("/locked", "/")] {
        let right = house.send("/unlock", &[("password", &house.password), ("next", next)]).await;
        assert_eq!((right.status.as_u16(), right.location()), (303, goes));
        assert_eq!(house.page("/tasks").await.status, 200);
        assert_eq!(house.page("/locked?next=%2Ftasks").await.location(), "/tasks", "there is nothing to unlock any more");
        locked(&house).await;
    }
    for _ in 0..5 {
        house.send("/unlock", &[("password", "wrong")]).await;
    }
    let shut = house.send("/unlock", &[("password", &house.password)]).await;
    assert!(shut.status == 429 && shut.text.contains("Too many wrong passwords for this user."), "{}", shut.text);
}

#[tokio::test]
async fn a_page_that_fetches_itself_does_not_keep_a_session_open_and_a_person_does() {
    let house = House::locking_after(2).await;
    let fetch = async |background: bool| {
        let request = house.signed("GET", "/tasks");
        let request = if background { request.header("X-Benchside-Background", "1") } else { request };
        house.ask(request.body(axum::body::Body::empty()).unwrap()).await.status.as_u16()
    };
    // For longer than it would take to lock, somebody is there.
    let begin = Instant::now();
    while begin.elapsed() < Duration::from_secs(3) {
        assert_eq!(fetch(false).await, 200, "after {:?}", begin.elapsed());
    }
    let last = Instant::now();
    let fetched = loop {
        match fetch(true).await {
            200 => assert!(last.elapsed() < Duration::from_secs(20), "a page kept its session open"),
            status => break status,
        }
    };
    assert_eq!(fetched, 303);
    assert!(last.elapsed() > Duration::from_millis(1_500), "locked early: {:?}", last.elapsed());
}

#[tokio::test]
async fn a_form_sent_to_a_locked_session_is_not_done_and_comes_back_to_be_looked_at() {
    let house = House::open().await;
    locked(&house).await;
    let request = house.signed("POST", "/orders/new").header(header::ORIGIN, format!("http://{HOST}"));
    let request = request.header(header::REFERER, format!("http://{HOST}/orders/new?x=1"));
    let fields = [TYPED.as_slice(), &[("tests", "K"), ("birth_date", "1980-02-29"), ("sex", "F"), ("priority", "routine")]].concat();
    let sent = house.ask(request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded").body(form(&fields)).unwrap()).await;
    assert_eq!((sent.status.as_u16(), sent.location()), (303, "/locked?next=%2Forders%2Fnew%3Fx%3D1"));
    let page = house.page(sent.location()).await;
    assert!(page.text.contains("What you had typed was not sent") && !page.text.contains("Ndiaye"), "{}", page.text);
    assert_eq!(house.send("/unlock", &[("password", &house.password)]).await.status, 303);
    assert!(house.page("/find?code=4711").await.status == 404, "nothing was done with it");
    assert!(!house.page("/tasks").await.text.contains("Ndiaye"), "it belongs to its page");
    let background = house.signed("GET", "/orders/new").header("X-Benchside-Background", "1");
    house.ask(background.body(axum::body::Body::empty()).unwrap()).await;
    let back = house.page("/orders/new").await;
    for part in ["data-kept-form=\"/orders/new\"", "<dd>Ndiaye</dd>", "<dd>&lt;Ada&gt;</dd>", "<dt>tests</dt><dd>K</dd>"] {
        assert!(back.text.contains(part), "{part}: {}", back.text);
    }
    assert!(!house.page("/orders/new").await.text.contains("data-kept-form"), "once");
}

#[tokio::test]
async fn what_a_page_hands_over_as_it_locks_comes_back_to_the_same_session_only() {
    let house = House::open().await;
    let typed: Vec<(String, &str)> = TYPED.iter().map(|(name, value)| (format!("typed:{name}"), *value)).collect();
    let mut fields: Vec<(&str, &str)> = typed.iter().map(|(name, value)| (name.as_str(), *value)).collect();
    fields.extend([("next", "/orders/new"), ("form", "/orders/new")]);
    let hand_over = async || assert_eq!(house.send("/lock", &fields).await.status, 303);
    hand_over().await;
    // It had locked by time before the page noticed: the form still comes along.
    hand_over().await;
    house.send("/unlock", &[("password", &house.password)]).await;
    assert!(house.page("/orders/new").await.text.contains("<dd>Ndiaye</dd>"));
    // Another person at this browser finds nothing of it, and a form with a password is not kept at all.
    hand_over().await;
    let other = house.cookie_of("lead").await;
    let password = house.password_of("lead").await;
    let taken = house.send("/sign-in", &[("user", "lead@test"), ("password", &password), ("next", "/orders/new")]).await;
    let pair = taken.header(header::SET_COOKIE).split(';').next().unwrap().to_owned();
    assert!(taken.status == 303 && !pair.ends_with(&other));
    let page = house.ask(request("GET", "/orders/new").header(header::COOKIE, pair).body(axum::body::Body::empty()).unwrap()).await;
    assert!(page.status == 200 && !page.text.contains("Ndiaye"), "{}", page.text);
}

#[tokio::test]
async fn another_person_takes_the_browser_over_in_one_step() {
    let house = House::open().await;
    house.cookie_of("lead").await;
    let password = house.password_of("lead").await;
    for is_locked in [false, true] {
        if is_locked {
            locked(&house).await;
        }
        let page = house.page("/sign-in?next=%2Ftasks").await;
        for part in ["Switch user", "Tess Technologist", "that session ends", "name=\"user\"", "name=\"password\""] {
            assert!(page.text.contains(part), "{part}: {}", page.text);
        }
        assert_eq!(page.text.contains("Unlock instead"), is_locked);
        let wrong = house.send("/sign-in", &[("user", "lead@test"), ("password", "wrong")]).await;
        assert!(wrong.status == 403 && wrong.text.contains("Tess Technologist"), "{}", wrong.text);
        let still = if is_locked { 303 } else { 200 };
        assert_eq!(house.page("/tasks").await.status, still, "who is there stays");
    }
    let taken = house.send("/sign-in", &[("user", "lead@test"), ("password", &password), ("next", "/tasks")]).await;
    assert_eq!((taken.status.as_u16(), taken.location()), (303, "/tasks"));
    assert_eq!(house.page("/tasks").await.location(), "/sign-in?next=%2Ftasks", "the session before has ended");
    let pair = taken.header(header::SET_COOKIE).split(';').next().unwrap();
    let page = house.ask(request("GET", "/tasks").header(header::COOKIE, pair).body(axum::body::Body::empty()).unwrap()).await;
    assert!(page.text.contains("<strong data-staff>lead</strong> <span class=\"role\" data-role>lead</span>"), "{}", page.text);
}
