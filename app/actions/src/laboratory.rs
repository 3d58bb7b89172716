//! The laboratory at work: its store, its catalogue, its analysers. Everything an act needs, handed around as one cheap value.

use crate::StaffLine;
use crate::access_log::AccessLog;
use crate::analyser::Analyser;
use crate::codes::CodePool;
use crate::editions::{EditionRefusal, Holding, holding};
use crate::hl7::Hl7Link;
use crate::live::Live;
use crate::lockout::Lockout;
use crate::new_ids::now;
use crate::place_order::PlacedOrder;
use crate::sessions::{SignInSettings, Uses};
use catalogue::Catalogue;
use kernel::{DecimalMark, Realm, Zone};
use people::Privileges;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use store::Store;
use tokio::sync::broadcast;
use workflow::Policy;

/// What a laboratory is opened with.
#[derive(Debug)]
pub struct LaboratorySettings {
    /// Its realm, as stamped in the store.
    pub realm: Realm,
    /// The edition of the catalogue in force, and what comes next.
    pub catalogue: Holding,
    /// What each role may do here.
    pub privileges: Privileges,
    /// The site's zone: days of age and dates on pages.
    pub zone: Zone,
    /// The mark people here type in decimals.
    pub decimal_mark: DecimalMark,
    /// One or two characters 0-9 A-Z before every container code.
    pub site_prefix: String,
    /// Its analysers.
    pub analysers: Vec<Analyser>,
    /// When sessions lock by themselves.
    pub sign_in: SignInSettings,
    /// The links of hospital systems.
    pub hl7_links: Vec<Hl7Link>,
}

/// The laboratory at work. Cheap to clone.
#[derive(Clone)]
pub struct Laboratory(Arc<Inner>);

/// Orders a slow listener may lag behind.
const PLACED_ORDERS_MAX: usize = 256;

struct Inner {
    store: Store,
    realm: Realm,
    privileges: Privileges,
    zone: Zone,
    decimal_mark: DecimalMark,
    site_prefix: String,
    analysers: Vec<Analyser>,
    hl7_links: Vec<Hl7Link>,
    catalogue: RwLock<Holding>,
    /// One look at the editions at a time: what an older look found must not take the place of what a newer one did.
    looking: tokio::sync::Mutex<()>,
    live: Live,
    codes: CodePool,
    placed: broadcast::Sender<PlacedOrder>,
    links: Mutex<BTreeMap<String, LinkState>>,
    access_log: AccessLog,
    lockout: Lockout,
    sign_in: SignInSettings,
    uses: Uses,
}

/// What a link is doing now; kept in memory only.
#[derive(Debug, Clone, Default)]
pub struct LinkState {
    /// Where it listens.
    pub address: String,
    /// Open connections.
    pub connections: usize,
    /// Messages kept since the start.
    pub kept: u64,
    /// Oddities of the protocol noticed since the start.
    pub anomalies: u64,
}

impl Laboratory {
    /// Opens the laboratory on a store.
    pub fn new(store: Store, settings: LaboratorySettings) -> Self {
        let LaboratorySettings { realm, catalogue, privileges, zone, decimal_mark, site_prefix, analysers, sign_in, hl7_links } = settings;
        let names = analysers.iter().map(|analyser| &analyser.name).chain(hl7_links.iter().map(|link| &link.name));
        let links = names.map(|name| (name.to_string(), LinkState::default())).collect();
        let placed = broadcast::Sender::new(PLACED_ORDERS_MAX);
        let links = Mutex::new(links);
        Self(Arc::new(Inner {
            store,
            realm,
            privileges,
            zone,
            decimal_mark,
            site_prefix,
            analysers,
            hl7_links,
            catalogue: RwLock::new(catalogue),
            looking: tokio::sync::Mutex::new(()),
            live: Live::default(),
            codes: CodePool::default(),
            placed,
            links,
            access_log: AccessLog::default(),
            lockout: Lockout::default(),
            sign_in,
            uses: Uses::default(),
        }))
    }

    /// Its store.
    pub fn store(&self) -> &Store {
        &self.0.store
    }
    /// Its realm.
    pub fn realm(&self) -> Realm {
        self.0.realm
    }
    /// What each role may do here.
    pub fn privileges(&self) -> &Privileges {
        &self.0.privileges
    }
    /// What its realm makes of gates that are not established.
    pub fn policy(&self) -> Policy {
        Policy::of(self.realm())
    }
    /// The catalogue in force at this moment. Whoever needs it twice for one thing keeps what this gave the first time.
    pub fn catalogue(&self) -> Arc<Catalogue> {
        let holding = self.0.catalogue.read().unwrap_or_else(PoisonError::into_inner);
        match &holding.next {
            Some((from, next)) if *from <= now() => Arc::clone(next),
            _ => Arc::clone(&holding.catalogue),
        }
    }

    /// Looks up in the database which edition holds, and which will: whether it was another than before. Where none was imported, or the one that holds
    /// cannot be read, the laboratory goes on with the one it has.
    pub async fn look_for_editions(&self) -> Result<bool, EditionRefusal> {
        let _turn = self.0.looking.lock().await;
        let known = self.0.catalogue.read().unwrap_or_else(PoisonError::into_inner).clone();
        let Some(found) = holding(self.store(), self.zone(), now(), Some(&known)).await? else { return Ok(false) };
        let is_same = Arc::ptr_eq(&found.catalogue, &known.catalogue);
        *self.0.catalogue.write().unwrap_or_else(PoisonError::into_inner) = found;
        Ok(!is_same)
    }
    /// The site's zone.
    pub fn zone(&self) -> &Zone {
        &self.0.zone
    }
    /// The mark people here type in decimals.
    pub fn decimal_mark(&self) -> DecimalMark {
        self.0.decimal_mark
    }
    /// The prefix of its container codes.
    pub fn site_prefix(&self) -> &str {
        &self.0.site_prefix
    }
    /// Its analysers.
    pub fn analysers(&self) -> &[Analyser] {
        &self.0.analysers
    }
    /// The links of its hospital systems.
    pub fn hl7_links(&self) -> &[Hl7Link] {
        &self.0.hl7_links
    }
    /// What open pages watch.
    pub fn live(&self) -> &Live {
        &self.0.live
    }
    /// Tells of every order placed from now on: what a simulated analyser puts on its rack. Who listens too slowly misses some.
    pub fn orders_placed(&self) -> broadcast::Receiver<PlacedOrder> {
        self.0.placed.subscribe()
    }
    pub(crate) fn tell_of_order(&self, placed: &PlacedOrder) {
        // Nobody listens in production: that is no fault.
        drop(self.0.placed.send(placed.clone()));
    }
    pub(crate) fn access_log(&self) -> &AccessLog {
        &self.0.access_log
    }
    /// The names that wrong passwords have shut.
    pub fn lockout(&self) -> &Lockout {
        &self.0.lockout
    }
    /// Seconds without use after which a session of somebody locks.
    pub fn lock_after_seconds(&self, staff: &StaffLine) -> u32 {
        self.0.sign_in.lock_after_seconds_of(&staff.role)
    }
    pub(crate) fn uses(&self) -> &Uses {
        &self.0.uses
    }
    pub(crate) fn codes(&self) -> &CodePool {
        &self.0.codes
    }

    /// Notes a change of a link's state and tells open pages.
    pub fn note_link(&self, name: &str, change: impl FnOnce(&mut LinkState)) {
        // A panic elsewhere cannot leave counters half changed: go on with them.
        let mut links = self.0.links.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(state) = links.get_mut(name) {
            change(state);
            drop(links);
            self.live().links_changed();
        }
    }

    /// What a link is doing now.
    pub fn link_state(&self, name: &str) -> LinkState {
        let links = self.0.links.lock().unwrap_or_else(PoisonError::into_inner);
        links.get(name).cloned().unwrap_or_default()
    }
}
