//! What may be done to an order on its page: a test cancelled, held, added; another priority.

use super::order;
use crate::Web;
use crate::entry::Signed;
use crate::error::Refusal;
use crate::fields::{Fields, Sent};
use crate::local_path::encode;
use crate::words::t;
use actions::views::{self, OrderView, OrderedExamination};
use actions::{ActRefusal, Hold};
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use catalogue::TestCode;
use kernel::{CommandId, ExaminationId, Reason};
use maud::{Markup, html};
use workflow::Priority;

/// `POST /orders/{accession}/change`
pub(crate) async fn change(
    State(web): State<Web>,
    Extension(signed): Extension<Signed>,
    Path(accession): Path<String>,
    sent: Sent,
) -> Result<Response, Refusal> {
    let fields = Fields::read(sent)?;
    let found = views::order_by_accession(&web.lab, &signed.actor(), &accession).await?;
    let view = found.ok_or_else(|| Refusal::no_such("order", &accession))?;
    let command = fields.text("command").parse().unwrap_or_else(|_| actions::new_command());
    match act(&web, &signed, command, &view, &fields).await {
        Ok(()) => Ok(Redirect::to(&format!("/orders/{}", encode(&accession))).into_response()),
        Err(ActRefusal::Refused(why)) => order::refused(&web, &signed, &accession, &why).await,
        Err(ActRefusal::Trouble(trouble)) => Err(trouble.into()),
    }
}

async fn act(web: &Web, signed: &Signed, command: CommandId, view: &OrderView, fields: &Fields) -> Result<(), ActRefusal> {
    let (lab, by) = (&web.lab, signed.actor());
    let refused = |words: &str| ActRefusal::Refused(words.to_owned());
    let examination = || -> Result<ExaminationId, ActRefusal> {
        let id = fields.text("examination").parse().map_err(|_| refused(t!("no test is named")))?;
        // A test of another order is not changed from this one's page.
        if view.examinations.iter().any(|examination| examination.id == id) {
            Ok(id)
        } else {
            Err(refused(t!("the test is of another order")))
        }
    };
    match fields.text("act") {
        "cancel" => {
            let reason = fields.text("reason");
            let reason = if reason.is_empty() { None } else { Some(Reason::new(reason).map_err(|trouble| refused(&trouble.to_string()))?) };
            actions::cancel_test(lab, &by, command, examination()?, reason).await
        }
        "hold" => actions::hold_test(lab, &by, command, examination()?, Hold::Held).await,
        "resume" => actions::hold_test(lab, &by, command, examination()?, Hold::Resumed).await,
        "priority" => {
            let priority = Priority::from_name(fields.text("priority")).ok_or_else(|| refused(t!("choose stat, urgent or routine")))?;
            actions::change_priority(lab, &by, command, view.id, priority).await
        }
        "add" => {
            let typed = fields.text("test").to_uppercase();
            let test = TestCode::parse(&typed).ok_or_else(|| refused(t!("type the code of a test")))?;
            actions::add_test(lab, &by, command, view.id, &test).await.map(drop)
        }
        _ => Err(refused(t!("nothing was chosen"))),
    }
}

/// Cancel, hold or resume beside a test that waits.
pub(super) fn beside(accession: &str, examination: &OrderedExamination) -> Markup {
    let is_held = examination.held_at.is_some();
    html! {
        details data-fold=(format!("change-{}", examination.id)) {
            summary { (t!("Change")) }
            form method="post" action=(format!("/orders/{}/change", encode(accession))) {
                input type="hidden" name="command" value=(actions::new_command());
                input type="hidden" name="examination" value=(examination.id);
                label { (t!("Reason")) " " span.hint { (t!("needed once it was collected")) } input name="reason" autocomplete="off" maxlength="500"; }
                div.inline {
                    button type="submit" name="act" value="cancel" { (t!("Cancel test")) }
                    button type="submit" name="act" value=(if is_held { "resume" } else { "hold" }) { @if is_held { (t!("Resume")) } @else { (t!("Hold")) } }
                }
            }
        }
    }
}

/// Adding a test and changing the priority.
pub(super) fn forms(view: &OrderView) -> Markup {
    let address = format!("/orders/{}/change", encode(&view.accession));
    let current = view.priority.to_lowercase();
    html! {
        div.two-forms {
            form.card method="post" action=(address) {
                input type="hidden" name="command" value=(actions::new_command());
                input type="hidden" name="act" value="add";
                label for="add-test" { (t!("Add a test")) " " span.hint { (t!("to a tube that is here, where it keeps and there is enough; else a new one")) } }
                div.inline { input #add-test name="test" autocomplete="off" autocapitalize="characters" maxlength="16" required; button type="submit" { (t!("Add")) } }
            }
            form.card method="post" action=(address) {
                input type="hidden" name="command" value=(actions::new_command());
                input type="hidden" name="act" value="priority";
                label for="change-priority" { (t!("Priority")) }
                div.inline {
                    select #change-priority name="priority" {
                        @for priority in Priority::ALL { option value=(priority.name()) selected[priority.name() == current] { (priority.words(kernel::Lang::English)) } }
                    }
                    button type="submit" { (t!("Change")) }
                }
            }
        }
    }
}
