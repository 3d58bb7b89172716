//! A laboratory with links that listen, on one test's database.

use crate::engine::Engine;
use actions::{Analyser, InTray, Laboratory, LaboratorySettings, OrderRequest};
use kernel::{Actor, DecimalMark, Realm, Zone};
use links::Listening;
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use store::{Opening, Options, Sql, Store};

pub(crate) struct House {
    pub(crate) lab: Laboratory,
    pub(crate) analysers: Vec<Analyser>,
    pub(crate) listening: Vec<Listening>,
}

impl House {
    pub(crate) async fn open(engine: &Engine, links: usize) -> Self {
        Self::open_with(engine, links, Options { readers: 2, writers: 4, ..Options::default() }).await
    }

    pub(crate) async fn open_with(engine: &Engine, links: usize, options: Options) -> Self {
        let store = Store::open(&engine.target, Realm::Demonstration, Opening::CreateOrOpen, options).unwrap();
        let catalogue = actions::starting_catalogue().unwrap();
        let mapping = actions::default_mapping("roche_cobas_c", &catalogue).unwrap().unwrap();
        let analyser = |number: usize| Analyser {
            name: Analyser::check_name(&format!("c111-{number}")).unwrap(),
            driver: Analyser::find_driver("c111", "roche_cobas_c").unwrap(),
            mapping: mapping.clone().into(),
            zone: Zone::utc(),
            decimal_mark: DecimalMark::Point,
            owner: "bench:chemistry".into(),
            in_tray: InTray::default(),
        };
        let analysers: Vec<Analyser> = (0..links).map(analyser).collect();
        let settings = LaboratorySettings {
            realm: Realm::Demonstration,
            catalogue: catalogue.into(),
            privileges: actions::starting_privileges().unwrap(),
            zone: Zone::utc(),
            decimal_mark: kernel::DecimalMark::Point,
            site_prefix: "A".to_owned(),
            sign_in: actions::SignInSettings::default(),
            analysers: analysers.clone(),
            hl7_links: Vec::new(),
        };
        let lab = Laboratory::new(store, settings);
        let mut listening = Vec::new();
        for analyser in &analysers {
            listening.push(links::listen(lab.clone(), analyser.clone(), any_port()).await.unwrap());
        }
        Self { lab, analysers, listening }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.listening[0].address
    }

    /// Connections the first link has open.
    pub(crate) fn connections(&self) -> usize {
        self.lab.link_state(&self.analysers[0].name).connections
    }

    pub(crate) async fn container(&self) -> String {
        let request = OrderRequest {
            mrn: "M-1".to_owned(),
            family_name: "Lovelace".to_owned(),
            birth_date: "1980-02-29".to_owned(),
            sex: "F".to_owned(),
            tests: vec!["K".to_owned()],
            priority: "routine".to_owned(),
            ..OrderRequest::default()
        };
        let actor = Actor::System("suite".to_owned());
        actions::place_order(&self.lab, &actor, actions::new_command(), request).await.unwrap().containers.remove(0).code
    }

    pub(crate) async fn file(&self) {
        for analyser in &self.analysers {
            while actions::file_next(&self.lab, analyser).await.unwrap() > 0 {}
        }
    }

    pub(crate) async fn count(&self, text: &'static str) -> i64 {
        count(self.lab.store(), text).await
    }

    /// Waits for a count, however long a slow machine takes; one that never comes fails the test.
    pub(crate) async fn until(&self, text: &'static str, expected: i64) {
        let deadline = Instant::now() + Duration::from_secs(60);
        loop {
            let found = self.count(text).await;
            if found == expected {
                return;
            }
            assert!(Instant::now() < deadline, "{text}: {found}, not {expected}");
            look_again().await;
        }
    }
}

/// A count, by any connection to the database.
pub(crate) async fn count(store: &Store, text: &'static str) -> i64 {
    // Leaked: there are few, and the store keeps statements by their address.
    let sql: &'static Sql = Box::leak(Box::new(Sql::new("of a test", text, None)));
    store.read(move |reader| Ok(reader.query_opt(sql, &[])?.unwrap().int(0).unwrap())).await.unwrap()
}

pub(crate) fn any_port() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 0))
}

/// Between two looks at a condition, the machine belongs to those who are waited for.
pub(crate) async fn look_again() {
    tokio::time::sleep(Duration::from_millis(2)).await;
}
