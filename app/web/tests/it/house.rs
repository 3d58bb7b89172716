//! A laboratory with one analyser, a technologist, a token and the router, gone when the test ends.

use actions::{Analyser, InTray, Laboratory, LaboratorySettings, Made, NewStaff, Received, SignInSettings};
use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode, header};
use kernel::{DecimalMark, Realm, Zone};
use serde_json::Value;
use store::{Opening, Options, Store, Target};
use tempfile::TempDir;
use tower::ServiceExt;
use web::WebOptions;

pub(crate) const HOST: &str = "lab.test:8080";

/// An answer, read whole.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn header(&self, name: header::HeaderName) -> &str {
        self.headers.get(&name).map_or("", |value| value.to_str().unwrap())
    }
    pub(crate) fn location(&self) -> &str {
        self.header(header::LOCATION)
    }
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }
    /// The row whose tag holds this text.
    pub(crate) fn row(&self, attribute: &str) -> &str {
        let begin = self.text.split("<tr").find(|row| row.split('>').next().unwrap().contains(attribute));
        begin.and_then(|row| row.split("</tr>").next()).unwrap_or_else(|| panic!("no row with {attribute}"))
    }
}

pub(crate) struct House {
    pub(crate) lab: Laboratory,
    pub(crate) router: Router,
    pub(crate) password: String,
    pub(crate) token: String,
    pub(crate) cookie: String,
    analyser: Analyser,
    _folder: TempDir,
}

impl House {
    pub(crate) async fn open() -> Self {
        Self::open_in(Realm::Demonstration, WebOptions::default()).await
    }

    pub(crate) async fn open_in(realm: Realm, options: WebOptions) -> Self {
        Self::open_with(realm, options, SignInSettings::default()).await
    }

    /// One whose sessions lock after so many seconds.
    pub(crate) async fn locking_after(seconds: u32) -> Self {
        let sign_in = SignInSettings { lock_after_seconds: seconds, ..SignInSettings::default() };
        Self::open_with(Realm::Demonstration, WebOptions::default(), sign_in).await
    }

    async fn open_with(realm: Realm, options: WebOptions, sign_in: SignInSettings) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let target = Target::Sqlite(folder.path().join("benchside.db"));
        let store = Store::open(&target, realm, Opening::CreateNew, Options::default()).unwrap();
        let new = NewStaff { user: "tess".to_owned(), display_name: "Tess Technologist".to_owned(), role: "technologist".to_owned() };
        let account = actions::create_staff(&store, new, Made::Lasting).await.unwrap();
        let token = actions::create_token(&store, "test").await.unwrap();
        let catalogue = actions::starting_catalogue().unwrap();
        let analyser = Analyser {
            name: Analyser::check_name("c111").unwrap(),
            driver: Analyser::find_driver("c111", "roche_cobas_c").unwrap(),
            mapping: actions::default_mapping("roche_cobas_c", &catalogue).unwrap().unwrap().into(),
            zone: Zone::named("Europe/Berlin").unwrap(),
            decimal_mark: DecimalMark::Point,
            owner: "chemistry".into(),
            in_tray: InTray::default(),
        };
        let settings = LaboratorySettings {
            realm,
            catalogue: catalogue.into(),
            privileges: actions::starting_privileges().unwrap(),
            zone: Zone::named("Europe/Berlin").unwrap(),
            decimal_mark: kernel::DecimalMark::Point,
            site_prefix: "A".to_owned(),
            sign_in,
            analysers: vec![analyser.clone()],
            hl7_links: vec![hl7_link()],
        };
        let lab = Laboratory::new(store, settings);
        let router = web::router(lab.clone(), options);
        let cookie = actions::sign_in(&lab, &account.user, &account.password).await.unwrap().cookie;
        Self { lab, router, password: account.password, token, cookie, analyser, _folder: folder }
    }

    /// A session of somebody with these roles.
    pub(crate) async fn cookie_of(&self, roles: &str) -> String {
        let user = format!("{}@test", roles.replace(' ', "."));
        let new = NewStaff { user: user.clone(), display_name: roles.to_owned(), role: roles.to_owned() };
        let account = actions::create_staff(self.lab.store(), new, Made::Lasting).await.unwrap();
        actions::sign_in(&self.lab, &user, &account.password).await.unwrap().cookie
    }

    /// Another password of somebody who has a session by [`cookie_of`](Self::cookie_of), whose sessions end by that.
    pub(crate) async fn password_of(&self, roles: &str) -> String {
        let user = format!("{}@test", roles.replace(' ', "."));
        let one_time = actions::reset_password(self.lab.store(), &user).await.unwrap().password;
        let cookie = actions::sign_in(&self.lab, &user, &one_time).await.unwrap().cookie;
        let chosen = format!("chosen by {user}");
        actions::choose_password(&self.lab, &cookie, &chosen, &chosen).await.unwrap();
        chosen
    }

    /// A session of somebody whose stored role is this, whatever there is.
    pub(crate) async fn cookie_with_stored_role(&self, role: &'static str) -> String {
        static CHANGE: store::Sql = store::Sql::new("of a test", "UPDATE staff SET role = 'boss' WHERE role = 'educator'", None);
        assert_eq!(role, "boss");
        let cookie = self.cookie_of("educator").await;
        let act = |tx: &mut store::Tx<'_>| {
            let changed = tx.execute(&CHANGE, &[])?;
            Ok(store::Outcome { act: "try", accepted: true, subject: None, note: changed.to_string() })
        };
        let actor = kernel::Actor::System("suite".to_owned());
        assert_eq!(self.lab.store().write(&actor, actions::new_command(), actions::now(), act).await.unwrap().note, "1");
        cookie
    }

    /// A request as it is.
    pub(crate) async fn ask(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, 4 << 20).await.unwrap();
        Answer { status: parts.status, headers: parts.headers, text: String::from_utf8(bytes.to_vec()).unwrap() }
    }

    /// A page, as the technologist.
    pub(crate) async fn page(&self, address: &str) -> Answer {
        self.ask(self.signed("GET", address).body(Body::empty()).unwrap()).await
    }

    /// A form sent from our own page, as the technologist.
    pub(crate) async fn send(&self, address: &str, fields: &[(&str, &str)]) -> Answer {
        self.post_as(&self.pair(), address, fields).await
    }

    /// A form sent from our own page with a cookie.
    pub(crate) async fn post_as(&self, pair: &str, address: &str, fields: &[(&str, &str)]) -> Answer {
        let request = request("POST", address).header(header::COOKIE, pair).header(header::ORIGIN, format!("http://{HOST}"));
        self.ask(request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded").body(form(fields)).unwrap()).await
    }

    /// The technologist's cookie as a browser sends it.
    pub(crate) fn pair(&self) -> String {
        pair_of(&self.lab, &self.cookie)
    }

    pub(crate) fn signed(&self, method: &str, address: &str) -> axum::http::request::Builder {
        request(method, address).header(header::COOKIE, self.pair())
    }

    /// The API, with the token.
    pub(crate) async fn api(&self, method: &str, address: &str, body: &str) -> Answer {
        self.ask(self.bearer(method, address).body(Body::from(body.to_owned())).unwrap()).await
    }

    pub(crate) fn bearer(&self, method: &str, address: &str) -> axum::http::request::Builder {
        let request = request(method, address).header(header::AUTHORIZATION, format!("Bearer {}", self.token));
        request.header(header::CONTENT_TYPE, "application/json")
    }

    /// Places an order for a potassium of an adult; accession and container code.
    pub(crate) async fn order(&self, mrn: &str, family_name: &str) -> (String, String) {
        self.order_born(mrn, family_name, "1980-02-29").await
    }

    /// Places an order for a potassium of somebody born then; empty where it is not known.
    pub(crate) async fn order_born(&self, mrn: &str, family_name: &str, birth_date: &str) -> (String, String) {
        let body = serde_json::json!({
            "patient": {"mrn": mrn, "family_name": family_name, "given_name": "Ada", "birth_date": birth_date, "sex": "F"},
            "tests": ["K"], "priority": "routine",
        });
        let answer = self.api("POST", "/api/v1/orders", &body.to_string()).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text);
        let placed = answer.json();
        (placed["accession"].as_str().unwrap().to_owned(), placed["containers"][0]["code"].as_str().unwrap().to_owned())
    }

    /// A potassium of a container comes in over the link and is filed; the transmission's id.
    pub(crate) async fn file_potassium(&self, container: &str, value: &str) -> String {
        self.file_flagged_potassium(container, value, "N").await
    }

    /// The same with the analyser's own flag.
    pub(crate) async fn file_flagged_potassium(&self, container: &str, value: &str, flag: &str) -> String {
        let arrival = actions::last_arrival(&self.lab, "c111").await.unwrap() + 1;
        let records = [
            r"H|\^&|||Maker^Roche^c111^4.2.2.1730^1^13147|||||host|RSUPL^REAL|P|1|20261121131713".to_owned(),
            "P|1||".to_owned(),
            format!("O|1||{container}^^{arrival}||S||||||N|||||||||||20261121131713|||F"),
            format!("R|1|^^^990|{value}|mmol/L||{flag}||F||$SYS$||20261121131700"),
            "L|1|N".to_owned(),
        ];
        let content = records.iter().flat_map(|record| [record.as_bytes(), b"\r"].concat()).collect();
        let received = Received { arrival, received_at: actions::now(), wire: framed(&records), content };
        let kept = actions::keep_transmission(&self.lab, &self.analyser, received).await.unwrap();
        while actions::file_next(&self.lab, &self.analyser).await.unwrap() > 0 {}
        kept.id.to_string()
    }
}

/// The link of a hospital system.
pub(crate) fn hl7_link() -> actions::Hl7Link {
    actions::Hl7Link::new(Analyser::check_name("his").unwrap(), Zone::named("Europe/Berlin").unwrap())
}

/// Each record in a frame of its own, as the c 111 sends them: number, record, CR, ETB or ETX, checksum, CR LF.
fn framed(records: &[String]) -> Vec<u8> {
    let mut wire = Vec::new();
    for (at, record) in records.iter().enumerate() {
        let end = if at + 1 == records.len() { '\u{3}' } else { '\u{17}' };
        let body = format!("{}{record}\r{end}", (at + 1) % 8);
        let sum = body.bytes().fold(0_u8, u8::wrapping_add);
        wire.extend(format!("\u{2}{body}{sum:02X}\r\n").bytes());
    }
    wire
}

/// An address of the list with something in each place.
pub(crate) fn address(path: &str) -> String {
    let filled = path.split('/').map(|part| if part.starts_with('{') { "01890a5d-ac96-774b-bcce-b302099a8057" } else { part });
    filled.collect::<Vec<_>>().join("/")
}

pub(crate) fn request(method: &str, address: &str) -> axum::http::request::Builder {
    Request::builder().method(method).uri(address).header(header::HOST, HOST)
}

pub(crate) fn form(fields: &[(&str, &str)]) -> Body {
    let encode = |text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
    Body::from(fields.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect::<Vec<_>>().join("&"))
}

/// A session's cookie as a browser of this laboratory sends it.
pub(crate) fn pair_of(lab: &Laboratory, cookie: &str) -> String {
    format!("benchside-{}={cookie}", lab.realm())
}
