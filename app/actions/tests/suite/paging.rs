//! Pages of fifty: nothing left out, nothing twice.

use crate::engine::Engine;
use crate::house::{House, orderer};
use crate::messages::{message, potassium};
use actions::views::{self, Cursor, Page, ResultLine, TaskLine};
use std::collections::BTreeSet;

on_both!(
    a_hundred_and_twenty_held_results_page_by_fifty,
    verified_results_page_as_well,
    results_filed_in_one_moment_page_as_well,
    open_and_closed_tasks_page_by_fifty,
    a_full_last_page_has_no_next,
);

/// Files one potassium on each of so many containers, `at_once` of them in a message.
async fn file_potassiums(house: &House, count: usize, at_once: usize) {
    let containers = house.containers(count).await;
    for (counter, some) in containers.chunks(at_once).enumerate() {
        let potassium = [potassium("4.1")];
        let specimens: Vec<(&str, &[_])> = some.iter().map(|container| (container.as_str(), potassium.as_slice())).collect();
        house.keep(&house.first, message(&specimens, counter)).await;
    }
    house.file(&house.first).await;
}

/// Every page, until there is no next.
async fn pages<T>(mut page: impl AsyncFnMut(Option<Cursor>) -> Page<T>) -> Vec<Vec<T>> {
    let mut pages = Vec::new();
    let mut after = None;
    loop {
        let Page { rows, next, set_aside } = page(after).await;
        assert_eq!(set_aside, 0);
        pages.push(rows);
        // A cursor survives being written into an address.
        after = next.map(|next| Cursor::parse(&next.to_text()).unwrap());
        if after.is_none() {
            return pages;
        }
    }
}

fn check_results(pages: &[Vec<ResultLine>], expected: &[usize]) {
    assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), expected);
    let rows: Vec<&ResultLine> = pages.iter().flatten().collect();
    let distinct: BTreeSet<_> = rows.iter().map(|line| line.examination).collect();
    assert_eq!(distinct.len(), rows.len(), "none is shown twice");
    let keys: Vec<_> = rows.iter().map(|line| (line.filed_at, line.examination)).collect();
    assert!(keys.is_sorted_by(|one, next| one > next), "newest first");
}

async fn a_hundred_and_twenty_held_results_page_by_fifty(engine: &Engine) {
    let house = House::production(engine);
    file_potassiums(&house, 120, 1).await;
    let held = pages(async |after| views::held_results(&house.lab, &kernel::Actor::System("test".to_owned()), after).await.unwrap()).await;
    check_results(&held, &[50, 50, 20]);
}

async fn verified_results_page_as_well(engine: &Engine) {
    let house = House::signed(engine);
    file_potassiums(&house, 51, 3).await;
    let verified =
        pages(async |after| views::verified_results(&house.lab, &kernel::Actor::System("test".to_owned()), after).await.unwrap()).await;
    check_results(&verified, &[50, 1]);
}

async fn results_filed_in_one_moment_page_as_well(engine: &Engine) {
    let house = House::production(engine);
    file_potassiums(&house, 120, 120).await;
    let held = pages(async |after| views::held_results(&house.lab, &kernel::Actor::System("test".to_owned()), after).await.unwrap()).await;
    check_results(&held, &[50, 50, 20]);
    assert_eq!(held.iter().flatten().map(|line| line.filed_at).collect::<BTreeSet<_>>().len(), 1);
}

fn check_tasks(pages: &[Vec<TaskLine>]) -> Vec<TaskLine> {
    assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [50, 50, 20]);
    let rows: Vec<TaskLine> = pages.concat();
    assert_eq!(rows.iter().map(|task| task.id).collect::<BTreeSet<_>>().len(), 120);
    rows
}

async fn open_and_closed_tasks_page_by_fifty(engine: &Engine) {
    let house = House::production(engine);
    for counter in 0..6 {
        let results: Vec<_> = (0..20).map(|_| potassium("4.1")).collect();
        house.keep(&house.first, message(&[("X", &results)], counter)).await;
    }
    house.file(&house.first).await;
    let open = check_tasks(&pages(async |after| views::open_tasks(&house.lab, after).await.unwrap()).await);
    assert!(open.is_sorted_by_key(|task| (task.opened_at, task.id)), "oldest first");
    for task in &open {
        actions::close_task(&house.lab, &orderer(), actions::new_command(), task.id, 1, "done").await.unwrap();
    }
    let closed = check_tasks(&pages(async |before| views::closed_tasks(&house.lab, before).await.unwrap()).await);
    assert!(closed.is_sorted_by(|one, next| (one.closed_at, one.id) > (next.closed_at, next.id)), "newest first");
}

async fn a_full_last_page_has_no_next(engine: &Engine) {
    let house = House::production(engine);
    file_potassiums(&house, 50, 50).await;
    let held = views::held_results(&house.lab, &kernel::Actor::System("test".to_owned()), None).await.unwrap();
    assert_eq!((held.rows.len(), held.next), (50, None));
}
