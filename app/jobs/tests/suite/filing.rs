//! Filing of one link.

use crate::engine::Engine;
use crate::wire::Wire;
use actions::{Analyser, InTray, Laboratory, LaboratorySettings, Received, views};
use instruments::Driver;
use kernel::{DecimalMark, Reading, Realm, Trouble, Zone};
use std::time::{Duration, Instant};
use store::{Cause, Faults, Opening, Options, Store, Target};
use tokio::task::JoinHandle;

on_both!(
    what_a_former_process_left_behind_is_filed_by_itself,
    what_is_kept_is_filed_at_once,
    a_message_that_makes_its_driver_panic_does_not_end_the_job,
    after_a_failure_the_same_messages_are_filed,
    a_job_files_its_own_link_only,
    what_was_kept_without_an_answer_is_filed_with_the_rest_in_order_of_arrival,
    what_could_not_be_filed_is_filed_later_in_order_of_arrival,
);

/// Reads like a cobas, but panics at specimen BOOM.
fn read_or_panic(message: &lis2::Message<'_>, zone: &Zone) -> (Vec<Reading>, Vec<Trouble>) {
    let (readings, troubles) = (instruments::find("roche_cobas_c").unwrap().read)(message, zone);
    assert!(readings.iter().all(|reading| reading.specimen != "BOOM"), "a driver's fault");
    (readings, troubles)
}

static FAULTY: Driver = Driver { name: "faulty", title: "A driver with a fault", protocol: "lis2", read: read_or_panic };

pub(crate) fn laboratory(engine: &Engine, faults: &Faults) -> (Laboratory, Analyser, Analyser) {
    laboratory_at(&engine.target, Options { readers: 2, writers: 2, faults: faults.clone(), ..Options::default() })
}

fn laboratory_at(target: &Target, options: Options) -> (Laboratory, Analyser, Analyser) {
    let store = Store::open(target, Realm::Demonstration, Opening::CreateNew, options).unwrap();
    let catalogue = actions::starting_catalogue().unwrap();
    let analyser = |name: &str| Analyser {
        name: Analyser::check_name(name).unwrap(),
        driver: &FAULTY,
        mapping: actions::default_mapping("roche_cobas_c", &catalogue).unwrap().unwrap().into(),
        zone: Zone::utc(),
        decimal_mark: DecimalMark::Point,
        owner: "bench:chemistry".into(),
        in_tray: InTray::default(),
    };
    let (one, other) = (analyser("c111"), analyser("c501"));
    let settings = LaboratorySettings {
        realm: Realm::Demonstration,
        catalogue: catalogue.into(),
        privileges: actions::starting_privileges().unwrap(),
        zone: Zone::utc(),
        decimal_mark: kernel::DecimalMark::Point,
        site_prefix: "A".to_owned(),
        sign_in: actions::SignInSettings::default(),
        analysers: vec![one.clone(), other.clone()],
        hl7_links: Vec::new(),
    };
    (Laboratory::new(store, settings), one, other)
}

/// Keeps one reading nobody ordered.
async fn keep(lab: &Laboratory, analyser: &Analyser, specimen: &str, arrival: i64) {
    actions::keep_transmission(lab, analyser, received(specimen, arrival)).await.unwrap();
}

/// One reading nobody ordered. Its value says which message it is: 4.01 is of the first.
fn received(specimen: &str, arrival: i64) -> Received {
    let content = format!("H|\\^&|||c111\rP|1\rO|1||{specimen}^^{arrival}||S\rR|1|^^^990|4.{arrival:02}|mmol/L\rL|1|N\r").into_bytes();
    let wire = lis2::frame(&content, &lis2::FrameOptions::default()).concat();
    Received { arrival, received_at: actions::now(), wire, content }
}

/// Waits for so many open tasks, one for each reading nobody ordered.
async fn until_tasks(lab: &Laboratory, expected: usize) -> Vec<views::TaskLine> {
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        let tasks = views::open_tasks(lab, None).await.unwrap().rows;
        if tasks.len() == expected {
            return tasks;
        }
        assert!(Instant::now() < deadline, "{} tasks, not {expected}", tasks.len());
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

fn start(lab: &Laboratory, analyser: &Analyser) -> JoinHandle<()> {
    tokio::spawn(jobs::run_filing(lab.clone(), analyser.clone()))
}

async fn what_a_former_process_left_behind_is_filed_by_itself(engine: &Engine) {
    let (lab, analyser, _) = laboratory(engine, &Faults::default());
    // More than are read at once.
    for arrival in 1..=40 {
        keep(&lab, &analyser, "X", arrival).await;
    }
    // Another tray: this process has never heard of them.
    let job = start(&lab, &Analyser { in_tray: InTray::default(), ..analyser });
    until_tasks(&lab, 40).await;
    assert!(!job.is_finished());
}

async fn what_is_kept_is_filed_at_once(engine: &Engine) {
    let (lab, analyser, _) = laboratory(engine, &Faults::default());
    let _job = start(&lab, &analyser);
    for arrival in 1..=5 {
        keep(&lab, &analyser, "X", arrival).await;
        let begin = Instant::now();
        until_tasks(&lab, usize::try_from(arrival).unwrap()).await;
        // Nowhere near the minute after which it looks by itself.
        assert!(begin.elapsed() < Duration::from_secs(30));
    }
}

async fn a_message_that_makes_its_driver_panic_does_not_end_the_job(engine: &Engine) {
    let (lab, analyser, _) = laboratory(engine, &Faults::default());
    let job = start(&lab, &analyser);
    for (specimen, arrival) in [("X", 1), ("BOOM", 2), ("X", 3), ("BOOM", 4), ("X", 5)] {
        keep(&lab, &analyser, specimen, arrival).await;
    }
    let tasks = until_tasks(&lab, 5).await;
    assert_eq!(tasks.iter().filter(|task| task.kind == "unreadable").count(), 2);
    assert!(!job.is_finished());
}

async fn after_a_failure_the_same_messages_are_filed(engine: &Engine) {
    let faults = Faults::default();
    let (lab, analyser, _) = laboratory(engine, &faults);
    keep(&lab, &analyser, "X", 1).await;
    // The command is run again alone after a failed commit; only then has it failed.
    for _ in 0..2 {
        faults.fail_next_commit(Cause::Full);
    }
    let job = start(&lab, &analyser);
    let tasks = until_tasks(&lab, 1).await;
    assert_eq!(tasks[0].kind, "unclaimed", "a full disk sets nothing aside");
    assert!(!job.is_finished());
}

async fn a_job_files_its_own_link_only(engine: &Engine) {
    let (lab, one, other) = laboratory(engine, &Faults::default());
    keep(&lab, &one, "ONE", 1).await;
    keep(&lab, &other, "OTHER", 1).await;
    let _job = start(&lab, &other);
    let tasks = until_tasks(&lab, 1).await;
    assert_eq!(tasks[0].link, "c501");
    assert_eq!(views::health(&lab).await.unwrap().unfiled, 1);
    let _job = start(&lab, &one);
    until_tasks(&lab, 2).await;
}

/// The values of all readings that were filed, in the order in which they were.
fn filed(tasks: &[views::TaskLine]) -> Vec<&str> {
    tasks.iter().map(|task| task.raw_line.split('|').nth(3).unwrap()).collect()
}

/// Files until nothing waits.
async fn file_all(lab: &Laboratory, analyser: &Analyser) {
    while actions::file_next(lab, analyser).await.unwrap() > 0 {}
}

async fn what_was_kept_without_an_answer_is_filed_with_the_rest_in_order_of_arrival(engine: &Engine) {
    let (lab, analyser, _) = laboratory(engine, &Faults::default());
    file_all(&lab, &analyser).await;
    keep(&lab, &analyser, "X", 1).await;
    // Whoever waits for the answer goes away; what was begun is done all the same.
    {
        let mut keeping = std::pin::pin!(actions::keep_transmission(&lab, &analyser, received("X", 2)));
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        assert!(keeping.as_mut().poll(&mut context).is_pending());
    }
    until_tasks(&lab, 2).await;
    keep(&lab, &analyser, "X", 3).await;
    file_all(&lab, &analyser).await;
    let tasks = until_tasks(&lab, 3).await;
    assert_eq!(filed(&tasks), ["4.01", "4.02", "4.03"]);
    assert_eq!(views::health(&lab).await.unwrap().unfiled, 0);
}

async fn what_could_not_be_filed_is_filed_later_in_order_of_arrival(engine: &Engine) {
    let faults = Faults::default();
    let (lab, analyser, _) = laboratory(engine, &faults);
    file_all(&lab, &analyser).await;
    // SQLite tries a lone command twice before it says that it failed; on PostgreSQL the second fault meets the next keeping, which tries again.
    let fail = || (0..2).for_each(|_| faults.fail_next_commit(Cause::Full));
    // The first cannot be filed as it is kept, and the others wait behind it.
    fail();
    for arrival in 1..=3 {
        keep(&lab, &analyser, "X", arrival).await;
    }
    assert_eq!(views::health(&lab).await.unwrap().unfiled, 3);
    fail();
    actions::file_next(&lab, &analyser).await.unwrap_err();
    // What was taken out of the tray is not lost, and what comes now does not overtake it.
    keep(&lab, &analyser, "X", 4).await;
    file_all(&lab, &analyser).await;
    let tasks = until_tasks(&lab, 4).await;
    assert_eq!(filed(&tasks), ["4.01", "4.02", "4.03", "4.04"]);
    assert_eq!(views::health(&lab).await.unwrap().unfiled, 0);
}

#[test]
fn a_commit_nobody_heard_of_is_filed_once_the_database_is_back() {
    let Some(engine) = Engine::postgres() else { return };
    crate::engine::run(async {
        let Target::Postgres(url) = &engine.target else { panic!("not PostgreSQL") };
        let (wire, target) = by_wire(url);
        // No patience: a database that is away is said to be away at once.
        let options = Options { readers: 1, writers: 1, reconnect_limit: Duration::ZERO, ..Options::default() };
        let (lab, analyser, _) = laboratory_at(&target, options);
        file_all(&lab, &analyser).await;
        let job = start(&lab, &analyser);
        keep(&lab, &analyser, "X", 1).await;
        until_tasks(&lab, 1).await;
        wire.set_down(true);
        wire.cut_after_commit();
        let back = wire.clone();
        let deadline = Instant::now() + Duration::from_secs(30);
        let repair = tokio::spawn(async move {
            // The journal cannot be asked either: the answer to the first try is "unknown".
            while back.refused() == 0 {
                assert!(Instant::now() < deadline, "nobody tried to connect");
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
            back.set_down(false);
        });
        keep(&lab, &analyser, "X", 2).await;
        repair.await.unwrap();
        keep(&lab, &analyser, "X", 3).await;
        let tasks = until_tasks(&lab, 3).await;
        assert_eq!((filed(&tasks), wire.cuts()), (vec!["4.01", "4.02", "4.03"], 1));
        assert_eq!(views::health(&lab).await.unwrap().unfiled, 0);
        assert!(!job.is_finished());
    });
}

/// The same database by way of a wire that can be cut.
fn by_wire(url: &str) -> (Wire, Target) {
    let (scheme, rest) = url.split_once("://").unwrap();
    let (authority, database) = rest.split_once('/').unwrap();
    let (user, server) = authority.rsplit_once('@').unwrap();
    let (host, port) = server.split_once(':').unwrap_or((server, "5432"));
    let wire = Wire::to((host.to_owned(), port.parse().unwrap()));
    let target = Target::Postgres(format!("{scheme}://{user}@127.0.0.1:{}/{database}", wire.port));
    (wire, target)
}
