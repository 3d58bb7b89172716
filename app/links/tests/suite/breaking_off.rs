//! Lines that break in the middle of something.

use crate::engine::Engine;
use crate::house::{House, look_again};
use crate::peer::{ACK, ENQ, EOT, Peer, frames, message};

on_both!(
    a_message_cut_off_by_a_lost_connection_is_kept_with_a_task,
    a_message_cut_off_at_any_frame_can_be_sent_again,
    a_message_the_analyser_ends_early_is_kept_with_a_task,
    a_connection_that_says_nothing_leaves_nothing,
    a_message_whose_last_frame_was_kept_is_whole_although_the_line_broke,
    a_frame_under_the_number_of_the_one_before_with_another_text_is_kept_with_a_task,
);

async fn a_message_cut_off_by_a_lost_connection_is_kept_with_a_task(engine: &Engine) {
    let house = House::open(engine, 1).await;
    let mut peer = Peer::connect(house.address()).await;
    peer.all_but_last(&message("A0000001S", "4.1", 1)).await;
    drop(peer);
    house.until("SELECT COUNT(*) FROM task", 1).await;
    let task = actions::views::open_tasks(&house.lab, None).await.unwrap().rows.remove(0);
    assert_eq!((task.kind.as_str(), task.owner.as_str()), ("incomplete", "bench:chemistry"));
    assert!(task.raw_line.contains("A0000001S"), "{}", task.raw_line);
    house.file().await;
    assert_eq!(house.count("SELECT COUNT(*) FROM assessment").await, 0, "it is not read as results");
    while house.connections() > 0 {
        look_again().await;
    }
}

async fn a_message_cut_off_at_any_frame_can_be_sent_again(engine: &Engine) {
    let house = House::open(engine, 1).await;
    let container = house.container().await;
    let content = message(&container, "4.1", 1);
    let frames = frames(&content);
    // Half a frame each time: what was acknowledged before it is kept.
    for broken in 1..frames.len() {
        let mut peer = Peer::connect(house.address()).await;
        assert_eq!(peer.ask(&[ENQ]).await, Some(ACK));
        for frame in &frames[..broken] {
            assert_eq!(peer.ask(frame).await, Some(ACK));
        }
        peer.write(&frames[broken][..frames[broken].len() / 2]).await;
        drop(peer);
        house.until("SELECT COUNT(*) FROM task WHERE kind = 'incomplete'", i64::try_from(broken).unwrap()).await;
    }
    let mut peer = Peer::connect(house.address()).await;
    assert_eq!(peer.send(&content).await, Some(ACK));
    house.file().await;
    assert_eq!(house.count("SELECT COUNT(*) FROM result").await, 1);
    assert_eq!(actions::check_invariants(house.lab.store()).await.unwrap(), []);
}

async fn a_message_the_analyser_ends_early_is_kept_with_a_task(engine: &Engine) {
    let house = House::open(engine, 1).await;
    let mut peer = Peer::connect(house.address()).await;
    peer.all_but_last(&message("X", "4.1", 1)).await;
    peer.write(&[EOT]).await;
    house.until("SELECT COUNT(*) FROM task WHERE kind = 'incomplete'", 1).await;
    assert_eq!(peer.send(&message("X", "4.1", 1)).await, Some(ACK), "the same connection goes on");
}

async fn a_connection_that_says_nothing_leaves_nothing(engine: &Engine) {
    let house = House::open(engine, 1).await;
    for said in [&[][..], &[ENQ], &[EOT], b"\x02"] {
        let mut peer = Peer::connect(house.address()).await;
        peer.write(said).await;
    }
    let mut peer = Peer::connect(house.address()).await;
    assert_eq!(peer.send(&message("X", "4.1", 1)).await, Some(ACK));
    drop(peer);
    while house.connections() > 0 {
        look_again().await;
    }
    assert_eq!(house.count("SELECT COUNT(*) FROM transmission").await, 1);
    assert_eq!(house.count("SELECT COUNT(*) FROM task").await, 0);
}

async fn a_message_whose_last_frame_was_kept_is_whole_although_the_line_broke(engine: &Engine) {
    let house = House::open(engine, 1).await;
    let mut peer = Peer::connect(house.address()).await;
    let last = peer.all_but_last(&message("X", "4.1", 1)).await;
    // Written, and gone at once: the message is complete, only nobody waits for the answer.
    peer.write(&last).await;
    drop(peer);
    house.until("SELECT COUNT(*) FROM transmission", 1).await;
    while house.connections() > 0 {
        look_again().await;
    }
    house.file().await;
    assert_eq!(house.count("SELECT COUNT(*) FROM task WHERE kind = 'unclaimed'").await, 1);
    assert_eq!(house.count("SELECT COUNT(*) FROM task").await, 1);
}

async fn a_frame_under_the_number_of_the_one_before_with_another_text_is_kept_with_a_task(engine: &Engine) {
    let house = House::open(engine, 1).await;
    let container = house.container().await;
    let content = message(&container, "4.1", 1);
    // H, P, O, R, C, L: the fourth frame again, with another value. The protocol takes it for a repeat and has it acknowledged.
    let result = 3;
    let odd = frames(&message(&container, "9.9", 1)).swap_remove(result);
    let mut peer = Peer::connect(house.address()).await;
    assert_eq!(peer.ask(&[ENQ]).await, Some(ACK));
    for (at, frame) in frames(&content).iter().enumerate() {
        assert_eq!(peer.ask(frame).await, Some(ACK));
        if at == result {
            assert_eq!(peer.ask(&odd).await, Some(ACK));
        }
    }
    peer.write(&[EOT]).await;
    house.until("SELECT COUNT(*) FROM task", 1).await;
    house.file().await;
    let lines = actions::views::results_of_container(&house.lab, &kernel::Actor::System("test".to_owned()), &container).await.unwrap();
    assert_eq!(lines.iter().map(|line| line.sent.as_str()).collect::<Vec<_>>(), ["4.1"], "the message stands as it was sent first");
    let task = actions::views::open_tasks(&house.lab, None).await.unwrap().rows.remove(0);
    assert!(task.raw_line.contains("|9.9|"), "{}", task.raw_line);
    let kept = actions::views::transmission(&house.lab, &kernel::Actor::System("test".to_owned()), task.transmission.unwrap())
        .await
        .unwrap()
        .unwrap();
    assert!(String::from_utf8_lossy(&kept.raw).contains("|9.9|"));
    assert_eq!(actions::check_invariants(house.lab.store()).await.unwrap(), []);
}
