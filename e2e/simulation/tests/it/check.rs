//! What must be true in the end. The database is looked at with the product's own checks, and then without the product.

use crate::plan::{Measured, Plan, Tube, code_of};
use crate::world::{database, link};
use kernel::Realm;
use peer::frame::deframe;
use peer::menu::Menu;
use rusqlite::Connection;
use simulation::Tally;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use store::audit::{Anchor, SealFiles, public_key, verify};
use store::{Opening, Options, Store, Target};

/// What the world knows.
pub(crate) struct Known<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) codes: &'a [String],
    pub(crate) tallies: &'a [Tally],
    pub(crate) seals: &'a SealFiles,
    /// There was no room to have the last head on the disk before it is signed: the audit says so, as it should.
    pub(crate) had_no_room: bool,
}

/// What was found, and what was counted on the way.
pub(crate) fn check(folder: &Path, known: &Known<'_>) -> (Vec<String>, Vec<(&'static str, u64)>) {
    let mut findings = by_the_product(folder, known);
    let mut counted = Vec::new();
    match read(&database(folder)) {
        Ok(content) => {
            let kept = kept(&content, known, &mut findings);
            filed(&content, &kept, known, &mut findings);
            counted.push(("results", content.results.len() as u64));
            counted.push(("tasks", content.tasks.len() as u64));
            counted.push(("messages kept twice", content.transmissions.iter().filter(|row| row.is_duplicate).count() as u64));
            counted.push(("messages kept in part", content.incomplete().count() as u64));
        }
        Err(error) => findings.push(format!("the database cannot be read: {error}")),
    }
    (findings, counted)
}

/// `check` and `audit verify`.
fn by_the_product(folder: &Path, known: &Known<'_>) -> Vec<String> {
    let target = Target::Sqlite(database(folder));
    let store = match Store::open(&target, Realm::Demonstration, Opening::Existing, Options { readers: 1, ..Options::default() }) {
        Ok(store) => store,
        Err(trouble) => return vec![format!("the closed database cannot be opened: {trouble}")],
    };
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let broken = runtime.block_on(actions::check_invariants(&store)).unwrap();
    let mut findings: Vec<String> = broken.into_iter().map(|broken| format!("{}: {}", broken.invariant, broken.what)).collect();
    let text = std::fs::read_to_string(&known.seals.log).unwrap();
    let anchor = Anchor { text, keys: vec![public_key(&known.seals.key).unwrap()] };
    let report = verify(&store, Some(&anchor), store::audit::Limits::default()).unwrap();
    let fair = |what: &String| known.had_no_room && what.starts_with("whether entries behind");
    if !report.is_sound() || !report.unseen.iter().all(fair) {
        findings.push(format!("audit verify: {report}"));
    }
    store.close();
    findings
}

struct Transmission {
    id: Vec<u8>,
    link: String,
    is_duplicate: bool,
    is_assessed: bool,
    /// The records, taken out of their frames without the product.
    content: Vec<u8>,
}

/// Everything that matters, as it stands there.
struct Content {
    transmissions: Vec<Transmission>,
    /// By transmission, container, test and value as sent.
    results: Vec<(Vec<u8>, String, String, String)>,
    /// By transmission, kind and the device's record.
    tasks: Vec<(Vec<u8>, String, String)>,
    unfiled: i64,
}

impl Content {
    fn incomplete(&self) -> impl Iterator<Item = &[u8]> {
        self.tasks.iter().filter(|(_, kind, _)| kind == "incomplete").map(|(id, ..)| id.as_slice())
    }
}

fn read(path: &Path) -> Result<Content, rusqlite::Error> {
    let connection = Connection::open(path)?;
    let mut statement = connection.prepare(
        "SELECT t.id, t.link, t.duplicate_of IS NOT NULL, a.transmission_id IS NOT NULL, b.raw FROM transmission t
         JOIN transmission_bytes b ON b.transmission_id = t.id LEFT JOIN assessment a ON a.transmission_id = t.id ORDER BY t.link, t.arrival",
    )?;
    let transmission = |row: &rusqlite::Row<'_>| {
        let raw: Vec<u8> = row.get(4)?;
        let content = deframe(&raw).unwrap_or(raw);
        Ok(Transmission { id: row.get(0)?, link: row.get(1)?, is_duplicate: row.get(2)?, is_assessed: row.get(3)?, content })
    };
    let transmissions = statement.query_map([], transmission)?.collect::<Result<_, _>>()?;
    let mut statement = connection.prepare(
        "SELECT r.transmission_id, c.code, e.test, r.sent FROM result r JOIN examination e ON e.id = r.examination_id
         JOIN container c ON c.id = e.container_id",
    )?;
    let results = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?.collect::<Result<_, _>>()?;
    let mut statement = connection.prepare("SELECT transmission_id, kind, raw_line FROM task")?;
    let tasks = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?.collect::<Result<_, _>>()?;
    let unfiled = connection.query_row("SELECT COUNT(*) FROM unfiled", [], |row| row.get(0))?;
    Ok(Content { transmissions, results, tasks, unfiled })
}

/// The first keeping of each message: its transmission and what was measured.
type Kept<'a> = Vec<(&'a Transmission, &'a [Measured])>;

/// Whether everything acknowledged is kept once, and nothing is kept that nobody sent.
fn kept<'a>(content: &'a Content, known: &'a Known<'_>, findings: &mut Vec<String>) -> Kept<'a> {
    let incomplete: BTreeSet<&[u8]> = content.incomplete().collect();
    let mut kept = Vec::new();
    let mut explained = BTreeSet::new();
    for (number, (planned, tally)) in known.plan.links.iter().zip(known.tallies).enumerate() {
        let of_link: Vec<&Transmission> = content.transmissions.iter().filter(|row| row.link == link(number)).collect();
        let sent: Vec<Vec<u8>> = planned.iter().map(|planned| planned.message(known.codes).content).collect();
        for (at, (bytes, planned)) in sent.iter().zip(planned).enumerate() {
            let whole = of_link.iter().filter(|row| row.content == *bytes && !incomplete.contains(row.id.as_slice()));
            let (repeats, firsts): (Vec<&Transmission>, Vec<&Transmission>) = whole.copied().partition(|row| row.is_duplicate);
            explained.extend(repeats.iter().chain(&firsts).map(|row| &row.id));
            let acknowledged = tally.acknowledged.get(at).copied().unwrap_or(0);
            if acknowledged > 0 && firsts.is_empty() {
                findings.push(format!("message {at} of {} was acknowledged {acknowledged} times and is lost", link(number)));
            }
            if firsts.len() > 1 || (firsts.is_empty() && !repeats.is_empty()) {
                findings.push(format!("message {at} of {} is kept as new {} times", link(number), firsts.len()));
            }
            if (firsts.len() + repeats.len()) < usize::try_from(acknowledged).unwrap() {
                findings.push(format!("message {at} of {} was acknowledged more often than it was kept", link(number)));
            }
            kept.extend(firsts.first().map(|first| (*first, planned.measured.as_slice())));
        }
        let parts = of_link.iter().filter(|row| incomplete.contains(row.id.as_slice()));
        explained.extend(parts.filter(|row| sent.iter().any(|bytes| is_part(&row.content, bytes))).map(|row| &row.id));
    }
    for stranger in content.transmissions.iter().filter(|row| !explained.contains(&row.id)) {
        findings.push(format!("{} keeps what nobody sent: {}", stranger.link, stranger.content.escape_ascii()));
    }
    kept
}

/// What was cut off is a beginning of what was to be sent; a record that was cut in the middle ends with it.
fn is_part(part: &[u8], whole: &[u8]) -> bool {
    whole.starts_with(part) || part.strip_suffix(b"\r").is_some_and(|part| whole.starts_with(part))
}

/// Whether every reading of what was kept is a result or a task, once, and nothing else is.
fn filed(content: &Content, kept: &Kept<'_>, known: &Known<'_>, findings: &mut Vec<String>) {
    let menu = Menu::starting().unwrap();
    let test_of = |code: &str| menu.lines().iter().find(|line| line.code == code).map(|line| line.test.as_str()).unwrap();
    if content.unfiled > 0 {
        findings.push(format!("{} messages are not filed", content.unfiled));
    }
    let mut due: BTreeMap<(String, String), bool> = BTreeMap::new();
    let (mut results, mut tasks) = (0, 0);
    for (transmission, measured) in kept {
        if !transmission.is_assessed {
            findings.push(format!("a message of {} is neither waiting nor assessed", transmission.link));
        }
        for Measured { tube, readings } in *measured {
            let code = code_of(tube, known.codes);
            for (at, reading) in readings.iter().enumerate() {
                let record = format!("R|{}|^^^{}|{}|", at + 1, reading.code, reading.value);
                let test = test_of(&reading.code);
                let as_result = content.results.iter().filter(|(id, container, of, sent)| {
                    *id == transmission.id && container == code && of == test && *sent == reading.value
                });
                let tasks_of = |(id, _, line): &&(Vec<u8>, String, String)| *id == transmission.id && line.starts_with(&record);
                let (as_result, as_task) = (as_result.count(), content.tasks.iter().filter(tasks_of).count());
                // Two tubes of one message may have the same record, which then has a task for each.
                let twins = measured.iter().filter(|other| other.readings.get(at) == Some(reading)).count();
                if as_result > 1 || as_task > twins || as_result + as_task == 0 || (as_result == 1 && as_task == twins) {
                    findings.push(format!("{record} of {code}: {as_result} results and {as_task} tasks"));
                }
                results += as_result;
                tasks += usize::from(as_result == 0);
                let ordered = matches!(tube, Tube::Ordered(number) if at < known.plan.orders[*number]);
                if ordered {
                    *due.entry((code.to_owned(), test.to_owned())).or_default() |= as_result == 1;
                }
            }
        }
    }
    findings
        .extend(due.iter().filter(|(_, done)| !**done).map(|((code, test), _)| format!("{test} of {code} was measured and has no result")));
    let open = content.tasks.len() - content.incomplete().count();
    if (content.results.len(), open) != (results, tasks) {
        findings.push(format!("{} results and {open} tasks, where the messages make {results} and {tasks}", content.results.len()));
    }
}
