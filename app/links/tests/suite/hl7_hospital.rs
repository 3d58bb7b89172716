//! A laboratory with one link of a hospital system, and a hospital system written by hand.

use crate::engine::Engine;
use crate::house::{any_port, look_again};
use actions::{Analyser, Hl7Link, Laboratory, LaboratorySettings, views};
use kernel::{Realm, Zone};
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use store::{Opening, Options, Store};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A hospital system waits 30 s for an answer; so does this one, and a little more.
const ANSWER_LIMIT: Duration = Duration::from_secs(40);

pub(crate) struct Hospital {
    pub(crate) lab: Laboratory,
    pub(crate) address: SocketAddr,
}

impl Hospital {
    pub(crate) fn open(engine: &Engine) -> Self {
        Self::open_with(engine, Realm::Demonstration, |link| link)
    }

    pub(crate) fn open_with(engine: &Engine, realm: Realm, change: impl FnOnce(Hl7Link) -> Hl7Link) -> Self {
        let options = Options { readers: 2, writers: 1, ..Options::default() };
        let store = Store::open(&engine.target, realm, Opening::CreateOrOpen, options).unwrap();
        let link = change(Hl7Link::new(Analyser::check_name("his").unwrap(), Zone::utc()));
        let settings = LaboratorySettings {
            realm,
            catalogue: actions::starting_catalogue().unwrap().into(),
            privileges: actions::starting_privileges().unwrap(),
            zone: Zone::utc(),
            decimal_mark: kernel::DecimalMark::Point,
            site_prefix: "A".to_owned(),
            analysers: Vec::new(),
            hl7_links: vec![link.clone()],
            sign_in: actions::SignInSettings::default(),
        };
        let lab = Laboratory::new(store, settings);
        let listening = links::listen_hl7(&lab, link, any_port()).unwrap();
        Self { lab, address: listening.address }
    }

    pub(crate) async fn count(&self, text: &'static str) -> i64 {
        crate::house::count(self.lab.store(), text).await
    }

    /// The open tasks: kind, line and why.
    pub(crate) async fn tasks(&self) -> Vec<(String, String, String)> {
        let page = views::open_tasks(&self.lab, None).await.unwrap();
        page.rows.into_iter().map(|task| (task.kind, task.raw_line, task.why)).collect()
    }

    /// What became of the messages, oldest first.
    pub(crate) async fn states(&self) -> Vec<&'static str> {
        let page = views::hl7_messages(&self.lab, "his", None).await.unwrap();
        page.rows.iter().rev().map(|message| message.state.name()).collect()
    }

    /// Waits until so many messages are kept.
    pub(crate) async fn until_kept(&self, count: i64) {
        let deadline = Instant::now() + Duration::from_secs(60);
        while self.count("SELECT COUNT(*) FROM hl7_message").await < count {
            assert!(Instant::now() < deadline, "{count} messages were never kept");
            look_again().await;
        }
    }

    /// Nothing that `check` looks for is wrong.
    pub(crate) async fn is_sound(&self) {
        assert_eq!(actions::check_invariants(self.lab.store()).await.unwrap(), []);
    }
}

/// A message on the wire, framed: a line of the source for each segment.
pub(crate) fn framed(message: &str) -> Vec<u8> {
    let content: String = message.lines().map(str::trim_start).filter(|line| !line.is_empty()).map(|line| format!("{line}\r")).collect();
    hl7v2::mllp::frame(content.as_bytes()).unwrap()
}

pub(crate) struct Sender {
    stream: TcpStream,
    read: Vec<u8>,
}

impl Sender {
    pub(crate) async fn connect(address: SocketAddr) -> Self {
        Self { stream: TcpStream::connect(address).await.unwrap(), read: Vec::new() }
    }

    pub(crate) async fn write(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).await.unwrap();
    }

    /// The next answer, framing removed; none where the other side closed.
    pub(crate) async fn answer(&mut self) -> Option<String> {
        let read = async {
            loop {
                if let Some(end) = self.read.windows(2).position(|pair| pair == [0x1C, 0x0D]) {
                    let frame: Vec<u8> = self.read.drain(..end + 2).collect();
                    assert_eq!(frame[0], 0x0B);
                    return Some(String::from_utf8(frame[1..end].to_vec()).unwrap());
                }
                // A reset is a close as well.
                if self.stream.read_buf(&mut self.read).await.unwrap_or(0) == 0 {
                    assert!(self.read.is_empty(), "half an answer");
                    return None;
                }
            }
        };
        tokio::time::timeout(ANSWER_LIMIT, read).await.expect("no answer in time")
    }

    pub(crate) async fn ask(&mut self, message: &str) -> String {
        self.write(&framed(message)).await;
        self.answer().await.expect("an answer, and not the end of the connection")
    }

    /// Nothing comes for a while. That it does not can only be seen by waiting.
    pub(crate) async fn hears_nothing(&mut self) {
        let heard = tokio::time::timeout(Duration::from_millis(300), self.answer()).await;
        assert!(heard.is_err(), "heard {heard:?}");
    }
}

/// The first column of what a query finds.
pub(crate) async fn text(hospital: &Hospital, sql: &'static str) -> Vec<String> {
    // Leaked: there are few, and the store keeps statements by their address.
    let sql: &'static store::Sql = Box::leak(Box::new(store::Sql::new("of a test", sql, None)));
    let rows =
        hospital.lab.store().read(move |reader| Ok(reader.query(sql, &[])?.iter().map(|row| row.text(0).unwrap().to_owned()).collect()));
    rows.await.unwrap()
}
