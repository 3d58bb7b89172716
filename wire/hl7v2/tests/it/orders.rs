//! What the hospital orders, and what it is answered.

use hl7v2::orders::{Code, Control, Decision, Order, OrderMessage, Orders, Priority, Service, answer, read};
use hl7v2::{Authority, ControlId, EntityIdentifier, Envelope, Header, Said, Verdict};
use kernel::{Stated, Timestamp, Zone};

use crate::support::*;

fn orders(lines: &str) -> Result<Orders, String> {
    with(lines, |message| read(message, &Zone::utc()).map_err(|rejection| rejection.to_string()))
}

fn orm(rest: &str) -> String {
    format!("MSH|^~\\&|HIS|HOSP|LIS|LAB|20261122||ORM^O01|1|P|2.3\nPID|||1\n{rest}")
}

fn oml(rest: &str) -> String {
    orm(rest).replace("ORM^O01", "OML^O21^OML_O21").replace("|2.3", "|2.5.1")
}

fn number(number: &str, namespace: &str) -> Option<EntityIdentifier> {
    let namespace = Some(namespace.to_owned()).filter(|namespace| !namespace.is_empty());
    Some(EntityIdentifier { number: number.into(), authority: Authority { namespace, ..Authority::default() } })
}

fn code(identifier: &str, text: &str, system: &str) -> Code {
    Code { identifier: Some(identifier.into()), text: Some(text.into()), system: Some(system.into()) }
}

fn instant(said: &Said<Stated>) -> String {
    said.as_ref().value().unwrap().instant().unwrap().to_string()
}

fn service(order: &Order) -> &Service {
    order.service.as_ref().unwrap()
}

#[test]
fn our_orm_reads_as_written() {
    let orders = read_capture("orm_o01", |message| read(message, &Zone::utc()).unwrap());
    assert_eq!((orders.message, orders.orders.len(), orders.warnings.len()), (OrderMessage::Orm, 2, 0));
    let patient = orders.patient.as_ref().unwrap();
    assert_eq!(patient.legal_name().unwrap().person_name().unwrap().to_string(), "Ødegård, Åse", "8859/1");
    assert_eq!(orders.visit.as_ref().unwrap().number.as_ref().value().unwrap().number, "88001");
    let first = &orders.orders[0];
    assert_eq!((first.control, &first.placer, &first.filler), (Control::New, &number("P-501", "WARDS"), &None));
    assert_eq!((&first.group, &first.priority), (&number("G-77", ""), &Said::Said(Priority::Stat)));
    assert_eq!(instant(&first.asked_at), "2026-11-22T09:55:00Z");
    assert_eq!(first.orderers[0].family.as_deref(), Some("Lund"));
    let service = service(first);
    assert_eq!(service.code.code, code("NAK", "Sodium and potassium", "NORTH"));
    assert_eq!(service.code.alternate, code("2951-2", "Sodium", "LN"));
    assert_eq!(instant(&service.collected), "2026-11-22T09:45:00Z");
    assert_eq!((service.collectors[0].number.as_deref(), &service.specimen_action), (Some("331"), &Said::Said("O".to_owned())));
    assert_eq!(service.notes, ["drawn above a drip?"]);
    assert_eq!(service.questions[0].question.code, code("FAST", "Fasting", "NORTH"));
    assert_eq!(service.questions[0].values, [["yes"]]);
    let second = &orders.orders[1];
    assert_eq!((second.control, &second.placer, &second.filler), (Control::Cancel, &number("P-400", "WARDS"), &number("F-9", "LIS")));
    assert_eq!((second.service.is_none(), second.location.to_string().as_str()), (true, "ORC[2]"));
}

#[test]
fn our_oml_reads_as_written() {
    let orders = read_capture("oml_o21", |message| read(message, &Zone::utc()).unwrap());
    assert_eq!((orders.message, orders.orders.len(), orders.warnings.len()), (OrderMessage::Oml, 1, 0));
    let order = &orders.orders[0];
    assert_eq!((&order.group, &order.priority), (&number("G-78", "WARDS"), &Said::Said(Priority::Routine)));
    assert_eq!(order.orderers[0].authority.as_deref(), Some("NORTH"));
    let service = service(order);
    assert_eq!(instant(&service.collected), "2026-11-22T09:05:00Z");
    assert_eq!(instant(&service.collected_until), "2026-11-22T09:07:00Z");
    let questions: Vec<_> =
        service.questions.iter().map(|asked| (asked.value_type.as_deref(), asked.values[0].join("/"), asked.unit.as_deref())).collect();
    assert_eq!(questions, [(Some("CWE"), "LA/Left arm/NORTH".to_owned(), None), (Some("NM"), "38.9".to_owned(), Some("Cel"))]);
    let specimen = &service.specimens[0];
    assert_eq!(specimen.placer, number("B-1", "WARDS"));
    assert_eq!(specimen.kind.as_ref().value().unwrap().code, code("BLD", "Blood", "HL70487"));
    assert_eq!(instant(&specimen.collected), "2026-11-22T09:05:00Z");
    assert_eq!(specimen.observations[0].question.code.identifier.as_deref(), Some("VOL"));
}

/// ORC-1 and what it calls for, row by row of the specification.
#[test]
fn each_wish_has_its_answers() {
    for (sent, done, not_done) in [
        ("NW", "OK", "UA"),
        ("CA", "CR", "UC"),
        ("XO", "XR", "UX"),
        ("DC", "DR", "UD"),
        ("HD", "HR", "UH"),
        ("RL", "OR", "UR"),
        ("RP", "RQ", "UM"),
        ("RO", "RO", "UA"),
        ("SN", "NA", "UA"),
        ("SC", "OK", "UA"),
        ("SR", "OK", "UA"),
    ] {
        let read = orders(&orm(&format!("ORC|{sent}|P1\nOBR|1|P1||K"))).unwrap();
        let replies = read.orders[0].control.replies();
        assert_eq!((replies.done, replies.not_done), (done, not_done), "{sent}");
    }
    assert_eq!(Control::ALL.len(), 11);
}

/// Where the urgency of an order is said: TQ1-9 before ORC-7.6 before OBR-27.6.
#[test]
fn the_priority_is_the_first_that_is_said() {
    let obr_27 = |code: &str| format!("OBR|1|P1||K{}^^^^^{code}", "|".repeat(23));
    for (rest, expected, warnings) in [
        (format!("ORC|NW|P1|||||^^^^^A\nTQ1|||||||||S\n{}", obr_27("R")), Some(Priority::Stat), 2),
        (format!("ORC|NW|P1|||||^^^^^A\n{}", obr_27("R")), Some(Priority::Asap), 1),
        (format!("ORC|NW|P1\n{}", obr_27("R")), Some(Priority::Routine), 0),
        (format!("ORC|NW|P1|||||^^^^^R\n{}", obr_27("R")), Some(Priority::Routine), 0),
        (format!("ORC|NW|P1\n{}", obr_27("TS30")), Some(Priority::Other("TS30".into())), 0),
        ("ORC|NW|P1\nOBR|1|P1||K".to_owned(), None, 0),
        ("ORC|NW|P1|||||^^^^^S~^^^^^R\nTQ1|1||||||||S\nTQ1|2||||||||R\nOBR|1|P1||K".to_owned(), Some(Priority::Stat), 2),
    ] {
        let read = orders(&orm(&rest)).unwrap();
        assert_eq!((read.orders[0].priority.clone().value(), read.warnings.len()), (expected, warnings), "{rest}");
    }
    for (letter, priority) in [("P", Priority::Preoperative), ("C", Priority::Callback), ("T", Priority::TimingCritical)] {
        let read = orders(&oml(&format!("ORC|NW|P1\nTQ1|||||||||{letter}^x^HL70485\nOBR|1|P1||K"))).unwrap();
        assert_eq!(read.orders[0].priority, Said::Said(priority));
    }
}

#[test]
fn the_number_may_stand_at_either_place_and_has_to_be_one() {
    for (orc, obr, expected) in [
        ("P1^W", "P1^W", number("P1", "W")),
        ("P1^W", "", number("P1", "W")),
        ("", "P1^W", number("P1", "W")),
        ("P1", "P1^W", number("P1", "W")),
        ("P1^W", "P1", number("P1", "W")),
        ("P1", "P1", number("P1", "")),
    ] {
        let read = orders(&orm(&format!("ORC|NW|{orc}\nOBR|1|{obr}||K"))).unwrap();
        assert_eq!(read.orders[0].placer, expected, "{orc} {obr}");
    }
    for obr in ["P2^W", "P1^V"] {
        let words = orders(&orm(&format!("ORC|NW|P1^W\nOBR|1|{obr}||K"))).unwrap_err();
        assert!(words.starts_with("OBR-2: 102"), "{words}");
    }
}

/// Each rule that refuses a message, with the code and the place that go back.
#[test]
fn what_cannot_be_used_is_refused_with_its_place() {
    let no_patient = "MSH|^~\\&|||||||ORM^O01|1|P|2.3\nORC|NW|P1\nOBR|1|P1||K".to_owned();
    for (lines, expected) in [
        (orm("ORC|NW||F1\nOBR|1||F1|K"), "ORC-2: 101"),
        (orm("ORC|NW|P1\nOBR|1|P1||K\nORC|NW\nOBR|2|||K"), "ORC[2]-2: 101"),
        (orm("ORC|CA"), "ORC-2: 101"),
        (orm("ORC||P1\nOBR|1|P1||K"), "ORC-1: 101"),
        (orm("ORC|ZZ|P1\nOBR|1|P1||K"), "ORC-1: 103"),
        (orm("ORC|NW|P1"), "OBR: 100"),
        (orm("ORC|NW|P1\nOBR|1|P1"), "OBR-4: 101"),
        (orm("ORC|NW|P1\nOBR|1|P1||^a text"), "OBR-4: 101"),
        (orm("ORC|NW|P1\nOBR|1|P1||K\nOBR|2|P2||NA"), "OBR[2]: 100"),
        (orm("OBR|1|P1||K"), "OBR: 100"),
        (orm("ORC|CA|P1\nOBX|1"), "OBX: 100"),
        (orm("ORC|CA|P1\nSPM|1"), "SPM: 100"),
        (orm("PID|||2\nORC|CA|P1"), "PID[2]: 100"),
        (orm("ORC|CA|P1\nPID|||2"), "PID[2]: 100"),
        (orm(""), "ORC: 100"),
        (no_patient.clone(), "PID: 100"),
        (no_patient.replace("ORC", "PID\nORC"), "PID-3: 101"),
        (orm("ORC|CA|P1").replace("O01", "O02"), "MSH-9.2: 201"),
        (oml("ORC|CA|P1").replace("O21^", "O33^"), "MSH-9.2: 201"),
        (orm("ORC|CA|P1").replace("ORM^O01", "ORU^R01"), "MSH-9.1: 200"),
        (orm("ORC|CA|P1").replace("|2.3", "|3"), "MSH-12: 203"),
    ] {
        let words = orders(&lines).unwrap_err();
        assert!(words.starts_with(expected), "{lines}: {words}");
    }
    assert!(orders(&no_patient.replace("NW", "CA")).is_ok(), "what is no new order needs no patient");
}

#[test]
fn former_results_are_no_orders() {
    let own = "ORC|NW|P1\nOBR|1|P1||K\n";
    for former in ["PID|||1\nPV1|1\nOBR|1|||OLD\nOBX|1|NM|K||4", "ORC|PR\nOBR|1|||OLD\nOBX|1|NM|K||4\nNTE|||old"] {
        let read = orders(&oml(&format!("{own}{former}\nORC|NW|P2\nOBR|1|P2||NA\nNTE|||new"))).unwrap();
        let found: Vec<_> = read.orders.iter().map(|order| service(order).code.code.identifier.as_deref().unwrap()).collect();
        assert_eq!(found, ["K", "NA"], "{former}");
        assert!(read.orders.iter().all(|order| service(order).questions.is_empty()));
        assert_eq!((read.warnings.len(), service(&read.orders[1]).notes.as_slice()), (1, &["new".to_owned()][..]));
    }
}

#[test]
fn notes_are_kept_wherever_they_stand() {
    let read =
        orders(&oml("NTE|1||about him\nORC|NW|P1\nOBR|1|P1||K\nNTE|||a~b\nOBX|1|ST|Q||x\nNTE|||of the answer\nSPM|1\nNTE|||of the tube"))
            .unwrap();
    assert_eq!(read.notes, ["about him"]);
    assert_eq!(service(&read.orders[0]).notes, ["a", "b", "of the answer", "of the tube"]);
}

fn answered(lines: &str, decisions: &[Decision<'_>], verdict: &Verdict) -> String {
    let bytes = wire(lines);
    let decoded = decoded(&bytes);
    let message = parsed(&decoded);
    let orders = read(&message, &Zone::utc()).unwrap();
    let id = ControlId::new("L-2").unwrap();
    let envelope = Envelope { control_id: &id, at: Timestamp::from_micros(0) };
    let written = answer(&Header::read(&bytes).unwrap(), &message, &orders, decisions, verdict, &envelope);
    String::from_utf8(written).unwrap()
}

#[test]
fn an_answer_says_of_each_order_what_became_of_it() {
    let filler = number("F-1", "LIS").unwrap();
    let lines = orm("ORC|NW|P\\F\\1^W||G1\nOBR|1|||K^Potassium^L^2823-3^K^LN\nORC|CA|P2|F2^LIS");
    let containers = ["A7".to_owned(), "A8".to_owned()];
    let decisions = [Decision::Done { filler: Some(&filler), containers: &containers }, Decision::NotDone { reason: "already | measured" }];
    let accepted = Verdict::Accepted(vec![]);
    assert_eq!(
        answered(&lines, &decisions, &accepted),
        "MSH|^~\\&|LIS|LAB|HIS|HOSP|19700101000000+0000||ORR^O02^ORR_O02|L-2|P|2.3\rMSA|AA|1\rPID|||1\r\
         ORC|OK|P\\F\\1^W|F-1^LIS|G1\rOBR|1|P\\F\\1^W|F-1^LIS|K^Potassium^L^2823-3^K^LN||||||||||||||||A7 A8\r\
         ORC|UC|P2|F2^LIS|||||||||||||^already \\F\\ measured\r"
    );
    let lines = oml("ORC|NW|P1\nOBR|1|P1||K").replace("PID|||1", "PID|||1^^^A~2||Lie^P\\S\\er~Moe||1971|F");
    let text = answered(&lines, &[Decision::Done { filler: None, containers: &[] }], &accepted);
    assert!(text.contains("||ORL^O22^ORL_O22|L-2|P|2.5.1\rMSA|AA|1\rPID|||1^^^A~2||Lie^P\\S\\er~Moe\rORC|OK|P1\rOBR|1|P1||K\r"), "{text}");
    assert!(answered(&lines, &[], &accepted).ends_with("\rMSA|AA|1\r"), "no decision, no order");
}
