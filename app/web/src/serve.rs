//! The listening socket: how many may be connected, how long a head may take, and a stop that lets answers finish.

use axum::{Extension, Router};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;

/// Connections at one time; the next waits until one is closed.
pub const CONNECTIONS_MAX: usize = 1024;
/// A connection that says nothing, or sends its head slower than this, is closed.
const HEAD_WAIT: Duration = Duration::from_secs(30);
/// Headers of one request.
const HEADERS_MAX: usize = 64;
/// Bytes of a head that are held while it is read.
const HEAD_BYTES_MAX: usize = 32 * 1024;
/// How long answers may take to finish when the server stops.
const STOP_GRACE: Duration = Duration::from_secs(5);
/// Pause after the system refused a connection (no file handles): it would refuse the next at once.
const REFUSED_PAUSE: Duration = Duration::from_millis(100);

/// Tells what never ends by itself (event streams) that the server stops.
#[derive(Debug, Clone)]
pub(crate) struct Stopping(watch::Receiver<bool>);

impl Stopping {
    /// Returns when the server stops.
    pub(crate) async fn wait(&mut self) {
        // An error means that the server is gone altogether: stopped, too.
        let _ = self.0.wait_for(|stopping| *stopping).await;
    }
}

/// Serves until `shutdown` resolves, then takes no more connections, ends event streams and lets running answers finish.
///
/// # Errors
/// None at present: a connection that fails is its own affair, and a refused accept is waited out and logged.
pub async fn serve(listener: TcpListener, router: Router, shutdown: impl Future<Output = ()> + Send + 'static) -> io::Result<()> {
    let (stop, stopping) = watch::channel(false);
    let router = router.layer(Extension(Stopping(stopping.clone())));
    let slots = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let mut connections = JoinSet::new();
    tokio::pin!(shutdown);
    loop {
        tokio::select! {
            biased;
            () = &mut shutdown => break,
            Some(_) = connections.join_next(), if !connections.is_empty() => {}
            accepted = accept(&listener, &slots) => {
                if let Some((stream, slot)) = accepted {
                    connections.spawn(connection(stream, slot, router.clone(), Stopping(stopping.clone())));
                }
            }
        }
    }
    drop(listener);
    stop.send_replace(true);
    let finished = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(STOP_GRACE, finished).await.is_err() {
        connections.shutdown().await;
    }
    Ok(())
}

async fn accept(listener: &TcpListener, slots: &Arc<Semaphore>) -> Option<(TcpStream, OwnedSemaphorePermit)> {
    let slot = Arc::clone(slots).acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, _)) => Some((stream, slot)),
        Err(error) => {
            tracing::warn!(%error, "a connection could not be accepted");
            tokio::time::sleep(REFUSED_PAUSE).await;
            None
        }
    }
}

async fn connection(stream: TcpStream, slot: OwnedSemaphorePermit, router: Router, mut stopping: Stopping) {
    // Small answers must not wait for more to send; where the system cannot, they are only slower.
    let _ = stream.set_nodelay(true);
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_WAIT)
        .max_headers(HEADERS_MAX)
        .max_buf_size(HEAD_BYTES_MAX)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router));
    tokio::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stopping.wait() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection ended badly");
    }
    drop(slot);
}
