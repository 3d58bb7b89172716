//! `/orders/new`: an order entered by hand, by keyboard alone. What was typed stays until it is right.

use super::chrome::{self, Here, Sheet};
use crate::Web;
use crate::dress::says_itself;
use crate::entry::Signed;
use crate::error::Refusal;
use crate::fields::{Fields, Sent};
use crate::local_path::encode;
use crate::words::t;
use actions::{FieldTrouble, OrderRequest, PlaceOrderRefusal};
use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use catalogue::{Catalogue, Test, TestCode};
use kernel::{CommandId, ValueKindExpected};
use maud::{Markup, html};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// Sex codes and priorities, with their words.
const SEXES: [(&str, &str); 4] = [("F", t!("Female")), ("M", t!("Male")), ("O", t!("Other")), ("U", t!("Unknown"))];
const PRIORITIES: [(&str, &str); 3] = [("routine", t!("Routine")), ("urgent", t!("Urgent")), ("stat", t!("STAT"))];

/// The form as it stands.
struct Typed {
    command: CommandId,
    order: OrderRequest,
    troubles: Vec<FieldTrouble>,
    alert: Option<String>,
}

/// `GET /orders/new`
pub(crate) async fn show(State(web): State<Web>, Extension(signed): Extension<Signed>) -> Markup {
    let order = OrderRequest { priority: "routine".to_owned(), ..OrderRequest::default() };
    form_page(&web, &signed, &Typed { command: actions::new_command(), order, troubles: Vec::new(), alert: None })
}

/// `POST /orders/new`
pub(crate) async fn place(State(web): State<Web>, Extension(signed): Extension<Signed>, sent: Sent) -> Result<Response, Refusal> {
    let fields = Fields::read(sent)?;
    let order = order_in(&fields);
    // The command came with the form, so that sending it twice orders once.
    let command = fields.text("command").parse().unwrap_or_else(|_| actions::new_command());
    let typed = |status, troubles, alert| {
        // What is sent next is another order than the one that was refused, and so another command.
        let typed = Typed { command: actions::new_command(), order: order.clone(), troubles, alert };
        says_itself(status, form_page(&web, &signed, &typed))
    };
    match actions::place_order(&web.lab, &signed.actor(), command, order.clone()).await {
        Ok(placed) => Ok(Redirect::to(&format!("/orders/{}?placed=1", encode(&placed.accession))).into_response()),
        Err(PlaceOrderRefusal::Invalid(troubles)) => Ok(typed(StatusCode::UNPROCESSABLE_ENTITY, troubles, None)),
        Err(PlaceOrderRefusal::Conflict(what)) => Ok(typed(StatusCode::CONFLICT, Vec::new(), Some(what))),
        Err(PlaceOrderRefusal::Trouble(trouble)) => Err(trouble.into()),
    }
}

fn order_in(fields: &Fields) -> OrderRequest {
    let text = |name: &str| fields.text(name).to_owned();
    OrderRequest {
        mrn: text("mrn"),
        family_name: text("family_name"),
        given_name: text("given_name"),
        birth_date: text("birth_date"),
        sex: text("sex"),
        tests: tests_in(fields),
        priority: text("priority"),
        collected_at: None,
    }
}

/// The tests typed and the tests ticked, each once, in the order in which they stand.
fn tests_in(fields: &Fields) -> Vec<String> {
    let typed = fields.text("tests").split([' ', ',', ';', '\t']).filter(|code| !code.is_empty()).map(str::to_uppercase);
    let mut seen = BTreeSet::new();
    typed.chain(fields.all("test").map(str::to_owned)).filter(|code| seen.insert(code.clone())).collect()
}

fn form_page(web: &Web, signed: &Signed, typed: &Typed) -> Markup {
    let body = html! {
        h1 { (t!("New order")) }
        @if let Some(alert) = &typed.alert { div.alert role="alert" { strong { (t!("Nothing was ordered.")) } " " (alert) } }
        @if !typed.troubles.is_empty() {
            div.alert role="alert" {
                strong { (t!("Nothing was ordered yet.")) }
                ul { @for trouble in &typed.troubles { li { a href=(format!("#{}", field_id(trouble))) { (field_words(trouble)) } ": " (sentence(trouble)) } } }
            }
        }
        form.card method="post" action="/orders/new" novalidate data-order-form {
            input type="hidden" name="command" value=(typed.command);
            (patient_fields(typed))
            (test_fields(web, typed))
            div.actions { button.main type="submit" { (t!("Place order")) } span.hint { (t!("Enter sends the form from any field")) } }
        }
    };
    chrome::page(web, signed, Sheet::still(Here::NewOrder, t!("New order"), body))
}

/// The field as the page names it.
fn field_words(trouble: &FieldTrouble) -> &'static str {
    match field_id(trouble) {
        "mrn" => t!("Record number"),
        "family_name" => t!("Family name"),
        "given_name" => t!("Given name"),
        "birth_date" => t!("Birth date"),
        "sex" => t!("Sex"),
        "priority" => t!("Priority"),
        _ => t!("Tests"),
    }
}

/// What is wrong and what to do, in one line.
fn sentence(trouble: &FieldTrouble) -> String {
    if trouble.next.is_empty() { trouble.what.clone() } else { format!("{}: {}", trouble.what, trouble.next) }
}

/// The field to go to. Trouble with a fact that has no field of its own is shown at the tests.
fn field_id(trouble: &FieldTrouble) -> &'static str {
    let fields = ["mrn", "family_name", "given_name", "birth_date", "sex", "priority"];
    fields.into_iter().find(|field| *field == trouble.field).unwrap_or("tests")
}

fn patient_fields(typed: &Typed) -> Markup {
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

fn test_fields(web: &Web, typed: &Typed) -> Markup {
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
                                    span.hint { (t!("no result entry yet")) }
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

#[cfg(test)]
mod tests {
    use super::*;
    use axum::Form;

    fn fields(pairs: &[(&str, &str)]) -> Fields {
        Fields::read(Ok(Form(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()))).unwrap()
    }

    #[test]
    fn typed_and_ticked_tests_count_once_each() {
        assert_eq!(tests_in(&fields(&[("tests", " k  na,cl"), ("test", "NA"), ("test", "ALB")])), ["K", "NA", "CL", "ALB"]);
        assert_eq!(tests_in(&fields(&[("test", "K")])), ["K"]);
        assert!(tests_in(&fields(&[("tests", " ,; ")])).is_empty());
    }

    #[test]
    fn what_was_typed_is_kept_without_the_spaces_around_it() {
        let order = order_in(&fields(&[("mrn", " 4711 "), ("family_name", "<b>O'Neil</b>")]));
        assert_eq!((order.mrn.as_str(), order.family_name.as_str(), order.sex.as_str()), ("4711", "<b>O'Neil</b>", ""));
    }

    #[test]
    fn markup_in_a_field_stays_text() {
        let typed = Typed {
            command: CommandId::from_uuid(uuid::Uuid::from_u128(1)),
            order: order_in(&fields(&[("mrn", "\"><script>alert(1)</script>")])),
            troubles: vec![FieldTrouble { field: "mrn", what: "<i>no</i>".to_owned(), next: String::new() }],
            alert: None,
        };
        let page = patient_fields(&typed).into_string();
        assert!(!page.contains("<script>") && !page.contains("<i>"), "{page}");
        assert!(page.contains("value=\"&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;\""), "{page}");
        assert!(page.contains("&lt;i&gt;no&lt;/i&gt;"), "{page}");
    }
}
