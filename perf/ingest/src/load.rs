//! The load: many analysers in one thread, each sending its next message when the last one is acknowledged.
//!
//! One thread with readiness events, because the generator shares the machine with what it measures; what it costs is printed.

use mio::net::TcpStream;
use mio::{Events, Interest, Poll, Token};
use peer::frame::{ENQ, EOT};
use peer::{Conversation, Framed, Next, Outcome};
use std::io::{self, ErrorKind, Read, Write};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

/// How long the whole load may hear nothing before the run is given up.
const SILENCE_MAX: Duration = Duration::from_secs(30);

/// What a load saw.
#[derive(Debug)]
pub struct Seen {
    /// When the first byte was sent.
    pub began: Instant,
    /// When the last message was acknowledged.
    pub acknowledged: Instant,
    /// From writing the last frame of a message to its acknowledgement.
    pub commit_waits: Vec<Duration>,
    /// From the enquiry to the acknowledgement of the last frame.
    pub message_waits: Vec<Duration>,
}

/// Sends the messages of every link over a connection each.
///
/// # Errors
/// A connection fails, a message is not acknowledged, or nothing is heard for half a minute.
pub fn run(links: &[(SocketAddr, &[Framed])]) -> Result<Seen, String> {
    let mut poll = Poll::new().map_err(|trouble| format!("no poll: {trouble}"))?;
    let mut lines = connect(&poll, links)?;
    let began = Instant::now();
    let mut seen = Seen { began, acknowledged: began, commit_waits: Vec::new(), message_waits: Vec::new() };
    for line in &mut lines {
        line.enquire(&[ENQ]).map_err(|trouble| format!("first byte: {trouble}"))?;
    }
    let mut busy = lines.len();
    let mut events = Events::with_capacity(lines.len().max(1));
    while busy > 0 {
        wait(&mut poll, &mut events)?;
        for event in &events {
            let Some(line) = lines.get_mut(event.token().0) else { continue };
            if line.react(&mut seen).map_err(|trouble| format!("link {}: {trouble}", event.token().0 + 1))? {
                busy -= 1;
            }
        }
    }
    seen.acknowledged = Instant::now();
    Ok(seen)
}

fn wait(poll: &mut Poll, events: &mut Events) -> Result<(), String> {
    match poll.poll(events, Some(SILENCE_MAX)) {
        Ok(()) if events.is_empty() => Err("the server was silent for half a minute".to_owned()),
        Ok(()) => Ok(()),
        Err(trouble) if trouble.kind() == ErrorKind::Interrupted => Ok(()),
        Err(trouble) => Err(format!("poll: {trouble}")),
    }
}

/// One analyser.
struct Line<'a> {
    stream: TcpStream,
    messages: &'a [Framed],
    // The message now being sent.
    position: usize,
    conversation: Conversation,
    enquired: Instant,
    last_frame: Instant,
}

fn connect<'a>(poll: &Poll, links: &[(SocketAddr, &'a [Framed])]) -> Result<Vec<Line<'a>>, String> {
    let connect = |(place, (address, messages)): (usize, &(SocketAddr, &'a [Framed]))| {
        // Connected blocking, so that all are connected before the clock starts.
        let stream = std::net::TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_nonblocking(true)?;
        let mut stream = TcpStream::from_std(stream);
        poll.registry().register(&mut stream, Token(place), Interest::READABLE)?;
        let now = Instant::now();
        Ok(Line { stream, messages, position: 0, conversation: Conversation::new(0), enquired: now, last_frame: now })
    };
    let lines: io::Result<Vec<Line<'a>>> = links.iter().filter(|(_, messages)| !messages.is_empty()).enumerate().map(connect).collect();
    lines.map_err(|trouble| format!("connecting: {trouble}"))
}

impl Line<'_> {
    fn enquire(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.conversation = Conversation::new(self.messages.get(self.position).map_or(0, Framed::count));
        self.enquired = Instant::now();
        self.write(bytes)
    }

    /// Reads what there is and answers; true when the last message is acknowledged.
    fn react(&mut self, seen: &mut Seen) -> io::Result<bool> {
        let mut bytes = [0_u8; 64];
        loop {
            let count = match self.stream.read(&mut bytes) {
                Ok(0) => return Err(io::Error::new(ErrorKind::UnexpectedEof, "the server closed the connection")),
                Ok(count) => count,
                Err(trouble) if trouble.kind() == ErrorKind::WouldBlock => return Ok(false),
                Err(trouble) if trouble.kind() == ErrorKind::Interrupted => continue,
                Err(trouble) => return Err(trouble),
            };
            for byte in bytes.iter().take(count) {
                if self.answer(*byte, seen)? {
                    return Ok(true);
                }
            }
            // A read that did not fill the buffer has emptied the socket: the next byte brings a new event.
            if count < bytes.len() {
                return Ok(false);
            }
        }
    }

    fn answer(&mut self, byte: u8, seen: &mut Seen) -> io::Result<bool> {
        match self.conversation.reply(byte) {
            Next::Frame(frame) => {
                let wire = self.messages.get(self.position).and_then(|message| message.frame(frame)).unwrap_or_default();
                if self.conversation.at_last_frame() {
                    self.last_frame = Instant::now();
                }
                self.stream.write(wire).and_then(|written| whole(written, wire.len()))?;
                Ok(false)
            }
            Next::Finish(Outcome::Acknowledged) => self.settled(seen),
            Next::Finish(other) => Err(io::Error::other(format!("message {} was not acknowledged: {other:?}", self.position + 1))),
        }
    }

    fn settled(&mut self, seen: &mut Seen) -> io::Result<bool> {
        let now = Instant::now();
        seen.commit_waits.push(now - self.last_frame);
        seen.message_waits.push(now - self.enquired);
        self.position += 1;
        if self.position < self.messages.len() {
            return self.enquire(&[EOT, ENQ]).map(|()| false);
        }
        self.write(&[EOT]).map(|()| true)
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write(bytes).and_then(|written| whole(written, bytes.len()))
    }
}

/// One frame at a time is under way on a connection, far below any socket's buffer: a short write means something is broken.
fn whole(written: usize, length: usize) -> io::Result<()> {
    if written == length { Ok(()) } else { Err(io::Error::new(ErrorKind::WriteZero, "a frame was written in part")) }
}
