//! Keep first, acknowledge after.

use crate::engine::Engine;
use crate::house::{House, any_port, count};
use crate::peer::{ACK, ENQ, EOT, NAK, Peer, message};
use kernel::{Actor, Realm};
use std::sync::Mutex;
use std::sync::mpsc;
use std::time::Duration;
use store::{Opening, Options, Outcome, Store};

on_both!(
    what_is_acknowledged_is_seen_by_everybody,
    nothing_is_acknowledged_while_it_is_not_kept,
    what_cannot_be_kept_is_refused,
    a_resend_after_a_lost_acknowledgement_is_linked_and_acknowledged,
    a_taken_address_is_named,
);

async fn what_is_acknowledged_is_seen_by_everybody(engine: &Engine) {
    let house = House::open(engine, 1).await;
    let onlooker =
        Store::open(&engine.target, Realm::Demonstration, Opening::Existing, Options { readers: 1, writers: 1, ..Options::default() });
    let onlooker = onlooker.unwrap();
    let mut peer = Peer::connect(house.address()).await;
    for number in 1..=30 {
        assert_eq!(peer.send(&message("X", "4.1", number)).await, Some(ACK));
        let kept = count(&onlooker, "SELECT COUNT(*) FROM transmission t JOIN transmission_bytes b ON b.transmission_id = t.id").await;
        assert_eq!(kept, i64::try_from(number).unwrap(), "acknowledged, so another connection must see it");
    }
    assert_eq!(house.lab.link_state("c111-0").kept, 30);
}

async fn nothing_is_acknowledged_while_it_is_not_kept(engine: &Engine) {
    let house = House::open_with(engine, 1, Options { readers: 2, writers: 1, ..Options::default() }).await;
    let mut peer = Peer::connect(house.address()).await;
    let last = peer.all_but_last(&message("X", "4.1", 1)).await;
    // A command that occupies the only writer until it is told to go on.
    let (go, gone) = mpsc::channel::<()>();
    let gone = Mutex::new(gone);
    let held = house.lab.store().write(&Actor::System("suite".to_owned()), actions::new_command(), actions::now(), move |_| {
        // An error means that it was let go.
        let _ = gone.lock().unwrap().recv_timeout(Duration::from_secs(10));
        Ok(Outcome { act: "try", accepted: true, subject: None, note: String::new() })
    });
    let held = tokio::spawn(held);
    tokio::task::yield_now().await;
    peer.write(&last).await;
    // That nothing comes can only be seen by waiting for it.
    let early = tokio::time::timeout(Duration::from_millis(400), peer.answer()).await;
    assert!(early.is_err(), "answered {early:?} before it was kept");
    drop(go);
    assert_eq!(peer.answer().await, Some(ACK));
    assert_eq!(house.count("SELECT COUNT(*) FROM transmission").await, 1);
    held.await.unwrap().unwrap();
}

async fn what_cannot_be_kept_is_refused(engine: &Engine) {
    let house = House::open(engine, 1).await;
    let mut peer = Peer::connect(house.address()).await;
    let last = peer.all_but_last(&message("X", "4.1", 1)).await;
    let store = house.lab.store().clone();
    std::thread::spawn(move || store.close()).join().unwrap();
    for _ in 0..2 {
        assert_eq!(peer.ask(&last).await, Some(NAK));
    }
}

async fn a_resend_after_a_lost_acknowledgement_is_linked_and_acknowledged(engine: &Engine) {
    let house = House::open(engine, 1).await;
    let content = message("X", "4.1", 1);
    let mut peer = Peer::connect(house.address()).await;
    let last = peer.all_but_last(&content).await;
    peer.write(&last).await;
    house.until("SELECT COUNT(*) FROM transmission", 1).await;
    // The cable is pulled before the answer is read.
    drop(peer);
    house.file().await;
    let mut peer = Peer::connect(house.address()).await;
    assert_eq!(peer.send(&content).await, Some(ACK));
    // On the same connection, once more.
    assert_eq!(peer.ask(&[ENQ]).await, Some(ACK));
    peer.write(&[EOT]).await;
    assert_eq!(peer.send(&content).await, Some(ACK));
    house.file().await;
    assert_eq!(house.count("SELECT COUNT(*) FROM transmission WHERE duplicate_of IS NULL").await, 1);
    assert_eq!(house.count("SELECT COUNT(*) FROM transmission WHERE duplicate_of IS NOT NULL").await, 2);
    assert_eq!(house.count("SELECT COUNT(*) FROM task").await, 1, "filed once");
    assert_eq!(actions::check_invariants(house.lab.store()).await.unwrap(), []);
}

async fn a_taken_address_is_named(engine: &Engine) {
    let house = House::open(engine, 1).await;
    let taken = links::listen(house.lab.clone(), house.analysers[0].clone(), house.address()).await.unwrap_err().to_string();
    assert!(taken.contains("c111-0") && taken.contains(&house.address().to_string()) && taken.contains("configuration"), "{taken}");
    let again = links::listen(house.lab.clone(), house.analysers[0].clone(), any_port()).await.unwrap();
    assert_eq!(house.lab.link_state("c111-0").address, again.address.to_string());
}
