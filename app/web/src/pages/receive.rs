//! `/receive`: scan, scan, scan. One field keeps the focus; each scan answers at once with PASS, CHECK or STOP, in words, with a glyph and a sound.

use super::chrome::{self, Here, Sheet};
use super::second_person::{self, NotConfirmed};
use super::specimen_answer::{self, Shown};
use crate::Web;
use crate::entry::Signed;
use crate::error::Refusal;
use crate::fields::{Fields, Sent};
use crate::words::t;
use actions::{AcceptRefusal, ActRefusal, Collection, Collector, ReceiveAnswer, Verdict};
use axum::Extension;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use kernel::{CommandId, Reason};
use maud::{Markup, html};

/// `GET /receive`
pub(crate) async fn show(State(web): State<Web>, Extension(signed): Extension<Signed>) -> Markup {
    page(&web, &signed, None)
}

/// `POST /receive`: what was scanned, or what is done about the specimen that was scanned last.
pub(crate) async fn act(State(web): State<Web>, Extension(signed): Extension<Signed>, sent: Sent) -> Result<Response, Refusal> {
    let fields = Fields::read(sent)?;
    let command = fields.text("command").parse().unwrap_or_else(|_| actions::new_command());
    let code = fields.text("code");
    let shown = match fields.text("act") {
        "check" => checked(&web, &signed, command, &fields).await?,
        "reject" => reject(&web, &signed, command, &fields).await?,
        "accept" => accept(&web, &signed, command, &fields).await?,
        _ => Shown::Answer(actions::receive(&web.lab, &signed.actor(), command, code, false).await?),
    };
    // A STOP is an answer to a scan, not a request that failed.
    Ok(page(&web, &signed, Some(&shown)).into_response())
}

/// What was asked of a specimen for the blood bank was looked at; who collected it and when is recorded where nobody had said so.
async fn checked(web: &Web, signed: &Signed, command: CommandId, fields: &Fields) -> Result<Shown, Refusal> {
    let (code, name) = (fields.text("code"), fields.text("collector"));
    if !name.is_empty() {
        let at = match web.instant(fields.text("collected_at")) {
            Ok(at) => at,
            Err(words) => return Ok(Shown::stop(words)),
        };
        let collection = Collection { code: code.to_owned(), at_patient: None, collector: Collector::Named(name.to_owned()), at: Some(at) };
        match actions::collect(&web.lab, &signed.actor(), actions::new_command(), collection).await {
            Ok(_) => {}
            Err(ActRefusal::Refused(why)) => return Ok(Shown::stop(why)),
            Err(ActRefusal::Trouble(trouble)) => return Err(trouble.into()),
        }
    }
    Ok(Shown::Answer(actions::receive(&web.lab, &signed.actor(), command, code, true).await?))
}

async fn reject(web: &Web, signed: &Signed, command: CommandId, fields: &Fields) -> Result<Shown, Refusal> {
    match actions::reject(&web.lab, &signed.actor(), command, fields.text("code"), fields.text("reason")).await {
        Ok(rejected) => Ok(Shown::Rejected(rejected)),
        Err(ActRefusal::Refused(why)) => Ok(Shown::stop(why)),
        Err(ActRefusal::Trouble(trouble)) => Err(trouble.into()),
    }
}

/// A specimen that cannot be had again: the second person signs here and now.
async fn accept(web: &Web, signed: &Signed, command: CommandId, fields: &Fields) -> Result<Shown, Refusal> {
    let caveat = match Reason::new(fields.text("caveat")) {
        Ok(caveat) => caveat,
        Err(trouble) => return Ok(Shown::stop(trouble.to_string())),
    };
    // Who may not begin is told before somebody else types a password.
    let first = match actions::authority_to_accept(&web.lab, &signed.staff) {
        Ok(authority) => authority,
        Err(refusal) => return Ok(Shown::stop(refusal.to_string())),
    };
    let second = match second_person::confirm(web, signed, "accept_irreplaceable", fields).await {
        Ok(staff) => staff,
        Err(NotConfirmed::Words(_, words)) => return Ok(Shown::stop(words)),
        Err(NotConfirmed::Refused(refusal)) => return Err(refusal),
    };
    let second = match actions::authority_to_accept(&web.lab, &second) {
        Ok(authority) => authority,
        Err(refusal) => return Ok(Shown::stop(refusal.to_string())),
    };
    let Some(two) = first.with_second(second) else {
        return Ok(Shown::stop(t!("Two people are needed, each of whom may do it.").to_owned()));
    };
    match actions::accept_irreplaceable(&web.lab, command, two, fields.text("code"), caveat).await {
        Ok(()) => {
            Ok(Shown::Answer(ReceiveAnswer { verdict: Verdict::Pass, words: t!("accepted by two people").to_owned(), specimen: None }))
        }
        Err(AcceptRefusal::Act(ActRefusal::Trouble(trouble))) => Err(trouble.into()),
        Err(refusal) => Ok(Shown::stop(refusal.to_string())),
    }
}

fn page(web: &Web, signed: &Signed, shown: Option<&Shown>) -> Markup {
    let body = html! {
        div.bench data-receive {
            div.bench-head {
                h1 { (t!("Receive")) }
                label.switch { input #sound type="checkbox" checked; (t!("Sound")) }
            }
            form.scan method="post" action="/receive" data-scan-form {
                label for="scan" { (t!("Scan a container")) " " span.hint { (t!("each scan is received at once; no click is needed")) } }
                input #scan name="code" data-scan-field autocomplete="off" autocapitalize="characters" spellcheck="false" maxlength="64" autofocus;
                noscript { button.main type="submit" { (t!("Receive")) } }
            }
            div #answer aria-live="assertive" {
                @match shown {
                    Some(shown) => (specimen_answer::markup(web, shown)),
                    None => p.empty { (t!("Nothing was scanned yet.")) },
                }
            }
            section aria-labelledby="before" data-before hidden {
                h2 #before { (t!("Before that")) }
                ol.before {}
            }
        }
    };
    chrome::page(web, signed, Sheet::still(Here::Receive, t!("Receive"), body))
}
