//! `/instruments`: the links, who is connected, what came last, what was odd.

use super::chrome::{self, Here, Sheet, Shown};
use crate::Web;
use crate::entry::Signed;
use crate::error::Refusal;
use crate::times;
use crate::words::t;
use actions::views::{self, HealthView, Hl7LinkView, LinkView};
use axum::Extension;
use axum::extract::State;
use maud::{Markup, html};

/// `GET /instruments`
pub(crate) async fn show(State(web): State<Web>, Extension(signed): Extension<Signed>) -> Result<Markup, Refusal> {
    let versions = web.lab.live().versions();
    let health = views::health(&web.lab).await?;
    let body = html! {
        h1 { (t!("Instruments")) }
        (unfiled(&health))
        h2 #links { (t!("Links")) " " span.count { (health.links.len()) } }
        @if health.links.is_empty() {
            p.empty { (t!("No link is configured. Add a [[link]] to benchside.toml and start the server again.")) }
        } @else {
            (table(&web, &health))
        }
        @if !health.hl7_links.is_empty() {
            h2 #hospital { (t!("Hospital systems")) " " span.count { (health.hl7_links.len()) } }
            (hl7_table(&web, &health))
        }
    };
    let shown = Shown { topics: &["links"], versions };
    Ok(chrome::page(&web, &signed, Sheet::live(Here::Instruments, t!("Instruments"), shown, body)))
}

fn unfiled(health: &HealthView) -> Markup {
    html! {
        p data-unfiled=(health.unfiled) {
            @match health.unfiled {
                0 => (t!("Every kept transmission is filed.")),
                1 => (t!("1 transmission is kept and waits to be filed.")),
                count => (t!("{count} transmissions are kept and wait to be filed.", count = count)),
            }
        }
    }
}

fn table(web: &Web, health: &HealthView) -> Markup {
    html! {
        div.table role="region" aria-labelledby="links" tabindex="0" {
            table aria-labelledby="links" {
                thead {
                    tr {
                        th scope="col" { (t!("Link")) }
                        th scope="col" { (t!("State")) }
                        th scope="col" { (t!("Address")) }
                        th scope="col" { (t!("Driver")) }
                        th.number scope="col" { (t!("Connections")) }
                        th.number scope="col" { (t!("Last transmission")) }
                        th.number scope="col" { (t!("Kept since start")) }
                        th.number scope="col" { (t!("Anomalies")) }
                    }
                }
                tbody { @for link in &health.links { (row(web, link)) } }
            }
        }
    }
}

fn connected(connections: usize) -> Markup {
    html! {
        @if connections > 0 {
            span.badge.verified { span aria-hidden="true" { "●" } " " (t!("Connected")) }
        } @else {
            span.badge.waiting { span aria-hidden="true" { "○" } " " (t!("Nobody connected")) }
        }
    }
}

fn hl7_table(web: &Web, health: &HealthView) -> Markup {
    html! {
        div.table role="region" aria-labelledby="hospital" tabindex="0" {
            table aria-labelledby="hospital" {
                thead {
                    tr {
                        th scope="col" { (t!("Link")) }
                        th scope="col" { (t!("State")) }
                        th scope="col" { (t!("Address")) }
                        th.number scope="col" { (t!("Connections")) }
                        th.number scope="col" { (t!("Last message")) }
                        th.number scope="col" { (t!("Kept since start")) }
                        th.number scope="col" { (t!("Anomalies")) }
                    }
                }
                tbody { @for link in &health.hl7_links { (hl7_row(web, link)) } }
            }
        }
    }
}

fn hl7_row(web: &Web, link: &Hl7LinkView) -> Markup {
    html! {
        tr data-hl7-link=(link.name) {
            th.row.code scope="row" { a href=(format!("/hl7/links/{}", link.name)) { (link.name) } }
            td { (connected(link.connections)) }
            td.code { (link.address) span.sub { (t!("HL7 version 2, MLLP")) } }
            td.number data-connections { (link.connections) }
            td.number { (times::moment_or_never(web, link.last_received_at)) }
            td.number data-kept { (link.kept) }
            td.number data-anomalies { (link.anomalies) }
        }
    }
}

fn row(web: &Web, link: &LinkView) -> Markup {
    html! {
        tr data-link=(link.name) {
            th.row.code scope="row" { (link.name) }
            td { (connected(link.connections)) }
            td.code { (link.address) }
            td { (link.driver) span.sub { (link.protocol) } }
            td.number data-connections { (link.connections) }
            td.number { (times::moment_or_never(web, link.last_received_at)) }
            td.number data-kept { (link.kept) }
            td.number data-anomalies { (link.anomalies) }
        }
    }
}
