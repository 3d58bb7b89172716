//! Filing: what a kept transmission means for the laboratory. Read outside the store, then one command: claim, assess, verify or hold, open
//! tasks for everything nobody ordered. Nothing is dropped.

use crate::Laboratory;
use crate::analyser::Analyser;
use crate::file_next::{NotFiled, prepare_safely};
use crate::filing::{Filing, Judged};
use crate::in_tray::Waiting;
use crate::keep_transmission::printable;
use crate::new_ids::{new_command, new_uuid, now};
use crate::trouble::ActTrouble;
use catalogue::Catalogue;
use kernel::{Actor, Reading, TaskId, Trouble as Unread, Value};
use lis2::{UnframeTrouble, Unframed};
use std::sync::{Arc, OnceLock};
use store::repositories::orders::Former;
use store::repositories::results::ResultText;
use store::repositories::transmissions;
use store::{Cause, Done, Outcome, Tx, WriteTrouble};
use workflow::Measured;

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
    /// The edition it was measured by, and will be judged by, whatever comes into force meanwhile.
    pub(crate) catalogue: Arc<Catalogue>,
    pub(crate) readings: Vec<PreparedReading>,
    pub(crate) troubles: Vec<(Unread, PossibleTask)>,
}

/// A task that may have to be opened. Its id is made when it is, and once: the command may run several times and must say the same each time.
#[derive(Debug, Default)]
pub(crate) struct PossibleTask(OnceLock<TaskId>);

impl PossibleTask {
    pub(crate) fn id(&self) -> TaskId {
        *self.0.get_or_init(|| TaskId::from_uuid(new_uuid()))
    }
}

#[derive(Debug)]
pub(crate) struct PreparedReading {
    pub(crate) reading: Reading,
    pub(crate) task: PossibleTask,
    /// What it measures and its row, where the analyser's code is mapped to a test of the catalogue.
    pub(crate) measured: Option<(Measured, ResultText)>,
}

/// Reads what a transmission's bytes came to with the analyser's driver. No store, no clock.
pub fn prepare(analyser: &Analyser, catalogue: Arc<Catalogue>, unframed: Result<Unframed, UnframeTrouble>) -> Prepared {
    let (readings, troubles) = instruments::read_unframed(analyser.driver, unframed, &analyser.zone);
    let prepared = |reading: Reading| {
        let test = analyser.mapping.test(&reading.code).and_then(|test| catalogue.test(test));
        let measured = test.map(|test| benches::measure(&reading, test, analyser.decimal_mark));
        let measured = measured.map(|measured| {
            let text = result_text(Some(&reading), &measured);
            (measured, text)
        });
        PreparedReading { reading, task: PossibleTask::default(), measured }
    };
    let readings = readings.into_iter().map(prepared).collect();
    Prepared { catalogue, readings, troubles: troubles.into_iter().map(|trouble| (trouble, PossibleTask::default())).collect() }
}

/// Files one transmission.
pub(crate) async fn file(lab: &Laboratory, analyser: &Analyser, transmission: &Waiting) -> Result<Filed, NotFiled> {
    let prepared = prepare_safely(analyser, lab.catalogue(), lis2::unframe(&transmission.raw))?;
    let filing = Arc::new(Filing::new(lab, analyser, transmission.id, now(), prepared));
    let done = match write(&filing, transmission.arrival, Former::Assumed).await {
        // Most likely a repeat of something that has a result: look, and leave that reading to a person.
        Err(WriteTrouble::Failed(failed)) if failed.cause() == Some(Cause::Constraint) => {
            write(&filing, transmission.arrival, Former::Looked).await?
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
async fn write(filing: &Arc<Filing>, arrival: i64, former: Former) -> Result<Done, WriteTrouble> {
    let (lab, at) = (filing.laboratory(), filing.at());
    let (actor, command) = (Actor::System("filing".to_owned()), new_command());
    let (judging, filing) = (Arc::clone(filing), Arc::clone(filing));
    let store = move |tx: &mut Tx<'_>, judged: &Judged| {
        let is_first = transmissions::take_unfiled(tx, filing.link(), arrival)?;
        let filed = if is_first { filing.store(tx, judged)? } else { Filed::default() };
        Ok(Outcome { act: "file_readings", accepted: is_first, subject: Some(filing.transmission().uuid()), note: filed.to_string() })
    };
    match former {
        Former::Assumed => lab.store().look_and_write(&actor, command, at, move |reader| judging.judge(reader, former), store).await,
        // What is looked for has changed a moment ago.
        Former::Looked => {
            let act = move |tx: &mut Tx<'_>| {
                let judged = judging.judge(tx, former)?;
                store(tx, &judged)
            };
            lab.store().write(&actor, command, at, act).await
        }
    }
}

/// The row of a result, as far as the reading says it; of one that a person typed there is none.
pub(crate) fn result_text(reading: Option<&Reading>, measured: &Measured) -> ResultText {
    let stated_at = reading.and_then(|reading| reading.stated_at.as_ref());
    ResultText {
        sent: printable(&measured.sent),
        sent_unit: printable(&measured.sent_unit),
        value: measured.value.as_ref().map_or_else(|_| String::new(), Value::to_stored),
        reported: printable(&measured.reported),
        unit: measured.unit.clone(),
        flags: printable(&measured.flags.join(", ")),
        stated_at: stated_at.map_or_else(String::new, |stated| printable(stated.text())),
        reported_at: stated_at.and_then(|stated| stated.instant()),
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
