//! A simulated network: connections whose bytes arrive late and in pieces, or not at all.
//!
//! As on TCP, what arrives does so in order and once. Bytes under way when a cable is swallowed are still delivered; what is written afterwards is not,
//! and nobody is told until the keepalive finds out.

use crate::trace::Trace;
use disk::Chance;
use std::collections::{BTreeMap, VecDeque};
use std::future::Future;
use std::io::{Error, ErrorKind};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::{Instant, Sleep};

/// When a host finds out that the other one of a swallowed connection is gone.
const KEEPALIVE: Duration = Duration::from_secs(90);

/// What may happen to connections, each in so many of a hundred.
#[derive(Debug, Clone, Copy)]
pub struct Weather {
    /// The longest delay of a piece, in milliseconds.
    pub delay_millis_max: u64,
    /// Connections that are cut for both sides after some bytes.
    pub cut: u64,
    /// Connections that swallow everything after some bytes.
    pub swallowed: u64,
    /// The most bytes after which that happens.
    pub bytes_max: u64,
}

/// What becomes of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Sound,
    /// After so many more bytes both sides are told that it broke.
    CutAfter(u64),
    /// After so many more bytes nothing arrives any more, and nobody is told.
    SwallowedAfter(u64),
    /// Broken; both sides know.
    Cut,
    /// It has swallowed since then.
    Swallowing(Instant),
}

/// One direction.
#[derive(Debug, Default)]
struct Lane {
    under_way: VecDeque<(Instant, Vec<u8>)>,
    /// When the last of it arrives, the end of the stream included.
    last_at: Option<Instant>,
    ends: bool,
    reader: Option<Waker>,
}

#[derive(Debug)]
struct State {
    name: String,
    chance: Chance,
    delay_millis_max: u64,
    fate: Fate,
    /// What the analyser writes, and what the laboratory writes.
    lanes: [Lane; 2],
    trace: Trace,
}

/// A connection, for whoever decides what becomes of it.
#[derive(Debug, Clone)]
pub struct Cable(Arc<Mutex<State>>);

/// One end of a connection: 0 is the analyser's, 1 the laboratory's.
#[derive(Debug)]
pub struct End {
    cable: Cable,
    side: usize,
    alarm: Option<Pin<Box<Sleep>>>,
}

impl Cable {
    /// A new connection; the analyser's end, then the laboratory's.
    pub fn lay(name: String, weather: Weather, mut chance: Chance, trace: &Trace) -> (Self, End, End) {
        let after = 1 + chance.below(weather.bytes_max);
        let fate = match chance.below(100) {
            fate if fate < weather.cut => Fate::CutAfter(after),
            fate if fate < weather.cut + weather.swallowed => Fate::SwallowedAfter(after),
            _ => Fate::Sound,
        };
        let state =
            State { name, chance, delay_millis_max: weather.delay_millis_max, fate, lanes: Default::default(), trace: trace.clone() };
        let cable = Self(Arc::new(Mutex::new(state)));
        let end = |side| End { cable: cable.clone(), side, alarm: None };
        (cable.clone(), end(0), end(1))
    }

    /// From now on nothing that is written arrives, and nobody is told: the other host lost its power.
    pub fn swallow(&self) {
        let mut state = self.state();
        if !matches!(state.fate, Fate::Cut | Fate::Swallowing(_)) {
            state.turn(Fate::Swallowing(Instant::now()), "swallows from now on");
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn turn(&mut self, fate: Fate, words: &str) {
        self.fate = fate;
        self.trace.note(format_args!("{} {words}", self.name));
        // Whoever reads looks again: an alarm may have to be set.
        self.lanes.iter_mut().filter_map(|lane| lane.reader.take()).for_each(Waker::wake);
    }

    /// How many of these bytes are still delivered.
    fn spend(&mut self, bytes: usize) -> usize {
        let left = match self.fate {
            Fate::Sound => return bytes,
            Fate::Cut | Fate::Swallowing(_) => return 0,
            Fate::CutAfter(left) | Fate::SwallowedAfter(left) => left,
        };
        let rest = left.saturating_sub(bytes as u64);
        match self.fate {
            _ if rest > 0 && matches!(self.fate, Fate::CutAfter(_)) => self.fate = Fate::CutAfter(rest),
            _ if rest > 0 => self.fate = Fate::SwallowedAfter(rest),
            Fate::CutAfter(_) => self.turn(Fate::Cut, "is cut"),
            _ => self.turn(Fate::Swallowing(Instant::now()), "swallows from now on"),
        }
        usize::try_from(left).unwrap_or(usize::MAX).min(bytes)
    }

    /// Puts bytes on their way, in pieces.
    fn send(&mut self, side: usize, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let piece = if self.chance.percent(60) { bytes.len() } else { 1 + self.below(bytes.len()) };
            let (piece, rest) = bytes.split_at(piece.min(bytes.len()));
            let arrives = self.arrival(side);
            let Some(lane) = self.lanes.get_mut(side) else { return };
            lane.under_way.push_back((arrives, piece.to_vec()));
            lane.last_at = Some(arrives);
            bytes = rest;
        }
        self.wake(side);
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.chance.below(end as u64)).unwrap_or(0)
    }

    /// When a piece that is sent now arrives: never before the one in front of it.
    fn arrival(&mut self, side: usize) -> Instant {
        let delay = Duration::from_millis(self.chance.below(self.delay_millis_max + 1));
        let last = self.lanes.get(side).and_then(|lane| lane.last_at);
        let arrives = Instant::now() + delay;
        last.map_or(arrives, |last| last.max(arrives))
    }

    fn wake(&mut self, side: usize) {
        if let Some(reader) = self.lanes.get_mut(side).and_then(|lane| lane.reader.take()) {
            reader.wake();
        }
    }

    /// The end of what this side writes.
    fn end(&mut self, side: usize) {
        let arrives = self.arrival(side);
        if let Some(lane) = self.lanes.get_mut(side).filter(|lane| !lane.ends) {
            lane.ends = true;
            lane.last_at = Some(arrives);
        }
        self.wake(side);
    }
}

/// What a reader finds.
enum Found {
    Bytes(Vec<u8>),
    End,
    Broken(ErrorKind),
    /// Nothing before then.
    Nothing(Option<Instant>),
}

impl State {
    fn look(&mut self, writer: usize, room: usize) -> Found {
        let (now, fate) = (Instant::now(), self.fate);
        if fate == Fate::Cut {
            return Found::Broken(ErrorKind::ConnectionReset);
        }
        let Some(lane) = self.lanes.get_mut(writer) else { return Found::End };
        match lane.under_way.front_mut() {
            Some((at, bytes)) if *at <= now => {
                let taken: Vec<u8> = bytes.drain(..room.min(bytes.len())).collect();
                if bytes.is_empty() {
                    lane.under_way.pop_front();
                }
                Found::Bytes(taken)
            }
            Some((at, _)) => Found::Nothing(Some(*at)),
            None => match fate {
                Fate::Swallowing(since) if now >= since + KEEPALIVE => Found::Broken(ErrorKind::TimedOut),
                Fate::Swallowing(since) => Found::Nothing(Some(since + KEEPALIVE)),
                _ if lane.ends && lane.last_at.is_none_or(|last| last <= now) => Found::End,
                _ => Found::Nothing(lane.last_at.filter(|_| lane.ends)),
            },
        }
    }
}

impl AsyncRead for End {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<Result<(), Error>> {
        let writer = 1 - self.side;
        loop {
            let cable = self.cable.clone();
            let mut state = cable.state();
            match state.look(writer, buffer.remaining()) {
                Found::Bytes(bytes) => {
                    let to = if self.side == 0 { "analyser" } else { "laboratory" };
                    state.trace.note(format_args!("{} to the {to}: {}", state.name, bytes.escape_ascii()));
                    buffer.put_slice(&bytes);
                    return Poll::Ready(Ok(()));
                }
                Found::End => return Poll::Ready(Ok(())),
                Found::Broken(kind) => return Poll::Ready(Err(kind.into())),
                Found::Nothing(until) => {
                    if let Some(lane) = state.lanes.get_mut(writer) {
                        lane.reader = Some(context.waker().clone());
                    }
                    drop(state);
                    self.alarm = until.map(|until| Box::pin(tokio::time::sleep_until(until)));
                    match self.alarm.as_mut().map(|alarm| alarm.as_mut().poll(context)) {
                        Some(Poll::Ready(())) => {}
                        Some(Poll::Pending) | None => return Poll::Pending,
                    }
                }
            }
        }
    }
}

impl AsyncWrite for End {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<Result<usize, Error>> {
        let mut state = self.cable.state();
        if state.fate == Fate::Cut {
            return Poll::Ready(Err(ErrorKind::BrokenPipe.into()));
        }
        // Now and then a socket takes less than it was given.
        let taken = if state.chance.percent(10) { 1 + state.below(bytes.len()) } else { bytes.len() }.min(bytes.len());
        let bytes = bytes.get(..taken).unwrap_or_default();
        let arrive = state.spend(taken);
        state.send(self.side, bytes.get(..arrive).unwrap_or_default());
        Poll::Ready(Ok(taken))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), Error>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.cable.state().end(self.side);
        Poll::Ready(Ok(()))
    }
}

impl Drop for End {
    fn drop(&mut self) {
        self.cable.state().end(self.side);
    }
}

/// Where analysers connect: who listens on each link, if somebody does.
#[derive(Debug, Clone)]
pub struct Switchboard(Arc<Mutex<Board>>);

#[derive(Debug)]
struct Board {
    listening: BTreeMap<String, UnboundedSender<End>>,
    cables: Vec<Cable>,
    laid: u64,
    weather: Weather,
    chance: Chance,
    trace: Trace,
}

impl Switchboard {
    /// Nobody listens yet.
    pub fn new(weather: Weather, chance: Chance, trace: &Trace) -> Self {
        let (listening, cables, trace) = (BTreeMap::new(), Vec::new(), trace.clone());
        Self(Arc::new(Mutex::new(Board { listening, cables, laid: 0, weather, chance, trace })))
    }

    /// The laboratory listens on this link; who listened there before no longer does.
    pub fn listen(&self, link: &str) -> UnboundedReceiver<End> {
        let (sender, receiver) = unbounded_channel();
        self.board().listening.insert(link.to_owned(), sender);
        receiver
    }

    /// Connects an analyser to this link; none if nobody listens.
    pub fn connect(&self, link: &str) -> Option<End> {
        let mut board = self.board();
        let listening = board.listening.get(link)?.clone();
        board.laid += 1;
        let (name, chance) = (format!("{link}#{}", board.laid), Chance::new(board.chance.bits()));
        board.trace.note(format_args!("{name} connects"));
        let (cable, near, far) = Cable::lay(name, board.weather, chance, &board.trace);
        board.cables.push(cable);
        listening.send(far).is_ok().then_some(near)
    }

    /// Nobody listens any more. After a power loss nobody is told either; a process that ended has its connections closed by its system.
    pub fn leave(&self, power_lost: bool) {
        let mut board = self.board();
        board.listening.clear();
        let cables = std::mem::take(&mut board.cables);
        drop(board);
        if power_lost {
            cables.iter().for_each(Cable::swallow);
        }
    }

    fn board(&self) -> MutexGuard<'_, Board> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
