//! How the laboratory's links and queues stand.

use crate::Laboratory;
use crate::trouble::ActTrouble;
use kernel::Timestamp;
use store::repositories::transmissions;

/// Links and queues.
#[derive(Debug, Clone)]
pub struct HealthView {
    /// The realm.
    pub realm: String,
    /// Transmissions kept and not yet filed.
    pub unfiled: i64,
    /// What an operator must know of the store, in words; empty where all is well.
    pub troubles: Vec<String>,
    /// Each link.
    pub links: Vec<LinkView>,
}

/// One link.
#[derive(Debug, Clone)]
pub struct LinkView {
    /// Its name.
    pub name: String,
    /// Its driver.
    pub driver: String,
    /// Its protocol.
    pub protocol: String,
    /// Where it listens.
    pub address: String,
    /// Open connections.
    pub connections: usize,
    /// When it last sent a message.
    pub last_received_at: Option<Timestamp>,
    /// Messages kept since the start.
    pub kept: u64,
    /// Oddities noticed since the start.
    pub anomalies: u64,
}

/// How everything stands.
pub async fn health(lab: &Laboratory) -> Result<HealthView, ActTrouble> {
    let names: Vec<String> = lab.analysers().iter().map(|analyser| analyser.name.to_string()).collect();
    let (unfiled, last) = lab
        .store()
        .read(move |reader| {
            let last = names.iter().map(|name| transmissions::last_received(reader, name)).collect::<Result<Vec<_>, _>>()?;
            Ok((transmissions::unfiled_count(reader)?, last))
        })
        .await?;
    let links = lab
        .analysers()
        .iter()
        .zip(last)
        .map(|(analyser, last_received_at)| {
            let state = lab.link_state(&analyser.name);
            LinkView {
                name: analyser.name.to_string(),
                driver: analyser.driver.name.to_owned(),
                protocol: analyser.driver.protocol.to_owned(),
                address: state.address,
                connections: state.connections,
                last_received_at,
                kept: state.kept,
                anomalies: state.anomalies,
            }
        })
        .collect();
    Ok(HealthView { realm: lab.realm().to_string(), unfiled, troubles: lab.store().troubles(), links })
}
