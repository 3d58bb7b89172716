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
    /// A person with a session: the cookie, and for changes a request that comes from our own pages.
    Session,
    /// Such a person whose roles include this; a change needs the whole of it.
    Person(Action),
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

use Entry::{Everyone, Person, Session, Token};

static ROUTES: [Route; 32] = [
    route("GET", "/healthz", Everyone, || get(probes::alive)),
    route("GET", "/readyz", Everyone, || get(probes::ready)),
    route("GET", "/assets/{edition}/{name}", Everyone, || get(assets::show)),
    route("GET", "/sign-in", Everyone, || get(pages::sign_in::show)),
    route("POST", "/sign-in", Everyone, || post(pages::sign_in::enter)),
    route("POST", "/sign-out", Session, || post(pages::sign_in::leave)),
    route("GET", "/", Person(Action::ViewWorklist), || get(pages::results::show)),
    route("GET", "/orders/new", Person(Action::EnterOrder), || get(pages::new_order::show)),
    route("POST", "/orders/new", Person(Action::EnterOrder), || post(pages::new_order::place)),
    route("GET", "/orders/{accession}", Person(Action::ViewWorklist), || get(pages::order::show)),
    route("POST", "/orders/{accession}/change", Person(Action::AddOnOrCancel), || post(pages::order_changes::change)),
    route("GET", "/orders/{accession}/labels", Person(Action::CollectSpecimen), || get(pages::labels::show)),
    route("GET", "/orders/{accession}/labels.zpl", Person(Action::CollectSpecimen), || get(pages::labels::zpl)),
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
    for route in &ROUTES {
        let handler = (route.handler)();
        let guarded = match route.line.entry {
            Everyone => handler.route_layer(from_fn(entry::own_pages_only)),
            Session => handler.route_layer(from_fn_with_state((web.clone(), None), entry::person)),
            Person(action) => handler.route_layer(from_fn_with_state((web.clone(), Some(action)), entry::person)),
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
