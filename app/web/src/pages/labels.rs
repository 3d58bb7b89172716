//! `/orders/{accession}/labels`: the labels of an order, for a browser's printer, as PDF or as ZPL; a reprint is another label and says why.

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
use render::{Document, Drawn, Labels, Media};
use reports::{Label, Unshown, code128};
use serde::Deserialize;
use std::time::Duration;

/// The stock that is meant where none is named.
const STOCK: &str = "50x25-203";
/// How long the page waits to hear what a PDF would not show.
const LOOK_WAIT_MAX: Duration = Duration::from_secs(5);
/// Letters that are named of one label.
const LETTERS_NAMED_MAX: usize = 8;

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
    let not_shown = not_shown(web, &lines).await;
    let is_first = lines.iter().any(|line| !line.was_printed);
    let title = t!("Labels of {accession}", accession = accession);
    let body = html! {
        div.no-print {
            h1 { (t!("Labels")) " " a.code href=(format!("/orders/{}", encode(accession))) { (accession) } }
            @if let Some(words) = refused { p.alert role="alert" { strong { (t!("Nothing was changed.")) } " " (words) } }
            @for words in &not_shown { p.trouble data-not-shown { (words) } }
            @if lines.is_empty() { p.empty { (t!("No container of this order needs a label.")) } }
            @if is_first {
                form.inline method="post" action=(here) data-print-form {
                    input type="hidden" name="command" value=(actions::new_command());
                    button.main type="submit" { (t!("Print")) } " "
                    a href=(format!("{here}.pdf")) { (t!("PDF")) } " "
                    a href=(format!("{here}.zpl")) { (t!("ZPL")) }
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

/// The labels that can be drawn, on the stock that is asked for.
async fn on_stock(web: &Web, signed: &Signed, accession: &str, printer: &Printer) -> Result<Labels, Refusal> {
    let name = printer.stock.as_deref().unwrap_or(STOCK);
    let on = Media::find(name, 0).map_err(|_| Refusal::no_such("label stock", name))?;
    let (_, lines) = labels(web, signed, accession).await?;
    Ok(Labels { on, labels: lines.into_iter().filter_map(|line| line.label).collect() })
}

/// `GET /orders/{accession}/labels.zpl`
pub(crate) async fn zpl(
    State(web): State<Web>,
    Extension(signed): Extension<Signed>,
    Path(accession): Path<String>,
    Query(printer): Query<Printer>,
) -> Result<Response, Refusal> {
    let labels = on_stock(&web, &signed, &accession, &printer).await?;
    let zpl = labels.zpl().map_err(|_| Refusal::no_such("stock of label printers", labels.on.name()))?;
    Ok(([(header::CONTENT_TYPE, "application/zpl")], zpl.text).into_response())
}

/// `GET /orders/{accession}/labels.pdf`
pub(crate) async fn pdf(
    State(web): State<Web>,
    Extension(signed): Extension<Signed>,
    Path(accession): Path<String>,
    Query(printer): Query<Printer>,
) -> Result<Response, Refusal> {
    let labels = on_stock(&web, &signed, &accession, &printer).await?;
    if labels.labels.is_empty() {
        return Err(Refusal::no_such("label of order", &accession));
    }
    let drawn = draw(&web, labels).await.map_err(Refusal::busy)?;
    Ok(([(header::CONTENT_TYPE, "application/pdf")], drawn.pdf).into_response())
}

async fn draw(web: &Web, labels: Labels) -> Result<Drawn, String> {
    let renderer = web.renderer.as_ref().ok_or_else(|| t!("Nothing here draws PDF.").to_string())?;
    renderer.draw(&Document::Labels(labels)).await.map_err(|trouble| trouble.to_string())
}

/// What the labels do not show, in words, before anything is printed. Nothing is drawn for Latin letters: every font has them.
async fn not_shown(web: &Web, lines: &[LabelLine]) -> Vec<String> {
    let Ok(on) = Media::find(STOCK, 0) else { return Vec::new() };
    let labels = Labels { on, labels: lines.iter().filter_map(|line| line.label.clone()).collect() };
    let codes: Vec<String> = labels.labels.iter().map(|label| label.code.to_string()).collect();
    let doubtful = labels.zpl().map(|zpl| zpl.doubtful).unwrap_or_default();
    if doubtful.is_empty() {
        return Vec::new();
    }
    let of = |unshown: &Unshown| codes.get(unshown.label.saturating_sub(1)).cloned().unwrap_or_default();
    let drawn = tokio::time::timeout(LOOK_WAIT_MAX, draw(web, labels)).await.unwrap_or_else(|_| Err(t!("It took too long.").to_string()));
    let mut words: Vec<String> = match drawn {
        Ok(drawn) => drawn.unshown.iter().map(|unshown| in_pdf(&of(unshown), unshown)).collect(),
        Err(why) => vec![t!("Whether the PDF shows every letter is not known: {why}", why = why).to_string()],
    };
    words.extend(doubtful.iter().map(|unshown| on_printer(&of(unshown), unshown)));
    words
}

fn in_pdf(code: &str, unshown: &Unshown) -> String {
    t!("{code}: the PDF shows a sign in place of {letters}; no font here has it.", code = code, letters = letters(unshown)).to_string()
}

fn on_printer(code: &str, unshown: &Unshown) -> String {
    t!("{code}: a label printer may not have {letters} (ZPL).", code = code, letters = letters(unshown)).to_string()
}

/// The first few of them.
fn letters(unshown: &Unshown) -> String {
    let named = unshown.letters.iter().take(LETTERS_NAMED_MAX).map(char::to_string).collect::<Vec<_>>().join(" ");
    if unshown.letters.len() > LETTERS_NAMED_MAX { named + " …" } else { named }
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
