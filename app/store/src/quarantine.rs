//! Rows that make no sense: each recorded once, by the writer, as a command of its own.

use crate::command::{Command, Nature, Outcome};
use crate::outside::now;
use crate::param::Param;
use crate::pending::{Pending, lock};
use crate::queue::{Offer, Queue};
use crate::row::Inconsistent;
use crate::trouble::WriteTrouble;
use kernel::{Actor, CommandId};
use sha2::{Digest, Sha256};
use std::collections::HashSet;
use std::sync::{Arc, Mutex};

crate::sql! {
    /// One impossible row; one that is known already is left alone.
    pub(crate) KEEP_INCONSISTENT = "INSERT INTO quarantine (table_name, column_name, row_id, what, found_at)
        VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (table_name, column_name, row_id) DO NOTHING";
}

/// How many recorded rows are remembered, so that a page that meets one a thousand times does not write a thousand commands.
const KNOWN_MAX: usize = 10_000;

/// Hands impossible rows to the writer.
pub(crate) struct Quarantine {
    known: Mutex<HashSet<CommandId>>,
    queue: Arc<Queue<Command>>,
}

impl Quarantine {
    pub(crate) fn new(queue: Arc<Queue<Command>>) -> Self {
        Self { known: Mutex::new(HashSet::new()), queue }
    }

    /// Has each of these recorded. While the queue is crowded they are left out: whoever reads the row again reports it again.
    pub(crate) fn record(&self, found: Vec<Inconsistent>) {
        for inconsistent in found {
            let id = command_id(&inconsistent);
            let mut known = lock(&self.known);
            if known.len() >= KNOWN_MAX {
                known.clear();
            }
            if known.insert(id) {
                drop(known);
                if let Offer::Full(_) | Offer::Closed(..) = self.queue.offer_own(command(id, inconsistent)) {
                    lock(&self.known).remove(&id);
                }
            }
        }
    }
}

fn command(id: CommandId, inconsistent: Inconsistent) -> Command {
    // Nobody waits for this answer; whether it worked shows in the table.
    let (reply, _) = Pending::new(|| Err(WriteTrouble::Unknown("the engine ended".to_owned())));
    let at = now();
    let Inconsistent { table, column, id: row, what } = inconsistent;
    let [table, column, row, what] = [table, column, row, what].map(|text| text.replace('\0', "\u{fffd}"));
    let keep = move |tx: &mut crate::tx::Tx<'_>| {
        let params = [Param::from(&table), Param::from(&column), Param::from(&row), Param::from(&what), Param::from(at)];
        tx.execute(&KEEP_INCONSISTENT, &params)?;
        Ok(Outcome { act: "quarantine", accepted: true, subject: None, note: format!("{table}.{column} of {row}: {what}") })
    };
    Command::new(Nature::Adds, &Actor::System("quarantine".to_owned()), id, at, Box::new(keep), reply)
}

/// The same row always gives the same command, so that the journal too keeps it once.
fn command_id(inconsistent: &Inconsistent) -> CommandId {
    let mut hash = Sha256::new();
    for part in [&inconsistent.table, &inconsistent.column, &inconsistent.id] {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    let mut bytes = [0; 16];
    bytes.iter_mut().zip(hash.finalize()).for_each(|(byte, hashed)| *byte = hashed);
    CommandId::from_uuid(uuid::Builder::from_custom_bytes(bytes).into_uuid())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_row_is_the_same_command_and_neighbours_are_not() {
        let row = |table: &str, id: &str| Inconsistent { table: table.into(), column: "c".into(), id: id.into(), what: "w".into() };
        assert_eq!(command_id(&row("a", "1")), command_id(&row("a", "1")));
        assert_ne!(command_id(&row("a", "1")), command_id(&row("a", "2")));
        assert_ne!(command_id(&row("a", "c1")), command_id(&row("ac", "1")));
        assert_eq!(command_id(&row("a", "1")).uuid().get_version_num(), 8);
    }
}
