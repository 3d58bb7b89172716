//! Container codes and accession numbers, from blocks leased of the store: numbers are never reused, and no order waits for a counter.

use crate::Laboratory;
use crate::new_ids::{new_command, now};
use crate::trouble::ActTrouble;
use kernel::{AccessionNumber, Actor, ContainerCode, Timestamp};
use std::collections::HashMap;
use store::{Outcome, repositories};
use tokio::sync::Mutex;

/// Numbers leased at once. A start that uses few of them wastes the rest, which is harmless.
const BLOCK_SIZE: u32 = 200;

/// What is left of the leased blocks, by kind.
#[derive(Debug, Default)]
pub(crate) struct CodePool {
    blocks: Mutex<HashMap<String, std::ops::Range<i64>>>,
}

impl CodePool {
    /// The next number of a kind.
    async fn next(&self, lab: &Laboratory, kind: &str) -> Result<i64, ActTrouble> {
        let mut blocks = self.blocks.lock().await;
        if let Some(number) = blocks.get_mut(kind).and_then(Iterator::next) {
            return Ok(number);
        }
        let first = lease(lab, kind).await?;
        blocks.insert(kind.to_owned(), first + 1..first + i64::from(BLOCK_SIZE));
        Ok(first)
    }
}

async fn lease(lab: &Laboratory, kind: &str) -> Result<i64, ActTrouble> {
    let actor = Actor::System("codes".to_owned());
    let leased = kind.to_owned();
    let done = lab
        .store()
        .write(&actor, new_command(), now(), move |tx| {
            let first = repositories::codes::lease_block(tx, &leased, BLOCK_SIZE)?;
            Ok(Outcome { act: "lease_codes", accepted: true, subject: None, note: format!("{first} of {leased}") })
        })
        .await?;
    let first = done.note.split(' ').next().and_then(|first| first.parse().ok());
    first.ok_or(ActTrouble::Answer { act: "lease_codes", what: done.note })
}

/// A new container code with the site's prefix.
pub(crate) async fn next_container_code(lab: &Laboratory) -> Result<ContainerCode, ActTrouble> {
    let number = lab.codes().next(lab, "container").await?;
    let number = u32::try_from(number).map_err(|_| ActTrouble::Internal(format!("container number {number} has too many digits")))?;
    ContainerCode::compose(lab.site_prefix(), number).map_err(|trouble| ActTrouble::Internal(trouble.to_string()))
}

/// A new accession number of the year in which the order is placed, counted in the site's zone.
pub(crate) async fn next_accession(lab: &Laboratory, ordered_at: Timestamp) -> Result<AccessionNumber, ActTrouble> {
    let year = two_digit_year(lab, ordered_at).ok_or_else(|| ActTrouble::Internal("the clock stands outside the calendar".to_owned()))?;
    let number = lab.codes().next(lab, &format!("accession {year}")).await?;
    let number = u32::try_from(number).map_err(|_| ActTrouble::Internal(format!("accession number {number} has too many digits")))?;
    AccessionNumber::compose(year, number).map_err(|trouble| ActTrouble::Internal(trouble.to_string()))
}

/// A record number of our own for somebody who has none yet: the unknown and the newborn. `TMP`, the site's prefix, a number; what follows is a check
/// character. Too long for a container's code and without the form of an accession number.
pub(crate) async fn next_provisional_number(lab: &Laboratory) -> Result<String, ActTrouble> {
    let number = lab.codes().next(lab, "provisional patient").await?;
    let number = u32::try_from(number).map_err(|_| ActTrouble::Internal(format!("provisional number {number} has too many digits")))?;
    let code = ContainerCode::compose(lab.site_prefix(), number).map_err(|trouble| ActTrouble::Internal(trouble.to_string()))?;
    Ok(format!("TMP-{code}"))
}

fn two_digit_year(lab: &Laboratory, at: Timestamp) -> Option<u8> {
    at.on_wall_clock(lab.zone())?.get(2..4)?.parse().ok()
}
