//! Writing who saw what: together, a moment after it was seen.

use actions::Laboratory;
use std::time::Duration;

/// How long lookings are gathered before they are written.
const GATHER: Duration = Duration::from_millis(500);
/// Rest after the database could not do it; meanwhile they wait in memory, and beyond a number of them nothing more is shown.
const REST: Duration = Duration::from_secs(2);

/// Writes the access log for as long as the process runs.
pub async fn run_access_log(lab: Laboratory) {
    loop {
        lab.seen().await;
        tokio::time::sleep(GATHER).await;
        while let Err(trouble) = lab.write_access_log().await {
            tracing::error!(%trouble, "who saw what cannot be written yet");
            tokio::time::sleep(REST).await;
        }
    }
}
