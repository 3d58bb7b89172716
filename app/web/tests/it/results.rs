//! Results on pages and in the API.

use crate::house::House;
use axum::http::StatusCode;

#[tokio::test]
async fn an_empty_laboratory_says_what_to_do() {
    let house = House::open().await;
    let page = house.page("/").await.text;
    assert!(page.contains("Nothing is held") && page.contains("href=\"/orders/new\""), "{page}");
    assert!(house.page("/tasks").await.text.contains("Nothing waits"));
}

#[tokio::test]
async fn a_result_within_limits_is_verified_and_one_beyond_is_held_with_the_reason() {
    let house = House::open().await;
    let (_, calm) = house.order("4711", "Ndiaye").await;
    let (_, grave) = house.order("4712", "Okafor").await;
    house.file_potassium(&calm, "4.1").await;
    house.file_potassium(&grave, "7.9").await;
    let page = house.page("/").await;

    // The starting catalogue's critical limits of an adult's potassium are 2.8 and 6.2 mmol/L.
    let held = page.row(&format!("data-container=\"{grave}\""));
    assert!(held.contains("data-state=\"held\"") && held.contains("data-critical=\"true\"") && held.contains("data-test=\"K\""), "{held}");
    assert!(held.contains("data-value>7.9<") && held.contains(">mmol/L"), "{held}");
    assert!(held.contains("CRIT") && held.contains("6.2"), "badge and reason: {held}");
    let verified = page.row(&format!("data-container=\"{calm}\""));
    assert!(verified.contains("data-state=\"verified\"") && verified.contains("data-critical=\"false\""), "{verified}");
    assert!(verified.contains("data-value>4.1<") && verified.contains("Verified by rules"), "{verified}");
    assert!(page.text.find(&grave) < page.text.find(&calm), "what waits for a person comes first");
    assert!(page.text.contains("data-versions=\"results "), "the page says what it shows");
}

/// What is true of every row is said once above; a row must not claim that every gate passed because its own reasons were lifted there.
#[tokio::test]
async fn reasons_said_above_the_table_do_not_turn_into_a_pass_below_it() {
    let house = House::open().await;
    // They verify themselves in this realm although nobody signed the edition. The flag of one opens the column of reasons for all.
    for (mrn, value, flag) in [("4711", "4.1", "N"), ("4712", "4.2", "N"), ("4713", "5.3", "H")] {
        let (_, container) = house.order(mrn, "Ndiaye").await;
        house.file_flagged_potassium(&container, value, flag).await;
    }
    let page = house.page("/").await.text;
    assert!(page.contains("data-common-reason") && page.contains("not established") && page.contains("Analyser's flags"), "{page}");
    assert!(!page.contains("Every gate passed"), "the critical limit was not established for any of them: {page}");
}

#[tokio::test]
async fn a_critical_result_stands_before_newer_ones_that_are_held_for_less() {
    let house = House::open().await;
    let (_, grave) = house.order("4711", "Ndiaye").await;
    // 6.5 is critical for grown people and not for a newborn: without a birth date nobody can say, so it waits, but it is not critical.
    let (_, ageless) = house.order_born("4712", "Okafor", "").await;
    house.file_potassium(&grave, "7.9").await;
    house.file_potassium(&ageless, "6.5").await;
    let page = house.page("/").await;
    let row = page.row(&format!("data-container=\"{ageless}\""));
    assert!(row.contains("data-state=\"held\"") && row.contains("data-critical=\"false\"") && !row.contains("CRIT"), "{row}");
    assert!(page.text.find(&format!("data-container=\"{grave}\"")) < page.text.find(&format!("data-container=\"{ageless}\"")));
}

#[tokio::test]
async fn the_api_tells_the_same() {
    let house = House::open().await;
    let (accession, container) = house.order("4711", "Ndiaye").await;
    let address = format!("/api/v1/containers/{container}/results");
    assert_eq!(house.api("GET", &address, "").await.json(), serde_json::json!({"results": []}), "a container that waits has none");
    let transmission = house.file_potassium(&container, "7.9").await;
    let answer = house.api("GET", &address, "").await.json();
    let result = &answer["results"][0];
    assert_eq!(answer["results"].as_array().unwrap().len(), 1);
    for (field, expected) in [
        ("test", "K"),
        ("value", "7.9"),
        ("unit", "mmol/L"),
        ("state", "held"),
        ("sent", "7.9"),
        ("priority", "routine"),
        ("accession", accession.as_str()),
        ("container", container.as_str()),
        ("transmission", transmission.as_str()),
    ] {
        assert_eq!(result[field], expected, "{field}");
    }
    assert_eq!((&result["critical"], &result["verifier"]), (&true.into(), &serde_json::Value::Null));
    assert_eq!(result["reasons"][0]["verdict"], "held", "{}", result["reasons"]);
    let order = house.api("GET", &format!("/api/v1/orders/{accession}"), "").await.json();
    assert_eq!(order["examinations"][0]["result"]["value"], "7.9");
    let health = house.api("GET", "/api/v1/health", "").await.json();
    assert_eq!((&health["realm"], &health["unfiled"]), (&"demonstration".into(), &0.into()));
    assert_eq!(health["troubles"], serde_json::json!([]));
    assert_eq!(health["links"][0]["name"], "c111");
}

#[tokio::test]
async fn an_order_shows_what_every_gate_said_and_the_bytes_it_came_in() {
    let house = House::open().await;
    let (accession, container) = house.order("4711", "Ndiaye").await;
    let transmission = house.file_potassium(&container, "4.1").await;
    let page = house.page(&format!("/orders/{accession}")).await;
    let row = page.row("data-test=\"K\"");
    assert!(row.contains("starting-2026-11d") && row.contains(&format!("/transmissions/{transmission}")), "{row}");
    let wire = house.page(&format!("/transmissions/{transmission}")).await;
    for name in ["STX", "ETB", "ETX", "CR", "LF"] {
        assert!(wire.text.contains(&format!("<span class=\"control\">{name}</span>")), "{name}: {}", wire.text);
    }
    assert!(wire.text.contains("R|1|^^^990|4.1|mmol/L||N||F||$SYS$||20261121131700"));
    assert!(wire.row("data-test=\"K\"").contains("data-value>4.1<"));
    for nonsense in ["/transmissions/7", "/transmissions/01890a5d-ac96-774b-bcce-b302099a8057"] {
        assert_eq!(house.page(nonsense).await.status, StatusCode::NOT_FOUND, "{nonsense}");
    }
}

#[tokio::test]
async fn older_results_are_reached_by_key_each_once() {
    let house = House::open().await;
    // One more than a page holds.
    let rows = actions::views::PAGE_ROWS as usize + 1;
    for number in 0..rows {
        let (_, container) = house.order(&format!("M{number}"), "Ndiaye").await;
        house.file_potassium(&container, "4.1").await;
    }
    let first = house.page("/").await.text;
    let older = first.split("rel=\"next\" href=\"").nth(1).unwrap().split('"').next().unwrap();
    let second = house.page(older).await.text;
    let keys = |page: &str| page.split("data-key=\"").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()).collect::<Vec<_>>();
    let mut all = keys(&first);
    assert_eq!(all.len(), rows - 1);
    all.extend(keys(&second));
    all.sort();
    all.dedup();
    assert_eq!(all.len(), rows, "every result is on one of the pages");
    assert!(!second.contains("rel=\"next\"") && second.contains("Newest"));
    for nonsense in ["/?verified=7", "/?held=x", "/tasks?after=-"] {
        let answer = house.page(nonsense).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{nonsense}");
        assert!(answer.text.contains("W-014"), "{nonsense}");
    }
}

#[tokio::test]
async fn instruments_show_their_links() {
    let house = House::open().await;
    let before = house.page("/instruments").await;
    assert!(before.row("data-link=\"c111\"").contains("Nobody connected") && before.row("data-link").contains("never"));
    house.lab.note_link("c111", |link| {
        link.connections = 1;
        link.anomalies = 3;
        link.address = "127.0.0.1:9111".to_owned();
    });
    let page = house.page("/instruments").await;
    let row = page.row("data-link=\"c111\"");
    assert!(row.contains("Connected") && row.contains("127.0.0.1:9111") && row.contains("data-anomalies>3<"), "{row}");
    assert!(page.text.contains("data-unfiled=\"0\""));
}
