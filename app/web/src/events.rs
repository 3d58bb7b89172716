//! What open pages listen to: which topic stands at which version, at once and whenever it moves. What changed, pages fetch themselves.

use crate::Web;
use crate::entry::Signed;
use crate::serve::Stopping;
use actions::Versions;
use axum::Extension;
use axum::extract::State;
use axum::response::Sse;
use axum::response::sse::Event;
use futures_util::Stream;
use futures_util::stream;
use std::convert::Infallible;
use std::time::Duration;
use tokio::sync::watch;

/// Between two events of one stream, so that a busy analyser does not make every page fetch a hundred times a second.
const BETWEEN_EVENTS: Duration = Duration::from_millis(200);
/// After this much silence the session is asked for and the versions are said again: a page that hears nothing for longer knows that the line is dead,
/// which TCP alone would not tell it.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// `GET /events`
pub(crate) async fn stream(
    State(web): State<Web>,
    Extension(signed): Extension<Signed>,
    stopping: Option<Extension<Stopping>>,
) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let mut watching = web.lab.live().subscribe();
    watching.mark_changed(); // the first event goes out at once
    let listener = Listener { web, signed, watching, stopping: stopping.map(|Extension(stopping)| stopping), is_first: true };
    Sse::new(stream::unfold(listener, |mut listener| async move { Some((Ok(listener.next().await?), listener)) }))
}

struct Listener {
    web: Web,
    signed: Signed,
    watching: watch::Receiver<Versions>,
    stopping: Option<Stopping>,
    is_first: bool,
}

impl Listener {
    /// The next event, or nothing where the session or the server ends.
    async fn next(&mut self) -> Option<Event> {
        if !std::mem::take(&mut self.is_first) {
            tokio::time::sleep(BETWEEN_EVENTS).await;
        }
        let stopped = stopped(self.stopping.as_mut());
        tokio::select! {
            biased;
            () = stopped => return None,
            changed = self.watching.changed() => changed.ok()?,
            () = tokio::time::sleep(HEARTBEAT) => {
                // A busy database is no reason to cut the stream: only a session that is known to have ended is.
                if let Ok(None) = actions::session(&self.web.lab, &self.signed.cookie).await {
                    return None;
                }
            }
        }
        event(*self.watching.borrow_and_update())
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
