//! Keeping before acknowledging: what is a repeat, what was cut off, what the bytes must still say.

use crate::engine::Engine;
use crate::house::{House, OWNER};
use crate::messages::{content, header, message, order, potassium, result_record};
use actions::{Received, views};
use store::Cause;

on_both!(
    the_same_content_again_is_linked_and_filed_once,
    the_same_content_of_another_link_is_no_repeat,
    a_message_that_was_cut_off_is_kept_with_a_task_and_not_filed,
    a_whole_message_is_filed_although_its_like_was_cut_off_before,
    what_is_kept_of_a_shared_frame_says_only_what_was_received,
    arrivals_go_on_where_they_were,
    a_full_disk_is_waited_out_and_the_message_kept_once,
);

async fn the_same_content_again_is_linked_and_filed_once(engine: &Engine) {
    let house = House::signed(engine);
    let container = house.container("M-1", &["K"]).await;
    let content = message(&[(&container, &[potassium("4.1"), ("777", "1", "mg/dL")])], 1);
    let original = house.keep(&house.first, content.clone()).await;
    assert_eq!(original.duplicate_of, None);
    let before_filing = house.keep(&house.first, content.clone()).await;
    assert_eq!(house.file(&house.first).await, 1);
    // Framed anew, it still says the same.
    let packed = Received { wire: lis2::frame(&content, &lis2::FrameOptions::default()).concat(), ..house.received(content.clone()) };
    let after_filing = actions::keep_transmission(&house.lab, &house.first, packed).await.unwrap();
    assert_eq!((before_filing.duplicate_of, after_filing.duplicate_of), (Some(original.id), Some(original.id)));
    assert_eq!(house.file(&house.first).await, 0, "a repeat has no effect of its own");
    assert_eq!((house.results(&container).await.len(), house.tasks().await.len()), (1, 1));
    assert_eq!(house.count("SELECT COUNT(*) FROM transmission").await, 3);
    assert_eq!(house.broken().await, []);
}

async fn the_same_content_of_another_link_is_no_repeat(engine: &Engine) {
    let house = House::signed(engine);
    let content = message(&[("X", &[potassium("4.1")])], 1);
    house.keep(&house.first, content.clone()).await;
    assert_eq!(house.keep(&house.second, content).await.duplicate_of, None);
    assert_eq!((house.file(&house.first).await, house.file(&house.second).await), (1, 1));
    assert_eq!(house.tasks().await.len(), 2);
}

async fn a_message_that_was_cut_off_is_kept_with_a_task_and_not_filed(engine: &Engine) {
    let house = House::signed(engine);
    let container = house.container("M-1", &["K"]).await;
    let whole = message(&[(&container, &[potassium("4.1")])], 1);
    let cut = whole[..whole.len() / 2].to_vec();
    let received = house.received(cut.clone());
    let kept = actions::keep_incomplete(&house.lab, &house.first, received, "the connection closed").await.unwrap();
    assert_eq!(house.file(&house.first).await, 0);
    let tasks = house.tasks().await;
    assert_eq!(tasks.len(), 1);
    assert_eq!((tasks[0].kind.as_str(), tasks[0].owner.as_str(), tasks[0].transmission), ("incomplete", OWNER, Some(kept.id)));
    assert_eq!(tasks[0].why, "the message was cut off (the connection closed); the analyser should send it again");
    assert!(tasks[0].raw_line.contains(&container), "{}", tasks[0].raw_line);
    let view = views::transmission(&house.lab, &kernel::Actor::System("test".to_owned()), kept.id).await.unwrap().unwrap();
    assert_eq!(lis2::unframe(&view.raw).unwrap().content, [cut.as_slice(), b"\r"].concat());
    // The analyser sends it again, whole.
    assert_eq!(house.keep(&house.first, whole).await.duplicate_of, None);
    assert_eq!(house.file(&house.first).await, 1);
    assert_eq!(house.results(&container).await.len(), 1);
    assert_eq!(house.broken().await, []);
}

async fn a_whole_message_is_filed_although_its_like_was_cut_off_before(engine: &Engine) {
    // A device that sends no L record: the same bytes are cut off where the line broke before EOT, and whole where EOT came.
    let house = House::signed(engine);
    let container = house.container("M-1", &["K"]).await;
    let records = [header("P"), "P|1||".to_owned(), order(1, &container, 1, "N"), result_record(1, potassium("4.1"))];
    let same = content(&records);
    for _ in 0..2 {
        let received = house.received(same.clone());
        actions::keep_incomplete(&house.lab, &house.first, received, "the analyser fell silent").await.unwrap();
    }
    let whole = house.keep(&house.first, same.clone()).await;
    assert_eq!(whole.duplicate_of, None, "nothing of it was filed yet");
    assert_eq!(house.file(&house.first).await, 1);
    assert_eq!(house.results(&container).await.len(), 1);
    assert_eq!(house.keep(&house.first, same).await.duplicate_of, Some(whole.id));
    assert_eq!(house.broken().await, []);
}

async fn what_is_kept_of_a_shared_frame_says_only_what_was_received(engine: &Engine) {
    let house = House::signed(engine);
    let one = message(&[("ONE", &[potassium("4.1")])], 1);
    let other = message(&[("OTHER", &[potassium("4.2")])], 2);
    let shared =
        lis2::frame(&[one.clone(), other.clone()].concat(), &lis2::FrameOptions { text_max: 4_096, one_record_per_frame: false }).concat();
    for part in [&one, &other] {
        let received = Received { wire: shared.clone(), ..house.received(part.clone()) };
        let kept = actions::keep_transmission(&house.lab, &house.first, received).await.unwrap();
        assert_eq!(&views::transmission(&house.lab, &kernel::Actor::System("test".to_owned()), kept.id).await.unwrap().unwrap().raw, part);
    }
    house.file(&house.first).await;
    let lines: Vec<String> = house.tasks().await.into_iter().map(|task| task.raw_line).collect();
    assert_eq!(lines, [result_record(1, potassium("4.1")), result_record(1, potassium("4.2"))], "each once, in arrival order");
    assert_eq!(house.broken().await, []);
}

async fn arrivals_go_on_where_they_were(engine: &Engine) {
    let house = House::signed(engine);
    assert_eq!(actions::last_arrival(&house.lab, "c111").await.unwrap(), 0);
    for counter in 1..=3 {
        house.keep(&house.first, message(&[("X", &[potassium("4.1")])], counter)).await;
    }
    assert_eq!(actions::last_arrival(&house.lab, "c111").await.unwrap(), 3);
    assert_eq!(actions::last_arrival(&house.lab, "c501").await.unwrap(), 0);
}

async fn a_full_disk_is_waited_out_and_the_message_kept_once(engine: &Engine) {
    let house = House::signed(engine);
    let container = house.container("M-1", &["K"]).await;
    let content = message(&[(&container, &[potassium("4.1")])], 1);
    // SQLite tries a lone command twice before it says that it failed.
    let fail = || (0..2).for_each(|_| house.faults.fail_next_commit(Cause::Full));
    fail();
    let kept = house.keep(&house.first, content.clone()).await;
    assert_eq!(kept.duplicate_of, None, "what failed before left nothing that it could repeat");
    assert_eq!(house.lab.link_state(&house.first.name).kept, 1);
    assert_eq!(house.count("SELECT COUNT(*) FROM transmission").await, 1);
    assert_eq!(house.count("SELECT COUNT(*) FROM journal WHERE act = 'keep_transmission'").await, 1);
    assert_eq!(house.file(&house.first).await, 1);
    assert_eq!(house.results(&container).await.len(), 1);
    // So is one that was cut off: its frames were acknowledged.
    fail();
    actions::keep_incomplete(&house.lab, &house.first, house.received(content), "the connection closed").await.unwrap();
    assert_eq!((house.count("SELECT COUNT(*) FROM transmission").await, house.tasks().await.len()), (2, 1));
    assert_eq!(house.broken().await, []);
}
