//! The table of results: exceptions and verified ones in the same columns, so that the eye need not learn twice.

use super::{examination, patient};
use crate::Web;
use crate::local_path::encode;
use crate::times;
use crate::words::t;
use actions::views::ResultLine;
use maud::{Markup, html};

/// A table of results under the heading with this id.
pub(crate) fn table(web: &Web, heading: &str, rows: &[ResultLine]) -> Markup {
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
                        th scope="col" { (t!("Why")) }
                        th scope="col" { (t!("Specimen")) }
                        th.number scope="col" { (t!("Filed")) }
                    }
                }
                tbody { @for line in rows { (row(web, line)) } }
            }
        }
    }
}

fn row(web: &Web, line: &ResultLine) -> Markup {
    html! {
        tr data-result data-key=(examination::key(line)) data-test=(line.test) data-state=(examination::state(line))
            data-critical=(line.critical) data-container=(line.container) {
            td { (patient::cell(&line.patient)) }
            td { (line.test_name) span.sub.code { (line.test) } }
            td.number.value data-value { (line.reported) }
            td { (line.unit) (sent_otherwise(line)) }
            td.state { (examination::badge(line)) }
            td data-reasons { (examination::reasons(line)) (flags(line)) }
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
