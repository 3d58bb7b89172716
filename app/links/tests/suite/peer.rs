//! An analyser written by hand, byte by byte, so that it can also misbehave.

use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

pub(crate) const ENQ: u8 = 0x05;
pub(crate) const ACK: u8 = 0x06;
pub(crate) const NAK: u8 = 0x15;
pub(crate) const EOT: u8 = 0x04;

/// An analyser waits 15 s for an answer; so does this one, and a little more.
const ANSWER_LIMIT: Duration = Duration::from_secs(20);

pub(crate) struct Peer(pub(crate) TcpStream);

impl Peer {
    pub(crate) async fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Self(stream)
    }

    pub(crate) async fn write(&mut self, bytes: &[u8]) {
        self.0.write_all(bytes).await.unwrap();
    }

    /// The next answer; `None` if the other side closed.
    pub(crate) async fn answer(&mut self) -> Option<u8> {
        let mut answer = [0];
        let read = tokio::time::timeout(ANSWER_LIMIT, self.0.read(&mut answer)).await.expect("no answer in time");
        // A reset is a close as well.
        if read.unwrap_or(0) == 0 { None } else { Some(answer[0]) }
    }

    pub(crate) async fn ask(&mut self, bytes: &[u8]) -> Option<u8> {
        self.write(bytes).await;
        self.answer().await
    }

    /// ENQ and every frame but the last, each acknowledged; hands back the last frame.
    pub(crate) async fn all_but_last(&mut self, content: &[u8]) -> Vec<u8> {
        assert_eq!(self.ask(&[ENQ]).await, Some(ACK));
        let mut frames = frames(content);
        let last = frames.pop().unwrap();
        for frame in frames {
            assert_eq!(self.ask(&frame).await, Some(ACK));
        }
        last
    }

    /// A whole message; the answer to its last frame.
    pub(crate) async fn send(&mut self, content: &[u8]) -> Option<u8> {
        let last = self.all_but_last(content).await;
        let answer = self.ask(&last).await;
        self.write(&[EOT]).await;
        answer
    }
}

/// Each record in a frame of its own.
pub(crate) fn frames(content: &[u8]) -> Vec<Vec<u8>> {
    lis2::frame(content, &lis2::FrameOptions { one_record_per_frame: true, ..lis2::FrameOptions::default() })
}

/// One potassium; `counter` makes equal results different messages.
pub(crate) fn message(specimen: &str, value: &str, counter: usize) -> Vec<u8> {
    format!(
        "H|\\^&|||Maker^Roche^c111^4.2.2.1730^1^13147|||||host|RSUPL^REAL|P|1|20261121131713\rP|1||\r\
         O|1||{specimen}^^{counter}||S||||||N|||||||||||20261121131713|||F\r\
         R|1|^^^990|{value}|mmol/L||N||F||$SYS$||20261121131700\rC|1|I||I\rL|1|N\r"
    )
    .into_bytes()
}
