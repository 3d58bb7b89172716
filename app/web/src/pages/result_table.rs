//! The table of results: exceptions and verified ones in the same columns, so that the eye need not learn twice.

use super::{examination, patient};
use crate::Web;
use crate::local_path::encode;
use crate::times;
use crate::words::t;
use actions::views::{ReasonLine, ResultLine};
use maud::{Markup, html};

/// What gates said of every one of these results alike, such as an edition nobody signed: said once above the table, not on each line.
pub(crate) fn common_reasons(rows: &[ResultLine]) -> Vec<ReasonLine> {
    let Some((first, others)) = rows.split_first() else { return Vec::new() };
    if others.is_empty() {
        return Vec::new();
    }
    first.reasons.iter().filter(|reason| others.iter().all(|line| line.reasons.contains(reason))).cloned().collect()
}

/// A table of results under the heading with this id. Reasons among `said` were said above it.
pub(crate) fn table(web: &Web, heading: &str, rows: &[ResultLine], said: &[ReasonLine]) -> Markup {
    let rows: Vec<(ResultLine, bool)> = rows.iter().map(|line| (without(line, said), line.reasons.is_empty())).collect();
    let has_reasons = rows.iter().any(|(line, _)| !line.reasons.is_empty() || !line.flags.is_empty());
    html! {
        div.table role="region" aria-labelledby=(heading) tabindex="0" {
            table aria-labelledby=(heading) {
                thead {
                    tr {
                        th scope="col" { (t!("Patient")) }
                        th scope="col" { (t!("Test")) }
                        th.number scope="col" { (t!("Value")) }
                        th scope="col" { (t!("Unit")) }
                        th scope="col" { (t!("State")) }
                        @if has_reasons { th scope="col" { (t!("Why")) } }
                        th scope="col" { (t!("Specimen")) }
                        th.number scope="col" { (t!("Filed")) }
                    }
                }
                tbody { @for (line, passed) in &rows { (row(web, line, has_reasons, *passed)) } }
            }
        }
    }
}

fn without(line: &ResultLine, said: &[ReasonLine]) -> ResultLine {
    let mut line = line.clone();
    line.reasons.retain(|reason| !said.contains(reason));
    line
}

fn row(web: &Web, line: &ResultLine, has_reasons: bool, every_gate_passed: bool) -> Markup {
    html! {
        tr data-result data-key=(examination::key(line)) data-test=(line.test) data-state=(examination::state(line))
            data-critical=(line.critical) data-container=(line.container) {
            td.patient { (patient::cell(&line.patient)) }
            td { (line.test_name) span.sub.code { (line.test) } }
            td.number.value data-value { (line.reported) }
            td { (line.unit) (sent_otherwise(line)) }
            td.state { (examination::badge(line)) }
            @if has_reasons {
                td.why data-reasons {
                    @if line.reasons.is_empty() && !every_gate_passed {
                        span.hint { (t!("As said above the table")) }
                    } @else {
                        (examination::reasons(line))
                    }
                    (flags(line))
                }
            }
            td {
                a.code href=(format!("/orders/{}", encode(&line.accession))) { (line.container) }
                " " (examination::priority(&line.priority))
                span.sub.code { (line.accession) }
            }
            td.number { (times::moment(web, line.filed_at)) }
        }
    }
}

/// The value as the analyser sent it, where that was in another unit.
pub(crate) fn sent_otherwise(line: &ResultLine) -> Markup {
    html! { @if line.sent_unit != line.unit { span.sub { (t!("sent")) " " (line.sent) " " (line.sent_unit) } } }
}

/// The analyser's own flags.
pub(crate) fn flags(line: &ResultLine) -> Markup {
    html! { @if !line.flags.is_empty() { span.sub { (t!("Analyser's flags")) " " span.code { (line.flags) } } } }
}
