//! An analyser's end of a TCP link: blocking, one message at a time.

use crate::conversation::{Conversation, Next, Outcome};
use crate::frame::{ENQ, EOT, Framed};
use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// How long LIS01 lets a sender wait for a reply.
pub const REPLY_WAIT_STANDARD: Duration = Duration::from_secs(15);

/// A connected analyser.
#[derive(Debug)]
pub struct Client {
    stream: TcpStream,
}

impl Client {
    /// Connects; every reply is then waited for at most `reply_wait`.
    ///
    /// # Errors
    /// The address does not answer within `reply_wait`, or the socket cannot be set up.
    pub fn connect(address: SocketAddr, reply_wait: Duration) -> io::Result<Client> {
        let stream = TcpStream::connect_timeout(&address, reply_wait)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(reply_wait))?;
        stream.set_write_timeout(Some(reply_wait))?;
        Ok(Client { stream })
    }

    /// Sends one message in a session of its own: ENQ, the frames, EOT. Refused frames are repeated.
    ///
    /// # Errors
    /// The connection broke: whether the message was kept is then unknown, and it must be sent again.
    pub fn send(&mut self, message: &Framed) -> io::Result<Outcome> {
        let mut conversation = Conversation::new(message.count());
        self.stream.write_all(&[ENQ])?;
        loop {
            let next = match self.reply()? {
                Some(byte) => conversation.reply(byte),
                None => conversation.timed_out(),
            };
            match next {
                Next::Frame(position) => self.stream.write_all(message.frame(position).unwrap_or_default())?,
                Next::Finish(outcome) => {
                    // The message is settled already; a connection lost now shows with the next one.
                    let _ = self.stream.write_all(&[EOT]);
                    return Ok(outcome);
                }
            }
        }
    }

    /// One byte of the receiver, or `None` when none came in time.
    fn reply(&mut self) -> io::Result<Option<u8>> {
        let mut byte = [0_u8];
        match self.stream.read(&mut byte) {
            Ok(0) => Err(io::Error::new(ErrorKind::UnexpectedEof, "the receiver closed the connection")),
            Ok(_) => Ok(byte.first().copied()),
            Err(trouble) if matches!(trouble.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => Ok(None),
            Err(trouble) if trouble.kind() == ErrorKind::Interrupted => self.reply(),
            Err(trouble) => Err(trouble),
        }
    }
}
