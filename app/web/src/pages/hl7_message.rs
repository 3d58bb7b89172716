//! `/hl7/{id}`: a message of a hospital system segment by segment, what it came to and what was answered.

use super::chrome::{self, Here, Sheet, Shown};
use super::{hl7_state, task_table};
use crate::Web;
use crate::entry::Signed;
use crate::error::Refusal;
use crate::words::t;
use crate::{times, wire_text};
use actions::views::{self, Hl7MessageView, Hl7SegmentView};
use axum::Extension;
use axum::extract::{Path, State};
use kernel::Hl7MessageId;
use maud::{Markup, html};

/// `GET /hl7/{message}`
pub(crate) async fn show(State(web): State<Web>, Extension(signed): Extension<Signed>, Path(id): Path<String>) -> Result<Markup, Refusal> {
    let versions = web.lab.live().versions();
    let missing = || Refusal::no_such("message", &id);
    let known: Hl7MessageId = id.parse().map_err(|_| missing())?;
    let message = views::hl7_message(&web.lab, &signed.actor(), known).await?.ok_or_else(missing)?;
    let record = &message.record;
    let title = match record.message_type.as_str() {
        "" => t!("Message without a header of {link}", link = record.link),
        kind => t!("{kind} of {link}", kind = kind, link = record.link),
    };
    let body = html! {
        p.back { a href=(format!("/hl7/links/{}", record.link)) { "← " (t!("Messages of {link}", link = record.link)) } }
        h1 { (title) }
        (facts(&web, &message))
        (tasks(&web, &message))
        (content(&message))
        (answers(&message))
    };
    let shown = Shown { topics: &["tasks"], versions };
    Ok(chrome::page(&web, &signed, Sheet::live(Here::Elsewhere, &title, shown, body)))
}

fn facts(web: &Web, message: &Hl7MessageView) -> Markup {
    let record = &message.record;
    html! {
        dl.facts {
            div { dt { (t!("State")) } dd { (hl7_state::badge(record.state)) } }
            div { dt { (t!("Number of the sender")) } dd.code { (record.control_id) } }
            div { dt { (t!("Sender")) } dd.code { (record.sender) } }
            div { dt { (t!("Received and kept")) } dd { (times::moment(web, record.received_at)) } }
            div { dt { (t!("Bytes")) } dd { (message.raw.len()) } }
        }
        @if let Some(first) = record.repeats {
            p { (t!("Sent before with the same content: nothing was done again, and the earlier answer was given.")) " "
                a href=(format!("/hl7/{first}")) { (t!("first message")) } }
        } @else if !record.outcome.is_empty() {
            p data-outcome { (record.outcome) }
        }
    }
}

fn tasks(web: &Web, message: &Hl7MessageView) -> Markup {
    html! {
        @if !message.tasks.is_empty() {
            h2 #tasks { (t!("Tasks that came of it")) " " span.count { (message.tasks.len()) } }
            (task_table::table(web, "tasks", &message.tasks, None))
        }
    }
}

fn content(message: &Hl7MessageView) -> Markup {
    html! {
        h2 #segments { (t!("Segment by segment")) }
        @if message.segments.is_empty() {
            p.empty { (t!("It could not be taken apart.")) }
        } @else {
            dl.segments data-segments { @for segment in &message.segments { (segment_row(segment)) } }
            @if message.more_segments > 0 {
                p.hint { (t!("{count} segments more are kept and not shown here.", count = message.more_segments)) }
            }
        }
        details data-fold="hl7-wire" open[message.segments.is_empty()] {
            summary { h2 #wire { (t!("As it came over the wire")) } }
            (wire_text::block(&message.raw))
        }
    }
}

fn segment_row(segment: &Hl7SegmentView) -> Markup {
    html! {
        div data-segment=(segment.name) {
            dt.code { (segment.name) }
            dd {
                @for field in &segment.fields {
                    span.field { @if field.number > 0 { span.number { (field.number) } } bdi { (field.text) } }
                }
            }
        }
    }
}

fn answers(message: &Hl7MessageView) -> Markup {
    let given = [
        (t!("Answered that it is kept"), "accept", &message.answers.accept),
        (t!("Answered"), "application", &message.answers.application),
    ];
    html! {
        @for (heading, stage, answer) in given {
            @if let Some(answer) = answer {
                h2 { (heading) }
                div data-answer=(stage) { (wire_text::block(answer)) }
            }
        }
        @if message.answers.accept.is_none() && message.answers.application.is_none() {
            h2 { (t!("Answered")) }
            p.empty { (t!("It was not answered.")) }
        }
    }
}
