//! For whatever watches the process: is it alive, can it work. Open to everyone; they tell nothing else.

use crate::Web;
use crate::error::Refusal;
use axum::extract::State;

/// `GET /healthz`: the process answers.
pub(crate) async fn alive() -> &'static str {
    "alive\n"
}

/// `GET /readyz`: the database answers too.
pub(crate) async fn ready(State(web): State<Web>) -> Result<&'static str, Refusal> {
    match actions::views::health(&web.lab).await {
        Ok(_) => Ok("ready\n"),
        Err(trouble) => {
            tracing::warn!(%trouble, "not ready");
            Err(Refusal::busy("The database does not answer."))
        }
    }
}
