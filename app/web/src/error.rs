//! What went wrong, in words, with a code to search for. HTTP statuses of refusals are given here and nowhere else.

use actions::ActTrouble;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use store::{ReadTrouble, WriteTrouble};

/// Why a request was not done: what was wrong, where, and what to do next. [`crate::dress`] writes it as a page, as JSON or as a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) code: &'static str,
    pub(crate) status: StatusCode,
    pub(crate) what: String,
    pub(crate) place: String,
    pub(crate) next: String,
}

impl Refusal {
    fn new(code: &'static str, status: StatusCode, what: impl Into<String>, place: impl Into<String>, next: impl Into<String>) -> Self {
        Self { code, status, what: what.into(), place: place.into(), next: next.into() }
    }

    /// W-001: no valid credentials.
    pub(crate) fn not_signed_in(next: &str) -> Self {
        Self::new("W-001", StatusCode::UNAUTHORIZED, "This needs valid credentials.", "the request's credentials", next)
    }

    /// W-002: a change asked for by another site's page.
    pub(crate) fn not_our_page() -> Self {
        Self::new(
            "W-002",
            StatusCode::FORBIDDEN,
            "This change was not asked for by one of our own pages, so nothing was done.",
            "headers Origin and Sec-Fetch-Site",
            "Open the page here and send the form again. Programs use /api/v1 with a bearer token.",
        )
    }

    /// W-003: no such address.
    pub(crate) fn unknown_path(path: &str) -> Self {
        let place: String = path.chars().take(200).collect();
        Self::new("W-003", StatusCode::NOT_FOUND, "There is no such address.", place, "Start from the results page, or scan a code.")
    }

    /// W-004: the address exists, but not with this method.
    pub(crate) fn wrong_method() -> Self {
        Self::new(
            "W-004",
            StatusCode::METHOD_NOT_ALLOWED,
            "This address does not take this method.",
            "the request's method",
            "The header Allow lists the methods it takes.",
        )
    }

    /// W-005: more than a request may carry.
    pub(crate) fn body_too_large() -> Self {
        let next = format!("Send at most {} bytes in one request.", crate::routes::BODY_BYTES_MAX);
        Self::new("W-005", StatusCode::PAYLOAD_TOO_LARGE, "The request is too large.", "the request's body", next)
    }

    /// W-006: a body or an address that cannot be read.
    pub(crate) fn unreadable(what: impl Into<String>, place: impl Into<String>, next: impl Into<String>) -> Self {
        Self::new("W-006", StatusCode::BAD_REQUEST, what, place, next)
    }

    /// W-007: took too long.
    pub(crate) fn too_slow(seconds: u64) -> Self {
        Self::new(
            "W-007",
            StatusCode::SERVICE_UNAVAILABLE,
            format!("The request took longer than {seconds} seconds and was given up."),
            "this server",
            "Whether a change was made is not known: look before you send it again.",
        )
    }

    /// W-008: a fault of this program.
    pub(crate) fn fault() -> Self {
        Self::new(
            "W-008",
            StatusCode::INTERNAL_SERVER_ERROR,
            "This program met a fault of its own. Other requests are not affected.",
            "this server; its log has the details",
            "Try again; if it stays, give the operator this code and the time.",
        )
    }

    /// W-009: more work than the store can take at the moment.
    pub(crate) fn busy(what: impl Into<String>) -> Self {
        Self::new("W-009", StatusCode::SERVICE_UNAVAILABLE, what, "this server", "Try again in a few seconds.")
    }

    /// W-011: no such thing in this laboratory.
    pub(crate) fn no_such(kind: &str, code: &str) -> Self {
        let shown: String = code.chars().take(80).collect();
        Self::new(
            "W-011",
            StatusCode::NOT_FOUND,
            format!("There is no {kind} “{shown}” in this laboratory."),
            "the address",
            "Check the code, or scan it again.",
        )
    }

    /// W-012: fields of an order that cannot be taken.
    pub(crate) fn invalid_order(what: String, place: String, next: String) -> Self {
        Self::new("W-012", StatusCode::UNPROCESSABLE_ENTITY, what, place, next)
    }

    /// W-013: another patient has this record number.
    pub(crate) fn patient_conflict(what: String) -> Self {
        Self::new("W-013", StatusCode::CONFLICT, what, "patient", "Check the record number and the patient's facts; nothing was ordered.")
    }

    /// W-014: a header or a mark in the address that is not what it should be.
    pub(crate) fn bad_mark(what: impl Into<String>, place: impl Into<String>, next: impl Into<String>) -> Self {
        Self::new("W-014", StatusCode::BAD_REQUEST, what, place, next)
    }

    /// W-015: an address longer than we take.
    pub(crate) fn address_too_long() -> Self {
        Self::new("W-015", StatusCode::URI_TOO_LONG, "The address is too long.", "the request's address", "Start from the results page.")
    }

    /// W-016: more headers than we take.
    pub(crate) fn headers_too_large() -> Self {
        Self::new(
            "W-016",
            StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            "The request's headers are too large.",
            "the request's headers",
            "Delete this site's cookies in the browser and sign in again.",
        )
    }

    /// W-017: the change may have been kept or not.
    fn unknown_outcome(what: String) -> Self {
        Self::new(
            "W-017",
            StatusCode::SERVICE_UNAVAILABLE,
            what,
            "the database",
            "Look whether it is there. A program may send it again with the same Idempotency-Key: it has its effect once.",
        )
    }

    /// W-018: signed in, and not allowed to do this.
    pub(crate) fn not_allowed(why: &str) -> Self {
        Self::new(
            "W-018",
            StatusCode::FORBIDDEN,
            format!("Your account may not do this: {why}."),
            "the roles of your account",
            "Ask somebody whose work it is, or whoever looks after accounts.",
        )
    }

    /// The refusal behind a status that a lower layer answered by itself.
    pub(crate) fn of_status(status: StatusCode) -> Self {
        match status {
            StatusCode::METHOD_NOT_ALLOWED => Self::wrong_method(),
            StatusCode::PAYLOAD_TOO_LARGE => Self::body_too_large(),
            StatusCode::NOT_FOUND => Self::unknown_path(""),
            status if status.is_server_error() => Self::fault(),
            status => {
                Self { status, ..Self::unreadable("The request cannot be read.", "the request", "Send it as the page or the book says.") }
            }
        }
    }
}

impl From<ActTrouble> for Refusal {
    /// W-010: the database could not do it. W-009 where it was only busy, W-017 where nobody knows whether it did.
    fn from(trouble: ActTrouble) -> Self {
        match &trouble {
            ActTrouble::Write(WriteTrouble::Busy { .. } | WriteTrouble::Stopped(_))
            | ActTrouble::Read(ReadTrouble::Busy { .. } | ReadTrouble::TooLong(_) | ReadTrouble::Stopped(_)) => {
                return Self::busy(trouble.to_string());
            }
            ActTrouble::Write(WriteTrouble::Unknown(_)) => return Self::unknown_outcome(trouble.to_string()),
            ActTrouble::Write(WriteTrouble::Failed(_) | WriteTrouble::Panicked(_))
            | ActTrouble::Read(ReadTrouble::Failed(_) | ReadTrouble::Panicked(_))
            | ActTrouble::Answer { .. }
            | ActTrouble::Internal(_) => {}
        }
        tracing::error!(%trouble, "an act could not be done");
        Self::new(
            "W-010",
            StatusCode::INTERNAL_SERVER_ERROR,
            trouble.to_string(),
            "the database",
            "Try again; if it stays, give the operator this code and the time.",
        )
    }
}

impl IntoResponse for Refusal {
    /// Only the status and the refusal itself: the outermost layer knows whether a page, JSON or a line is wanted.
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}
