//! Every address, with who may enter. The router is built from this list: an address that is missing here does not exist.

use crate::{Web, api, assets, dress, entry, events, pages, probes};
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{MethodRouter, get, post};
use people::Action;

/// Who may enter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entry {
    /// Anybody who reaches the server.
    Everyone,
    /// A person with an open session: the cookie, and for changes a request that comes from our own pages.
    Session,
    /// A person with a session, locked or open.
    LockedSession,
    /// A person who signed in with a one-time password.
    OneTimeSession,
    /// A person with a session, however it stands.
    AnySession,
    /// Such a person whose roles include this; a change needs the whole of it.
    Person(Action),
    /// Such a person, and also whoever may do it only under somebody who signs: what they do waits for that.
    Trainee(Action),
    /// Such a person whose roles include this as one of two people at least; the act itself asks for the second.
    OneOfTwo(Action),
    /// A program with a bearer token. Cookies do not count here.
    Token,
}

/// One line of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RouteLine {
    /// The method ("GET", "POST"). Where GET is listed HEAD is answered too.
    pub method: &'static str,
    /// The address; `{name}` stands for one segment.
    pub path: &'static str,
    /// Who may enter.
    pub entry: Entry,
}

struct Route {
    line: RouteLine,
    handler: fn() -> MethodRouter<Web>,
}

const fn route(method: &'static str, path: &'static str, entry: Entry, handler: fn() -> MethodRouter<Web>) -> Route {
    Route { line: RouteLine { method, path, entry }, handler }
}

/// A request's body may have this many bytes: an order with every test of the catalogue has a few thousand.
pub(crate) const BODY_BYTES_MAX: usize = 256 * 1024;

use Entry::{AnySession, Everyone, LockedSession, OneOfTwo, OneTimeSession, Person, Session, Token, Trainee};

static ROUTES: &[Route] = &[
    route("GET", "/healthz", Everyone, || get(probes::alive)),
    route("GET", "/readyz", Everyone, || get(probes::ready)),
    route("GET", "/assets/{edition}/{name}", Everyone, || get(assets::show)),
    route("GET", "/sign-in", Everyone, || get(pages::sign_in::show)),
    route("POST", "/sign-in", Everyone, || post(pages::sign_in::enter)),
    route("POST", "/sign-out", AnySession, || post(pages::sign_in::leave)),
    route("GET", "/password", OneTimeSession, || get(pages::password::show)),
    route("POST", "/password", OneTimeSession, || post(pages::password::choose)),
    route("POST", "/in-use", Session, || post(pages::lock::in_use)),
    route("POST", "/lock", LockedSession, || post(pages::lock::lock)),
    route("GET", "/locked", LockedSession, || get(pages::lock::show)),
    route("POST", "/unlock", LockedSession, || post(pages::lock::unlock)),
    route("GET", "/", Person(Action::ViewWorklist), || get(pages::results::show)),
    route("GET", "/orders/new", Person(Action::EnterOrder), || get(pages::new_order::show)),
    route("POST", "/orders/new", Person(Action::EnterOrder), || post(pages::new_order::place)),
    route("GET", "/orders/{accession}", Person(Action::ViewWorklist), || get(pages::order::show)),
    route("GET", "/results/enter/{container}/{test}", Trainee(Action::ModerateTest), || get(pages::enter::show)),
    route("POST", "/results/enter/{container}/{test}", Trainee(Action::ModerateTest), || post(pages::enter::enter)),
    route("GET", "/results/look", Trainee(Action::ModerateTest), || get(pages::enter::look)),
    route("GET", "/worksheet", Trainee(Action::ModerateTest), || get(pages::worksheet::show)),
    route("POST", "/worksheet", Trainee(Action::ModerateTest), || post(pages::worksheet::enter)),
    route("GET", "/results/verify", Person(Action::ViewWorklist), || get(pages::verify::list)),
    route("GET", "/results/verify/{examination}", Person(Action::ViewWorklist), || get(pages::verify::one)),
    route("POST", "/results/verify", Trainee(Action::VerifyNormal), || post(pages::verify::verify)),
    route("GET", "/patients", Person(Action::SearchPatient), || get(pages::patients::show)),
    route("GET", "/patients/new", Person(Action::RegisterPatient), || get(pages::patient_new::show)),
    route("POST", "/patients/new", Person(Action::RegisterPatient), || post(pages::patient_new::register)),
    route("GET", "/patients/{mrn}", Person(Action::SearchPatient), || get(pages::patient_page::show)),
    route("POST", "/patients/{mrn}/change", Person(Action::RegisterPatient), || post(pages::patient_page::change)),
    route("POST", "/patients/{mrn}/facts", Person(Action::RegisterPatient), || post(pages::patient_facts::add)),
    route("POST", "/patients/{mrn}/facts/{fact}", Person(Action::RegisterPatient), || post(pages::patient_facts::change)),
    route("GET", "/patients/{mrn}/merge", OneOfTwo(Action::MergePatients), || get(pages::patient_merge::show)),
    route("POST", "/patients/{mrn}/merge", OneOfTwo(Action::MergePatients), || post(pages::patient_merge::merge)),
    route("POST", "/patients/{mrn}/propose-merge", OneOfTwo(Action::MergePatients), || post(pages::patient_merge::propose)),
    route("GET", "/patients/{mrn}/unmerge", OneOfTwo(Action::MergePatients), || get(pages::patient_merge::show_undo)),
    route("POST", "/patients/{mrn}/unmerge", OneOfTwo(Action::MergePatients), || post(pages::patient_merge::undo)),
    route("POST", "/orders/{accession}/change", Person(Action::AddOnOrCancel), || post(pages::order_changes::change)),
    route("GET", "/orders/{accession}/labels", Person(Action::CollectSpecimen), || get(pages::labels::show)),
    route("GET", "/orders/{accession}/labels.zpl", Person(Action::CollectSpecimen), || get(pages::labels::zpl)),
    route("GET", "/orders/{accession}/labels.pdf", Person(Action::CollectSpecimen), || get(pages::labels::pdf)),
    route("POST", "/orders/{accession}/labels", Person(Action::CollectSpecimen), || post(pages::labels::note_printed)),
    route("POST", "/orders/{accession}/labels/replace", Person(Action::CollectSpecimen), || post(pages::labels::replace)),
    route("GET", "/collection", Person(Action::CollectSpecimen), || get(pages::collection::show)),
    route("GET", "/collection/{mrn}", Person(Action::CollectSpecimen), || get(pages::collection::bedside)),
    route("POST", "/collection/{mrn}", Person(Action::CollectSpecimen), || post(pages::collection::collect)),
    route("GET", "/receive", Person(Action::ReceiveSpecimen), || get(pages::receive::show)),
    route("POST", "/receive", Person(Action::ReceiveSpecimen), || post(pages::receive::act)),
    route("GET", "/tasks", Person(Action::ViewWorklist), || get(pages::tasks::show)),
    route("POST", "/tasks/{task}/close", Person(Action::VerifyNormal), || post(pages::tasks::close)),
    route("GET", "/transmissions/{transmission}", Person(Action::ViewWorklist), || get(pages::transmission::show)),
    route("GET", "/hl7/links/{link}", Person(Action::ViewWorklist), || get(pages::hl7_link::show)),
    route("GET", "/hl7/{message}", Person(Action::ViewWorklist), || get(pages::hl7_message::show)),
    route("GET", "/instruments", Person(Action::ViewWorklist), || get(pages::instruments::show)),
    route("GET", "/find", Person(Action::SearchPatient), || get(pages::find::show)),
    route("GET", "/events", Session, || get(events::stream)),
    route("POST", "/api/v1/orders", Token, || post(api::orders::place)),
    route("GET", "/api/v1/orders/{accession}", Token, || get(api::orders::show)),
    route("GET", "/api/v1/containers/{code}/results", Token, || get(api::results::of_container)),
    route("GET", "/api/v1/results", Token, || get(api::results::list)),
    route("GET", "/api/v1/tasks", Token, || get(api::tasks::list)),
    route("GET", "/api/v1/health", Token, || get(api::health::show)),
];

/// Every address there is, for tests and for the book.
pub fn routes() -> impl Iterator<Item = RouteLine> {
    ROUTES.iter().map(|route| route.line)
}

/// The address of the list that a path is one of, without what stands in place of its names.
pub(crate) fn pattern_of(path: &str) -> &'static str {
    let is_of = |line: &RouteLine| {
        line.path.split('/').count() == path.split('/').count()
            && line.path.split('/').zip(path.split('/')).all(|(ours, given)| ours.starts_with('{') || ours == given)
    };
    routes().find(is_of).map_or("an address that is not there", |line| line.path)
}

/// Builds the router from the list.
pub(crate) fn build(web: Web) -> Router {
    let mut router = Router::new();
    for route in ROUTES {
        let handler = (route.handler)();
        let guarded = match route.line.entry {
            Everyone => handler.route_layer(from_fn(entry::own_pages_only)),
            entry @ (Session | LockedSession | OneTimeSession | AnySession | Person(_) | Trainee(_) | OneOfTwo(_)) => {
                handler.route_layer(from_fn_with_state((web.clone(), entry), entry::person))
            }
            Token => handler.route_layer(from_fn_with_state(web.clone(), entry::token)),
        };
        router = router.route(route.line.path, guarded);
    }
    router
        .fallback(dress::unknown_path)
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .layer(from_fn_with_state(web.clone(), dress::dress))
        .with_state(web)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_told_without_what_it_names() {
        assert_eq!(pattern_of("/orders/26-004217-3"), "/orders/{accession}");
        assert_eq!(pattern_of("/api/v1/containers/A0012345/results"), "/api/v1/containers/{code}/results");
        assert_eq!(pattern_of("/orders/new"), "/orders/new");
        assert_eq!(pattern_of("/"), "/");
        for unknown in ["/Quillfeather", "/orders/26-004217-3/x", "", "//"] {
            assert_eq!(pattern_of(unknown), "an address that is not there");
        }
    }
}
