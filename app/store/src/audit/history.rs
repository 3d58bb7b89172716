//! Whether a copy of a database, made some time ago, holds the beginning of the history that a store has now: every seal and every entry of the
//! copy stands here too, as it stood then, and nothing in front of its end is missing in it.

use super::chain::command_in_words;
use super::image::CellRef;
use super::seal::{Hash, LAST_SEAL, entry_hash};
use super::verify::{Anchor, Report, signed_heads};
use crate::copy::{Cancel, CopiedTable, CopyTrouble, Source, each_row};
use crate::migrations::READ_STAMP;
use crate::param::Param;
use crate::sql::Kind;
use crate::store::Store;
use crate::trouble::ReadTrouble;
use std::collections::HashMap;

/// Seals or entries looked up at once. Entries of great imports have some 20 KiB.
const AT_ONCE: usize = 256;
/// Divergences that are named of one kind; what is behind them is counted.
const NAMED_MAX: usize = 100;

crate::sql! {
    /// All seals of a copy.
    pub(crate) COPIED_SEALS = "SELECT no, command_id, hash FROM seal";
    /// All journal entries of a copy.
    pub(crate) COPIED_ENTRIES = "SELECT command_id, at, actor, act, accepted, subject, note, images FROM journal";
    /// All entries of a copy that wait for their seal.
    pub(crate) COPIED_WAITING = "SELECT command_id FROM pending_seal";
    /// The seals with these numbers.
    pub(crate) SEALS_BY_NUMBER = "SELECT no, hash FROM seal WHERE no IN (?..)";
    /// The journal entries of these commands.
    pub(crate) ENTRIES_BY_COMMAND = "SELECT command_id, at, actor, act, accepted, subject, note, images FROM journal WHERE command_id IN (?..)";
}

static SEALS: CopiedTable = CopiedTable { name: "seal", columns: &[Kind::Int, Kind::Blob, Kind::Blob], sql: &COPIED_SEALS };
static WAITING: CopiedTable = CopiedTable { name: "pending_seal", columns: &[Kind::Blob], sql: &COPIED_WAITING };
static ENTRIES: CopiedTable = CopiedTable {
    name: "journal",
    columns: &[Kind::Blob, Kind::Int, Kind::Text, Kind::Text, Kind::Int, Kind::Blob, Kind::Text, Kind::Blob],
    sql: &COPIED_ENTRIES,
};

/// In what a copy is not the beginning of the history here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Divergence {
    /// The realms differ.
    #[error("it is of a {copy} laboratory, and this one is {here}")]
    OtherRealm {
        /// The copy's.
        copy: String,
        /// The store's.
        here: String,
    },
    /// The first seals differ.
    #[error("it is of another laboratory: its first entry is not the one this journal begins with")]
    OtherLaboratory,
    /// The chains part behind a common beginning, or one of them was altered.
    #[error("its history is not this one's from entry {from} on: one of the two was altered, or went its own way after a restore")]
    Parted {
        /// The first seal that is not the same.
        from: i64,
    },
    /// The store ends before the copy does.
    #[error(
        "it ends with entry {ends}, and the journal here with {here}: an older database was put in place of this one, or its end cut off"
    )]
    EndsLater {
        /// The copy's last seal.
        ends: i64,
        /// The store's.
        here: i64,
    },
    /// Numbers of the copy's seals have holes.
    #[error("it has {count} seals, and the last of them is number {last}: some are missing in it")]
    SealsMissing {
        /// How many there are.
        count: i64,
        /// The greatest number.
        last: i64,
    },
    /// Entries and seals of the copy do not go together.
    #[error("it has {entries} journal entries, {sealed} sealed and {waiting} waiting for their seal: some were put in or taken out")]
    EntriesAstray {
        /// All entries.
        entries: i64,
        /// Seals.
        sealed: i64,
        /// Entries without one, yet.
        waiting: i64,
    },
    /// An entry of the copy is another one here.
    #[error("its journal entry of command {0} is not as it stands here")]
    EntryAltered(String),
    /// An entry of the copy is not here.
    #[error("its journal entry of command {0} is not in the journal here")]
    EntryUnknown(String),
    /// A seal of the copy is not the one that was signed.
    #[error("its seal {0} is not the one that was signed")]
    NotAsSigned(i64),
}

/// What was compared, and what of it is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct History {
    /// Journal entries of the copy.
    pub entries: i64,
    /// Up to which entry a signed head vouches for the copy; 0 where none does.
    pub signed: i64,
    /// What was found, at most a hundred entries named.
    pub divergences: Vec<Divergence>,
    /// How many more there are.
    pub more: usize,
    /// What could not be seen, in words.
    pub unseen: Vec<String>,
}

/// Why it could not be compared.
#[derive(Debug, thiserror::Error)]
pub enum HistoryTrouble {
    /// The copy cannot be read, or it was told to break off.
    #[error(transparent)]
    Copy(#[from] CopyTrouble),
    /// The store cannot be read.
    #[error(transparent)]
    Store(#[from] ReadTrouble),
}

/// Compares a copy whose files are sound with a store that may be working, and with signed heads where there are any. Blocks: for a thread of its own.
pub fn compare_history(store: &Store, source: &Source, anchor: Option<&Anchor>, cancel: &Cancel) -> Result<History, HistoryTrouble> {
    let stamp = store.read(|reader| Ok(reader.query_opt(&READ_STAMP, &[])?.map(|row| row.text(0).map(str::to_owned)).transpose()?));
    let here = stamp.wait()?.unwrap_or_default();
    let mut history = History::default();
    if here != source.realm.name() {
        // Everything else would differ too.
        let divergence = Divergence::OtherRealm { copy: source.realm.name().to_owned(), here };
        return Ok(History { divergences: vec![divergence], ..history });
    }
    let mut seals = Seals { signed: signed(anchor, &here, &mut history), ..Seals::default() };
    in_stretches(source, &SEALS, cancel, seal, |stretch| seals.compare(store, stretch, &mut history))?;
    seals.judge(store, &mut history)?;
    if !history.divergences.is_empty() {
        // Where the chains are not the same, neither are the entries, and naming each of them helps nobody.
        return Ok(history);
    }
    in_stretches(source, &ENTRIES, cancel, entry, |stretch| compare_entries(store, stretch, &mut history))?;
    let mut waiting = 0;
    each_row(source, &WAITING, cancel, &mut |_| {
        waiting += 1;
        Ok(())
    })?;
    if history.entries != seals.count + waiting {
        let (entries, sealed) = (history.entries, seals.count);
        history.divergences.push(Divergence::EntriesAstray { entries, sealed, waiting });
    }
    Ok(history)
}

/// Signed heads by their number; what of the anchor does not count is said.
fn signed(anchor: Option<&Anchor>, realm: &str, history: &mut History) -> HashMap<i64, Hash> {
    let Some(anchor) = anchor else {
        history.unseen.push("whether its seals are those that were signed: there is no log of signed seals".to_owned());
        return HashMap::new();
    };
    let mut report = Report::default();
    let heads = signed_heads(anchor, realm, &mut report);
    history.unseen.append(&mut report.unseen);
    history.unseen.extend(report.findings.iter().map(|finding| format!("what this line vouches for: {finding}")).take(NAMED_MAX));
    heads.iter().map(|head| (head.no, head.hash)).collect()
}

/// Reads a table of the copy and hands it on, so many rows at once.
fn in_stretches<T>(
    source: &Source,
    table: &CopiedTable,
    cancel: &Cancel,
    read: fn(&[CellRef<'_>]) -> Option<T>,
    mut compare: impl FnMut(Vec<T>) -> Result<(), ReadTrouble>,
) -> Result<(), HistoryTrouble> {
    let (mut stretch, mut stopped) = (Vec::with_capacity(AT_ONCE), None);
    let odd =
        || CopyTrouble::Database { place: source.folder.display().to_string(), why: format!("a row of {} makes no sense", table.name) };
    let ran = each_row(source, table, cancel, &mut |cells| {
        stretch.push(read(cells).ok_or_else(odd)?);
        if stretch.len() < AT_ONCE {
            return Ok(());
        }
        compare(std::mem::take(&mut stretch)).map_err(|trouble| {
            stopped = Some(trouble);
            CopyTrouble::Cancelled
        })
    });
    match stopped {
        Some(trouble) => Err(trouble.into()),
        None => Ok(ran.map(|()| compare(stretch))??),
    }
}

fn seal(cells: &[CellRef<'_>]) -> Option<(i64, Hash)> {
    let [CellRef::Int(no), _, CellRef::Blob(hash)] = cells else { return None };
    Some((*no, Hash::try_from(*hash).ok()?))
}

fn entry(cells: &[CellRef<'_>]) -> Option<(Vec<u8>, Hash)> {
    let Some(CellRef::Blob(command)) = cells.first() else { return None };
    Some((command.to_vec(), entry_hash(cells.iter().copied(), &mut Vec::new())))
}

/// What was seen of the copy's seals.
#[derive(Default)]
struct Seals {
    signed: HashMap<i64, Hash>,
    count: i64,
    last: i64,
    /// The lowest number whose seal is another one here, or none though there are later ones.
    parted: Option<i64>,
    /// The lowest number of which there is none here.
    unknown: Option<i64>,
    not_as_signed: Vec<i64>,
}

impl Seals {
    fn compare(&mut self, store: &Store, stretch: Vec<(i64, Hash)>, history: &mut History) -> Result<(), ReadTrouble> {
        let numbers: Vec<i64> = stretch.iter().map(|(no, _)| *no).collect();
        let here = store.read(move |reader| {
            let numbers: Vec<Param<'_>> = numbers.iter().map(|no| Param::Int(*no)).collect();
            let rows = reader.query_in_list(&SEALS_BY_NUMBER, &[], &numbers)?;
            rows.iter().map(|row| Ok((row.int(0)?, row.blob(1)?.to_vec()))).collect::<Result<HashMap<_, _>, crate::Trouble>>()
        });
        let here = here.wait()?;
        for (no, hash) in stretch {
            (self.count, self.last) = (self.count + 1, self.last.max(no));
            let lowest = match here.get(&no) {
                None => &mut self.unknown,
                Some(other) if *other != hash => &mut self.parted,
                Some(_) => &mut None,
            };
            *lowest = Some(lowest.map_or(no, |before| before.min(no)));
            match self.signed.get(&no) {
                Some(signed) if *signed != hash => self.not_as_signed.push(no),
                Some(_) => history.signed = history.signed.max(no),
                None => {}
            }
        }
        Ok(())
    }

    fn judge(&mut self, store: &Store, history: &mut History) -> Result<(), ReadTrouble> {
        let last = store.read(|reader| Ok(reader.query_opt(&LAST_SEAL, &[])?.map_or(Ok(0), |row| row.int(0))?));
        let (here, ends) = (last.wait()?, self.last);
        let parted = self.unknown.filter(|no| *no <= here).into_iter().chain(self.parted).min();
        match parted {
            Some(from) if from <= 1 => history.divergences.push(Divergence::OtherLaboratory),
            Some(from) => history.divergences.push(Divergence::Parted { from }),
            None if ends > here => history.divergences.push(Divergence::EndsLater { ends, here }),
            None => {}
        }
        if self.count != ends {
            history.divergences.push(Divergence::SealsMissing { count: self.count, last: ends });
        }
        self.not_as_signed.sort_unstable();
        history.more += self.not_as_signed.len().saturating_sub(NAMED_MAX);
        history.divergences.extend(self.not_as_signed.iter().take(NAMED_MAX).map(|no| Divergence::NotAsSigned(*no)));
        if history.signed < ends && history.divergences.is_empty() && !self.signed.is_empty() {
            history.unseen.push(format!("whether its seals behind {} were signed: no signed head stands there", history.signed));
        }
        Ok(())
    }
}

fn compare_entries(store: &Store, stretch: Vec<(Vec<u8>, Hash)>, history: &mut History) -> Result<(), ReadTrouble> {
    let commands: Vec<Vec<u8>> = stretch.iter().map(|(command, _)| command.clone()).collect();
    let here = store.read(move |reader| {
        let commands: Vec<Param<'_>> = commands.iter().map(|command| Param::Blob(command)).collect();
        let rows = reader.query_in_list(&ENTRIES_BY_COMMAND, &[], &commands)?;
        let hashed = |row: &crate::Row| {
            let cells = (0..ENTRIES.columns.len()).map(|at| row.cell(at).unwrap_or(CellRef::Null));
            Ok((row.blob(0)?.to_vec(), entry_hash(cells, &mut Vec::new())))
        };
        rows.iter().map(hashed).collect::<Result<HashMap<_, _>, crate::Trouble>>()
    });
    let here = here.wait()?;
    for (command, hash) in stretch {
        history.entries += 1;
        let divergence = match here.get(&command) {
            Some(same) if *same == hash => continue,
            Some(_) => Divergence::EntryAltered(command_in_words(&command)),
            None => Divergence::EntryUnknown(command_in_words(&command)),
        };
        if history.divergences.len() < NAMED_MAX {
            history.divergences.push(divergence);
        } else {
            history.more += 1;
        }
    }
    Ok(())
}
