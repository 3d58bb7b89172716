//! What is done to an order that is there: tests cancelled, added, held, and its priority.

use crate::engine::Engine;
use crate::house::{House, orderer, request};
use crate::messages::potassium;
use actions::views::{self, OrderView, OrderedExamination};
use actions::{
    ActRefusal, Added, AddedTo, Hold, OrderRequest, PlacedOrder, add_test, cancel_test, change_priority, hold_test, new_command,
};
use catalogue::TestCode;
use kernel::{ExaminationId, OrderId, Reason, Timestamp};
use std::time::Duration;
use uuid::Uuid;
use workflow::{ContainerState, Ended, Priority};

on_both!(
    a_test_is_cancelled_and_said_so,
    the_last_test_of_a_container_ends_it,
    what_has_a_result_is_not_cancelled,
    what_was_collected_is_cancelled_with_a_reason,
    a_test_is_added_to_what_is_still_to_be_drawn,
    a_test_is_added_to_what_was_drawn_while_it_keeps,
    a_test_that_nothing_keeps_gets_a_container_of_its_own,
    what_is_ordered_already_is_not_added,
    a_cancelled_test_is_wanted_again,
    a_test_waits_and_goes_on,
    an_order_gets_another_priority,
    a_command_given_again_does_nothing_more,
);

async fn view(house: &House, placed: &PlacedOrder) -> OrderView {
    views::order_by_accession(&house.lab, &orderer(), &placed.accession).await.unwrap().unwrap()
}

fn of<'v>(view: &'v OrderView, test: &str) -> &'v OrderedExamination {
    view.examinations.iter().find(|examination| examination.test == test).unwrap()
}

fn code(test: &str) -> TestCode {
    TestCode::parse(test).unwrap()
}

fn refused<T: std::fmt::Debug>(result: Result<T, ActRefusal>, words: &str) {
    let Err(ActRefusal::Refused(why)) = result else { panic!("{result:?}") };
    assert!(why.contains(words), "{why}");
}

async fn cancel(house: &House, examination: ExaminationId, reason: Option<&str>) -> Result<(), ActRefusal> {
    cancel_test(&house.lab, &orderer(), new_command(), examination, reason.map(|reason| Reason::new(reason).unwrap())).await
}

async fn add(house: &House, order: &PlacedOrder, test: &str) -> Result<Added, ActRefusal> {
    add_test(&house.lab, &orderer(), new_command(), order.order.parse().unwrap(), &code(test)).await
}

/// An order collected so long ago.
async fn collected(house: &House, tests: &[&str], ago: Duration) -> PlacedOrder {
    let at = Timestamp::from_micros(actions::now().micros() - i64::try_from(ago.as_micros()).unwrap());
    let order = OrderRequest { collected_at: Some(at.to_string()), ..request("M-1", tests) };
    actions::place_order(&house.lab, &orderer(), new_command(), order).await.unwrap()
}

async fn a_test_is_cancelled_and_said_so(engine: &Engine) {
    let house = House::signed(engine);
    let placed = house.order("M-1", &["K", "NA"]).await;
    let potassium = of(&view(&house, &placed).await, "K").id;
    let watched = house.lab.live().versions().results;
    cancel(&house, potassium, None).await.unwrap();
    assert!(house.lab.live().versions().results > watched, "open pages learn of it");
    let after = view(&house, &placed).await;
    assert!(of(&after, "K").cancelled_at.is_some() && of(&after, "NA").cancelled_at.is_none());
    assert_eq!(after.containers[0].state, ContainerState::ToCollect);
    let [event] = after.events.as_slice() else { panic!("{:?}", after.events) };
    assert_eq!((event.kind.as_str(), event.note.as_str()), ("cancelled", "K was cancelled"));
    assert_eq!((event.by.as_str(), event.container.clone()), ("the system (suite)", placed.containers[0].code.clone()));
    refused(cancel(&house, potassium, None).await, "cancelled before");
    refused(cancel(&house, ExaminationId::from_uuid(Uuid::from_u128(1)), None).await, "no such test");
}

async fn the_last_test_of_a_container_ends_it(engine: &Engine) {
    let house = House::signed(engine);
    let placed = house.order("M-1", &["K", "HGB"]).await;
    let before = view(&house, &placed).await;
    cancel(&house, of(&before, "HGB").id, None).await.unwrap();
    let after = view(&house, &placed).await;
    let state = |test: &str| after.containers.iter().find(|entry| entry.record.code == of(&after, test).container).unwrap().state;
    assert!(matches!(state("HGB"), ContainerState::Ended { why: Ended::NotNeeded, .. }));
    assert_eq!(state("K"), ContainerState::ToCollect);
    assert!(after.events[0].note.contains("not needed any more"), "{:?}", after.events);
}

async fn what_has_a_result_is_not_cancelled(engine: &Engine) {
    let house = House::signed(engine);
    let placed = house.order("M-1", &["K"]).await;
    house.measure(&placed.containers[0].code, &[potassium("4.1")], 1).await;
    let potassium = of(&view(&house, &placed).await, "K").id;
    refused(cancel(&house, potassium, Some("wrong patient")).await, "has a result already");
    refused(hold_test(&house.lab, &orderer(), new_command(), potassium, Hold::Held).await, "has a result already");
    assert_eq!(house.count("SELECT COUNT(*) FROM order_event").await, 0);
}

async fn what_was_collected_is_cancelled_with_a_reason(engine: &Engine) {
    let house = House::signed(engine);
    let placed = collected(&house, &["K", "NA"], Duration::from_secs(60)).await;
    let potassium = of(&view(&house, &placed).await, "K").id;
    refused(cancel(&house, potassium, None).await, "say why");
    cancel(&house, potassium, Some("ordered twice")).await.unwrap();
    assert_eq!(view(&house, &placed).await.events[0].note, "K was cancelled: ordered twice");
    // A result that comes all the same counts for nothing: it becomes a task.
    house.measure(&placed.containers[0].code, &[crate::messages::potassium("4.1")], 1).await;
    assert!(house.tasks().await[0].why.contains("cancelled"));
}

async fn a_test_is_added_to_what_is_still_to_be_drawn(engine: &Engine) {
    let house = House::signed(engine);
    let placed = house.order("M-1", &["K"]).await;
    let added = add(&house, &placed, "NA").await.unwrap();
    assert_eq!(added.to, AddedTo::StillToCollect(placed.containers[0].code.clone()));
    let after = view(&house, &placed).await;
    assert_eq!((after.containers.len(), of(&after, "NA").container.as_str()), (1, placed.containers[0].code.as_str()));
    assert_eq!(after.events[0].kind, "added");
    // What needs EDTA goes into no serum tube.
    let Added { to: AddedTo::New(new), why_not } = add(&house, &placed, "HGB").await.unwrap() else { panic!("not new") };
    assert_eq!(why_not.len(), 1);
    let after = view(&house, &placed).await;
    assert_eq!((after.containers.len(), of(&after, "HGB").container.as_str()), (2, new.as_str()));
}

/// Sodium keeps longer than ten minutes in the gold top at room temperature, whatever the edition says in detail.
async fn a_test_is_added_to_what_was_drawn_while_it_keeps(engine: &Engine) {
    let house = House::signed(engine);
    let placed = collected(&house, &["K"], Duration::from_secs(600)).await;
    let catalogue = house.lab.catalogue();
    let sodium = catalogue.test(&code("NA")).unwrap();
    let gold = sodium.containers.iter().find(|accepted| accepted.container.as_str() == "SST").unwrap();
    let keeps = gold.stability.minutes(catalogue::Storage::Room).unwrap();
    let Added { to: AddedTo::Drawn { container, minutes_left }, why_not } = add(&house, &placed, "NA").await.unwrap() else {
        panic!("new")
    };
    assert_eq!((container.as_str(), why_not.len()), (placed.containers[0].code.as_str(), 0));
    assert!(minutes_left <= u64::from(keeps) - 10 && minutes_left >= u64::from(keeps) - 13, "{minutes_left} of {keeps}");
    let note = &view(&house, &placed).await.events[0].note;
    assert!(note.contains("may be done for") && note.contains(&container), "{note}");
}

async fn a_test_that_nothing_keeps_gets_a_container_of_its_own(engine: &Engine) {
    let house = House::signed(engine);
    // A year and a half is longer than anything keeps at room temperature.
    let placed = collected(&house, &["K"], Duration::from_secs(550 * 24 * 3_600)).await;
    let asked = actions::may_be_added(&house.lab, placed.order.parse().unwrap(), &code("NA")).await.unwrap();
    assert_eq!(asked.to, AddedTo::New(String::new()));
    let Added { to: AddedTo::New(new), why_not } = add(&house, &placed, "NA").await.unwrap() else { panic!("not new") };
    assert_eq!(why_not, asked.why_not, "asking first says what will be");
    assert!(why_not[0].1.contains("ago"), "{why_not:?}");
    let after = view(&house, &placed).await;
    let tube = after.containers.iter().find(|entry| entry.record.code == new).unwrap();
    assert_eq!((tube.state, tube.record.kind.as_str()), (ContainerState::ToCollect, "SST"));
    assert!(tube.due_at.is_some());
}

async fn what_is_ordered_already_is_not_added(engine: &Engine) {
    let house = House::signed(engine);
    let placed = house.order("M-1", &["K"]).await;
    refused(add(&house, &placed, "K").await, "ordered already");
    refused(add(&house, &placed, "NOSUCH").await, "not in the catalogue");
    house.measure(&placed.containers[0].code, &[potassium("4.1")], 1).await;
    refused(add(&house, &placed, "K").await, "has a result");
    let nothing = OrderId::from_uuid(Uuid::from_u128(1));
    refused(add_test(&house.lab, &orderer(), new_command(), nothing, &code("K")).await, "no such order");
}

async fn a_cancelled_test_is_wanted_again(engine: &Engine) {
    let house = House::signed(engine);
    let placed = house.order("M-1", &["K", "NA"]).await;
    let potassium = of(&view(&house, &placed).await, "K").id;
    cancel(&house, potassium, None).await.unwrap();
    let added = add(&house, &placed, "K").await.unwrap();
    assert_eq!(added.to, AddedTo::StillToCollect(placed.containers[0].code.clone()));
    let after = view(&house, &placed).await;
    assert_eq!((of(&after, "K").id, of(&after, "K").cancelled_at), (potassium, None));
    assert_eq!(after.examinations.len(), 2);
}

async fn a_test_waits_and_goes_on(engine: &Engine) {
    let house = House::signed(engine);
    let placed = house.order("M-1", &["K"]).await;
    let potassium = of(&view(&house, &placed).await, "K").id;
    let by = orderer();
    let hold = |hold| hold_test(&house.lab, &by, new_command(), potassium, hold);
    refused(hold(Hold::Resumed).await, "not on hold");
    hold(Hold::Held).await.unwrap();
    assert!(of(&view(&house, &placed).await, "K").held_at.is_some());
    refused(hold(Hold::Held).await, "on hold already");
    hold(Hold::Resumed).await.unwrap();
    assert_eq!(of(&view(&house, &placed).await, "K").held_at, None);
    let kinds: Vec<String> = view(&house, &placed).await.events.into_iter().map(|event| event.kind).collect();
    assert_eq!(kinds, ["held", "resumed"]);
}

async fn an_order_gets_another_priority(engine: &Engine) {
    let house = House::signed(engine);
    let placed = house.order("M-1", &["K"]).await;
    let order: OrderId = placed.order.parse().unwrap();
    let by = orderer();
    let change = |priority| change_priority(&house.lab, &by, new_command(), order, priority);
    change(Priority::Stat).await.unwrap();
    assert_eq!(view(&house, &placed).await.priority, "STAT");
    refused(change(Priority::Stat).await, "already");
    assert_eq!(house.count("SELECT COUNT(*) FROM order_event").await, 1);
}

async fn a_command_given_again_does_nothing_more(engine: &Engine) {
    let house = House::signed(engine);
    let placed = house.order("M-1", &["K", "NA"]).await;
    let before = view(&house, &placed).await;
    let command = new_command();
    let order = placed.order.parse().unwrap();
    let first = add_test(&house.lab, &orderer(), command, order, &code("CL")).await.unwrap();
    assert_eq!(add_test(&house.lab, &orderer(), command, order, &code("CL")).await.unwrap(), first);
    assert_eq!(house.count("SELECT COUNT(*) FROM examination").await, 3);
    let command = new_command();
    for _ in 0..2 {
        cancel_test(&house.lab, &orderer(), command, of(&before, "K").id, None).await.unwrap();
    }
    refused(cancel_test(&house.lab, &orderer(), command, of(&before, "NA").id, None).await, "used before");
    assert_eq!(house.count("SELECT COUNT(*) FROM order_event").await, 2);
}
