//! Placing an order: the patient is found or registered, tests are put on as few containers as they allow, codes are given.

use crate::Laboratory;
use crate::new_ids::now;
use crate::orders::{FieldTrouble, OrderRequest, PreparedOrder};
use crate::trouble::ActTrouble;
use kernel::{Actor, CommandId};
use serde::{Deserialize, Serialize};
use store::repositories::orders::NewContainer;
use store::{Outcome, Trouble, Tx};

/// An order that was placed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlacedOrder {
    /// The order.
    pub order: String,
    /// Its accession number.
    pub accession: String,
    /// The patient.
    pub patient: String,
    /// What to draw.
    pub containers: Vec<PlacedContainer>,
    /// The command had been given before: this is its answer, and nothing was done again.
    #[serde(skip)]
    pub repeated: bool,
}

/// A container to be drawn, with the code for its label.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlacedContainer {
    /// The code on its label.
    pub code: String,
    /// What goes into it.
    pub specimen: String,
    /// The tests done from it.
    pub tests: Vec<String>,
}

impl PlacedContainer {
    pub(crate) fn of(planned: &NewContainer) -> Self {
        Self {
            code: planned.record.code.clone(),
            specimen: planned.record.specimen.clone(),
            tests: planned.examinations.iter().map(|(_, test, _)| test.to_string()).collect(),
        }
    }
}

/// Why an order was not placed.
#[derive(Debug, thiserror::Error)]
pub enum PlaceOrderRefusal {
    /// Fields cannot be taken.
    #[error("{}", .0.iter().map(|trouble| format!("{}: {}", trouble.field, trouble.what)).collect::<Vec<_>>().join("; "))]
    Invalid(Vec<FieldTrouble>),
    /// The medical record number belongs to a patient with other facts, or a number of another system was used before.
    #[error("{0}")]
    Conflict(String),
    /// It could not be done.
    #[error(transparent)]
    Trouble(#[from] ActTrouble),
}

const ACT: &str = "place_order";

/// Places an order under a command id of the caller's: given again, it answers the same and does nothing.
pub async fn place_order(
    lab: &Laboratory,
    actor: &Actor,
    command: CommandId,
    request: OrderRequest,
) -> Result<PlacedOrder, PlaceOrderRefusal> {
    let at = now();
    let prepared = PreparedOrder::new(lab, actor, &request, at).await?;
    let asked = prepared.asked().to_owned();
    let done = lab.store().write(actor, command, at, move |tx| place(&prepared, tx)).await.map_err(ActTrouble::from)?;
    if done.act != ACT {
        return Err(PlaceOrderRefusal::Conflict(format!("this command id was used before, for {}; use a new one", done.act)));
    }
    if !done.accepted {
        return Err(PlaceOrderRefusal::Conflict(done.note));
    }
    lab.live().results_changed();
    let noted: Noted = serde_json::from_str(&done.note).map_err(|error| ActTrouble::Answer { act: ACT, what: error.to_string() })?;
    if noted.asked != asked {
        return Err(PlaceOrderRefusal::Conflict("this command id placed another order before; use a new one".to_owned()));
    }
    let placed = PlacedOrder { repeated: done.repeated, ..noted.placed };
    if !placed.repeated {
        lab.tell_of_order(&placed);
    }
    Ok(placed)
}

/// What the journal keeps of a placed order: the answer, and what it was the answer to. A command id that comes again with another request, or from
/// somebody else, must not be answered with this one: its labels would go on another patient's tubes.
#[derive(Debug, Serialize, Deserialize)]
struct Noted {
    asked: String,
    placed: PlacedOrder,
}

fn place(prepared: &PreparedOrder, tx: &mut Tx<'_>) -> Result<Outcome, Trouble> {
    let outcome = |accepted, note| Outcome { act: ACT, accepted, subject: Some(prepared.order().uuid()), note };
    let placed = match prepared.place(tx)? {
        Ok(placed) => placed,
        Err(conflict) => return Ok(outcome(false, conflict)),
    };
    let answer = serde_json::to_string(&Noted { asked: prepared.asked().to_owned(), placed });
    Ok(outcome(true, answer.map_err(|error| Trouble::because(error.to_string()))?))
}
