//! One life of the server: opened, worked on, and ended by whatever ends it.

use crate::machine::Machine;
use crate::plan::Mishap;
use crate::world::{World, link};
use actions::{Analyser, InTray, Laboratory, LaboratorySettings, OrderRequest};
use disk::Chance;
use kernel::{Actor, CommandId, DecimalMark, Realm, Zone};
use links::Reception;
use peer::menu::Menu;
use simulation::End;
use std::future::pending;
use std::pin::pin;
use std::rc::Rc;
use std::time::Duration;
use store::repositories::transmissions::unfiled_count;
use store::{Engine, LogLimits, Opening, Options, Stepper, StopReason, Store};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, sleep_until};
use uuid::Uuid;

/// What is sent must be acknowledged and filed within this simulated time after the last mishap; most worlds need minutes.
const PATIENCE: Duration = Duration::from_secs(24 * 3_600);

/// How a life ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// Everything was done, and the store closed cleanly.
    Finished,
    PowerLost,
    Killed,
    /// The store stopped after a disk error, and the process exited.
    Stopped,
    /// The disk did not let it be opened.
    NotOpened,
    /// Something is wrong, and was noted.
    GaveUp,
}

impl Ending {
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Finished => "clean ends",
            Self::PowerLost => "power losses",
            Self::Killed => "kills",
            Self::Stopped => "stops after a disk error",
            Self::NotOpened => "openings that failed",
            Self::GaveUp => "given up",
        }
    }
}

/// Lives one life. When this returns nothing of the server is left but its machine.
pub(crate) async fn live(world: &Rc<World>, machine: &Machine, mishap: Option<Mishap>, is_first: bool) -> Ending {
    world.trace.note(format_args!("the server starts, {mishap:?}"));
    machine.arm(mishap);
    let by_call = matches!(mishap, Some(Mishap::PowerAtCall(_)));
    let opening = if world.opened.get() { Opening::Existing } else { Opening::CreateOrOpen };
    let (store, mut engine): (Store, Engine) =
        match Store::open_stepped(&machine.path(), Realm::Demonstration, opening, options(world, machine)) {
            Ok(opened) => opened,
            Err(_) if by_call && machine.disk.failed() > 0 => return Ending::PowerLost,
            Err(_) if machine.disk.failed() > 0 => return Ending::NotOpened,
            Err(trouble) => {
                world.find(machine.nameless(&format!("the database cannot be opened: {trouble}")));
                return Ending::GaveUp;
            }
        };
    world.opened.set(true);
    let mut tasks = JoinSet::new();
    let ending = {
        let driver = pin!(drive(world, machine, engine.stepper(), &store, by_call));
        let staff = pin!(staff(world, machine, &store, mishap, is_first, &mut tasks));
        tokio::select! {
            biased;
            ending = driver => ending,
            ending = staff => ending,
        }
    };
    let (groups, met_no_room) = (store.statistics().groups, matches!(mishap, Some(Mishap::FullFromCall(..))) && machine.disk.failed() > 0);
    world.had_no_room.set(met_no_room && groups == 0);
    world.count("groups written", groups);
    world.count("checkpoints", store.statistics().checkpoints);
    // Before the tasks end: a machine without power closes no connection.
    world.board.leave(ending == Ending::PowerLost);
    tasks.shutdown().await;
    drop(engine);
    ending
}

fn options(world: &World, machine: &Machine) -> Options {
    let options = Options {
        readers: 2,
        // These are measured on the machine's own clock, which has no say in here.
        read_limit: Duration::MAX,
        write_limit: Duration::MAX,
        seals: Some(world.seals.clone()),
        log: LogLimits { gap_from: world.plan.gap_from, force_from: world.plan.gap_from * 4, force_wait: Duration::ZERO },
        ..Options::default()
    };
    options.faults.stand_on(machine.habits(&world.habits));
    options
}

/// The engine at work: each step when there is something to do and the disk has taken its time, in an order of chance.
async fn drive(world: &World, machine: &Machine, mut stepper: Stepper<'_>, store: &Store, by_call: bool) -> Ending {
    let mut stopped = pin!(store.stopped());
    let mut look_at = Instant::now();
    loop {
        tokio::select! {
            biased;
            reason = &mut stopped => {
                if reason != StopReason::Closed {
                    return if by_call { Ending::PowerLost } else { Ending::Stopped };
                }
                stepper.end(actions::now());
                return if by_call && machine.disk.failed() > 0 { Ending::PowerLost } else { Ending::Finished };
            }
            () = stepper.work() => {}
            () = sleep_until(look_at) => {}
        }
        let millis = world.step_chance.borrow_mut().below(6);
        sleep(Duration::from_millis(millis)).await;
        step(world, &mut stepper, &mut look_at);
        world.trace.note(format_args!("the disk has had {} calls, the store {:?}", machine.disk.position(), store.statistics()));
        // Nothing was awaited since the power went, so nobody has seen what the store made of it.
        if by_call && machine.disk.failed() > 0 {
            return Ending::PowerLost;
        }
    }
}

fn step(world: &World, stepper: &mut Stepper<'_>, look_at: &mut Instant) {
    let chance = &mut *world.step_chance.borrow_mut();
    match chance.below(3) {
        0 => drop(stepper.write()),
        1 => drop(stepper.read()),
        _ => {
            stepper.read();
            stepper.write();
        }
    }
    if Instant::now() >= *look_at {
        stepper.look_after(actions::now());
        *look_at = Instant::now() + Duration::from_millis(30 + chance.below(3_000));
    }
}

/// Everybody but the store: links, filing, and whoever ends this life.
async fn staff(
    world: &Rc<World>,
    machine: &Machine,
    store: &Store,
    mishap: Option<Mishap>,
    is_first: bool,
    tasks: &mut JoinSet<()>,
) -> Ending {
    let lab = laboratory(world, store);
    if is_first {
        order(world, &lab).await;
        lab.store().clone().close();
        return pending().await;
    }
    if let Some(Mishap::FullFromCall(_, lasts)) = mishap {
        let disk = std::sync::Arc::clone(&machine.disk);
        let world = Rc::clone(world);
        tasks.spawn_local(async move {
            sleep(lasts).await;
            world.count("full disks", u64::from(disk.failed() > 0));
            disk.mend();
        });
    }
    let ends = async {
        match mishap {
            Some(Mishap::PowerAfter(after)) => sleep(after).await,
            Some(Mishap::KilledAfter(after)) => sleep(after).await,
            _ => pending().await,
        }
    };
    tokio::select! {
        biased;
        () = ends => if matches!(mishap, Some(Mishap::PowerAfter(_))) { Ending::PowerLost } else { Ending::Killed },
        ending = work(world, &lab, tasks) => ending,
    }
}

async fn work(world: &Rc<World>, lab: &Laboratory, tasks: &mut JoinSet<()>) -> Ending {
    for analyser in lab.analysers() {
        // While the disk fails nobody can be received; the supervisor would start the server anew.
        let Ok(reception) = Reception::open(lab, analyser).await else { return Ending::Stopped };
        tasks.spawn_local(receive(Rc::clone(world), reception, world.board.listen(&analyser.name)));
        tasks.spawn_local(jobs::run_filing(lab.clone(), analyser.clone()));
    }
    let begin = Instant::now();
    loop {
        sleep(Duration::from_secs(1)).await;
        if world.sending.get() == 0 && lab.store().read(unfiled_count).await.is_ok_and(|unfiled| unfiled == 0) {
            lab.store().clone().close();
            return pending().await;
        }
        if begin.elapsed() > PATIENCE {
            world.find(format!("after {PATIENCE:?} {} analysers still send, or something is not filed", world.sending.get()));
            return Ending::GaveUp;
        }
    }
}

async fn receive(world: Rc<World>, reception: Reception, mut newcomers: UnboundedReceiver<End>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            biased;
            Some(ended) = connections.join_next() => {
                if ended.is_err_and(|trouble| trouble.is_panic()) {
                    world.find("a connection's task panicked".to_owned());
                }
            }
            newcomer = newcomers.recv() => match newcomer {
                Some(end) => drop(connections.spawn_local(reception.serve(end))),
                // Nobody listens any more, which is the end of this life.
                None => pending().await,
            },
        }
    }
}

fn laboratory(world: &World, store: &Store) -> Laboratory {
    let catalogue = actions::starting_catalogue().unwrap();
    let mapping: std::sync::Arc<_> = actions::default_mapping("roche_cobas_c", &catalogue).unwrap().unwrap().into();
    let analyser = |number: usize| Analyser {
        name: Analyser::check_name(&link(number)).unwrap(),
        driver: Analyser::find_driver("c111", "roche_cobas_c").unwrap(),
        mapping: mapping.clone(),
        zone: Zone::utc(),
        decimal_mark: DecimalMark::Point,
        owner: "bench:chemistry".into(),
        in_tray: InTray::default(),
    };
    let analysers = (0..world.plan.links.len()).map(analyser).collect();
    let settings = LaboratorySettings {
        realm: Realm::Demonstration,
        catalogue: catalogue.into(),
        privileges: actions::starting_privileges().unwrap(),
        zone: Zone::utc(),
        decimal_mark: kernel::DecimalMark::Point,
        site_prefix: "A".to_owned(),
        sign_in: actions::SignInSettings::default(),
        analysers,
        hl7_links: Vec::new(),
    };
    Laboratory::new(store.clone(), settings)
}

/// Places the orders and notes the codes of their tubes.
async fn order(world: &World, lab: &Laboratory) {
    let menu = Menu::starting().unwrap();
    let mut chance: Chance = world.plan.chance(5);
    for (number, tests) in world.plan.orders.iter().enumerate() {
        let request = OrderRequest {
            mrn: format!("M-{number}"),
            family_name: "Lovelace".to_owned(),
            birth_date: "1980-02-29".to_owned(),
            sex: "F".to_owned(),
            tests: menu.tests(*tests).into_iter().map(str::to_owned).collect(),
            priority: "routine".to_owned(),
            ..OrderRequest::default()
        };
        let command = CommandId::from_uuid(Uuid::from_u64_pair(chance.bits(), chance.bits()));
        let placed = actions::place_order(lab, &Actor::System("ward".to_owned()), command, request).await.unwrap();
        // All tests of the menu's beginning go into one tube.
        assert_eq!(placed.containers.len(), 1, "{placed:?}");
        world.codes.borrow_mut().push(placed.containers[0].code.clone());
    }
}
