//! Messages of one link are kept and filed in the order in which they arrived.

use crate::engine::Engine;
use crate::house::House;
use crate::peer::{ACK, ENQ, Peer, message};

on_both!(
    messages_are_filed_in_the_order_of_their_arrival,
    messages_in_one_frame_are_filed_in_their_order,
    arrivals_go_on_after_a_restart,
    messages_over_two_connections_never_share_a_number,
);

async fn reported(house: &House, container: &str) -> Vec<String> {
    let lines = actions::views::results_of_container(&house.lab, &kernel::Actor::System("test".to_owned()), container).await.unwrap();
    lines.into_iter().map(|line| line.reported).collect()
}

async fn messages_are_filed_in_the_order_of_their_arrival(engine: &Engine) {
    let house = House::open(engine, 1).await;
    let container = house.container().await;
    let mut peer = Peer::connect(house.address()).await;
    for (at, value) in ["3.1", "3.2", "3.3", "3.4", "3.5"].into_iter().enumerate() {
        assert_eq!(peer.send(&message(&container, value, at)).await, Some(ACK));
    }
    house.file().await;
    assert_eq!(reported(&house, &container).await, ["3.1"], "the first stands");
    let tasks = actions::views::open_tasks(&house.lab, None).await.unwrap().rows;
    let values: Vec<bool> = tasks.iter().zip(["3.2", "3.3", "3.4", "3.5"]).map(|(task, value)| task.raw_line.contains(value)).collect();
    assert_eq!(values, [true; 4], "{tasks:?}");
}

async fn messages_in_one_frame_are_filed_in_their_order(engine: &Engine) {
    let house = House::open(engine, 1).await;
    // Filing runs beside keeping, as in a laboratory: what is kept is filed at once.
    let filing = {
        let (lab, analyser) = (house.lab.clone(), house.analysers[0].clone());
        tokio::spawn(async move {
            loop {
                if actions::file_next(&lab, &analyser).await.unwrap() == 0 {
                    analyser.in_tray.rung().await;
                }
            }
        })
    };
    let mut peer = Peer::connect(house.address()).await;
    for round in 0..10 {
        let container = house.container().await;
        let contents: Vec<Vec<u8>> = (0..16).map(|at| message(&container, &format!("3.{at:02}"), round * 100 + at)).collect();
        let frame = lis2::frame(&contents.concat(), &lis2::FrameOptions { text_max: 60_000, one_record_per_frame: false });
        assert_eq!(frame.len(), 1);
        assert_eq!(peer.ask(&[ENQ]).await, Some(ACK));
        assert_eq!(peer.ask(&frame[0]).await, Some(ACK));
        peer.write(&[crate::peer::EOT]).await;
        house.until("SELECT COUNT(*) FROM unfiled", 0).await;
        let sent: Vec<String> = actions::views::results_of_container(&house.lab, &kernel::Actor::System("test".to_owned()), &container)
            .await
            .unwrap()
            .into_iter()
            .map(|line| line.sent)
            .collect();
        assert_eq!(sent, ["3.00"], "round {round}: the first of the frame stands");
    }
    filing.abort();
}

async fn arrivals_go_on_after_a_restart(engine: &Engine) {
    let house = House::open(engine, 1).await;
    let mut peer = Peer::connect(house.address()).await;
    assert_eq!(peer.send(&message("X", "4.1", 1)).await, Some(ACK));
    house.listening[0].task.abort();
    let store = house.lab.store().clone();
    std::thread::spawn(move || store.close()).join().unwrap();
    let house = House::open(engine, 1).await;
    let mut peer = Peer::connect(house.address()).await;
    assert_eq!(peer.send(&message("X", "4.1", 2)).await, Some(ACK));
    assert_eq!(house.count("SELECT MAX(arrival) FROM transmission").await, 2);
}

async fn messages_over_two_connections_never_share_a_number(engine: &Engine) {
    let house = House::open(engine, 1).await;
    let send = async |from: usize| {
        let mut peer = Peer::connect(house.address()).await;
        for counter in from..from + 20 {
            assert_eq!(peer.send(&message("X", "4.1", counter)).await, Some(ACK));
        }
    };
    tokio::join!(send(0), send(100), send(200));
    assert_eq!(house.count("SELECT COUNT(DISTINCT arrival) FROM transmission").await, 60);
    assert_eq!(house.count("SELECT MAX(arrival) FROM transmission").await, 60);
}
