//! The peer against a scripted receiver on a real socket.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use peer::frame::{ACK, ENQ, EOT, NAK};
use peer::laboratory::start;
use peer::{Client, Framed, Outcome, Packing};
use std::io::{BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::process::Command;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// A receiver that answers each ENQ or frame with the next byte of `script` (`None`: not at all; the script over: it closes) and
/// reports every unit it got: ENQ, EOT, or a frame.
fn receiver(script: Vec<Option<u8>>) -> (SocketAddr, Receiver<Vec<u8>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (got, seen) = channel();
    std::thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        let mut writer = stream.try_clone().unwrap();
        let mut reader = BufReader::new(stream);
        let mut script = script.into_iter();
        while let Some(unit) = read_unit(&mut reader) {
            let end = unit == [EOT];
            got.send(unit).unwrap();
            if end {
                continue;
            }
            match script.next() {
                Some(Some(byte)) => writer.write_all(&[byte]).unwrap(),
                Some(None) => {}
                None => return,
            }
        }
    });
    (address, seen)
}

fn read_unit(reader: &mut impl Read) -> Option<Vec<u8>> {
    let mut unit = vec![];
    loop {
        let mut byte = [0];
        reader.read_exact(&mut byte).ok()?;
        unit.push(byte[0]);
        if matches!(unit[..], [ENQ | EOT]) || byte[0] == b'\n' {
            return Some(unit);
        }
    }
}

fn send(script: Vec<Option<u8>>, content: &[u8]) -> (std::io::Result<Outcome>, Vec<Vec<u8>>) {
    let (address, seen) = receiver(script);
    let message = Framed::new(content, Packing::RecordPerFrame);
    let mut client = Client::connect(address, Duration::from_millis(200)).unwrap();
    let outcome = client.send(&message);
    drop(client);
    (outcome, seen.iter().collect())
}

#[test]
fn a_message_goes_as_enquiry_frames_and_end() {
    let (outcome, units) = send(vec![Some(ACK); 3], b"A\rB\r");
    assert_eq!(outcome.unwrap(), Outcome::Acknowledged);
    // 0x31+0x41+0x0D+0x17 = 0x96; 0x32+0x42+0x0D+0x03 = 0x84.
    assert_eq!(units, [&[ENQ][..], b"\x021A\r\x1796\r\n", b"\x022B\r\x0384\r\n", &[EOT]]);
}

#[test]
fn a_refused_frame_is_sent_again_unchanged() {
    let (outcome, units) = send(vec![Some(ACK), Some(NAK), Some(NAK), Some(ACK), Some(ACK)], b"A\rB\r");
    assert_eq!(outcome.unwrap(), Outcome::Acknowledged);
    assert_eq!(units.len(), 1 + 3 + 1 + 1);
    assert!(units[1] == units[2] && units[2] == units[3]);
}

#[test]
fn six_refusals_abandon_the_message() {
    let (outcome, units) = send([vec![Some(ACK)], vec![Some(NAK); 6]].concat(), b"A\rB\r");
    assert_eq!(outcome.unwrap(), Outcome::Refused(0));
    assert_eq!((units.len(), units.last().unwrap().as_slice()), (1 + 6 + 1, &[EOT][..]));
}

#[test]
fn a_busy_receiver_gets_an_end_and_no_frame() {
    let (outcome, units) = send(vec![Some(NAK)], b"A\r");
    assert_eq!(outcome.unwrap(), Outcome::Busy);
    assert_eq!(units, [[ENQ], [EOT]]);
}

#[test]
fn silence_is_not_an_acknowledgement() {
    let (outcome, units) = send(vec![Some(ACK), None], b"A\r");
    assert_eq!(outcome.unwrap(), Outcome::Silent(Some(0)));
    assert_eq!(units.last().unwrap(), &[EOT]);
    let (outcome, _) = send(vec![None], b"A\r");
    assert_eq!(outcome.unwrap(), Outcome::Silent(None));
}

#[test]
fn a_connection_lost_before_the_last_acknowledgement_is_an_error() {
    let (outcome, _) = send(vec![Some(ACK), Some(ACK)], b"A\rB\r");
    outcome.unwrap_err();
}

#[test]
fn several_messages_go_over_one_connection() {
    let (address, seen) = receiver(vec![Some(ACK); 4]);
    let mut client = Client::connect(address, Duration::from_secs(5)).unwrap();
    for content in [b"A\r", b"B\r"] {
        assert_eq!(client.send(&Framed::new(content, Packing::Bytes(240))).unwrap(), Outcome::Acknowledged);
    }
    drop(client);
    let frames: Vec<Vec<u8>> = seen.iter().filter(|unit| unit.len() > 1).collect();
    assert!(frames.iter().all(|frame| frame[1] == b'1'), "numbers start again with each enquiry");
}

fn send_file(bytes: &[u8], name: &str, script: Vec<Option<u8>>) -> (Option<i32>, String, Vec<Vec<u8>>) {
    let file = log(name);
    std::fs::write(&file, bytes).unwrap();
    let (address, seen) = receiver(script);
    let program = env!("CARGO_BIN_EXE_peer");
    let done = Command::new(program).arg("send").arg(&file).args(["--to", &address.to_string()]).output().unwrap();
    std::fs::remove_file(file).unwrap();
    (done.status.code(), String::from_utf8(done.stdout).unwrap(), seen.iter().collect())
}

#[test]
fn a_capture_is_sent_message_by_message() {
    let (code, said, units) = send_file(b"H|1\nL|1\nH|2\nL|1\n", "two", vec![Some(ACK); 6]);
    assert_eq!(code, Some(0));
    assert_eq!(said, "message 1 of 2, 2 frames: acknowledged\nmessage 2 of 2, 2 frames: acknowledged\n");
    assert_eq!(units.iter().filter(|unit| unit[..] == [ENQ]).count(), 2);
    assert_eq!(units[1][..6], *b"\x021H|1\r");
}

#[test]
fn a_message_that_is_not_acknowledged_fails_the_sending() {
    let (code, said, _) = send_file(b"H|1\nL|1\n", "busy", vec![Some(NAK)]);
    assert_eq!((code, said.contains("busy")), (Some(1), true), "{said}");
}

#[test]
fn a_broken_capture_is_not_sent() {
    let file = log("broken");
    std::fs::write(&file, b"\x021H|\r\x0300\r\n").unwrap();
    // Nobody listens there; the file is found broken before anybody is called.
    let done = Command::new(env!("CARGO_BIN_EXE_peer")).arg("send").arg(&file).args(["--to", "127.0.0.1:1"]).output().unwrap();
    std::fs::remove_file(file).unwrap();
    let said = String::from_utf8(done.stderr).unwrap();
    assert_eq!((done.status.code(), said.contains("wrong checksum; nothing was sent")), (Some(3), true), "{said}");
}

#[test]
fn wrong_use_of_the_sender_is_told_apart_from_a_link_that_is_not_there() {
    let code = |words: &[&str]| Command::new(env!("CARGO_BIN_EXE_peer")).args(words).output().unwrap().status.code();
    assert_eq!(code(&["--help"]), Some(0));
    for words in [&[][..], &["send", "x"], &["send", "x", "--to", "nowhere"], &["fetch", "x", "--to", "127.0.0.1:1"]] {
        assert_eq!(code(words), Some(2), "{words:?}");
    }
    assert_eq!(code(&["send", "no-such-file", "--to", "127.0.0.1:1"]), Some(3));
}

fn shell(script: &str) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", script]);
    command
}

fn log(name: &str) -> std::path::PathBuf {
    std::env::temp_dir().join(format!("peer-{name}-{}.log", std::process::id()))
}

#[test]
fn a_server_is_started_stopped_and_killed() {
    let log = log("start");
    let script = "trap 'exit 0' TERM; echo starting; echo 'ready http=127.0.0.1:80 links=a@127.0.0.1:1'; while :; do sleep 0.01; done";
    let running = start(shell(script), &log).unwrap();
    assert_eq!(running.links[0].0, "a");
    running.stop().unwrap();
    start(shell(script), &log).unwrap().kill().unwrap();
    let ends_badly = start(shell(&script.replace("exit 0", "exit 3")), &log).unwrap();
    assert!(ends_badly.stop().unwrap_err().contains('3'));
    std::fs::remove_file(log).unwrap();
}

#[test]
fn a_server_that_ends_at_once_is_reported_with_its_last_words() {
    let log = log("ends");
    let trouble = start(shell("echo no such database >&2; exit 3"), &log).unwrap_err();
    assert!(trouble.contains("no such database"), "{trouble}");
    std::fs::remove_file(log).unwrap();
}
