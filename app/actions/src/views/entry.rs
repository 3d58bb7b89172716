//! What a person sees who types a result: the patient, the interval, what came before; and, while they type, what it would come to.

use super::PatientLine;
use crate::Laboratory;
use crate::entering::{AtHand, former};
use crate::trouble::ActTrouble;
use benches::measure_typed;
use catalogue::{Catalogue, Test, TestCode};
use kernel::{Actor, Lang, Timestamp, ValueKindExpected};
use std::sync::Arc;
use store::repositories::manual_entries::FormerRecord;
use store::repositories::orders::{self, Former};
use store::repositories::{containers, results};
use workflow::{Gate, Labelled, OpenWork, Unclaimed, Verdict, due};

/// A former result as a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormerLine {
    /// As it was printed.
    pub reported: String,
    /// Its unit.
    pub unit: String,
    /// When its specimen was collected, or ordered where that is not known.
    pub collected_at: Timestamp,
}

impl From<FormerRecord> for FormerLine {
    fn from(record: FormerRecord) -> Self {
        Self { reported: record.reported, unit: record.unit, collected_at: record.collected_at }
    }
}

/// A test as somebody types results of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypedTest {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// What a result of it is, in words.
    pub kind: &'static str,
    /// Whether it is a number.
    pub is_number: bool,
    /// Its unit, or empty.
    pub unit: String,
    /// Digits after the decimal point on the report.
    pub decimals: u32,
    /// What may be chosen, with its words.
    pub choices: Vec<(String, String)>,
    /// What an empty row may be filled with: the normal finding.
    pub normal: Option<String>,
}

impl From<&Test> for TypedTest {
    fn from(test: &Test) -> Self {
        let grades = || kernel::value::Grade::ALL.map(|grade| (grade.sign().to_owned(), grade.words(Lang::English).to_owned())).to_vec();
        Self {
            code: test.code.to_string(),
            name: test.name.clone(),
            kind: test.kind.words(Lang::English),
            is_number: test.kind == ValueKindExpected::Number,
            unit: test.unit.as_ref().map_or_else(String::new, ToString::to_string),
            decimals: test.decimals,
            choices: match test.kind {
                ValueKindExpected::SemiQuantitative => grades(),
                _ => test.choices.iter().map(|choice| (choice.code.to_string(), choice.words.clone())).collect(),
            },
            normal: test.normal_choice(),
        }
    }
}

/// One examination as it is about to be done by hand.
#[derive(Debug, Clone)]
pub struct EntryView {
    /// The container's code.
    pub container: String,
    /// What is in it.
    pub specimen: String,
    /// How far it has come, in words.
    pub state: &'static str,
    /// The order's accession number.
    pub accession: String,
    /// How soon.
    pub priority: String,
    /// For whom.
    pub patient: PatientLine,
    /// The test.
    pub test: TypedTest,
    /// The reference interval in words, or empty.
    pub interval: String,
    /// The last verified results, newest first.
    pub former: Vec<FormerLine>,
    /// Why nothing can be entered, in words.
    pub hindrance: Option<String>,
    /// The result that stands there and nobody has vouched for, where it was typed: its row's version.
    pub typed_before: Option<i64>,
}

/// What was read of an examination.
struct Found {
    label: Labelled,
    entry: Option<containers::ContainerEntry>,
    former: Vec<FormerRecord>,
    typed_before: Option<i64>,
}

/// The examination of a test on a container; nothing where there is none.
pub async fn entry(lab: &Laboratory, by: &Actor, container: &str, test: &str) -> Result<Option<EntryView>, ActTrouble> {
    let Some(code) = TestCode::parse(test) else { return Ok(None) };
    let catalogue = lab.catalogue();
    let Some(known) = catalogue.test(&code) else { return Ok(None) };
    let Some(Found { label, entry: Some(entry), former, typed_before }) = find(lab, container, &code).await? else { return Ok(None) };
    let Labelled::InForce(work) = &label else { return Ok(None) };
    if !work.examinations.iter().any(|open| open.test == code) {
        return Ok(None);
    }
    lab.note_seen(by, "entry", container, std::iter::once(Some(work.patient.id))).await?;
    let hindrance = match due(container, &code, Some(&label), &catalogue) {
        Ok(_) => None,
        Err(Unclaimed::AlreadyResulted { .. }) if typed_before.is_some() => None,
        Err(why) => Some(why.words(Lang::English)),
    };
    let place = AtHand { lab, catalogue: &catalogue, work, test: known, former: &former }.place(None);
    Ok(Some(EntryView {
        container: entry.record.code,
        specimen: entry.record.specimen,
        state: entry.state.words(Lang::English),
        accession: entry.accession,
        priority: entry.priority.words(Lang::English).to_owned(),
        patient: entry.patient.into(),
        test: known.into(),
        interval: place.interval,
        former: former.into_iter().map(FormerLine::from).collect(),
        hindrance,
        typed_before,
    }))
}

async fn find(lab: &Laboratory, container: &str, test: &TestCode) -> Result<Option<Found>, ActTrouble> {
    if container.contains('\0') {
        return Ok(None);
    }
    let (container, test) = (container.to_owned(), test.clone());
    let read = move |reader: &mut store::Reader<'_>| {
        let Some(label) = orders::open_work(reader, &[&container], Former::Looked)?.remove(&container) else { return Ok(None) };
        let Labelled::InForce(work) = &label else { return Ok(Some(Found { label, entry: None, former: Vec::new(), typed_before: None })) };
        let Some(open) = work.examinations.iter().find(|open| open.test == test) else { return Ok(None) };
        let former = former(reader, work, test.as_str(), open.id)?;
        let stands = results::of_examinations(reader, &[open.id])?;
        let held = |record: &&results::ResultRecord| record.entered.is_some() && record.state == results::StoredState::Held;
        let typed_before = stands.iter().find(held).map(|record| record.row_version);
        let entry = match containers::by_code(reader, &container)? {
            Some(containers::LabelFound::InForce(entry)) => Some(*entry),
            _ => None,
        };
        Ok(Some(Found { label, entry, former, typed_before }))
    };
    Ok(lab.store().read(read).await?)
}

/// What something typed would come to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TypedLine {
    /// Whether it is a value.
    pub taken: bool,
    /// As it would be printed; with its choice's words.
    pub reported: String,
    /// The unit.
    pub unit: String,
    /// Its flag, or empty.
    pub flag: String,
    /// Beyond a critical limit.
    pub critical: bool,
    /// It must be typed a second time.
    pub absurd: bool,
    /// Everything to be said, the gravest first.
    pub words: Vec<String>,
}

/// What something typed for an examination would come to; nothing is kept. Nothing where there is no such examination.
pub async fn look_at_typed(
    lab: &Laboratory,
    by: &Actor,
    container: &str,
    test: &str,
    typed: &str,
) -> Result<Option<TypedLine>, ActTrouble> {
    let Some(code) = TestCode::parse(test) else { return Ok(None) };
    let catalogue = lab.catalogue();
    let Some(known) = catalogue.test(&code) else { return Ok(None) };
    let Some(Found { label: Labelled::InForce(work), former, .. }) = find(lab, container, &code).await? else { return Ok(None) };
    lab.note_seen(by, "entry", container, std::iter::once(Some(work.patient.id))).await?;
    Ok(Some(looked_at(lab, &catalogue, &work, known, &former, typed)))
}

fn looked_at(
    lab: &Laboratory,
    catalogue: &Arc<Catalogue>,
    work: &OpenWork,
    test: &Test,
    former: &[FormerRecord],
    typed: &str,
) -> TypedLine {
    let measured = match measure_typed(typed, test, lab.decimal_mark()) {
        Ok(measured) => measured,
        Err(trouble) => return TypedLine { words: vec![trouble.to_string()], ..TypedLine::default() },
    };
    let at_hand = AtHand { lab, catalogue, work, test, former };
    let (assessment, place) = (at_hand.assess(&measured, &work.patient.mrn), at_hand.place(Some(&measured)));
    let mut findings: Vec<_> = assessment.findings.iter().filter(|finding| says_something(finding)).collect();
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.verdict));
    let said = findings.iter().filter_map(|finding| finding.because.as_ref()).map(|because| because.words(Lang::English));
    TypedLine {
        taken: true,
        critical: assessment.is_critical(),
        absurd: findings.iter().any(|finding| finding.gate == Gate::AbsurdLimit && finding.verdict == Verdict::Hold),
        words: said.chain(rounding(&measured)).chain(Some(place.why.clone()).filter(|why| !why.is_empty())).collect(),
        flag: place.flag.to_owned(),
        reported: with_words(measured.reported, test),
        unit: measured.unit,
    }
}

/// A choice with its words.
fn with_words(reported: String, test: &Test) -> String {
    match test.choices.iter().find(|choice| choice.code.as_str() == reported) {
        Some(choice) => format!("{reported} · {}", choice.words),
        None => reported,
    }
}

/// That the edition is unsigned is said above every page, not of every key.
fn says_something(finding: &workflow::GateFinding) -> bool {
    matches!(finding.verdict, Verdict::Flag | Verdict::Hold | Verdict::Block)
}

/// That digits are not printed is said: nothing is rounded unseen.
pub(super) fn rounding(measured: &workflow::Measured) -> Option<String> {
    let number = measured.value.as_ref().ok()?.number()?;
    (number.to_string() != measured.reported && number.decimal().scale() > decimals_of(&measured.reported))
        .then(|| format!("typed {}, will be reported as {}", measured.sent, measured.reported))
}

fn decimals_of(reported: &str) -> u32 {
    reported.split_once('.').map_or(0, |(_, decimals)| u32::try_from(decimals.len()).unwrap_or(u32::MAX))
}
