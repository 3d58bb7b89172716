//! Sending one message over a socket as an instrument does, with the same link machine that a laboratory runs, in the other role.

use lis2::{Link, LinkEvent, LinkSettings, OutgoingId, OutgoingMessage, Role};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::Instant;

/// Why a message was not taken.
#[derive(Debug, thiserror::Error)]
pub enum SendTrouble {
    /// The connection could not be made or broke.
    #[error("{address}: {why}")]
    Connection {
        /// The laboratory's address.
        address: SocketAddr,
        /// The system's words.
        why: std::io::Error,
    },
    /// The laboratory refused it.
    #[error("{address} did not take the message: {why}")]
    Refused {
        /// The laboratory's address.
        address: SocketAddr,
        /// The link's words.
        why: lis2::SendTrouble,
    },
}

/// Sends the records of one message on a connection of its own, each record a frame; returns when the last frame was acknowledged.
pub async fn send_message(address: SocketAddr, content: &[u8]) -> Result<(), SendTrouble> {
    let broken = |why| SendTrouble::Connection { address, why };
    let mut stream = TcpStream::connect(address).await.map_err(broken)?;
    stream.set_nodelay(true).map_err(broken)?;
    let settings = LinkSettings { role: Role::Instrument, one_record_per_frame: true, send_attempts_max: 1, ..LinkSettings::default() };
    let mut link = Link::new(settings);
    let start = Instant::now();
    let mut events = link.send(OutgoingMessage { id: OutgoingId(1), content: content.to_vec() }, start.elapsed());
    let mut buffer = [0_u8; 256];
    loop {
        let mut wake_at = None;
        let mut ended = None;
        for event in events {
            match event {
                LinkEvent::Write(bytes) => stream.write_all(&bytes).await.map_err(broken)?,
                LinkEvent::WakeAt(at) => wake_at = Some(at),
                LinkEvent::Sent { .. } => ended = Some(Ok(())),
                LinkEvent::SendFailed { why, .. } => ended = Some(Err(SendTrouble::Refused { address, why })),
                LinkEvent::Message { .. } | LinkEvent::Aborted { .. } | LinkEvent::Anomaly(_) => {}
            }
        }
        if let Some(ended) = ended {
            return ended;
        }
        let due = start + wake_at.unwrap_or(start.elapsed() + Duration::from_secs(20));
        events = tokio::select! {
            read = stream.read(&mut buffer) => match read.map_err(broken)? {
                0 => return Err(broken(std::io::ErrorKind::UnexpectedEof.into())),
                count => link.receive(buffer.get(..count).unwrap_or_default(), start.elapsed()),
            },
            () = tokio::time::sleep_until(due) => link.tick(start.elapsed()),
        };
    }
}
