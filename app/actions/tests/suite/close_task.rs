//! Closing a task: with a note, once, and only as it was seen.

use crate::engine::Engine;
use crate::house::{House, orderer};
use crate::messages::{message, potassium};
use actions::{CloseTaskRefusal, close_task, new_command, views};
use kernel::{Actor, StaffId, TaskId};
use uuid::Uuid;

on_both!(
    a_note_is_needed,
    a_closed_task_says_who_when_and_what,
    a_task_is_closed_once_and_as_it_was_seen,
    of_two_who_close_at_once_one_does,
    the_same_command_again_closes_nothing_more,
    a_command_that_closed_another_task_closes_nothing,
);

/// A laboratory with one open task.
async fn with_a_task(engine: &Engine) -> (House, TaskId) {
    let house = House::signed(engine);
    house.keep(&house.first, message(&[("X", &[potassium("4.1")])], 1)).await;
    house.file(&house.first).await;
    let task = house.tasks().await.remove(0).id;
    (house, task)
}

async fn close(house: &House, task: TaskId, version: i64, note: &str) -> Result<(), CloseTaskRefusal> {
    close_task(&house.lab, &orderer(), new_command(), task, version, note).await
}

async fn a_note_is_needed(engine: &Engine) {
    let (house, task) = with_a_task(engine).await;
    for note in ["", "  \n", "\0", " \0 ", &"x".repeat(1_001)] {
        let refused = close(&house, task, 1, note).await;
        assert!(matches!(refused, Err(CloseTaskRefusal::NoteMissing)), "{note:?}");
    }
    assert_eq!(house.tasks().await.len(), 1);
    // Characters, not bytes.
    close(&house, task, 1, &"🧪".repeat(1_000)).await.unwrap();
}

async fn a_closed_task_says_who_when_and_what(engine: &Engine) {
    let (house, task) = with_a_task(engine).await;
    let watched = house.lab.live().versions().tasks;
    let person = Actor::Person(StaffId::from_uuid(Uuid::from_u128(7)));
    close_task(&house.lab, &person, new_command(), task, 1, " nobody ordered it\0 ").await.unwrap();
    assert!(house.lab.live().versions().tasks > watched, "open pages learn of it");
    assert!(house.tasks().await.is_empty());
    let closed = views::closed_tasks(&house.lab, None).await.unwrap().rows.remove(0);
    assert_eq!(closed.closed_by, Some(person.to_string()));
    assert_eq!(closed.closing_note.as_deref(), Some("nobody ordered it"));
    assert!(closed.closed_at >= Some(closed.opened_at));
    assert_eq!(closed.row_version, 2);
}

async fn a_task_is_closed_once_and_as_it_was_seen(engine: &Engine) {
    let (house, task) = with_a_task(engine).await;
    assert_eq!(house.change("UPDATE task SET owner = 'bench:other', row_version = row_version + 1", &[]).await, 1);
    assert!(matches!(close(&house, task, 1, "done").await, Err(CloseTaskRefusal::Changed)));
    close(&house, task, 2, "done").await.unwrap();
    for version in [1, 2, 3] {
        assert!(matches!(close(&house, task, version, "again").await, Err(CloseTaskRefusal::AlreadyClosed)));
    }
    let unknown = TaskId::from_uuid(Uuid::from_u128(1));
    assert!(matches!(close(&house, unknown, 1, "done").await, Err(CloseTaskRefusal::Unknown)));
    let closed = views::closed_tasks(&house.lab, None).await.unwrap().rows.remove(0);
    assert_eq!(closed.closing_note.as_deref(), Some("done"));
}

async fn of_two_who_close_at_once_one_does(engine: &Engine) {
    let (house, task) = with_a_task(engine).await;
    let (one, other) = tokio::join!(close(&house, task, 1, "one"), close(&house, task, 1, "other"));
    let (won, lost, note) = if one.is_ok() { (one, other, "one") } else { (other, one, "other") };
    won.unwrap();
    assert!(matches!(lost, Err(CloseTaskRefusal::AlreadyClosed)), "{lost:?}");
    let closed = views::closed_tasks(&house.lab, None).await.unwrap().rows;
    assert_eq!(closed.len(), 1);
    assert_eq!(closed[0].closing_note.as_deref(), Some(note));
}

async fn the_same_command_again_closes_nothing_more(engine: &Engine) {
    let (house, task) = with_a_task(engine).await;
    let command = new_command();
    for _ in 0..2 {
        close_task(&house.lab, &orderer(), command, task, 1, "done").await.unwrap();
    }
    assert_eq!(house.count("SELECT row_version FROM task").await, 2);
}

/// A form that is sent again for another task must not be told that this one is closed.
async fn a_command_that_closed_another_task_closes_nothing(engine: &Engine) {
    let (house, first) = with_a_task(engine).await;
    house.keep(&house.first, message(&[("Y", &[potassium("4.2")])], 2)).await;
    house.file(&house.first).await;
    let second = house.tasks().await.into_iter().map(|task| task.id).find(|task| *task != first).unwrap();
    let command = new_command();
    close_task(&house.lab, &orderer(), command, first, 1, "done").await.unwrap();
    let refused = close_task(&house.lab, &orderer(), command, second, 1, "done").await;
    assert!(matches!(refused, Err(CloseTaskRefusal::Changed)), "{refused:?}");
    assert_eq!(house.tasks().await.len(), 1, "the second is open");
}
