//! More connections than a link needs.

use crate::engine::Engine;
use crate::house::{House, look_again};
use crate::peer::{ACK, ENQ, Peer, message};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

on_both!(
    the_ninth_connection_takes_the_place_of_the_longest_silent,
    of_two_hundred_connections_at_once_eight_stay,
    two_hundred_analysers_deliver_at_once,
);

/// Connections one link keeps open.
const CONNECTIONS_MAX: usize = 8;

async fn the_ninth_connection_takes_the_place_of_the_longest_silent(engine: &Engine) {
    let house = House::open(engine, 1).await;
    let mut peers = Vec::new();
    for _ in 0..CONNECTIONS_MAX {
        let mut peer = Peer::connect(house.address()).await;
        assert_eq!(peer.ask(&[ENQ]).await, Some(ACK));
        peers.push(peer);
        // The clock that tells who was silent longest counts milliseconds.
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    // The oldest speaks again: the second is now the longest silent.
    peers[0].write(&[0x04]).await;
    assert_eq!(peers[0].ask(&[ENQ]).await, Some(ACK));
    let mut ninth = Peer::connect(house.address()).await;
    assert_eq!(peers[1].answer().await, None, "the longest silent gives way");
    assert_eq!(ninth.send(&message("X", "4.1", 1)).await, Some(ACK));
    for (at, peer) in peers.iter_mut().enumerate().filter(|(at, _)| *at != 1) {
        peer.write(&[0x04]).await;
        assert_eq!(peer.send(&message("X", "4.1", 10 + at)).await, Some(ACK), "the others stay");
    }
    assert_eq!(house.connections(), CONNECTIONS_MAX);
}

async fn of_two_hundred_connections_at_once_eight_stay(engine: &Engine) {
    let house = House::open(engine, 1).await;
    let mut connecting = JoinSet::new();
    for _ in 0..200 {
        connecting.spawn(Peer::connect(house.address()));
    }
    let mut peers = connecting.join_all().await;
    // The newcomer comes last, so that all two hundred were taken in when it is answered.
    let mut newcomer = Peer::connect(house.address()).await;
    assert_eq!(newcomer.send(&message("X", "4.1", 1)).await, Some(ACK));
    let deadline = Instant::now() + Duration::from_secs(30);
    while house.connections() > CONNECTIONS_MAX {
        assert!(Instant::now() < deadline, "{} connections stay open", house.connections());
        look_again().await;
    }
    let mut open = 0;
    for peer in &mut peers {
        // Closed ones say so at once; open ones say nothing.
        if tokio::time::timeout(Duration::from_millis(20), peer.answer()).await.is_err() {
            open += 1;
        }
    }
    assert_eq!(open, CONNECTIONS_MAX - 1);
}

async fn two_hundred_analysers_deliver_at_once(engine: &Engine) {
    // As after a power cut: twenty-five links with eight connections each.
    let house = House::open(engine, 25).await;
    let mut delivering = JoinSet::new();
    for (number, listening) in house.listening.iter().cycle().take(200).enumerate() {
        let address = listening.address;
        delivering.spawn(async move {
            let mut peer = Peer::connect(address).await;
            for part in 0..2 {
                assert_eq!(peer.send(&message("X", "4.1", number * 2 + part)).await, Some(ACK));
            }
        });
    }
    delivering.join_all().await;
    assert_eq!(house.count("SELECT COUNT(*) FROM transmission WHERE duplicate_of IS NULL").await, 400);
    house.file().await;
    assert_eq!(house.count("SELECT COUNT(*) FROM task").await, 400);
    assert_eq!(actions::check_invariants(house.lab.store()).await.unwrap(), []);
}
