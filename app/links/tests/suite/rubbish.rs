//! Bytes no analyser should send.

use crate::engine::Engine;
use crate::house::House;
use crate::peer::{ACK, ENQ, EOT, NAK, Peer, frames, message};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

on_both!(
    rubbish_harms_neither_the_link_nor_its_other_connection,
    ten_megabytes_without_a_frame_end_are_refused,
    a_message_longer_than_the_limit_is_refused_and_said,
    a_message_byte_by_byte_is_a_message,
    a_damaged_frame_is_refused_and_its_repetition_taken,
);

/// Bytes that look random and are the same each time (a linear congruential generator).
fn rubbish(count: usize) -> Vec<u8> {
    let mut state = 1_u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    };
    (0..count).map(|_| next()).collect()
}

/// Writes everything while answers are read and thrown away: a peer that only talks would block itself.
async fn pour(peer: Peer, bytes: &[u8]) -> Peer {
    let (mut reading, mut writing) = peer.0.into_split();
    let swallowing = tokio::spawn(async move {
        let mut buffer = [0; 4_096];
        // Until told to stop: an open connection never ends this by itself.
        while reading.read(&mut buffer).await.is_ok_and(|count| count > 0) {}
        reading
    });
    writing.write_all(bytes).await.unwrap();
    drop(swallowing);
    Peer(tokio::net::TcpStream::connect(writing.peer_addr().unwrap()).await.unwrap())
}

async fn rubbish_harms_neither_the_link_nor_its_other_connection(engine: &Engine) {
    let house = House::open(engine, 1).await;
    let mut other = Peer::connect(house.address()).await;
    assert_eq!(other.send(&message("X", "4.1", 1)).await, Some(ACK));
    let loud = Peer::connect(house.address()).await;
    let mut after = pour(loud, &rubbish(1_000_000)).await;
    assert_eq!(other.send(&message("X", "4.1", 2)).await, Some(ACK));
    assert_eq!(after.send(&message("X", "4.1", 3)).await, Some(ACK));
    assert_eq!(house.count("SELECT COUNT(*) FROM unfiled").await, 3);
    assert!(house.lab.link_state("c111-0").anomalies > 0, "and it is counted");
}

async fn ten_megabytes_without_a_frame_end_are_refused(engine: &Engine) {
    let house = House::open(engine, 1).await;
    let mut peer = Peer::connect(house.address()).await;
    assert_eq!(peer.ask(&[ENQ]).await, Some(ACK));
    peer.write(b"\x021R|1|").await;
    for _ in 0..160 {
        peer.write(&[b'x'; 65_536]).await;
    }
    peer.write(b"\r\x0300\r\n").await;
    assert_eq!(peer.answer().await, Some(NAK));
    peer.write(&[EOT]).await;
    assert_eq!(peer.send(&message("X", "4.1", 1)).await, Some(ACK), "the same connection goes on");
    assert_eq!(house.count("SELECT COUNT(*) FROM transmission").await, 1);
}

async fn a_message_longer_than_the_limit_is_refused_and_said(engine: &Engine) {
    let house = House::open(engine, 1).await;
    let mut peer = Peer::connect(house.address()).await;
    assert_eq!(peer.ask(&[ENQ]).await, Some(ACK));
    let mut content = message("X", "4.1", 1);
    let comment = format!("C|1|I|{}|I\r", "x".repeat(60_000));
    content.truncate(content.len() - 6);
    (0..80).for_each(|_| content.extend(comment.bytes()));
    let frames = lis2::frame(&content, &lis2::FrameOptions { text_max: 60_010, one_record_per_frame: true });
    let mut answers = Vec::new();
    for frame in &frames {
        answers.push(peer.ask(frame).await);
        if answers.last() != Some(&Some(ACK)) {
            break;
        }
    }
    assert_eq!(answers.last(), Some(&Some(NAK)), "after {} frames", answers.len());
    // 4 MiB hold 69 frames of 60 kB and a few small ones.
    assert!(answers.len() > 60, "{}", answers.len());
    peer.write(&[EOT]).await;
    house.until("SELECT COUNT(*) FROM task WHERE kind = 'incomplete'", 1).await;
    assert_eq!(peer.send(&message("X", "4.1", 2)).await, Some(ACK));
    assert_eq!(actions::check_invariants(house.lab.store()).await.unwrap(), []);
}

async fn a_message_byte_by_byte_is_a_message(engine: &Engine) {
    let house = House::open(engine, 1).await;
    let container = house.container().await;
    let mut peer = Peer::connect(house.address()).await;
    assert_eq!(peer.ask(&[ENQ]).await, Some(ACK));
    for frame in frames(&message(&container, "4.1", 1)) {
        for byte in &frame {
            peer.write(std::slice::from_ref(byte)).await;
            tokio::task::yield_now().await;
        }
        assert_eq!(peer.answer().await, Some(ACK));
    }
    peer.write(&[EOT]).await;
    house.file().await;
    assert_eq!(house.count("SELECT COUNT(*) FROM result").await, 1);
}

async fn a_damaged_frame_is_refused_and_its_repetition_taken(engine: &Engine) {
    let house = House::open(engine, 1).await;
    let container = house.container().await;
    let mut peer = Peer::connect(house.address()).await;
    assert_eq!(peer.ask(&[ENQ]).await, Some(ACK));
    for frame in frames(&message(&container, "4.1", 1)) {
        let mut damaged = frame.clone();
        damaged[4] ^= 1;
        assert_eq!(peer.ask(&damaged).await, Some(NAK));
        assert_eq!(peer.ask(&frame).await, Some(ACK));
        // The acknowledgement was lost: the frame comes twice and counts once.
        assert_eq!(tokio::time::timeout(Duration::from_secs(20), peer.ask(&frame)).await.unwrap(), Some(ACK));
    }
    house.file().await;
    assert_eq!(house.count("SELECT COUNT(*) FROM transmission").await, 1);
    let sent = actions::views::results_of_container(&house.lab, &kernel::Actor::System("test".to_owned()), &container)
        .await
        .unwrap()
        .remove(0)
        .sent;
    assert_eq!(sent, "4.1");
}
