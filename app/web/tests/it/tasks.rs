//! Tasks: shown with their line, closed with a note, never over somebody else's change.

use crate::house::House;
use axum::http::StatusCode;

/// A laboratory with one unclaimed reading; the task's id and version as the page has them.
async fn unclaimed() -> (House, String, String) {
    let house = House::open().await;
    house.file_potassium("NOBODY<b>", "4.2").await;
    let page = house.page("/tasks").await;
    let row = page.row("data-task");
    let id = row.split("/tasks/").nth(1).unwrap().split("/close").next().unwrap().to_owned();
    let version = row.split("name=\"seen_version\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    (house, id, version)
}

#[tokio::test]
async fn a_reading_nobody_ordered_stands_with_its_line_its_reason_and_its_owner() {
    let (house, id, _) = unclaimed().await;
    let page = house.page("/tasks").await;
    let row = page.row("data-task");
    assert!(row.contains("data-raw-line>R|1|^^^990|4.2|mmol/L||N||F||$SYS$||20261121131700<"), "{row}");
    assert!(row.contains("NOBODY&lt;b&gt;") && !row.contains("<b>"), "{row}");
    assert!(row.contains("chemistry") && row.contains("Unclaimed reading"), "{row}");
    let tasks = house.api("GET", "/api/v1/tasks", "").await.json();
    assert_eq!((&tasks["tasks"][0]["task"], &tasks["next"]), (&id.into(), &serde_json::Value::Null));
    assert_eq!(tasks["tasks"][0]["kind"], "unclaimed");
}

#[tokio::test]
async fn a_task_is_closed_with_a_note_and_only_once() {
    let (house, id, version) = unclaimed().await;
    let close = format!("/tasks/{id}/close");
    let missing = house.send(&close, &[("seen_version", &version), ("note", "  ")]).await;
    assert_eq!(missing.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(missing.row("data-task").contains("aria-invalid=\"true\""));
    assert!(missing.text.contains("data-address=\"/tasks\""), "the page is fetched again from the list, not from the form's address");

    let done = house.send(&close, &[("seen_version", &version), ("note", "rerun under A0000001X")]).await;
    assert_eq!((done.status.as_u16(), done.location()), (303, "/tasks"));
    let page = house.page("/tasks").await.text;
    assert!(page.contains("Nothing waits") && page.contains("rerun under A0000001X"), "{page}");

    let late = house.send(&close, &[("seen_version", &version), ("note", "me too")]).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    assert!(late.text.contains("data-refused") && !house.page("/tasks").await.text.contains("me too"), "{}", late.text);
}

#[tokio::test]
async fn a_task_that_changed_meanwhile_is_not_closed_and_the_note_stays() {
    let (house, id, version) = unclaimed().await;
    let other = (version.parse::<i64>().unwrap() + 1).to_string();
    let answer = house.send(&format!("/tasks/{id}/close"), &[("seen_version", &other), ("note", "<i>done</i>")]).await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    assert!(answer.row("data-task").contains("value=\"&lt;i&gt;done&lt;/i&gt;\""), "{}", answer.text);
}

#[tokio::test]
async fn nonsense_about_a_task_is_refused_in_words() {
    let (house, id, version) = unclaimed().await;
    let unknown = "/tasks/01890a5d-ac96-774b-bcce-b302099a8057/close";
    assert_eq!(house.send(unknown, &[("seen_version", &version), ("note", "x")]).await.status, StatusCode::NOT_FOUND);
    assert_eq!(house.send("/tasks/7/close", &[("seen_version", "1"), ("note", "x")]).await.status, StatusCode::NOT_FOUND);
    assert_eq!(house.send(&format!("/tasks/{id}/close"), &[("note", "x")]).await.status, StatusCode::BAD_REQUEST);
}
