//! Sessions at the pages: when they were last used is written now and then, and those that have ended are taken away.

use actions::{Laboratory, tidy_sessions};
use std::time::Duration;

/// How often. After a restart a session may lock by so much early, which costs one password.
pub const SESSIONS_LOOK: Duration = Duration::from_secs(60);

/// Tidies sessions for as long as the process runs, every so often.
pub async fn run_sessions(lab: Laboratory, every: Duration) {
    loop {
        tokio::time::sleep(every).await;
        match tidy_sessions(&lab).await {
            Ok(0) => {}
            Ok(ended) => tracing::debug!(ended, "sessions that had ended were taken away"),
            Err(trouble) => tracing::error!(%trouble, "sessions cannot be tidied; they are tried again"),
        }
    }
}
