//! Orders by the page and by the API.

use crate::house::House;
use axum::body::Body;
use axum::http::StatusCode;

const FIELDS: [(&str, &str); 8] = [
    ("mrn", "4711"),
    ("family_name", "Ndiaye"),
    ("given_name", "Aïssatou"),
    ("birth_date", "1980-02-29"),
    ("sex", "F"),
    ("tests", "k na"),
    ("priority", "stat"),
    ("requester", "Dr B. Asker"),
];

/// The fields with some of them otherwise.
fn with<'a>(changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let kept = FIELDS.iter().filter(|(name, _)| changes.iter().all(|(changed, _)| changed != name)).copied();
    kept.chain(changes.iter().copied()).collect()
}

#[tokio::test]
async fn an_order_typed_on_the_page_is_placed_and_its_codes_are_shown_large() {
    let house = House::open().await;
    let answer = house.send("/orders/new", &FIELDS).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    let (address, placed) = answer.location().split_once('?').unwrap();
    assert_eq!(placed, "placed=1");
    let accession = address.strip_prefix("/orders/").unwrap();

    let order = house.api("GET", &format!("/api/v1/orders/{accession}"), "").await.json();
    assert_eq!(order["patient"]["given_name"], "Aïssatou");
    assert_eq!(order["priority"], "stat");
    let code = order["containers"][0]["code"].as_str().unwrap();

    let page = house.page(answer.location()).await;
    assert!(page.text.contains(&format!("<span class=\"label-code\">{code}</span>")), "{}", page.text);
    assert!(page.text.contains("Ndiaye, Aïssatou") && page.text.contains("The order is placed"), "{}", page.text);
    for test in ["K", "NA"] {
        assert!(page.row(&format!("data-test=\"{test}\"")).contains("Waiting"));
    }
    assert!(!house.page(address).await.text.contains("The order is placed"));
}

#[tokio::test]
async fn the_same_form_sent_twice_orders_once() {
    let house = House::open().await;
    let page = house.page("/orders/new").await.text;
    let command = page.split("name=\"command\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let fields = with(&[("command", &command)]);
    let first = house.send("/orders/new", &fields).await;
    let second = house.send("/orders/new", &fields).await;
    assert_eq!(first.status, 303);
    assert_eq!(first.location(), second.location());
    assert_ne!(house.send("/orders/new", &FIELDS).await.location(), first.location(), "another form is another order");
}

#[tokio::test]
async fn an_order_that_cannot_be_is_refused_beside_the_field_and_what_was_typed_stays() {
    let house = House::open().await;
    for (field, typed) in [
        ("birth_date", "1981-02-29"),
        ("mrn", ""),
        ("family_name", ""),
        ("sex", ""),
        ("priority", "now"),
        ("tests", "K XYZ"),
        ("requester", ""),
    ] {
        let answer = house.send("/orders/new", &with(&[(field, typed)])).await;
        assert_eq!(answer.status, 422, "{field}");
        let id = format!("id=\"{field}\"");
        let tag = answer.text.split('<').find(|tag| tag.contains(&id)).unwrap();
        assert!(tag.contains("aria-invalid=\"true\"") && tag.contains(&format!("{field}-trouble")), "{field}: {tag}");
        assert!(answer.text.contains(&format!("id=\"{field}-trouble\"")), "{field}");
        assert_eq!(answer.text.matches("aria-invalid").count(), 1, "only {field} is marked");
        assert!(answer.text.contains("value=\"Aïssatou\""), "{field}: what was typed stays");
    }
}

#[tokio::test]
async fn a_number_of_somebody_else_is_a_conflict_and_changes_nothing() {
    let house = House::open().await;
    assert_eq!(house.send("/orders/new", &FIELDS).await.status, 303);
    let answer = house.send("/orders/new", &with(&[("family_name", "Okafor")])).await;
    assert_eq!(answer.status, 409);
    assert!(answer.text.contains("Nothing was ordered") && answer.text.contains("value=\"Okafor\""), "{}", answer.text);
}

#[tokio::test]
async fn markup_in_a_name_is_a_name() {
    let house = House::open().await;
    let (accession, container) = house.order("<i>1</i>", "<script>alert(1)</script>").await;
    house.file_potassium(&container, "4.1").await;
    for address in ["/".to_owned(), format!("/orders/{accession}")] {
        let page = house.page(&address).await.text;
        assert!(!page.contains("<script>") && !page.contains("<i>"), "{address}");
        assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"), "{address}: {page}");
    }
}

#[tokio::test]
async fn what_is_scanned_leads_to_the_order() {
    let house = House::open().await;
    let (accession, container) = house.order("4711", "Ndiaye").await;
    for code in [accession.as_str(), &container, "4711", "%204711%20"] {
        let answer = house.page(&format!("/find?code={code}")).await;
        assert_eq!((answer.status.as_u16(), answer.location()), (303, format!("/orders/{accession}").as_str()), "{code}");
    }
    let missing = house.page("/find?code=%22%3E%3Cb%3E9").await;
    assert_eq!(missing.status, 404);
    assert!(missing.text.contains("id=\"code\"") && missing.text.contains("value=\"&quot;&gt;&lt;b&gt;9\""), "{}", missing.text);
    for nothing in ["/find", "/find?code=", "/find?code=%00", "/find?code=%FF"] {
        assert!(house.page(nothing).await.status.is_client_error(), "{nothing}");
    }
    assert_eq!(house.page("/orders/26-999999-9").await.status, 404);
}

fn body(changes: &[(&str, serde_json::Value)]) -> String {
    let mut order = serde_json::json!({
        "patient": {"mrn": "4711", "family_name": "Ndiaye", "given_name": "Aïssatou", "birth_date": "1980-02-29", "sex": "F"},
        "tests": ["K"], "priority": "urgent", "collected_at": "2026-11-21T10:00:00Z",
    });
    for (pointer, value) in changes {
        *order.pointer_mut(pointer).unwrap() = value.clone();
    }
    order.to_string()
}

#[tokio::test]
async fn a_program_places_an_order_once_however_often_it_sends_it() {
    let house = House::open().await;
    let send = async |key: &str| {
        let request = house.bearer("POST", "/api/v1/orders").header("Idempotency-Key", key);
        house.ask(request.body(Body::from(body(&[]))).unwrap()).await
    };
    let first = send("01890a5d-ac96-774b-bcce-b302099a8057").await;
    let again = send("01890a5d-ac96-774b-bcce-b302099a8057").await;
    let other = send("01890a5d-ac96-774b-bcce-b302099a8058").await;
    assert_eq!((first.status, again.status, other.status), (StatusCode::CREATED, StatusCode::OK, StatusCode::CREATED), "{}", first.text);
    assert_eq!(first.json(), again.json());
    assert_ne!(first.json()["accession"], other.json()["accession"]);
    assert_eq!(first.json()["patient"], other.json()["patient"]);
    assert_eq!(first.json()["containers"][0]["tests"], serde_json::json!(["K"]));
    assert_eq!(send("7").await.json()["error"]["code"], "W-014");
}

#[tokio::test]
async fn a_program_is_told_what_is_wrong_where_and_what_to_do() {
    let house = House::open().await;
    let post = async |body: String| house.api("POST", "/api/v1/orders", &body).await;
    assert_eq!(post(body(&[])).await.status, 201);
    let text = |words: &str| serde_json::Value::from(words);
    for (sent, status, code, place) in [
        ("{".to_owned(), 400, "W-006", "line 1"),
        ("[]".to_owned(), 400, "W-006", "line 1"),
        (String::new(), 400, "W-006", "line 1"),
        (body(&[]).replace("priority", "prioritty"), 400, "W-006", "line 1"),
        (body(&[("/patient/birth_date", text("1981-02-29"))]), 422, "W-012", "birth_date"),
        (body(&[("/tests/0", text("XYZ"))]), 422, "W-012", "tests"),
        (body(&[("/collected_at", text("yesterday"))]), 422, "W-012", "collected_at"),
        (body(&[("/patient/family_name", text("Okafor"))]), 409, "W-013", "patient"),
    ] {
        let answer = post(sent.clone()).await;
        let error = &answer.json()["error"];
        assert_eq!((answer.status.as_u16(), error["code"].as_str()), (status, Some(code)), "{sent}: {error}");
        assert!(error["where"].as_str().unwrap().contains(place), "{sent}: {error}");
        assert!(!error["what"].as_str().unwrap().is_empty() && !error["next"].as_str().unwrap().is_empty(), "{sent}: {error}");
    }
    for address in ["/api/v1/orders/26-999999-9", "/api/v1/containers/A9999999X/results"] {
        assert_eq!(house.api("GET", address, "").await.json()["error"]["code"], "W-011", "{address}");
    }
}
