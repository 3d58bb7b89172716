//! The one linked release decision: what every gate said of a result, with its evidence and the edition of its rule.
//!
//! Gates judge, policy decides: a gate that finds nothing established says so and never passes; what a realm makes of that
//! is [`Policy`]. Everything here is stored with the result and can be shown to the technologist in words years later.

use kernel::Lang;
use std::fmt;

/// A gate a result must pass, in the order in which they are asked. Append only: the letters are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Gate {
    /// Is this the specimen, the patient and the test that was ordered?
    Identity,
    /// Is it a value of the expected kind in a unit that converts exactly?
    FormatAndUnit,
    /// Does the reported value lie beyond a critical limit for this patient?
    CriticalLimit,
    /// Is the value one that is hardly ever seen in the living? Asked of what a person typed.
    AbsurdLimit,
    /// Has it changed more than it should since the last verified result of this patient? Asked of what a person typed.
    Delta,
}

impl Gate {
    /// The gates that every result must pass, in order.
    pub const ALL: [Self; 3] = [Self::Identity, Self::FormatAndUnit, Self::CriticalLimit];

    /// The gates that a result typed by a person must pass as well.
    pub const OF_ENTRIES: [Self; 2] = [Self::AbsurdLimit, Self::Delta];

    /// Every gate there is, in the order in which their letters are stored.
    pub const EVERY: [Self; 5] = [Self::Identity, Self::FormatAndUnit, Self::CriticalLimit, Self::AbsurdLimit, Self::Delta];

    /// The letter under which its verdict is stored.
    pub const fn letter(self) -> char {
        match self {
            Self::Identity => 'i',
            Self::FormatAndUnit => 'f',
            Self::CriticalLimit => 'c',
            Self::AbsurdLimit => 'a',
            Self::Delta => 'd',
        }
    }

    /// The gate stored under this letter.
    pub fn from_letter(letter: char) -> Option<Self> {
        Self::EVERY.into_iter().find(|gate| gate.letter() == letter)
    }

    /// What the technologist reads.
    pub const fn words(self, lang: Lang) -> &'static str {
        match (self, lang) {
            (Self::Identity, Lang::English) => "Identity",
            (Self::FormatAndUnit, Lang::English) => "Format and unit",
            (Self::CriticalLimit, Lang::English) => "Critical limit",
            (Self::AbsurdLimit, Lang::English) => "Absurd limit",
            (Self::Delta, Lang::English) => "Delta",
        }
    }
}

/// What a gate said, from harmless to grave; the gravest of all gates decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// The gate has nothing to say of such a result.
    NotApplicable,
    /// Looked at, and in order.
    Pass,
    /// Worth knowing; asks for nothing.
    Info,
    /// Shown with the result; asks for nothing more.
    Flag,
    /// The gate has no signed rule to judge by. It never passes; [`Policy`] says what it counts as.
    NotEstablished,
    /// A person must look before it leaves.
    Hold,
    /// It may not leave at all as it is.
    Block,
}

impl Verdict {
    /// Every verdict.
    pub const ALL: [Self; 7] = [Self::NotApplicable, Self::Pass, Self::Info, Self::Flag, Self::NotEstablished, Self::Hold, Self::Block];

    /// The letter under which it is stored.
    pub const fn letter(self) -> char {
        match self {
            Self::NotApplicable => '-',
            Self::Pass => 'P',
            Self::Info => 'I',
            Self::Flag => 'F',
            Self::NotEstablished => 'N',
            Self::Hold => 'H',
            Self::Block => 'B',
        }
    }

    /// The verdict stored under this letter.
    pub fn from_letter(letter: char) -> Option<Self> {
        Self::ALL.into_iter().find(|verdict| verdict.letter() == letter)
    }

    /// What the technologist reads.
    pub const fn words(self, lang: Lang) -> &'static str {
        match (self, lang) {
            (Self::NotApplicable, Lang::English) => "not applicable",
            (Self::Pass, Lang::English) => "passed",
            (Self::Info, Lang::English) => "for information",
            (Self::Flag, Lang::English) => "flagged",
            (Self::NotEstablished, Lang::English) => "not established",
            (Self::Hold, Lang::English) => "held",
            (Self::Block, Lang::English) => "blocked",
        }
    }
}

/// What a gate that is not established counts as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Policy {
    /// As information: in the demonstration only.
    Demonstration,
    /// As a hold: everywhere else. In production what is not established never verifies itself.
    Hold,
}

impl Policy {
    /// The policy of a realm.
    pub const fn of(realm: kernel::Realm) -> Self {
        match realm {
            kernel::Realm::Demonstration => Self::Demonstration,
            kernel::Realm::Production | kernel::Realm::Training | kernel::Realm::Validation => Self::Hold,
        }
    }

    /// The verdict that counts.
    pub const fn counts(self, verdict: Verdict) -> Verdict {
        match (self, verdict) {
            (Self::Demonstration, Verdict::NotEstablished) => Verdict::Info,
            (Self::Hold, Verdict::NotEstablished) => Verdict::Hold,
            (_, said) => said,
        }
    }

    /// The word under which it is stored.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Demonstration => "info",
            Self::Hold => "hold",
        }
    }

    /// The policy stored under this word.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Demonstration, Self::Hold].into_iter().find(|policy| policy.name() == name)
    }
}

/// The edition of a rule or table, as its file names it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RuleEdition(pub String);

impl fmt::Display for RuleEdition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why a gate said something other than "passed", with the inputs it looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Because {
    /// The device states another patient than the one the container belongs to.
    OtherPatient {
        /// The patient number the device sent.
        stated: String,
        /// The patient number of the order.
        ordered: String,
    },
    /// The device withdrew or doubts this value itself.
    DeviceFlagged {
        /// The flags as sent.
        flags: String,
    },
    /// The text is no value of the expected kind.
    NotAValue {
        /// The text as sent.
        sent: String,
        /// What is wrong with it.
        trouble: String,
    },
    /// The device measured nothing.
    NotMeasured {
        /// The text as sent.
        sent: String,
    },
    /// Only a bound is known, not the value.
    Censored {
        /// The value as sent, with its comparator.
        sent: String,
    },
    /// The device sent no unit.
    NoUnit {
        /// The unit the catalogue expects.
        expected: String,
    },
    /// The unit is unknown or does not convert exactly.
    UnitUnusable {
        /// The unit as sent.
        sent: String,
        /// The unit the catalogue expects.
        expected: String,
        /// What is wrong with it.
        trouble: String,
    },
    /// The reported value is below the critical limit.
    BelowCritical {
        /// The value as reported.
        reported: String,
        /// The limit.
        limit: String,
    },
    /// The reported value is above the critical limit.
    AboveCritical {
        /// The value as reported.
        reported: String,
        /// The limit.
        limit: String,
    },
    /// The value is below what is seen in the living.
    BelowAbsurd {
        /// The value as typed.
        typed: String,
        /// The limit.
        limit: String,
    },
    /// The value is above what is seen in the living.
    AboveAbsurd {
        /// The value as typed.
        typed: String,
        /// The limit.
        limit: String,
    },
    /// It changed more than the limit lets pass.
    Changed {
        /// The last verified value, as it was printed.
        former: String,
        /// The change, with its sign.
        by: String,
        /// Hours between the two collections, rounded to tenths.
        hours: String,
    },
    /// There is no former result to compare it with, or none that can be compared: why.
    NoFormer {
        /// Why.
        why: String,
    },
    /// The reported code or grade is a critical finding.
    CriticalFinding {
        /// The value as reported.
        reported: String,
    },
    /// Words that may say something critical: a person must read them.
    WordsToRead,
    /// No value to hold against a limit.
    NothingToCompare,
    /// The limits for this test depend on facts that are not known of this patient.
    PatientFactUnknown {
        /// "birth date" or "sex".
        fact: String,
    },
    /// The limit was looked at and not crossed, but its edition is not signed.
    EditionUnsigned {
        /// The edition.
        edition: String,
    },
}

impl Because {
    /// The code and inputs as stored.
    pub fn to_stored(&self) -> Vec<&str> {
        match self {
            Self::OtherPatient { stated, ordered } => vec!["other_patient", stated, ordered],
            Self::DeviceFlagged { flags } => vec!["device_flagged", flags],
            Self::NotAValue { sent, trouble } => vec!["not_a_value", sent, trouble],
            Self::NotMeasured { sent } => vec!["not_measured", sent],
            Self::Censored { sent } => vec!["censored", sent],
            Self::NoUnit { expected } => vec!["no_unit", expected],
            Self::UnitUnusable { sent, expected, trouble } => vec!["unit_unusable", sent, expected, trouble],
            Self::BelowCritical { reported, limit } => vec!["below_critical", reported, limit],
            Self::AboveCritical { reported, limit } => vec!["above_critical", reported, limit],
            Self::BelowAbsurd { typed, limit } => vec!["below_absurd", typed, limit],
            Self::AboveAbsurd { typed, limit } => vec!["above_absurd", typed, limit],
            Self::Changed { former, by, hours } => vec!["changed", former, by, hours],
            Self::NoFormer { why } => vec!["no_former", why],
            Self::CriticalFinding { reported } => vec!["critical_finding", reported],
            Self::WordsToRead => vec!["words_to_read"],
            Self::NothingToCompare => vec!["nothing_to_compare"],
            Self::PatientFactUnknown { fact } => vec!["patient_fact_unknown", fact],
            Self::EditionUnsigned { edition } => vec!["edition_unsigned", edition],
        }
    }

    /// Reads what [`Because::to_stored`] wrote; `None` if it makes no sense.
    pub fn from_stored(parts: &[String]) -> Option<Self> {
        let text: Vec<&str> = parts.iter().map(String::as_str).collect();
        let own = |part: &str| part.to_owned();
        Some(match text.as_slice() {
            ["other_patient", stated, ordered] => Self::OtherPatient { stated: own(stated), ordered: own(ordered) },
            ["device_flagged", flags] => Self::DeviceFlagged { flags: own(flags) },
            ["not_a_value", sent, trouble] => Self::NotAValue { sent: own(sent), trouble: own(trouble) },
            ["not_measured", sent] => Self::NotMeasured { sent: own(sent) },
            ["censored", sent] => Self::Censored { sent: own(sent) },
            ["no_unit", expected] => Self::NoUnit { expected: own(expected) },
            ["unit_unusable", sent, expected, trouble] => {
                Self::UnitUnusable { sent: own(sent), expected: own(expected), trouble: own(trouble) }
            }
            ["below_critical", reported, limit] => Self::BelowCritical { reported: own(reported), limit: own(limit) },
            ["above_critical", reported, limit] => Self::AboveCritical { reported: own(reported), limit: own(limit) },
            ["below_absurd", typed, limit] => Self::BelowAbsurd { typed: own(typed), limit: own(limit) },
            ["above_absurd", typed, limit] => Self::AboveAbsurd { typed: own(typed), limit: own(limit) },
            ["changed", former, by, hours] => Self::Changed { former: own(former), by: own(by), hours: own(hours) },
            ["no_former", why] => Self::NoFormer { why: own(why) },
            ["critical_finding", reported] => Self::CriticalFinding { reported: own(reported) },
            ["words_to_read"] => Self::WordsToRead,
            ["nothing_to_compare"] => Self::NothingToCompare,
            ["patient_fact_unknown", fact] => Self::PatientFactUnknown { fact: own(fact) },
            ["edition_unsigned", edition] => Self::EditionUnsigned { edition: own(edition) },
            _ => return None,
        })
    }

    /// What the technologist reads.
    pub fn words(&self, lang: Lang) -> String {
        let Lang::English = lang;
        match self {
            Self::OtherPatient { stated, ordered } => {
                format!("the analyser names patient {stated}, the container belongs to patient {ordered}")
            }
            Self::DeviceFlagged { flags } => format!("the analyser flagged it: {flags}"),
            Self::NotAValue { sent, trouble } => format!("“{sent}” is no usable value: {trouble}"),
            Self::NotMeasured { sent } => format!("the analyser gave no value (sent “{sent}”)"),
            Self::Censored { sent } => format!("only a bound is known ({sent}), not the value"),
            Self::NoUnit { expected } => format!("the analyser sent no unit; {expected} is expected"),
            Self::UnitUnusable { sent, expected, trouble } => format!("unit “{sent}” cannot be turned into {expected}: {trouble}"),
            Self::BelowCritical { reported, limit } => format!("{reported} is below the critical limit {limit}"),
            Self::AboveCritical { reported, limit } => format!("{reported} is above the critical limit {limit}"),
            Self::BelowAbsurd { typed, limit } => format!("{typed} is below {limit}, which is hardly ever seen in the living"),
            Self::AboveAbsurd { typed, limit } => format!("{typed} is above {limit}, which is hardly ever seen in the living"),
            Self::Changed { former, by, hours } => format!("changed by {by} since the last result, {former}, {hours} hours before"),
            Self::NoFormer { why } => why.clone(),
            Self::CriticalFinding { reported } => format!("{reported} is a critical finding"),
            Self::WordsToRead => "a person must read whether the words say something critical".to_owned(),
            Self::NothingToCompare => "there is no value to hold against a critical limit".to_owned(),
            Self::PatientFactUnknown { fact } => format!("the critical limit depends on the patient's {fact}, which is not known"),
            Self::EditionUnsigned { edition } => format!("edition {edition} of the critical limits is not signed by a laboratory director"),
        }
    }
}

/// What one gate said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GateFinding {
    /// Which gate.
    pub gate: Gate,
    /// What it said.
    pub verdict: Verdict,
    /// Why, where it is not a plain pass.
    pub because: Option<Because>,
}

impl GateFinding {
    /// Whether it says that the result lies beyond a critical limit, or is a critical finding.
    pub fn is_critical(&self) -> bool {
        matches!(self.because, Some(Because::BelowCritical { .. } | Because::AboveCritical { .. } | Because::CriticalFinding { .. }))
            && self.gate == Gate::CriticalLimit
    }
}

/// What every gate said of one result. Only `benches::assess` fills one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assessment {
    /// One finding per gate that was asked, in the order of [`Gate::EVERY`].
    pub findings: Vec<GateFinding>,
}

impl Assessment {
    /// The findings that keep this result from verifying itself under a policy, gravest first.
    pub fn holds(&self, policy: Policy) -> Vec<&GateFinding> {
        let mut holds: Vec<&GateFinding> = self.findings.iter().filter(|finding| policy.counts(finding.verdict) >= Verdict::Hold).collect();
        holds.sort_by_key(|finding| std::cmp::Reverse(finding.verdict));
        holds
    }

    /// The findings that lock it.
    pub fn blocks(&self) -> Vec<GateFinding> {
        self.findings.iter().filter(|finding| finding.verdict == Verdict::Block).cloned().collect()
    }

    /// Whether every gate was asked and none of them holds.
    pub fn lets_through(&self, policy: Policy) -> bool {
        self.was_asked(&Gate::ALL) && self.holds(policy).is_empty()
    }

    /// Whether all of these gates were asked.
    pub fn was_asked(&self, gates: &[Gate]) -> bool {
        gates.iter().all(|gate| self.findings.iter().any(|finding| finding.gate == *gate))
    }

    /// Whether the result lies beyond a critical limit, or is a critical finding.
    pub fn is_critical(&self) -> bool {
        self.findings.iter().any(GateFinding::is_critical)
    }

    /// The verdicts as stored: one letter per gate in the order of [`Gate::EVERY`], `?` for a gate that was not asked, as far as one was.
    pub fn letters(&self) -> String {
        let last = Gate::EVERY.iter().rposition(|gate| self.was_asked(&[*gate])).map_or(0, |place| place + 1);
        Gate::EVERY
            .iter()
            .take(last.max(Gate::ALL.len()))
            .map(|gate| self.findings.iter().find(|finding| finding.gate == *gate).map_or('?', |finding| finding.verdict.letter()))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assessment(verdicts: [Verdict; 3]) -> Assessment {
        let findings = Gate::ALL.into_iter().zip(verdicts).map(|(gate, verdict)| GateFinding { gate, verdict, because: None }).collect();
        Assessment { findings }
    }

    #[test]
    fn what_is_not_established_never_passes_outside_the_demonstration() {
        let unsigned = assessment([Verdict::Pass, Verdict::Pass, Verdict::NotEstablished]);
        assert!(unsigned.lets_through(Policy::of(kernel::Realm::Demonstration)));
        for realm in [kernel::Realm::Production, kernel::Realm::Training, kernel::Realm::Validation] {
            assert!(!unsigned.lets_through(Policy::of(realm)), "{realm}");
        }
    }

    #[test]
    fn every_verdict_that_asks_for_eyes_holds_and_the_others_do_not() {
        for verdict in Verdict::ALL {
            let held = matches!(verdict, Verdict::NotEstablished | Verdict::Hold | Verdict::Block);
            let judged = assessment([Verdict::Pass, verdict, Verdict::Pass]);
            assert_eq!(judged.lets_through(Policy::Hold), !held, "{verdict:?}");
        }
    }

    #[test]
    fn a_gate_that_was_not_asked_holds() {
        let mut judged = assessment([Verdict::Pass; 3]);
        assert!(judged.lets_through(Policy::Demonstration));
        judged.findings.pop();
        assert!(!judged.lets_through(Policy::Demonstration));
        assert_eq!(judged.letters(), "PP?");
    }

    #[test]
    fn the_gravest_hold_is_named_first() {
        let judged = assessment([Verdict::Hold, Verdict::Block, Verdict::Pass]);
        let holds: Vec<Verdict> = judged.holds(Policy::Hold).iter().map(|finding| finding.verdict).collect();
        assert_eq!(holds, [Verdict::Block, Verdict::Hold]);
    }

    #[test]
    fn reasons_and_letters_read_back() {
        let own = str::to_owned;
        let reasons = [
            Because::OtherPatient { stated: own("7"), ordered: own("8") },
            Because::DeviceFlagged { flags: own("23") },
            Because::NotAValue { sent: own("4..1"), trouble: own("two decimal points") },
            Because::NotMeasured { sent: own("----") },
            Because::Censored { sent: own(">15") },
            Because::NoUnit { expected: own("mmol/L") },
            Because::UnitUnusable { sent: own("furlong"), expected: own("mmol/L"), trouble: own("unknown") },
            Because::BelowCritical { reported: own("2.7"), limit: own("2.8") },
            Because::AboveCritical { reported: own("6.3"), limit: own("6.2") },
            Because::BelowAbsurd { typed: own("0.2"), limit: own("1") },
            Because::AboveAbsurd { typed: own("14"), limit: own("12") },
            Because::Changed { former: own("4.1"), by: own("+2.9"), hours: own("3.5") },
            Because::NoFormer { why: own("no former result of this patient") },
            Because::CriticalFinding { reported: own("POS") },
            Because::WordsToRead,
            Because::NothingToCompare,
            Because::PatientFactUnknown { fact: own("birth date") },
            Because::EditionUnsigned { edition: own("starting-2026-11c") },
        ];
        for reason in reasons {
            let stored: Vec<String> = reason.to_stored().into_iter().map(own).collect();
            assert_eq!(Because::from_stored(&stored), Some(reason.clone()));
            assert!(reason.words(Lang::English).len() > 10);
        }
        assert_eq!(Because::from_stored(&[own("below_critical")]), None);
        for gate in Gate::EVERY {
            assert_eq!(Gate::from_letter(gate.letter()), Some(gate));
        }
        for verdict in Verdict::ALL {
            assert_eq!(Verdict::from_letter(verdict.letter()), Some(verdict));
        }
        for policy in [Policy::Demonstration, Policy::Hold] {
            assert_eq!(Policy::from_name(policy.name()), Some(policy));
        }
    }
}
