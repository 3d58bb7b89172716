//! `check("K 6.25 mmol/L | F 1984-03-12 | mrn 7", "6.3 | critical hold: 6.3 above 6.2")`: the one place that knows the API.
//!
//! First the test, the value and unit as sent (`""` for nothing). Then, in any order: sex and birth date (`F 1984-03-12`, `U ?`; a woman of 42
//! where nothing is said), `mrn 7` for the patient the analyser names (the tube is patient 7's), `flags HH, alarm 27`, `comma` for a link that
//! sends decimal commas, `method BCG` and `instrument c1` for how it was measured (by `any` where nothing is said), `unsigned` for limits that no director signed. Collected on 21 November 2026, 10:15 UTC.
//!
//! Expected: what is reported; then every gate that does not simply pass, or `passes`.

use benches::{Context, assess, measure};
use catalogue::{Catalogue, CatalogueText, MethodCode, Signature, TestCode};
use kernel::{BirthDate, DecimalMark, RawLine, Reading, ReadingKind, Sex, Timestamp, Zone};
use std::sync::LazyLock;
use workflow::{Assessment, Because, Gate, GateFinding, Measured, OpenWork, PatientFacts, Policy, RuleEdition, Verdict, Verifier};

/// 2026-11-21 10:15 UTC.
pub(crate) const COLLECTED: Timestamp = Timestamp::from_micros(1_795_256_100_000_000);
const UNSIGNED: &str = include_str!("../../../../content/catalogue/edition.toml");
const SIGNED: &str = "name = \"signed-1\"\nsource = \"a test\"\neffective_from = \"2026-11-21\"\n";

const SHIPPED_LIMITS: &str = include_str!("../../../../content/catalogue/critical_limits.csv");

fn catalogue(edition: &str, critical_limits: &str) -> Catalogue {
    let containers = include_str!("../../../../content/catalogue/containers.csv");
    let tests = include_str!("../../../../content/catalogue/tests.csv");
    let test_containers = include_str!("../../../../content/catalogue/test_containers.csv");
    let methods = Some(include_str!("../../../../content/catalogue/methods.csv"));
    let text = CatalogueText { edition, containers, tests, test_containers, methods, critical_limits, ..CatalogueText::default() };
    Catalogue::read(text).unwrap()
}

/// The shipped catalogue, signed, with more rows of critical limits.
pub(crate) fn with_limits(rows: &str) -> Catalogue {
    let signature = Signature::Signed { by: "Dr A".to_owned(), at: COLLECTED, meaning: "approved".to_owned() };
    catalogue(SIGNED, &format!("{SHIPPED_LIMITS}{rows}")).signed(signature)
}

static SIGNED_CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| with_limits(""));
static UNSIGNED_CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| catalogue(UNSIGNED, SHIPPED_LIMITS));

/// One result on the bench.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub(crate) test: String,
    pub(crate) sent: String,
    pub(crate) unit: String,
    pub(crate) sex: Sex,
    pub(crate) birth: Option<BirthDate>,
    pub(crate) stated_patient: Option<String>,
    pub(crate) flags: Vec<String>,
    pub(crate) mark: DecimalMark,
    pub(crate) signed: bool,
    pub(crate) method: Option<MethodCode>,
    pub(crate) instrument: String,
    pub(crate) collected: Timestamp,
    pub(crate) zone: Zone,
}

impl Case {
    pub(crate) fn new(test: &str, sent: &str, unit: &str) -> Self {
        Self {
            test: test.to_owned(),
            sent: sent.to_owned(),
            unit: unit.to_owned(),
            sex: Sex::Female,
            birth: Some(BirthDate::parse("1984-03-12").unwrap()),
            stated_patient: None,
            flags: Vec::new(),
            mark: DecimalMark::Point,
            signed: true,
            method: None,
            instrument: "any".to_owned(),
            collected: COLLECTED,
            zone: Zone::utc(),
        }
    }

    pub(crate) fn read(notation: &str) -> Self {
        let mut segments = notation.split(" | ");
        let mut first = segments.next().unwrap().splitn(3, ' ');
        let mut word = || first.next().unwrap_or_default().trim_matches('"');
        let mut case = Self::new(word(), word(), word());
        for segment in segments {
            let (name, said) = segment.split_once(' ').unwrap_or((segment, ""));
            match name {
                "mrn" => case.stated_patient = Some(said.to_owned()),
                "flags" => case.flags = said.split(", ").map(str::to_owned).collect(),
                "comma" => case.mark = DecimalMark::Comma,
                "unsigned" => case.signed = false,
                "method" => case.method = Some(MethodCode::parse(said).unwrap()),
                "instrument" => case.instrument = said.to_owned(),
                sex => {
                    case.sex = Sex::from_code(sex).unwrap_or_else(|| panic!("no such segment: {segment}"));
                    case.birth = (said != "?").then(|| BirthDate::parse(said).unwrap());
                }
            }
        }
        case
    }

    pub(crate) fn reading(&self) -> Reading {
        Reading {
            kind: ReadingKind::Patient,
            specimen: "A0000001S".to_owned(),
            code: "990".to_owned(),
            sent: self.sent.clone(),
            unit: self.unit.clone(),
            flags: self.flags.clone(),
            stated_at: None,
            line: RawLine::default(),
            patient: self.stated_patient.clone(),
            details: Vec::new(),
        }
    }

    pub(crate) fn work(&self) -> OpenWork {
        let id = "01890a5d-ac96-774b-bcce-b302099a8057";
        OpenWork {
            container: id.parse().unwrap(),
            container_code: "A0000001S".to_owned(),
            order: id.parse().unwrap(),
            state: workflow::ContainerState::Collected { at: self.collected },
            patient: PatientFacts { id: id.parse().unwrap(), mrn: "7".to_owned(), birth: self.birth, sex: self.sex },
            collected_or_ordered_at: self.collected,
            examinations: Vec::new(),
        }
    }

    /// Measures and asks every gate; then holds both against the one decision that follows from them.
    pub(crate) fn judge(&self) -> (Measured, Assessment) {
        self.judge_by(if self.signed { &SIGNED_CATALOGUE } else { &UNSIGNED_CATALOGUE })
    }

    /// The same by a catalogue of one's own.
    pub(crate) fn judge_by(&self, catalogue: &Catalogue) -> (Measured, Assessment) {
        let test = catalogue.test(&TestCode::parse(&self.test).unwrap()).unwrap();
        let measured = measure(&self.reading(), test, self.mark);
        assert_eq!((&measured.sent, &measured.sent_unit), (&self.sent, &self.unit), "what was sent is kept");
        // What has no value in the catalogue's unit stands with the unit it was sent with.
        let unit = if measured.value.is_ok() { test.unit.as_ref().unwrap().as_str() } else { self.unit.as_str() };
        assert_eq!(measured.unit, unit);
        let assessment = self.assess(&measured, catalogue);
        let asked: Vec<Gate> = assessment.findings.iter().map(|finding| finding.gate).collect();
        assert_eq!(asked, Gate::ALL, "every gate is asked, in order, whatever the first says");
        (measured, assessment)
    }

    /// Asks every gate of a value, however it was come by.
    pub(crate) fn assess(&self, measured: &Measured, catalogue: &Catalogue) -> Assessment {
        let test = catalogue.test(&TestCode::parse(&self.test).unwrap()).unwrap();
        let (reading, work, method) = (self.reading(), self.work(), self.method.as_ref());
        assess(
            measured,
            &Context { reading: &reading, test, instrument: Some(&self.instrument), method, work: &work, catalogue, zone: &self.zone },
        )
    }

    /// Whether rules may vouch for it in production.
    pub(crate) fn verifies(&self) -> bool {
        let (measured, assessment) = self.judge();
        measured.verify(&Verifier::Rules(RuleEdition("gates-3".to_owned())), &assessment, Policy::Hold, COLLECTED).is_ok()
    }

    pub(crate) fn said(&self) -> String {
        let (measured, assessment) = self.judge();
        let findings = said(&assessment);
        assert_eq!(self.verifies(), findings.is_empty(), "what does not pass is not verified, and what passes is");
        if findings.is_empty() {
            format!("{} | passes", measured.reported)
        } else {
            format!("{} | {}", measured.reported, findings.join(" | "))
        }
    }
}

/// Judges a case and compares what is reported and said.
#[track_caller]
pub(crate) fn check(notation: &str, expected: &str) {
    assert_eq!(Case::read(notation).said(), expected, "{notation}");
}

/// Every gate that does not simply pass.
pub(crate) fn said(assessment: &Assessment) -> Vec<String> {
    assessment.findings.iter().filter(|finding| finding.verdict != Verdict::Pass).map(show).collect()
}

fn show(finding: &GateFinding) -> String {
    let gate = match finding.gate {
        Gate::Identity => "identity",
        Gate::FormatAndUnit => "format",
        Gate::CriticalLimit => "critical",
        Gate::AbsurdLimit => "absurd",
        Gate::Delta => "delta",
    };
    let verdict = match finding.verdict {
        Verdict::NotApplicable => "not applicable",
        Verdict::Pass => "pass",
        Verdict::Info => "info",
        Verdict::Flag => "flag",
        Verdict::NotEstablished => "not established",
        Verdict::Hold => "hold",
        Verdict::Block => "block",
    };
    format!("{gate} {verdict}: {}", finding.because.as_ref().map_or_else(|| "no reason".to_owned(), why))
}

fn why(because: &Because) -> String {
    match because {
        Because::OtherPatient { stated, ordered } => format!("patient {stated}, not {ordered}"),
        Because::DeviceFlagged { flags } => format!("flags {flags}"),
        Because::NotAValue { sent, .. } => format!("no value {sent}"),
        Because::NotMeasured { sent } => format!("not measured {sent}"),
        Because::Censored { sent } => format!("only a bound {sent}"),
        Because::NoUnit { expected } => format!("no unit, {expected} expected"),
        Because::UnitUnusable { sent, expected, .. } => format!("{sent} is no {expected}"),
        Because::BelowCritical { reported, limit } => format!("{reported} below {limit}"),
        Because::AboveCritical { reported, limit } => format!("{reported} above {limit}"),
        Because::BelowAbsurd { typed, limit } => format!("{typed} below {limit}"),
        Because::AboveAbsurd { typed, limit } => format!("{typed} above {limit}"),
        Because::Changed { former, by, hours } => format!("{by} from {former} in {hours} h"),
        Because::NoFormer { why } => why.clone(),
        Because::CriticalFinding { reported } => format!("{reported} is critical"),
        Because::WordsToRead => "words to read".to_owned(),
        Because::NothingToCompare => "nothing to compare".to_owned(),
        Because::PatientFactUnknown { fact } => format!("needs {fact}"),
        Because::EditionUnsigned { edition } => format!("{edition} is not signed"),
    }
}
