//! `/orders/{accession}/labels`: the labels of an order, for a browser's printer or as ZPL; a reprint is another label and says why.

use super::chrome::{self, Here, Sheet};
use crate::Web;
use crate::dress::says_itself;
use crate::entry::Signed;
use crate::error::Refusal;
use crate::fields::{Fields, Sent};
use crate::local_path::encode;
use crate::words::t;
use actions::ActRefusal;
use actions::views::{self, LabelLine};
use axum::Extension;
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use kernel::{Lang, OrderId, Reason};
use maud::{Markup, html};
use reports::{Label, Stock, code128};
use serde::Deserialize;

/// The stock that is meant where none is named.
const STOCK: &str = "50x25-203";

/// `GET /orders/{accession}/labels`
pub(crate) async fn show(
    State(web): State<Web>,
    Extension(signed): Extension<Signed>,
    Path(accession): Path<String>,
) -> Result<Response, Refusal> {
    page(&web, &signed, &accession, None).await
}

async fn labels(web: &Web, signed: &Signed, accession: &str) -> Result<(OrderId, Vec<LabelLine>), Refusal> {
    let found = views::labels_of_order(&web.lab, &signed.actor(), accession).await?;
    found.ok_or_else(|| Refusal::no_such("order", accession))
}

async fn page(web: &Web, signed: &Signed, accession: &str, refused: Option<&str>) -> Result<Response, Refusal> {
    let (_, lines) = labels(web, signed, accession).await?;
    let here = format!("/orders/{}/labels", encode(accession));
    let is_first = lines.iter().any(|line| !line.was_printed);
    let title = t!("Labels of {accession}", accession = accession);
    let body = html! {
        div.no-print {
            h1 { (t!("Labels")) " " a.code href=(format!("/orders/{}", encode(accession))) { (accession) } }
            @if let Some(words) = refused { p.alert role="alert" { strong { (t!("Nothing was changed.")) } " " (words) } }
            @if lines.is_empty() { p.empty { (t!("No container of this order needs a label.")) } }
            @if is_first {
                form.inline method="post" action=(here) data-print-form {
                    input type="hidden" name="command" value=(actions::new_command());
                    button.main type="submit" { (t!("Print")) } " "
                    a href=(format!("{here}.zpl")) { (t!("for a label printer (ZPL)")) }
                }
            } @else if !lines.is_empty() {
                p.hint { (t!("These labels were printed. Another print of one is a label of its own; the one before holds no longer.")) }
            }
        }
        ul.sheet-of-labels { @for line in &lines { (one(line, &here)) } }
    };
    let status = if refused.is_some() { StatusCode::CONFLICT } else { StatusCode::OK };
    Ok(says_itself(status, chrome::page(web, signed, Sheet::still(Here::Elsewhere, &title, body))))
}

fn one(line: &LabelLine, here: &str) -> Markup {
    html! {
        li.printed-label data-container=(line.code) {
            @match &line.label {
                Some(label) => (drawn(label)),
                None => p.trouble { (t!("{code}: a stored fact of the patient fits on no label; correct the record", code = line.code)) },
            }
            @if line.was_printed {
                form.no-print.inline method="post" action=(format!("{here}/replace")) {
                    input type="hidden" name="command" value=(actions::new_command());
                    input type="hidden" name="code" value=(line.code);
                    input name="reason" placeholder=(t!("why another label?")) aria-label=(t!("Why another label?")) maxlength="500" required;
                    button type="submit" { (t!("Replace")) }
                }
            }
        }
    }
}

/// The label as a browser prints it: the name as large as the bars. The second symbol is left to label printers.
fn drawn(label: &Label) -> Markup {
    let modules = code128::modules(&label.code);
    let given = label.name.given().unwrap_or_default();
    html! {
        div.sticker {
            @if let Some(words) = label.watermark(Lang::English) { span.watermark { (words) } }
            span.sticker-name { (label.name.family()) @if !given.is_empty() { ", " (given) } }
            span.sticker-line { (label.mrn) " " @if let Some(birth) = &label.birth { "* " (birth) " " } (label.sex.code()) }
            svg.bars viewBox=(format!("-10 0 {} 30", modules + 20)) preserveAspectRatio="none" role="img" aria-label=(label.code) {
                @for bar in code128::bars(&label.code) { rect x=(bar.at) y="0" width=(bar.width) height="30" {} }
            }
            span.sticker-code { (label.code) }
            span.sticker-line { strong { (label.priority_words(Lang::English)) } " " (label.tests.join(" ")) }
            span.sticker-line { (label.container) " · " (label.accession) " · " (label.count.number) "/" (label.count.of) }
            @match &label.collected {
                Some(collected) => span.sticker-line { (collected.at) " " (collected.by) },
                None => span.sticker-line { (t!("drawn ______ by ______")) },
            }
        }
    }
}

/// Which printer.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Printer {
    stock: Option<String>,
}

/// `GET /orders/{accession}/labels.zpl`
pub(crate) async fn zpl(
    State(web): State<Web>,
    Extension(signed): Extension<Signed>,
    Path(accession): Path<String>,
    Query(printer): Query<Printer>,
) -> Result<Response, Refusal> {
    let name = printer.stock.as_deref().unwrap_or(STOCK);
    let stock = Stock::find(name).ok_or_else(|| Refusal::no_such("label stock", name))?;
    let (_, lines) = labels(&web, &signed, &accession).await?;
    let zpl = views::zpl(lines.iter().filter_map(|line| line.label.as_ref()), stock);
    Ok(([(header::CONTENT_TYPE, "application/zpl")], zpl).into_response())
}

/// `POST /orders/{accession}/labels`: they are printed now.
pub(crate) async fn note_printed(
    State(web): State<Web>,
    Extension(signed): Extension<Signed>,
    Path(accession): Path<String>,
    sent: Sent,
) -> Result<Response, Refusal> {
    let fields = Fields::read(sent)?;
    let (order, _) = labels(&web, &signed, &accession).await?;
    let command = fields.text("command").parse().unwrap_or_else(|_| actions::new_command());
    match actions::note_printed(&web.lab, &signed.actor(), command, order).await {
        Ok(_) => Ok(Redirect::to(&format!("/orders/{}/labels?print=1", encode(&accession))).into_response()),
        Err(refusal) => refused(&web, &signed, &accession, refusal).await,
    }
}

/// `POST /orders/{accession}/labels/replace`: another label for one container.
pub(crate) async fn replace(
    State(web): State<Web>,
    Extension(signed): Extension<Signed>,
    Path(accession): Path<String>,
    sent: Sent,
) -> Result<Response, Refusal> {
    let fields = Fields::read(sent)?;
    let reason = match Reason::new(fields.text("reason")) {
        Ok(reason) => reason,
        Err(trouble) => return page(&web, &signed, &accession, Some(&trouble.to_string())).await,
    };
    let command = fields.text("command").parse().unwrap_or_else(|_| actions::new_command());
    match actions::relabel(&web.lab, &signed.actor(), command, fields.text("code"), reason).await {
        Ok(_) => Ok(Redirect::to(&format!("/orders/{}/labels?print=1", encode(&accession))).into_response()),
        Err(refusal) => refused(&web, &signed, &accession, refusal).await,
    }
}

async fn refused(web: &Web, signed: &Signed, accession: &str, refusal: ActRefusal) -> Result<Response, Refusal> {
    match refusal {
        ActRefusal::Refused(why) => page(web, signed, accession, Some(&why)).await,
        ActRefusal::Trouble(trouble) => Err(trouble.into()),
    }
}
