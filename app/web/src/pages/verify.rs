//! `/results/verify`: what was typed is shown again, large, with everything said of it; one key for each row, and one for all that are clean.

use super::chrome::{self, Here, Sheet, Shown};
use super::paging::{self, After};
use super::{enter, examination, patient};
use crate::Web;
use crate::dress::says_itself;
use crate::entry::Signed;
use crate::error::Refusal;
use crate::fields::{Fields, Sent};
use crate::local_path::{encode, local_or_home};
use crate::times;
use crate::words::t;
use actions::views::{self, ReasonLine, VerifyRow};
use actions::{SeenResult, VerifyResultRefusal};
use axum::Extension;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use kernel::{CommandId, ExaminationId};
use maud::{Markup, html};
use std::collections::BTreeSet;

/// Results vouched for by one form.
const AT_ONCE_MAX: usize = 100;

/// `GET /results/verify`
pub(crate) async fn list(
    State(web): State<Web>,
    Extension(signed): Extension<Signed>,
    Query(begins): Query<After>,
) -> Result<Markup, Refusal> {
    list_page(&web, &signed, begins.after.as_deref(), &[], 0).await
}

/// `GET /results/verify/{examination}`
pub(crate) async fn one(State(web): State<Web>, Extension(signed): Extension<Signed>, Path(id): Path<String>) -> Result<Markup, Refusal> {
    let missing = || Refusal::no_such("held result", &id);
    let examination: ExaminationId = id.parse().map_err(|_| missing())?;
    let row = views::held_result(&web.lab, &signed.staff, examination, actions::now()).await?.ok_or_else(missing)?;
    let back = format!("/orders/{}", encode(&row.line.accession));
    let body = html! {
        h1 { (t!("Look again")) }
        @for words in unestablished(std::slice::from_ref(&row)) { p.hint { (words) } }
        (rows_of(&web, std::slice::from_ref(&row), &back))
        p { a href=(back) { (t!("To the order")) } " · " a href="/results/verify" { (t!("Everything that waits")) } }
    };
    Ok(chrome::page(&web, &signed, Sheet::still(Here::Verify, t!("Look again"), body)))
}

/// `POST /results/verify`: each result is a command of its own, vouched for as it was seen.
pub(crate) async fn verify(State(web): State<Web>, Extension(signed): Extension<Signed>, sent: Sent) -> Result<Response, Refusal> {
    let fields = Fields::read(sent)?;
    let (mut refused, mut calls) = (Vec::new(), 0_usize);
    for seen in fields.all("seen").take(AT_ONCE_MAX) {
        let (command, seen) = read_seen(seen).ok_or_else(|| {
            Refusal::unreadable("The form does not say which result was seen.", "field seen", "Open /results/verify again.")
        })?;
        match actions::verify_result(&web.lab, &signed.staff, command, seen).await {
            Ok(verified) => calls += usize::from(verified.call),
            Err(VerifyResultRefusal::Trouble(trouble)) => return Err(trouble.into()),
            Err(refusal) => refused.push(refusal.to_string()),
        }
    }
    if refused.is_empty() && calls == 0 {
        return Ok(Redirect::to(local_or_home(fields.text("back"))).into_response());
    }
    let status = if refused.is_empty() { StatusCode::OK } else { StatusCode::CONFLICT };
    Ok(says_itself(status, list_page(&web, &signed, None, &refused, calls).await?))
}

/// A result as it was seen, with the command that vouches for it.
fn seen(row: &VerifyRow) -> String {
    let line = &row.line;
    format!("{}:{}:{}:{}:{}", actions::new_command(), line.examination, line.version, line.row_version, line.patient.mrn)
}

fn read_seen(text: &str) -> Option<(CommandId, SeenResult)> {
    let mut parts = text.splitn(5, ':');
    let command = parts.next()?.parse().ok()?;
    let examination = parts.next()?.parse().ok()?;
    let (version, row_version) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    Some((command, SeenResult { examination, version, row_version, patient_seen: parts.next()?.to_owned() }))
}

async fn list_page(web: &Web, signed: &Signed, after: Option<&str>, refused: &[String], calls: usize) -> Result<Markup, Refusal> {
    let versions = web.lab.live().versions();
    let after = paging::cursor(after)?;
    let page = views::typed_results(&web.lab, &signed.staff, after, actions::now()).await?;
    let said = unestablished(&page.rows);
    let (mut may, waits): (Vec<VerifyRow>, Vec<VerifyRow>) = page.rows.iter().cloned().partition(|row| row.refusal.is_none());
    may.sort_by_key(urgency);
    let notice = html! {
        @if !refused.is_empty() {
            div.alert role="alert" data-refused { strong { (t!("Not verified:")) } ul { @for words in refused { li { (words) } } } }
        }
        @if calls > 0 {
            div.alert role="status" data-calls {
                strong { (t!("{count} critical: call now.", count = calls)) } " "
                a href="/tasks" { (t!("The call is a task of yours: close it with who took it and when")) }
            }
        }
    };
    let body = html! {
        h1 { (t!("To verify")) " " span.count data-count { (may.len()) } }
        @if page.rows.is_empty() { p.empty { (t!("Nothing typed by hand waits. What is entered stands here until somebody has looked at it again.")) } }
        @for words in &said { p.hint data-common-reason { (t!("Of what stands below")) ": " (words) } }
        (all_clean(&may))
        (rows_of(web, &may, "/results/verify"))
        @if !waits.is_empty() {
            h2 #waiting { (t!("Waits for somebody else")) " " span.count { (waits.len()) } }
            p.hint { (t!("Who is alone on shift cannot sign for these: they wait until somebody who may is there.")) }
            (rows_of(web, &waits, "/results/verify"))
        }
        (paging::links(&page, "/results/verify", "after", after.is_none()))
    };
    let shown = Shown { topics: &["results"], versions };
    let sheet = Sheet::live(Here::Verify, t!("To verify"), shown, body);
    Ok(chrome::page(web, signed, Sheet { notice, address: Some("/results/verify"), ..sheet }))
}

/// Critical before the rest, then by priority; otherwise as they came.
fn urgency(row: &VerifyRow) -> (bool, u8) {
    (!row.line.critical, examination::urgency(&row.line.priority))
}

/// What is not established lies in the edition and not in a result: it is said once.
fn unestablished(rows: &[VerifyRow]) -> BTreeSet<String> {
    rows.iter().flat_map(|row| &row.line.reasons).filter(|reason| is_of_edition(reason)).map(|reason| reason.words.clone()).collect()
}

fn is_of_edition(reason: &ReasonLine) -> bool {
    reason.not_established
}

/// One button for every row that is clean; which ones stands beside each.
fn all_clean(rows: &[VerifyRow]) -> Markup {
    let clean: Vec<&VerifyRow> = rows.iter().filter(|row| row.clean).collect();
    html! {
        @if clean.len() > 1 {
            form.actions method="post" action="/results/verify" data-all-clean {
                input type="hidden" name="back" value="/results/verify";
                @for row in &clean { input type="hidden" name="seen" value=(seen(row)); }
                button type="submit" { (t!("Verify all {count} clean rows", count = clean.len())) }
                span.hint { (t!("Clean: no gate holds it, and it lies within its interval. The others are verified one by one.")) }
            }
        }
    }
}

fn rows_of(web: &Web, rows: &[VerifyRow], back: &str) -> Markup {
    html! { ul.looks { @for (place, row) in rows.iter().enumerate() { (look(web, row, back, place == 0)) } } }
}

fn look(web: &Web, row: &VerifyRow, back: &str, is_first: bool) -> Markup {
    let line = &row.line;
    let mut of_result = line.clone();
    of_result.reasons.retain(|reason| !is_of_edition(reason));
    html! {
        li.look data-verify-row data-key=(examination::key(line)) data-container=(line.container) data-test=(line.test) data-critical=(line.critical)
            data-clean=(row.clean) {
            div.look-value {
                span.look-number data-value { (line.reported) } " " span.look-unit { (line.unit) } " " (flag(row))
                span.sub { (line.test_name) @if !row.interval.is_empty() { " · " (t!("interval")) " " (row.interval) } }
            }
            div.look-who {
                strong { (patient::name(&line.patient)) } span.sub { (patient::facts(&line.patient)) }
                a.code href=(format!("/orders/{}", encode(&line.accession))) { (line.container) } " " (examination::priority(&line.priority))
                @if let Some(entered) = &line.entered {
                    span.sub { (t!("typed")) " “" (line.sent) "” · " (entered.by) " · " (times::moment(web, line.filed_at)) }
                } @else { span.sub { (t!("sent by the analyser")) " · " (times::moment(web, line.filed_at)) } }
            }
            div.look-said {
                @match row.former.first() {
                    Some(former) => p { (t!("Before")) ": " (enter::former_line(web, former)) },
                    None => p.hint { (t!("No former result")) },
                }
                @for note in &row.notes { p.note { (note) } }
                @if !of_result.reasons.is_empty() { (examination::reasons(&of_result)) }
            }
            div.look-act { (act(row, back, is_first)) }
        }
    }
}

fn act(row: &VerifyRow, back: &str, is_first: bool) -> Markup {
    let line = &row.line;
    let again = format!("/results/enter/{}/{}", encode(&line.container), encode(&line.test));
    html! {
        @match &row.refusal {
            Some(words) => p.refusal data-refusal { span.badge.waiting { span aria-hidden="true" { "…" } " " (t!("Waits")) } " " (words) },
            None => form method="post" action="/results/verify" {
                input type="hidden" name="seen" value=(seen(row));
                input type="hidden" name="back" value=(back);
                button.main type="submit" aria-keyshortcuts="V" autofocus[is_first] {
                    @if line.critical { (t!("Verify and call")) } @else { (t!("Verify")) } " " kbd aria-hidden="true" { "V" }
                }
            },
        }
        @if line.entered.is_some() { a href=(again) data-type-anew { (t!("Type anew")) } }
    }
}

/// Where the value lies: glyph, letters and words.
fn flag(row: &VerifyRow) -> Markup {
    html! {
        @if row.line.critical { span.badge.critical { span aria-hidden="true" { "⇕" } " CRIT" } " " }
        @match row.flag.as_str() {
            "" | "N" => {},
            "L" | "LL" => span.badge.abnormal { span aria-hidden="true" { "↓" } " " (row.flag) " " span.visually-hidden { (t!("low")) } },
            "H" | "HH" => span.badge.abnormal { span aria-hidden="true" { "↑" } " " (row.flag) " " span.visually-hidden { (t!("high")) } },
            other => span.badge.abnormal { span aria-hidden="true" { "≠" } " " (other) " " span.visually-hidden { (t!("abnormal")) } },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_seen_reads_back_with_any_record_number() {
        let id = "01890a5d-ac96-774b-bcce-b302099a8057";
        for mrn in ["4711", "a:b:c", ""] {
            let (_, seen) = read_seen(&format!("{id}:{id}:1:3:{mrn}")).unwrap();
            assert_eq!((seen.version, seen.row_version, seen.patient_seen.as_str()), (1, 3, mrn));
        }
        for nonsense in ["", "x", &format!("{id}:{id}:1:3"), &format!("{id}:{id}:one:3:m"), &format!("{id}::1:3:m")] {
            assert!(read_seen(nonsense).is_none(), "{nonsense}");
        }
    }
}
