//! What is said of one result: its state, why it waits, who vouched.

use crate::words::t;
use actions::views::ResultLine;
use maud::{Markup, html};

/// A raised hand, drawn: not every bench's computer has a font with one.
fn hand() -> Markup {
    html! {
        svg width="12" height="14" viewBox="0 0 12 14" aria-hidden="true" focusable="false" {
            path d="M2 7V3.2M4.6 6.4V1.4M7.2 6.4V1.4M9.8 7V3.2M2 6.5v3.2a4 3.6 0 0 0 7.8 0V6.5M2 8.6.7 6.8"
                fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round" {}
        }
    }
}

/// The state as a badge: colour, glyph and words, so that none of them is needed alone.
pub(crate) fn badge(line: &ResultLine) -> Markup {
    html! {
        @if line.critical {
            span.badge.critical { span aria-hidden="true" { "⇕" } " CRIT" } " "
        }
        @if line.held && line.entered.is_some() {
            span.badge.held { (hand()) " " (t!("Entered, to be verified")) }
        } @else if line.held {
            span.badge.held { (hand()) " " (t!("Held")) }
        } @else if by_rules(line) {
            span.badge.verified title=(vouched(line)) { span aria-hidden="true" { "A" } " " (t!("Verified by rules")) }
        } @else {
            span.badge.verified title=(vouched(line)) { span aria-hidden="true" { "✓" } " " (t!("Verified")) }
        }
    }
}

fn by_rules(line: &ResultLine) -> bool {
    line.verifier.as_deref().is_some_and(|verifier| verifier.starts_with("rules:"))
}

/// Who vouched, in words.
pub(crate) fn vouched(line: &ResultLine) -> String {
    match line.verifier.as_deref().map(|verifier| verifier.split_once(':').unwrap_or(("", verifier))) {
        None => t!("Nobody has vouched for it yet").to_owned(),
        Some(("rules", edition)) => t!("Verified by the rules, edition {edition}", edition = edition),
        Some((_, who)) => t!("Verified by {who}", who = who),
    }
}

/// The reasons of a row, in words, gravest first as the views give them.
pub(crate) fn reasons(line: &ResultLine) -> Markup {
    html! {
        @if line.reasons.is_empty() {
            span.hint { (t!("Every gate passed")) }
        } @else {
            ul.reasons {
                @for reason in &line.reasons {
                    li { span.gate { (reason.gate) ", " (reason.verdict) ": " } (reason.words) }
                }
            }
        }
    }
}

/// Everything that was said of a result, folded away until somebody wants it. What holds a result stands outside, never folded.
pub(crate) fn account(line: &ResultLine) -> Markup {
    html! {
        details data-fold=(format!("{}-{}", line.examination, line.version)) {
            summary { (t!("The whole account")) }
            @if !line.held { (reasons(line)) }
            dl.account {
                dt { (t!("Gates and limits")) } dd { (line.gates) }
                dt { (t!("Vouched for")) } dd { (vouched(line)) }
                @match &line.entered {
                    Some(entered) => { dt { (t!("Typed by")) } dd { (entered.by) } dt { (t!("As it was typed")) } dd.code { (line.sent) } },
                    None => { dt { (t!("As the analyser sent it")) } dd.code { (line.sent) " " (line.sent_unit) } },
                }
                @if !line.flags.is_empty() { dt { (t!("Analyser's flags")) } dd.code { (line.flags) } }
                @if !line.stated_at.is_empty() { dt { (t!("Analyser's time")) } dd { (line.stated_at) } }
                dt { (t!("Version")) } dd { (line.version) }
            }
            @if let Some(transmission) = line.transmission {
                a href=(format!("/transmissions/{transmission}")) { (t!("Transmission as it came")) }
            }
        }
    }
}

/// The place of a priority among priorities, most urgent first.
pub(crate) fn urgency(priority: &str) -> u8 {
    let is = |name: &str| priority.eq_ignore_ascii_case(name);
    if is("stat") {
        0
    } else if is("urgent") {
        1
    } else {
        2
    }
}

/// A priority that is not routine, as a badge.
pub(crate) fn priority(priority: &str) -> Markup {
    html! {
        @match urgency(priority) {
            0 => span.badge.stat { span aria-hidden="true" { "S" } " STAT" },
            1 => span.badge.stat { span aria-hidden="true" { "U" } " " (t!("Urgent")) },
            _ => {},
        }
    }
}

/// The text of `data-state`.
pub(crate) fn state(line: &ResultLine) -> &'static str {
    if line.held { "held" } else { "verified" }
}

/// What makes a row of a table another row: a new version or a new state is news.
pub(crate) fn key(line: &ResultLine) -> String {
    format!("{}-{}-{}", line.examination, line.version, state(line))
}
