//! Tasks as rows: the line as the analyser sent it, why nobody could claim it, whose work it is.

use crate::Web;
use crate::local_path::encode;
use crate::times;
use crate::words::t;
use actions::views::TaskLine;
use kernel::TaskId;
use maud::{Markup, html};

/// What was tried on one task and did not work: shown in its row, with the note as it was typed.
#[derive(Debug, Clone)]
pub(crate) struct Tried {
    pub(crate) task: TaskId,
    pub(crate) note: String,
    pub(crate) words: String,
}

/// A table of tasks under the heading with this id.
pub(crate) fn table(web: &Web, heading: &str, rows: &[TaskLine], tried: Option<&Tried>) -> Markup {
    html! {
        div.table role="region" aria-labelledby=(heading) tabindex="0" {
            table aria-labelledby=(heading) {
                thead {
                    tr {
                        th scope="col" { (t!("Why")) }
                        th scope="col" { (t!("Line as sent, or what it is about")) }
                        th scope="col" { (t!("Owner")) }
                        th scope="col" { (t!("Opened")) }
                        th scope="col" { (t!("Close")) }
                    }
                }
                tbody { @for task in rows { (row(web, task, tried.filter(|tried| tried.task == task.id))) } }
            }
        }
    }
}

fn row(web: &Web, task: &TaskLine, tried: Option<&Tried>) -> Markup {
    html! {
        tr data-task data-key=(format!("{}-{}", task.id, task.row_version)) data-kind=(task.kind) {
            td { (task.why) span.sub { (kind_words(&task.kind)) } }
            td {
                code.raw data-raw-line { (task.raw_line) }
                span.sub {
                    (task.link)
                    @if let Some(transmission) = task.transmission {
                        " · " a href=(format!("/transmissions/{transmission}")) { (t!("transmission")) }
                    }
                    @if let Some(message) = task.hl7_message {
                        " · " a href=(format!("/hl7/{message}")) { (t!("message")) }
                    }
                    @if !task.accession.is_empty() {
                        a href=(format!("/orders/{}", encode(&task.accession))) { (t!("order")) " " (task.accession) }
                    }
                    @if !task.mrn.is_empty() { a href=(format!("/patients/{}", encode(&task.mrn))) { (t!("patient")) " " (task.mrn) } }
                }
            }
            td { (task.owner) }
            td { (times::moment(web, task.opened_at)) }
            td { (close_cell(web, task, tried)) }
        }
    }
}

/// The kind of a task in words.
fn kind_words(kind: &str) -> String {
    match kind {
        "unclaimed" => t!("Unclaimed reading").to_owned(),
        "unreadable" => t!("Unreadable").to_owned(),
        "critical" => t!("Critical: call").to_owned(),
        "incomplete" => t!("Incomplete message").to_owned(),
        "hl7_refused" => t!("Message not taken").to_owned(),
        "hl7_not_taken" => t!("Kind of message not taken here").to_owned(),
        "hl7_failed" => t!("Message set aside").to_owned(),
        "hl7_identity" => t!("Who is this patient?").to_owned(),
        "hl7_merge" => t!("Records merged by a message").to_owned(),
        "hl7_charset" => t!("Letters may be wrong").to_owned(),
        other => other.replace('_', " "),
    }
}

/// Who did something, as far as the journal's text tells a reader: names of persons are not in it.
fn kind_of_actor(actor: &str) -> &str {
    match actor.split_once(':') {
        Some(("person", _)) => t!("a member of staff"),
        Some(("token", _)) => t!("a program"),
        Some((_, name)) => name,
        None => actor,
    }
}

fn close_cell(web: &Web, task: &TaskLine, tried: Option<&Tried>) -> Markup {
    if let Some(at) = task.closed_at {
        return html! {
            (task.closing_note.as_deref().unwrap_or_default())
            span.sub { (task.closed_by.as_deref().map_or("", kind_of_actor)) " · " (times::moment(web, at)) }
        };
    }
    let id = format!("note-{}", task.id);
    html! {
        form.inline method="post" action=(format!("/tasks/{}/close", task.id)) {
            input type="hidden" name="command" value=(actions::new_command());
            input type="hidden" name="seen_version" value=(task.row_version);
            label.visually-hidden for=(id) { (t!("What was done about it")) }
            input id=(id) name="note" required maxlength="1000" autocomplete="off" placeholder=(t!("What was done about it"))
                value=[tried.map(|tried| tried.note.as_str())] aria-invalid=[tried.map(|_| "true")]
                aria-describedby=[tried.map(|_| format!("{id}-trouble"))];
            button type="submit" { (t!("Close")) }
        }
        @if let Some(tried) = tried { p.trouble id=(format!("{id}-trouble")) { (tried.words) } }
    }
}
