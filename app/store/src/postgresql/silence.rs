//! A connection that notices when the server has gone silent.
//!
//! The system gives up a peer that acknowledges nothing (keepalives, and `tcp_user_timeout` for what was sent). It says nothing of one whose machine
//! acknowledges and whose server never answers: frozen, or behind a proxy that lost it. Limits of statements are the server's own to keep. So the
//! socket itself counts: whoever waits for an answer and hears nothing for a while gets an error, and the connection is given up.
//!
//! The client has one place for a socket of ours, the one for TLS; nothing is encrypted here.

use postgres::Socket;
use postgres::tls::{ChannelBinding, MakeTlsConnect, TlsConnect, TlsStream};
use std::convert::Infallible;
use std::future::{Future, Ready, ready};
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready as wait_for};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep_until};

/// Makes sockets that give up a server which is silent for twice this long; none never do.
///
/// Twice, because nobody listens between two requests: a time that ran out then is only counted when somebody listens again.
#[derive(Debug, Clone, Copy)]
pub(super) struct Patience(pub(super) Option<Duration>);

impl MakeTlsConnect<Socket> for Patience {
    type Stream = Listening;
    type TlsConnect = Self;
    type Error = Infallible;

    fn make_tls_connect(&mut self, _: &str) -> Result<Self, Infallible> {
        Ok(*self)
    }
}

impl TlsConnect<Socket> for Patience {
    type Stream = Listening;
    type Error = Infallible;
    type Future = Ready<Result<Listening, Infallible>>;

    fn connect(self, socket: Socket) -> Self::Future {
        let watch = self.0.map(Watch::new);
        ready(Ok(Listening { socket, watch }))
    }
}

/// A socket that somebody listens to.
pub(super) struct Listening {
    socket: Socket,
    watch: Option<Watch>,
}

struct Watch {
    patience: Duration,
    /// When something was sent or heard, or when the patience ran out for the first time.
    since: Instant,
    ran_out: bool,
    timer: Pin<Box<Sleep>>,
}

impl Watch {
    fn new(patience: Duration) -> Self {
        let since = Instant::now();
        Self { patience, since, ran_out: false, timer: Box::pin(sleep_until(since + patience)) }
    }

    fn something_happened(&mut self) {
        self.since = Instant::now();
        self.ran_out = false;
    }

    /// Ready when it has been silent for too long.
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<io::Error> {
        loop {
            wait_for!(self.timer.as_mut().poll(context));
            let now = Instant::now();
            if now >= self.since + self.patience {
                if self.ran_out {
                    let seconds = (self.patience * 2).as_secs_f32();
                    return Poll::Ready(io::Error::new(io::ErrorKind::TimedOut, format!("the server has said nothing for {seconds} s")));
                }
                (self.ran_out, self.since) = (true, now);
            }
            self.timer.as_mut().reset(self.since + self.patience);
        }
    }
}

impl Listening {
    fn something_happened(&mut self) {
        if let Some(watch) = &mut self.watch {
            watch.something_happened();
        }
    }
}

impl AsyncRead for Listening {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if let Poll::Ready(read) = Pin::new(&mut self.socket).poll_read(context, into) {
            self.something_happened();
            return Poll::Ready(read);
        }
        match &mut self.watch {
            Some(watch) => watch.poll(context).map(Err),
            None => Poll::Pending,
        }
    }
}

impl AsyncWrite for Listening {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = wait_for!(Pin::new(&mut self.socket).poll_write(context, bytes));
        self.something_happened();
        Poll::Ready(written)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_shutdown(context)
    }
}

impl TlsStream for Listening {
    fn channel_binding(&self) -> ChannelBinding {
        ChannelBinding::none()
    }
}
