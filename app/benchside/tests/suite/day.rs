//! A laboratory's day on which everything happens that is told of for one reason or another: orders, pages, analysers, operators, and what goes wrong
//! with each, all of it with names and numbers that stand nowhere for any other reason.

use crate::engine::Engine;
use crate::http::{api, browse, choose_password, order, request};
use crate::program::{Accounts, Place, Server, potassium, send, until};
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::TcpStream;

const MRN: &str = "MRN-7391846";
const FAMILY: &str = "Quillfeather";
const GIVEN: &str = "Xanthippe";
const BORN: &str = "1931-07-23";
const OTHER_FAMILY: &str = "Wolkenstein";
const IMPORTED: &str = "Zwetschgenbaum";
// More digits than a time in the log has: none of these stands in one by chance.
const VALUE: &str = "4.73160058";
const UNCLAIMED: &str = "91.33770046";
const CUT_OFF: &str = "6.19190072";
const LATE: &str = "5.82820094";
const REQUESTER: &str = "Pfefferkuchen";
const NOTE: &str = "ringed-the-ward-about-her";
const RAW: &str = "haemolysed-to-the-eye";
const WRONG_PASSWORD: &str = "hunter2-wrong";
const WRONG_TOKEN: &str = "deadbeefdeadbeefcafe";

/// What must be told nowhere. Accession, container, password and token of the day come beside.
pub(crate) const MARKERS: [&str; 15] =
    [MRN, FAMILY, GIVEN, BORN, OTHER_FAMILY, IMPORTED, VALUE, UNCLAIMED, CUT_OFF, LATE, REQUESTER, NOTE, RAW, WRONG_PASSWORD, WRONG_TOKEN];

/// The day so far.
pub(crate) struct Day<'d> {
    place: &'d Place<'d>,
    server: &'d Server,
    token: &'d str,
    /// Of the technologist.
    password: String,
    accession: String,
    container: String,
    cookie: String,
    /// What must be told nowhere, of this day.
    pub(crate) secrets: Vec<String>,
    /// What the program told an operator, by the name of what it is.
    pub(crate) told: Vec<(String, String)>,
}

fn patient(family_name: &str) -> Value {
    json!({"mrn": MRN, "family_name": family_name, "given_name": GIVEN, "birth_date": BORN, "sex": "F"})
}

impl<'d> Day<'d> {
    pub(crate) fn begin(place: &'d Place<'d>, server: &'d Server, accounts: &'d Accounts) -> Self {
        let token = accounts.token.as_str();
        let added = place.operate("user add", &["tess", "--display-name", "Tess", "--role", "technologist"]);
        let one_time = added.out.lines().find_map(|line| line.strip_prefix("password ")).unwrap().to_owned();
        let password = choose_password(server.http, "tess", &one_time);
        let (accession, container) = order(server.http, token, &patient(FAMILY));
        let secrets = vec![token.to_owned(), accounts.password.clone(), one_time, password.clone(), accession.clone(), container.clone()];
        Self { place, server, token, password, accession, container, cookie: String::new(), secrets, told: Vec::new() }
    }

    fn post(&self, path: &str, token: &str, body: &str) -> u16 {
        request(self.server.http, "POST", path, token, body).0
    }

    /// Orders that are refused, for every reason there is.
    pub(crate) fn orders(&mut self) {
        let ordered =
            |patient: Value, test: &str, priority: &str| json!({"patient": patient, "tests": [test], "priority": priority}).to_string();
        let orders = "/api/v1/orders";
        assert_eq!(self.post(orders, self.token, &ordered(patient(OTHER_FAMILY), "K", "routine")), 409);
        assert_eq!(self.post(orders, self.token, &ordered(patient(FAMILY), FAMILY, GIVEN)), 422);
        let mut odd = patient(FAMILY);
        (odd["birth_date"], odd["sex"]) = (format!("{BORN}-{NOTE}").into(), GIVEN.into());
        assert_eq!(self.post(orders, self.token, &ordered(odd, "K", "routine")), 422);
        assert_eq!(self.post(orders, self.token, &format!("{{\"patient\": {FAMILY}}}")), 400);
        assert_eq!(self.post(orders, self.token, &format!("{{\"{MRN}\": \"{FAMILY}\"")), 400);
        assert_eq!(self.post(orders, WRONG_TOKEN, &ordered(patient(FAMILY), "K", "routine")), 401);
        assert_eq!(self.post(orders, self.token, &FAMILY.repeat(30_000)), 413);
        for path in [format!("/api/v1/orders/{FAMILY}"), format!("/api/v1/containers/{MRN}/x"), format!("/{GIVEN}?{MRN}={FAMILY}")] {
            assert_eq!(request(self.server.http, "GET", &path, self.token, "").0, 404, "{path}");
        }
        assert_eq!(request(self.server.http, GIVEN, "/api/v1/orders", self.token, MRN).0 / 100, 4);
        api(self.server.http, self.token, &format!("/api/v1/orders/{}", self.accession));
    }

    fn browse(&self, method: &str, path: &str, body: &str) -> (u16, String) {
        browse(self.server.http, &self.cookie, method, path, body)
    }

    /// A person at the pages, with right and wrong words.
    pub(crate) fn pages(&mut self) {
        let (status, cookie) = self.browse("POST", "/sign-in", &format!("user=tess&password={}", self.password));
        let Some((_, session)) = cookie.split_once('=') else { panic!("not signed in: {status}") };
        self.secrets.push(session.to_owned());
        self.cookie = cookie;
        assert_eq!(self.browse("POST", "/sign-in", &format!("user=tess&password={WRONG_PASSWORD}")).0 / 100, 4);
        assert_eq!(self.browse("POST", "/sign-in", &format!("user={FAMILY}&password={WRONG_PASSWORD}")).0 / 100, 4);
        for (path, status) in [
            (format!("/orders/{}", self.accession), 200),
            (format!("/find?code={MRN}"), 303),
            (format!("/find?code={FAMILY}"), 404),
            (format!("/orders/{FAMILY}"), 404),
            (format!("/transmissions/{FAMILY}"), 404),
            ("/".to_owned(), 200),
            ("/tasks".to_owned(), 200),
        ] {
            assert_eq!(self.browse("GET", &path, "").0, status, "{path}");
        }
        let form = format!(
            "mrn={MRN}&family_name={OTHER_FAMILY}&given_name={GIVEN}&birth_date={BORN}&sex=F&priority=routine&requester={REQUESTER}&tests=K"
        );
        assert_eq!(self.browse("POST", "/orders/new", &form).0, 409);
        assert_eq!(self.browse("POST", &format!("/tasks/{FAMILY}/close"), &format!("note={NOTE}&seen_version=1")).0, 404);
    }

    /// What analysers send, right and wrong; the task of a reading that nobody ordered is closed with a note.
    pub(crate) fn analysers(&mut self) {
        let link = self.server.link();
        assert!(send(link, &potassium(&self.container, VALUE)));
        assert!(send(link, &potassium(&self.container, VALUE)), "a repeat");
        assert!(send(link, &potassium(FAMILY, UNCLAIMED)));
        let commented = String::from_utf8(potassium(&self.container, LATE)).unwrap();
        let commented = commented.replace("P|1||", &format!("P|1||{MRN}||{FAMILY}^{GIVEN}")).replace("C|1|I||I", &format!("C|1|I|{RAW}|I"));
        assert!(send(link, commented.as_bytes()));
        assert!(send(link, format!("H|\\^&|||{RAW}\rX|{FAMILY}|{MRN}\rR|not|{VALUE}\rL|1|N\r").as_bytes()), "kept, and not understood");
        self.misbehave();
        let tasks = until("a task, and nothing that waits", || {
            let tasks = api(self.server.http, self.token, "/api/v1/tasks")["tasks"].as_array().unwrap().clone();
            (tasks.len() >= 3 && api(self.server.http, self.token, "/api/v1/health")["unfiled"] == 0).then_some(tasks)
        });
        let task = tasks[0]["task"].as_str().unwrap();
        let closed = self.browse("POST", &format!("/tasks/{task}/close"), &format!("note={NOTE}&seen_version=1"));
        assert_eq!(closed.0 / 100, 3);
        api(self.server.http, self.token, &format!("/api/v1/containers/{}/results", self.container));
        self.health();
    }

    /// A damaged frame, a frame out of order, one cut off in the middle, a line that breaks, and bytes that are no frames.
    fn misbehave(&self) {
        let options = lis2::FrameOptions { one_record_per_frame: true, ..lis2::FrameOptions::default() };
        let frames = lis2::frame(&potassium(&self.container, CUT_OFF), &options);
        let mut stream = TcpStream::connect(self.server.link()).unwrap();
        stream.write_all(&[0x05]).unwrap();
        let mut answers = [0; 1];
        stream.read_exact(&mut answers).unwrap();
        for (at, frame) in frames.iter().take(frames.len() - 1).enumerate() {
            let mut damaged = frame.clone();
            damaged[5] ^= 1;
            for frame in [&damaged, &frames[(at + 3) % frames.len()], frame, frame] {
                stream.write_all(frame).unwrap();
                stream.read_exact(&mut answers).unwrap();
            }
        }
        stream.write_all(&frames[3][..20]).unwrap();
        let mut stream = TcpStream::connect(self.server.link()).unwrap();
        stream.write_all(format!("{FAMILY} {MRN} {RAW}\r\n\x05\x02{FAMILY}\x04").as_bytes()).unwrap();
    }

    fn health(&mut self) {
        for path in ["/api/v1/health", "/healthz", "/readyz"] {
            self.told.push(("health".to_owned(), request(self.server.http, "GET", path, self.token, "").1));
        }
    }

    /// What operators ask for, well and badly; what they are told of the laboratory as a whole holds nothing of a patient either.
    pub(crate) fn requests_of_operators(&mut self) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("patients.csv");
        let import = |bytes: &[u8]| {
            std::fs::write(&file, bytes).unwrap();
            self.place.operate("import patients", &[file.to_str().unwrap()]).code
        };
        let header = "mrn,family_name,given_name,birth_date,sex\n";
        assert_eq!(import(format!("{header}{MRN},{OTHER_FAMILY},{GIVEN},{BORN},F\n").as_bytes()), Some(1));
        assert_eq!(import(format!("{header},{IMPORTED},,{GIVEN},{RAW}\n").as_bytes()), Some(1));
        assert_eq!(import(format!("{FAMILY};{MRN}\n").as_bytes()), Some(1));
        assert_eq!(import(&[header.as_bytes(), IMPORTED.as_bytes(), b"\xff\xfe\n"].concat()), Some(1));
        assert_eq!(import(format!("{header}I-42000001,{IMPORTED},{GIVEN},{BORN},F\n").as_bytes()), Some(0));
        self.place.operate("audit seen", &[MRN]).says(0, &[]);
        self.place.operate("audit seen", &[FAMILY]).says(2, &[]);
        self.place.operate("user add", &["asa", "--display-name", OTHER_FAMILY, "--role", "technologist"]).says(0, &[]);
        self.place.operate("user reset", &[GIVEN]).says(2, &[]);
        for letter in [
            format!("{{\"request\":{{\"{FAMILY}\":{{}}}}}}\n"),
            format!("{{\"request\":{{\"audit_seen\":{{\"mrn\":\"{MRN}\",\"{FAMILY}\":1}}}}}}\n"),
            format!("{{\"request\":{{\"audit_seen\":{{\"mrn\":\"{MRN}"),
            format!("{FAMILY}\n"),
        ] {
            let mut socket = std::os::unix::net::UnixStream::connect(self.place.data().join("control.sock")).unwrap();
            socket.write_all(letter.as_bytes()).unwrap();
            socket.shutdown(std::net::Shutdown::Write).unwrap();
            assert!(std::io::read_to_string(socket).unwrap().contains("\"code\":2"), "{letter}");
        }
        let backup = folder.path().join("backup");
        let backup = backup.to_str().unwrap();
        let log = folder.path().join("log");
        std::fs::write(&log, format!("a line about {FAMILY}, and one about\n{MRN}\n")).unwrap();
        for (name, ended) in [
            ("backup", self.place.run("backup", &[backup])),
            ("check", self.place.run("check", &["--backup", backup, "--log", log.to_str().unwrap()])),
            ("audit verify", self.place.operate("audit verify", &[])),
        ] {
            self.told.push((name.to_owned(), format!("{}\n{}", ended.out, ended.err)));
        }
        self.told.push(("names of files".to_owned(), crate::backup::names(std::path::Path::new(backup)).join("\n")));
    }

    /// From now on nothing can be kept: whatever is tried fails inside.
    pub(crate) fn the_database_fails(&mut self, engine: &Engine) {
        match &engine.target {
            store::Target::Sqlite(_) => self.damage_files(),
            store::Target::Postgres(url) => {
                let drop = "DROP TABLE transmission_bytes CASCADE; DROP TABLE examination CASCADE; DROP TABLE access CASCADE";
                let ran = std::process::Command::new("psql").args(["--no-psqlrc", "--quiet", "--command", drop, url]).status();
                assert!(ran.unwrap().success());
            }
        }
        // Whether a server that may have stopped by now still answers is all the same.
        let link = self.server.link();
        let content = potassium(&self.container, LATE);
        let frames = lis2::frame(&content, &lis2::FrameOptions::default());
        if let Ok(mut stream) = TcpStream::connect(link) {
            stream.set_read_timeout(Some(std::time::Duration::from_secs(20))).unwrap();
            let mut answer = [0];
            drop(stream.write_all(&[0x05]).and_then(|()| stream.read_exact(&mut answer)));
            for frame in &frames {
                drop(stream.write_all(frame).and_then(|()| stream.read_exact(&mut answer)));
            }
        }
        let body = json!({"patient": patient(FAMILY), "tests": ["K"], "priority": "routine"}).to_string();
        for (method, path) in [("POST", "/api/v1/orders".to_owned()), ("GET", format!("/api/v1/orders/{}", self.accession))] {
            let mut stream = match TcpStream::connect(self.server.http) {
                Ok(stream) => stream,
                Err(_) => return,
            };
            let head = format!("{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {}\r\n", self.token);
            let rest = format!("Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}", body.len());
            drop(stream.write_all(format!("{head}{rest}").as_bytes()));
            drop(stream.read_to_end(&mut Vec::new()));
        }
    }

    /// Everything behind the first page of the database and the beginning of its log is made nonsense.
    fn damage_files(&self) {
        for (name, from) in [("benchside.db", 4_096), ("benchside.db-wal", 32 + 24)] {
            let path = self.place.data().join(name);
            let mut bytes = std::fs::read(&path).unwrap();
            bytes.iter_mut().skip(from).for_each(|byte| *byte ^= 0x5a);
            let mut file = std::fs::OpenOptions::new().write(true).open(&path).unwrap();
            file.write_all(&bytes).unwrap();
        }
    }
}
