//! What a transmission comes to: judged against the open work, wherever that is looked at, and then written as it was judged.

use crate::Laboratory;
use crate::analyser::Analyser;
use crate::file_readings::{Filed, Prepared, PreparedReading};
use crate::keep_transmission::printable;
use benches::{Context, GATES_EDITION};
use kernel::{ExaminationId, Lang, Reading, TaskId, Timestamp, TransmissionId, Trouble as Unread};
use std::collections::{BTreeSet, HashMap};
use store::repositories::orders::Former;
use store::repositories::results::NewResult;
use store::repositories::tasks::NewTask;
use store::repositories::{orders, results, tasks};
use store::{Reader, Trouble, Tx};
use workflow::{Claim, Evidence, Labelled, RuleEdition, Verifier, claim};

/// The filing of one transmission.
pub(crate) struct Filing {
    lab: Laboratory,
    analyser: Analyser,
    transmission: TransmissionId,
    at: Timestamp,
    prepared: Prepared,
    verifier: Verifier,
    /// The verifier as it is stored.
    vouched: String,
}

/// What a filing will write.
pub(crate) struct Judged {
    results: Vec<JudgedResult>,
    tasks: Vec<NewTask>,
    evidence: String,
}

struct JudgedResult {
    examination: ExaminationId,
    /// Which of the prepared readings it is.
    reading: usize,
    verified: Option<Timestamp>,
}

/// What judging has come to so far.
#[derive(Default)]
struct Judging {
    results: Vec<JudgedResult>,
    tasks: Vec<NewTask>,
    assessments: Vec<(String, String, workflow::Assessment)>,
}

impl Filing {
    /// The filing of what was read of a transmission, at this moment.
    pub(crate) fn new(lab: &Laboratory, analyser: &Analyser, transmission: TransmissionId, at: Timestamp, prepared: Prepared) -> Self {
        let gates = RuleEdition(GATES_EDITION.to_owned());
        let vouched = format!("rules:{gates}");
        Self { lab: lab.clone(), analyser: analyser.clone(), transmission, at, prepared, verifier: Verifier::Rules(gates), vouched }
    }

    pub(crate) const fn laboratory(&self) -> &Laboratory {
        &self.lab
    }

    pub(crate) fn link(&self) -> &str {
        &self.analyser.name
    }

    pub(crate) const fn transmission(&self) -> TransmissionId {
        self.transmission
    }

    pub(crate) const fn at(&self) -> Timestamp {
        self.at
    }

    /// Claims and assesses all of it.
    pub(crate) fn judge(&self, reader: &mut Reader<'_>, former: Former) -> Result<Judged, Trouble> {
        let Prepared { readings, troubles, .. } = &self.prepared;
        let codes: BTreeSet<&str> = readings.iter().map(|prepared| prepared.reading.specimen.as_str()).collect();
        let codes: Vec<&str> = codes.into_iter().filter(|code| !code.is_empty() && !code.contains('\0')).collect();
        let mut work = orders::open_work(reader, &codes, former)?;
        let mut judging = Judging::default();
        for (number, prepared) in readings.iter().enumerate() {
            self.judge_reading(number, prepared, &mut work, &mut judging)?;
        }
        judging.tasks.extend(troubles.iter().map(|(trouble, task)| self.trouble_task(trouble, task.id())));
        self.judged(judging)
    }

    fn judge_reading(
        &self,
        number: usize,
        prepared: &PreparedReading,
        work: &mut HashMap<String, Labelled>,
        judging: &mut Judging,
    ) -> Result<(), Trouble> {
        let PreparedReading { reading, task, measured } = prepared;
        let label = work.get_mut(&reading.specimen);
        let catalogue = &*self.prepared.catalogue;
        let (examination, test) = match claim(reading, &self.analyser.mapping, label.as_deref(), catalogue) {
            Claim::Work { examination, test } => (examination, test),
            Claim::Unclaimed(why) => {
                judging.tasks.push(self.unclaimed_task(reading, &why, task.id()));
                return Ok(());
            }
        };
        let (Some(Labelled::InForce(work)), Some((measured, _))) = (label, measured) else {
            return Err(Trouble::because(format!("{} was claimed but not measured", test.code)));
        };
        let method = self.analyser.mapping.method(&reading.code);
        let context = Context { reading, test, instrument: Some(&self.analyser.name), method, work, catalogue, zone: self.lab.zone() };
        let assessment = benches::assess(measured, &context);
        let verified = measured.verify(&self.verifier, &assessment, self.lab.policy(), self.at);
        let verified = verified.ok().map(|verified| verified.at());
        judging.results.push(JudgedResult { examination, reading: number, verified });
        judging.assessments.push((work.container_code.clone(), test.code.to_string(), assessment));
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
            about: tasks::About::Transmission(self.transmission),
            raw_line: printable(raw_line),
            why: printable(&why),
            owner: self.analyser.owner.to_string(),
        }
    }

    fn judged(&self, judging: Judging) -> Result<Judged, Trouble> {
        let Judging { results, tasks, assessments } = judging;
        let evidence = Evidence {
            gates: RuleEdition(GATES_EDITION.to_owned()),
            catalogue: RuleEdition(self.prepared.catalogue.edition().name.clone()),
            policy: self.lab.policy(),
            results: assessments,
        };
        let evidence = evidence.to_stored().map_err(|trouble| Trouble::because(trouble.to_string()))?;
        Ok(Judged { results, tasks: work_for_people(tasks), evidence: printable(&evidence) })
    }

    /// Writes all of it.
    pub(crate) fn store(&self, tx: &mut Tx<'_>, judged: &Judged) -> Result<Filed, Trouble> {
        let new_results = judged.results.iter().map(|result| self.new_result(result)).collect::<Result<Vec<_>, _>>()?;
        let verified = new_results.iter().filter(|result| result.verified.is_some()).count();
        let filed = Filed { verified, held: new_results.len() - verified, tasks: judged.tasks.len() };
        results::add_results(tx, self.transmission, &new_results, self.at)?;
        results::add_assessment(tx, self.transmission, &judged.evidence, self.at)?;
        tasks::add_tasks(tx, &judged.tasks, self.at)?;
        Ok(filed)
    }

    fn new_result(&self, result: &JudgedResult) -> Result<NewResult<'_>, Trouble> {
        let measured = self.prepared.readings.get(result.reading).and_then(|prepared| prepared.measured.as_ref());
        let (_, text) = measured.ok_or_else(|| Trouble::because("a result was judged that was not read"))?;
        let verified = result.verified.map(|at| (at, self.vouched.as_str()));
        Ok(NewResult { examination: result.examination, version: 1, text, verified })
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
