//! What stands around every page: the realm's banner, the way to the other pages, the scan box, who is signed in.

use super::kept_form;
use crate::Web;
use crate::entry::{self, Signed};
use crate::words::t;
use actions::{StaffLine, Versions};
use kernel::Realm;
use maud::{DOCTYPE, Markup, html};
use people::Action;

/// The page of the navigation one is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Here {
    Results,
    Patients,
    NewOrder,
    Collection,
    Receive,
    Worksheet,
    Verify,
    Tasks,
    Instruments,
    /// A page that is reached from others.
    Elsewhere,
}

/// The navigation: address, what it is for, words and key. Who may not go there does not see it.
const PLACES: &[(Here, &str, Action, &str, &str)] = &[
    (Here::Results, "/", Action::ViewWorklist, t!("Results"), "R"),
    (Here::Patients, "/patients", Action::SearchPatient, t!("Patients"), "P"),
    (Here::NewOrder, "/orders/new", Action::EnterOrder, t!("New order"), "N"),
    (Here::Collection, "/collection", Action::CollectSpecimen, t!("Collect"), "C"),
    (Here::Receive, "/receive", Action::ReceiveSpecimen, t!("Receive"), "A"),
    (Here::Worksheet, "/worksheet", Action::ModerateTest, t!("Worksheet"), "W"),
    (Here::Verify, "/results/verify", Action::ViewWorklist, t!("To verify"), "V"),
    (Here::Tasks, "/tasks", Action::ViewWorklist, t!("Tasks"), "T"),
    (Here::Instruments, "/instruments", Action::ViewWorklist, t!("Instruments"), "I"),
];

/// What a page shows of the topics that move: it is fetched again when one of these does.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shown<'a> {
    /// The topics ("results", "tasks", "links").
    pub(crate) topics: &'a [&'a str],
    /// Where they stood before the page was read.
    pub(crate) versions: Versions,
}

/// What a page puts into the chrome.
pub(crate) struct Sheet<'a> {
    pub(crate) here: Here,
    pub(crate) title: &'a str,
    /// With this the body is kept true while the page is open.
    pub(crate) shown: Option<Shown<'a>>,
    /// Where the page is fetched again, if not from its own address (a form shown again stands at the form's).
    pub(crate) address: Option<&'a str>,
    /// What is said once, above the body, and stays when the body is fetched again.
    pub(crate) notice: Markup,
    pub(crate) body: Markup,
}

impl<'a> Sheet<'a> {
    /// A page that stays as it is.
    pub(crate) fn still(here: Here, title: &'a str, body: Markup) -> Self {
        Self { here, title, shown: None, address: None, notice: html! {}, body }
    }

    /// A page that is kept true.
    pub(crate) fn live(here: Here, title: &'a str, shown: Shown<'a>, body: Markup) -> Self {
        Self { shown: Some(shown), ..Self::still(here, title, body) }
    }
}

impl Shown<'_> {
    /// As the script reads it: "results 3 tasks 1".
    fn attribute(&self) -> String {
        let version = |topic: &str| match topic {
            "results" => self.versions.results,
            "tasks" => self.versions.tasks,
            _ => self.versions.links,
        };
        self.topics.iter().map(|topic| format!("{topic} {}", version(topic))).collect::<Vec<_>>().join(" ")
    }
}

/// A page for somebody who is signed in.
pub(crate) fn page(web: &Web, signed: &Signed, sheet: Sheet<'_>) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            (head(web, sheet.title))
            body data-live="waiting" data-worker=(web.assets.address("live-worker.js")) data-lock-after=(web.lab.lock_after_seconds(&signed.staff)) {
                a.skip href="#main" { (t!("Skip to the content")) }
                (realm_banner(web))
                (operator_banner(signed, sheet.address))
                (top(web, signed, sheet.here))
                main #main tabindex="-1" {
                    @if let Some(kept) = &signed.kept { (kept_form::notice(kept)) }
                    (sheet.notice)
                    @match sheet.shown {
                        Some(shown) => div data-live-region data-versions=(shown.attribute()) data-address=[sheet.address] { (sheet.body) },
                        None => (sheet.body),
                    }
                }
            }
        }
    }
}

/// A page without navigation: sign-in, and refusals to those who are not signed in.
pub(crate) fn bare_page(web: &Web, title: &str, body: Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            (head(web, title))
            body.bare {
                (realm_banner(web))
                main #main { (body) }
            }
        }
    }
}

fn head(web: &Web, title: &str) -> Markup {
    html! {
        head {
            meta charset="utf-8";
            meta name="viewport" content="width=device-width, initial-scale=1";
            title { (title) " · Benchside" }
            link rel="icon" type="image/svg+xml" href=(web.assets.address("benchside.svg"));
            link rel="stylesheet" href=(web.assets.address("benchside.css"));
            script type="module" src=(web.assets.address("benchside.js")) {}
        }
    }
}

fn realm_banner(web: &Web) -> Markup {
    let catalogue = web.lab.catalogue();
    let edition = catalogue.edition();
    let banner = |name: &str, words: &str| {
        html! {
            div.realm role="note" data-realm=(web.lab.realm().name()) { strong { (name) } " — " (words) }
        }
    };
    match web.lab.realm() {
        Realm::Demonstration => {
            banner(t!("Demonstration"), t!("nothing here treats anybody; limits are unverified until a laboratory director signs them"))
        }
        Realm::Training => banner(t!("Training"), t!("nothing here treats anybody and nothing leaves this system")),
        Realm::Validation => banner(t!("Validation"), t!("rules and interfaces are being proven here; nothing here treats anybody")),
        Realm::Production if !edition.is_signed() => html! {
            div.realm.quiet role="note" data-realm="production" {
                (t!("Catalogue {name} is unverified: no laboratory director has signed it yet.", name = edition.name))
            }
        },
        Realm::Production => html! {},
    }
}

/// Name and role of a person, as they stand wherever it matters who works here.
pub(crate) fn operator(staff: &StaffLine) -> Markup {
    html! { strong data-staff { (staff.display_name) } " " span.role data-role { (staff.role.replace(' ', ", ")) } }
}

/// Who works at this browser, on every page and in sight however far one has scrolled, with the ways to stop that.
fn operator_banner(signed: &Signed, address: Option<&str>) -> Markup {
    html! {
        div.operator role="region" aria-label=(t!("Who works here")) {
            span.who { (operator(&signed.staff)) }
            span.live role="status" {
                span.on { (t!("Live")) }
                span.off { (t!("Not live")) }
            }
            form method="post" action="/lock" data-lock {
                @if let Some(address) = address { input type="hidden" name="next" value=(address); }
                button.quiet type="submit" aria-keyshortcuts="L Alt+L" { (t!("Lock")) " " kbd aria-hidden="true" { "L" } }
            }
            a href="/sign-in" data-switch aria-keyshortcuts="S Alt+S" { (t!("Switch user")) " " kbd aria-hidden="true" { "S" } }
            form method="post" action="/sign-out" { button.quiet type="submit" { (t!("Sign out")) } }
        }
    }
}

fn top(web: &Web, signed: &Signed, here: Here) -> Markup {
    html! {
        header.top {
            a.brand href="/" { "Benchside" }
            nav aria-label=(t!("Pages")) {
                ul {
                    @for (place, address, action, name, key) in PLACES.iter().copied() {
                        @if entry::refusal(&web.lab, &signed.staff, action, true).is_none() { li {
                            a href=(address) aria-current=[(place == here).then_some("page")] aria-keyshortcuts=(key) {
                                (name) " " kbd aria-hidden="true" { (key) }
                            }
                        } }
                    }
                }
            }
            form.find role="search" action="/find" method="get" {
                label.visually-hidden for="find" { (t!("Scan or type a container, accession or record number")) }
                input #find name="code" type="search" autocomplete="off" maxlength="64" placeholder=(t!("Scan or type a code")) aria-keyshortcuts="/";
                kbd aria-hidden="true" { "/" }
            }
        }
    }
}
