//! Messages of hospital systems: listed by link, shown segment by segment with their answers.

use crate::house::{House, hl7_link};
use actions::ReceivedHl7;

/// A message comes in over the link; its id.
async fn receive(house: &House, message: &str) -> String {
    let raw = message.replace('\n', "\r").into_bytes();
    let received = ReceivedHl7 { received_at: actions::now(), raw };
    actions::receive_hl7(&house.lab, &hl7_link(), received).await.unwrap().id.to_string()
}

const SCHEDULED: &str = "MSH|^~\\&|HIS|HOSP|LIS|LAB|20261122||SIU^S12|MSG-7|P|2.5.1\nSCH|1||<b>x</b>\n";

#[tokio::test]
async fn the_instruments_page_leads_to_the_messages_and_each_to_its_segments_and_answer() {
    let house = House::open().await;
    let instruments = house.page("/instruments").await;
    let row = instruments.row("data-hl7-link");
    assert!(row.contains("/hl7/links/his") && row.contains("Nobody connected"), "{row}");
    assert!(house.page("/hl7/links/his").await.text.contains("Nothing has come over this link yet"));

    let id = receive(&house, SCHEDULED).await;
    let list = house.page("/hl7/links/his").await;
    let row = list.row("data-hl7-message");
    assert!(row.contains(&format!("/hl7/{id}")) && row.contains("SIU^S12") && row.contains("MSG-7") && row.contains("HIS^HOSP"), "{row}");
    assert!(row.contains("data-state=\"refused\"") && row.contains("Not taken") && row.contains("201"), "{row}");

    let page = house.page(&format!("/hl7/{id}")).await.text;
    assert!(page.contains("data-segment=\"SCH\"") && page.contains("&lt;b&gt;x&lt;/b&gt;") && !page.contains("<b>x"), "{page}");
    let answer = page.split("data-answer=\"application\"").nth(1).unwrap();
    assert!(answer.contains("MSA|AR|MSG-7"), "{answer}");
    assert!(page.contains("Tasks that came of it") && page.contains("Kind of message not taken here"), "{page}");

    // From the task back to the message.
    assert!(house.page("/tasks").await.row("data-task").contains(&format!("/hl7/{id}")));
    let tasks = house.api("GET", "/api/v1/tasks", "").await.json();
    assert_eq!((&tasks["tasks"][0]["hl7_message"], &tasks["tasks"][0]["transmission"]), (&id.into(), &serde_json::Value::Null));
}

#[tokio::test]
async fn a_repeat_leads_to_the_message_it_repeats() {
    let house = House::open().await;
    let first = receive(&house, SCHEDULED).await;
    let again = receive(&house, SCHEDULED).await;
    let page = house.page(&format!("/hl7/{again}")).await.text;
    assert!(page.contains(&format!("/hl7/{first}")) && page.contains("Repeat"), "{page}");
    assert!(page.contains("MSA|AR|MSG-7"), "the answer that was given again");
}

#[tokio::test]
async fn whoever_looks_at_a_message_is_noted() {
    let house = House::open().await;
    let id = receive(&house, SCHEDULED).await;
    house.page(&format!("/hl7/{id}")).await;
    house.lab.write_access_log().await.unwrap();
    static SEEN: store::Sql = store::Sql::new("of a test", "SELECT what, subject FROM access WHERE what = 'HL7 message'", None);
    let seen = house
        .lab
        .store()
        .read(|reader| Ok(reader.query(&SEEN, &[])?.iter().map(|row| row.text(1).unwrap().to_owned()).collect::<Vec<_>>()));
    assert_eq!(seen.await.unwrap(), [id]);
}

#[tokio::test]
async fn what_is_not_there_is_said() {
    let house = House::open().await;
    for address in ["/hl7/7", "/hl7/01890a5d-ac96-774b-bcce-b302099a8057", "/hl7/links/nosuch", "/hl7/links/%00", "/hl7/links/No%20such"] {
        assert_eq!(house.page(address).await.status, 404, "{address}");
    }
    assert_eq!(house.page("/hl7/links/his?after=2").await.status, 400);
}
