//! The network itself: what it promises and what it does not.

use disk::Chance;
use simulation::{Cable, End, Trace, Weather};
use std::io::ErrorKind;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::Instant;

const CALM: Weather = Weather { delay_millis_max: 50, cut: 0, swallowed: 0, bytes_max: 100 };

fn lay(weather: Weather, seed: u64) -> (Cable, End, End) {
    Cable::lay("a".to_owned(), weather, Chance::new(seed), &Trace::new())
}

fn numbered(count: u16) -> Vec<u8> {
    (0..count).flat_map(u16::to_be_bytes).collect()
}

#[tokio::test(start_paused = true)]
async fn in_calm_weather_everything_arrives_late_and_in_pieces_and_in_order() {
    let (mut pieces, begin) = (0, Instant::now());
    for seed in 0..20 {
        let (_cable, mut near, mut far) = lay(CALM, seed);
        let sent = numbered(500);
        let writing = async {
            near.write_all(&sent).await.unwrap();
            drop(near);
        };
        let reading = async {
            let (mut got, mut buffer) = (Vec::new(), [0; 4_096]);
            loop {
                match far.read(&mut buffer).await.unwrap() {
                    0 => return got,
                    count => {
                        got.extend_from_slice(&buffer[..count]);
                        pieces += 1;
                    }
                }
            }
        };
        assert_eq!(tokio::join!(writing, reading).1, sent);
    }
    assert!(pieces > 20, "{pieces} pieces of 20 writes");
    assert!(begin.elapsed() > Duration::from_millis(200), "{:?}", begin.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_cut_connection_is_told_to_both_sides_and_delivers_only_what_was_before() {
    for seed in 0..20 {
        let (_cable, mut near, mut far) = lay(Weather { cut: 100, ..CALM }, seed);
        let sent = numbered(500);
        let wrote = near.write_all(&sent).await;
        let mut got = Vec::new();
        assert_eq!(far.read_to_end(&mut got).await.unwrap_err().kind(), ErrorKind::ConnectionReset);
        assert!(sent.starts_with(&got) && got.len() <= 100, "{got:?}");
        assert_eq!(near.read_u8().await.unwrap_err().kind(), ErrorKind::ConnectionReset);
        assert!(wrote.is_err() || near.write_all(b"more").await.is_err());
    }
}

#[tokio::test(start_paused = true)]
async fn a_swallowed_connection_takes_everything_and_nobody_is_told_before_the_keepalive() {
    for seed in 0..20 {
        let (_cable, mut near, mut far) = lay(Weather { swallowed: 100, ..CALM }, seed);
        let (sent, begin) = (numbered(500), Instant::now());
        near.write_all(&sent).await.unwrap();
        drop(near);
        let mut got = Vec::new();
        assert_eq!(far.read_to_end(&mut got).await.unwrap_err().kind(), ErrorKind::TimedOut);
        assert!(sent.starts_with(&got) && got.len() <= 100, "{got:?}");
        assert!(begin.elapsed() >= Duration::from_secs(90), "{:?}", begin.elapsed());
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_under_way_when_the_power_went_still_arrives_and_nothing_after_it() {
    let (cable, mut near, mut far) = lay(CALM, 1);
    far.write_all(b"before").await.unwrap();
    cable.swallow();
    far.write_all(b"after").await.unwrap();
    drop(far);
    let mut got = Vec::new();
    assert_eq!(near.read_to_end(&mut got).await.unwrap_err().kind(), ErrorKind::TimedOut);
    assert_eq!(got, b"before");
}
