//! Fields of a form with what is wrong with each beside it.

use super::order_fields::sentence;
use crate::words::t;
use actions::FieldTrouble;
use maud::{Markup, html};

/// Sex codes, with their words.
pub(crate) const SEXES: [(&str, &str); 4] = [("F", t!("Female")), ("M", t!("Male")), ("O", t!("Other")), ("U", t!("Unknown"))];

/// A field to type into.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Input<'a> {
    /// Id and name of the field.
    pub(crate) id: &'static str,
    /// What it is called.
    pub(crate) label: &'a str,
    /// What helps to fill it.
    pub(crate) hint: &'a str,
    /// What stands in it.
    pub(crate) value: &'a str,
    /// The cursor stands here when the page opens.
    pub(crate) first: bool,
}

/// A text field.
pub(crate) fn input(troubles: &[FieldTrouble], field: Input<'_>) -> Markup {
    let Input { id, label, hint, value, first } = field;
    let (invalid, described) = marks(troubles, id);
    html! {
        div {
            label for=(id) { (label) @if !hint.is_empty() { " " span.hint { (hint) } } }
            input id=(id) name=(id) value=(value) autocomplete="off" maxlength="200" spellcheck="false" autofocus[first]
                aria-invalid=[invalid] aria-describedby=[described];
            (lines(troubles, id))
        }
    }
}

/// A choice of a few.
pub(crate) fn choice(troubles: &[FieldTrouble], id: &str, label: &str, choices: &[(&str, &str)], value: &str) -> Markup {
    let (invalid, described) = marks(troubles, id);
    html! {
        div {
            label for=(id) { (label) }
            select id=(id) name=(id) aria-invalid=[invalid] aria-describedby=[described] {
                @if !choices.iter().any(|(code, _)| *code == value) { option value="" selected { (t!("Choose")) } }
                @for (code, words) in choices { option value=(code) selected[*code == value] { (words) } }
            }
            (lines(troubles, id))
        }
    }
}

/// All that is wrong, above the form, each a way to its field.
pub(crate) fn summary(troubles: &[FieldTrouble], nothing_done: &str) -> Markup {
    html! {
        @if !troubles.is_empty() {
            div.alert role="alert" {
                strong { (nothing_done) }
                ul { @for trouble in troubles { li { a href=(format!("#{}", trouble.field)) { (field_words(trouble.field)) } ": " (sentence(trouble)) } } }
            }
        }
    }
}

fn field_words(field: &str) -> &str {
    match field {
        "mrn" => t!("Record number"),
        "family_name" => t!("Family name"),
        "given_name" => t!("Given name"),
        "birth_date" => t!("Birth date"),
        "sex" => t!("Sex"),
        "mother" => t!("Mother"),
        "birth_order" => t!("Which child"),
        "kind" => t!("Kind"),
        "detail" => t!("Detail"),
        "from_day" => t!("From"),
        "until_day" => t!("Until"),
        other => other,
    }
}

fn marks(troubles: &[FieldTrouble], id: &str) -> (Option<&'static str>, Option<String>) {
    let is_wrong = troubles.iter().any(|trouble| trouble.field == id);
    (is_wrong.then_some("true"), is_wrong.then(|| format!("{id}-trouble")))
}

fn lines(troubles: &[FieldTrouble], id: &str) -> Markup {
    html! {
        @if troubles.iter().any(|trouble| trouble.field == id) {
            p.trouble id=(format!("{id}-trouble")) {
                @for trouble in troubles.iter().filter(|trouble| trouble.field == id) { span { (sentence(trouble)) } }
            }
        }
    }
}
