//! Who enters: the session of a person, the token of a program, and that a change was asked for by our own page.

use crate::Web;
use crate::error::Refusal;
use crate::local_path;
use crate::words::t;
use actions::{Laboratory, StaffLine};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use kernel::{Actor, Lang, TokenId};
use people::{Action, Entrance, Scope};
use std::sync::Arc;

/// The name of the session's cookie.
pub(crate) const COOKIE: &str = "benchside";
/// Longest cookie or token we look up; ours are much shorter.
const CREDENTIAL_CHARS_MAX: usize = 256;

/// A person with a valid session.
#[derive(Clone)]
pub(crate) struct Signed {
    pub(crate) staff: Arc<StaffLine>,
    pub(crate) cookie: Arc<str>,
}

impl Signed {
    /// Who a command of this session is done by.
    pub(crate) fn actor(&self) -> Actor {
        Actor::Person(self.staff.id)
    }
}

/// A program with a valid token.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Program(pub(crate) TokenId);

impl Program {
    /// Who a command of this program is done by.
    pub(crate) fn actor(self) -> Actor {
        Actor::Token(self.0)
    }
}

/// What somebody comes in for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Door {
    action: Action,
    /// Whoever may only under somebody who signs comes in too: the act itself keeps what they do waiting.
    admits_supervised: bool,
}

impl Door {
    /// For those who may do all of it.
    pub(crate) const fn whole(action: Action) -> Self {
        Self { action, admits_supervised: false }
    }

    /// For those under supervision, too.
    pub(crate) const fn supervised(action: Action) -> Self {
        Self { action, admits_supervised: true }
    }

    fn refusal(self, lab: &Laboratory, staff: &StaffLine, is_reading: bool) -> Option<Refusal> {
        let is_supervised = matches!(actions::entrance(lab, staff, self.action), Ok(Entrance::Supervised));
        if self.admits_supervised && is_supervised { None } else { refusal(lab, staff, self.action, is_reading) }
    }
}

/// Lets a person with a session in, if the action is theirs; whoever is not signed in is sent to the sign-in page and back.
pub(crate) async fn person(State((web, door)): State<(Web, Option<Door>)>, mut request: Request, next: Next) -> Response {
    if !may_change(&request) {
        return Refusal::not_our_page().into_response();
    }
    let Some(cookie) = cookie_in(request.headers()) else { return to_sign_in(&request) };
    let staff = match actions::session(&web.lab, &cookie).await {
        Ok(Some(staff)) => staff,
        Ok(None) => return to_sign_in(&request),
        Err(trouble) => return Refusal::from(trouble).into_response(),
    };
    let refused = door.and_then(|door| door.refusal(&web.lab, &staff, is_reading(&request)));
    let signed = Signed { staff: Arc::new(staff), cookie: cookie.into() };
    let mut response = match refused {
        Some(refusal) => refusal.into_response(),
        None => {
            request.extensions_mut().insert(signed.clone());
            next.run(request).await
        }
    };
    response.extensions_mut().insert(signed);
    response
}

/// Why this person may not come in for an action. Whoever may do a part of it, or all of it under somebody who signs, may look; a change needs all of it.
pub(crate) fn refusal(lab: &Laboratory, staff: &StaffLine, action: Action, is_reading: bool) -> Option<Refusal> {
    match (actions::entrance(lab, staff, action), is_reading) {
        (Ok(Entrance::Alone(Scope::Whole)), _) => None,
        // Which records are somebody's own is not known yet.
        (Ok(Entrance::Alone(Scope::OwnRecords)), _) => Some(Refusal::not_allowed(t!("only on own records, which are not told apart yet"))),
        (Ok(_), true) => None,
        (Ok(Entrance::Supervised), false) => {
            Some(Refusal::not_allowed(t!("only under a supervisor who signs for it, which cannot be done here yet")))
        }
        (Ok(Entrance::Alone(_)), false) => Some(Refusal::not_allowed(t!("only a part of it, or together with a second person"))),
        (Err(denials), _) => {
            let words: Vec<String> = denials.iter().map(|denial| denial.words(Lang::English)).collect();
            Some(Refusal::not_allowed(&words.join("; ")))
        }
    }
}

fn is_reading(request: &Request) -> bool {
    request.method() == Method::GET || request.method() == Method::HEAD
}

/// Lets a program with a token in.
pub(crate) async fn token(State(web): State<Web>, mut request: Request, next: Next) -> Response {
    let refusal = || Refusal::not_signed_in("Send the header “Authorization: Bearer TOKEN”; the operator makes tokens.").into_response();
    let Some(token) = bearer_in(request.headers()) else { return refusal() };
    match actions::bearer(&web.lab, token).await {
        Ok(Some(id)) => {
            request.extensions_mut().insert(Program(id));
            next.run(request).await
        }
        Ok(None) => refusal(),
        Err(trouble) => Refusal::from(trouble).into_response(),
    }
}

/// For addresses open to everyone: a form may still come from our own pages only, or another site could sign somebody in as somebody else.
pub(crate) async fn own_pages_only(request: Request, next: Next) -> Response {
    if may_change(&request) { next.run(request).await } else { Refusal::not_our_page().into_response() }
}

/// Whether this request may change something, as far as its origin goes. Reading always may.
fn may_change(request: &Request) -> bool {
    is_reading(request) || from_our_page(request.headers())
}

/// Browsers say where a request comes from: by Sec-Fetch-Site where they trust the connection, else by Origin. One of them must be there.
fn from_our_page(headers: &HeaderMap) -> bool {
    if let Some(site) = headers.get("sec-fetch-site") {
        return site == "same-origin";
    }
    let origin = headers.get(header::ORIGIN).and_then(|origin| origin.to_str().ok());
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let site = origin.and_then(|origin| origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://")));
    matches!((site, host), (Some(site), Some(host)) if site.eq_ignore_ascii_case(host))
}

fn to_sign_in(request: &Request) -> Response {
    let is_stream = request.uri().path() == "/events";
    if is_stream {
        return Refusal::not_signed_in("Sign in and open the page again.").into_response();
    }
    let wanted = request.uri().path_and_query().map_or("/", |address| address.as_str());
    let next = if request.method() == Method::GET { wanted } else { "/" };
    Redirect::to(&format!("/sign-in?next={}", local_path::encode(local_path::local_or_home(next)))).into_response()
}

fn cookie_in(headers: &HeaderMap) -> Option<String> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let (_, value) = pairs.find(|(name, _)| *name == COOKIE)?;
    is_credential(value).then(|| value.to_owned())
}

fn bearer_in(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && is_credential(token)).then_some(token)
}

fn is_credential(text: &str) -> bool {
    (1..=CREDENTIAL_CHARS_MAX).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// The header that gives a browser its session, or takes it back where `value` is empty. A session ends with the browser at the latest.
pub(crate) fn cookie_header(value: &str) -> Option<HeaderValue> {
    let end = if value.is_empty() { "; Max-Age=0" } else { "" };
    HeaderValue::from_str(&format!("{COOKIE}={value}; HttpOnly; SameSite=Strict; Path=/{end}")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (axum::http::HeaderName::from_static(name), HeaderValue::from_str(value).unwrap())).collect()
    }

    #[test]
    fn only_our_own_pages_may_ask_for_a_change() {
        for (pairs, ours) in [
            (&[("sec-fetch-site", "same-origin")][..], true),
            (&[("sec-fetch-site", "same-origin"), ("origin", "null")], true),
            (&[("sec-fetch-site", "same-site")], false),
            (&[("sec-fetch-site", "cross-site"), ("origin", "http://lab:8080"), ("host", "lab:8080")], false),
            (&[("sec-fetch-site", "none")], false),
            (&[("origin", "http://lab:8080"), ("host", "lab:8080")], true),
            (&[("origin", "https://LAB"), ("host", "lab")], true),
            (&[("origin", "http://lab:8081"), ("host", "lab:8080")], false),
            (&[("origin", "http://evil.example"), ("host", "lab:8080")], false),
            (&[("origin", "null"), ("host", "lab:8080")], false),
            (&[("origin", "http://lab:8080")], false),
            (&[("host", "lab:8080")], false),
            (&[], false),
        ] {
            assert_eq!(from_our_page(&headers(pairs)), ours, "{pairs:?}");
        }
    }

    #[test]
    fn the_session_is_found_among_cookies_and_nonsense_is_no_session() {
        assert_eq!(cookie_in(&headers(&[("cookie", "a=1; benchside=abc; b=2")])).as_deref(), Some("abc"));
        assert_eq!(cookie_in(&headers(&[("cookie", "xbenchside=abc")])), None);
        assert_eq!(cookie_in(&headers(&[("cookie", "benchside=")])), None);
        assert_eq!(cookie_in(&headers(&[("cookie", "benchside=a b")])), None);
        assert_eq!(cookie_in(&headers(&[("cookie", &format!("benchside={}", "a".repeat(257)))])), None);
    }

    #[test]
    fn a_token_needs_its_scheme() {
        assert_eq!(bearer_in(&headers(&[("authorization", "Bearer abc")])), Some("abc"));
        assert_eq!(bearer_in(&headers(&[("authorization", "bearer  abc ")])), Some("abc"));
        for text in ["abc", "Basic abc", "Bearer", "Bearer ", "Bearer a b"] {
            assert_eq!(bearer_in(&headers(&[("authorization", text)])), None, "{text}");
        }
    }

    #[test]
    fn a_cookie_cannot_be_read_by_scripts_nor_sent_by_other_sites() {
        assert_eq!(cookie_header("abc").unwrap(), "benchside=abc; HttpOnly; SameSite=Strict; Path=/");
        assert_eq!(cookie_header("").unwrap(), "benchside=; HttpOnly; SameSite=Strict; Path=/; Max-Age=0");
        assert_eq!(cookie_header("a\nb"), None);
    }
}
