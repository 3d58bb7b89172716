//! Adding a test to an order: to a container that is there, if rules 5.4 allow it, else to a new one.

use super::act::{ActRefusal, Command, Judged, run};
use super::prepare::new_record;
use crate::Laboratory;
use crate::new_ids::{new_uuid, now};
use crate::trouble::ActTrouble;
use catalogue::{Catalogue, ContainerKindCode, Storage, Test, TestCode};
use kernel::{Actor, CommandId, ExaminationId, Lang, OrderEventId, OrderId, PlacerOrderId, Timestamp};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::Duration;
use store::repositories::containers::{self, ContainerEntry, NewOrderEvent};
use store::repositories::examinations::{self, ExaminationState};
use store::repositories::orders::{self, ContainerRecord, NewContainer};
use store::{Reader, Trouble, Tx};
use workflow::{ContainerState, KeptContainer, add_on, plan_tubes};

/// Where an added test is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum AddedTo {
    /// In a container that has yet to be drawn anyway.
    StillToCollect(String),
    /// In a container that was drawn, for so many minutes more.
    Drawn {
        /// Its code.
        container: String,
        /// How long the test may still be done from it.
        minutes_left: u64,
    },
    /// In a container of its own, which has to be drawn.
    New(String),
}

/// A test that was added, or might be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Added {
    /// Where to.
    pub to: AddedTo,
    /// Why not to the containers that are there: the code and the reason, for each.
    pub why_not: Vec<(String, String)>,
}

/// Adds a test to an order.
pub async fn add_test(lab: &Laboratory, actor: &Actor, command: CommandId, order: OrderId, test: &TestCode) -> Result<Added, ActRefusal> {
    let at = now();
    let add = AddTest::new(lab, actor, order, test, at).await?;
    let command = Command { id: command, act: "add_test", subject: Some(order.uuid()), at };
    let note = run(lab, actor, command, move |tx| {
        let added = add.run(tx)?;
        added.map_or_else(
            |why| Ok(Err(why)),
            |added| serde_json::to_string(&added).map(Ok).map_err(|error| Trouble::because(error.to_string())),
        )
    });
    let note = note.await?;
    Ok(serde_json::from_str(&note).map_err(|error| ActTrouble::Answer { act: "add_test", what: error.to_string() })?)
}

/// Whether a test may be added to what was drawn for an order, and where it would go; nothing is changed. The code of a new container is empty.
pub async fn may_be_added(lab: &Laboratory, order: OrderId, test: &TestCode) -> Result<Added, ActRefusal> {
    let (catalogue, at) = (lab.catalogue(), now());
    let test = of_catalogue(&catalogue, test)?.clone();
    let read = move |reader: &mut Reader<'_>| Ok(Standing::read(reader, order)?.placement(&catalogue, &test, at));
    let placement = lab.store().read(read).await.map_err(ActTrouble::from)?.map_err(ActRefusal::Refused)?;
    Ok(Added { to: placement.to.map_or_else(|| AddedTo::New(String::new()), |(to, ..)| to), why_not: placement.why_not })
}

fn of_catalogue<'c>(catalogue: &'c Catalogue, test: &TestCode) -> Result<&'c Test, ActRefusal> {
    catalogue.test(test).ok_or_else(|| ActRefusal::Refused(format!("{test} is not in the catalogue; panels are added test by test")))
}

/// An addition, everything of it fixed before its command runs.
#[derive(Debug, Clone)]
pub(crate) struct AddTest {
    order: OrderId,
    test: Test,
    catalogue: Arc<Catalogue>,
    /// The container it gets if none that is there will do.
    spare: ContainerRecord,
    examination: ExaminationId,
    event: OrderEventId,
    by: String,
    at: Timestamp,
    /// The number another system added it by, which the same command has kept before.
    pub(crate) placer: Option<PlacerOrderId>,
}

impl AddTest {
    /// Makes ready what adding a test may need.
    pub(crate) async fn new(lab: &Laboratory, actor: &Actor, order: OrderId, test: &TestCode, at: Timestamp) -> Result<Self, ActRefusal> {
        let catalogue = lab.catalogue();
        let test = of_catalogue(&catalogue, test)?.clone();
        let tube = plan_tubes(std::slice::from_ref(&test), &catalogue).into_iter().next();
        let tube = tube.ok_or_else(|| ActRefusal::Refused(format!("the catalogue has no container for {}", test.code)))?;
        let spare = new_record(lab, &tube.container, &tube.specimen).await?;
        let (examination, event) = (ExaminationId::from_uuid(new_uuid()), OrderEventId::from_uuid(new_uuid()));
        Ok(Self { order, test, catalogue, spare, examination, event, by: actor.to_string(), at, placer: None })
    }

    /// Adds it, or says why not.
    pub(crate) fn run(&self, tx: &mut Tx<'_>) -> Judged<Added> {
        let placement = match Standing::read(tx, self.order)?.placement(&self.catalogue, &self.test, self.at) {
            Ok(placement) => placement,
            Err(why) => return Ok(Err(why)),
        };
        let (to, container, cancelled) = match placement.to {
            Some((to, container, cancelled)) => (to, container, cancelled),
            None => (AddedTo::New(self.spare.code.clone()), self.spare.clone(), None),
        };
        if matches!(to, AddedTo::New(_)) {
            let examinations = vec![(self.examination, self.test.code.clone(), self.placer)];
            let record = container.clone();
            let new = NewContainer { record, due_at: self.at, collected_at: None, collector: None, replaces: None, examinations };
            orders::add_container(tx, &new, self.order)?;
        } else if let Some(cancelled) = cancelled {
            // A container holds a test once: what was cancelled on it is wanted again.
            examinations::reinstate(tx, cancelled, self.placer)?;
        } else {
            examinations::add_examination(tx, (self.examination, &self.test.code, self.placer), container.id)?;
        }
        let note = format!("{} was added {}", self.test.code, words(&to));
        let event = NewOrderEvent {
            id: self.event,
            order: self.order,
            container: Some(container.id),
            examination: Some(cancelled.unwrap_or(self.examination)),
            by: &self.by,
            kind: "added",
            note: &note,
        };
        containers::add_event(tx, &event, self.at)?;
        Ok(Ok(Added { to, why_not: placement.why_not }))
    }
}

fn words(to: &AddedTo) -> String {
    match to {
        AddedTo::StillToCollect(code) => format!("to container {code}, which is still to be collected"),
        AddedTo::Drawn { container, minutes_left } => {
            format!(
                "to container {container}, where it may be done for {} more",
                workflow::add_on::in_hours(Duration::from_secs(minutes_left * 60))
            )
        }
        AddedTo::New(code) => format!("in a new container {code}, which is to be collected"),
    }
}

/// Where a test goes; to a new container where `to` is nothing. The examination is one that was cancelled on that container.
struct Placement {
    to: Option<(AddedTo, ContainerRecord, Option<ExaminationId>)>,
    why_not: Vec<(String, String)>,
}

/// An order with its containers and what is to be done on them.
struct Standing {
    containers: Vec<ContainerEntry>,
    examinations: Vec<ExaminationState>,
}

impl Standing {
    fn read(reader: &mut Reader<'_>, order: OrderId) -> Result<Self, Trouble> {
        Ok(Self { containers: containers::of_order(reader, order)?, examinations: examinations::examination_states(reader, order)? })
    }

    /// Where a test goes, or why it cannot be added at all.
    fn placement(&self, catalogue: &Catalogue, test: &Test, now: Timestamp) -> Result<Placement, String> {
        if self.containers.is_empty() {
            return Err("there is no such order".to_owned());
        }
        let is_wanted = |state: &&ExaminationState| state.test == test.code && state.cancelled_at.is_none();
        if let Some(there) = self.examinations.iter().find(is_wanted) {
            let code =
                self.containers.iter().find(|container| container.record.id == there.container).map_or("", |found| &found.record.code);
            let so_far = if there.resulted { "has a result; order it anew to repeat it" } else { "is ordered already" };
            return Err(format!("{} {so_far} (container {code})", test.code));
        }
        let mut placement = Placement { to: None, why_not: Vec::new() };
        for container in self.containers.iter().filter(|container| container.state.is_open()) {
            match self.fits(catalogue, test, container, now) {
                Ok(to) => {
                    let cancelled = self.on(container).find(|state| state.test == test.code).map(|state| state.id);
                    placement.to = Some((to, container.record.clone(), cancelled));
                    return Ok(placement);
                }
                Err(why) => placement.why_not.push((container.record.code.clone(), why)),
            }
        }
        Ok(placement)
    }

    fn on<'s>(&'s self, container: &ContainerEntry) -> impl Iterator<Item = &'s ExaminationState> + use<'s> {
        let id = container.record.id;
        self.examinations.iter().filter(move |state| state.container == id)
    }

    /// Whether the test may be done from this container, which is open.
    fn fits(&self, catalogue: &Catalogue, test: &Test, container: &ContainerEntry, now: Timestamp) -> Result<AddedTo, String> {
        let kind = ContainerKindCode::parse(&container.record.kind).and_then(|kind| catalogue.container_kind(&kind));
        let kind = kind.ok_or_else(|| format!("the catalogue knows no container “{}”", container.record.kind))?;
        let code = || container.record.code.clone();
        let wanted: Vec<&Test> =
            self.on(container).filter(|state| state.cancelled_at.is_none()).filter_map(|state| catalogue.test(&state.test)).collect();
        if container.state == ContainerState::ToCollect {
            let all: Vec<Test> = wanted.iter().copied().chain([test]).cloned().collect();
            return match plan_tubes(&all, catalogue).as_slice() {
                [tube] if tube.container == kind.code => Ok(AddedTo::StillToCollect(code())),
                _ => Err("the tests would not go into it together".to_owned()),
            };
        }
        let used = |test: &Test| test.in_container(&kind.code).and_then(|accepted| accepted.volume).map_or(0, |volume| volume.needed_ul);
        let used_ul = wanted.iter().fold(0_u32, |sum, test| sum.saturating_add(used(test)));
        let kept = KeptContainer {
            kind,
            specimen: wanted.first().map_or_else(|| specimen_of(&container.record), |test| test.specimen.as_str()),
            collected_at: container.collected_at,
            // Nobody records yet where a container is kept, or what was pipetted: the shelf that keeps least, and every test that was ordered.
            storage: Storage::Room,
            remaining_ul: kind.usable_ul.map(|usable| usable.saturating_sub(used_ul)),
            opened: self.on(container).any(|state| state.resulted),
        };
        match add_on(test, &kept, now) {
            Ok(left) => Ok(AddedTo::Drawn { container: code(), minutes_left: left.as_secs() / 60 }),
            Err(reasons) => Err(reasons.iter().map(|reason| reason.words(Lang::English)).collect::<Vec<_>>().join("; ")),
        }
    }
}

/// The specimen in the words of a record: what stands before its kind.
fn specimen_of(record: &ContainerRecord) -> &str {
    record.specimen.rsplit_once(", ").map_or(record.specimen.as_str(), |(specimen, _)| specimen)
}
