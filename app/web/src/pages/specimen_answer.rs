//! What stands on the screen after a scan at the receiving bench: the verdict as large as a hand, whose it is, and what can be done about it.

use super::{patient, second_person};
use crate::Web;
use crate::local_path::encode;
use crate::times;
use crate::words::t;
use actions::{ReceiveAnswer, Rejected, SpecimenLine, Verdict};
use kernel::Lang;
use maud::{Markup, html};

/// What is shown.
#[derive(Debug)]
pub(crate) enum Shown {
    /// The answer to a scan.
    Answer(ReceiveAnswer),
    /// A specimen was rejected.
    Rejected(Rejected),
}

impl Shown {
    /// Nothing was done, and why.
    pub(crate) fn stop(words: String) -> Self {
        Self::Answer(ReceiveAnswer { verdict: Verdict::Stop, words, specimen: None })
    }
}

/// The answer as it stands in the page.
pub(crate) fn markup(web: &Web, shown: &Shown) -> Markup {
    match shown {
        Shown::Answer(answer) => answered(web, answer),
        Shown::Rejected(rejected) => rejection(rejected),
    }
}

fn verdict(name: &str, glyph: &str, words: &str, detail: &Markup) -> Markup {
    html! {
        p class=(format!("verdict {name}")) {
            span.glyph aria-hidden="true" { (glyph) } strong { (words) } span.detail { (detail) }
        }
    }
}

fn answered(web: &Web, answer: &ReceiveAnswer) -> Markup {
    let (words, moment) = answer.words_and_moment();
    let detail = html! { (words) @if let Some(at) = moment { ", " (times::moment(web, at)) } };
    let (name, glyph, big) = match answer.verdict {
        Verdict::Pass => ("pass", "✓", t!("PASS")),
        Verdict::Check => ("check", "?", t!("CHECK")),
        Verdict::Stop => ("stop", "✕", t!("STOP")),
    };
    let code = answer.specimen.as_ref().map_or("", |specimen| &specimen.code);
    html! {
        section.answer data-verdict=(name) data-code=(code) {
            (verdict(name, glyph, big, &detail))
            @if let Some(specimen) = &answer.specimen {
                (facts(web, specimen))
                @if answer.verdict == Verdict::Check { (check(specimen)) }
                (rejecting(web, specimen))
            }
        }
    }
}

fn facts(web: &Web, specimen: &SpecimenLine) -> Markup {
    let age = specimen.age_words().unwrap_or_else(|| t!("not known").to_owned());
    html! {
        p.who-it-is { strong { (patient::name(&specimen.patient)) } " " span.sub { (patient::facts(&specimen.patient)) } }
        dl.facts {
            div { dt { (t!("Container")) } dd.code { (specimen.code) } }
            div { dt { (t!("Specimen")) } dd { (specimen.specimen) } }
            div { dt { (t!("Age of the specimen")) } dd { (age) } }
            div { dt { (t!("Collected")) } dd {
                @match specimen.collected_at { Some(at) => (times::moment(web, at)), None => (t!("not said")) }
                @if let Some(collector) = &specimen.collector { " " (t!("by {collector}", collector = collector)) }
            } }
            div { dt { (t!("Priority")) } dd { (specimen.priority.words(Lang::English)) } }
            div { dt { (t!("Tests")) } dd { (specimen.tests.join(" ")) } }
            div { dt { (t!("Order")) } dd { a href=(format!("/orders/{}", encode(&specimen.accession))) { (specimen.accession) } } }
        }
    }
}

/// A tube for the blood bank: who looked says so with one key.
fn check(specimen: &SpecimenLine) -> Markup {
    html! {
        form.card method="post" action="/receive" data-answer-form {
            input type="hidden" name="command" value=(actions::new_command());
            input type="hidden" name="act" value="check";
            input type="hidden" name="code" value=(specimen.code);
            p { (t!("Compare the label on the tube with the name and number above, and both with the request; then the collector and the time.")) }
            @if specimen.collected_at.is_none() || specimen.collector.is_none() {
                div.fields {
                    div { label for="collector" { (t!("Collected by")) } input #collector name="collector" autocomplete="off" maxlength="200" required; }
                    div { label for="collected_at" { (t!("At")) } input #collected_at name="collected_at" type="datetime-local" required; }
                }
            }
            div.actions {
                button.main type="submit" data-key="F9" { (t!("Label, collector and time agree")) " " kbd aria-hidden="true" { "F9" } }
            }
        }
    }
}

/// Rejecting: F8, then the letter of the reason. Without scripts a list and a button.
fn rejecting(web: &Web, specimen: &SpecimenLine) -> Markup {
    let catalogue = web.lab.catalogue();
    let irreplaceable = actions::is_irreplaceable(&specimen.specimen);
    html! {
        details.reject data-reject {
            summary { (t!("Reject")) " " kbd aria-hidden="true" { "F8" } }
            form method="post" action="/receive" data-answer-form {
                input type="hidden" name="command" value=(actions::new_command());
                input type="hidden" name="act" value="reject";
                input type="hidden" name="code" value=(specimen.code);
                p.hint { (t!("Press the letter of the reason. What is open on it is collected again, and the ward gets a task.")) }
                ul.reasons-to-reject {
                    @for (letter, reason) in ('a'..='z').zip(catalogue.rejection_reasons()) {
                        li {
                            button type="submit" name="reason" value=(reason.code) data-letter=(letter) title=(reason.documentation) {
                                kbd aria-hidden="true" { (letter) } " " (reason.name)
                            }
                        }
                    }
                }
            }
        }
        @if irreplaceable {
            details.reject {
                summary { (t!("Accept although it cannot be had again")) }
                form method="post" action="/receive" data-answer-form {
                    input type="hidden" name="command" value=(actions::new_command());
                    input type="hidden" name="act" value="accept";
                    input type="hidden" name="code" value=(specimen.code);
                    label for="caveat" { (t!("Caveat")) " " span.hint { (t!("what is wrong with it, and who identified it; it goes on the report")) } }
                    input #caveat name="caveat" autocomplete="off" maxlength="500" required;
                    (second_person::fields(t!("This specimen cannot be had again; it is accepted with the caveat."), "", None))
                    div.actions { button.main type="submit" { (t!("Accept with this caveat")) } }
                }
            }
        }
    }
}

fn rejection(rejected: &Rejected) -> Markup {
    let detail = html! {
        (t!("container {code} is rejected", code = rejected.code))
        @if let Some(new) = &rejected.recollect { "; " (t!("to be collected again as")) " " span.code { (new) } }
    };
    html! {
        section.answer data-verdict="rejected" data-code=(rejected.code) {
            (verdict("stop", "✕", t!("REJECTED"), &detail))
            p { (t!("Write down: {what}.", what = rejected.documentation)) }
            @if rejected.recollect.is_some() {
                p { a href=(format!("/orders/{}/labels", encode(&rejected.accession))) { (t!("Labels of the order")) } }
            }
        }
    }
}
