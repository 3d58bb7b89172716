//! Who enters: the session of a person, the token of a program, and that a change was asked for by our own page.

use crate::Web;
use crate::error::Refusal;
use crate::fields::Fields;
use crate::kept_forms::KeptForm;
use crate::local_path;
use crate::routes::Entry;
use crate::words::t;
use actions::{Laboratory, Session, StaffLine, Standing};
use axum::Form;
use axum::extract::{FromRequest, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use kernel::{Actor, Lang, Realm, TokenId};
use people::{Action, Entrance, Scope};
use std::sync::Arc;

/// The header of what a page fetches by itself: it is no use of the session, so that a page left open does not keep it from locking.
const BACKGROUND: &str = "x-benchside-background";
/// What a page never asks for on behalf of a person at this moment.
const EVENTS: &str = "/events";
/// Longest cookie or token we look up; ours are much shorter.
const CREDENTIAL_CHARS_MAX: usize = 256;

/// The name of the session's cookie: of each realm its own, as browsers tell cookies apart by the host's name alone, and not by the port.
pub(crate) fn cookie_name(realm: Realm) -> String {
    format!("benchside-{}", realm.name())
}

/// A person with a valid session.
#[derive(Clone)]
pub(crate) struct Signed {
    pub(crate) staff: Arc<StaffLine>,
    pub(crate) session: Arc<Session>,
    pub(crate) cookie: Arc<str>,
    /// What the person had typed on this page when the session was locked.
    pub(crate) kept: Option<Arc<KeptForm>>,
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

/// Lets a person with a session in, if it stands as the address asks and the action is theirs; whoever is not signed in is sent to the sign-in page
/// and back, whoever's session is locked to the lock page and back.
pub(crate) async fn person(State((web, entry)): State<(Web, Entry)>, mut request: Request, next: Next) -> Response {
    if !may_change(&request) {
        return Refusal::not_our_page().into_response();
    }
    let Some(cookie) = cookie_in(request.headers(), web.lab.realm()) else { return to_sign_in(&request) };
    let session = match actions::session(&web.lab, &cookie).await {
        Ok(Some(session)) => session,
        Ok(None) => return to_sign_in(&request),
        Err(trouble) => return Refusal::from(trouble).into_response(),
    };
    if let Some(place) = turned_away(entry, session.standing) {
        return turn_away(&web, request, &cookie, place).await;
    }
    if is_use(&request, session.standing) {
        actions::note_use(&web.lab, &session);
    }
    let is_open = session.standing == Standing::Open;
    let refused = refused(&web.lab, &session.staff, entry, is_reading(&request));
    let kept = if shows_kept(&request, is_open) { web.kept_forms.take(&cookie, request.uri().path()) } else { None };
    let (staff, session, cookie) = (Arc::new(session.staff.clone()), Arc::new(session), cookie.into());
    let signed = Signed { staff, session, cookie, kept: kept.map(Arc::new) };
    let mut response = match refused {
        Some(refusal) => refusal.into_response(),
        None => {
            request.extensions_mut().insert(signed.clone());
            next.run(request).await
        }
    };
    if is_open {
        response.extensions_mut().insert(signed);
    }
    response
}

/// Why this person may not come in by an address. Whoever may do its action only under somebody who signs comes in where the act itself keeps what
/// they do waiting.
fn refused(lab: &Laboratory, staff: &StaffLine, entry: Entry, is_reading: bool) -> Option<Refusal> {
    match entry {
        Entry::Trainee(action) if matches!(actions::entrance(lab, staff, action), Ok(Entrance::Supervised)) => None,
        Entry::Person(action) | Entry::Trainee(action) => refusal(lab, staff, action, is_reading),
        Entry::OneOfTwo(action) => refusal_as_one_of_two(lab, staff, action),
        Entry::Everyone | Entry::Session | Entry::LockedSession | Entry::OneTimeSession | Entry::AnySession | Entry::Token => None,
    }
}

/// Where somebody must go first whose session does not stand as an address asks.
fn turned_away(entry: Entry, standing: Standing) -> Option<&'static str> {
    match (entry, standing) {
        (Entry::AnySession, _)
        | (Entry::LockedSession, Standing::Open | Standing::Locked)
        | (Entry::OneTimeSession, Standing::PasswordToChoose)
        | (Entry::Session | Entry::Person(_) | Entry::Trainee(_) | Entry::OneOfTwo(_), Standing::Open) => None,
        (_, Standing::PasswordToChoose) => Some("/password"),
        (_, Standing::Locked) => Some("/locked"),
        (_, Standing::Open) => Some("/"),
    }
}

/// Sends somebody there. A form that was sent to a locked session is kept for it.
async fn turn_away(web: &Web, request: Request, cookie: &str, place: &'static str) -> Response {
    if request.uri().path() == EVENTS {
        return Refusal::not_signed_in("This session is locked, or a password must be chosen first.").into_response();
    }
    if place != "/locked" {
        return Redirect::to(place).into_response();
    }
    // A form that does not say where it stood may stand at its own address.
    let page = if is_reading(&request) { None } else { sent_from(request.headers()) };
    let page = page.unwrap_or_else(|| address(&request)).to_owned();
    if !is_reading(&request) {
        keep_form(web, request, cookie, &page).await;
    }
    Redirect::to(&to_lock_page(&page)).into_response()
}

/// The address of the lock page that leads back to a page.
pub(crate) fn to_lock_page(page: &str) -> String {
    format!("/locked?next={}", local_path::encode(local_path::local_or_home(page)))
}

async fn keep_form(web: &Web, request: Request, cookie: &str, page: &str) {
    let action = request.uri().path().to_owned();
    // What is larger than a request may be, or no form, is not kept: the lock page then promises nothing.
    if let Ok(fields) = Fields::read(Form::from_request(request, &()).await) {
        web.kept_forms.keep(cookie, KeptForm::of(page, action, fields.into_pairs()));
    }
}

/// The page of ours that a request was sent from, as the browser says.
pub(crate) fn sent_from(headers: &HeaderMap) -> Option<&str> {
    let referer = headers.get(header::REFERER)?.to_str().ok()?;
    let host = headers.get(header::HOST)?.to_str().ok()?;
    let rest = referer.strip_prefix("http://").or_else(|| referer.strip_prefix("https://"))?;
    rest.strip_prefix(host).filter(|path| path.starts_with('/'))
}

/// Whether this request is a person's doing: neither the stream nor what a page fetches by itself.
fn is_use(request: &Request, standing: Standing) -> bool {
    standing != Standing::Locked && !is_background(request) && request.uri().path() != EVENTS
}

fn is_background(request: &Request) -> bool {
    request.headers().contains_key(BACKGROUND)
}

fn shows_kept(request: &Request, is_open: bool) -> bool {
    is_open && request.method() == Method::GET && !is_background(request)
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

/// Why this person may not come in for an action that two people do, as either of them.
pub(crate) fn refusal_as_one_of_two(lab: &Laboratory, staff: &StaffLine, action: Action) -> Option<Refusal> {
    match actions::entrance(lab, staff, action) {
        Ok(Entrance::Alone(Scope::OneOfTwo | Scope::LastOfTwo)) => None,
        _ => refusal(lab, staff, action, false),
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
    if request.uri().path() == EVENTS {
        return Refusal::not_signed_in("Sign in and open the page again.").into_response();
    }
    let next = if request.method() == Method::GET { address(request) } else { "/" };
    Redirect::to(&format!("/sign-in?next={}", local_path::encode(local_path::local_or_home(next)))).into_response()
}

/// Path and query.
fn address(request: &Request) -> &str {
    request.uri().path_and_query().map_or("/", |address| address.as_str())
}

/// The session's cookie among those of a request.
pub(crate) fn cookie_in(headers: &HeaderMap, realm: Realm) -> Option<String> {
    let ours = cookie_name(realm);
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let (_, value) = pairs.find(|(name, _)| *name == ours)?;
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
pub(crate) fn cookie_header(realm: Realm, value: &str) -> Option<HeaderValue> {
    let name = cookie_name(realm);
    let end = if value.is_empty() { "; Max-Age=0" } else { "" };
    HeaderValue::from_str(&format!("{name}={value}; HttpOnly; SameSite=Strict; Path=/{end}")).ok()
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
        let found = |cookie: &str| cookie_in(&headers(&[("cookie", cookie)]), Realm::Training);
        assert_eq!(found("a=1; benchside-training=abc; b=2").as_deref(), Some("abc"));
        for none in ["xbenchside-training=abc", "benchside-training=", "benchside-training=a b"] {
            assert_eq!(found(none), None, "{none}");
        }
        assert_eq!(found(&format!("benchside-training={}", "a".repeat(257))), None);
    }

    #[test]
    fn a_session_of_another_realm_is_none_here_and_is_left_alone() {
        let both = headers(&[("cookie", "benchside-production=p; benchside-training=t")]);
        assert_eq!(cookie_in(&both, Realm::Production).as_deref(), Some("p"));
        assert_eq!(cookie_in(&both, Realm::Training).as_deref(), Some("t"));
        assert_eq!(cookie_in(&both, Realm::Validation), None);
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
        let header = |value| cookie_header(Realm::Production, value);
        assert_eq!(header("abc").unwrap(), "benchside-production=abc; HttpOnly; SameSite=Strict; Path=/");
        assert_eq!(header("").unwrap(), "benchside-production=; HttpOnly; SameSite=Strict; Path=/; Max-Age=0");
        assert_eq!(header("a\nb"), None);
    }

    /// Every kind of address against every way a session may stand.
    #[test]
    fn a_session_opens_what_it_stands_for_and_nothing_else() {
        use Standing::{Locked, Open, PasswordToChoose};
        let person = Entry::Person(Action::ViewWorklist);
        for (entry, open, locked, one_time) in [
            (Entry::Session, None, Some("/locked"), Some("/password")),
            (person, None, Some("/locked"), Some("/password")),
            (Entry::LockedSession, None, None, Some("/password")),
            (Entry::OneTimeSession, Some("/"), Some("/locked"), None),
            (Entry::AnySession, None, None, None),
        ] {
            let places = [Open, Locked, PasswordToChoose].map(|standing| turned_away(entry, standing));
            assert_eq!(places, [open, locked, one_time], "{entry:?}");
        }
    }

    #[test]
    fn only_what_a_person_asks_for_is_use() {
        let request =
            |address: &str, name: &str| Request::builder().uri(address).header(name, "1").body(axum::body::Body::empty()).unwrap();
        assert!(is_use(&request("/tasks", "accept"), Standing::Open));
        assert!(is_use(&request("/password", "accept"), Standing::PasswordToChoose));
        assert!(!is_use(&request("/tasks", BACKGROUND), Standing::Open));
        assert!(!is_use(&request("/events", "accept"), Standing::Open));
        assert!(!is_use(&request("/locked", "accept"), Standing::Locked));
    }

    #[test]
    fn a_form_stands_on_the_page_it_was_sent_from_if_that_is_ours() {
        let page = |referer: &str| sent_from(&headers(&[("host", "lab:8080"), ("referer", referer)])).map(str::to_owned);
        assert_eq!(page("http://lab:8080/tasks?after=x").as_deref(), Some("/tasks?after=x"));
        assert_eq!(page("https://lab:8080/").as_deref(), Some("/"));
        for elsewhere in ["http://evil.example/tasks", "http://lab:80801/tasks", "http://lab:8080", "/tasks", ""] {
            assert_eq!(page(elsewhere), None, "{elsewhere}");
        }
    }
}
