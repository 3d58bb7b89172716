//! A hospital system's connections: frames to messages, messages to the laboratory, its answers to the socket.
//!
//! One message after the other, in the order sent: while one is worked on nothing more is read, and the sender feels it in its socket. An answer is
//! written only after the laboratory has said that it is on disk.

use crate::connection::{Stream, write};
use crate::connections::{Connections, Slot};
use crate::counted::Counted;
use actions::{ActTrouble, Hl7Answered, Hl7Link, Laboratory, ReceivedHl7, keep_incomplete_hl7, now, receive_hl7};
use hl7v2::mllp::{self, AbortReason, Event, Receiver};
use std::collections::VecDeque;
use std::time::Duration;
use tokio::io::AsyncReadExt;
use tokio::time::Instant;

/// Bytes read at once.
const READ_BYTES: usize = 64 * 1024;

/// Receives the connections of one link.
pub struct Hl7Reception {
    lab: Laboratory,
    link: Hl7Link,
    connections: Connections,
}

impl Hl7Reception {
    /// Begins to receive.
    pub fn open(lab: &Laboratory, link: Hl7Link) -> Self {
        Self { lab: lab.clone(), link, connections: Connections::default() }
    }

    /// Gives the newcomer a place, and serves it until either side closes it.
    pub fn serve<S: Stream>(&self, stream: S) -> impl Future<Output = ()> + Send + use<S> {
        let slot = self.connections.admit();
        let connection = Connection {
            lab: self.lab.clone(),
            receiver: Receiver::new(self.link.mllp),
            link: self.link.clone(),
            stream,
            start: Instant::now(),
            away: Duration::ZERO,
        };
        serve(connection, slot)
    }
}

struct Connection<S> {
    lab: Laboratory,
    link: Hl7Link,
    stream: S,
    receiver: Receiver,
    start: Instant,
    /// How long messages were worked on so far: the time for a message is the sender's, and ours is not counted.
    away: Duration,
}

async fn serve<S: Stream>(mut connection: Connection<S>, slot: Slot) {
    let counted = Counted::new(&connection.lab, &connection.link.name);
    let ended = connection.run(&slot).await;
    connection.finish().await;
    drop(counted);
    let link = &connection.link.name;
    match ended {
        Ok(why) => tracing::info!(%link, why, "disconnected"),
        Err(trouble) => tracing::warn!(%link, %trouble, "the connection broke"),
    }
}

/// What happened next on a connection.
enum Happened {
    Read(usize),
    Due,
    Silent,
    GiveWay,
}

/// Whether a connection goes on.
enum Next {
    Go,
    Close(&'static str),
}

impl<S: Stream> Connection<S> {
    async fn run(&mut self, slot: &Slot) -> std::io::Result<&'static str> {
        let mut buffer = vec![0_u8; READ_BYTES];
        loop {
            let events = match self.next(&mut buffer, slot).await? {
                Happened::Read(0) => return Ok("closed by the sender"),
                Happened::Read(count) => {
                    slot.active();
                    self.receiver.receive(buffer.get(..count).unwrap_or_default(), self.elapsed())
                }
                Happened::Due => self.receiver.tick(self.elapsed()),
                Happened::Silent => return Ok("nothing was sent for too long"),
                Happened::GiveWay => return Ok("gave way to a newer connection"),
            };
            let mut events = VecDeque::from(events);
            while let Some(event) = events.pop_front() {
                if let Next::Close(why) = self.take(event).await? {
                    // What came behind it is not worked on, and its sender was not told otherwise.
                    return Ok(why);
                }
                slot.active();
            }
        }
    }

    async fn next(&mut self, buffer: &mut [u8], slot: &Slot) -> std::io::Result<Happened> {
        let due = self.receiver.deadline().map(|deadline| self.start + self.away + deadline);
        let silent = Instant::now() + self.link.idle_max;
        tokio::select! {
            biased;
            read = self.stream.read(buffer) => read.map(Happened::Read),
            () = tokio::time::sleep_until(due.unwrap_or(silent)), if due.is_some() => Ok(Happened::Due),
            () = tokio::time::sleep_until(silent) => Ok(Happened::Silent),
            () = slot.asked_to_give_way() => Ok(Happened::GiveWay),
        }
    }

    /// The sender's time since the connection began.
    fn elapsed(&self) -> Duration {
        self.start.elapsed().saturating_sub(self.away)
    }

    async fn take(&mut self, event: Event) -> std::io::Result<Next> {
        let began = Instant::now();
        let next = match event {
            Event::Message(raw) => self.answer(raw).await?,
            Event::Aborted { content, why } => self.keep_cut_off(content, why).await,
            Event::Anomaly(anomaly) => {
                tracing::warn!(link = %self.link.name, %anomaly, "the protocol was not kept");
                self.note_anomaly();
                Next::Go
            }
        };
        self.away += began.elapsed();
        Ok(next)
    }

    /// Has a message worked on and writes its answers.
    async fn answer(&mut self, raw: Vec<u8>) -> std::io::Result<Next> {
        let answered = match receive_hl7(&self.lab, &self.link, received(raw)).await {
            Ok(answered) => answered,
            Err(trouble) => {
                self.not_kept(&trouble);
                return Ok(Next::Close("a message could not be kept; it was not answered, so that its sender sends it again"));
            }
        };
        let Hl7Answered { id, state, answers } = answered;
        if state == actions::Hl7State::Unreadable {
            self.note_anomaly();
            return Ok(Next::Close("a message has no header that can be read; it is kept with a task"));
        }
        for answer in [answers.accept, answers.application].into_iter().flatten() {
            match mllp::frame(&answer) {
                Ok(framed) => write(&mut self.stream, &framed).await?,
                Err(trouble) => {
                    tracing::error!(link = %self.link.name, message = %id, %trouble, "an answer cannot be sent");
                    return Ok(Next::Close("an answer could not be sent"));
                }
            }
        }
        Ok(Next::Go)
    }

    async fn keep_cut_off(&mut self, content: Vec<u8>, why: AbortReason) -> Next {
        tracing::warn!(link = %self.link.name, %why, bytes = content.len(), "a message was cut off");
        self.note_anomaly();
        if !content.is_empty()
            && let Err(trouble) = keep_incomplete_hl7(&self.lab, &self.link, received(content), &why.to_string()).await
        {
            self.not_kept(&trouble);
        }
        match why {
            AbortReason::TooLong { .. } => Next::Close("a message was longer than this connection takes; it is kept with a task"),
            AbortReason::TooSlow { .. } => Next::Close("a message was not finished in time; it is kept with a task"),
            AbortReason::Restarted | AbortReason::Closed => Next::Go,
        }
    }

    fn not_kept(&self, trouble: &ActTrouble) {
        tracing::error!(link = %self.link.name, %trouble, "a message could not be kept; it was not answered");
    }

    fn note_anomaly(&self) {
        self.lab.note_link(&self.link.name, |state| state.anomalies += 1);
    }

    /// The socket is gone: what the machine still holds is kept. A message that was complete but for its last byte is worked on; its sender, who gets
    /// no answer, sends it again and is answered then.
    async fn finish(&mut self) {
        for event in self.receiver.closed() {
            match event {
                Event::Message(raw) => {
                    if let Err(trouble) = receive_hl7(&self.lab, &self.link, received(raw)).await {
                        self.not_kept(&trouble);
                    }
                }
                // It is closed already.
                Event::Aborted { content, why } => match self.keep_cut_off(content, why).await {
                    Next::Go | Next::Close(_) => {}
                },
                Event::Anomaly(_) => self.note_anomaly(),
            }
        }
    }
}

fn received(raw: Vec<u8>) -> ReceivedHl7 {
    ReceivedHl7 { received_at: now(), raw }
}
