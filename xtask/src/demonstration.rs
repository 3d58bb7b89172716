//! The README's first command, tried as a newcomer would: it starts, says that it is ready, and its pages and API answer.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::cleanup::{self, Ward};
use crate::outcome::{Failure, Outcome, Tally};
use crate::process;
use crate::repository::Repository;

/// How long the demonstration may take from its start to its `ready` line; the release build is a stage of its own.
const READY_WAIT_MAX: Duration = Duration::from_secs(120);
const STOP_WAIT_MAX: Duration = Duration::from_secs(30);
const ANSWER_WAIT_MAX: Duration = Duration::from_secs(10);
/// No page of ours is near this size.
const ANSWER_BYTES_MAX: u64 = 8 * 1024 * 1024;

const README_COMMANDS: [&str; 2] = ["cargo run --release -- demo", "cargo xtask test"];

/// Runs the smoke test; it counts as one test.
pub(crate) fn stage(repository: &Repository) -> Outcome {
    let failure = readme_names_the_commands(&repository.root).and_then(|()| smoke(repository)).err();
    Outcome { tally: Tally::one(failure.is_none()), failure }
}

fn readme_names_the_commands(root: &Path) -> Result<(), Failure> {
    let readme = std::fs::read_to_string(root.join("README.md")).unwrap_or_default();
    let missing = README_COMMANDS.iter().find(|command| !readme.contains(*command));
    missing.map_or(Ok(()), |command| Err(Failure::DoesNotHold(format!("README.md does not name the command `{command}`"))))
}

fn smoke(repository: &Repository) -> Result<(), Failure> {
    let data = repository.target.join(format!("demo-smoke-{}", std::process::id()));
    std::fs::create_dir_all(&data).map_err(|trouble| Failure::Environment(format!("{}: {trouble}", data.display())))?;
    let _folder = Ward::folder(&data);
    let mut command = process::cargo(&["run", "--release", "--", "demo", "--http", "127.0.0.1:0", "--data"]);
    command.arg(&data).current_dir(&repository.root);
    let mut running = Running::start(command)?;
    let address = running.ready_address()?;
    println!("ready at {address}");
    let note = read_note(&data)?;
    look_around(&address, &note)?;
    running.stop_cleanly()
}

/// What `demo.json` says that the smoke test uses.
struct Note {
    token: String,
    link: String,
}

fn read_note(data: &Path) -> Result<Note, Failure> {
    let path = data.join("demo.json");
    let text = std::fs::read_to_string(&path).map_err(|trouble| Failure::DoesNotHold(format!("demo.json cannot be read: {trouble}")))?;
    let note: Value = serde_json::from_str(&text).map_err(|trouble| Failure::DoesNotHold(format!("demo.json is not JSON: {trouble}")))?;
    let word = |pointer: &str| {
        let found = note.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
        found.ok_or_else(|| Failure::DoesNotHold(format!("demo.json has no text at {pointer}")))
    };
    for pointer in
        ["/http", "/accounts/0/user", "/accounts/0/password", "/accounts/0/role", "/links/0/name", "/links/0/driver", "/links/0/protocol"]
    {
        word(pointer)?;
    }
    Ok(Note { token: word("/token")?, link: word("/links/0/address")? })
}

fn look_around(address: &str, note: &Note) -> Result<(), Failure> {
    let bearer = format!("Authorization: Bearer {}\r\n", note.token);
    let looks: [(&str, &str, &[u16], &str); 6] = [
        ("/healthz", "", &[200], ""),
        ("/readyz", "", &[200], ""),
        ("/sign-in", "", &[200], "id=\"password\""),
        ("/", "", &[302, 303, 401], ""),
        ("/api/v1/health", "", &[401], ""),
        ("/api/v1/health", &bearer, &[200], "\"demonstration\""),
    ];
    for (path, headers, statuses, holds) in looks {
        let answer = get(address, path, headers)?;
        let with = if headers.is_empty() { "" } else { " with the token" };
        println!("GET {path}{with}: {}", answer.status);
        if !statuses.contains(&answer.status) || !answer.body.contains(holds) {
            let expected = format!("expected one of {statuses:?} and {holds:?} in the body");
            return Err(Failure::DoesNotHold(format!("GET {path}{with} answered {}: {expected}", answer.status)));
        }
    }
    connect(&note.link).map(drop)
}

/// The program while it runs.
struct Running {
    child: Child,
    lines: mpsc::Receiver<String>,
    _ward: Ward,
}

impl Running {
    fn start(mut command: Command) -> Result<Running, Failure> {
        println!("$ {}", process::shown(&command));
        let spawned = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn();
        let mut child = spawned.map_err(|trouble| Failure::Environment(format!("cargo cannot be run: {trouble}")))?;
        let ward = Ward::process(child.id(), "TERM");
        let (sender, lines) = mpsc::channel();
        let stdout = child.stdout.take();
        // A thread reads, so that waiting for the line can end.
        std::thread::spawn(move || {
            let reader = stdout.map(BufReader::new);
            for line in reader.into_iter().flat_map(BufRead::lines).map_while(Result::ok) {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        Ok(Running { child, lines, _ward: ward })
    }

    fn ready_address(&mut self) -> Result<String, Failure> {
        let begin = Instant::now();
        while let Ok(line) = self.lines.recv_timeout(READY_WAIT_MAX.saturating_sub(begin.elapsed())) {
            println!("{line}");
            if let Some(address) = ready_line(&line) {
                return Ok(address.to_owned());
            }
        }
        let ended = self.child.try_wait().ok().flatten().map_or("it still runs".to_owned(), |status| format!("it ended with {status}"));
        Err(Failure::DoesNotHold(format!(
            "the demonstration printed no line `ready http=...` within {} s; {ended}",
            READY_WAIT_MAX.as_secs()
        )))
    }

    fn stop_cleanly(mut self) -> Result<(), Failure> {
        cleanup::send(self.child.id(), "TERM");
        let begin = Instant::now();
        while begin.elapsed() < STOP_WAIT_MAX {
            match self.child.try_wait() {
                Ok(Some(status)) if status.success() => return Ok(()),
                Ok(Some(status)) => return Err(Failure::DoesNotHold(format!("told to stop, the demonstration ended with {status}"))),
                Ok(None) => std::thread::sleep(Duration::from_millis(20)),
                Err(trouble) => return Err(Failure::Environment(format!("the demonstration cannot be waited for: {trouble}"))),
            }
        }
        Err(Failure::DoesNotHold(format!("told to stop, the demonstration still ran after {} s", STOP_WAIT_MAX.as_secs())))
    }
}

fn ready_line(line: &str) -> Option<&str> {
    line.strip_prefix("ready ")?.split_whitespace().find_map(|word| word.strip_prefix("http="))
}

/// A page or an API answer.
struct Answer {
    status: u16,
    body: String,
}

fn connect(address: &str) -> Result<TcpStream, Failure> {
    let refused = |trouble: std::io::Error| Failure::DoesNotHold(format!("nobody answers at {address}: {trouble}"));
    let stream = TcpStream::connect(address).map_err(refused)?;
    stream.set_read_timeout(Some(ANSWER_WAIT_MAX)).map_err(refused)?;
    Ok(stream)
}

fn get(address: &str, path: &str, headers: &str) -> Result<Answer, Failure> {
    let mut stream = connect(address)?;
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n{headers}\r\n");
    let mut bytes = Vec::new();
    let talked = stream.write_all(request.as_bytes()).and_then(|()| stream.take(ANSWER_BYTES_MAX).read_to_end(&mut bytes));
    talked.map_err(|trouble| Failure::DoesNotHold(format!("GET {path}: {trouble}")))?;
    read_answer(&String::from_utf8_lossy(&bytes)).ok_or_else(|| Failure::DoesNotHold(format!("GET {path} was not answered in HTTP")))
}

fn read_answer(text: &str) -> Option<Answer> {
    let (head, body) = text.split_once("\r\n\r\n")?;
    let status = head.strip_prefix("HTTP/1.1 ")?.get(..3)?.parse().ok()?;
    Some(Answer { status, body: body.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ready_line_names_the_address() {
        assert_eq!(ready_line("ready http=127.0.0.1:8080 links=c111@127.0.0.1:9111"), Some("127.0.0.1:8080"));
        assert_eq!(ready_line("not ready http=127.0.0.1:8080"), None);
        assert_eq!(ready_line("ready"), None);
    }

    #[test]
    fn an_answer_is_read_and_nonsense_is_not() {
        let answer = read_answer("HTTP/1.1 303 See Other\r\nLocation: /sign-in\r\n\r\nhello").unwrap();
        assert_eq!((answer.status, answer.body.as_str()), (303, "hello"));
        assert!(read_answer("220 mail.example ESMTP").is_none());
    }

    #[test]
    fn a_program_that_ends_without_being_ready_is_named() {
        let mut running = Running::start(process::command("sh", &["-c", "echo starting; exit 3"])).unwrap();
        let failure = running.ready_address().unwrap_err().to_string();
        assert!(failure.contains("printed no line `ready http=...`"), "{failure}");
    }

    #[test]
    fn a_program_that_goes_when_told_is_fine_and_one_that_fails_at_it_is_not() {
        for (status, fine) in [("0", true), ("7", false)] {
            let script = format!("trap 'exit {status}' TERM; exec 3<> <(:); echo ready http=127.0.0.1:1; read -r nothing <&3");
            let mut running = Running::start(process::command("bash", &["-c", &script])).unwrap();
            assert_eq!(running.ready_address().unwrap(), "127.0.0.1:1");
            assert_eq!(running.stop_cleanly().is_ok(), fine, "exit {status}");
        }
    }
}
