//! Typing results and verifying them, over HTTP: per role, with whatever somebody types, and what stands on the page again.

use crate::house::{Answer, HOST, House, form, pair_of, request};
use axum::body::Body;
use axum::http::{StatusCode, header};

/// Somebody's browser.
struct Browser<'h> {
    house: &'h House,
    cookie: String,
}

impl Browser<'_> {
    async fn page(&self, address: &str) -> Answer {
        let request = request("GET", address).header(header::COOKIE, pair_of(&self.house.lab, &self.cookie));
        self.house.ask(request.body(Body::empty()).unwrap()).await
    }

    async fn send(&self, address: &str, fields: &[(&str, &str)]) -> Answer {
        let request = request("POST", address)
            .header(header::COOKIE, pair_of(&self.house.lab, &self.cookie))
            .header(header::ORIGIN, format!("http://{HOST}"))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.house.ask(request.body(form(fields)).unwrap()).await
    }

    /// Types one potassium of patient M-1.
    async fn type_potassium(&self, container: &str, text: &str) -> Answer {
        self.send(&format!("/results/enter/{container}/K"), &[("patient_seen", "M-1"), ("typed", text)]).await
    }
}

async fn browser<'h>(house: &'h House, role: &str) -> Browser<'h> {
    Browser { house, cookie: house.cookie_of(role).await }
}

/// The hidden fields of the forms that verify, in the order of the page.
fn seen(page: &Answer) -> Vec<String> {
    page.text.split("name=\"seen\" value=\"").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_technician_types_looks_again_and_verifies() {
    let house = House::open().await;
    let tech = browser(&house, "technician").await;
    let (accession, container) = house.order("M-1", "Lovelace").await;
    let order = tech.page(&format!("/orders/{accession}")).await;
    let address = format!("/results/enter/{container}/K");
    assert!(order.text.contains(&format!("href=\"{address}\"")) && order.text.contains("aria-keyshortcuts=\"E\""), "{}", order.text);
    let entry = tech.page(&address).await;
    assert!(
        entry.text.contains("Lovelace") && entry.text.contains("3.5 to 5") && entry.text.contains("inputmode=\"decimal\""),
        "{}",
        entry.text
    );

    let accepted = tech.type_potassium(&container, "4.12").await;
    assert_eq!(accepted.status, 303, "{}", accepted.text);
    let again = tech.page(accepted.location()).await;
    assert!(again.text.contains("data-value>4.1<") && again.text.contains("typed 4.12, will be reported as 4.1"), "{}", again.text);
    let seen = seen(&again);
    let verified = tech.send("/results/verify", &[("seen", &seen[0]), ("back", &format!("/orders/{accession}"))]).await;
    assert_eq!((verified.status.as_u16(), verified.location()), (303, format!("/orders/{accession}").as_str()));
    let row = tech.page(&format!("/orders/{accession}")).await;
    assert!(row.row("data-result").contains("data-state=\"verified\"") && row.text.contains("As it was typed"), "{}", row.text);
    // And again by the same form: it is done, and said.
    let (_, rest) = seen[0].split_once(':').unwrap();
    let with_another_command = format!("01890a5d-ac96-774b-bcce-b302099a8057:{rest}");
    let twice = tech.send("/results/verify", &[("seen", &with_another_command)]).await;
    assert!(twice.status == 409 && twice.text.contains("somebody verified this result before you"), "{}", twice.text);
    let api = house.api("GET", &format!("/api/v1/containers/{container}/results"), "").await.json();
    assert_eq!((&api["results"][0]["transmission"], &api["results"][0]["entered_by"]), (&serde_json::Value::Null, &"technician".into()));
}

#[tokio::test]
async fn whatever_is_typed_is_taken_or_refused_in_words_and_stays() {
    let house = House::open().await;
    let tech = browser(&house, "technologist").await;
    let (_, container) = house.order("M-1", "Lovelace").await;
    let long = "7".repeat(500);
    for (text, word) in [
        ("", "nothing is typed"),
        ("1,5", "decimal"),
        ("4.1e3", "exponent"),
        (long.as_str(), "500 characters"),
        ("<script>alert(1)</script>", "number"),
        ("4.1\u{7}\u{202e}", "Nothing was entered"),
        ("4\u{0}1", "Nothing was entered"),
        ("----", "nothing was measured"),
        ("----\" onfocus=\"x", "Nothing was entered"),
    ] {
        let refused = tech.type_potassium(&container, text).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{text:?} {}", refused.text);
        assert!(refused.text.contains(word), "{text:?}: {}", refused.text);
        assert!(!refused.text.contains("<script>alert") && !refused.text.contains("\" onfocus=\"x"), "{text:?}");
    }
    let stays = tech.type_potassium(&container, "1,5").await;
    assert!(stays.text.contains("value=\"1,5\""), "what was typed stays");
    // A bound is a value, and nothing is rounded unseen.
    for (text, shown) in [("<0.5", "&lt;0.5"), (">15000", "&gt;15000.0"), ("0.0001", "0.0")] {
        let (_, container) = house.order("M-1", "Lovelace").await;
        let asked =
            tech.page(&format!("/results/look?container={container}&test=K&typed={}", text.replace('<', "%3C").replace('>', "%3E"))).await;
        assert!(asked.json()["taken"].as_bool().unwrap() && asked.json()["absurd"].as_bool().unwrap(), "{}", asked.text);
        let again = tech.type_potassium(&container, text).await;
        let shown_again = again.text.replace(&format!("name=\"typed\" value=\"{}\"", text.replace('<', "&lt;").replace('>', "&gt;")), "");
        assert!(again.text.contains("a second time") && !again.text.contains("data-typed"), "typed blind: {}", again.text);
        assert!(!shown_again.contains(&text.replace('<', "&lt;").replace('>', "&gt;")), "what was typed first is not shown: {shown_again}");
        let address = format!("/results/enter/{container}/K");
        let taken = tech.send(&address, &[("patient_seen", "M-1"), ("typed", text), ("again", text)]).await;
        assert_eq!(taken.status, 303, "{}", taken.text);
        let page = tech.page(taken.location()).await;
        assert!(page.text.contains(&format!("data-value>{shown}<")), "{text}: {}", page.text);
    }
}

#[tokio::test]
async fn what_a_student_types_waits_and_the_page_says_for_whom() {
    let house = House::open().await;
    let (student, supervisor) = (browser(&house, "student").await, browser(&house, "supervisor").await);
    let (_, container) = house.order("M-1", "Lovelace").await;
    let accepted = student.type_potassium(&container, "4.1").await;
    assert_eq!(accepted.status, 303, "{}", accepted.text);
    let own = student.page("/results/verify").await;
    assert!(own.text.contains("Waits for somebody else") && own.text.contains("until one of these signs: technician"), "{}", own.text);
    assert!(own.text.contains("Who is alone on shift cannot sign for these") && seen(&own).is_empty(), "{}", own.text);
    let shown = supervisor.page("/results/verify").await;
    assert_eq!(seen(&shown).len(), 1, "{}", shown.text);
    // The student sends the form that the supervisor was shown.
    let refused = student.send("/results/verify", &[("seen", &seen(&shown)[0])]).await;
    assert!(refused.status == 409 && refused.text.contains("only under supervision"), "{}", refused.text);
    let signed = supervisor.send("/results/verify", &[("seen", &seen(&supervisor.page("/results/verify").await)[0])]).await;
    assert_eq!(signed.status, 303, "{}", signed.text);
    assert!(house.page("/").await.row("data-result").contains("data-state=\"verified\""));
}

#[tokio::test]
async fn who_does_no_tests_neither_types_nor_verifies() {
    let house = House::open().await;
    let (_, container) = house.order("M-1", "Lovelace").await;
    for role in ["phlebotomist", "assistant", "quality", "administrator", "provider"] {
        let browser = browser(&house, role).await;
        for address in [format!("/results/enter/{container}/K"), "/worksheet".to_owned(), "/results/verify".to_owned()] {
            let refused = browser.send(&address, &[("patient_seen", "M-1"), ("typed", "4.1")]).await;
            assert!(refused.status == 403 && refused.text.contains("W-018"), "{role} {address} {}", refused.status);
        }
    }
}

#[tokio::test]
async fn a_worksheet_takes_what_is_typed_and_one_refusal_costs_its_neighbours_nothing() {
    let house = House::open().await;
    let tech = browser(&house, "technologist").await;
    let mut containers = Vec::new();
    for _ in 0..3 {
        containers.push(house.order("M-1", "Lovelace").await.1);
    }
    let sheet = tech.page("/worksheet?tests=k+na").await;
    for container in &containers {
        assert!(sheet.text.contains(&format!("data-container=\"{container}\"")), "{}", sheet.text);
    }
    let cells: Vec<&str> = sheet.text.split("name=\"cell:").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    assert_eq!(cells.len(), 3, "one for each potassium that waits");
    let names: Vec<String> = cells.iter().map(|cell| format!("cell:{cell}")).collect();
    let fields = [("tests", "K NA"), (names[0].as_str(), "4.1"), (names[1].as_str(), "1,5"), (names[2].as_str(), "")];
    let told = tech.send("/worksheet", &fields).await;
    assert_eq!(told.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(told.text.contains("1 entered") && told.text.contains("1 not entered") && told.text.contains("value=\"1,5\""), "{}", told.text);
    // The same form again: the first stands already and is not entered twice.
    let again = tech
        .send("/worksheet", &[("tests", "K"), (names[0].as_str(), "4.1"), (names[1].as_str(), "4.2"), (names[2].as_str(), "7.5")])
        .await;
    assert_eq!((again.status.as_u16(), again.location()), (303, "/results/verify"), "{}", again.text);
    let look = tech.page("/results/verify").await;
    assert_eq!(look.text.matches("data-clean=\"true\"").count(), 2, "{}", look.text);
    let clean = look.text.split("data-all-clean").nth(1).unwrap().split("</form>").next().unwrap();
    let clean: Vec<&str> = clean.split("name=\"seen\" value=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    assert_eq!(clean.len(), 2);
    let done = tech.send("/results/verify", &[("seen", clean[0]), ("seen", clean[1]), ("back", "/results/verify")]).await;
    assert_eq!(done.status, 303, "{}", done.text);
    let left = tech.page("/results/verify").await;
    assert!(left.text.contains("Verify and call"), "{}", left.text);
    let called = tech.send("/results/verify", &[("seen", &seen(&left)[0])]).await;
    assert!(called.status == 200 && called.text.contains("1 critical: call now"), "{}", called.text);
    assert!(tech.page("/tasks").await.text.contains("critical: call. Potassium"), "{}", tech.page("/tasks").await.text);
}

#[tokio::test]
async fn a_form_that_is_not_ours_is_refused() {
    let house = House::open().await;
    for (address, fields) in [("/worksheet", &[("cell:nonsense", "4.1")][..]), ("/results/verify", &[("seen", "nonsense")])] {
        assert_eq!(house.send(address, fields).await.status, StatusCode::BAD_REQUEST, "{address}");
    }
    for address in ["/results/enter/NOBODY/K", "/results/enter/A0000001S/NOSUCH", "/results/verify/nonsense"] {
        assert_eq!(house.page(address).await.status, StatusCode::NOT_FOUND, "{address}");
    }
    // Nowhere else than to a page of ours.
    let back = house.send("/results/verify", &[("back", "//evil.example")]).await;
    assert_eq!((back.status.as_u16(), back.location()), (303, "/"));
}

#[tokio::test]
async fn a_coded_result_is_one_of_the_choices() {
    let house = House::open().await;
    let tech = browser(&house, "technician").await;
    let body = serde_json::json!({
        "patient": {"mrn": "M-1", "family_name": "Lovelace", "given_name": "Ada", "birth_date": "1980-02-29", "sex": "F"},
        "tests": ["UHCG"], "priority": "routine",
    });
    let placed = house.api("POST", "/api/v1/orders", &body.to_string()).await.json();
    let container = placed["containers"][0]["code"].as_str().unwrap();
    let address = format!("/results/enter/{container}/UHCG");
    let page = tech.page(&address).await;
    assert!(page.text.contains("<option value=\"POS\">Positive</option>"), "{}", page.text);
    let refused = tech.send(&address, &[("patient_seen", "M-1"), ("typed", "perhaps")]).await;
    assert!(refused.status == 422 && refused.text.contains("none of NEG, POS, INV"), "{}", refused.text);
    let taken = tech.send(&address, &[("patient_seen", "M-1"), ("typed", "p")]).await;
    assert!(tech.page(taken.location()).await.text.contains("data-value>POS<"), "begun is enough");
    // Somebody else comes second.
    let second = browser(&house, "technologist").await;
    let late = second.send(&address, &[("patient_seen", "M-1"), ("typed", "neg")]).await;
    assert!(late.status == 409 && late.text.contains("technician entered POS"), "{}", late.text);
    let other = second.send(&address, &[("patient_seen", "M-2"), ("typed", "neg"), ("replaces", "1")]).await;
    assert!(other.status == 409 && other.text.contains("record number M-1 now, not to M-2"), "{}", other.text);
}
