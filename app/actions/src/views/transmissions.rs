//! A transmission as a page shows it: what came over the wire and what became of it.

use super::results::{lines, of_containers, patients};
use super::{ResultLine, TaskLine};
use crate::Laboratory;
use crate::trouble::ActTrouble;
use kernel::{Actor, Timestamp, TransmissionId};
use std::collections::BTreeSet;
pub use store::repositories::transmissions::FilingState;
use store::repositories::{results, tasks, transmissions};

/// A transmission with what came of it.
#[derive(Debug, Clone)]
pub struct TransmissionView {
    /// Its id.
    pub id: TransmissionId,
    /// The link.
    pub link: String,
    /// Its number in the link's sequence.
    pub arrival: i64,
    /// When it arrived.
    pub received_at: Timestamp,
    /// How far its filing is.
    pub filing: FilingState,
    /// The transmission it repeats.
    pub duplicate_of: Option<TransmissionId>,
    /// The wire bytes.
    pub raw: Vec<u8>,
    /// The results that came of it.
    pub results: Vec<ResultLine>,
    /// The tasks that came of it.
    pub tasks: Vec<TaskLine>,
}

/// One transmission.
pub async fn transmission(lab: &Laboratory, by: &Actor, id: TransmissionId) -> Result<Option<TransmissionView>, ActTrouble> {
    let read = lab
        .store()
        .read(move |reader| {
            let Some(record) = transmissions::transmission(reader, id)? else { return Ok(None) };
            let opened = tasks::of_transmission(reader, id)?;
            let judged = results::evidence_of_message(reader, id)?;
            // The evidence names the containers: results need no index by transmission, which every one of them would pay for.
            let codes: BTreeSet<&str> =
                judged.iter().flat_map(|evidence| &evidence.results).map(|(container, _, _)| container.as_str()).collect();
            let codes: Vec<&str> = codes.into_iter().collect();
            let (mut found, evidence) = of_containers(reader, &codes)?;
            found.retain(|result| result.transmission == id);
            Ok(Some((record, opened, found, evidence)))
        })
        .await?;
    let Some((record, opened, found, evidence)) = read else { return Ok(None) };
    // The bytes may name anybody: the message itself is noted beside those it gave results of.
    let seen = patients(&found).chain(std::iter::once(None));
    lab.note_seen(by, "transmission", &record.id.to_string(), seen).await?;
    Ok(Some(TransmissionView {
        id: record.id,
        link: record.link,
        arrival: record.arrival,
        received_at: record.received_at,
        filing: record.filing,
        duplicate_of: record.duplicate_of,
        raw: record.raw,
        results: lines(&lab.catalogue(), found, &evidence),
        tasks: opened.into_iter().map(TaskLine::from).collect(),
    }))
}
