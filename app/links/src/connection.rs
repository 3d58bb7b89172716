//! One connection: bytes to the link machine, its messages to the store, its answers to the socket.
//!
//! The machine withholds the acknowledgement of a message until the store says that it is kept; nothing here can acknowledge anything.

use crate::connections::Slot;
use crate::counted::Counted;
use actions::{ActTrouble, Analyser, Kept, Laboratory, Received, keep_incomplete, keep_transmission, now};
use futures_util::future::BoxFuture;
use lis2::{Link, LinkEvent, LinkSettings, MessageId};
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::{Mutex, OwnedMutexGuard};
use tokio::time::Instant;

/// Bytes read at once.
const READ_BYTES: usize = 8 * 1024;
/// Messages waiting to be kept on one connection; more wait in the socket, where the sender feels it.
const KEEPING_MAX: usize = 16;
/// How long a peer may take to accept an answer.
const WRITE_LIMIT: Duration = Duration::from_secs(15);

/// What became of keeping a message; `None` for one that was cut off and owes no acknowledgement.
type Keeping = BoxFuture<'static, (Option<MessageId>, Result<Kept, ActTrouble>)>;

/// The number of the last message of a link. Held while a message is kept: one link's messages are committed one after the other, or a
/// database with several writers could show the second before the first, and it would be filed first.
pub(crate) type Arrivals = Arc<Mutex<i64>>;

/// What carries bytes both ways: a socket, or a simulated one.
pub trait Stream: AsyncRead + AsyncWrite + Unpin + Send + 'static {}
impl<S: AsyncRead + AsyncWrite + Unpin + Send + 'static> Stream for S {}

struct Connection<S> {
    lab: Laboratory,
    analyser: Analyser,
    stream: S,
    link: Link,
    start: Instant,
    wake_at: Option<Duration>,
    arrivals: Arrivals,
    /// In the order of arrival; only the first is under way.
    keeping: VecDeque<Keeping>,
}

/// Serves one connection until either side closes it.
pub(crate) async fn serve<S: Stream>(lab: Laboratory, analyser: Analyser, stream: S, arrivals: Arrivals, slot: Slot) {
    let counted = Counted::new(&lab, &analyser.name);
    let mut connection = Connection {
        lab: lab.clone(),
        analyser: analyser.clone(),
        stream,
        link: Link::new(LinkSettings::default()),
        start: Instant::now(),
        wake_at: None,
        arrivals,
        keeping: VecDeque::new(),
    };
    let ended = connection.run(&slot).await;
    connection.finish().await;
    drop(counted);
    match ended {
        Ok(why) => tracing::info!(link = %analyser.name, why, "disconnected"),
        Err(trouble) => tracing::warn!(link = %analyser.name, %trouble, "the connection broke"),
    }
}

/// What happened next on a connection.
enum Happened {
    Read(usize),
    Kept(Option<MessageId>, Result<Kept, ActTrouble>),
    Due,
    GiveWay,
}

impl<S: Stream> Connection<S> {
    async fn run(&mut self, slot: &Slot) -> std::io::Result<&'static str> {
        let mut buffer = vec![0_u8; READ_BYTES];
        loop {
            let events = match self.next(&mut buffer, slot).await? {
                Happened::Read(0) => return Ok("closed by the analyser"),
                Happened::Read(count) => {
                    slot.active();
                    self.link.receive(buffer.get(..count).unwrap_or_default(), self.start.elapsed())
                }
                Happened::Kept(Some(id), Ok(_)) => self.link.kept(id, self.start.elapsed()),
                Happened::Kept(Some(id), Err(trouble)) => {
                    tracing::error!(link = %self.analyser.name, %trouble, "a message could not be kept; the analyser is asked to send it again");
                    self.link.not_kept(id, self.start.elapsed())
                }
                Happened::Kept(None, outcome) => {
                    self.note_incomplete(outcome);
                    Vec::new()
                }
                Happened::Due => {
                    self.wake_at = None;
                    self.link.tick(self.start.elapsed())
                }
                Happened::GiveWay => return Ok("gave way to a newer connection"),
            };
            self.carry_out(events).await?;
        }
    }

    async fn next(&mut self, buffer: &mut [u8], slot: &Slot) -> std::io::Result<Happened> {
        let due = self.start + self.wake_at.unwrap_or_default();
        tokio::select! {
            // What is kept is answered before more is read: the analyser waits for it.
            biased;
            (id, outcome) = first_kept(&mut self.keeping), if !self.keeping.is_empty() => Ok(Happened::Kept(id, outcome)),
            read = self.stream.read(buffer), if self.keeping.len() < KEEPING_MAX => read.map(Happened::Read),
            () = tokio::time::sleep_until(due), if self.wake_at.is_some() => Ok(Happened::Due),
            () = slot.asked_to_give_way() => Ok(Happened::GiveWay),
        }
    }

    async fn carry_out(&mut self, events: Vec<LinkEvent>) -> std::io::Result<()> {
        for event in events {
            match event {
                LinkEvent::Write(bytes) => write(&mut self.stream, &bytes).await?,
                event => self.note(event),
            }
        }
        Ok(())
    }

    /// Everything but writing: needs no socket, so that it can also be done when there is none any more.
    fn note(&mut self, event: LinkEvent) {
        match event {
            LinkEvent::WakeAt(at) => self.wake_at = Some(at),
            LinkEvent::Message { id, wire, content, warnings } => {
                warnings.iter().for_each(|warning| self.anomaly(warning));
                let (lab, analyser, received) = (self.lab.clone(), self.analyser.clone(), self.received(wire, content));
                self.keeping.push_back(Box::pin(async move {
                    let (received, _turn) = received.await;
                    (Some(id), keep_transmission(&lab, &analyser, received).await)
                }));
            }
            LinkEvent::Aborted { wire, content, why } => {
                tracing::warn!(link = %self.analyser.name, %why, bytes = content.len(), "a message was cut off");
                if content.is_empty() {
                    return;
                }
                let (lab, analyser, received) = (self.lab.clone(), self.analyser.clone(), self.received(wire, content));
                self.keeping.push_back(Box::pin(async move {
                    let (received, _turn) = received.await;
                    (None, keep_incomplete(&lab, &analyser, received, &why.to_string()).await)
                }));
            }
            LinkEvent::Anomaly(warning) => {
                self.anomaly(&warning);
                if let lis2::LinkWarning::DuplicateDiffers { text, .. } = &warning {
                    self.keep_odd_text(text.clone(), &warning);
                }
            }
            LinkEvent::Write(_) | LinkEvent::Sent { .. } | LinkEvent::SendFailed { .. } => {}
        }
    }

    /// A frame under the number of the one before, with another text: the protocol has it acknowledged and left out, and nothing that was
    /// acknowledged may be lost. A person looks at it.
    fn keep_odd_text(&mut self, text: Vec<u8>, warning: &lis2::LinkWarning) {
        let (lab, analyser, received) = (self.lab.clone(), self.analyser.clone(), self.received(text.clone(), text));
        let why = warning.to_string();
        self.keeping.push_back(Box::pin(async move {
            let (received, _turn) = received.await;
            (None, keep_incomplete(&lab, &analyser, received, &why).await)
        }));
    }

    /// The message with its number, once those before it are kept, and the turn that keeps the next one waiting. A number is used once, whatever
    /// becomes of the keeping: whether a failed one was committed is not always known.
    fn received(&self, wire: Vec<u8>, content: Vec<u8>) -> impl Future<Output = (Received, OwnedMutexGuard<i64>)> + use<S> {
        let (arrivals, received_at) = (Arc::clone(&self.arrivals), now());
        async move {
            let mut last = arrivals.lock_owned().await;
            *last += 1;
            (Received { arrival: *last, received_at, wire, content }, last)
        }
    }

    fn anomaly(&self, warning: &lis2::LinkWarning) {
        tracing::warn!(link = %self.analyser.name, %warning, "the protocol was not kept");
        self.lab.note_link(&self.analyser.name, |state| state.anomalies += 1);
    }

    fn note_incomplete(&self, outcome: Result<Kept, ActTrouble>) {
        if let Err(trouble) = outcome {
            tracing::error!(link = %self.analyser.name, %trouble, "a message that was cut off could not be kept");
        }
    }

    /// The socket is gone: what was being kept is kept all the same, and what the machine still holds comes out.
    async fn finish(&mut self) {
        for event in self.link.closed(self.start.elapsed()) {
            self.note(event);
        }
        while !self.keeping.is_empty() {
            if let (_, Err(trouble)) = first_kept(&mut self.keeping).await {
                tracing::error!(link = %self.analyser.name, %trouble, "a message could not be kept; it was not acknowledged");
            }
        }
    }
}

/// Goes on with the first message and takes it out when it is done; may be dropped and called again. Never returns while there is none.
async fn first_kept(keeping: &mut VecDeque<Keeping>) -> (Option<MessageId>, Result<Kept, ActTrouble>) {
    let Some(first) = keeping.front_mut() else { return std::future::pending().await };
    let kept = first.await;
    keeping.pop_front();
    kept
}

/// A peer that does not take an answer in time has stopped listening.
pub(crate) async fn write<S: Stream>(stream: &mut S, bytes: &[u8]) -> std::io::Result<()> {
    match tokio::time::timeout(WRITE_LIMIT, stream.write_all(bytes)).await {
        Ok(written) => written,
        Err(_) => Err(std::io::Error::new(std::io::ErrorKind::TimedOut, "the peer does not take its answer")),
    }
}
