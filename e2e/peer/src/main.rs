//! `peer send FILE --to ADDRESS`: sends a captured transmission to a link, as its analyser would.
#![allow(clippy::print_stdout, reason = "what became of each message is this program's output")]

use peer::client::REPLY_WAIT_STANDARD;
use peer::{Client, Framed, Outcome, Packing, capture};
use std::fmt::Display;
use std::fs::File;
use std::io::Read;
use std::net::SocketAddr;
use std::process::ExitCode;

const USAGE: &str = "usage: peer send FILE --to ADDRESS
  FILE          a transmission: frames as they went over the wire, or bare records, one a line
  --to ADDRESS  where the link listens, such as 127.0.0.1:9111
exit codes: 0 every message was acknowledged, 1 one was not, 2 wrong use, 3 the file or the link cannot be reached";

/// A larger file is no transmission.
const FILE_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// What went wrong, and the exit code that says so.
type Failure = (u8, String);

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if words.iter().any(|word| word == "--help") {
        println!("{USAGE}");
        return ExitCode::SUCCESS;
    }
    match run(&words) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err((code, words)) => {
            eprintln!("peer: {words}");
            ExitCode::from(code)
        }
    }
}

fn run(words: &[String]) -> Result<bool, Failure> {
    let [verb, file, flag, address] = words else { return Err((2, USAGE.to_owned())) };
    if verb != "send" || flag != "--to" {
        return Err((2, USAGE.to_owned()));
    }
    let address: SocketAddr = address.parse().map_err(|_| (2, format!("{address} is not an address such as 127.0.0.1:9111\n{USAGE}")))?;
    let messages = capture::messages(&read(file)?).map_err(|trouble| (3, format!("{file}: {trouble}; nothing was sent")))?;
    if messages.is_empty() {
        return Err((3, format!("{file} holds no record; nothing was sent")));
    }
    send_all(&messages, address)
}

fn read(path: &str) -> Result<Vec<u8>, Failure> {
    let unreadable = |trouble: &dyn Display| (3, format!("{path} cannot be read: {trouble}"));
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(|trouble| unreadable(&trouble))?;
    file.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes).map_err(|trouble| unreadable(&trouble))?;
    let fits = u64::try_from(bytes.len()).is_ok_and(|length| length <= FILE_BYTES_MAX);
    if fits { Ok(bytes) } else { Err(unreadable(&format!("it has more than {FILE_BYTES_MAX} bytes"))) }
}

/// One message after the other, each in a session of its own; whether all were acknowledged.
fn send_all(messages: &[Vec<u8>], address: SocketAddr) -> Result<bool, Failure> {
    let lost = |trouble: std::io::Error| (3, format!("{address}: {trouble}; is a link listening there?"));
    let mut client = Client::connect(address, REPLY_WAIT_STANDARD).map_err(lost)?;
    let mut all = true;
    for (position, message) in messages.iter().enumerate() {
        let framed = Framed::new(message, Packing::RecordPerFrame);
        let outcome = client.send(&framed).map_err(lost)?;
        println!("message {} of {}, {} frames: {}", position + 1, messages.len(), framed.count(), in_words(outcome));
        all &= outcome == Outcome::Acknowledged;
    }
    Ok(all)
}

fn in_words(outcome: Outcome) -> String {
    match outcome {
        Outcome::Acknowledged => "acknowledged".to_owned(),
        Outcome::Busy => "not taken, the receiver is busy; try again in ten seconds".to_owned(),
        Outcome::Contended => "not taken, the receiver wanted to send at the same moment; try again".to_owned(),
        Outcome::Refused(frame) => format!("not taken, frame {} was refused each time", frame + 1),
        Outcome::Silent(None) => "not taken, no answer to the enquiry".to_owned(),
        Outcome::Silent(Some(frame)) => format!("not acknowledged, no answer to frame {}", frame + 1),
    }
}
