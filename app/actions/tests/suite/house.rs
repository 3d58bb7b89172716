//! A laboratory with two analysers on one test's database.

use crate::engine::Engine;
use crate::messages::{Result as ResultRecord, message};
use actions::{Analyser, Holding, InTray, Kept, Laboratory, LaboratorySettings, OrderRequest, PlacedOrder, Received, views};
use catalogue::{Catalogue, EditionFile, EditionFiles, Signature};
use instruments::Driver;
use kernel::{Actor, DecimalMark, Realm, Zone};
use std::sync::atomic::{AtomicI64, Ordering};
use store::{Faults, Opening, Options, Outcome, Param, Sql, Store};
use tokio::task::JoinSet;
use uuid::Uuid;

/// Who owns what nobody ordered.
pub(crate) const OWNER: &str = "bench:chemistry";

pub(crate) struct House {
    pub(crate) lab: Laboratory,
    pub(crate) first: Analyser,
    pub(crate) second: Analyser,
    /// What the database is made to fail at.
    pub(crate) faults: Faults,
    arrival: AtomicI64,
}

/// The shipped catalogue under another name, with more rows of critical limits and a director's signature.
fn signed_catalogue(more_limits: &str) -> Catalogue {
    let shipped = actions::starting_edition().unwrap();
    let named = |(file, text): (EditionFile, &str)| {
        let more = if file == EditionFile::CriticalLimits { more_limits } else { "" };
        (file.name().to_owned(), text.replace("starting-2026-11d", "signed-2026-11") + more)
    };
    let catalogue = EditionFiles::new(shipped.iter().map(named)).unwrap().read().unwrap();
    let at = "2026-11-21T08:00:00Z".parse().unwrap();
    catalogue.signed(Signature::Signed { by: "Dr A. Director".to_owned(), at, meaning: "approved".to_owned() })
}

fn analyser(name: &str, driver: &'static Driver, catalogue: &Catalogue) -> Analyser {
    Analyser {
        name: Analyser::check_name(name).unwrap(),
        driver,
        mapping: actions::default_mapping("roche_cobas_c", catalogue).unwrap().unwrap().into(),
        zone: Zone::named("Europe/Berlin").unwrap(),
        decimal_mark: DecimalMark::Point,
        owner: OWNER.into(),
        in_tray: InTray::default(),
    }
}

fn settings(realm: Realm, catalogue: Holding, analysers: Vec<Analyser>) -> LaboratorySettings {
    let zone = Zone::named("Europe/Berlin").unwrap();
    LaboratorySettings {
        realm,
        catalogue,
        privileges: actions::starting_privileges().unwrap(),
        zone,
        decimal_mark: kernel::DecimalMark::Point,
        site_prefix: "A".to_owned(),
        analysers,
        sign_in: actions::SignInSettings::default(),
        hl7_links: Vec::new(),
    }
}

impl House {
    /// A demonstration on the shipped catalogue, which nobody signed.
    pub(crate) fn demonstration(engine: &Engine) -> Self {
        Self::open(engine, Realm::Demonstration, actions::starting_catalogue().unwrap())
    }

    /// A production laboratory on the shipped catalogue, which nobody signed.
    pub(crate) fn production(engine: &Engine) -> Self {
        Self::open(engine, Realm::Production, actions::starting_catalogue().unwrap())
    }

    /// A production laboratory whose director signed the catalogue.
    pub(crate) fn signed(engine: &Engine) -> Self {
        Self::signed_with(engine, "")
    }

    /// The same with more rows of critical limits.
    pub(crate) fn signed_with(engine: &Engine, more_limits: &str) -> Self {
        Self::open(engine, Realm::Production, signed_catalogue(more_limits))
    }

    fn open(engine: &Engine, realm: Realm, catalogue: Catalogue) -> Self {
        let options = Options { readers: 2, writers: 4, ..Options::default() };
        let faults = options.faults.clone();
        let store = Store::open(&engine.target, realm, Opening::CreateOrOpen, options).unwrap();
        let driver = Analyser::find_driver("c111", "roche_cobas_c").unwrap();
        let first = analyser("c111", driver, &catalogue);
        let second = analyser("c501", driver, &catalogue);
        let analysers = vec![first.clone(), second.clone()];
        let lab = Laboratory::new(store, settings(realm, catalogue.into(), analysers));
        Self { lab, first, second, faults, arrival: AtomicI64::new(0) }
    }

    /// Another laboratory on the same database, with these editions.
    pub(crate) fn lab_on(&self, catalogue: Holding) -> Laboratory {
        Laboratory::new(self.lab.store().clone(), settings(self.lab.realm(), catalogue, Vec::new()))
    }

    /// The first analyser, read by another driver.
    pub(crate) fn read_by(&self, driver: &'static Driver) -> Analyser {
        Analyser { driver, ..self.first.clone() }
    }

    /// Places an order; the patient is the one of [`request`].
    pub(crate) async fn order(&self, mrn: &str, tests: &[&str]) -> PlacedOrder {
        actions::place_order(&self.lab, &orderer(), actions::new_command(), request(mrn, tests)).await.unwrap()
    }

    /// Places an order and hands back the code of its one container.
    pub(crate) async fn container(&self, mrn: &str, tests: &[&str]) -> String {
        let mut placed = self.order(mrn, tests).await;
        assert_eq!(placed.containers.len(), 1);
        placed.containers.remove(0).code
    }

    /// The containers of so many orders for a potassium, each of a patient of its own, placed at once: they share commits.
    pub(crate) async fn containers(&self, count: usize) -> Vec<String> {
        let mut orders = JoinSet::new();
        for number in 0..count {
            let lab = self.lab.clone();
            let request = request(&format!("M-{number}"), &["K"]);
            orders.spawn(async move { actions::place_order(&lab, &orderer(), actions::new_command(), request).await.unwrap() });
        }
        orders.join_all().await.into_iter().map(|mut placed| placed.containers.remove(0).code).collect()
    }

    /// A message as the link would hand it over.
    pub(crate) fn received(&self, content: Vec<u8>) -> Received {
        let arrival = self.arrival.fetch_add(1, Ordering::Relaxed) + 1;
        let frames = lis2::frame(&content, &lis2::FrameOptions { one_record_per_frame: true, ..lis2::FrameOptions::default() });
        Received { arrival, received_at: actions::now(), wire: frames.concat(), content }
    }

    /// Keeps a message behind another that may wait: it is filed later.
    pub(crate) async fn keep(&self, analyser: &Analyser, content: Vec<u8>) -> Kept {
        analyser.in_tray.look();
        actions::keep_transmission(&self.lab, analyser, self.received(content)).await.unwrap()
    }

    /// Files whatever waits of an analyser.
    pub(crate) async fn file(&self, analyser: &Analyser) -> usize {
        let mut filed = 0;
        loop {
            match actions::file_next(&self.lab, analyser).await.unwrap() {
                0 => return filed,
                more => filed += more,
            }
        }
    }

    /// Keeps a message with nothing of its link before it: it is filed at once.
    pub(crate) async fn keep_first(&self, analyser: &Analyser, content: Vec<u8>) -> Kept {
        self.file(analyser).await;
        actions::keep_transmission(&self.lab, analyser, self.received(content)).await.unwrap()
    }

    /// Results of one container come in from the first analyser and are filed.
    pub(crate) async fn measure(&self, container: &str, results: &[ResultRecord<'_>], counter: usize) -> Kept {
        let kept = self.keep_first(&self.first, message(&[(container, results)], counter)).await;
        // What could not be filed at once is filed now.
        self.file(&self.first).await;
        assert_eq!(self.count("SELECT COUNT(*) FROM unfiled").await, 0);
        kept
    }

    pub(crate) async fn results(&self, container: &str) -> Vec<views::ResultLine> {
        views::results_of_container(&self.lab, &kernel::Actor::System("test".to_owned()), container).await.unwrap()
    }

    /// Every open task, oldest first.
    pub(crate) async fn tasks(&self) -> Vec<views::TaskLine> {
        let mut tasks = Vec::new();
        let mut after = None;
        loop {
            let page = views::open_tasks(&self.lab, after).await.unwrap();
            tasks.extend(page.rows);
            after = page.next;
            if after.is_none() {
                return tasks;
            }
        }
    }

    /// What `check` finds.
    pub(crate) async fn broken(&self) -> Vec<(&'static str, String)> {
        let broken = actions::check_invariants(self.lab.store()).await.unwrap();
        broken.into_iter().map(|broken| (broken.invariant, broken.what)).collect()
    }

    /// A count, asked behind the actions' back.
    pub(crate) async fn count(&self, text: &'static str) -> i64 {
        let sql = statement(text);
        self.lab.store().read(move |reader| Ok(reader.query_opt(sql, &[])?.unwrap().int(0).unwrap())).await.unwrap()
    }

    /// Texts, asked behind the actions' back.
    pub(crate) async fn texts(&self, text: &'static str) -> Vec<String> {
        let sql = statement(text);
        let read =
            move |reader: &mut store::Reader<'_>| Ok(reader.query(sql, &[])?.iter().map(|row| row.text(0).unwrap().to_owned()).collect());
        self.lab.store().read(read).await.unwrap()
    }

    /// A change behind the actions' back, with ids as its parameters; how many rows it met.
    pub(crate) async fn change(&self, text: &'static str, ids: &[Uuid]) -> u64 {
        let sql = statement(text);
        let ids = ids.to_vec();
        let act = move |tx: &mut store::Tx<'_>| {
            let ids: Vec<Param<'_>> = ids.iter().map(|id| Param::Id(*id.as_bytes())).collect();
            let changed = tx.execute(sql, &ids)?;
            Ok(Outcome { act: "try", accepted: true, subject: None, note: changed.to_string() })
        };
        let done = self.lab.store().write(&orderer(), actions::new_command(), actions::now(), act).await.unwrap();
        done.note.parse().unwrap()
    }
}

/// A statement of a test's own. Leaked: there are few, and the store keeps statements by their address.
fn statement(text: &'static str) -> &'static Sql {
    Box::leak(Box::new(Sql::new("of a test", text, None)))
}

pub(crate) fn orderer() -> Actor {
    Actor::System("suite".to_owned())
}

/// A routine order for Ada Lovelace.
pub(crate) fn request(mrn: &str, tests: &[&str]) -> OrderRequest {
    OrderRequest {
        mrn: mrn.to_owned(),
        family_name: "Lovelace".to_owned(),
        given_name: "Ada".to_owned(),
        birth_date: "1980-02-29".to_owned(),
        sex: "F".to_owned(),
        tests: tests.iter().map(|test| (*test).to_owned()).collect(),
        priority: "routine".to_owned(),
        ..OrderRequest::default()
    }
}
