//! Who enters: every address of the list, with and without credentials.

use crate::house::{HOST, House, form, request};
use axum::body::Body;
use axum::http::{StatusCode, header};
use kernel::Realm;
use web::{Entry, WebOptions, routes};

/// An address of the list with something in each place.
fn address(path: &str) -> String {
    let filled = path.split('/').map(|part| if part.starts_with('{') { "01890a5d-ac96-774b-bcce-b302099a8057" } else { part });
    filled.collect::<Vec<_>>().join("/")
}

fn is_of_people(entry: Entry) -> bool {
    matches!(entry, Entry::Session | Entry::Person(_))
}

/// Every cell of the table for every address that asks for an action: what may be looked at, and what may be changed.
#[tokio::test]
async fn every_role_enters_where_the_table_lets_it_and_nowhere_else() {
    let house = House::open().await;
    let table: Vec<Vec<&str>> =
        include_str!("../../../../content/people/privileges.csv").lines().map(|line| line.split(',').collect()).collect();
    let mut asked = 0;
    for role in people::Role::ALL {
        let cookie = house.cookie_of(role.name()).await;
        let column = table[0].iter().position(|name| *name == role.column()).unwrap();
        for line in routes() {
            let Entry::Person(action) = line.entry else { continue };
            let cell = table.iter().find(|row| row[0] == action.name()).unwrap()[column];
            let is_reading = line.method == "GET";
            // What hangs on what is not known, and on whose records they are, stays closed; a change needs all of it.
            let may =
                if is_reading { !["-", "own"].contains(&cell) && !cell.starts_with("U ") && !cell.starts_with("U/") } else { cell == "U" };
            let request = request(line.method, &address(line.path)).header(header::COOKIE, format!("benchside={cookie}"));
            let request = request.header(header::ORIGIN, format!("http://{HOST}"));
            let answer =
                house.ask(request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded").body(form(&[])).unwrap()).await;
            let is_refused = answer.status == 403 && answer.text.contains("W-018");
            assert_eq!(is_refused, !may, "{role} has {cell} for {action}: {line:?} {}", answer.status);
            asked += 1;
        }
    }
    assert_eq!(asked, 16 * 19, "nineteen addresses ask for an action, for each of sixteen roles");
}

#[tokio::test]
async fn who_may_not_go_somewhere_is_told_why_and_does_not_see_the_way() {
    let house = House::open().await;
    let cookie = house.cookie_of("administrator").await;
    let page = async |address: &str| {
        let request = request("GET", address).header(header::COOKIE, format!("benchside={cookie}"));
        house.ask(request.body(Body::empty()).unwrap()).await
    };
    let refused = page("/").await;
    assert_eq!(refused.status, 403);
    assert!(
        refused.text.contains("“View PHI on own worklist” is not among what the role administrator does")
            && refused.text.contains("Sign out"),
        "{}",
        refused.text
    );
    assert!(!refused.text.contains("href=\"/orders/new\"") && !refused.text.contains("href=\"/tasks\""), "{}", refused.text);
    // Somebody without any role that there is.
    let cookie = house.cookie_with_stored_role("boss").await;
    let request = request("GET", "/").header(header::COOKIE, format!("benchside={cookie}"));
    let refused = house.ask(request.body(Body::empty()).unwrap()).await;
    assert!(refused.status == 403 && refused.text.contains("no role is held here"), "{}", refused.text);
}

#[tokio::test]
async fn nobody_enters_without_credentials_of_the_right_kind() {
    let house = House::open().await;
    for line in routes() {
        let bare = || request(line.method, &address(line.path));
        let tries = [
            bare(),
            bare().header(header::COOKIE, "benchside=0123456789abcdef"),
            bare().header(header::AUTHORIZATION, "Bearer 0123456789abcdef"),
            // The right secret in the wrong place opens nothing.
            match line.entry {
                Entry::Token => bare().header(header::COOKIE, format!("benchside={}", house.cookie)),
                _ => bare().header(header::AUTHORIZATION, format!("Bearer {}", house.token)),
            },
        ];
        for request in tries {
            let answer = house.ask(request.body(Body::empty()).unwrap()).await;
            match (line.entry, line.method, line.path) {
                (Entry::Everyone, "GET", _) => {
                    assert!(!answer.status.is_redirection() && answer.status != 401, "{line:?} {}", answer.status)
                }
                (Entry::Everyone | Entry::Session | Entry::Person(_), "POST", _) => assert_eq!(answer.status, 403, "{line:?}"),
                (Entry::Session, _, "/events") => assert_eq!(answer.status, 401, "{line:?}"),
                (Entry::Session | Entry::Person(_), _, _) => {
                    assert_eq!(answer.status, 303, "{line:?}");
                    assert!(answer.location().starts_with("/sign-in?next=%2F"), "{line:?} {}", answer.location());
                }
                (Entry::Token, _, _) => {
                    assert_eq!(answer.status, 401, "{line:?}");
                    assert_eq!(answer.json()["error"]["code"], "W-001", "{line:?}");
                    assert!(answer.header(header::WWW_AUTHENTICATE).starts_with("Bearer"), "{line:?}");
                }
                other => panic!("no expectation for {other:?}"),
            }
        }
    }
}

#[tokio::test]
async fn a_post_without_a_session_from_our_own_page_leads_to_sign_in() {
    let house = House::open().await;
    for line in routes().filter(|line| is_of_people(line.entry) && line.method == "POST") {
        let own = request("POST", &address(line.path)).header(header::ORIGIN, format!("http://{HOST}"));
        let answer = house.ask(own.body(Body::empty()).unwrap()).await;
        assert_eq!((answer.status.as_u16(), answer.location()), (303, "/sign-in?next=%2F"), "{line:?}");
    }
}

#[tokio::test]
async fn another_sites_page_changes_nothing_even_with_the_cookie() {
    let house = House::open().await;
    for line in routes().filter(|line| line.method == "POST" && line.entry != Entry::Token) {
        for (name, value) in [("origin", "http://evil.test"), ("sec-fetch-site", "cross-site"), ("sec-fetch-site", "same-site")] {
            let request = house.signed("POST", &address(line.path)).header(name, value);
            let answer =
                house.ask(request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded").body(Body::empty()).unwrap()).await;
            assert_eq!(answer.status, 403, "{line:?} {name}");
            assert!(answer.text.contains("W-002"), "{line:?} {name}");
        }
    }
    assert_eq!(house.page("/").await.status, 200, "nobody was signed out");
}

#[tokio::test]
async fn other_methods_are_refused_and_the_right_ones_named() {
    let house = House::open().await;
    for line in routes() {
        let answer = house.ask(house.signed("DELETE", &address(line.path)).body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, 405, "{line:?}");
        assert!(answer.header(header::ALLOW).contains(line.method), "{line:?}: {}", answer.header(header::ALLOW));
        assert!(answer.text.contains("W-004"), "{line:?}");
    }
}

#[tokio::test]
async fn unknown_addresses_are_said_to_be_unknown_in_the_form_that_is_read() {
    let house = House::open().await;
    let page = house.page("/nowhere/%3Cscript%3E").await;
    assert_eq!(page.status, 404);
    assert!(page.text.contains("W-003") && page.header(header::CONTENT_TYPE).starts_with("text/html"), "{}", page.text);
    let api = house.api("GET", "/api/v1/nowhere", "").await;
    assert_eq!((api.status, api.json()["error"]["code"].as_str()), (StatusCode::NOT_FOUND, Some("W-003")));
    assert_eq!(api.json()["error"]["where"], "/api/v1/nowhere");
}

#[tokio::test]
async fn every_answer_carries_the_security_headers() {
    let house = House::open().await;
    let policy = "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";
    let mut addresses: Vec<String> = routes().filter(|line| line.path != "/events").map(|line| address(line.path)).collect();
    addresses.push("/nowhere".to_owned());
    for address in addresses {
        for answer in [house.page(&address).await, house.ask(request("GET", &address).body(Body::empty()).unwrap()).await] {
            assert_eq!(answer.header(header::CONTENT_SECURITY_POLICY), policy, "{address}");
            assert_eq!(answer.header(header::X_CONTENT_TYPE_OPTIONS), "nosniff", "{address}");
            assert_eq!(answer.header(header::REFERRER_POLICY), "same-origin", "{address}");
            assert_eq!(answer.header(header::CACHE_CONTROL), "no-store", "{address}");
        }
    }
}

#[tokio::test]
async fn nothing_on_a_page_needs_what_the_policy_forbids() {
    let house = House::open().await;
    let (accession, container) = house.order("4711", "Ndiaye").await;
    let transmission = house.file_potassium(&container, "4.1").await;
    house.file_potassium("NOBODY", "4.2").await;
    let order = format!("/orders/{accession}");
    let wire = format!("/transmissions/{transmission}");
    for address in ["/", "/orders/new", &order, "/tasks", &wire, "/instruments", "/find?code=x", "/sign-in", "/nowhere"] {
        let page = house.page(address).await.text;
        for forbidden in [" style=", "<style", " onclick=", " onload=", " onsubmit=", "javascript:", "<base"] {
            assert!(!page.contains(forbidden), "{address} has {forbidden}");
        }
        assert_eq!(page.matches("<script").count(), page.matches("<script type=\"module\" src=\"/assets/").count(), "{address}");
        assert_eq!(page.matches("<h1").count(), 1, "{address} has one heading");
    }
}

/// Six wrong passwords under one name, whether it is somebody's or not; the right one comes too late, and another name is not touched.
#[tokio::test]
async fn wrong_passwords_shut_a_name_for_a_while() {
    let house = House::open().await;
    house.cookie_of("lead").await;
    let sign_in = async |user: &str, password: &str| {
        let request = request("POST", "/sign-in").header(header::ORIGIN, format!("http://{HOST}"));
        let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        house.ask(request.body(form(&[("user", user), ("password", password), ("next", "/")])).unwrap()).await
    };
    for user in ["tess", "nobody"] {
        for _ in 0..5 {
            assert_eq!(sign_in(user, "wrong").await.status, 403, "{user}");
        }
        let shut = sign_in(user, &house.password).await;
        assert_eq!(shut.status, 429, "{user}");
        assert!(shut.text.contains("Too many wrong passwords for this user. Try again after "), "{}", shut.text);
    }
    assert_eq!(sign_in("lead@test", "wrong").await.status, 403);
    assert_eq!(house.page("/").await.status, 200, "who is signed in stays in");
    house.lab.lockout().forget("tess");
    assert_eq!(sign_in("tess", &house.password).await.status, 303, "after the password was reset");
}

#[tokio::test]
async fn signing_in_gives_a_cookie_and_leads_where_one_wanted_to_go() {
    let house = House::open().await;
    let send = async |password: &str, next: &str| {
        let request = request("POST", "/sign-in").header(header::ORIGIN, format!("http://{HOST}"));
        let fields = form(&[("user", "tess"), ("password", password), ("next", next)]);
        house.ask(request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded").body(fields).unwrap()).await
    };
    let page = house.ask(request("GET", "/sign-in?next=%2Ftasks").body(Body::empty()).unwrap()).await;
    assert!(page.text.contains("name=\"next\" value=\"/tasks\""), "{}", page.text);

    let wrong = send("not-the-password", "/tasks").await;
    assert_eq!((wrong.status.as_u16(), wrong.header(header::SET_COOKIE)), (403, ""));
    assert!(wrong.text.contains("role=\"alert\"") && wrong.text.contains("value=\"tess\""), "{}", wrong.text);

    for (next, goes) in [("/tasks", "/tasks"), ("", "/"), ("//evil.test", "/"), ("https://evil.test", "/"), ("/\\evil.test", "/")] {
        let right = send(&house.password, next).await;
        assert_eq!((right.status.as_u16(), right.location()), (303, goes), "{next}");
        let cookie = right.header(header::SET_COOKIE);
        assert!(cookie.starts_with("benchside=") && cookie.ends_with("; HttpOnly; SameSite=Strict; Path=/"), "{cookie}");
        let pair = cookie.split(';').next().unwrap();
        let results = house.ask(request("GET", "/").header(header::COOKIE, pair).body(Body::empty()).unwrap()).await;
        assert_eq!(results.status, 200);
    }
}

#[tokio::test]
async fn signing_out_ends_the_session_for_good() {
    let house = House::open().await;
    let out = house.send("/sign-out", &[]).await;
    assert_eq!((out.status.as_u16(), out.location()), (303, "/sign-in"));
    assert!(out.header(header::SET_COOKIE).contains("Max-Age=0"));
    assert_eq!(house.page("/").await.status, 303, "the cookie that somebody may have kept opens nothing");
}

#[tokio::test]
async fn the_realm_stands_on_every_page_but_productions() {
    let demonstration = House::open().await;
    for address in ["/", "/sign-in", "/nowhere"] {
        assert!(demonstration.page(address).await.text.contains("data-realm=\"demonstration\""), "{address}");
    }
    let production = House::open_in(Realm::Production, WebOptions::default()).await;
    let page = production.page("/").await.text;
    assert!(page.contains("no laboratory director has signed it"), "an unsigned catalogue is said to be so");
    assert!(!page.contains("nothing here treats anybody"));
}
