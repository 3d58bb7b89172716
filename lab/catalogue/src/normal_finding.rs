//! Findings that are normal: what a coded or graded result is held against, as a number is against its interval.

use crate::intervals::flag::Flag;
use crate::table::{ContentTrouble, TableRow};
use crate::test::{Test, TestCode};
use kernel::{DecimalMark, Lang, Value, ValueKindExpected};

impl Test {
    /// The flag of a coded or graded value: normal if the catalogue names it so, else abnormal (`N` and `A` of HL7 v2 table 0078). Nothing where
    /// the test names no normal finding, and for whatever is neither a code nor a grade.
    pub fn flag_of_finding(&self, value: &Value) -> Option<Flag> {
        let is_finding = matches!(value, Value::Coded(_) | Value::SemiQuantitative(_));
        let is_normal = || self.normal_findings.contains(value);
        (is_finding && !self.normal_findings.is_empty()).then(|| if is_normal() { Flag::Normal } else { Flag::Abnormal })
    }
}

/// Reads the column `normal`: codes as they are reported, or grades, one behind the other with `|`; empty where nothing is flagged.
pub(crate) fn read(row: &TableRow<'_>, code: &TestCode, kind: ValueKindExpected) -> Result<Vec<Value>, ContentTrouble> {
    let text = row.cell("normal");
    let mut findings = Vec::new();
    if text.is_empty() {
        return Ok(findings);
    }
    if !matches!(kind, ValueKindExpected::Coded | ValueKindExpected::SemiQuantitative) {
        return Err(row.trouble(format!("{code} is neither coded nor graded and has a normal finding, “{text}”")));
    }
    for finding in text.split('|') {
        let value = match Value::read(finding, kind, DecimalMark::Point) {
            Ok(value @ (Value::Coded(_) | Value::SemiQuantitative(_))) => value,
            _ => return Err(row.trouble(format!("normal finding “{finding}” of {code} must be {}", kind.words(Lang::English)))),
        };
        if findings.contains(&value) {
            return Err(row.trouble(format!("normal finding “{finding}” of {code} stands here twice")));
        }
        findings.push(value);
    }
    Ok(findings)
}
