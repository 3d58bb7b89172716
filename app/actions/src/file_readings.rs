//! Filing: what a kept transmission means for the laboratory. Read outside the store, then one command: claim, assess, verify or hold, open
//! tasks for everything nobody ordered. Nothing is dropped.

use crate::Laboratory;
use crate::analyser::Analyser;
use crate::file_next::{NotFiled, prepare_safely};
use crate::in_tray::Waiting;
use crate::keep_transmission::printable;
use crate::new_ids::{new_command, new_uuid, now};
use crate::trouble::ActTrouble;
use benches::{Context, GATES_EDITION};
use catalogue::Catalogue;
use kernel::{Actor, Lang, Reading, TaskId, Timestamp, TransmissionId, Trouble as Unread, Value};
use lis2::{UnframeTrouble, Unframed};
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, OnceLock};
use store::repositories::orders::Former;
use store::repositories::results::{NewResult, ResultText};
use store::repositories::tasks::NewTask;
use store::repositories::{orders, results, tasks, transmissions};
use store::{Cause, Done, Outcome, Trouble, Tx, WriteTrouble};
use workflow::{Claim, Evidence, Measured, OpenWork, RuleEdition, Verifier, claim};

/// What one filing did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Filed {
    /// Results that verified themselves.
    pub verified: usize,
    /// Results that wait for a person.
    pub held: usize,
    /// Tasks opened.
    pub tasks: usize,
}

/// A transmission as its driver read it. Everything that can be known without the database is made here, because commands run one after the other.
#[derive(Debug)]
pub struct Prepared {
    readings: Vec<PreparedReading>,
    troubles: Vec<(Unread, PossibleTask)>,
}

/// A task that may have to be opened. Its id is made when it is, and once: the command may run several times and must say the same each time.
#[derive(Debug, Default)]
struct PossibleTask(OnceLock<TaskId>);

impl PossibleTask {
    fn id(&self) -> TaskId {
        *self.0.get_or_init(|| TaskId::from_uuid(new_uuid()))
    }
}

#[derive(Debug)]
struct PreparedReading {
    reading: Reading,
    task: PossibleTask,
    /// What it measures and its row, where the analyser's code is mapped to a test of the catalogue.
    measured: Option<(Measured, ResultText)>,
}

/// Reads what a transmission's bytes came to with the analyser's driver. No store, no clock.
pub fn prepare(analyser: &Analyser, catalogue: &Catalogue, unframed: Result<Unframed, UnframeTrouble>) -> Prepared {
    let (readings, troubles) = instruments::read_unframed(analyser.driver, unframed, &analyser.zone);
    let prepared = |reading: Reading| {
        let test = analyser.mapping.test(&reading.code).and_then(|test| catalogue.test(test));
        let measured = test.map(|test| benches::measure(&reading, test, analyser.decimal_mark));
        let measured = measured.map(|measured| {
            let text = result_text(&reading, &measured);
            (measured, text)
        });
        PreparedReading { reading, task: PossibleTask::default(), measured }
    };
    Prepared {
        readings: readings.into_iter().map(prepared).collect(),
        troubles: troubles.into_iter().map(|trouble| (trouble, PossibleTask::default())).collect(),
    }
}

/// Files one transmission.
pub(crate) async fn file(lab: &Laboratory, analyser: &Analyser, transmission: &Waiting) -> Result<Filed, NotFiled> {
    let prepared = Arc::new(prepare_safely(analyser, lab.catalogue(), lis2::unframe(&transmission.raw))?);
    let done = match write(lab, analyser, transmission, Arc::clone(&prepared), Former::Assumed).await {
        // Most likely a repeat of something that has a result: look, and leave that reading to a person.
        Err(WriteTrouble::Failed(failed)) if failed.cause() == Some(Cause::Constraint) => {
            write(lab, analyser, transmission, prepared, Former::Looked).await?
        }
        done => done?,
    };
    let unreadable = || NotFiled::NotNow(ActTrouble::Answer { act: "file_readings", what: done.note.clone() });
    let filed = Filed::parse(&done.note).ok_or_else(unreadable)?;
    filed.tell(lab);
    if !done.accepted {
        // Filed before, but perhaps nobody was told: the answer to that command may have been lost.
        lab.live().results_changed();
    }
    Ok(filed)
}

impl Filed {
    /// Reads the counts of a filing's journal note: "24 verified, 1 held, 0 tasks".
    pub(crate) fn parse(note: &str) -> Option<Self> {
        let mut numbers = note.split(", ").map(|part| part.split(' ').next().and_then(|number| number.parse().ok()));
        let filed = Self { verified: numbers.next()??, held: numbers.next()??, tasks: numbers.next()?? };
        numbers.next().is_none().then_some(filed)
    }

    /// Open pages show it.
    pub(crate) fn tell(self, lab: &Laboratory) {
        if self.verified + self.held > 0 {
            lab.live().results_changed();
        }
        if self.tasks > 0 {
            lab.live().tasks_changed();
        }
    }
}

/// As the journal notes it.
impl std::fmt::Display for Filed {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(to, "{} verified, {} held, {} tasks", self.verified, self.held, self.tasks)
    }
}

/// The command that files a transmission.
async fn write(
    lab: &Laboratory,
    analyser: &Analyser,
    unfiled: &Waiting,
    prepared: Arc<Prepared>,
    former: Former,
) -> Result<Done, WriteTrouble> {
    let (for_command, of_analyser) = (lab.clone(), analyser.clone());
    let (id, arrival) = (unfiled.id, unfiled.arrival);
    let at = now();
    let act = move |tx: &mut Tx<'_>| {
        let is_first = transmissions::take_unfiled(tx, &of_analyser.name, arrival)?;
        let filed = match is_first {
            true => Filing::new(&for_command, &of_analyser, id, at).file(tx, &prepared, former)?,
            false => Filed::default(),
        };
        Ok(Outcome { act: "file_readings", accepted: is_first, subject: Some(id.uuid()), note: filed.to_string() })
    };
    lab.store().write(&Actor::System("filing".to_owned()), new_command(), at, act).await
}

/// One filing inside its command.
pub(crate) struct Filing<'a> {
    lab: &'a Laboratory,
    analyser: &'a Analyser,
    transmission: TransmissionId,
    at: Timestamp,
    verifier: Verifier,
    /// The verifier as it is stored.
    vouched: String,
}

/// What a filing will write.
#[derive(Default)]
struct Written<'p> {
    results: Vec<NewResult<'p>>,
    tasks: Vec<NewTask>,
    judged: Vec<(String, String, workflow::Assessment)>,
}

impl<'a> Filing<'a> {
    /// The filing of a transmission that is written already, at this moment.
    pub(crate) fn new(lab: &'a Laboratory, analyser: &'a Analyser, transmission: TransmissionId, at: Timestamp) -> Self {
        let gates = RuleEdition(GATES_EDITION.to_owned());
        let vouched = format!("rules:{gates}");
        Self { lab, analyser, transmission, at, verifier: Verifier::Rules(gates), vouched }
    }

    /// Claims, assesses and writes all of it.
    pub(crate) fn file(&self, tx: &mut Tx<'_>, prepared: &Prepared, former: Former) -> Result<Filed, Trouble> {
        let codes: BTreeSet<&str> = prepared.readings.iter().map(|prepared| prepared.reading.specimen.as_str()).collect();
        let codes: Vec<&str> = codes.into_iter().filter(|code| !code.is_empty() && !code.contains('\0')).collect();
        let mut work = orders::open_work(tx, &codes, former)?;
        let mut written = Written::default();
        for prepared in &prepared.readings {
            self.file_reading(prepared, &mut work, &mut written)?;
        }
        for (trouble, task) in &prepared.troubles {
            written.tasks.push(self.trouble_task(trouble, task.id()));
        }
        self.store(tx, written)
    }

    fn file_reading<'p>(
        &'p self,
        prepared: &'p PreparedReading,
        work: &mut HashMap<String, OpenWork>,
        written: &mut Written<'p>,
    ) -> Result<(), Trouble> {
        let PreparedReading { reading, task, measured } = prepared;
        let open = work.get_mut(&reading.specimen);
        let (examination, test) = match claim(reading, &self.analyser.mapping, open.as_deref()) {
            Claim::Work { examination, test } => (examination, test),
            Claim::Unclaimed(why) => {
                written.tasks.push(self.unclaimed_task(reading, &why, task.id()));
                return Ok(());
            }
        };
        let catalogue = self.lab.catalogue();
        let (Some(test), Some(work), Some((measured, text))) = (catalogue.test(&test), open, measured) else {
            return Err(Trouble::because(format!("{test} was claimed but is not in the catalogue")));
        };
        let context = Context { reading, test, work, catalogue, zone: self.lab.zone() };
        let assessment = benches::assess(measured, &context);
        let verified = measured.verify(&self.verifier, &assessment, self.lab.policy(), self.at);
        let verified = verified.ok().map(|verified| (verified.at(), self.vouched.as_str()));
        written.results.push(NewResult { examination, version: 1, text, verified });
        written.judged.push((work.container_code.clone(), test.code.to_string(), assessment));
        work.note_result(examination);
        Ok(())
    }

    fn unclaimed_task(&self, reading: &Reading, why: &workflow::Unclaimed, id: TaskId) -> NewTask {
        let (code, specimen) = (&reading.code, &reading.specimen);
        let what = format!("{} {} {}", code, reading.sent, reading.unit);
        let why = format!("{} (specimen “{specimen}”): {}", what.trim_end(), why.words(Lang::English));
        self.task(id, "unclaimed", &reading.line.text, why)
    }

    fn trouble_task(&self, trouble: &Unread, id: TaskId) -> NewTask {
        let line = trouble.line.as_ref().map_or("", |line| line.text.as_str());
        self.task(id, "unreadable", line, trouble.to_string())
    }

    fn task(&self, id: TaskId, kind: &'static str, raw_line: &str, why: String) -> NewTask {
        NewTask {
            id,
            kind,
            transmission: self.transmission,
            raw_line: printable(raw_line),
            why: printable(&why),
            owner: self.analyser.owner.to_string(),
        }
    }

    fn store(&self, tx: &mut Tx<'_>, written: Written<'_>) -> Result<Filed, Trouble> {
        let Written { results: new_results, tasks: new_tasks, judged } = written;
        let new_tasks = work_for_people(new_tasks);
        let verified = new_results.iter().filter(|result| result.verified.is_some()).count();
        let filed = Filed { verified, held: new_results.len() - verified, tasks: new_tasks.len() };
        let evidence = Evidence {
            gates: RuleEdition(GATES_EDITION.to_owned()),
            catalogue: RuleEdition(self.lab.catalogue().edition().name.clone()),
            policy: self.lab.policy(),
            results: judged,
        };
        let evidence = evidence.to_stored().map_err(|trouble| Trouble::because(trouble.to_string()))?;
        results::add_results(tx, self.transmission, &new_results, self.at)?;
        results::add_assessment(tx, self.transmission, &printable(&evidence), self.at)?;
        tasks::add_tasks(tx, &new_tasks, self.at)?;
        Ok(filed)
    }
}

/// Tasks of one message that a person may still work through, one by one.
const TASKS_MAX: usize = 1_000;

/// A message of thousands of lines that nobody ordered is one fault, not thousands: behind the first of them one task speaks for the rest.
fn work_for_people(mut tasks: Vec<NewTask>) -> Vec<NewTask> {
    let rest = tasks.split_off(tasks.len().min(TASKS_MAX));
    let count = rest.len();
    if let Some(first) = rest.into_iter().next() {
        let why = format!("{} (this line, and {} more of the same message: look at the message itself)", first.why, count - 1);
        tasks.push(NewTask { why, ..first });
    }
    tasks
}

/// The row of a result, as far as the reading says it.
fn result_text(reading: &Reading, measured: &Measured) -> ResultText {
    ResultText {
        sent: printable(&measured.sent),
        sent_unit: printable(&measured.sent_unit),
        value: measured.value.as_ref().map_or_else(|_| String::new(), Value::to_stored),
        reported: printable(&measured.reported),
        unit: measured.unit.clone(),
        flags: printable(&measured.flags.join(", ")),
        stated_at: reading.stated_at.as_ref().map_or_else(String::new, |stated| printable(stated.text())),
        reported_at: reading.stated_at.as_ref().and_then(|stated| stated.instant()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_counts_of_a_filing_read_back_from_its_journal_note() {
        let filed = Filed { verified: 24, held: 1, tasks: 3 };
        assert_eq!(filed.to_string(), "24 verified, 1 held, 3 tasks");
        assert_eq!(Filed::parse(&filed.to_string()), Some(filed));
        for text in ["", "24 verified", "x verified, 1 held, 3 tasks", "1 verified, 1 held, 1 tasks, 1 more"] {
            assert_eq!(Filed::parse(text), None, "{text}");
        }
    }
}
