//! `/orders/new`: an order entered by hand, by keyboard alone. What was typed stays until it is right.

use super::chrome::{self, Here, Sheet};
use super::order_fields::{field_id, field_words, patient_fields, requisition_fields, sentence, test_fields};
use crate::Web;
use crate::dress::says_itself;
use crate::entry::Signed;
use crate::error::Refusal;
use crate::fields::{Fields, Sent};
use crate::local_path::encode;
use crate::words::t;
use actions::{FieldTrouble, OrderRequest, OrderSource, PlaceOrderRefusal, RequisitionRequest};
use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use kernel::CommandId;
use maud::{Markup, html};
use std::collections::BTreeSet;

/// The form as it stands.
pub(crate) struct Typed {
    pub(crate) command: CommandId,
    pub(crate) order: OrderRequest,
    pub(crate) troubles: Vec<FieldTrouble>,
    pub(crate) alert: Option<String>,
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
        requisition: requisition_in(fields),
        source: OrderSource::Page,
        ..OrderRequest::default()
    }
}

fn requisition_in(fields: &Fields) -> RequisitionRequest {
    let text = |name: &str| fields.text(name).to_owned();
    RequisitionRequest {
        requester: text("requester"),
        requester_identifier: text("requester_identifier"),
        contact: text("contact"),
        location: text("location"),
        clinical_information: text("clinical_information"),
        copies_to: text("copies_to"),
        visit: None,
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
            (requisition_fields(typed))
            div.actions { button.main type="submit" { (t!("Place order")) } span.hint { (t!("Enter sends the form from any field")) } }
        }
    };
    chrome::page(web, signed, Sheet::still(Here::NewOrder, t!("New order"), body))
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
