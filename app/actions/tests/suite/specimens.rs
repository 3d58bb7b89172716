//! The way of a container: labelled, collected, received, rejected and collected again; and what a scan of something else comes to.

use crate::engine::Engine;
use crate::house::{House, orderer, request};
use crate::messages::potassium;
use actions::views::{self, ContainerEntry};
use actions::{
    ActRefusal, Collection, Collector, OrderRequest, PlacedOrder, ReceiveAnswer, RequisitionRequest, Scanned, StaffLine, Verdict,
    accept_irreplaceable, authority_to_accept, collect, new_command, not_collected, note_printed, receive, reject, relabel, what_is,
};
use kernel::{Actor, Reason, StaffId, Timestamp};
use uuid::Uuid;
use workflow::{ContainerState, Ended, NotCollected};

on_both!(
    a_label_scanned_back_says_who_and_when,
    a_label_of_another_patient_is_refused_at_the_bedside,
    what_is_collected_lies_in_the_past,
    what_cannot_be_collected_becomes_a_task,
    a_tube_is_received_once_and_the_second_scan_says_by_whom,
    of_two_who_receive_at_once_one_does,
    a_command_of_another_tube_is_no_pass,
    what_is_no_container_changes_nothing,
    a_tube_for_the_blood_bank_is_looked_at_first,
    a_rejected_tube_is_collected_again_and_somebody_has_to_see_to_it,
    what_was_measured_is_not_collected_again,
    what_cannot_be_had_again_is_accepted_by_two,
    a_reprint_voids_the_label_before,
    the_draw_list_shows_what_is_due_first,
);

fn reason(text: &str) -> Reason {
    Reason::new(text).unwrap()
}

fn refused<T: std::fmt::Debug>(result: Result<T, ActRefusal>, words: &str) {
    let Err(ActRefusal::Refused(why)) = result else { panic!("{result:?}") };
    assert!(why.contains(words), "{why}");
}

fn by_nurse(code: &str) -> Collection {
    Collection { code: code.to_owned(), at_patient: None, collector: Collector::Named("R. Nurse".to_owned()), at: None }
}

async fn collected(house: &House, code: &str) {
    collect(&house.lab, &orderer(), new_command(), by_nurse(code)).await.unwrap();
}

async fn scan(house: &House, code: &str, checked: bool) -> ReceiveAnswer {
    receive(&house.lab, &orderer(), new_command(), code, checked).await.unwrap()
}

async fn containers(house: &House, placed: &PlacedOrder) -> Vec<ContainerEntry> {
    views::order_by_accession(&house.lab, &orderer(), &placed.accession).await.unwrap().unwrap().containers
}

async fn events(house: &House, placed: &PlacedOrder) -> Vec<String> {
    let order = views::order_by_accession(&house.lab, &orderer(), &placed.accession).await.unwrap().unwrap();
    order.events.into_iter().map(|event| event.kind).collect()
}

async fn a_label_scanned_back_says_who_and_when(engine: &Engine) {
    let house = House::signed(engine);
    let placed = house.order("M-1", &["K"]).await;
    let code = &placed.containers[0].code;
    let before = actions::now();
    let staff = Collector::Staff(StaffId::from_uuid(Uuid::from_u128(7)));
    let collection = Collection { collector: staff, at_patient: Some("M-1".to_owned()), ..by_nurse(&code.to_lowercase()) };
    assert_eq!(&collect(&house.lab, &orderer(), new_command(), collection).await.unwrap(), code);
    let tube = containers(&house, &placed).await.remove(0);
    assert!(tube.collected_at.is_some_and(|at| at >= before), "now, where nothing else was said");
    assert_eq!(tube.collector.as_deref(), Some("a former member of staff"), "nobody of that id is on record");
    assert_eq!(events(&house, &placed).await, ["collected"]);
    refused(collect(&house.lab, &orderer(), new_command(), by_nurse(code)).await, "collected already");
    refused(collect(&house.lab, &orderer(), new_command(), by_nurse("A0000000X")).await, "no container bears");
}

async fn a_label_of_another_patient_is_refused_at_the_bedside(engine: &Engine) {
    let house = House::signed(engine);
    let placed = house.order("M-1", &["K"]).await;
    let collection = Collection { at_patient: Some("M-2".to_owned()), ..by_nurse(&placed.containers[0].code) };
    refused(collect(&house.lab, &orderer(), new_command(), collection).await, "STOP");
    assert_eq!(containers(&house, &placed).await[0].state, ContainerState::ToCollect);
}

async fn what_is_collected_lies_in_the_past(engine: &Engine) {
    let house = House::signed(engine);
    let placed = house.order("M-1", &["K"]).await;
    let code = &placed.containers[0].code;
    let ahead = Timestamp::from_micros(actions::now().micros() + 600_000_000);
    refused(collect(&house.lab, &orderer(), new_command(), Collection { at: Some(ahead), ..by_nurse(code) }).await, "in the future");
    let pretended = Collector::Named(Actor::Person(StaffId::from_uuid(Uuid::from_u128(7))).to_string());
    for nobody in [Collector::Named(" ".to_owned()), Collector::Named("a\0b".to_owned()), Collector::Named("x".repeat(201)), pretended] {
        let collection = Collection { collector: nobody, ..by_nurse(code) };
        refused(collect(&house.lab, &orderer(), new_command(), collection).await, "say who");
    }
    let earlier: Timestamp = "2026-11-21T10:00:00Z".parse().unwrap();
    collect(&house.lab, &orderer(), new_command(), Collection { at: Some(earlier), ..by_nurse(code) }).await.unwrap();
    let tube = containers(&house, &placed).await.remove(0);
    assert_eq!((tube.collected_at, tube.collector.as_deref()), (Some(earlier), Some("R. Nurse")));
}

async fn what_cannot_be_collected_becomes_a_task(engine: &Engine) {
    let house = House::signed(engine);
    let requisition = RequisitionRequest { location: "Ward 3".to_owned(), ..RequisitionRequest::default() };
    let order = OrderRequest { requisition, ..request("M-1", &["K"]) };
    let placed = actions::place_order(&house.lab, &orderer(), new_command(), order).await.unwrap();
    let code = &placed.containers[0].code;
    not_collected(&house.lab, &orderer(), new_command(), code, NotCollected::Away).await.unwrap();
    let task = house.tasks().await.remove(0);
    assert_eq!((task.kind.as_str(), task.owner.as_str(), task.accession), ("not collected", "ward:Ward 3", placed.accession.clone()));
    assert!(task.why.contains("not here"), "{}", task.why);
    assert_eq!(containers(&house, &placed).await[0].state, ContainerState::ToCollect, "it is still wanted");
    collected(&house, code).await;
    refused(not_collected(&house.lab, &orderer(), new_command(), code, NotCollected::Refused).await, "collected, not received");
}

async fn a_tube_is_received_once_and_the_second_scan_says_by_whom(engine: &Engine) {
    let house = House::signed(engine);
    let placed = house.order("M-1", &["K", "NA"]).await;
    let code = &placed.containers[0].code;
    collected(&house, code).await;
    let answer = scan(&house, code, false).await;
    assert_eq!((answer.verdict, answer.words.as_str()), (Verdict::Pass, ""));
    let specimen = answer.specimen.unwrap();
    assert_eq!((specimen.patient.mrn.as_str(), specimen.patient.family_name.as_str()), ("M-1", "Lovelace"));
    assert_eq!((specimen.tests.as_slice(), specimen.collector.as_deref()), (&["K".to_owned(), "NA".to_owned()][..], Some("R. Nurse")));
    assert!(specimen.age.is_some_and(|age| age.as_secs() < 600));
    let ContainerState::Received { at, .. } = containers(&house, &placed).await[0].state else { panic!("not received") };
    let again = scan(&house, code, false).await;
    assert_eq!(again.verdict, Verdict::Stop);
    let (words, moment) = again.words_and_moment();
    assert_eq!((words, moment), (format!("container {code} was received before by the system (suite)").as_str(), Some(at)));
    assert_eq!(events(&house, &placed).await, ["collected", "received"]);
    // One that nobody collected in the system is taken, and that is said.
    let other = house.container("M-2", &["K"]).await;
    let answer = scan(&house, &other, false).await;
    assert_eq!((answer.verdict, answer.words.as_str()), (Verdict::Pass, "nobody said when it was collected"));
}

async fn of_two_who_receive_at_once_one_does(engine: &Engine) {
    let house = House::signed(engine);
    let code = house.container("M-1", &["K"]).await;
    let (one, other) = tokio::join!(scan(&house, &code, false), scan(&house, &code, false));
    let passes = [&one, &other].into_iter().filter(|answer| answer.verdict == Verdict::Pass).count();
    assert_eq!(passes, 1, "{one:?} {other:?}");
    let told = if one.verdict == Verdict::Stop { one } else { other };
    assert!(told.words.contains("received before"), "{}", told.words);
    assert_eq!(house.count("SELECT COUNT(*) FROM order_event WHERE kind = 'received'").await, 1);
}

/// A form that is sent again with another tube must not be told that this one is in.
async fn a_command_of_another_tube_is_no_pass(engine: &Engine) {
    let house = House::signed(engine);
    let (first, second) = (house.container("M-1", &["K"]).await, house.container("M-2", &["K"]).await);
    let command = new_command();
    assert_eq!(receive(&house.lab, &orderer(), command, &first, false).await.unwrap().verdict, Verdict::Pass);
    assert_eq!(receive(&house.lab, &orderer(), command, &first, false).await.unwrap().verdict, Verdict::Pass, "the same answer");
    let other = receive(&house.lab, &orderer(), command, &second, false).await.unwrap();
    assert_eq!(other.verdict, Verdict::Stop);
    assert_eq!(house.count("SELECT COUNT(*) FROM container WHERE received_at IS NOT NULL").await, 1);
}

async fn what_is_no_container_changes_nothing(engine: &Engine) {
    let house = House::signed(engine);
    let placed = house.order("M-1", &["K"]).await;
    let entries = house.count("SELECT COUNT(*) FROM journal").await;
    for (code, words) in [("M-1", "number of a patient"), (placed.accession.as_str(), "number of an order"), ("NOSUCH", "nothing here")] {
        let answer = scan(&house, code, false).await;
        assert_eq!((answer.verdict, answer.specimen.is_some()), (Verdict::Stop, false));
        assert!(answer.words.contains(words), "{}", answer.words);
    }
    assert_eq!(house.count("SELECT COUNT(*) FROM journal").await, entries);
}

async fn a_tube_for_the_blood_bank_is_looked_at_first(engine: &Engine) {
    let house = House::signed(engine);
    let placed = house.order("M-1", &["ABO"]).await;
    let code = &placed.containers[0].code;
    assert_eq!(placed.containers[0].specimen.rsplit(", ").next(), Some("EDTA-BB"));
    let unsaid = scan(&house, code, true).await;
    assert_eq!(unsaid.verdict, Verdict::Stop, "who collected it and when is never guessed");
    assert_eq!(scan(&house, code, false).await.verdict, Verdict::Check);
    collected(&house, code).await;
    let asked = scan(&house, code, false).await;
    assert_eq!(asked.verdict, Verdict::Check);
    assert!(matches!(containers(&house, &placed).await[0].state, ContainerState::Collected { .. }));
    assert_eq!(scan(&house, code, true).await.verdict, Verdict::Pass);
}

async fn a_rejected_tube_is_collected_again_and_somebody_has_to_see_to_it(engine: &Engine) {
    let house = House::signed(engine);
    let placed = house.order("M-1", &["K", "NA"]).await;
    let code = &placed.containers[0].code;
    collected(&house, code).await;
    refused(reject(&house.lab, &orderer(), new_command(), code, "NOSUCH").await, "no reason of the catalogue");
    let rejected = reject(&house.lab, &orderer(), new_command(), code, "clotted").await.unwrap();
    let new = rejected.recollect.unwrap();
    let [old, again] = containers(&house, &placed).await.try_into().unwrap();
    assert!(matches!(old.state, ContainerState::Ended { why: Ended::Rejected, .. }));
    assert_eq!((&again.record.code, again.state, again.replaces), (&new, ContainerState::ToCollect, Some(old.record.id)));
    assert_eq!((&again.record.kind, &again.record.specimen), (&old.record.kind, &old.record.specimen));
    let order = views::order_by_accession(&house.lab, &orderer(), &placed.accession).await.unwrap().unwrap();
    assert!(order.examinations.iter().all(|examination| examination.container == new), "what was open moved");
    let task = house.tasks().await.remove(0);
    assert_eq!(
        (task.kind.as_str(), task.owner.as_str(), task.accession.as_str()),
        ("recollection", "collection", placed.accession.as_str())
    );
    assert!(task.why.contains("Clotted") && task.why.contains(&new), "{}", task.why);
    refused(reject(&house.lab, &orderer(), new_command(), code, "CLOTTED").await, "rejected");
    let answer = scan(&house, code, false).await;
    assert!(answer.verdict == Verdict::Stop && answer.words.contains("was rejected by"), "{}", answer.words);
    assert_eq!(scan(&house, &new, false).await.verdict, Verdict::Pass);
}

async fn what_was_measured_is_not_collected_again(engine: &Engine) {
    let house = House::signed(engine);
    let placed = house.order("M-1", &["K", "NA"]).await;
    house.measure(&placed.containers[0].code, &[potassium("4.1")], 1).await;
    let new = reject(&house.lab, &orderer(), new_command(), &placed.containers[0].code, "CLOTTED").await.unwrap().recollect.unwrap();
    let order = views::order_by_accession(&house.lab, &orderer(), &placed.accession).await.unwrap().unwrap();
    let on: Vec<_> = order.examinations.iter().map(|examination| (examination.test.as_str(), examination.container == new)).collect();
    assert!(on.contains(&("K", false)) && on.contains(&("NA", true)), "{on:?}");
}

/// A member of staff who is in nobody's books: the act asks what the role may.
fn staff(number: u128, role: &str) -> StaffLine {
    let id = StaffId::from_uuid(Uuid::from_u128(number));
    StaffLine { id, user_name: format!("s{number}"), display_name: format!("S. {number}"), role: role.to_owned() }
}

async fn what_cannot_be_had_again_is_accepted_by_two(engine: &Engine) {
    let house = House::signed(engine);
    let catalogue = house.lab.catalogue();
    let fluid = catalogue.tests().find(|test| test.specimen == "CSF").unwrap().code.to_string();
    let cord = catalogue.tests().find(|test| test.specimen == "Cord blood" && test.bench == "BB").unwrap().code.to_string();
    let placed = house.order("M-1", &[&fluid]).await;
    let code = &placed.containers[0].code;
    refused(reject(&house.lab, &orderer(), new_command(), code, "UNLABELLED").await, "cannot be had again");
    assert!(authority_to_accept(&house.lab, &staff(1, "phlebotomist")).is_err());
    let two = |first, second| {
        let leave = |number| authority_to_accept(&house.lab, &staff(number, "technologist")).unwrap();
        leave(first).with_second(leave(second))
    };
    assert!(two(1, 1).is_none(), "one person is not two");
    let accept = |code: String| {
        let (lab, leave) = (house.lab.clone(), two(1, 2).unwrap());
        async move { accept_irreplaceable(&lab, new_command(), leave, &code, reason("label was missing; identified by who drew it")).await }
    };
    accept(code.clone()).await.unwrap();
    assert!(matches!(containers(&house, &placed).await[0].state, ContainerState::Received { .. }));
    assert_eq!(events(&house, &placed).await, ["accepted with a caveat"]);
    // Never what a transfusion depends on, and never what can be drawn again.
    let cord = house.order("M-2", &[&cord]).await;
    assert!(accept(cord.containers[0].code.clone()).await.unwrap_err().to_string().contains("transfusion"));
    reject(&house.lab, &orderer(), new_command(), &cord.containers[0].code, "UNLABELLED").await.unwrap();
    let blood = house.container("M-3", &["K"]).await;
    assert!(accept(blood).await.unwrap_err().to_string().contains("collected again"));
}

async fn a_reprint_voids_the_label_before(engine: &Engine) {
    let house = House::signed(engine);
    let placed = house.order("M-1", &["K", "HGB"]).await;
    let order = placed.order.parse().unwrap();
    assert_eq!(note_printed(&house.lab, &orderer(), new_command(), order).await.unwrap(), 2);
    assert_eq!(note_printed(&house.lab, &orderer(), new_command(), order).await.unwrap(), 0, "the first print is noted once");
    let old = &placed.containers[0].code;
    let new = relabel(&house.lab, &orderer(), new_command(), old, reason("torn")).await.unwrap();
    assert_ne!(&new, old);
    assert_eq!(what_is(&house.lab, old).await.unwrap(), Scanned::Voided { now: new.clone(), reason: "torn".to_owned() });
    let answer = scan(&house, old, false).await;
    assert!(answer.verdict == Verdict::Stop && answer.words.contains(&new), "{}", answer.words);
    refused(collect(&house.lab, &orderer(), new_command(), by_nurse(old)).await, &new);
    assert_eq!(scan(&house, &new, false).await.verdict, Verdict::Pass);
    assert_eq!(events(&house, &placed).await, ["labels printed", "label replaced", "received"]);
}

async fn the_draw_list_shows_what_is_due_first(engine: &Engine) {
    let house = House::signed(engine);
    let due = |mrn: &str, at: &str, location: &str, tests: &[&str]| OrderRequest {
        due_at: Some(at.to_owned()),
        requisition: RequisitionRequest { location: location.to_owned(), ..RequisitionRequest::default() },
        ..request(mrn, tests)
    };
    for order in [
        due("M-1", "2027-01-01T08:00:00Z", "Ward 1", &["HGB", "PT"]),
        due("M-2", "2026-11-21T08:00:00Z", "Ward 2", &["K"]),
        due("M-1", "2027-01-01T09:00:00Z", "Ward 1", &["K"]),
    ] {
        actions::place_order(&house.lab, &orderer(), new_command(), order).await.unwrap();
    }
    let list = views::draw_list(&house.lab, &orderer()).await.unwrap();
    let rows: Vec<_> = list.rows.iter().map(|line| (line.patient.mrn.as_str(), line.location.as_str(), line.is_overdue)).collect();
    assert_eq!(rows, [("M-2", "Ward 2", true), ("M-1", "Ward 1", false), ("M-1", "Ward 1", false), ("M-1", "Ward 1", false)]);
    assert!(!list.is_cut);
    let (patient, draws) = views::draws_of_patient(&house.lab, &orderer(), "M-1").await.unwrap().unwrap();
    assert_eq!(patient.mrn, "M-1");
    // Rules 5.3: citrate, serum, EDTA, whatever order they belong to.
    let tubes: Vec<_> = draws.iter().map(|line| line.tests.join(" ")).collect();
    assert_eq!(tubes, ["PT", "K", "HGB"]);
    assert!(draws.iter().all(|line| line.needed_ul.is_some_and(|needed| needed > 0)));
    collected(&house, &draws[0].code).await;
    assert_eq!(views::draws_of_patient(&house.lab, &orderer(), "M-1").await.unwrap().unwrap().1.len(), 2);
    assert!(views::draws_of_patient(&house.lab, &orderer(), "M-9").await.unwrap().is_none());
}
