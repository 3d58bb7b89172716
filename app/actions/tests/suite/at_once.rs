//! A message with nothing of its link before it is filed by the command that keeps it; wherever that does not succeed it is kept all the same.

use crate::engine::Engine;
use crate::house::House;
use crate::messages::{content, header, message, order, potassium};
use crate::set_aside::FAULTY;
use store::Cause;

on_both!(
    the_command_that_keeps_a_message_files_it,
    what_waits_comes_first,
    a_repeat_is_kept_and_changes_nothing,
    a_second_result_of_a_test_is_left_to_a_person,
    what_cannot_be_filed_is_kept_and_set_aside,
    a_full_disk_and_a_lost_connection_keep_it_once,
    two_links_at_one_moment_make_one_result_and_one_task,
    a_message_with_more_lines_than_anyone_could_read_is_kept_and_the_link_goes_on,
);

/// How many messages were filed as they were kept, and how many kept alone.
async fn acts(house: &House) -> (i64, i64) {
    let at_once = house.count("SELECT COUNT(*) FROM journal WHERE act = 'keep_and_file'").await;
    (at_once, house.count("SELECT COUNT(*) FROM journal WHERE act = 'keep_transmission'").await)
}

async fn the_command_that_keeps_a_message_files_it(engine: &Engine) {
    let house = House::signed(engine);
    let container = house.container("M-1", &["K"]).await;
    let changes = house.lab.live().versions().results;
    house.keep_first(&house.first, message(&[(&container, &[potassium("4.1"), ("777", "1", "mg/dL")])], 1)).await;
    assert_eq!((house.results(&container).await.len(), house.tasks().await.len()), (1, 1));
    assert_eq!(house.count("SELECT COUNT(*) FROM unfiled").await, 0);
    assert_eq!(acts(&house).await, (1, 0));
    assert!(house.lab.live().versions().results > changes, "open pages are told");
    assert_eq!(house.lab.link_state(&house.first.name).kept, 1);
    assert_eq!(house.file(&house.first).await, 0, "nothing is left to do");
    assert_eq!(house.broken().await, []);
}

async fn what_waits_comes_first(engine: &Engine) {
    let house = House::signed(engine);
    let container = house.container("M-1", &["K"]).await;
    house.file(&house.first).await;
    let waits = house.keep(&house.first, message(&[(&container, &[potassium("4.1")])], 1)).await;
    let behind = message(&[(&container, &[potassium("4.9")])], 2);
    let behind = actions::keep_transmission(&house.lab, &house.first, house.received(behind)).await.unwrap();
    assert_eq!(house.results(&container).await.len(), 0, "neither overtakes");
    assert_eq!(house.count("SELECT COUNT(*) FROM unfiled").await, 2);
    assert_eq!(house.file(&house.first).await, 2);
    let results = house.results(&container).await;
    assert_eq!((results.len(), results[0].reported.as_str()), (1, "4.1"), "{waits:?} came before {behind:?}");
    assert_eq!(house.broken().await, []);
}

async fn a_repeat_is_kept_and_changes_nothing(engine: &Engine) {
    let house = House::signed(engine);
    let container = house.container("M-1", &["K"]).await;
    let content = message(&[(&container, &[potassium("4.1"), ("777", "1", "mg/dL")])], 1);
    let original = house.keep_first(&house.first, content.clone()).await;
    let repeat = house.keep_first(&house.first, content).await;
    assert_eq!((original.duplicate_of, repeat.duplicate_of), (None, Some(original.id)));
    assert_eq!(acts(&house).await, (2, 0));
    assert_eq!((house.results(&container).await.len(), house.tasks().await.len()), (1, 1));
    assert_eq!(house.broken().await, []);
}

async fn a_second_result_of_a_test_is_left_to_a_person(engine: &Engine) {
    let house = House::signed(engine);
    let container = house.container("M-1", &["K"]).await;
    house.keep_first(&house.first, message(&[(&container, &[potassium("4.1")])], 1)).await;
    house.keep_first(&house.first, message(&[(&container, &[potassium("4.9")])], 2)).await;
    assert_eq!(house.tasks().await.len(), 0, "it could not be filed at once, and waits");
    assert_eq!(house.file(&house.first).await, 1);
    let tasks = house.tasks().await;
    assert_eq!((house.results(&container).await.len(), tasks.len()), (1, 1));
    assert!(tasks[0].why.ends_with("has a result already"), "{}", tasks[0].why);
    assert_eq!(house.broken().await, []);
}

async fn what_cannot_be_filed_is_kept_and_set_aside(engine: &Engine) {
    let house = House::signed(engine);
    let analyser = house.read_by(&FAULTY);
    let poison = house.keep_first(&analyser, message(&[("BOOM", &[potassium("4.1")])], 1)).await;
    assert_eq!(acts(&house).await, (0, 1));
    assert_eq!(house.file(&analyser).await, 1);
    let tasks = house.tasks().await;
    assert_eq!((tasks.len(), tasks[0].transmission), (1, Some(poison.id)));
    let container = house.container("M-1", &["K"]).await;
    house.keep_first(&analyser, message(&[(&container, &[potassium("4.1")])], 2)).await;
    assert_eq!((house.results(&container).await.len(), acts(&house).await), (1, (1, 1)), "the link goes on");
    assert_eq!(house.broken().await, []);
}

async fn a_full_disk_and_a_lost_connection_keep_it_once(engine: &Engine) {
    let house = House::signed(engine);
    for (counter, cause) in [(1, Cause::Full), (2, Cause::ConnectionLost)] {
        let container = house.container("M-1", &["K"]).await;
        house.file(&house.first).await;
        // Filed at once, in its group and alone; then kept alone, twice again.
        (0..4).for_each(|_| house.faults.fail_next_commit(cause));
        let content = message(&[(&container, &[potassium("4.1")])], counter);
        let kept = actions::keep_transmission(&house.lab, &house.first, house.received(content)).await.unwrap();
        assert_eq!(kept.duplicate_of, None, "{cause:?}: what failed before left nothing that it could repeat");
        house.file(&house.first).await;
        assert_eq!(house.count("SELECT COUNT(*) FROM transmission").await, counter as i64, "{cause:?}");
        assert_eq!(house.results(&container).await.len(), 1, "{cause:?}");
    }
    assert_eq!(house.broken().await, []);
}

async fn two_links_at_one_moment_make_one_result_and_one_task(engine: &Engine) {
    let house = House::signed(engine);
    for counter in 0..20 {
        let container = house.container(&format!("M-{counter}"), &["K"]).await;
        tokio::join!(
            house.keep_first(&house.first, message(&[(&container, &[potassium("4.1")])], counter)),
            house.keep_first(&house.second, message(&[(&container, &[potassium("4.9")])], counter)),
        );
        house.file(&house.first).await;
        house.file(&house.second).await;
        assert_eq!((house.results(&container).await.len(), house.tasks().await.len()), (1, counter + 1));
    }
    assert!(acts(&house).await.0 >= 20);
    assert_eq!(house.broken().await, []);
}

async fn a_message_with_more_lines_than_anyone_could_read_is_kept_and_the_link_goes_on(engine: &Engine) {
    let house = House::signed(engine);
    let mut flood = content(&[header("P"), "P|1".to_owned(), order(1, "X", 1, "N")]);
    flood.extend(b"R|1\r".repeat(1_000_000));
    flood.extend(b"L|1|N\r");
    house.keep_first(&house.first, flood).await;
    let container = house.container("M-1", &["K"]).await;
    house.keep_first(&house.first, message(&[(&container, &[potassium("4.1")])], 2)).await;
    assert_eq!((house.results(&container).await.len(), house.tasks().await.len()), (1, 1_001));
    assert_eq!(house.broken().await, []);
}
