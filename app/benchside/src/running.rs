//! A laboratory that runs: its store, its links, its filing, its pages.

use crate::Place;
use crate::configuration::Configuration;
use crate::control::{ControlSocket, Office};
use crate::failure::Failure;
use crate::folder_lock::FolderLock;
use crate::restore_mark::refuse_unfinished;
use actions::{Holding, Laboratory, LaboratorySettings};
use kernel::{Actor, Zone};
use render::{Limits, Renderer};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;
use store::{Opening, Options, Store};
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::task::JoinHandle;

/// What a start may be told beside its configuration.
#[derive(Debug, Default)]
pub(crate) struct StartOptions {
    /// A folder with style sheets and scripts.
    pub(crate) assets: Option<PathBuf>,
    /// Where to listen for a hospital system.
    pub(crate) mllp: Option<SocketAddr>,
}

/// A laboratory with its sockets open.
pub(crate) struct Running {
    pub(crate) lab: Laboratory,
    pub(crate) http: SocketAddr,
    pub(crate) links: Vec<(actions::Analyser, SocketAddr)>,
    pub(crate) hl7_links: Vec<(actions::Hl7Link, SocketAddr)>,
    pages: JoinHandle<std::io::Result<()>>,
    tasks: Vec<JoinHandle<()>>,
    stop: tokio::sync::watch::Sender<bool>,
    control: ControlSocket,
    /// Last, so that it is given back when everything else has ended.
    lock: FolderLock,
}

/// How long pages may take to end when the laboratory stops; all of it must have stopped within five seconds.
const STOP_LIMIT: Duration = Duration::from_secs(3);

/// Opens the store of a laboratory whose folder this process has locked.
pub(crate) fn open_store(lock: &FolderLock, place: &Place, configuration: &Configuration, opening: Opening) -> Result<Store, Failure> {
    refuse_unfinished(lock)?;
    open_marked_store(lock, place, configuration, opening)
}

/// The same for the restore itself, whose folder says that it is not finished.
pub(crate) fn open_marked_store(
    _lock: &FolderLock,
    place: &Place,
    configuration: &Configuration,
    opening: Opening,
) -> Result<Store, Failure> {
    let target = configuration.target(place);
    let options = Options { seals: Some(configuration.seals(&place.data)), ..Options::default() };
    Store::open(&target, configuration.realm()?, opening, options).map_err(Failure::environment)
}

/// Starts everything: what a former process left unfiled first, then links, then pages.
pub(crate) async fn start(
    lock: FolderLock,
    place: &Place,
    configuration: &Configuration,
    store: Store,
    options: StartOptions,
) -> Result<Running, Failure> {
    let zone = configuration.zone()?;
    let holding = holding(&store, &zone).await?;
    let analysers = configuration.analysers(&place.data, &holding.catalogue)?;
    let hospital_systems = configuration.hl7_links(options.mllp)?;
    let settings = LaboratorySettings {
        realm: configuration.realm()?,
        catalogue: holding,
        privileges: actions::starting_privileges().map_err(Failure::environment)?,
        zone,
        decimal_mark: configuration.decimal_mark()?,
        site_prefix: configuration.site_prefix.clone(),
        analysers: analysers.iter().map(|(analyser, _)| analyser.clone()).collect(),
        sign_in: configuration.sign_in()?,
        hl7_links: hospital_systems.iter().map(|(link, _)| link.clone()).collect(),
    };
    let lab = Laboratory::new(store.clone(), settings);
    let office = Office::new(store, place, configuration).in_laboratory(lab.clone());
    let mut tasks = Vec::new();
    let mut links = Vec::new();
    tasks.push(tokio::spawn(jobs::run_access_log(lab.clone())));
    tasks.push(tokio::spawn(jobs::run_sessions(lab.clone(), jobs::SESSIONS_LOOK)));
    tasks.push(tokio::spawn(jobs::run_editions(lab.clone(), jobs::EDITIONS_LOOK)));
    for (analyser, address) in analysers {
        tasks.push(tokio::spawn(jobs::run_filing(lab.clone(), analyser.clone())));
        let listening = links::listen(lab.clone(), analyser.clone(), address).await.map_err(Failure::environment)?;
        tasks.push(listening.task);
        links.push((analyser, listening.address));
    }
    let mut hl7_links = Vec::new();
    for (link, address) in hospital_systems {
        let listening = links::listen_hl7(&lab, link.clone(), address).map_err(Failure::environment)?;
        tasks.push(listening.task);
        hl7_links.push((link, listening.address));
    }
    let listener = TcpListener::bind(configuration.http).await.map_err(|error| {
        Failure::Environment(format!("cannot serve pages on {}: {error}; name a free address with --http", configuration.http))
    })?;
    let http = listener.local_addr().map_err(Failure::environment)?;
    let (stop, mut stopping) = tokio::sync::watch::channel(false);
    // Its children are this very program, so that what draws is what was started.
    let program = std::env::current_exe().map_err(Failure::environment)?;
    let renderer = Some(Renderer::new(program, Limits::default()));
    let router = web::router(lab.clone(), web::WebOptions { assets_dir: options.assets, renderer });
    let told = async move {
        // An error means the sender is gone: stop as well.
        drop(stopping.wait_for(|stop| *stop).await);
    };
    let pages = tokio::spawn(web::serve(listener, router, told));
    let control = crate::control::listen(&lock, office)?;
    Ok(Running { lab, http, links, hl7_links, pages, tasks, stop, control, lock })
}

/// A laboratory begins with the edition that ships with the program. From then on a newer program changes nothing in what it measures by.
pub(crate) async fn import_first_edition(store: &Store) -> Result<(), Failure> {
    let shipped = actions::starting_edition().map_err(Failure::environment)?;
    actions::import_edition(store, shipped).await.map_err(Failure::environment).map(drop)
}

/// The edition that holds, which an older version of this program may not have imported.
async fn holding(store: &Store, zone: &Zone) -> Result<Holding, Failure> {
    if let Some(holding) = actions::holding(store, zone, actions::now(), None).await.map_err(Failure::environment)? {
        return Ok(holding);
    }
    import_first_edition(store).await?;
    let holding = actions::holding(store, zone, actions::now(), None).await.map_err(Failure::environment)?;
    holding.ok_or_else(|| Failure::Environment("the edition that was just imported is not there".to_owned()))
}

impl Running {
    /// The line that says where everything is.
    pub(crate) fn ready_line(&self) -> String {
        let links: Vec<String> = self.links.iter().map(|(analyser, address)| format!("{}@{address}", analyser.name)).collect();
        let mllp: Vec<String> = self.hl7_links.iter().map(|(link, address)| format!("{}@{address}", link.name)).collect();
        let mllp = if mllp.is_empty() { String::new() } else { format!(" mllp={}", mllp.join(",")) };
        format!("ready http={} links={}{mllp}", self.http, links.join(","))
    }

    /// Runs until a signal, or until the store gives up: then the process must end, and its supervisor starts it anew.
    pub(crate) async fn run_until_stopped(self, mut signals: StopSignals) -> Result<(), Failure> {
        let gave_up = self.lab.store().stopped();
        let ended = tokio::select! {
            () = signals.received() => Ok(()),
            reason = gave_up => Err(Failure::Environment(format!("the store stopped: {reason}; start again once that is mended"))),
        };
        self.stop().await;
        ended
    }

    async fn stop(self) {
        self.stop.send_replace(true);
        drop(self.control);
        for task in &self.tasks {
            task.abort();
        }
        if tokio::time::timeout(STOP_LIMIT, self.pages).await.is_err() {
            tracing::warn!("some pages were still being served");
        }
        if !matches!(tokio::time::timeout(STOP_LIMIT, self.lab.write_access_log()).await, Ok(Ok(()))) {
            tracing::warn!("who saw what in the last moments could not be written");
        }
        let store = self.lab.store().clone();
        drop(self.lab);
        // Joining threads blocks: not on a runtime thread.
        let closing = tokio::task::spawn_blocking(move || store.close());
        if tokio::time::timeout(STOP_LIMIT, closing).await.is_err() {
            tracing::warn!("the database did not close in time; nothing that was answered is lost by that");
        }
        drop(self.lock);
    }
}

/// The signals that ask the laboratory to stop. Caught from the first moment on: one that comes while it is still starting is not lost, and
/// never cuts a start short half-way.
pub(crate) struct StopSignals {
    terminate: Signal,
    interrupt: Signal,
}

impl StopSignals {
    /// Catches them from now on.
    pub(crate) fn catch() -> Result<Self, Failure> {
        let caught = |kind| signal(kind).map_err(Failure::environment);
        Ok(Self { terminate: caught(SignalKind::terminate())?, interrupt: caught(SignalKind::interrupt())? })
    }

    /// Waits for one of them.
    pub(crate) async fn received(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

/// The actor of what the command line does.
pub(crate) fn command_line() -> Actor {
    Actor::System("command line".to_owned())
}
