//! Orders: every field read at the door, codes never twice, one command one effect.

use crate::engine::Engine;
use crate::house::{House, orderer, request};
use actions::{OrderRequest, PlaceOrderRefusal, PlacedOrder, Scanned, new_command, place_order, views, what_is};
use kernel::{AccessionNumber, CommandId, ContainerCode};
use std::collections::BTreeSet;
use std::sync::Arc;
use tokio::task::JoinSet;

on_both!(
    every_field_that_cannot_be_taken_is_named,
    tests_are_read_as_people_type_them,
    containers_stand_in_the_order_of_draw,
    a_panel_is_ordered_by_its_code,
    the_same_patient_is_found_again,
    a_number_that_belongs_to_somebody_else_is_refused,
    a_newborn_is_judged_by_the_hour_of_birth_once_it_is_known,
    a_command_given_again_answers_the_same_and_does_nothing,
    a_command_id_of_another_act_is_refused,
    a_command_id_of_another_order_is_refused,
    codes_are_unique_under_fifty_orders_at_once,
    codes_go_on_after_a_restart,
    one_new_patient_under_many_orders_at_once_is_one_patient,
    names_of_any_script_come_back_as_typed,
);

async fn place(house: &House, request: OrderRequest) -> Result<PlacedOrder, PlaceOrderRefusal> {
    place_order(&house.lab, &orderer(), new_command(), request).await
}

/// The fields named by a refusal, each with words and advice.
async fn refused_fields(house: &House, request: OrderRequest) -> Vec<&'static str> {
    let Err(PlaceOrderRefusal::Invalid(troubles)) = place(house, request).await else { panic!("taken") };
    assert!(troubles.iter().all(|trouble| !trouble.what.is_empty() && !trouble.next.is_empty()), "{troubles:?}");
    troubles.into_iter().map(|trouble| trouble.field).collect()
}

async fn nothing_was_made(house: &House) {
    assert_eq!(house.count("SELECT COUNT(*) FROM patient").await, 0);
    assert_eq!(house.count("SELECT COUNT(*) FROM lab_order").await, 0);
    assert_eq!(house.count("SELECT COUNT(*) FROM journal").await, 0);
}

async fn every_field_that_cannot_be_taken_is_named(engine: &Engine) {
    let house = House::signed(engine);
    let all_wrong = OrderRequest {
        mrn: " ".to_owned(),
        family_name: String::new(),
        given_name: "Ada".to_owned(),
        birth_date: "1981-02-29".to_owned(),
        sex: "f".to_owned(),
        tests: vec!["K".to_owned(), "NOSUCH".to_owned()],
        priority: "soon".to_owned(),
        collected_at: Some("yesterday".to_owned()),
        ..OrderRequest::default()
    };
    let fields: BTreeSet<_> = refused_fields(&house, all_wrong).await.into_iter().collect();
    assert_eq!(fields, ["mrn", "family_name", "birth_date", "sex", "tests", "priority", "collected_at"].into());
    let wrong = |change: fn(&mut OrderRequest)| {
        let mut request = request("M-1", &["K"]);
        change(&mut request);
        request
    };
    let cases: [(&str, OrderRequest); 12] = [
        ("mrn", wrong(|request| request.mrn = "1".repeat(33))),
        ("mrn", wrong(|request| request.mrn = "1\u{0}2".to_owned())),
        ("family_name", wrong(|request| request.family_name = "Love\0lace".to_owned())),
        ("family_name", wrong(|request| request.family_name = "L".repeat(101))),
        ("given_name", wrong(|request| request.given_name = "A\u{202e}da".to_owned())),
        ("given_name", wrong(|request| request.given_name = "A".repeat(101))),
        ("birth_date", wrong(|request| request.birth_date = "29.02.1980".to_owned())),
        ("sex", wrong(|request| request.sex = String::new())),
        ("collected_at", wrong(|request| request.collected_at = Some("2026-11-21T10:00:00".to_owned()))),
        ("tests", wrong(|request| request.tests = Vec::new())),
        ("tests", wrong(|request| request.tests = vec!["K".to_owned(); 101])),
        ("tests", wrong(|request| request.tests = vec!["\0".to_owned()])),
    ];
    for (field, request) in cases {
        assert_eq!(refused_fields(&house, request.clone()).await, [field], "{request:?}");
    }
    nothing_was_made(&house).await;
}

async fn tests_are_read_as_people_type_them(engine: &Engine) {
    let house = House::signed(engine);
    let typed = OrderRequest {
        mrn: "  M-1 ".to_owned(),
        birth_date: String::new(),
        given_name: String::new(),
        priority: " stat ".to_owned(),
        collected_at: Some("2026-11-21T10:00:00Z".to_owned()),
        ..request("", &[" k ", "", "K", "na"])
    };
    let placed = place(&house, typed).await.unwrap();
    assert_eq!(placed.containers.len(), 1, "both go into one tube");
    assert_eq!(placed.containers[0].tests, ["K", "NA"]);
    assert_eq!(placed.containers[0].specimen, "Serum/plasma, SST");
    let view = views::order_by_accession(&house.lab, &kernel::Actor::System("test".to_owned()), &placed.accession).await.unwrap().unwrap();
    assert_eq!((view.patient.mrn.as_str(), view.patient.given_name.as_str(), view.patient.birth_date.as_str()), ("M-1", "", ""));
    assert_eq!(view.priority, "STAT");
    let ordered: Vec<_> = view.examinations.iter().map(|examination| (examination.test.as_str(), examination.result.is_some())).collect();
    assert_eq!(ordered, [("K", false), ("NA", false)]);
    // 2026-11-21T10:00:00Z in microseconds.
    assert_eq!(house.count("SELECT collected_at FROM container").await, 1_795_255_200_000_000);
    let (code, accession) = (placed.containers[0].code.clone(), placed.accession.clone());
    let found = what_is(&house.lab, &code.to_lowercase()).await.unwrap();
    assert!(matches!(&found, Scanned::Container { code: found, .. } if *found == code), "{found:?}");
    assert_eq!(what_is(&house.lab, &format!(" {accession} ")).await.unwrap(), Scanned::Order { accession: accession.clone() });
    assert_eq!(what_is(&house.lab, "M-1").await.unwrap(), Scanned::Patient { mrn: "M-1".to_owned(), newest: Some(accession) });
    for code in ["", " ", "M-2", "\0", "M-1\0", &"9".repeat(65)] {
        assert_eq!(what_is(&house.lab, code).await.unwrap(), Scanned::Unknown, "{code:?}");
    }
    assert!(views::order_by_accession(&house.lab, &kernel::Actor::System("test".to_owned()), "26-000099-1").await.unwrap().is_none());
}

/// Laboratory rules 5.3: citrate, serum, EDTA, fluoride; what is not drawn comes last.
async fn containers_stand_in_the_order_of_draw(engine: &Engine) {
    let house = House::signed(engine);
    let placed = place(&house, request("M-1", &["UPRO", "LACT", "HGB", "K", "PT"])).await.unwrap();
    let kinds: Vec<_> = placed.containers.iter().map(|container| container.specimen.rsplit(", ").next().unwrap()).collect();
    assert_eq!(kinds, ["CIT", "SST", "EDTA", "GRY-ICE", "UCUP"]);
    assert!(placed.containers.is_sorted_by_key(|container| container.code.clone()), "the codes follow, so that every list keeps the order");
}

/// By whatever case it is typed in; a test that is in it and named besides is done once.
async fn a_panel_is_ordered_by_its_code(engine: &Engine) {
    let house = House::signed(engine);
    let placed = place(&house, request("M-1", &["bmp", "K", "HSTNI"])).await.unwrap();
    let [tube] = placed.containers.as_slice() else { panic!("{placed:?}") };
    assert_eq!(tube.tests, ["BUN", "CA", "CL", "CO2", "CREA", "GLU", "HSTNI", "K", "NA"]);
    assert_eq!(house.count("SELECT COUNT(*) FROM examination").await, 9);
    assert_eq!(refused_fields(&house, request("M-1", &["BMPX"])).await, ["tests"]);
    let everything = [
        "CBCD", "CMP", "RENAL", "LIVER", "LIPID", "IRON", "COAG", "UAM", "ABG", "COOX", "RESPV", "TSXM", "CARDIAC", "CSF", "THYROID",
        "CTNG", "RETIC",
    ];
    let many: Vec<&str> = everything.into_iter().chain(["IGG", "IGA", "IGM", "IGE", "C3", "C4", "RF"]).collect();
    assert_eq!(refused_fields(&house, request("M-1", &many)).await, ["tests"], "with those of the panels there are more than a hundred");
}

async fn the_same_patient_is_found_again(engine: &Engine) {
    let house = House::signed(engine);
    let first = place(&house, request("M-1", &["K"])).await.unwrap();
    let again = OrderRequest { family_name: "LOVELACE".to_owned(), given_name: "ada".to_owned(), ..request("M-1", &["NA"]) };
    let second = place(&house, again).await.unwrap();
    assert_eq!(first.patient, second.patient);
    assert_ne!((&first.accession, &first.order), (&second.accession, &second.order));
    assert_eq!(house.count("SELECT COUNT(*) FROM patient").await, 1);
}

async fn a_number_that_belongs_to_somebody_else_is_refused(engine: &Engine) {
    let house = House::signed(engine);
    place(&house, request("M-1", &["K"])).await.unwrap();
    let cases: [(&[&str], OrderRequest); 5] = [
        (&["family name"], OrderRequest { family_name: "Byron".to_owned(), ..request("M-1", &["K"]) }),
        (&["given name"], OrderRequest { given_name: "Augusta".to_owned(), ..request("M-1", &["K"]) }),
        (&["birth date"], OrderRequest { birth_date: "1980-02-28".to_owned(), ..request("M-1", &["K"]) }),
        (&["sex"], OrderRequest { sex: "M".to_owned(), ..request("M-1", &["K"]) }),
        (&["family name", "sex"], OrderRequest { family_name: "Byron".to_owned(), sex: "M".to_owned(), ..request("M-1", &["K"]) }),
    ];
    for (facts, request) in cases {
        let Err(PlaceOrderRefusal::Conflict(words)) = place(&house, request).await else { panic!("taken") };
        assert!(words.starts_with("number M-1 belongs to Ada Lovelace"), "{words}");
        assert!(words.contains(&facts.join(" and ")), "{words}");
    }
    assert_eq!(house.count("SELECT COUNT(*) FROM lab_order").await, 1);
    assert_eq!(
        house.count("SELECT COUNT(*) FROM journal WHERE act = 'place_order' AND accepted = 0").await,
        5,
        "refusals stand in the journal"
    );
    assert_eq!(house.broken().await, []);
}

/// Collected at one o'clock at night in Berlin, where critical above 10.0 mg/dL up to 24 hours, above 13.0 from then on.
async fn a_newborn_is_judged_by_the_hour_of_birth_once_it_is_known(engine: &Engine) {
    let house = House::signed(engine);
    let order = |mrn: &str, birth_date: &str| OrderRequest {
        birth_date: birth_date.to_owned(),
        collected_at: Some("2026-11-22T00:00:00Z".to_owned()),
        ..request(mrn, &["TBIL"])
    };
    let counter = std::sync::atomic::AtomicUsize::new(0);
    let judged = async |mrn: &str, birth_date: &str| {
        let placed = place(&house, order(mrn, birth_date)).await.unwrap();
        let counter = counter.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        house.measure(&placed.containers[0].code, &[("712", "10.5", "mg/dL")], counter).await;
        let line = house.results(&placed.containers[0].code).await.remove(0);
        (line.patient.birth_date, line.reasons.into_iter().map(|reason| reason.words).collect::<Vec<_>>().join("; "))
    };
    let said = |birth: &str, words: &str| (birth.to_owned(), words.to_owned());
    let unknown = "the critical limit depends on the patient's hour of birth, which is not known";
    assert_eq!(judged("B-1", "2026-11-21").await, said("2026-11-21", unknown), "one to twenty-five hours");
    // Two hours, and known from now on.
    let critical = "10.5 is above the critical limit 10.0";
    assert_eq!(judged("B-1", "2026-11-21 23:00").await, said("2026-11-21 23:00", critical));
    assert_eq!(judged("B-1", "2026-11-21").await, said("2026-11-21 23:00", critical), "who does not say the hour does not take it away");
    assert_eq!(judged("B-2", "2026-11-20T23:00").await, said("2026-11-20 23:00", ""), "twenty-six hours");
    for other in ["2026-11-21 22:00", "2026-11-20", "2026-11-20 23:00"] {
        let refused = place(&house, order("B-1", other)).await;
        let Err(PlaceOrderRefusal::Conflict(words)) = refused else { panic!("{other}: {refused:?}") };
        assert!(words.contains("birth date"), "{words}");
    }
    assert_eq!(house.count("SELECT COUNT(*) FROM patient").await, 2);
    assert_eq!(house.broken().await, []);
}

async fn a_command_given_again_answers_the_same_and_does_nothing(engine: &Engine) {
    let house = House::signed(engine);
    let command = new_command();
    let mut told = house.lab.orders_placed();
    let first = place_order(&house.lab, &orderer(), command, request("M-1", &["K"])).await.unwrap();
    assert!(!first.repeated);
    let again = place_order(&house.lab, &orderer(), command, request("M-1", &["K"])).await.unwrap();
    assert_eq!(again, PlacedOrder { repeated: true, ..first.clone() });
    let (one, other) = {
        let (command, actor) = (new_command(), orderer());
        let place = || place_order(&house.lab, &actor, command, request("M-2", &["K"]));
        // Both under way at the same moment, as when a browser sends a form twice.
        tokio::join!(place(), place())
    };
    let (one, other) = (one.unwrap(), other.unwrap());
    assert_eq!((&one.accession, &one.containers), (&other.accession, &other.containers));
    assert_ne!(one.repeated, other.repeated);
    assert_eq!(house.count("SELECT COUNT(*) FROM lab_order").await, 2);
    assert_eq!(house.count("SELECT COUNT(*) FROM container").await, 2);
    assert_eq!(told.try_recv().unwrap(), first);
    assert_eq!(told.try_recv().unwrap().accession, one.accession);
    assert!(told.try_recv().is_err(), "an order is told of once");
    // A refusal given again is the same refusal.
    let command = new_command();
    let differing = || OrderRequest { sex: "M".to_owned(), ..request("M-1", &["K"]) };
    for _ in 0..2 {
        let refused = place_order(&house.lab, &orderer(), command, differing()).await;
        assert!(matches!(refused, Err(PlaceOrderRefusal::Conflict(_))), "{refused:?}");
    }
}

async fn a_command_id_of_another_act_is_refused(engine: &Engine) {
    let house = House::signed(engine);
    let command: CommandId = new_command();
    let task = kernel::TaskId::from_uuid(command.uuid());
    actions::close_task(&house.lab, &orderer(), command, task, 1, "no such task").await.unwrap_err();
    let refused = place_order(&house.lab, &orderer(), command, request("M-1", &["K"])).await;
    let Err(PlaceOrderRefusal::Conflict(words)) = refused else { panic!("{refused:?}") };
    assert_eq!(words, "this command id was used before, for close_task; use a new one");
    assert_eq!(house.count("SELECT COUNT(*) FROM lab_order").await, 0);
    // And the other way round.
    let command = new_command();
    place_order(&house.lab, &orderer(), command, request("M-1", &["K"])).await.unwrap();
    let refused = actions::close_task(&house.lab, &orderer(), command, task, 1, "no such task").await;
    assert!(matches!(refused, Err(actions::CloseTaskRefusal::Trouble(_))), "{refused:?}");
}

/// A form that comes again with another patient in it must not be answered with the first patient's labels.
async fn a_command_id_of_another_order_is_refused(engine: &Engine) {
    let house = House::signed(engine);
    let command = new_command();
    place_order(&house.lab, &orderer(), command, request("M-1", &["K"])).await.unwrap();
    let others = [request("M-2", &["K"]), request("M-1", &["K", "NA"])];
    for other in others {
        let refused = place_order(&house.lab, &orderer(), command, other).await;
        let Err(PlaceOrderRefusal::Conflict(words)) = refused else { panic!("{refused:?}") };
        assert!(words.contains("another order"), "{words}");
    }
    let somebody_else = kernel::Actor::System("somebody else".to_owned());
    let refused = place_order(&house.lab, &somebody_else, command, request("M-1", &["K"])).await;
    assert!(matches!(refused, Err(PlaceOrderRefusal::Conflict(_))), "{refused:?}");
    assert_eq!(house.count("SELECT COUNT(*) FROM lab_order").await, 1);
}

async fn codes_are_unique_under_fifty_orders_at_once(engine: &Engine) {
    let house = Arc::new(House::signed(engine));
    let mut orders = JoinSet::new();
    for number in 0..50 {
        let house = Arc::clone(&house);
        orders.spawn(async move { place(&house, request(&format!("M-{number}"), &["K"])).await.unwrap() });
    }
    let placed = orders.join_all().await;
    let mut accessions: Vec<_> = placed.iter().map(|order| AccessionNumber::parse(&order.accession).unwrap()).collect();
    accessions.sort_unstable();
    let numbers: Vec<u32> = accessions.iter().map(|accession| accession.number()).collect();
    assert_eq!(numbers, (1..=50).collect::<Vec<_>>(), "a year's numbers begin at 1 and none is twice");
    let today = actions::now().on_wall_clock(house.lab.zone()).unwrap();
    let year: u8 = today.get(2..4).unwrap().parse().unwrap();
    assert!(accessions.iter().all(|accession| accession.year() == year));
    let codes: BTreeSet<_> = placed.iter().map(|order| ContainerCode::parse(&order.containers[0].code).unwrap()).collect();
    assert_eq!(codes.len(), 50);
    assert!(codes.iter().all(|code| code.as_str().starts_with("A0")));
}

async fn codes_go_on_after_a_restart(engine: &Engine) {
    let before = House::signed(engine);
    let first = before.order("M-1", &["K"]).await;
    before.lab.store().clone().close();
    drop(before);
    let after = House::signed(engine);
    let second = after.order("M-1", &["K"]).await;
    let number = |order: &PlacedOrder| AccessionNumber::parse(&order.accession).unwrap().number();
    assert!(number(&second) > number(&first));
    assert!(second.containers[0].code > first.containers[0].code);
}

async fn one_new_patient_under_many_orders_at_once_is_one_patient(engine: &Engine) {
    let house = Arc::new(House::signed(engine));
    let mut orders = JoinSet::new();
    for _ in 0..20 {
        let house = Arc::clone(&house);
        orders.spawn(async move { place(&house, request("M-1", &["K"])).await.unwrap().patient });
    }
    let patients: BTreeSet<String> = orders.join_all().await.into_iter().collect();
    assert_eq!(patients.len(), 1);
    assert_eq!(house.count("SELECT COUNT(*) FROM patient").await, 1);
    assert_eq!(house.count("SELECT COUNT(*) FROM lab_order").await, 20);
}

async fn names_of_any_script_come_back_as_typed(engine: &Engine) {
    let house = House::signed(engine);
    // U+20000 and U+1F9EA take four bytes in UTF-8; the second name is an e with a combining accent.
    for (mrn, family, given) in [("𠀀-1", "𠀀", "🧪"), ("2", "Andre\u{301}", "Ł'Ö-ß"), ("3", "عمر", "")] {
        let order = OrderRequest { family_name: family.to_owned(), given_name: given.to_owned(), ..request(mrn, &["K"]) };
        let placed = place(&house, order).await.unwrap();
        let view =
            views::order_by_accession(&house.lab, &kernel::Actor::System("test".to_owned()), &placed.accession).await.unwrap().unwrap();
        assert_eq!((view.patient.mrn.as_str(), view.patient.family_name.as_str(), view.patient.given_name.as_str()), (mrn, family, given));
        let newest = Some(placed.accession);
        assert_eq!(what_is(&house.lab, mrn).await.unwrap(), Scanned::Patient { mrn: mrn.to_owned(), newest });
    }
}
