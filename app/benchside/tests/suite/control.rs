//! The control socket and what it must bear: bytes from anybody who got that far.

use crate::engine::Engine;
use crate::program::{Place, until};
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

on_both!(
    hostile_bytes_are_answered_with_words,
    who_goes_away_harms_nobody,
    a_folder_with_a_long_path_has_a_socket_too,
    a_backup_whose_asker_goes_away_is_whole_or_gone,
);

fn connect(folder: &Path) -> UnixStream {
    let stream = UnixStream::connect(folder.join("control.sock")).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    stream
}

/// Sends bytes, says that there are no more, and reads the answer.
fn ask(folder: &Path, bytes: &[u8]) -> serde_json::Value {
    let mut stream = connect(folder);
    // It may answer before it has read all of it.
    drop(stream.write_all(bytes));
    drop(stream.shutdown(std::net::Shutdown::Write));
    let mut answer = Vec::new();
    // A reset after the answer: bytes of ours were left unread.
    drop(stream.read_to_end(&mut answer));
    serde_json::from_slice(&answer).unwrap_or_else(|error| panic!("{error}: {:?}", String::from_utf8_lossy(&answer)))
}

async fn hostile_bytes_are_answered_with_words(engine: &Engine) {
    let (place, _) = Place::with_laboratory(engine, "production");
    let server = place.serve();
    let cases: [(&[u8], &str); 8] = [
        (b"", "ends before"),
        (b"\n", "not understood"),
        (b"GET / HTTP/1.1\r\n\r\n", "not understood"),
        (b"\x00\xff\xfe\n", "not understood"),
        (b"{\"request\":{\"user_add\":{\"user\":\"x\"}}}\n", "missing field"),
        (b"{\"request\":\"check\"}\n", "not understood"),
        (b"{\"request\":{\"check\":{}},\"database\":\"x\"}\n", "another database"),
        (b"{\"request\":{\"user_reset\":{\"user\":\"a\\u0000\"}}}\n", "user name"),
    ];
    for (bytes, words) in cases {
        let answer = ask(place.data(), bytes);
        assert_eq!(answer["code"], 2, "{answer}");
        assert!(answer["error"].as_str().unwrap().contains(words), "{answer}");
    }
    assert_eq!(ask(place.data(), &[b'['; 60_000])["code"], 2);
    let mut generator = 0x2545_F491_4F6C_DD1D_u64;
    for length in 0..200 {
        let noise: Vec<u8> = (0..length)
            .map(|_| {
                generator ^= generator << 13;
                generator ^= generator >> 7;
                generator ^= generator << 17;
                generator.to_le_bytes()[0]
            })
            .collect();
        assert_eq!(ask(place.data(), &noise)["code"], 2);
    }
    let ended = server.stop();
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(!ended.err.contains("panicked"), "{}", ended.err);
}

async fn who_goes_away_harms_nobody(engine: &Engine) {
    let (place, _) = Place::with_laboratory(engine, "production");
    let server = place.serve();
    for _ in 0..50 {
        drop(connect(place.data()));
        connect(place.data()).write_all(b"{\"request\":{\"check\":{}}}\n").unwrap();
        // Longer than any request, and never read to its end.
        drop(connect(place.data()).write_all(&vec![b' '; 100_000]));
    }
    // As many as are answered at once say nothing: those behind them wait until their time is over.
    let silent: Vec<UnixStream> = (0..8).map(|_| connect(place.data())).collect();
    assert_eq!(place.operate("token list", &[]).code, Some(0));
    drop(silent);
    assert_eq!(server.stop().code, Some(0));
}

async fn a_folder_with_a_long_path_has_a_socket_too(engine: &Engine) {
    let outer = tempfile::tempdir().unwrap();
    let folder = outer.path().join("x".repeat(120));
    let place = Place::in_folder(engine, &folder);
    assert_eq!(place.run("init", &[]).code, Some(0));
    place.configure(&std::fs::read_to_string(place.file()).unwrap().replace("127.0.0.1:8080", "127.0.0.1:0"));
    let server = place.serve();
    assert!(folder.join("control.sock").exists());
    assert_eq!(place.operate("token new", &["reports"]).code, Some(0));
    assert_eq!(server.stop().code, Some(0));
    assert!(!folder.join("control.sock").exists());
}

/// Whoever asks for a backup may be killed: the server completes it, or takes away what it began. Nothing in between, and nothing later.
async fn a_backup_whose_asker_goes_away_is_whole_or_gone(engine: &Engine) {
    let (place, _) = Place::with_laboratory(engine, "production");
    // A row that takes a while to copy.
    place.change(match engine.target {
        store::Target::Sqlite(_) => "INSERT INTO quarantine VALUES ('t', 'c', 'r', hex(zeroblob(60000000)), 0)",
        store::Target::Postgres(_) => "INSERT INTO quarantine VALUES ('t', 'c', 'r', repeat('x', 120000000), 0)",
    });
    let vault = tempfile::tempdir().unwrap();
    let server = place.serve();
    let (mut removed, mut whole) = (0, 0);
    for (number, stays) in [0, 5, 20, 60, 120, 0, 10, 30, 60_000].into_iter().enumerate() {
        let backup = vault.path().join(format!("backup-{number}"));
        let partial = vault.path().join(format!("backup-{number}.partial"));
        let mut stream = connect(place.data());
        let request = serde_json::json!({"request": {"backup": {"folder": backup}}});
        stream.write_all(format!("{request}\n").as_bytes()).unwrap();
        until("the backup is begun", || (partial.exists() || backup.exists()).then_some(()));
        // So many milliseconds more, or until the answer is there.
        stream.set_read_timeout(Some(Duration::from_millis(stays + 1))).unwrap();
        let _ = stream.read(&mut [0; 1]);
        drop(stream);
        until("the backup is over", || (!partial.exists()).then_some(()));
        if backup.exists() {
            actions::verify_backup(&backup).unwrap();
            std::fs::remove_dir_all(&backup).unwrap();
            whole += 1;
        } else {
            removed += 1;
        }
    }
    assert!(removed > 0 && whole > 0, "{removed} removed, {whole} whole");
    assert_eq!(std::fs::read_dir(vault.path()).unwrap().count(), 0);
    assert_eq!(server.stop().code, Some(0));
}
