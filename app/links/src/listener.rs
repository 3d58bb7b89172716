//! Listening on one link, for an analyser or a hospital system.

use crate::hl7::Hl7Reception;
use crate::reception::Reception;
use actions::{Analyser, Hl7Link, Laboratory};
use socket2::{SockRef, TcpKeepalive};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpSocket, TcpStream};

/// Connections the kernel may hold ready: a hospital's analysers reconnecting at once after a power cut. A shorter queue costs each a second.
const BACKLOG: u32 = 4_096;
/// A silent peer is asked whether it still lives after so long; half-open connections are found by this.
const KEEPALIVE: Duration = Duration::from_secs(60);

/// A link that listens.
#[derive(Debug)]
pub struct Listening {
    /// Where, with the port the system chose if it was to choose.
    pub address: SocketAddr,
    /// Its accept loop; aborting it closes the link.
    pub task: tokio::task::JoinHandle<()>,
}

/// Why a link cannot listen.
#[derive(Debug, thiserror::Error)]
pub enum LinkTrouble {
    /// The address cannot be used.
    #[error("link {link} cannot listen on {address}: {why}; name a free address in the configuration")]
    Address {
        /// The link.
        link: String,
        /// The address.
        address: SocketAddr,
        /// The system's words.
        why: std::io::Error,
    },
    /// Its last message could not be looked up.
    #[error("link {link} cannot start: {why}")]
    Store {
        /// The link.
        link: String,
        /// Why.
        why: Box<actions::ActTrouble>,
    },
}

/// Listens for an analyser and serves it until the task is aborted.
pub async fn listen(lab: Laboratory, analyser: Analyser, address: SocketAddr) -> Result<Listening, LinkTrouble> {
    let (listener, address) = open_named(&analyser.name, address)?;
    let reception = Reception::open(&lab, &analyser).await;
    let reception = reception.map_err(|why| LinkTrouble::Store { link: analyser.name.to_string(), why: Box::new(why) })?;
    lab.note_link(&analyser.name, |state| state.address = address.to_string());
    let task = tokio::spawn(accept(analyser.name, listener, move |stream| reception.serve(stream)));
    Ok(Listening { address, task })
}

/// Listens for a hospital system and serves it until the task is aborted.
pub fn listen_hl7(lab: &Laboratory, link: Hl7Link, address: SocketAddr) -> Result<Listening, LinkTrouble> {
    let (listener, address) = open_named(&link.name, address)?;
    lab.note_link(&link.name, |state| state.address = address.to_string());
    let (name, reception) = (Arc::clone(&link.name), Hl7Reception::open(lab, link));
    let task = tokio::spawn(accept(name, listener, move |stream| reception.serve(stream)));
    Ok(Listening { address, task })
}

fn open_named(link: &str, address: SocketAddr) -> Result<(TcpListener, SocketAddr), LinkTrouble> {
    let named = |why| LinkTrouble::Address { link: link.to_owned(), address, why };
    let listener = open(address).map_err(named)?;
    let address = listener.local_addr().map_err(named)?;
    Ok((listener, address))
}

fn open(address: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

async fn accept<F>(link: Arc<str>, listener: TcpListener, serve: impl Fn(TcpStream) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => {
                prepare(&stream);
                tracing::info!(link = %link, %peer, "connected");
                // A panic ends this connection and no other; tokio keeps it from the process.
                tokio::spawn(serve(stream));
            }
            Err(trouble) => {
                // Out of descriptors, most likely: the others need time to close.
                tracing::error!(link = %link, %trouble, "cannot accept a connection");
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
        }
    }
}

/// Small frames at once, and dead peers found. A socket that refuses either still carries messages.
fn prepare(stream: &TcpStream) {
    let keepalive = TcpKeepalive::new().with_time(KEEPALIVE).with_interval(Duration::from_secs(10)).with_retries(3);
    let set = stream.set_nodelay(true).and_then(|()| SockRef::from(stream).set_tcp_keepalive(&keepalive));
    if let Err(trouble) = set {
        tracing::warn!(%trouble, "socket options were refused");
    }
}
