//! What became of an HL7 message, as a glyph with words.

use crate::words::t;
use actions::Hl7State;
use maud::{Markup, html};

/// The state as a badge: what a person has to look at stands out, never by colour alone.
pub(crate) fn badge(state: Hl7State) -> Markup {
    let (class, glyph, words) = match state {
        Hl7State::Accepted => ("verified", "✓", t!("Taken")),
        Hl7State::Refused => ("held", "✕", t!("Not taken")),
        Hl7State::Failed => ("critical", "!", t!("Set aside")),
        Hl7State::Unreadable => ("critical", "!", t!("Unreadable")),
        Hl7State::Incomplete => ("held", "…", t!("Cut off")),
        Hl7State::Unanswered => ("waiting", "–", t!("Needs no answer")),
        Hl7State::Repeat => ("waiting", "=", t!("Repeat")),
    };
    html! { span class=(format!("badge {class}")) data-state=(state.name()) { span aria-hidden="true" { (glyph) } " " (words) } }
}
