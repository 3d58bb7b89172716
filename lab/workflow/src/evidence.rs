//! The evidence of one filed message as it is stored: shared facts once, per result one letter per gate, inputs in full only where a verdict
//! is not a plain pass. About twelve bytes for a clean result.

use crate::assessment::{Assessment, Because, Gate, GateFinding, Policy, RuleEdition, Verdict};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};

/// What was judged of one message, under which editions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// The edition of the set of gates.
    pub gates: RuleEdition,
    /// The edition of the catalogue and its limits.
    pub catalogue: RuleEdition,
    /// What a gate that is not established counted as.
    pub policy: Policy,
    /// Each result: container code, test code, and what the gates said.
    pub results: Vec<(String, String, Assessment)>,
}

/// Stored evidence that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("stored evidence makes no sense: {0}")]
pub struct EvidenceTrouble(pub String);

/// Reasons by gate letter.
type Reasons = BTreeMap<char, Vec<String>>;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    gates: String,
    catalogue: String,
    not_established: String,
    /// Per container: "K:PPN GLU:PPP".
    results: BTreeMap<String, String>,
    /// Reasons that hold for every result with that letter and no reason of its own: by gate and verdict, as "cN".
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    shared: BTreeMap<String, Vec<String>>,
    /// Reasons of single results, by "container test"; an empty one says that there is none, where others share one.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    own: BTreeMap<String, Reasons>,
}

/// Only a reason that lies in the edition, not in the result, is shared.
fn is_shared(because: &Because) -> bool {
    matches!(because, Because::EditionUnsigned { .. })
}

fn parts(because: &Because) -> Vec<String> {
    because.to_stored().into_iter().map(str::to_owned).collect()
}

fn shared_key(finding: &GateFinding) -> String {
    [finding.gate.letter(), finding.verdict.letter()].iter().collect()
}

/// What the shared reasons do not say of a result already.
fn own_reasons(assessment: &Assessment, shared: &BTreeMap<String, Vec<String>>) -> Reasons {
    let mut own = Reasons::new();
    for finding in &assessment.findings {
        let reason = finding.because.as_ref().map(Because::to_stored).unwrap_or_default();
        let lent = shared.get(&shared_key(finding)).map_or(&[][..], Vec::as_slice);
        if reason != lent {
            own.insert(finding.gate.letter(), reason.into_iter().map(str::to_owned).collect());
        }
    }
    own
}

impl Evidence {
    /// The text for the assessment row.
    pub fn to_stored(&self) -> Result<String, EvidenceTrouble> {
        let mut stored = Stored {
            gates: self.gates.0.clone(),
            catalogue: self.catalogue.0.clone(),
            not_established: self.policy.name().to_owned(),
            results: BTreeMap::new(),
            shared: self.shared_reasons(),
            own: BTreeMap::new(),
        };
        for (container, test, assessment) in &self.results {
            let line = stored.results.entry(container.clone()).or_default();
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(test);
            line.push(':');
            line.push_str(&assessment.letters());
            let own = own_reasons(assessment, &stored.shared);
            if !own.is_empty() {
                stored.own.insert(format!("{container} {test}"), own);
            }
        }
        serde_json::to_string(&stored).map_err(|error| EvidenceTrouble(error.to_string()))
    }

    /// The first reason of each kind that lies in the edition.
    fn shared_reasons(&self) -> BTreeMap<String, Vec<String>> {
        let mut shared = BTreeMap::new();
        for finding in self.results.iter().flat_map(|(_, _, assessment)| &assessment.findings) {
            if let Some(because) = finding.because.as_ref().filter(|because| is_shared(because)) {
                shared.entry(shared_key(finding)).or_insert_with(|| parts(because));
            }
        }
        shared
    }

    /// Reads an assessment row.
    pub fn from_stored(text: &str) -> Result<Self, EvidenceTrouble> {
        let stored: Stored = serde_json::from_str(text).map_err(|error| EvidenceTrouble(error.to_string()))?;
        let policy = Policy::from_name(&stored.not_established)
            .ok_or_else(|| EvidenceTrouble(format!("unknown policy “{}”", stored.not_established)))?;
        let mut results = Vec::new();
        for (container, line) in &stored.results {
            for item in line.split(' ') {
                let (test, letters) = item.split_once(':').ok_or_else(|| EvidenceTrouble(format!("“{item}” has no verdicts")))?;
                let own = stored.own.get(&format!("{container} {test}"));
                results.push((container.clone(), test.to_owned(), assessment(letters, own, &stored.shared)?));
            }
        }
        Ok(Self { gates: RuleEdition(stored.gates), catalogue: RuleEdition(stored.catalogue), policy, results })
    }

    /// The same with each container under the code of the label that holds now; `now` knows the codes that hold no longer.
    #[must_use]
    pub fn relabelled(mut self, now: &HashMap<String, String>) -> Self {
        for (container, _, _) in &mut self.results {
            if let Some(code) = now.get(container) {
                container.clone_from(code);
            }
        }
        self
    }

    /// What the gates said of one result.
    pub fn of(&self, container: &str, test: &str) -> Option<&Assessment> {
        self.results.iter().find(|(on, of, _)| on == container && of == test).map(|(_, _, assessment)| assessment)
    }
}

fn assessment(letters: &str, own: Option<&Reasons>, shared: &BTreeMap<String, Vec<String>>) -> Result<Assessment, EvidenceTrouble> {
    if letters.chars().count() > Gate::EVERY.len() {
        return Err(EvidenceTrouble(format!("“{letters}” has more verdicts than there are gates")));
    }
    let mut findings = Vec::new();
    for (gate, letter) in Gate::EVERY.into_iter().zip(letters.chars()) {
        if letter == '?' {
            continue;
        }
        let verdict = Verdict::from_letter(letter).ok_or_else(|| EvidenceTrouble(format!("unknown verdict “{letter}”")))?;
        let mut finding = GateFinding { gate, verdict, because: None };
        let stored = own.and_then(|reasons| reasons.get(&gate.letter())).or_else(|| shared.get(&shared_key(&finding)));
        if let Some(stored) = stored.filter(|reason| !reason.is_empty()) {
            let because = Because::from_stored(stored).ok_or_else(|| EvidenceTrouble(format!("unknown reason {stored:?}")))?;
            finding.because = Some(because);
        }
        findings.push(finding);
    }
    Ok(Assessment { findings })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(gate: Gate, verdict: Verdict, because: Option<Because>) -> GateFinding {
        GateFinding { gate, verdict, because }
    }

    fn evidence() -> Evidence {
        let unsigned = Because::EditionUnsigned { edition: "starting".to_owned() };
        let clean = Assessment {
            findings: vec![
                finding(Gate::Identity, Verdict::Pass, None),
                finding(Gate::FormatAndUnit, Verdict::Pass, None),
                finding(Gate::CriticalLimit, Verdict::NotEstablished, Some(unsigned)),
            ],
        };
        let critical = Because::AboveCritical { reported: "7.1".to_owned(), limit: "6.2".to_owned() };
        let held = Assessment {
            findings: vec![
                finding(Gate::Identity, Verdict::Pass, None),
                finding(Gate::FormatAndUnit, Verdict::Pass, None),
                finding(Gate::CriticalLimit, Verdict::Hold, Some(critical)),
            ],
        };
        Evidence {
            gates: RuleEdition("gates-1".to_owned()),
            catalogue: RuleEdition("starting".to_owned()),
            policy: Policy::Demonstration,
            results: vec![("A1".to_owned(), "K".to_owned(), held), ("A1".to_owned(), "NA".to_owned(), clean)],
        }
    }

    #[test]
    fn evidence_reads_back_with_its_reasons() {
        let evidence = evidence();
        let stored = evidence.to_stored().unwrap();
        assert_eq!(Evidence::from_stored(&stored).unwrap(), evidence);
        assert_eq!(evidence.of("A1", "K").unwrap().letters(), "PPH");
        assert!(evidence.of("A1", "CL").is_none());
    }

    /// A frozen example of the stored form: rows written by this edition must be readable for as long as results are kept.
    #[test]
    fn the_stored_form_is_frozen() {
        let text = concat!(
            r#"{"gates":"gates-1","catalogue":"starting","not_established":"info","results":{"A1":"K:PPH NA:PPN"},"#,
            r#""shared":{"cN":["edition_unsigned","starting"]},"own":{"A1 K":{"c":["above_critical","7.1","6.2"]}}}"#
        );
        assert_eq!(Evidence::from_stored(text).unwrap(), evidence());
    }

    #[test]
    fn nonsense_is_refused_with_its_reason() {
        for (text, what) in [
            ("", "EOF"),
            (r#"{"gates":"g","catalogue":"c","not_established":"maybe","results":{}}"#, "maybe"),
            (r#"{"gates":"g","catalogue":"c","not_established":"info","results":{"A1":"K"}}"#, "no verdicts"),
            (r#"{"gates":"g","catalogue":"c","not_established":"info","results":{"A1":"K:PPx"}}"#, "unknown verdict"),
            (
                r#"{"gates":"g","catalogue":"c","not_established":"info","results":{"A1":"K:PPH"},"own":{"A1 K":{"c":["x"]}}}"#,
                "unknown reason",
            ),
        ] {
            assert!(Evidence::from_stored(text).unwrap_err().to_string().contains(what), "{text}");
        }
    }
}
