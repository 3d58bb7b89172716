//! What is to be drawn: of everybody, first what is due first; and of one patient, in the order of draw.

use super::PatientLine;
use crate::Laboratory;
use crate::new_ids::now;
use crate::trouble::ActTrouble;
use catalogue::{Catalogue, ContainerKindCode};
use kernel::{Actor, ContainerId, OrderId, Timestamp};
use std::collections::HashMap;
use std::time::Duration;
use store::repositories::containers::{self, ContainerEntry};
use store::repositories::examinations::{self, ExaminationState};
use store::repositories::{patients, requisitions};
use store::{Reader, Trouble};
use uuid::Uuid;
use workflow::Priority;

/// Containers on one draw list, at most: what a round collects in hours.
const DRAWS_MAX: u32 = 300;

/// How long after it was due a draw is called overdue. A default nobody has signed; a round that called everything overdue would say nothing.
const fn grace(priority: Priority) -> Duration {
    Duration::from_secs(
        60 * match priority {
            Priority::Stat => 15,
            Priority::Urgent => 30,
            Priority::Routine => 60,
        },
    )
}

/// A container to be drawn.
#[derive(Debug, Clone)]
pub struct DrawLine {
    /// The code on its label.
    pub code: String,
    /// The accession number of its order.
    pub accession: String,
    /// How soon.
    pub priority: Priority,
    /// From whom.
    pub patient: PatientLine,
    /// Ward, clinic or practice.
    pub location: String,
    /// The tube as people call it: "Gold top serum separator tube".
    pub tube: String,
    /// What is in it.
    pub contents: String,
    /// Its place in the order of draw; nothing for what is not drawn from a vein with others.
    pub place: Option<u8>,
    /// The tests wanted from it.
    pub tests: Vec<String>,
    /// How much of the specimen the tests use up, in microlitres; nothing where volume is no matter.
    pub needed_ul: Option<u32>,
    /// Everything on it waits because the requester asked to.
    pub is_held: bool,
    /// When it should be drawn.
    pub due_at: Timestamp,
    /// That was longer ago than its priority allows.
    pub is_overdue: bool,
    /// When its label was printed.
    pub printed_at: Option<Timestamp>,
    /// It is drawn anew for another that was rejected.
    pub is_recollection: bool,
}

/// What is to be drawn of everybody.
#[derive(Debug, Clone)]
pub struct DrawList {
    /// What is due first stands first.
    pub rows: Vec<DrawLine>,
    /// There is more than this list shows.
    pub is_cut: bool,
}

/// Containers with what is ordered on them and where the requests came from.
type Drawn = (Vec<ContainerEntry>, Vec<ExaminationState>, HashMap<OrderId, String>);

/// Everything that is to be drawn, as far as one list goes.
pub async fn draw_list(lab: &Laboratory, by: &Actor) -> Result<DrawList, ActTrouble> {
    let first = (Timestamp::from_micros(i64::MIN), Uuid::nil());
    let read = move |reader: &mut Reader<'_>| {
        let stretch = containers::to_collect(reader, first, DRAWS_MAX)?;
        Ok((with_tests(reader, stretch.records)?, stretch.next.is_some()))
    };
    let (drawn, is_cut) = lab.store().read(read).await?;
    Ok(DrawList { rows: lines(lab, by, drawn).await?, is_cut })
}

/// What is to be drawn of the patient with this number, in the order of draw; nothing if there is no such patient.
pub async fn draws_of_patient(lab: &Laboratory, by: &Actor, number: &str) -> Result<Option<(PatientLine, Vec<DrawLine>)>, ActTrouble> {
    let number = number.trim().to_owned();
    if number.is_empty() || number.contains('\0') {
        return Ok(None);
    }
    let read = move |reader: &mut Reader<'_>| {
        let Some(patient) = patients::patient_by_mrn(reader, &number)? else { return Ok(None) };
        let due = containers::to_collect_of_patient(reader, patient.id, DRAWS_MAX)?;
        Ok(Some((patient, with_tests(reader, due)?)))
    };
    let Some((patient, drawn)) = lab.store().read(read).await? else { return Ok(None) };
    lab.note_seen(by, "draws", &patient.mrn, std::iter::once(Some(patient.id))).await?;
    let mut rows = lines(lab, by, drawn).await?;
    rows.sort_by_key(|line| (line.place.unwrap_or(u8::MAX), line.due_at));
    Ok(Some((patient.into(), rows)))
}

fn with_tests(reader: &mut Reader<'_>, found: Vec<ContainerEntry>) -> Result<Drawn, Trouble> {
    let ids: Vec<ContainerId> = found.iter().map(|entry| entry.record.id).collect();
    let states = examinations::states_on(reader, &ids)?;
    let orders: Vec<OrderId> = found.iter().map(|entry| entry.order).collect();
    Ok((found, states, requisitions::locations(reader, &orders)?))
}

async fn lines(lab: &Laboratory, by: &Actor, (found, states, locations): Drawn) -> Result<Vec<DrawLine>, ActTrouble> {
    lab.note_seen(by, "collection", "", found.iter().map(|entry| Some(entry.patient.id))).await?;
    let (catalogue, now) = (lab.catalogue(), now());
    let mut on: HashMap<ContainerId, Vec<&ExaminationState>> = HashMap::new();
    for state in states.iter().filter(|state| state.cancelled_at.is_none()) {
        on.entry(state.container).or_default().push(state);
    }
    let line = |entry: ContainerEntry| {
        let wanted = on.remove(&entry.record.id).unwrap_or_default();
        let location = locations.get(&entry.order).cloned().unwrap_or_default();
        line(&catalogue, entry, &wanted, location, now)
    };
    Ok(found.into_iter().map(line).collect())
}

fn line(catalogue: &Catalogue, entry: ContainerEntry, wanted: &[&ExaminationState], location: String, now: Timestamp) -> DrawLine {
    let kind = ContainerKindCode::parse(&entry.record.kind).and_then(|kind| catalogue.container_kind(&kind));
    let needed = wanted.iter().filter_map(|state| catalogue.test(&state.test)?.in_container(&kind?.code)?.volume);
    let (used, dead) =
        needed.fold((0_u32, 0_u32), |(used, dead), volume| (used.saturating_add(volume.needed_ul), dead.max(volume.dead_ul)));
    let mut tests: Vec<String> = wanted.iter().map(|state| state.test.to_string()).collect();
    tests.sort();
    let due_at = entry.due_at.unwrap_or(now);
    DrawLine {
        code: entry.record.code,
        accession: entry.accession,
        priority: entry.priority,
        patient: entry.patient.into(),
        location,
        tube: kind.map_or_else(|| entry.record.specimen.clone(), |kind| kind.name.clone()),
        contents: kind.map_or_else(String::new, |kind| kind.contents.clone()),
        place: kind.and_then(|kind| kind.order_of_draw),
        tests,
        needed_ul: kind.and_then(|kind| kind.usable_ul).map(|_| used.saturating_add(dead)),
        is_held: !wanted.is_empty() && wanted.iter().all(|state| state.held_at.is_some()),
        due_at,
        is_overdue: u64::try_from(now.micros().saturating_sub(due_at.micros()))
            .is_ok_and(|late| Duration::from_micros(late) > grace(entry.priority)),
        printed_at: entry.printed_at,
        is_recollection: entry.replaces.is_some(),
    }
}
