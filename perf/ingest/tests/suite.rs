//! The load generator against the anchor: what it says was acknowledged is in the database.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use ingest::contestant::Work;
use ingest::load;
use ingest::storage::{Database, Rows};
use peer::{Framed, Packing};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};

fn messages(work: &Work, link: usize, packing: Packing) -> Vec<Framed> {
    (0..4).map(|message| work.message(link * 4 + message, packing)).collect()
}

#[test]
fn every_message_of_every_link_is_stored() {
    let directory = std::env::temp_dir().join(format!("ingest-{}", std::process::id()));
    let database = Database::Sqlite(directory.clone());
    database.create(None).unwrap();
    let links = anchors::serve::serve(directory.join("anchor.db").to_str().unwrap(), 8, 1).unwrap();
    let work = Work::invented(32).unwrap();
    let packings = [Packing::RecordPerFrame, Packing::Bytes(240), Packing::Bytes(4096)];
    let sent: Vec<Vec<Framed>> = (0..8).map(|link| messages(&work, link, packings[link % 3])).collect();
    let lines: Vec<(SocketAddr, &[Framed])> = links.iter().zip(&sent).map(|((_, address), sent)| (*address, sent.as_slice())).collect();
    let seen = load::run(&lines).unwrap();
    assert_eq!((seen.commit_waits.len(), seen.message_waits.len()), (32, 32));
    assert!(seen.acknowledged > seen.began);
    assert!(seen.commit_waits.iter().zip(&seen.message_waits).all(|(commit, message)| commit < message));
    assert_eq!(database.rows().unwrap(), Rows { results: 32 * 25, held: 0, tasks: 0 });
    assert!(database.bytes().unwrap() > 32 * 25 * 100);
    database.remove().unwrap();
}

/// A server that answers with these bytes whatever comes, then closes.
fn stub(answers: &'static [u8]) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut buffer = [0; 4096];
        for answer in answers {
            assert!(stream.read(&mut buffer).unwrap() > 0);
            stream.write_all(&[*answer]).unwrap();
        }
        let _ = stream.read(&mut buffer);
    });
    address
}

#[test]
fn a_server_that_refuses_or_closes_ends_the_run() {
    let work = Work::invented(1).unwrap();
    let message = [work.message(0, Packing::Bytes(4096))];
    for (answers, word) in [(&b"\x15"[..], "Busy"), (b"\x06\x15\x15\x15\x15\x15\x15", "Refused"), (b"\x06", "closed")] {
        let trouble = load::run(&[(stub(answers), &message)]).unwrap_err();
        assert!(trouble.contains(word), "{trouble}");
    }
}
