//! What stands on the labels of an order: the layout is `reports`' own, for every printer the same.

use crate::Laboratory;
use crate::specimens::names_of;
use crate::trouble::ActTrouble;
use catalogue::{Catalogue, ContainerKindCode};
use kernel::{AccessionNumber, Actor, BirthDate, ContainerCode, ContainerId, Mrn, OrderId, PersonName, Sex};
use reports::{Collected, Count, Label};
use store::Reader;
use store::repositories::containers::{self, ContainerEntry};
use store::repositories::examinations::{self, ExaminationState};
use store::repositories::orders;

/// The label of a container, and whether it was printed before.
#[derive(Debug, Clone)]
pub struct LabelLine {
    /// The container's code.
    pub code: String,
    /// Its label was printed before: another print is another label.
    pub was_printed: bool,
    /// What stands on it; nothing where a stored fact fits on no label (the container is named then, never a guess).
    pub label: Option<Label>,
}

/// The labels of an order that are still good for something, in the order in which they are drawn.
pub async fn labels_of_order(lab: &Laboratory, by: &Actor, accession: &str) -> Result<Option<(OrderId, Vec<LabelLine>)>, ActTrouble> {
    let accession = accession.to_owned();
    let read = move |reader: &mut Reader<'_>| {
        let Some(order) = orders::order_by_accession(reader, &accession)? else { return Ok(None) };
        let mut open = containers::of_order(reader, order.id)?;
        open.retain(|entry| entry.state.is_open());
        let ids: Vec<ContainerId> = open.iter().map(|entry| entry.record.id).collect();
        let states = examinations::states_on(reader, &ids)?;
        let names = names_of(reader, open.iter().filter_map(|entry| entry.collector.as_deref()))?;
        open.iter_mut().filter_map(|entry| entry.collector.as_mut()).for_each(|collector| *collector = names.of(collector));
        Ok(Some((order, open, states)))
    };
    let Some((order, open, states)) = lab.store().read(read).await? else { return Ok(None) };
    lab.note_seen(by, "labels", &order.accession, std::iter::once(Some(order.patient.id))).await?;
    let catalogue = lab.catalogue();
    let of = u16::try_from(open.len()).unwrap_or(u16::MAX);
    let line = |(number, entry): (u16, &ContainerEntry)| LabelLine {
        code: entry.record.code.clone(),
        was_printed: entry.printed_at.is_some(),
        label: label(lab, &catalogue, entry, &states, Count { number, of }),
    };
    Ok(Some((order.id, (1..).zip(&open).map(line).collect())))
}

fn label(lab: &Laboratory, catalogue: &Catalogue, entry: &ContainerEntry, states: &[ExaminationState], count: Count) -> Option<Label> {
    let patient = &entry.patient;
    let kind = ContainerKindCode::parse(&entry.record.kind).and_then(|kind| catalogue.container_kind(&kind));
    let of_it = |state: &&ExaminationState| state.container == entry.record.id && state.cancelled_at.is_none();
    let mut tests: Vec<String> = states.iter().filter(of_it).map(|state| state.test.to_string()).collect();
    tests.sort();
    let collected = entry
        .collected_at
        .and_then(|at| at.on_wall_clock(lab.zone()))
        .map(|at| Collected { at, by: entry.collector.clone().unwrap_or_default() });
    Some(Label {
        code: ContainerCode::parse(&entry.record.code).ok()?,
        accession: AccessionNumber::parse(&entry.accession).ok()?,
        name: PersonName::new(&patient.family_name, &patient.given_name).ok()?,
        mrn: Mrn::parse(&patient.mrn).ok()?,
        birth: BirthDate::parse(&patient.birth_date).ok(),
        sex: Sex::from_code(&patient.sex)?,
        tests,
        container: kind.map_or_else(|| entry.record.specimen.clone(), |kind| kind.name.clone()),
        // The edition says what can be pipetted, not how much is drawn: the mark on the tube says that.
        volume: String::new(),
        priority: entry.priority,
        collected,
        count,
        realm: lab.realm(),
    })
}
