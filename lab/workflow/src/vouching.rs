//! A person vouches: what kind of leave a result asks for, and whether it was given. Source of the kinds: people 4.1, whose rows "Verify normal
//! result", "Verify delta-fail/unusual" and "Release + call critical" are three acts.

use crate::assessment::{Assessment, Because, Gate, GateFinding, Verdict};
use crate::result::VerifyRefusal;
use kernel::{Lang, StaffId};
use people::action::acts::{ReleaseCritical, VerifyNormal, VerifyUnusual};
use people::{Authority, Decision, Scope};

/// What kind of result somebody vouches for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Asked {
    /// Any.
    Normal,
    /// One that a gate held because something about it is strange: a jump, an absurd value, a doubt of the device.
    Unusual,
    /// One beyond a critical limit, or that may be: somebody is called.
    Critical,
}

impl Asked {
    /// What people read.
    pub const fn words(self, lang: Lang) -> &'static str {
        match (self, lang) {
            (Self::Normal, Lang::English) => "results",
            (Self::Unusual, Lang::English) => "unusual results",
            (Self::Critical, Lang::English) => "critical results",
        }
    }
}

/// Everything that must be allowed to vouch for a result of which this was said.
///
/// What is not established, and a bound in place of a number, ask for eyes and for no more: a person has them.
pub(crate) fn asks_for(assessment: &Assessment) -> Vec<Asked> {
    let mut asked = vec![Asked::Normal];
    for finding in assessment.findings.iter().filter(|finding| finding.verdict >= Verdict::Hold) {
        let kind = kind(finding);
        if !asked.contains(&kind) {
            asked.push(kind);
        }
    }
    asked
}

fn kind(finding: &GateFinding) -> Asked {
    match (finding.gate, &finding.because) {
        // Words must be read by somebody who could release what they may say; a bound that does not say may hide what is critical.
        (Gate::CriticalLimit, _) => Asked::Critical,
        (Gate::FormatAndUnit, Some(Because::Censored { .. })) => Asked::Normal,
        (Gate::Identity | Gate::FormatAndUnit | Gate::AbsurdLimit | Gate::Delta, _) => Asked::Unusual,
    }
}

/// A person who vouches, with the answers to whether they may.
#[derive(Debug, PartialEq, Eq)]
pub struct VerifyingPerson {
    /// For any result.
    pub normal: Decision<VerifyNormal>,
    /// For an unusual one.
    pub unusual: Decision<VerifyUnusual>,
    /// For a critical one.
    pub critical: Decision<ReleaseCritical>,
}

impl VerifyingPerson {
    /// Who, if they may vouch for anything at all.
    pub fn staff(&self) -> Option<StaffId> {
        match &self.normal {
            Decision::Authority(authority) => Some(authority.staff()),
            Decision::AllowWithSupervisor(_) | Decision::Deny(_) => None,
        }
    }

    /// Why not, for this kind of result.
    pub(crate) fn refusal(&self, asked: Asked) -> Option<VerifyRefusal> {
        match asked {
            Asked::Normal => self.refusal_in(&self.normal, asked),
            Asked::Unusual => self.refusal_in(&self.unusual, asked),
            Asked::Critical => self.refusal_in(&self.critical, asked),
        }
    }

    fn refusal_in<A>(&self, decision: &Decision<A>, asked: Asked) -> Option<VerifyRefusal> {
        let is_whole = |authority: &Authority<A>| authority.scope() == Scope::Whole && Some(authority.staff()) == self.staff();
        match decision {
            Decision::Authority(authority) if is_whole(authority) => None,
            Decision::Authority(_) => Some(VerifyRefusal::MayNot { asked, denials: Vec::new() }),
            Decision::AllowWithSupervisor(supervised) => {
                Some(VerifyRefusal::NeedsSupervisor { asked, supervisors: supervised.supervisors().to_vec() })
            }
            Decision::Deny(denials) => Some(VerifyRefusal::MayNot { asked, denials: denials.clone() }),
        }
    }
}
