//! `GET /api/v1/health`

use crate::Web;
use crate::error::Refusal;
use actions::views::{self, LinkView};
use axum::Json;
use axum::extract::State;
use serde::Serialize;

/// How the laboratory stands.
#[derive(Debug, Serialize)]
pub(crate) struct HealthAnswer {
    realm: String,
    /// Transmissions kept and not filed yet.
    unfiled: i64,
    /// What an operator must know of the database; empty where all is well.
    troubles: Vec<String>,
    links: Vec<LinkAnswer>,
}

#[derive(Debug, Serialize)]
struct LinkAnswer {
    name: String,
    driver: String,
    protocol: String,
    address: String,
    connections: usize,
    last_received_at: Option<String>,
    /// Transmissions kept since the server started.
    kept: u64,
    /// Odd things on the wire since the server started.
    anomalies: u64,
}

impl From<LinkView> for LinkAnswer {
    fn from(link: LinkView) -> Self {
        Self {
            name: link.name,
            driver: link.driver,
            protocol: link.protocol,
            address: link.address,
            connections: link.connections,
            last_received_at: link.last_received_at.map(|at| at.to_string()),
            kept: link.kept,
            anomalies: link.anomalies,
        }
    }
}

/// `GET /api/v1/health`
pub(crate) async fn show(State(web): State<Web>) -> Result<Json<HealthAnswer>, Refusal> {
    let health = views::health(&web.lab).await?;
    let links = health.links.into_iter().map(Into::into).collect();
    Ok(Json(HealthAnswer { realm: health.realm, unfiled: health.unfiled, troubles: health.troubles, links }))
}
