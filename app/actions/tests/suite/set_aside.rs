//! A message that cannot be filed is set aside with a task; the link goes on.

use crate::engine::Engine;
use crate::house::{House, OWNER};
use crate::messages::{content, header, message, order, potassium};
use actions::views;
use instruments::Driver;
use kernel::{Reading, Trouble, Zone};

on_both!(
    a_driver_that_panics_costs_one_message,
    a_message_with_more_lines_than_anyone_could_read_does_not_stop_the_link,
    a_message_that_the_database_will_never_take_is_set_aside,
);

/// Reads like a cobas, but panics at specimen BOOM.
fn read_or_panic(message: &lis2::Message<'_>, zone: &Zone) -> (Vec<Reading>, Vec<Trouble>) {
    let (readings, troubles) = (instruments::find("roche_cobas_c").unwrap().read)(message, zone);
    assert!(readings.iter().all(|reading| reading.specimen != "BOOM"), "a driver's fault");
    (readings, troubles)
}

pub(crate) static FAULTY: Driver = Driver { name: "faulty", title: "A driver with a fault", protocol: "lis2", read: read_or_panic };

async fn a_driver_that_panics_costs_one_message(engine: &Engine) {
    let house = House::signed(engine);
    let analyser = house.read_by(&FAULTY);
    let container = house.container("M-1", &["K"]).await;
    let poison = house.keep(&analyser, message(&[("BOOM", &[potassium("4.1")])], 1)).await;
    house.keep(&analyser, message(&[(&container, &[potassium("4.1")])], 2)).await;
    assert_eq!(house.file(&analyser).await, 2);
    assert_eq!(house.results(&container).await.len(), 1, "the next message is filed");
    let tasks = house.tasks().await;
    assert_eq!(tasks.len(), 1);
    assert_eq!((tasks[0].kind.as_str(), tasks[0].owner.as_str(), tasks[0].transmission), ("unreadable", OWNER, Some(poison.id)));
    assert!(tasks[0].why.starts_with("the message could not be filed"), "{}", tasks[0].why);
    let view = views::transmission(&house.lab, &kernel::Actor::System("test".to_owned()), poison.id).await.unwrap().unwrap();
    assert_eq!((view.filing, view.raw.is_empty()), (views::FilingState::Nothing, false));
    assert_eq!(house.broken().await, []);
}

async fn a_message_with_more_lines_than_anyone_could_read_does_not_stop_the_link(engine: &Engine) {
    let house = House::signed(engine);
    let container = house.container("M-1", &["K"]).await;
    // As many results without a test as fit below the 4 MiB a link takes.
    let mut flood = content(&[header("P"), "P|1".to_owned(), order(1, "X", 1, "N")]);
    flood.extend(b"R|1\r".repeat(1_000_000));
    flood.extend(b"L|1|N\r");
    let flood = house.keep(&house.first, flood).await;
    house.keep(&house.first, message(&[(&container, &[potassium("4.1")])], 2)).await;
    assert_eq!(house.file(&house.first).await, 2);
    assert_eq!(house.results(&container).await.len(), 1, "the next message is filed");
    let tasks = house.tasks().await;
    assert_eq!(tasks.len(), 1_001, "a thousand lines, and one task for all the others");
    assert!(tasks.iter().all(|task| task.transmission == Some(flood.id)));
    assert!(tasks.iter().any(|task| task.why.contains("more of the same message")));
    assert_eq!(house.broken().await, []);
}

async fn a_message_that_the_database_will_never_take_is_set_aside(engine: &Engine) {
    let house = House::signed(engine);
    let container = house.container("M-1", &["K"]).await;
    let poison = house.keep(&house.first, message(&[("X", &[potassium("4.1")])], 1)).await;
    house.keep(&house.first, message(&[(&container, &[potassium("4.1")])], 2)).await;
    // A damaged database: the message has its assessment before it was filed.
    let assessed = "INSERT INTO assessment (transmission_id, at, evidence) SELECT id, received_at, '{}' FROM transmission WHERE id = ?1";
    assert_eq!(house.change(assessed, &[poison.id.uuid()]).await, 1);
    assert_eq!(house.file(&house.first).await, 2);
    assert_eq!(house.results(&container).await.len(), 1, "the next message is filed");
    let tasks = house.tasks().await;
    assert_eq!(tasks.len(), 1);
    assert_eq!(tasks[0].transmission, Some(poison.id));
    assert!(tasks[0].why.starts_with("the message could not be filed"), "{}", tasks[0].why);
}
