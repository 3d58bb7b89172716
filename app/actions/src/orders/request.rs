//! What a request says, read once and the same way wherever it comes from.

use super::collector::Collector;
use super::text::read_text;
use crate::patient_facts::{TypedPatient, excerpt, read_patient};
use catalogue::{Catalogue, Test, TestCode};
use kernel::{Actor, Timestamp, VisitId};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use store::repositories::patients::PatientRecord;
use store::repositories::requisitions::Requisition;
use workflow::Priority;

/// Where a request came from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum OrderSource {
    /// A person filled the form: what the form asks for must be there.
    Page,
    /// A program sent it.
    #[default]
    Api,
    /// It came over a link, of this name.
    Link(String),
}

impl OrderSource {
    fn name(&self) -> &str {
        match self {
            Self::Page => "page",
            Self::Api => "api",
            Self::Link(name) => name,
        }
    }
}

/// What a request says beside its tests (42 CFR 493.1241), as typed; empty where it says nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RequisitionRequest {
    /// Who is authorised to ask; the form needs it.
    pub requester: String,
    /// The number that says so.
    pub requester_identifier: String,
    /// Whom to call with a critical result, and how.
    pub contact: String,
    /// Ward, clinic or practice.
    pub location: String,
    /// What the requester tells of the patient; may have several lines.
    pub clinical_information: String,
    /// Who else gets the report.
    pub copies_to: String,
    /// The stay or visit it belongs to.
    pub visit: Option<VisitId>,
}

/// The number under which another system ordered one of the tests or panels.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PlacerNumber {
    /// The test or panel, as it stands among the tests.
    pub code: String,
    /// The number.
    pub number: String,
    /// Who gave it.
    pub authority: String,
    /// What the sender groups its orders by, or empty.
    pub group_number: String,
}

/// An order as somebody typed or sent it; nothing of it is trusted yet.
#[derive(Debug, Clone, Default)]
pub struct OrderRequest {
    /// Medical record number.
    pub mrn: String,
    /// Family name.
    pub family_name: String,
    /// Given name; may be empty.
    pub given_name: String,
    /// ISO date, month or year of birth, for a newborn with the time of day (`2026-11-22 01:05`); empty where it is not known.
    pub birth_date: String,
    /// F, M, O or U.
    pub sex: String,
    /// Codes of tests and panels.
    pub tests: Vec<String>,
    /// stat, urgent or routine.
    pub priority: String,
    /// When it should be collected, as an ISO 8601 instant; absent means at once.
    pub due_at: Option<String>,
    /// When it was collected, as an ISO 8601 instant; absent where it is not known.
    pub collected_at: Option<String>,
    /// Who collected it, where it was collected.
    pub collector: Option<Collector>,
    /// What the request says beside its tests.
    pub requisition: RequisitionRequest,
    /// Answers to what its tests ask: the question's code and the answer.
    pub answers: Vec<(String, String)>,
    /// The numbers under which another system ordered them.
    pub placer_numbers: Vec<PlacerNumber>,
    /// Where it came from.
    pub source: OrderSource,
}

/// A field that cannot be taken, with what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldTrouble {
    /// Which field.
    pub field: &'static str,
    /// What is wrong with it.
    pub what: String,
    /// What to do.
    pub next: String,
}

/// Tests on one order; more is a mistake, not a request.
const TESTS_MAX: usize = 100;
/// Characters of a field of the requisition that has one line.
const LINE_CHARS_MAX: usize = 200;
/// Characters of what the requester tells of the patient.
const CLINICAL_CHARS_MAX: usize = 2_000;
/// Characters of an answer to what a test asks.
const ANSWER_CHARS_MAX: usize = 500;
/// Characters of a question's code.
const QUESTION_CHARS_MAX: usize = 32;
/// Answers of one order.
const ANSWERS_MAX: usize = 50;
/// How far the clock of a ward or a program may be ahead of ours: what was collected later than that was not collected.
const CLOCK_AHEAD_MAX: Duration = Duration::from_secs(120);
/// How far ahead a collection may be ordered.
const DUE_AHEAD_MAX: Duration = Duration::from_secs(366 * 24 * 3_600);

/// An order whose fields were all read.
#[derive(Debug, Clone)]
pub(crate) struct ReadRequest {
    pub(crate) patient: PatientRecord,
    pub(crate) tests: Vec<Test>,
    pub(crate) priority: Priority,
    pub(crate) due_at: Option<Timestamp>,
    pub(crate) collected_at: Option<Timestamp>,
    pub(crate) collector: Option<String>,
    pub(crate) requisition: Requisition,
    pub(crate) answers: BTreeMap<String, String>,
    pub(crate) placers: Vec<ReadPlacer>,
}

/// The number of another system, and the tests that it covers.
#[derive(Debug, Clone)]
pub(crate) struct ReadPlacer {
    pub(crate) code: TestCode,
    pub(crate) number: String,
    pub(crate) authority: String,
    pub(crate) group_number: String,
    pub(crate) tests: BTreeSet<TestCode>,
}

/// Reads a request, or names every field that cannot be taken.
pub(crate) fn read_request(catalogue: &Catalogue, request: &OrderRequest, now: Timestamp) -> Result<ReadRequest, Vec<FieldTrouble>> {
    let mut troubles = Vec::new();
    let patient = read_patient(&TypedPatient {
        mrn: &request.mrn,
        family_name: &request.family_name,
        given_name: &request.given_name,
        birth_date: &request.birth_date,
        sex: &request.sex,
    });
    let patient = patient.map_err(|of_patient| troubles.extend(of_patient)).ok();
    let priority = read_priority(&request.priority).map_err(|trouble| troubles.push(trouble)).ok();
    let (due_at, collected_at) = read_times(request, now, &mut troubles);
    let tests = read_tests(catalogue, &request.tests).map_err(|trouble| troubles.push(trouble)).ok();
    let collector = read_collector(request).map_err(|trouble| troubles.push(trouble)).ok().flatten();
    let requisition = read_requisition(request, &mut troubles);
    let answers = read_answers(&request.answers, &mut troubles);
    let placers = read_placers(catalogue, request, &mut troubles);
    match (patient, priority, tests) {
        (Some(patient), Some(priority), Some(tests)) if troubles.is_empty() => {
            Ok(ReadRequest { patient, tests, priority, due_at, collected_at, collector, requisition, answers, placers })
        }
        _ => Err(troubles),
    }
}

/// Reads a priority.
pub(crate) fn read_priority(text: &str) -> Result<Priority, FieldTrouble> {
    Priority::from_name(text.trim()).ok_or_else(|| FieldTrouble {
        field: "priority",
        what: format!("“{}” is not stat, urgent or routine", excerpt(text)),
        next: "choose one".to_owned(),
    })
}

/// When it is due, and when it was collected.
fn read_times(request: &OrderRequest, now: Timestamp, troubles: &mut Vec<FieldTrouble>) -> (Option<Timestamp>, Option<Timestamp>) {
    let mut read = |field, text: &Option<String>, latest: Duration, late: &str| {
        let text = text.as_deref().map(str::trim).filter(|text| !text.is_empty())?;
        let latest = now.micros().saturating_add(i64::try_from(latest.as_micros()).unwrap_or(i64::MAX));
        let what = match text.parse::<Timestamp>() {
            Ok(at) if at.micros() <= latest => return Some(at),
            Ok(_) => late.to_owned(),
            Err(trouble) => trouble.to_string(),
        };
        troubles.push(FieldTrouble { field, what, next: "leave it out where it is not known".to_owned() });
        None
    };
    let due_at = read("due_at", &request.due_at, DUE_AHEAD_MAX, "it lies more than a year ahead");
    let collected_at = read("collected_at", &request.collected_at, CLOCK_AHEAD_MAX, "it lies in the future");
    (due_at, collected_at)
}

fn read_collector(request: &OrderRequest) -> Result<Option<String>, FieldTrouble> {
    let Some(collector) = &request.collector else { return Ok(None) };
    let trouble = |what: &str, next: &str| FieldTrouble { field: "collector", what: what.to_owned(), next: next.to_owned() };
    if request.collected_at.as_deref().is_none_or(|text| text.trim().is_empty()) {
        return Err(trouble("a collector is named, and no time of collection", "say when it was collected"));
    }
    match collector {
        Collector::Staff(_) => Ok(Some(collector.stored())),
        Collector::Named(name) => {
            let name = read_text("collector", name, LINE_CHARS_MAX, false)?;
            if Collector::is_mistakable(&name) {
                return Err(trouble("it is no name", "type the name of the person"));
            }
            Ok((!name.is_empty()).then_some(name))
        }
    }
}

fn read_requisition(request: &OrderRequest, troubles: &mut Vec<FieldTrouble>) -> Requisition {
    let says = &request.requisition;
    let mut line =
        |field, text: &str| read_text(field, text, LINE_CHARS_MAX, false).map_err(|trouble| troubles.push(trouble)).unwrap_or_default();
    let mut requisition = Requisition {
        requester: line("requester", &says.requester),
        requester_identifier: line("requester_identifier", &says.requester_identifier),
        contact: line("contact", &says.contact),
        location: line("location", &says.location),
        clinical_information: String::new(),
        copies_to: line("copies_to", &says.copies_to),
        source: line("source", request.source.name()),
        visit: says.visit,
    };
    match read_text("clinical_information", &says.clinical_information, CLINICAL_CHARS_MAX, true) {
        Ok(text) => requisition.clinical_information = text,
        Err(trouble) => troubles.push(trouble),
    }
    if request.source == OrderSource::Page && requisition.requester.is_empty() {
        let (what, next) = ("nobody is named who asks".to_owned(), "type who is authorised to order".to_owned());
        troubles.push(FieldTrouble { field: "requester", what, next });
    }
    requisition
}

fn read_answers(answers: &[(String, String)], troubles: &mut Vec<FieldTrouble>) -> BTreeMap<String, String> {
    let trouble = |what: String| FieldTrouble { field: "answers", what, next: "answer each question once".to_owned() };
    if answers.len() > ANSWERS_MAX {
        troubles.push(trouble(format!("{} answers; an order has at most {ANSWERS_MAX}", answers.len())));
        return BTreeMap::new();
    }
    let mut read = BTreeMap::new();
    for (question, answer) in answers {
        let both = read_text("answers", question, QUESTION_CHARS_MAX, false)
            .and_then(|question| Ok((question, read_text("answers", answer, ANSWER_CHARS_MAX, false)?)));
        match both {
            Ok((question, answer)) if question.is_empty() => troubles.push(trouble(format!("“{answer}” answers no question"))),
            // An answer left empty was not given.
            Ok((_, answer)) if answer.is_empty() => {}
            Ok((question, answer)) => {
                if read.insert(question.clone(), answer).is_some() {
                    troubles.push(trouble(format!("question {question} is answered twice")));
                }
            }
            Err(trouble) => troubles.push(trouble),
        }
    }
    read
}

fn read_placers(catalogue: &Catalogue, request: &OrderRequest, troubles: &mut Vec<FieldTrouble>) -> Vec<ReadPlacer> {
    let asked: BTreeSet<String> = request.tests.iter().map(|code| code.trim().to_uppercase()).collect();
    let mut seen = BTreeSet::new();
    let mut read = Vec::new();
    for placer in &request.placer_numbers {
        match read_placer(catalogue, &asked, placer) {
            Ok(placer) if seen.insert((placer.number.clone(), placer.authority.clone())) => read.push(placer),
            Ok(placer) => troubles.push(of_placer(format!("number {} stands here twice", placer.number))),
            Err(trouble) => troubles.push(trouble),
        }
    }
    read
}

fn of_placer(what: String) -> FieldTrouble {
    FieldTrouble { field: "placer_numbers", what, next: "give each test or panel that is ordered one number of its own".to_owned() }
}

fn read_placer(catalogue: &Catalogue, asked: &BTreeSet<String>, placer: &PlacerNumber) -> Result<ReadPlacer, FieldTrouble> {
    let text = |text: &str| read_text("placer_numbers", text, LINE_CHARS_MAX, false);
    let code = placer.code.trim().to_uppercase();
    let code = TestCode::parse(&code).filter(|_| asked.contains(&code));
    let code = code.ok_or_else(|| of_placer(format!("“{}” is not among the tests of this order", excerpt(&placer.code))))?;
    let number = text(&placer.number)?;
    if number.is_empty() {
        return Err(of_placer(format!("{code} has no number")));
    }
    let tests = catalogue.asked_for(&code).into_iter().map(|test| test.code.clone()).collect();
    Ok(ReadPlacer { code, number, authority: text(&placer.authority)?, group_number: text(&placer.group_number)?, tests })
}

fn read_tests(catalogue: &Catalogue, codes: &[String]) -> Result<Vec<Test>, FieldTrouble> {
    let trouble = |what: String| FieldTrouble { field: "tests", what, next: "choose tests of the catalogue".to_owned() };
    if codes.len() > TESTS_MAX {
        return Err(trouble(format!("{} tests; an order has at most {TESTS_MAX}", codes.len())));
    }
    let mut tests: BTreeMap<TestCode, Test> = BTreeMap::new();
    for code in codes.iter().map(|code| code.trim()).filter(|code| !code.is_empty()) {
        let found = TestCode::parse(&code.to_uppercase()).map(|code| catalogue.asked_for(&code)).unwrap_or_default();
        if found.is_empty() {
            return Err(trouble(format!("“{}” is not in the catalogue", excerpt(code))));
        }
        tests.extend(found.into_iter().map(|test| (test.code.clone(), test.clone())));
    }
    if tests.len() > TESTS_MAX {
        return Err(trouble(format!("{} tests, with those of the panels; an order has at most {TESTS_MAX}", tests.len())));
    }
    if tests.is_empty() {
        return Err(trouble("no test is named".to_owned()));
    }
    Ok(tests.into_values().collect())
}

/// Who asked for what, in 16 bytes.
pub(crate) fn digest(actor: &Actor, request: &ReadRequest) -> String {
    let ReadRequest { patient, tests, priority, due_at, collected_at, collector, requisition, answers, placers } = request;
    let time = |at: &Option<Timestamp>| at.map_or_else(String::new, |at| at.to_string());
    let mut asked = vec![
        actor.to_string(),
        patient.mrn.clone(),
        patient.family_name.clone(),
        patient.given_name.clone(),
        patient.birth_date.clone(),
        patient.sex.clone(),
        priority.name().to_owned(),
        time(collected_at),
        tests.iter().map(|test| test.code.as_str()).collect::<Vec<_>>().join(" "),
        time(due_at),
        collector.clone().unwrap_or_default(),
        requisition.requester.clone(),
        requisition.requester_identifier.clone(),
        requisition.contact.clone(),
        requisition.location.clone(),
        requisition.clinical_information.clone(),
        requisition.copies_to.clone(),
        requisition.source.clone(),
        requisition.visit.map_or_else(String::new, |visit| visit.to_string()),
        answers.len().to_string(),
    ];
    asked.extend(answers.iter().flat_map(|(question, answer)| [question.clone(), answer.clone()]));
    let of_placer =
        |placer: &ReadPlacer| [placer.code.to_string(), placer.number.clone(), placer.authority.clone(), placer.group_number.clone()];
    asked.extend(placers.iter().flat_map(of_placer));
    let whole = Sha256::digest(asked.join("\0").as_bytes());
    hex::encode(whole.first_chunk::<16>().unwrap_or(&[0; 16]))
}
