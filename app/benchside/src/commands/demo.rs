//! `benchside demo`: a furnished laboratory to look at. Its simulated analyser speaks on a real socket through the production driver; its
//! realm keeps it apart from anything that treats people.

use super::init::{Accounts, first_accounts};
use super::say;
use crate::Place;
use crate::configuration::{Configuration, FILE, LinkConfiguration};
use crate::failure::Failure;
use crate::folder_lock::FolderLock;
use crate::hl7_configuration::{Hl7Configuration, MLLP_PORT};
use crate::running::{Running, StartOptions, StopSignals, command_line, open_store, start};
use actions::{Made, NewStaff, OrderRequest};
use kernel::Realm;
use serde::{Deserialize, Serialize};
use simulator::{Chance, Physiology, Specimen, VirtualCobas};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;
use store::{Opening, Store};
use tokio::sync::mpsc;

/// What `demo` is told.
#[derive(clap::Args, Debug)]
pub(crate) struct Arguments {
    /// Where to serve pages.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    http: SocketAddr,
    /// Where to listen for hospital systems (HL7 version 2 over MLLP); port 2575 where it is left out and the port is free.
    #[arg(long, value_name = "ADDRESS")]
    mllp: Option<SocketAddr>,
    /// The folder for its data; a new temporary one where it is left out. A folder with a demonstration in it is opened again.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// The seed that decides every simulated value.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How fast the simulated analyser works; 2 is twice as fast.
    #[arg(long, default_value_t = 1.0)]
    speed: f64,
    /// Serve style sheets and scripts from this folder, read anew at each request.
    #[arg(long, value_name = "DIR")]
    assets: Option<PathBuf>,
}

/// Seconds the simulated analyser takes for one specimen at speed 1.
const SECONDS_PER_SPECIMEN: f64 = 6.0;
/// Seconds between two orders of the demonstration's ward at speed 1.
const SECONDS_PER_ORDER: f64 = 20.0;
/// Specimens that may wait on its rack.
const RACK_MAX: usize = 1_000;
/// The link for analysers of the visitor's own, and the one the simulator uses.
const LINKS: [(&str, u16); 2] = [("c111", 9111), ("c111-simulator", 0)];

/// `demo.json`: what programs need to know to join in.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct DemoFile {
    http: String,
    mllp: Option<String>,
    links: Vec<DemoLink>,
    accounts: Vec<DemoAccount>,
    token: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct DemoLink {
    name: String,
    driver: String,
    protocol: String,
    address: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct DemoAccount {
    user: String,
    password: String,
    role: String,
}

/// A row of `patients.csv`.
#[derive(Debug, Clone, Deserialize)]
struct DemoPatient {
    mrn: String,
    family_name: String,
    given_name: String,
    birth_date: String,
    sex: String,
    tests: String,
    priority: String,
    run_by_simulator: String,
    /// Values the scenario fixes, as "K=7.4".
    fixed_values: String,
}

impl DemoPatient {
    /// An order for the patient; what is on its way to the analyser was collected, what is not is still to be drawn.
    fn request(&self, is_collected: bool) -> OrderRequest {
        OrderRequest {
            collected_at: is_collected.then(|| actions::now().to_string()),
            mrn: self.mrn.clone(),
            family_name: self.family_name.clone(),
            given_name: self.given_name.clone(),
            birth_date: self.birth_date.clone(),
            sex: self.sex.clone(),
            tests: self.tests.split(' ').map(str::to_owned).collect(),
            priority: self.priority.clone(),
            ..OrderRequest::default()
        }
    }

    fn fixed(&self) -> Vec<(String, String)> {
        let pairs = self.fixed_values.split(' ').filter_map(|pair| pair.split_once('='));
        pairs.map(|(test, value)| (test.to_owned(), value.to_owned())).collect()
    }
}

pub(crate) async fn run(arguments: Arguments) -> Result<(), Failure> {
    if !(0.01..=1_000.0).contains(&arguments.speed) {
        return Err(Failure::Use(format!("--speed {} must lie between 0.01 and 1000", arguments.speed)));
    }
    let signals = StopSignals::catch()?;
    let folder = match &arguments.data {
        Some(folder) => folder.clone(),
        None => std::env::temp_dir().join(format!("benchside-demo-{}", std::process::id())),
    };
    std::fs::create_dir_all(&folder).map_err(|error| Failure::Environment(format!("cannot make {}: {error}", folder.display())))?;
    let place = Place { data: folder.clone(), database: None };
    let lock = FolderLock::take(&folder, "demo")?;
    let former = former_demonstration(&folder)?;
    let configuration = configuration(&arguments, &folder)?;
    let opening = if former.is_some() { Opening::Existing } else { Opening::CreateNew };
    let store = open_store(&lock, &place, &configuration, opening)?;
    let (accounts, token) = match former {
        Some(former) => (former.accounts, former.token),
        None => new_accounts(&store).await?,
    };
    let running =
        start(lock, &place, &configuration, store, StartOptions { assets: arguments.assets.clone(), mllp: arguments.mllp }).await?;
    let rack = start_simulator(&running, &arguments)?;
    if opening == Opening::CreateNew {
        furnish(&running, &rack).await?;
    }
    // Before anybody is told where it is: whatever is ordered from then on is measured.
    let feeding = tokio::spawn(feed(running.lab.orders_placed(), rack));
    say_ready(&folder, &running, accounts, token)?;
    let ward = tokio::spawn(order_now_and_then(running.lab.clone(), arguments.seed, arguments.speed));
    let ended = running.run_until_stopped(signals).await;
    feeding.abort();
    ward.abort();
    ended
}

/// Whoever works in the demonstration, first the one most visitors want to be.
const PEOPLE: [(&str, &str); 7] = [
    ("technologist", "Tess Technologist"),
    ("phlebotomist", "Phil Phlebotomist"),
    ("assistant", "Asa Assistant"),
    ("technician", "Tim Technician"),
    ("student", "Stu Student"),
    ("supervisor", "Sue Supervisor"),
    ("director", "Dr Dana Director"),
];

/// An account for each kind of work, named by it, and the administrator's. Their passwords stand in demo.json for everybody and stay.
async fn new_accounts(store: &Store) -> Result<(Vec<DemoAccount>, String), Failure> {
    let mut accounts = Vec::new();
    for (role, display_name) in PEOPLE {
        let new = NewStaff { user: role.to_owned(), display_name: display_name.to_owned(), role: role.to_owned() };
        let account = actions::create_staff(store, new, Made::Lasting).await.map_err(Failure::environment)?;
        accounts.push(DemoAccount { user: account.user, password: account.password, role: account.role });
    }
    let Accounts { user, password, role, token } = first_accounts(store, Made::Lasting).await?;
    accounts.push(DemoAccount { user, password, role });
    Ok((accounts, token))
}

/// Tells programs by the file, people by words.
fn say_ready(folder: &Path, running: &Running, accounts: Vec<DemoAccount>, token: String) -> Result<(), Failure> {
    let first = accounts.first().cloned().ok_or_else(|| Failure::Environment("the demonstration has no account".to_owned()))?;
    write_demo_file(folder, running, accounts, token)?;
    say(running.ready_line());
    say(format_args!(
        "Open http://{}/ and sign in as {} with password {}\nData and demo.json, with accounts for other kinds of work, are in {}; stop with Ctrl-C.",
        running.http,
        first.user,
        first.password,
        folder.display()
    ));
    Ok(())
}

/// A demonstration that stands in the folder already.
fn former_demonstration(folder: &Path) -> Result<Option<DemoFile>, Failure> {
    let path = folder.join("demo.json");
    let Ok(text) = std::fs::read_to_string(&path) else { return Ok(None) };
    let unreadable = || Failure::Environment(format!("{} is not a demonstration's file: name an empty folder", path.display()));
    serde_json::from_str(&text).map(Some).map_err(|_| unreadable())
}

fn configuration(arguments: &Arguments, folder: &Path) -> Result<Configuration, Failure> {
    let file = folder.join(FILE);
    if !file.exists() {
        let links = LINKS.map(|(name, port)| LinkConfiguration {
            name: name.to_owned(),
            driver: "roche_cobas_c".to_owned(),
            protocol: "lis2".to_owned(),
            listen: SocketAddr::from(([127, 0, 0, 1], free_or_any(port))),
            zone: None,
            mapping: None,
            owner: "bench:chemistry".to_owned(),
            decimal_mark: ".".to_owned(),
        });
        let hl7 = vec![Hl7Configuration::listening(SocketAddr::from(([127, 0, 0, 1], free_or_any(MLLP_PORT))))];
        Configuration { links: links.to_vec(), hl7, ..Configuration::starting(Realm::Demonstration) }.write_new(&file)?;
    }
    let configuration = Configuration { http: arguments.http, ..Configuration::read(&file)? };
    if configuration.realm()? != Realm::Demonstration {
        return Err(Failure::Use(format!("{} is no demonstration: name another folder", folder.display())));
    }
    Ok(configuration)
}

/// The usual port where it is free, so that the manual's commands can name it; else any.
fn free_or_any(port: u16) -> u16 {
    let free = std::net::TcpListener::bind(("127.0.0.1", port)).is_ok();
    if free { port } else { 0 }
}

fn write_demo_file(folder: &Path, running: &Running, accounts: Vec<DemoAccount>, token: String) -> Result<(), Failure> {
    let link = |(analyser, address): &(actions::Analyser, SocketAddr)| DemoLink {
        name: analyser.name.to_string(),
        driver: analyser.driver.name.to_owned(),
        protocol: analyser.driver.protocol.to_owned(),
        address: address.to_string(),
    };
    let mllp = running.hl7_links.first().map(|(_, address)| address.to_string());
    let file = DemoFile { http: running.http.to_string(), mllp, links: running.links.iter().map(link).collect(), accounts, token };
    let text = serde_json::to_string_pretty(&file).map_err(Failure::environment)?;
    let path = folder.join("demo.json");
    // Whoever waits for the file must never see half of it.
    let unfinished = folder.join("demo.json.new");
    std::fs::write(&unfinished, text)
        .and_then(|()| std::fs::rename(&unfinished, &path))
        .map_err(|error| Failure::Environment(format!("cannot write {}: {error}", path.display())))
}

/// Starts the simulated analyser on the last link and hands back its rack.
fn start_simulator(running: &Running, arguments: &Arguments) -> Result<mpsc::Sender<Specimen>, Failure> {
    if !running.lab.realm().admits_simulators() {
        return Err(Failure::Use("simulated analysers may not run in production".to_owned()));
    }
    let (analyser, address) =
        running.links.last().cloned().ok_or_else(|| Failure::Use("the configuration has no link for the simulated analyser".to_owned()))?;
    let physiology = Physiology::read(include_str!("../../../../content/demonstration/physiology.csv")).map_err(Failure::environment)?;
    let pace = Duration::from_secs_f64(SECONDS_PER_SPECIMEN / arguments.speed);
    let cobas = VirtualCobas { analyser, address, physiology, seed: arguments.seed, pace };
    let (rack, on_rack) = mpsc::channel(RACK_MAX);
    tokio::spawn(cobas.run(on_rack, actions::now));
    Ok(rack)
}

fn patients() -> Result<Vec<DemoPatient>, Failure> {
    let text = include_str!("../../../../content/demonstration/patients.csv");
    let rows: Result<Vec<DemoPatient>, _> = csv::Reader::from_reader(text.as_bytes()).into_deserialize().collect();
    rows.map_err(|error| Failure::Environment(format!("patients.csv: {error}")))
}

/// A ward that goes on ordering, so that there is something to watch for whoever comes later: electrolytes for a patient chosen by the seed.
async fn order_now_and_then(lab: actions::Laboratory, seed: u64, speed: f64) {
    let mut chance = Chance::new(seed ^ 0x57A2D);
    let Ok(patients) = patients() else { return };
    loop {
        tokio::time::sleep(Duration::from_secs_f64(SECONDS_PER_ORDER / speed)).await;
        let chosen = usize::try_from(chance.bits() % (patients.len() as u64).max(1)).unwrap_or(0);
        let Some(patient) = patients.get(chosen) else { return };
        let request = OrderRequest { tests: vec!["K".to_owned(), "NA".to_owned(), "CL".to_owned()], ..patient.request(true) };
        if let Err(trouble) = actions::place_order(&lab, &command_line(), actions::new_command(), request).await {
            tracing::warn!(%trouble, "the demonstration's ward could not order");
        }
    }
}

/// Places the demonstration's orders, in the order of the file, so that container codes are the same in every new demonstration.
async fn furnish(running: &Running, rack: &mpsc::Sender<Specimen>) -> Result<(), Failure> {
    for patient in patients()? {
        let is_measured = patient.run_by_simulator == "yes";
        let request = patient.request(is_measured);
        let placed = actions::place_order(&running.lab, &command_line(), actions::new_command(), request).await;
        let placed = placed.map_err(Failure::environment)?;
        if is_measured {
            load(rack, &placed, &patient.fixed()).await;
        }
    }
    Ok(())
}

/// Whatever is ordered from now on is put on the rack.
async fn feed(mut placed: tokio::sync::broadcast::Receiver<actions::PlacedOrder>, rack: mpsc::Sender<Specimen>) {
    use tokio::sync::broadcast::error::RecvError;
    loop {
        match placed.recv().await {
            Ok(order) => load(&rack, &order, &[]).await,
            Err(RecvError::Lagged(missed)) => tracing::warn!(missed, "the simulated analyser could not keep up with orders"),
            Err(RecvError::Closed) => return,
        }
    }
}

async fn load(rack: &mpsc::Sender<Specimen>, order: &actions::PlacedOrder, fixed: &[(String, String)]) {
    for container in &order.containers {
        // The simulator lives as long as the process; a closed rack means that the process ends.
        let specimen = Specimen { code: container.code.clone(), tests: container.tests.clone(), fixed: fixed.to_vec() };
        drop(rack.send(specimen).await);
    }
}
