//! The outermost layer: limits before, and after it security headers and refusals written in the form the asker reads.

use crate::entry::Signed;
use crate::error::Refusal;
use crate::{Web, pages};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use kernel::panic_words;
use serde::Serialize;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

/// A request is given up after this many seconds. A stream counts as answered when it begins.
const REQUEST_SECONDS_MAX: u64 = 30;
/// Bytes an address may have, with its query.
const ADDRESS_BYTES_MAX: usize = 4 * 1024;
/// Bytes all headers together may have.
const HEADERS_BYTES_MAX: usize = 16 * 1024;

/// What every answer carries. No page may run, frame or send anything that is not ours.
const SECURITY_HEADERS: [(HeaderName, &str); 4] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    // Not "no-referrer": under it browsers send `Origin: null` with our own forms, and over plain HTTP the origin is all we have to tell
    // them from another site's. "same-origin" tells other sites nothing either.
    (header::REFERRER_POLICY, "same-origin"),
    (header::X_FRAME_OPTIONS, "DENY"),
];

/// Marks an answer that says itself what was wrong (a form shown again), so that it is left as it is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SaysItself;

/// An answer with a status of refusal and a page of its own.
pub(crate) fn says_itself(status: StatusCode, page: impl IntoResponse) -> Response {
    let mut response = (status, page).into_response();
    response.extensions_mut().insert(SaysItself);
    response
}

/// Every address that is not on the list.
pub(crate) async fn unknown_path(request: Request) -> Refusal {
    Refusal::unknown_path(request.uri().path())
}

/// Checks limits, catches panics and slowness, and dresses the answer.
pub(crate) async fn dress(State(web): State<Web>, request: Request, next: Next) -> Response {
    let form = Form::of(request.uri().path());
    let mut response = match beyond_limits(&request) {
        Some(refusal) => refusal.into_response(),
        None => run(request, next).await,
    };
    if let Some(refusal) = refusal_in(&response) {
        let headers = std::mem::take(response.headers_mut());
        let signed = response.extensions_mut().remove::<Signed>();
        response = form.write(&web, signed.as_ref(), &refusal);
        keep(&headers, response.headers_mut());
    }
    secure(response.headers_mut());
    response
}

fn beyond_limits(request: &Request) -> Option<Refusal> {
    let address = request.uri().path_and_query().map_or(0, |address| address.as_str().len());
    let headers: usize = request.headers().iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
    if address > ADDRESS_BYTES_MAX {
        Some(Refusal::address_too_long())
    } else if headers > HEADERS_BYTES_MAX {
        Some(Refusal::headers_too_large())
    } else {
        None
    }
}

async fn run(request: Request, next: Next) -> Response {
    // An address holds accession numbers and codes of containers: the log says which kind of address it was.
    let path = crate::routes::pattern_of(request.uri().path());
    let answer = AssertUnwindSafe(next.run(request)).catch_unwind();
    match tokio::time::timeout(Duration::from_secs(REQUEST_SECONDS_MAX), answer).await {
        Ok(Ok(response)) => response,
        Ok(Err(panic)) => {
            tracing::error!(path, panic = panic_words(panic.as_ref()), "a request panicked");
            Refusal::fault().into_response()
        }
        Err(_) => {
            tracing::warn!(path, "a request was given up after {REQUEST_SECONDS_MAX} s");
            Refusal::too_slow(REQUEST_SECONDS_MAX).into_response()
        }
    }
}

/// The refusal to write: one that was given, or one for a bare status of a lower layer.
fn refusal_in(response: &Response) -> Option<Refusal> {
    let refused = response.status().is_client_error() || response.status().is_server_error();
    let given = response.extensions().get::<Refusal>();
    if response.extensions().get::<SaysItself>().is_some() || !refused {
        return None;
    }
    Some(given.cloned().unwrap_or_else(|| Refusal::of_status(response.status())))
}

/// Headers of the first answer that must survive its rewriting.
fn keep(from: &HeaderMap, to: &mut HeaderMap) {
    for name in [header::ALLOW, header::SET_COOKIE] {
        if let Some(value) = from.get(&name) {
            to.insert(name, value.clone());
        }
    }
}

fn secure(headers: &mut HeaderMap) {
    for (name, value) in SECURITY_HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
}

/// How a refusal is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Page,
    Json,
    Line,
}

impl Form {
    fn of(path: &str) -> Self {
        match path {
            "/healthz" | "/readyz" | "/events" => Self::Line,
            path if path.starts_with("/api/") => Self::Json,
            path if path.starts_with("/assets/") => Self::Line,
            _ => Self::Page,
        }
    }

    fn write(self, web: &Web, signed: Option<&Signed>, refusal: &Refusal) -> Response {
        let mut response = match self {
            Self::Page => (refusal.status, pages::refusal::page(web, signed, refusal)).into_response(),
            Self::Json => (refusal.status, axum::Json(ErrorAnswer::of(refusal))).into_response(),
            Self::Line => (refusal.status, format!("{} {} {}\n", refusal.code, refusal.what, refusal.next)).into_response(),
        };
        let headers = response.headers_mut();
        if refusal.status == StatusCode::UNAUTHORIZED && self == Self::Json {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"benchside\""));
        }
        if refusal.status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("2"));
        }
        response
    }
}

#[derive(Serialize)]
struct ErrorAnswer<'a> {
    error: ErrorFacts<'a>,
}

#[derive(Serialize)]
struct ErrorFacts<'a> {
    code: &'a str,
    what: &'a str,
    #[serde(rename = "where")]
    place: &'a str,
    next: &'a str,
}

impl<'a> ErrorAnswer<'a> {
    fn of(refusal: &'a Refusal) -> Self {
        Self { error: ErrorFacts { code: refusal.code, what: &refusal.what, place: &refusal.place, next: &refusal.next } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::Router;
    use axum::body::Body;
    use axum::middleware::from_fn;
    use axum::routing::get;
    use tower::ServiceExt;

    async fn boom() -> &'static str {
        panic!("a fault of ours")
    }

    #[tokio::test(start_paused = true)]
    async fn a_panic_and_an_endless_handler_are_answered() {
        let router = Router::new()
            .route("/boom", get(boom))
            .route("/endless", get(std::future::pending::<&'static str>))
            .route("/fine", get(|| async { "fine" }))
            .layer(from_fn(run));
        for (path, status, code) in [("/boom", 500, Some("W-008")), ("/endless", 503, Some("W-007")), ("/fine", 200, None)] {
            let request = Request::builder().uri(path).body(Body::empty()).unwrap();
            let response = router.clone().oneshot(request).await.unwrap();
            assert_eq!(response.status(), status, "{path}");
            assert_eq!(refusal_in(&response).map(|refusal| refusal.code), code, "{path}");
        }
    }
}
