//! The journal: one entry per command, insert only.

use crate::audit::image::CellRef;
use crate::audit::seal::{Entry, entry_hash};
use crate::command::{Done, Outcome};
use crate::param::Param;
use crate::row::{Inconsistent, Row};
use crate::session::Session;
use crate::trouble::Trouble;
use crate::tx::Tx;
use kernel::{CommandId, Timestamp};
use uuid::Uuid;

crate::sql! {
    /// One entry; an id that is there already is left as it was, and counts 0.
    /// On PostgreSQL it waits for the sealer; on SQLite the writer seals it itself.
    pub(crate) ENTER_JOURNAL = "INSERT INTO journal (command_id, at, actor, act, accepted, subject, note, images) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (command_id) DO NOTHING",
        postgres "WITH entered AS (INSERT INTO journal (command_id, at, actor, act, accepted, subject, note, images) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (command_id) DO NOTHING RETURNING command_id) INSERT INTO pending_seal (command_id) SELECT command_id FROM entered";
    /// What a command said when it ran.
    pub(crate) FIND_ENTRY = "SELECT command_id, act, accepted, subject, note FROM journal WHERE command_id = ?1";
}

/// Writes the entry and hands back what its seal is to cover; nothing if the command ran before.
pub(crate) fn enter(tx: &mut Tx<'_>, id: CommandId, at: Timestamp, actor: &str, outcome: &Outcome) -> Result<Option<Entry>, Trouble> {
    let images = tx.take_images();
    let params = [
        Param::from(id),
        Param::from(at),
        Param::from(actor),
        Param::from(outcome.act),
        Param::from(outcome.accepted),
        Param::from(outcome.subject),
        Param::from(&outcome.note),
        Param::from(images.as_bytes()),
    ];
    let entered = tx.execute(&ENTER_JOURNAL, &params)? == 1;
    Ok(entered.then(|| Entry { command: id, hash: entry_hash(params.iter().map(CellRef::of), &mut Vec::with_capacity(1_024)) }))
}

/// What the command said when it ran before, if it did.
pub(crate) fn find(session: &mut dyn Session, id: CommandId) -> Result<Option<Done>, Trouble> {
    let mut rows = Vec::new();
    session.query(&FIND_ENTRY, 0, &[Param::from(id)], &mut rows).map_err(|failure| failure.of(FIND_ENTRY.name()))?;
    Ok(rows.first().map(done).transpose()?)
}

fn done(row: &Row) -> Result<Done, Inconsistent> {
    Ok(Done {
        act: row.text(1)?.to_owned(),
        accepted: row.flag(2)?,
        subject: row.optional_decode(3, Uuid::from_slice)?,
        note: row.text(4)?.to_owned(),
        repeated: true,
    })
}
