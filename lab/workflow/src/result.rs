//! A result's life: measured, then verified by rules or a person, or handed back with the reason.

use crate::assessment::{Assessment, Because, Gate, GateFinding, Policy, RuleEdition};
use crate::vouching::{Asked, VerifyingPerson, asks_for};
use kernel::{Lang, StaffId, Timestamp, Value};
use people::{Denial, Role};

/// A value read or entered; nobody has vouched for it yet.
#[derive(Debug, Clone, PartialEq)]
pub struct Measured {
    /// The text as the device sent it, trimmed.
    pub sent: String,
    /// The unit as the device sent it.
    pub sent_unit: String,
    /// The value in the catalogue's unit, not rounded; or why there is none.
    pub value: Result<Value, Because>,
    /// What is printed and held against limits: rounded half away from zero to the test's digits, or the text as sent where there is no value.
    pub reported: String,
    /// The unit of `value` and `reported`: the catalogue's; as sent where there is no value.
    pub unit: String,
    /// Flags and alarms the device attached.
    pub flags: Vec<String>,
    /// Who typed it, where no device sent it.
    pub entered: Option<Entered>,
}

/// Who performed an examination by hand and typed its result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entered {
    /// Who.
    pub by: StaffId,
    /// Somebody else must vouch for it: it was done under supervision, or the site wants two people.
    pub needs_second: bool,
}

/// A value someone vouched for. Only [`Measured::verify`] makes one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Verified<'m> {
    measured: &'m Measured,
    verifier: &'m Verifier,
    at: Timestamp,
}

impl<'m> Verified<'m> {
    /// The value that was vouched for.
    pub fn measured(&self) -> &'m Measured {
        self.measured
    }
    /// Who vouched.
    pub fn verifier(&self) -> &'m Verifier {
        self.verifier
    }
    /// When.
    pub fn at(&self) -> Timestamp {
        self.at
    }
}

/// Who vouches for a value.
#[derive(Debug, PartialEq, Eq)]
pub enum Verifier {
    /// The laboratory's rules, in this edition.
    Rules(RuleEdition),
    /// A person, with what `people::authorise` said: nobody verifies by holding an id.
    Person(VerifyingPerson),
}

impl Verifier {
    /// As it is stored: "rules:EDITION", or the person as an actor. Nothing for a person who has leave for nothing.
    pub fn stored(&self) -> Option<String> {
        match self {
            Self::Rules(edition) => Some(format!("rules:{edition}")),
            Self::Person(person) => person.staff().map(|staff| kernel::Actor::Person(staff).to_string()),
        }
    }
}

/// Why a result may not be verified now; shown to the technologist word for word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VerifyRefusal {
    /// Gates asked for eyes, and rules may not overrule themselves.
    NeedsEyes(Vec<GateFinding>),
    /// A gate was never asked: the assessment is not whole.
    NotAssessed,
    /// There is no value to vouch for.
    NoValue(Because),
    /// A gate locked it. A hold is a hand, a block is a lock: no person overrules it.
    Blocked(Vec<GateFinding>),
    /// The person may not vouch for such a result.
    MayNot {
        /// For what kind of result.
        asked: Asked,
        /// Why not.
        denials: Vec<Denial>,
    },
    /// The person may only under somebody who signs: it waits for one of these.
    NeedsSupervisor {
        /// For what kind of result.
        asked: Asked,
        /// The roles of those who may sign.
        supervisors: Vec<Role>,
    },
    /// Whoever typed it may not be the one who vouches for it here.
    EnteredBySamePerson,
}

impl VerifyRefusal {
    /// What the technologist reads.
    pub fn words(&self, lang: Lang) -> String {
        let Lang::English = lang;
        match self {
            Self::NeedsEyes(findings) => said(findings, lang),
            Self::NotAssessed => "not every gate was asked".to_owned(),
            Self::NoValue(because) => because.words(lang),
            Self::Blocked(findings) => format!("it is locked, and nobody may overrule that: {}", said(findings, lang)),
            Self::MayNot { asked, denials } => {
                let denials: Vec<String> = denials.iter().map(|denial| denial.words(lang)).collect();
                let denials =
                    if denials.is_empty() { "only a part of it, or together with a second person".to_owned() } else { denials.join("; ") };
                format!("your account may not verify {}: {denials}", asked.words(lang))
            }
            Self::NeedsSupervisor { asked, supervisors } => {
                let roles: Vec<&str> = supervisors.iter().map(|role| role.name()).collect();
                format!("you verify {} only under supervision: it waits until one of these signs: {}", asked.words(lang), roles.join(", "))
            }
            Self::EnteredBySamePerson => {
                "whoever typed this may not verify it: it waits until a second person looks, however long one is alone on shift".to_owned()
            }
        }
    }
}

/// What gates said, in one line.
fn said(findings: &[GateFinding], lang: Lang) -> String {
    let said = |finding: &GateFinding| match &finding.because {
        Some(because) => format!("{}: {}", finding.gate.words(lang), because.words(lang)),
        None => format!("{}: {}", finding.gate.words(lang), finding.verdict.words(lang)),
    };
    findings.iter().map(said).collect::<Vec<_>>().join("; ")
}

impl Measured {
    /// Vouches for this value, or says why not.
    pub fn verify<'m>(
        &'m self,
        verifier: &'m Verifier,
        assessment: &Assessment,
        policy: Policy,
        now: Timestamp,
    ) -> Result<Verified<'m>, VerifyRefusal> {
        match self.refusal(verifier, assessment, policy) {
            Some(refusal) => Err(refusal),
            None => Ok(Verified { measured: self, verifier, at: now }),
        }
    }

    fn refusal(&self, verifier: &Verifier, assessment: &Assessment, policy: Policy) -> Option<VerifyRefusal> {
        match verifier {
            Verifier::Rules(_) => {
                let holds = assessment.holds(policy);
                if !holds.is_empty() {
                    return Some(VerifyRefusal::NeedsEyes(holds.into_iter().cloned().collect()));
                }
                // Asked after the holds so that the reason named is the one that helps.
                if !self.was_assessed(assessment) {
                    return Some(VerifyRefusal::NotAssessed);
                }
                self.no_value()
            }
            Verifier::Person(person) => {
                let blocks = assessment.blocks();
                if !blocks.is_empty() {
                    return Some(VerifyRefusal::Blocked(blocks));
                }
                if !self.was_assessed(assessment) {
                    return Some(VerifyRefusal::NotAssessed);
                }
                self.no_value().or_else(|| self.refusal_of_person(person, assessment))
            }
        }
    }

    fn refusal_of_person(&self, person: &VerifyingPerson, assessment: &Assessment) -> Option<VerifyRefusal> {
        if let Some(refusal) = asks_for(assessment).into_iter().find_map(|asked| person.refusal(asked)) {
            return Some(refusal);
        }
        let typed_it = |entered: &Entered| entered.needs_second && person.staff().is_none_or(|staff| staff == entered.by);
        self.entered.as_ref().filter(|entered| typed_it(entered)).map(|_| VerifyRefusal::EnteredBySamePerson)
    }

    /// Every gate that must be asked of such a result was.
    fn was_assessed(&self, assessment: &Assessment) -> bool {
        assessment.was_asked(&Gate::ALL) && (self.entered.is_none() || assessment.was_asked(&Gate::OF_ENTRIES))
    }

    fn no_value(&self) -> Option<VerifyRefusal> {
        match &self.value {
            Ok(Value::NotMeasured(_)) => Some(VerifyRefusal::NoValue(Because::NotMeasured { sent: self.sent.clone() })),
            Ok(_) => None,
            Err(because) => Some(VerifyRefusal::NoValue(because.clone())),
        }
    }
}
