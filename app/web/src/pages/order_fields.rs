//! The fields of the order form: the patient, the tests by bench, and who asks; each with what is wrong with it beside it.

use super::new_order::Typed;
use crate::Web;
use crate::words::t;
use actions::FieldTrouble;
use catalogue::{Catalogue, Test, TestCode};
use kernel::ValueKindExpected;
use maud::{Markup, html};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Sex codes and priorities, with their words.
const SEXES: [(&str, &str); 4] = [("F", t!("Female")), ("M", t!("Male")), ("O", t!("Other")), ("U", t!("Unknown"))];
const PRIORITIES: [(&str, &str); 3] = [("routine", t!("Routine")), ("urgent", t!("Urgent")), ("stat", t!("STAT"))];

/// The fields that have a place of their own on the page, with their words. Trouble with what has none is shown at the tests.
const FIELDS: [(&str, &str); 13] = [
    ("mrn", t!("Record number")),
    ("family_name", t!("Family name")),
    ("given_name", t!("Given name")),
    ("birth_date", t!("Birth date")),
    ("sex", t!("Sex")),
    ("priority", t!("Priority")),
    ("requester", t!("Requester")),
    ("requester_identifier", t!("Identifier")),
    ("contact", t!("Contact for critical results")),
    ("location", t!("Location")),
    ("copies_to", t!("Copies to")),
    ("clinical_information", t!("Clinical information")),
    ("tests", t!("Tests")),
];

fn field_of(trouble: &FieldTrouble) -> (&'static str, &'static str) {
    FIELDS.into_iter().find(|(field, _)| *field == trouble.field).unwrap_or(("tests", t!("Tests")))
}

/// The field as the page names it.
pub(crate) fn field_words(trouble: &FieldTrouble) -> &'static str {
    field_of(trouble).1
}

/// The field to go to.
pub(crate) fn field_id(trouble: &FieldTrouble) -> &'static str {
    field_of(trouble).0
}

/// What is wrong and what to do, in one line.
pub(crate) fn sentence(trouble: &FieldTrouble) -> String {
    if trouble.next.is_empty() { trouble.what.clone() } else { format!("{}: {}", trouble.what, trouble.next) }
}

pub(crate) fn patient_fields(typed: &Typed) -> Markup {
    let order = &typed.order;
    html! {
        fieldset {
            legend { (t!("Patient")) }
            div.fields {
                (input(typed, "mrn", t!("Record number"), t!("scan or type"), &order.mrn, true))
                (input(typed, "family_name", t!("Family name"), "", &order.family_name, false))
                (input(typed, "given_name", t!("Given name"), "", &order.given_name, false))
                (input(typed, "birth_date", t!("Birth date"), t!("YYYY-MM-DD [HH:MM]"), &order.birth_date, false))
                (choice(typed, "sex", t!("Sex"), &SEXES, &order.sex))
                (choice(typed, "priority", t!("Priority"), &PRIORITIES, &order.priority))
            }
        }
    }
}

pub(crate) fn requisition_fields(typed: &Typed) -> Markup {
    let says = &typed.order.requisition;
    html! {
        fieldset {
            legend { (t!("Who asks, and why")) }
            div.fields {
                (input(typed, "requester", t!("Requester"), t!("who is authorised to order"), &says.requester, false))
                (input(typed, "requester_identifier", t!("Identifier"), t!("number of the requester"), &says.requester_identifier, false))
                (input(typed, "contact", t!("Contact for critical results"), t!("who, and how"), &says.contact, false))
                (input(typed, "location", t!("Location"), t!("ward, clinic or practice"), &says.location, false))
                (input(typed, "copies_to", t!("Copies to"), "", &says.copies_to, false))
                (clinical_information(typed))
            }
        }
    }
}

fn clinical_information(typed: &Typed) -> Markup {
    let troubles = field_troubles(typed, "clinical_information");
    html! {
        div.wide {
            label for="clinical_information" { (t!("Clinical information")) }
            textarea #clinical_information name="clinical_information" rows="2" maxlength="2000"
                aria-invalid=[(!troubles.is_empty()).then_some("true")]
                aria-describedby=[(!troubles.is_empty()).then_some("clinical_information-trouble")] {
                (typed.order.requisition.clinical_information)
            }
            (trouble_lines("clinical_information", &troubles))
        }
    }
}

fn input(typed: &Typed, id: &str, name: &str, hint: &str, value: &str, is_first: bool) -> Markup {
    let troubles = field_troubles(typed, id);
    html! {
        div {
            label for=(id) { (name) @if !hint.is_empty() { " " span.hint { (hint) } } }
            input id=(id) name=(id) value=(value) autocomplete="off" maxlength="200" spellcheck="false" autofocus[is_first]
                aria-invalid=[(!troubles.is_empty()).then_some("true")] aria-describedby=[(!troubles.is_empty()).then(|| format!("{id}-trouble"))];
            (trouble_lines(id, &troubles))
        }
    }
}

fn choice(typed: &Typed, id: &str, name: &str, choices: &[(&str, &str)], value: &str) -> Markup {
    let troubles = field_troubles(typed, id);
    html! {
        div {
            label for=(id) { (name) }
            select id=(id) name=(id) aria-invalid=[(!troubles.is_empty()).then_some("true")]
                aria-describedby=[(!troubles.is_empty()).then(|| format!("{id}-trouble"))] {
                @if !choices.iter().any(|(code, _)| *code == value) { option value="" selected { (t!("Choose")) } }
                @for (code, words) in choices { option value=(code) selected[*code == value] { (words) } }
            }
            (trouble_lines(id, &troubles))
        }
    }
}

pub(crate) fn test_fields(web: &Web, typed: &Typed) -> Markup {
    let troubles = field_troubles(typed, "tests");
    let describedby = if troubles.is_empty() { "tests-hint" } else { "tests-hint tests-trouble" };
    let catalogue = web.lab.catalogue();
    html! {
        fieldset {
            legend { (t!("Tests")) }
            label for="tests" { (t!("Codes")) " " span.hint #tests-hint { (t!("with spaces between them, or tick them in the list")) } }
            input #tests name="tests" value=(typed.order.tests.join(" ")) autocomplete="off" maxlength="2000" spellcheck="false" autocapitalize="characters"
                aria-invalid=[(!troubles.is_empty()).then_some("true")] aria-describedby=(describedby);
            (trouble_lines("tests", &troubles))
            // Closed, so that a keyboard comes past it in one step.
            details {
                summary { (t!("Panels and all {count} tests, by bench", count = catalogue.tests().count())) }
                ul.ticks {
                    @if catalogue.panels().next().is_some() {
                        li.group { (t!("Panels")) }
                    }
                    @for panel in catalogue.panels() {
                        li.panel {
                            label.tick {
                                input type="checkbox" name="test" value=(panel.code);
                                span.code { (panel.code) }
                                span { (panel.name) " " span.hint { (panel.tests.iter().map(TestCode::as_str).collect::<Vec<_>>().join(" ")) } }
                            }
                        }
                    }
                    @for (bench, tests) in by_bench(&catalogue) {
                        li.group { (bench_name(bench)) }
                        @for test in tests {
                            li {
                                label.tick {
                                    input type="checkbox" name="test" value=(test.code);
                                    span.code { (test.code) } span { (test.name) }
                                    @if test.kind == ValueKindExpected::Coded && test.choices.is_empty() {
                                        span.hint { (t!("no choices to enter yet")) }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The tests of each bench, the bench with most tests first.
fn by_bench(catalogue: &Catalogue) -> Vec<(&str, Vec<&Test>)> {
    let mut benches: BTreeMap<&str, Vec<&Test>> = BTreeMap::new();
    catalogue.tests().for_each(|test| benches.entry(&test.bench).or_default().push(test));
    let mut benches: Vec<_> = benches.into_iter().collect();
    benches.sort_by_key(|(bench, tests)| (std::cmp::Reverse(tests.len()), *bench));
    benches
}

/// What people call a bench of the starting catalogue; a laboratory's own stands as it is written.
fn bench_name(bench: &str) -> Cow<'_, str> {
    match bench {
        "CHEM" => t!("Chemistry"),
        "HEM" => t!("Haematology"),
        "COAG" => t!("Coagulation"),
        "ENDO" => t!("Endocrinology"),
        "CARD" => t!("Cardiac markers"),
        "TUM" => t!("Tumour markers"),
        "TDM" => t!("Therapeutic drugs"),
        "TOX" => t!("Toxicology"),
        "IMM" => t!("Immunology"),
        "SERO" => t!("Serology"),
        "BG" => t!("Blood gas"),
        "UA" => t!("Urinalysis"),
        "BF" => t!("Body fluids"),
        "MICRO" => t!("Microbiology"),
        "MOL" => t!("Molecular"),
        "BB" => t!("Blood bank"),
        other => return other.into(),
    }
    .into()
}

fn field_troubles<'a>(typed: &'a Typed, id: &str) -> Vec<&'a FieldTrouble> {
    typed.troubles.iter().filter(|trouble| field_id(trouble) == id).collect()
}

fn trouble_lines(id: &str, troubles: &[&FieldTrouble]) -> Markup {
    html! {
        @if !troubles.is_empty() {
            p.trouble id=(format!("{id}-trouble")) {
                @for trouble in troubles { span { (sentence(trouble)) } }
            }
        }
    }
}
