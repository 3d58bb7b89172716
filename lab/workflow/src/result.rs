//! A result's life: measured, then verified by rules or a person, or handed back with the reason.

use crate::assessment::{Assessment, Because, GateFinding, Policy, RuleEdition};
use kernel::{Lang, Timestamp, Value};

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

/// Who vouches for a value. A person comes with an authority that only the people's room can make; until that room stands, rules alone verify.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verifier {
    /// The laboratory's rules, in this edition.
    Rules(RuleEdition),
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
}

impl VerifyRefusal {
    /// What the technologist reads.
    pub fn words(&self, lang: Lang) -> String {
        let Lang::English = lang;
        match self {
            Self::NeedsEyes(findings) => {
                let said = |finding: &GateFinding| match &finding.because {
                    Some(because) => format!("{}: {}", finding.gate.words(lang), because.words(lang)),
                    None => format!("{}: {}", finding.gate.words(lang), finding.verdict.words(lang)),
                };
                findings.iter().map(said).collect::<Vec<_>>().join("; ")
            }
            Self::NotAssessed => "not every gate was asked".to_owned(),
            Self::NoValue(because) => because.words(lang),
        }
    }
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
                if !assessment.lets_through(policy) {
                    return Some(VerifyRefusal::NotAssessed);
                }
            }
        }
        match &self.value {
            Ok(Value::NotMeasured(_)) => Some(VerifyRefusal::NoValue(Because::NotMeasured { sent: self.sent.clone() })),
            Ok(_) => None,
            Err(because) => Some(VerifyRefusal::NoValue(because.clone())),
        }
    }
}
