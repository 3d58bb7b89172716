//! What a request says beside its tests (42 CFR 493.1241): kept as it was said, refused where it cannot be.

use crate::engine::Engine;
use crate::house::{House, orderer, request};
use actions::{Collector, OrderRequest, OrderSource, PlaceOrderRefusal, PlacerNumber, RequisitionRequest, new_command, place_order, views};
use kernel::{StaffId, Timestamp};
use std::time::Duration;

on_both!(
    everything_that_was_said_is_kept,
    what_cannot_be_taken_is_named,
    a_form_names_who_asks,
    a_collection_in_the_future_is_refused,
    a_number_of_another_system_is_used_once,
);

fn placer(code: &str, number: &str) -> PlacerNumber {
    PlacerNumber { code: code.to_owned(), number: number.to_owned(), authority: "WARD".to_owned(), group_number: "G1".to_owned() }
}

async fn everything_that_was_said_is_kept(engine: &Engine) {
    let house = House::signed(engine);
    let said = RequisitionRequest {
        requester: " Dr B. Asker ".to_owned(),
        requester_identifier: "NPI 1234567893".to_owned(),
        contact: "ward 3, 555-0100".to_owned(),
        location: "Ward 3".to_owned(),
        clinical_information: "on digoxin\r\nfor a week".to_owned(),
        copies_to: "Dr C".to_owned(),
        visit: None,
    };
    let order = OrderRequest {
        requisition: said,
        due_at: Some("2026-11-21T09:00:00Z".to_owned()),
        collected_at: Some("2026-11-21T10:00:00Z".to_owned()),
        collector: Some(Collector::Named("R. Nurse".to_owned())),
        answers: vec![("FASTING".to_owned(), " yes ".to_owned()), ("LAST_DOSE".to_owned(), String::new())],
        placer_numbers: vec![placer("bmp", "P-1"), placer("K", "P-2")],
        source: OrderSource::Link("orders".to_owned()),
        ..request("M-1", &["BMP", "K"])
    };
    let placed = place_order(&house.lab, &orderer(), new_command(), order).await.unwrap();
    let view = views::order_by_accession(&house.lab, &orderer(), &placed.accession).await.unwrap().unwrap();
    let says = &view.requisition;
    assert_eq!((says.requester.as_str(), says.requester_identifier.as_str()), ("Dr B. Asker", "NPI 1234567893"));
    assert_eq!((says.contact.as_str(), says.location.as_str()), ("ward 3, 555-0100", "Ward 3"));
    assert_eq!((says.clinical_information.as_str(), says.copies_to.as_str()), ("on digoxin\nfor a week", "Dr C"));
    assert_eq!(says.source, "orders");
    assert_eq!(view.answers, [("FASTING".to_owned(), "yes".to_owned())], "what was left empty was not answered");
    let [tube] = view.containers.as_slice() else { panic!("{:?}", view.containers) };
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    assert_eq!((tube.due_at, tube.collected_at), (Some(at("2026-11-21T09:00:00Z")), Some(at("2026-11-21T10:00:00Z"))));
    assert_eq!(tube.collector.as_deref(), Some("R. Nurse"));
    // The potassium was ordered by a number of its own, though the panel has one too; of the eight tests the panel's number covers seven.
    let numbered =
        "SELECT p.number || ' ' || e.test FROM examination e JOIN placer_order p ON p.id = e.placer_order_id WHERE p.number = 'P-2'";
    assert_eq!(house.texts(numbered).await, ["P-2 K"]);
    assert_eq!(
        house.count("SELECT COUNT(*) FROM examination e JOIN placer_order p ON p.id = e.placer_order_id WHERE p.number = 'P-1'").await,
        7
    );
}

async fn what_cannot_be_taken_is_named(engine: &Engine) {
    let house = House::signed(engine);
    let wrong = |change: fn(&mut OrderRequest)| {
        let mut order = request("M-1", &["K"]);
        change(&mut order);
        order
    };
    let answer = |question: &str, answer: &str| (question.to_owned(), answer.to_owned());
    let cases = [
        ("requester", wrong(|order| order.requisition.requester = "a".repeat(201))),
        ("contact", wrong(|order| order.requisition.contact = "a\nb".to_owned())),
        ("location", wrong(|order| order.requisition.location = "\0".to_owned())),
        ("copies_to", wrong(|order| order.requisition.copies_to = "a\u{202e}b".to_owned())),
        ("clinical_information", wrong(|order| order.requisition.clinical_information = "a".repeat(2_001))),
        ("due_at", wrong(|order| order.due_at = Some("tomorrow".to_owned()))),
        ("due_at", wrong(|order| order.due_at = Some("2126-11-21T10:00:00Z".to_owned()))),
        ("collector", wrong(|order| order.collector = Some(Collector::Named("R. Nurse".to_owned())))),
        ("answers", OrderRequest { answers: vec![answer("FASTING", "yes"), answer("FASTING", "no")], ..request("M-1", &["K"]) }),
        ("answers", OrderRequest { answers: vec![answer("", "yes")], ..request("M-1", &["K"]) }),
        ("answers", OrderRequest { answers: vec![answer("Q", "a"); 51], ..request("M-1", &["K"]) }),
        ("placer_numbers", OrderRequest { placer_numbers: vec![placer("NA", "P-1")], ..request("M-1", &["K"]) }),
        ("placer_numbers", OrderRequest { placer_numbers: vec![placer("K", " ")], ..request("M-1", &["K"]) }),
        ("placer_numbers", OrderRequest { placer_numbers: vec![placer("K", "1"), placer("NA", "1")], ..request("M-1", &["K", "NA"]) }),
    ];
    let staff = Collector::Staff(StaffId::from_uuid(uuid::Uuid::from_u128(7)));
    let collected = OrderRequest { collected_at: Some("2026-11-21T10:00:00Z".to_owned()), ..request("M-1", &["K"]) };
    place_order(&house.lab, &orderer(), new_command(), OrderRequest { collector: Some(staff), ..collected.clone() }).await.unwrap();
    let pretended = Collector::Named("person:01890a5d-ac96-774b-bcce-b302099a8057".to_owned());
    for (field, order) in cases.into_iter().chain([("collector", OrderRequest { collector: Some(pretended), ..collected })]) {
        let refused = place_order(&house.lab, &orderer(), new_command(), order.clone()).await;
        let Err(PlaceOrderRefusal::Invalid(troubles)) = refused else { panic!("{field} was taken: {order:?}") };
        assert_eq!(troubles.iter().map(|trouble| trouble.field).collect::<Vec<_>>(), [field], "{troubles:?}");
        assert!(troubles.iter().all(|trouble| !trouble.what.is_empty() && !trouble.next.is_empty()), "{troubles:?}");
    }
    assert_eq!(house.count("SELECT COUNT(*) FROM lab_order").await, 1, "only the sound one");
}

async fn a_form_names_who_asks(engine: &Engine) {
    let house = House::signed(engine);
    let order = OrderRequest { source: OrderSource::Page, ..request("M-1", &["K"]) };
    let refused = place_order(&house.lab, &orderer(), new_command(), order.clone()).await;
    let Err(PlaceOrderRefusal::Invalid(troubles)) = refused else { panic!("{refused:?}") };
    assert_eq!(troubles[0].field, "requester");
    let requisition = RequisitionRequest { requester: "Dr B".to_owned(), ..RequisitionRequest::default() };
    place_order(&house.lab, &orderer(), new_command(), OrderRequest { requisition, ..order }).await.unwrap();
}

/// Two minutes are what clocks may differ by.
async fn a_collection_in_the_future_is_refused(engine: &Engine) {
    let house = House::signed(engine);
    let ahead = |by: Duration| {
        let at = actions::now().micros() + i64::try_from(by.as_micros()).unwrap();
        OrderRequest { collected_at: Some(Timestamp::from_micros(at).to_string()), ..request("M-1", &["K"]) }
    };
    let refused = place_order(&house.lab, &orderer(), new_command(), ahead(Duration::from_secs(600))).await;
    let Err(PlaceOrderRefusal::Invalid(troubles)) = refused else { panic!("{refused:?}") };
    assert_eq!((troubles[0].field, troubles[0].what.as_str()), ("collected_at", "it lies in the future"));
    place_order(&house.lab, &orderer(), new_command(), ahead(Duration::from_secs(30))).await.unwrap();
}

async fn a_number_of_another_system_is_used_once(engine: &Engine) {
    let house = House::signed(engine);
    let order = |number: &str| OrderRequest { placer_numbers: vec![placer("K", number)], ..request("M-1", &["K"]) };
    place_order(&house.lab, &orderer(), new_command(), order("P-1")).await.unwrap();
    let refused = place_order(&house.lab, &orderer(), new_command(), order("P-1")).await;
    let Err(PlaceOrderRefusal::Conflict(words)) = refused else { panic!("{refused:?}") };
    assert!(words.contains("P-1") && words.contains("used before"), "{words}");
    assert_eq!(house.count("SELECT COUNT(*) FROM lab_order").await, 1);
    place_order(&house.lab, &orderer(), new_command(), order("P-2")).await.unwrap();
}
