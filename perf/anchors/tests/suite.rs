//! The anchor driven by the peer: every acknowledged message is in the database with all its rows.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use anchors::serve::serve;
use peer::c111::{Curves, Specimen, content};
use peer::device_time::DeviceTime;
use peer::frame::deframe;
use peer::menu::Menu;
use peer::{Client, Framed, Outcome, Packing};
use std::time::Duration;

const MESSAGES: u64 = 5;
const LINKS: usize = 4;

fn message(number: u64) -> Vec<u8> {
    let menu = Menu::starting().unwrap();
    let readings: Vec<_> = menu.readings(25, number).into_iter().cycle().take(25).collect();
    let code = format!("A{number:07}X");
    content(&[Specimen { code: &code, readings: &readings }], DeviceTime::from_unix_seconds(0), number, Curves::Left)
}

/// Sends on all links, each message twice on the first.
fn drive(database: &str) {
    drive_part(database, 0..2);
    // A server started again goes on where the last one stopped.
    drive_part(database, 2..MESSAGES);
}

fn drive_part(database: &str, numbers: std::ops::Range<u64>) {
    let links = serve(database, LINKS, 2).unwrap();
    assert_eq!(links.len(), LINKS);
    for (position, (_, address)) in (0_u64..).zip(links) {
        let mut client = Client::connect(address, Duration::from_secs(15)).unwrap();
        for number in numbers.clone() {
            let packing = [Packing::RecordPerFrame, Packing::Bytes(240), Packing::Bytes(4096)][number as usize % 3];
            let framed = Framed::new(&message(position * 100 + number), packing);
            for _ in 0..if position == 0 { 2 } else { 1 } {
                assert_eq!(client.send(&framed).unwrap(), Outcome::Acknowledged);
            }
        }
    }
}

const COUNTS: [(&str, i64); 5] = [
    ("transmission", LINKS as i64 * MESSAGES as i64),
    ("transmission_bytes", LINKS as i64 * MESSAGES as i64),
    ("result", LINKS as i64 * MESSAGES as i64 * 25),
    ("assessment", LINKS as i64 * MESSAGES as i64),
    ("journal", LINKS as i64 * MESSAGES as i64),
];

#[test]
fn sqlite_holds_every_acknowledged_message() {
    let directory = std::env::temp_dir().join(format!("anchors-{}", std::process::id()));
    std::fs::create_dir_all(&directory).unwrap();
    let file = directory.join("anchor.db");
    drive(file.to_str().unwrap());
    let connection = anchors::sqlite::open(&file).unwrap();
    for (table, rows) in COUNTS {
        assert_eq!(
            connection.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get::<_, i64>(0)).unwrap(),
            rows,
            "{table}"
        );
    }
    let raw: Vec<u8> = connection
        .query_row(
            "SELECT raw FROM transmission JOIN transmission_bytes ON transmission_id = id WHERE link = 'link02' AND arrival = 1",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(deframe(&raw).unwrap(), message(100));
    std::fs::remove_dir_all(directory).unwrap();
}

#[test]
fn postgres_holds_every_acknowledged_message() {
    let Ok(url) = std::env::var("BENCHSIDE_TEST_POSTGRES") else {
        eprintln!("skipped: BENCHSIDE_TEST_POSTGRES is not set (cargo xtask check sets it)");
        return;
    };
    let name = format!("anchors_{}", std::process::id());
    let mut server = postgres::Client::connect(&url, postgres::NoTls).unwrap();
    server.batch_execute(&format!("CREATE DATABASE {name}")).unwrap();
    let (base, _) = url.rsplit_once('/').unwrap();
    let database = format!("{base}/{name}");
    drive(&database);
    let mut client = postgres::Client::connect(&database, postgres::NoTls).unwrap();
    for (table, rows) in COUNTS {
        assert_eq!(client.query_one(&format!("SELECT count(*) FROM {table}"), &[]).unwrap().get::<_, i64>(0), rows, "{table}");
    }
    drop(client);
    server.batch_execute(&format!("DROP DATABASE {name} WITH (FORCE)")).unwrap();
}
