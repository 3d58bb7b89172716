//! Ordered tests: added later, waiting, wanted again; and how far each has come.

use super::containers::{self, ContainerEntry, LabelFound};
use super::orders::{ADD_EXAMINATIONS, test};
use crate::{Inconsistent, Param, Reader, Row, Trouble, Tx, params, sql};
use catalogue::TestCode;
use kernel::{ContainerId, ExaminationId, OrderId, PlacerOrderId, Timestamp};

sql! {
    /// An examination, and how far it has come.
    pub EXAMINATION_BY_ID = "SELECT e.id, e.container_id, e.test, r.version, e.cancelled_at, e.held_at, c.code FROM examination e JOIN container c ON c.id = e.container_id LEFT JOIN result r ON r.examination_id = e.id AND r.version = 1 WHERE e.id = ?1";
    /// The examinations of an order, and how far each has come.
    pub EXAMINATION_STATES_OF_ORDER = "SELECT e.id, e.container_id, e.test, r.version, e.cancelled_at, e.held_at FROM container c JOIN examination e ON e.container_id = c.id LEFT JOIN result r ON r.examination_id = e.id AND r.version = 1 WHERE c.order_id = ?1 ORDER BY e.id";
    /// The examinations on these containers, and how far each has come.
    pub EXAMINATION_STATES_OF_CONTAINERS = "SELECT e.id, e.container_id, e.test, r.version, e.cancelled_at, e.held_at FROM examination e LEFT JOIN result r ON r.examination_id = e.id AND r.version = 1 WHERE e.container_id IN (?..)";
    /// The examinations under a number of another system.
    pub EXAMINATIONS_OF_PLACER_ORDER = "SELECT e.id FROM placer_order p JOIN container c ON c.order_id = p.order_id JOIN examination e ON e.container_id = c.id WHERE p.id = ?1 AND e.placer_order_id = p.id ORDER BY e.id";
    /// Whether a test waits because the requester asked to.
    pub SET_HELD = "UPDATE examination SET held_at = ?2 WHERE id = ?1 RETURNING id, container_id, test, cancelled_at, held_at, placer_order_id";
    /// A cancelled test is wanted again.
    pub SET_REINSTATED = "UPDATE examination SET cancelled_at = NULL, held_at = NULL, placer_order_id = ?2 WHERE id = ?1 RETURNING id, container_id, test, cancelled_at, held_at, placer_order_id";
}

/// Adds an examination to a container that is there.
pub fn add_examination(
    tx: &mut Tx<'_>,
    (id, test, placer): (ExaminationId, &TestCode, Option<PlacerOrderId>),
    container: ContainerId,
) -> Result<(), Trouble> {
    tx.insert_one(&ADD_EXAMINATIONS, &params![id, container, test.as_str(), placer]).map(drop)
}

/// An examination, and how far it has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExaminationState {
    /// Which.
    pub id: ExaminationId,
    /// On which container.
    pub container: ContainerId,
    /// Its test.
    pub test: TestCode,
    /// A result of any version exists.
    pub resulted: bool,
    /// Since when nobody wants it any more.
    pub cancelled_at: Option<Timestamp>,
    /// Since when it waits because the requester asked to.
    pub held_at: Option<Timestamp>,
}

/// An examination with its container as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExaminationEntry {
    /// Its test.
    pub test: TestCode,
    /// A result of any version exists.
    pub resulted: bool,
    /// Since when nobody wants it any more.
    pub cancelled_at: Option<Timestamp>,
    /// Since when it waits because the requester asked to.
    pub held_at: Option<Timestamp>,
    /// Its container.
    pub container: Box<ContainerEntry>,
}

fn examination_state(row: &Row) -> Result<ExaminationState, Inconsistent> {
    Ok(ExaminationState {
        id: row.decode(0, ExaminationId::from_slice)?,
        container: row.decode(1, ContainerId::from_slice)?,
        test: test(row, 2)?,
        resulted: row.optional_int(3)?.is_some(),
        cancelled_at: row.optional_timestamp(4)?,
        held_at: row.optional_timestamp(5)?,
    })
}

/// An examination with its container, as both stand.
pub fn examination(reader: &mut Reader<'_>, id: ExaminationId) -> Result<Option<ExaminationEntry>, Trouble> {
    let Some(row) = reader.query_opt(&EXAMINATION_BY_ID, &params![id])? else { return Ok(None) };
    let ExaminationState { test, resulted, cancelled_at, held_at, .. } = examination_state(&row)?;
    let Some(LabelFound::InForce(container)) = containers::by_code(reader, row.text(6)?)? else { return Ok(None) };
    Ok(Some(ExaminationEntry { test, resulted, cancelled_at, held_at, container }))
}

/// The examinations of an order, and how far each has come.
pub fn examination_states(reader: &mut Reader<'_>, order: OrderId) -> Result<Vec<ExaminationState>, Trouble> {
    let rows = reader.query(&EXAMINATION_STATES_OF_ORDER, &params![order])?;
    Ok(reader.sound(&rows, examination_state))
}

/// The examinations on containers, and how far each has come.
pub fn states_on(reader: &mut Reader<'_>, containers: &[ContainerId]) -> Result<Vec<ExaminationState>, Trouble> {
    let ids: Vec<_> = containers.iter().map(|id| Param::from(*id)).collect();
    let rows = reader.query_in_list(&EXAMINATION_STATES_OF_CONTAINERS, &[], &ids)?;
    Ok(reader.sound(&rows, examination_state))
}

/// The examinations that another system ordered under a number.
pub fn examinations_of_placer_order(reader: &mut Reader<'_>, placer: PlacerOrderId) -> Result<Vec<ExaminationId>, Trouble> {
    let rows = reader.query(&EXAMINATIONS_OF_PLACER_ORDER, &params![placer])?;
    Ok(reader.sound(&rows, |row| row.decode(0, ExaminationId::from_slice)))
}

/// Notes that a test waits since a moment, or waits no longer; false if there is none.
pub fn set_held(tx: &mut Tx<'_>, examination: ExaminationId, held_at: Option<Timestamp>) -> Result<bool, Trouble> {
    tx.change_one(&SET_HELD, &params![examination, held_at], "an examination")
}

/// Notes that a cancelled test is wanted again; false if there is none.
pub fn reinstate(tx: &mut Tx<'_>, examination: ExaminationId, placer: Option<PlacerOrderId>) -> Result<bool, Trouble> {
    tx.change_one(&SET_REINSTATED, &params![examination, placer], "an examination")
}
