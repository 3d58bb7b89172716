//! What open pages listen to: which topic stands at which version, at once and whenever it moves. What changed, pages fetch themselves. When the session
//! is locked or ends, the stream says so and ends: an open page must not go on showing patients.

use crate::Web;
use crate::entry::Signed;
use crate::serve::Stopping;
use actions::{Standing, Versions};
use axum::Extension;
use axum::extract::State;
use axum::response::Sse;
use axum::response::sse::Event;
use futures_util::Stream;
use futures_util::stream;
use kernel::Timestamp;
use std::convert::Infallible;
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// Between two events of one stream, so that a busy analyser does not make every page fetch a hundred times a second.
const BETWEEN_EVENTS: Duration = Duration::from_millis(200);
/// After so long the session is asked for, and after this much silence the versions are said again: a page that hears nothing for longer knows that
/// the line is dead, which TCP alone would not tell it.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// `GET /events`
pub(crate) async fn stream(
    State(web): State<Web>,
    Extension(signed): Extension<Signed>,
    stopping: Option<Extension<Stopping>>,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let mut watching = web.lab.live().subscribe();
    watching.mark_changed(); // the first event goes out at once
    let (told, locks_at) = (*watching.borrow(), signed.session.locks_at);
    let stopping = stopping.map(|Extension(stopping)| stopping);
    let listener = Listener { web, signed, watching, stopping, told, looked: Instant::now(), locks_at, stage: Stage::Begins };
    Sse::new(stream::unfold(listener, |mut listener| async move { Some((Ok(listener.next().await?), listener)) }))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Begins,
    GoesOn,
    Closed,
}

struct Listener {
    web: Web,
    signed: Signed,
    watching: watch::Receiver<Versions>,
    stopping: Option<Stopping>,
    /// The versions that were told last.
    told: Versions,
    /// When the session was last asked for.
    looked: Instant,
    /// When it locks unless it is used.
    locks_at: Timestamp,
    stage: Stage,
}

impl Listener {
    /// The next event, or nothing where the session or the server ends.
    async fn next(&mut self) -> Option<Event> {
        match std::mem::replace(&mut self.stage, Stage::GoesOn) {
            Stage::Closed => return None,
            Stage::GoesOn => tokio::time::sleep(BETWEEN_EVENTS).await,
            Stage::Begins => {}
        }
        let rest = self.rest();
        let stopped = stopped(self.stopping.as_mut());
        tokio::select! {
            biased;
            () = stopped => return None,
            changed = self.watching.changed() => changed.ok()?,
            () = tokio::time::sleep(rest) => {}
        }
        let versions = *self.watching.borrow_and_update();
        let is_due = versions.sessions != self.told.sessions || self.looked.elapsed() >= HEARTBEAT || self.locks_at <= actions::now();
        if is_due && !self.is_open().await {
            self.stage = Stage::Closed;
            return Some(Event::default().event("closed").data("{}"));
        }
        self.told = versions;
        event(versions)
    }

    /// How long there may be nothing to say: never beyond the moment at which the session locks.
    fn rest(&self) -> Duration {
        let left = self.locks_at.micros().saturating_sub(actions::now().micros());
        HEARTBEAT.min(Duration::from_micros(u64::try_from(left).unwrap_or(0)))
    }

    /// Whether the session is there and not locked. A busy database is no reason to close a page: only what is known is.
    async fn is_open(&mut self) -> bool {
        self.looked = Instant::now();
        match actions::session(&self.web.lab, &self.signed.cookie).await {
            Ok(Some(session)) => {
                self.locks_at = session.locks_at;
                session.standing == Standing::Open
            }
            Ok(None) => false,
            Err(_) => true,
        }
    }
}

async fn stopped(stopping: Option<&mut Stopping>) {
    match stopping {
        Some(stopping) => stopping.wait().await,
        None => std::future::pending().await,
    }
}

fn event(versions: Versions) -> Option<Event> {
    Some(Event::default().event("versions").data(serde_json::to_string(&versions).ok()?))
}
