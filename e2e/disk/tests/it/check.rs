//! What must be true of a database whatever happened to its disk. It is opened with the real store, and then read without it.

use crate::work::*;
use kernel::Realm;
use rusqlite::Connection;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use store::{Opening, Store};

/// Something that must not be.
pub(crate) type Finding = String;

/// What is known of the commands, up to some moment.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Known {
    /// The database was open before: it must be there.
    pub(crate) opened: bool,
    /// Answered with Ok: must be there.
    pub(crate) answered: BTreeSet<u64>,
    /// Sent: may be there, wholly or not at all.
    pub(crate) sent: BTreeSet<u64>,
    /// Answered that nothing has happened, and known to be true: must not be there.
    pub(crate) undone: BTreeSet<u64>,
}

impl Known {
    /// What the clients knew when the log had this length.
    pub(crate) fn at(bench: &Bench, position: usize) -> Self {
        let mut known = Self { opened: bench.opened_at.is_some_and(|at| at <= position), ..Self::default() };
        let mut open = BTreeSet::new();
        for sent in bench.sent.lock().unwrap().iter().filter(|sent| sent.sent_at <= position) {
            known.sent.insert(sent.number);
            match &sent.answer {
                Ok(_) if sent.answered_at <= position => drop(known.answered.insert(sent.number)),
                Ok(_) | Err(store::WriteTrouble::Unknown(_)) => drop(open.insert(sent.number)),
                // Whenever it was said: the command did not happen, before or after.
                Err(_) => drop(known.undone.insert(sent.number)),
            }
        }
        // A command that was sent twice has two answers; one that leaves it open speaks for both.
        known.undone.retain(|number| !known.answered.contains(number) && !open.contains(number));
        known
    }

    /// This, and what was known later of other commands on the same database.
    pub(crate) fn and(&self, later: &Self) -> Self {
        let both = |earlier: &BTreeSet<u64>, later: &BTreeSet<u64>| earlier.union(later).copied().collect();
        Self {
            opened: self.opened || later.opened,
            answered: both(&self.answered, &later.answered),
            sent: both(&self.sent, &later.sent),
            undone: both(&self.undone, &later.undone),
        }
    }
}

/// Opens the database in this folder with the store, has it do one more command, closes it, and looks at everything.
pub(crate) fn check(folder: &Path, known: &Known) -> Result<(), Finding> {
    let known = work_on(folder, known)?;
    let findings = sound(&folder.join(FILE));
    if !findings.is_empty() {
        return Err(findings.join("; "));
    }
    content(&folder.join(FILE), &known)
}

/// Opens, reads, has one more command done, closes; what is known then.
pub(crate) fn work_on(folder: &Path, known: &Known) -> Result<Known, Finding> {
    let opening = if known.opened { Opening::Existing } else { Opening::CreateOrOpen };
    let store =
        Store::open(&target(folder), Realm::Validation, opening, options()).map_err(|trouble| format!("cannot be opened: {trouble}"))?;
    let lacks_tables = store.read(|reader| reader.query(&COUNT_TRIALS, &[]).map(drop)).wait().is_err();
    if lacks_tables {
        if known.answered.contains(&TABLES) {
            return Err("the tables are gone".to_owned());
        }
        send(&store, TABLES).wait().map_err(|trouble| format!("takes no tables: {trouble}"))?;
    }
    send(&store, PROBE).wait().map_err(|trouble| format!("takes no new command: {trouble}"))?;
    store.close();
    let mut known = Known { opened: true, ..known.clone() };
    known.answered.extend([TABLES, PROBE]);
    known.sent.extend([TABLES, PROBE]);
    Ok(known)
}

/// Whether the file itself is whole, as far as can be known without knowing what should be in it. Whatever finds rot belongs here.
pub(crate) fn sound(path: &Path) -> Vec<Finding> {
    let whole = by_sqlite(path);
    if whole.is_empty() { by_audit(path) } else { whole }
}

/// What SQLite finds.
pub(crate) fn by_sqlite(path: &Path) -> Vec<Finding> {
    let look = || -> Result<Vec<String>, rusqlite::Error> {
        let connection = Connection::open(path)?;
        let mut statement = connection.prepare("PRAGMA integrity_check")?;
        let words = statement.query_map([], |row| row.get::<_, String>(0))?;
        words.collect()
    };
    match look() {
        Ok(words) => words.into_iter().filter(|words| words != "ok").collect(),
        Err(error) => vec![error.to_string()],
    }
}

/// What the journal, its seals and its digests of records find.
pub(crate) fn by_audit(path: &Path) -> Vec<Finding> {
    let target = store::Target::Sqlite(path.to_owned());
    let store = match Store::open(&target, Realm::Validation, Opening::Existing, options()) {
        Ok(store) => store,
        Err(trouble) => return vec![trouble.to_string()],
    };
    let looked = store::audit::verify(&store, None, store::audit::Limits::default());
    store.close();
    match looked {
        Ok(report) => report.findings.iter().map(ToString::to_string).collect(),
        Err(trouble) => vec![trouble.to_string()],
    }
}

/// What stands in the tables.
#[derive(Debug, Default, PartialEq)]
struct Tables {
    journal: BTreeMap<u64, (bool, String)>,
    trials: BTreeMap<u64, (u64, Vec<Vec<u8>>)>,
    tallies: BTreeMap<u64, u64>,
    patients: BTreeMap<String, String>,
}

fn tables(path: &Path) -> Result<Tables, rusqlite::Error> {
    let connection = Connection::open(path)?;
    let mut tables = Tables::default();
    let mut statement = connection.prepare("SELECT command_id, accepted, note FROM journal")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let id: Vec<u8> = row.get(0)?;
        tables.journal.insert(number_of(&id).unwrap_or(u64::MAX), (row.get(1)?, row.get(2)?));
    }
    let mut statement = connection.prepare("SELECT id, client, bytes FROM trial")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        tables.trials.insert(number(row, 0)?, (number(row, 1)?, vec![row.get(2)?]));
    }
    let mut statement = connection.prepare("SELECT trial, bytes FROM part ORDER BY trial, at")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        // A part without its trial makes an entry that no command explains.
        tables.trials.entry(number(row, 0)?).or_default().1.push(row.get(1)?);
    }
    let mut statement = connection.prepare("SELECT client, done FROM tally")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        tables.tallies.insert(number(row, 0)?, number(row, 1)?);
    }
    let mut statement = connection.prepare("SELECT mrn, family_name || given_name || birth_date || sex FROM patient")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        tables.patients.insert(row.get(0)?, row.get(1)?);
    }
    Ok(tables)
}

fn number(row: &rusqlite::Row<'_>, column: usize) -> Result<u64, rusqlite::Error> {
    row.get(column).map(i64::cast_unsigned)
}

/// Whether what stands there is what the commands that happened say, each wholly and once.
pub(crate) fn content(path: &Path, known: &Known) -> Result<(), Finding> {
    let found = tables(path).map_err(|error| format!("cannot be read: {error}"))?;
    let happened: BTreeSet<u64> = found.journal.keys().copied().collect();
    if let Some(lost) = known.answered.difference(&happened).next() {
        return Err(format!("command {lost} was answered and is lost"));
    }
    if let Some(stranger) = happened.difference(&known.sent).next() {
        return Err(format!("command {stranger} was never sent"));
    }
    if let Some(denied) = happened.intersection(&known.undone).next() {
        return Err(format!("command {denied} was answered as undone and is there"));
    }
    let mut expected = Tables::default();
    for number in happened {
        let accepted = deed(number) != Deed::Refuses;
        expected.journal.insert(number, (accepted, number.to_string()));
        if deed(number) == Deed::Adds {
            expected.trials.insert(number, (client_of(number), rows_of(number)));
            *expected.tallies.entry(client_of(number)).or_default() += 1;
            let patient = patient(number);
            let words = [patient.family_name, patient.given_name, patient.birth_date, patient.sex].concat();
            expected.patients.insert(patient.mrn, words);
        }
    }
    let differs = |what: &str, same: bool| if same { Ok(()) } else { Err(format!("{what} is not what the journal's commands make")) };
    differs("the journal", found.journal == expected.journal)?;
    differs("table trial or part", found.trials == expected.trials)?;
    differs("table tally", found.tallies == expected.tallies)?;
    differs("table patient", found.patients == expected.patients)
}
