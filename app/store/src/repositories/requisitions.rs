//! What a request says beside its tests, and the numbers under which other systems placed it.

use crate::{Inconsistent, Param, Reader, Row, Trouble, Tx, params, sql};
use kernel::{ContainerId, ExaminationId, OrderId, PatientId, PlacerOrderId, Timestamp, VisitId};
use std::collections::HashMap;
use uuid::Uuid;

sql! {
    /// What a request says.
    pub ADD_REQUISITION = insert requisition (order_id Blob, requester Text, requester_identifier Text, contact Text, location Text, clinical_information Text, copies_to Text, source Text, row_version Int, visit_id Blob);
    /// What the request of an order says.
    pub REQUISITION_OF_ORDER = "SELECT order_id, requester, requester_identifier, contact, location, clinical_information, copies_to, source, row_version, visit_id FROM requisition WHERE order_id = ?1";
    /// Where the requests of orders came from.
    pub LOCATIONS_OF_ORDERS = "SELECT order_id, location FROM requisition WHERE order_id IN (?..)";
    /// Answers to what tests ask.
    pub ADD_ANSWERS = insert order_answer (id Blob, order_id Blob, question Text, answer Text);
    /// The answers of an order.
    pub ANSWERS_OF_ORDER = "SELECT id, question, answer FROM order_answer WHERE order_id = ?1 ORDER BY question";
    /// A number under which another system ordered something.
    pub ADD_PLACER_ORDER = insert placer_order (id Blob, number Text, authority Text, group_number Text, order_id Blob, code Text, placed_at Int);
    /// What another system ordered under a number.
    pub PLACER_ORDER_BY_NUMBER = "SELECT id, number, authority, group_number, order_id, code FROM placer_order WHERE number = ?1 AND authority = ?2";
    /// What is done for such a number: its examinations, each with its container as that stands.
    pub EXAMINATIONS_OF_PLACER = "SELECT e.id, e.container_id, e.test, e.cancelled_at, e.held_at, c.code, c.collected_at, c.received_at, r.version FROM container c JOIN examination e ON e.container_id = c.id LEFT JOIN result r ON r.examination_id = e.id AND r.version = 1 WHERE c.order_id = ?1 AND e.placer_order_id = ?2";
    /// The accession number and patient of an order.
    pub ORDER_BY_ID = "SELECT id, accession, patient_id FROM lab_order WHERE id = ?1";
}

/// What a request says beside its tests; empty where it says nothing (42 CFR 493.1241).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Requisition {
    /// Who is authorised to ask.
    pub requester: String,
    /// The number that says so.
    pub requester_identifier: String,
    /// Whom to call with a critical result, and how.
    pub contact: String,
    /// Ward, clinic or practice.
    pub location: String,
    /// What the requester tells of the patient.
    pub clinical_information: String,
    /// Who else gets the report.
    pub copies_to: String,
    /// "page", "api", or the link it came over.
    pub source: String,
    /// The stay or visit it belongs to.
    pub visit: Option<VisitId>,
}

/// Keeps what a request says.
pub fn add_requisition(tx: &mut Tx<'_>, order: OrderId, says: &Requisition) -> Result<(), Trouble> {
    let row = params![
        order,
        &says.requester,
        &says.requester_identifier,
        &says.contact,
        &says.location,
        &says.clinical_information,
        &says.copies_to,
        &says.source,
        1_i64,
        says.visit
    ];
    tx.insert_one(&ADD_REQUISITION, &row).map(drop)
}

/// What the request of an order says, if it says anything.
pub fn requisition(reader: &mut Reader<'_>, order: OrderId) -> Result<Option<Requisition>, Trouble> {
    Ok(reader.query_opt(&REQUISITION_OF_ORDER, &params![order])?.map(|row| read(&row)).transpose()?)
}

/// The ward, clinic or practice of each of these orders, as far as its request names one.
pub fn locations(reader: &mut Reader<'_>, orders: &[OrderId]) -> Result<HashMap<OrderId, String>, Trouble> {
    let ids: Vec<_> = orders.iter().map(|id| Param::from(*id)).collect();
    let rows = reader.query_in_list(&LOCATIONS_OF_ORDERS, &[], &ids)?;
    let read = |row: &Row| Ok::<_, Inconsistent>((row.decode(0, OrderId::from_slice)?, row.text(1)?.to_owned()));
    Ok(reader.sound(&rows, read).into_iter().collect())
}

fn read(row: &Row) -> Result<Requisition, Inconsistent> {
    Ok(Requisition {
        requester: row.text(1)?.to_owned(),
        requester_identifier: row.text(2)?.to_owned(),
        contact: row.text(3)?.to_owned(),
        location: row.text(4)?.to_owned(),
        clinical_information: row.text(5)?.to_owned(),
        copies_to: row.text(6)?.to_owned(),
        source: row.text(7)?.to_owned(),
        visit: row.optional_decode(9, VisitId::from_slice)?,
    })
}

/// Keeps what was answered: an id of its own, the question and the answer.
pub fn add_answers(tx: &mut Tx<'_>, order: OrderId, answers: &[(Uuid, String, String)]) -> Result<(), Trouble> {
    let rows: Vec<_> = answers.iter().map(|(id, question, answer)| params![*id, order, question, answer]).collect();
    tx.insert_many(&ADD_ANSWERS, &rows).map(drop)
}

/// Questions and answers of an order, by question.
pub fn answers(reader: &mut Reader<'_>, order: OrderId) -> Result<Vec<(String, String)>, Trouble> {
    let rows = reader.query(&ANSWERS_OF_ORDER, &params![order])?;
    Ok(reader.sound(&rows, |row| Ok((row.text(1)?.to_owned(), row.text(2)?.to_owned()))))
}

/// A test or panel as another system ordered it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlacerOrder {
    /// Its id here.
    pub id: PlacerOrderId,
    /// The number.
    pub number: String,
    /// Who gave it.
    pub authority: String,
    /// What the sender groups its orders by, or empty.
    pub group_number: String,
    /// The order of ours that it became part of.
    pub order: OrderId,
    /// The test or panel of ours that was asked for.
    pub code: String,
}

/// Keeps a number under which another system ordered something; nobody may have used it before.
pub fn add_placer_order(tx: &mut Tx<'_>, placed: &PlacerOrder, now: Timestamp) -> Result<(), Trouble> {
    let PlacerOrder { id, number, authority, group_number, order, code } = placed;
    tx.insert_one(&ADD_PLACER_ORDER, &params![*id, number, authority, group_number, *order, code, now]).map(drop)
}

/// What another system ordered under this number.
pub fn placer_order(reader: &mut Reader<'_>, number: &str, authority: &str) -> Result<Option<PlacerOrder>, Trouble> {
    let row = reader.query_opt(&PLACER_ORDER_BY_NUMBER, &params![number, authority])?;
    let read = |row: &Row| {
        Ok::<_, Inconsistent>(PlacerOrder {
            id: row.decode(0, PlacerOrderId::from_slice)?,
            number: row.text(1)?.to_owned(),
            authority: row.text(2)?.to_owned(),
            group_number: row.text(3)?.to_owned(),
            order: row.decode(4, OrderId::from_slice)?,
            code: row.text(5)?.to_owned(),
        })
    };
    Ok(row.map(|row| read(&row)).transpose()?)
}

/// An examination as it stands for who ordered it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlacedExamination {
    /// The examination.
    pub id: ExaminationId,
    /// Its container.
    pub container: ContainerId,
    /// The code on the container's label.
    pub container_code: String,
    /// Its test.
    pub test: String,
    /// Nobody wants it any more.
    pub is_cancelled: bool,
    /// It waits because the requester asked for that.
    pub is_held: bool,
    /// The container was collected, or is in the laboratory.
    pub is_collected: bool,
    /// There is a result.
    pub is_resulted: bool,
}

/// The examinations that are done under a number of another system.
pub fn examinations_of_placer(reader: &mut Reader<'_>, placed: &PlacerOrder) -> Result<Vec<PlacedExamination>, Trouble> {
    let rows = reader.query(&EXAMINATIONS_OF_PLACER, &params![placed.order, placed.id])?;
    let read = |row: &Row| {
        Ok::<_, Inconsistent>(PlacedExamination {
            id: row.decode(0, ExaminationId::from_slice)?,
            container: row.decode(1, ContainerId::from_slice)?,
            test: row.text(2)?.to_owned(),
            is_cancelled: row.optional_timestamp(3)?.is_some(),
            is_held: row.optional_timestamp(4)?.is_some(),
            container_code: row.text(5)?.to_owned(),
            is_collected: row.optional_timestamp(6)?.is_some() || row.optional_timestamp(7)?.is_some(),
            is_resulted: row.optional_int(8)?.is_some(),
        })
    };
    // Deciding on a part of them would be deciding wrongly.
    Ok(rows.iter().map(read).collect::<Result<_, _>>()?)
}

/// The accession number of an order, and whose it is.
pub fn accession_and_patient(reader: &mut Reader<'_>, order: OrderId) -> Result<Option<(String, PatientId)>, Trouble> {
    let row = reader.query_opt(&ORDER_BY_ID, &params![order])?;
    let read = |row: &Row| Ok::<_, Inconsistent>((row.text(1)?.to_owned(), row.decode(2, PatientId::from_slice)?));
    Ok(row.map(|row| read(&row)).transpose()?)
}
