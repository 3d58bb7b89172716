//! A one-time password leads to the page on which one's own is chosen, and nowhere else.

use crate::house::{HOST, House, address, form, pair_of, request};
use actions::{Account, Made, NewStaff};
use axum::body::Body;
use axum::http::header;
use web::{Entry, routes};

const CHOSEN: &str = "seven blue tubes";

/// Somebody new and the cookie of a session opened with their one-time password.
async fn newcomer(house: &House) -> (Account, String) {
    let new = NewStaff { user: "nils".to_owned(), display_name: "Nils New".to_owned(), role: "technologist".to_owned() };
    let account = actions::create_staff(house.lab.store(), new, Made::OneTime).await.unwrap();
    let signed_in = house.post_as("", "/sign-in", &[("user", "nils"), ("password", &account.password), ("next", "/tasks")]).await;
    assert_eq!(signed_in.status, 303);
    let pair = signed_in.header(header::SET_COOKIE).split(';').next().unwrap().to_owned();
    (account, pair)
}

#[tokio::test]
async fn no_other_address_works_before_a_password_is_chosen() {
    let house = House::open().await;
    let (_, pair) = newcomer(&house).await;
    let mut asked = 0;
    for line in routes().filter(|line| !matches!(line.entry, Entry::Everyone | Entry::OneTimeSession | Entry::AnySession)) {
        let request = request(line.method, &address(line.path)).header(header::COOKIE, &pair);
        let request = request.header(header::ORIGIN, format!("http://{HOST}"));
        let answer = house.ask(request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded").body(form(&[])).unwrap()).await;
        match (line.entry, line.path) {
            (Entry::Token, _) | (_, "/events") => assert_eq!(answer.status, 401, "{line:?}"),
            _ => assert_eq!((answer.status.as_u16(), answer.location()), (303, "/password"), "{line:?}"),
        }
        asked += 1;
    }
    assert!(asked > 18, "{asked}");
    let page = house.ask(request("GET", "/password").header(header::COOKIE, &pair).body(Body::empty()).unwrap()).await;
    assert!(
        page.status == 200 && page.text.contains("Choose your password") && page.text.contains("At least 12 characters"),
        "{}",
        page.text
    );
    assert!(!page.text.contains("href=\"/tasks\""), "no way leads anywhere else: {}", page.text);
    let out = house.post_as(&pair, "/sign-out", &[]).await;
    assert_eq!((out.status.as_u16(), out.location()), (303, "/sign-in"), "but one may go");
}

#[tokio::test]
async fn a_chosen_password_opens_everything_and_the_one_time_password_nothing() {
    let house = House::open().await;
    let (account, pair) = newcomer(&house).await;
    for (password, again, why) in [
        ("eleven char", "eleven char", "This password has 11 characters. Take at least 12."),
        (account.password.as_str(), account.password.as_str(), "This is the one-time password, which others have seen."),
        (CHOSEN, "another one!", "The two passwords differ."),
    ] {
        let refused = house.post_as(&pair, "/password", &[("password", password), ("again", again)]).await;
        assert_eq!(refused.status, 422, "{why}");
        assert!(refused.text.contains(why) && !refused.text.contains(password), "{}", refused.text);
    }
    let chosen = house.post_as(&pair, "/password", &[("password", CHOSEN), ("again", CHOSEN)]).await;
    assert_eq!((chosen.status.as_u16(), chosen.location()), (303, "/"));
    let fresh = chosen.header(header::SET_COOKIE).split(';').next().unwrap().to_owned();
    assert_ne!(fresh, pair, "the cookie of the one-time password may have been seen as well");
    let page = async |pair: &str| house.ask(request("GET", "/tasks").header(header::COOKIE, pair).body(Body::empty()).unwrap()).await;
    assert_eq!(page(&fresh).await.status, 200);
    assert_eq!(page(&pair).await.location(), "/sign-in?next=%2Ftasks");
    let again = house.post_as("", "/sign-in", &[("user", "nils"), ("password", &account.password)]).await;
    assert!(again.status == 403 && again.text.contains("User or password is wrong"), "{}", again.text);
    assert_eq!(house.post_as("", "/sign-in", &[("user", "nils"), ("password", CHOSEN)]).await.status, 303);
    // Whoever has chosen is not asked again.
    let asked =
        house.ask(request("GET", "/password").header(header::COOKIE, pair_of(&house.lab, &house.cookie)).body(Body::empty()).unwrap());
    assert_eq!(asked.await.location(), "/");
}
