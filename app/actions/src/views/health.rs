//! How the laboratory's links and queues stand.

use crate::Laboratory;
use crate::trouble::ActTrouble;
use kernel::Timestamp;
use store::repositories::{hl7_messages, transmissions};

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
    /// Each link of a hospital system.
    pub hl7_links: Vec<Hl7LinkView>,
}

/// One link of a hospital system.
#[derive(Debug, Clone)]
pub struct Hl7LinkView {
    /// Its name.
    pub name: String,
    /// Where it listens.
    pub address: String,
    /// Open connections.
    pub connections: usize,
    /// When it last brought a message.
    pub last_received_at: Option<Timestamp>,
    /// Messages kept since the start.
    pub kept: u64,
    /// Oddities noticed since the start.
    pub anomalies: u64,
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
    let hl7_names: Vec<String> = lab.hl7_links().iter().map(|link| link.name.to_string()).collect();
    let (unfiled, last, last_hl7) = lab
        .store()
        .read(move |reader| {
            let last = names.iter().map(|name| transmissions::last_received(reader, name)).collect::<Result<Vec<_>, _>>()?;
            let last_hl7 = hl7_names.iter().map(|name| hl7_messages::last_received(reader, name)).collect::<Result<Vec<_>, _>>()?;
            Ok((transmissions::unfiled_count(reader)?, last, last_hl7))
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
    Ok(HealthView { realm: lab.realm().to_string(), unfiled, troubles: lab.store().troubles(), links, hl7_links: hl7_links(lab, last_hl7) })
}

fn hl7_links(lab: &Laboratory, last: Vec<Option<Timestamp>>) -> Vec<Hl7LinkView> {
    let view = |(link, last_received_at): (&crate::Hl7Link, _)| {
        let state = lab.link_state(&link.name);
        Hl7LinkView {
            name: link.name.to_string(),
            address: state.address,
            connections: state.connections,
            last_received_at,
            kept: state.kept,
            anomalies: state.anomalies,
        }
    };
    lab.hl7_links().iter().zip(last).map(view).collect()
}
