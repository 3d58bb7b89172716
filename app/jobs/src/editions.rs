//! Which edition of the catalogue holds: a new one on its day, and one that another node or an operator brought or signed.

use actions::Laboratory;
use std::time::Duration;

/// How often the database is asked. What holds next is known beforehand and needs no question on its day; an operator's own act asks at once.
pub const EDITIONS_LOOK: Duration = Duration::from_secs(30);

/// Keeps the laboratory on the edition that holds, for as long as the process runs; asks every so often.
pub async fn run_editions(lab: Laboratory, every: Duration) {
    loop {
        tokio::time::sleep(every).await;
        match lab.look_for_editions().await {
            Ok(false) => {}
            Ok(true) => tracing::info!(edition = lab.catalogue().edition().name, "another edition of the catalogue holds"),
            Err(trouble) => tracing::error!(%trouble, "which edition of the catalogue holds cannot be read; the former goes on"),
        }
    }
}
