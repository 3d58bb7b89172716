//! Results typed by hand: judged, kept, looked at again, and vouched for by somebody who may; and held results of analysers by the same act.

use crate::engine::Engine;
use crate::house::{House, orderer, request};
use crate::messages::{Result as ResultRecord, message, potassium};
use actions::{
    EnterResultRefusal, NewStaff, OrderRequest, SeenResult, StaffLine, TypedResult, VerifiedResult, VerifyResultRefusal, enter_result,
    new_command, relabel, verify_result, views,
};
use kernel::{Actor, ExaminationId, Reason};

on_both!(
    who_typed_a_result_looks_again_and_verifies_it,
    a_critical_result_opens_its_call_in_the_same_command,
    what_a_student_types_waits_for_somebody_who_may,
    of_two_who_type_at_once_one_does_and_the_other_sees_what,
    an_absurd_value_is_taken_when_it_was_typed_twice,
    a_patient_merged_meanwhile_is_told,
    a_held_result_of_an_analyser_is_verified_by_a_person_and_a_blocked_one_by_nobody,
    what_the_gates_said_is_known_under_another_label_too,
    what_nobody_verified_is_typed_anew_and_both_stay_on_record,
    the_same_command_again_enters_and_verifies_nothing_more,
    roles_that_do_no_tests_enter_nothing,
    a_jump_since_the_last_result_asks_for_more_than_a_technician,
    a_result_that_stands_is_not_typed_over,
    entries_without_trace_are_found_by_check,
    a_worksheet_holds_what_waits_and_nothing_that_is_done,
);

async fn staff(house: &House, role: &str) -> StaffLine {
    let new = NewStaff { user: format!("{role}@test"), display_name: format!("The {role}"), role: role.to_owned() };
    let account = actions::create_staff(house.lab.store(), new, actions::Made::Lasting).await.unwrap();
    actions::sign_in(&house.lab, &account.user, &account.password).await.unwrap().staff
}

fn typed(container: &str, test: &str, text: &str) -> TypedResult {
    TypedResult {
        container: container.to_owned(),
        test: test.to_owned(),
        patient_seen: "M-1".to_owned(),
        typed: text.to_owned(),
        ..TypedResult::default()
    }
}

async fn enter(house: &House, by: &StaffLine, what: TypedResult) -> Result<ExaminationId, EnterResultRefusal> {
    enter_result(&house.lab, by, new_command(), what).await
}

/// What stands to be looked at again.
async fn look(house: &House, by: &StaffLine, examination: ExaminationId) -> views::VerifyRow {
    views::held_result(&house.lab, by, examination, actions::now()).await.unwrap().unwrap()
}

fn seen(row: &views::VerifyRow) -> SeenResult {
    let line = &row.line;
    SeenResult {
        examination: line.examination,
        version: line.version,
        row_version: line.row_version,
        patient_seen: line.patient.mrn.clone(),
    }
}

async fn verify(house: &House, by: &StaffLine, row: &views::VerifyRow) -> Result<VerifiedResult, VerifyResultRefusal> {
    verify_result(&house.lab, by, new_command(), seen(row)).await
}

async fn who_typed_a_result_looks_again_and_verifies_it(engine: &Engine) {
    let house = House::signed(engine);
    let tech = staff(&house, "technician").await;
    let container = house.container("M-1", &["K"]).await;
    let watched = house.lab.live().versions().results;
    let examination = enter(&house, &tech, typed(&container, "K", " 4.12 ")).await.unwrap();
    assert!(house.lab.live().versions().results > watched, "open pages learn of it");
    let line = house.results(&container).await.remove(0);
    assert!(line.held && line.transmission.is_none(), "nothing typed verifies itself");
    assert_eq!((line.reported.as_str(), line.sent.as_str(), line.unit.as_str()), ("4.1", "4.12", "mmol/L"));
    assert_eq!(line.entered.as_ref().unwrap().by, "The technician");
    let row = look(&house, &tech, examination).await;
    assert_eq!((row.refusal.as_deref(), row.clean, row.own, row.flag.as_str()), (None, true, true, "N"));
    assert_eq!(row.notes, ["typed 4.12, will be reported as 4.1"], "nothing is rounded unseen");
    assert_eq!(house.broken().await, []);
    assert_eq!(verify(&house, &tech, &row).await.unwrap(), VerifiedResult { call: false });
    let line = house.results(&container).await.remove(0);
    assert!(!line.held);
    assert_eq!(line.verifier, Some(format!("person:{}", tech.id)));
    assert!(matches!(verify(&house, &tech, &row).await, Err(VerifyResultRefusal::AlreadyVerified)));
    assert!(house.tasks().await.is_empty());
    assert_eq!(house.broken().await, []);
}

async fn a_critical_result_opens_its_call_in_the_same_command(engine: &Engine) {
    let house = House::signed(engine);
    let tech = staff(&house, "technician").await;
    let placed = house.order("M-1", &["K", "NA"]).await;
    let container = placed.containers[0].code.clone();
    let examination = enter(&house, &tech, typed(&container, "K", "7.1")).await.unwrap();
    assert!(house.tasks().await.is_empty(), "nothing is called before somebody looked again");
    let row = look(&house, &tech, examination).await;
    assert_eq!((row.clean, row.line.critical, row.flag.as_str()), (false, true, "HH"));
    assert_eq!(verify(&house, &tech, &row).await.unwrap(), VerifiedResult { call: true });
    let task = house.tasks().await.remove(0);
    assert_eq!((task.kind.as_str(), task.owner.as_str()), ("critical", "The technician"));
    assert!(task.why.contains("7.1 mmol/L") && task.why.contains("above the critical limit 6.2"), "{}", task.why);
    let same = "SELECT COUNT(*) FROM task k JOIN result r ON r.verified_at = k.opened_at JOIN lab_order o ON o.id = k.order_id";
    assert_eq!(house.count(same).await, 1, "one moment, one command, of the order");
}

async fn what_a_student_types_waits_for_somebody_who_may(engine: &Engine) {
    let house = House::signed(engine);
    let (student, supervisor) = (staff(&house, "student").await, staff(&house, "supervisor").await);
    let container = house.container("M-1", &["K"]).await;
    let examination = enter(&house, &student, typed(&container, "K", "4.1")).await.unwrap();
    let row = look(&house, &student, examination).await;
    assert!(row.refusal.as_deref().unwrap().contains("it waits until one of these signs"), "{:?}", row.refusal);
    let Err(VerifyResultRefusal::Refused(words)) = verify(&house, &student, &row).await else { panic!() };
    assert!(words.contains("technician"), "{words}");
    assert!(house.results(&container).await[0].held);
    let waiting = views::typed_results(&house.lab, &supervisor, None, actions::now()).await.unwrap().rows;
    assert_eq!((waiting.len(), waiting[0].refusal.as_deref(), waiting[0].own), (1, None, false));
    verify(&house, &supervisor, &waiting[0]).await.unwrap();
    let line = house.results(&container).await.remove(0);
    assert_eq!((line.entered.unwrap().by, line.verifier), ("The student".to_owned(), Some(format!("person:{}", supervisor.id))));
}

async fn of_two_who_type_at_once_one_does_and_the_other_sees_what(engine: &Engine) {
    let house = House::signed(engine);
    let (one, other) = (staff(&house, "technician").await, staff(&house, "technologist").await);
    let container = house.container("M-1", &["K"]).await;
    let (first, second) =
        tokio::join!(enter(&house, &one, typed(&container, "K", "4.1")), enter(&house, &other, typed(&container, "K", "4.9")));
    let (lost, value, who) = if first.is_ok() { (second, "4.1", "The technician") } else { (first, "4.9", "The technologist") };
    let Err(EnterResultRefusal::Resulted(words)) = lost else { panic!("{lost:?}") };
    assert!(words.contains(&format!("{who} entered {value} mmol/L")), "{words}");
    assert_eq!(house.count("SELECT COUNT(*) FROM manual_entry").await, 1);
    assert_eq!(house.broken().await, []);
}

async fn an_absurd_value_is_taken_when_it_was_typed_twice(engine: &Engine) {
    let house = House::signed(engine);
    let tech = staff(&house, "technologist").await;
    let container = house.container("M-1", &["K"]).await;
    let again = |text: &str| TypedResult { again: text.to_owned(), ..typed(&container, "K", "41") };
    let Err(EnterResultRefusal::TypeAgain(words)) = enter(&house, &tech, again("")).await else { panic!() };
    assert!(words.contains("above 12"), "{words}");
    assert!(matches!(enter(&house, &tech, again("4.1")).await, Err(EnterResultRefusal::NotTheSame)));
    assert!(matches!(enter(&house, &tech, again("nonsense")).await, Err(EnterResultRefusal::NotTheSame)));
    assert_eq!(house.count("SELECT COUNT(*) FROM result").await, 0);
    let examination = enter(&house, &tech, again("41")).await.unwrap();
    assert!(!look(&house, &tech, examination).await.clean);
}

async fn a_patient_merged_meanwhile_is_told(engine: &Engine) {
    let house = House::signed(engine);
    let tech = staff(&house, "technologist").await;
    let container = house.container("M-1", &["K", "NA"]).await;
    let examination = enter(&house, &tech, typed(&container, "NA", "140")).await.unwrap();
    let row = look(&house, &tech, examination).await;
    // The order goes to another record, as a merge moves it.
    house.container("M-2", &["K"]).await;
    let moved = "UPDATE lab_order SET patient_id = (SELECT id FROM patient WHERE mrn = 'M-2')";
    assert_eq!(house.change(moved, &[]).await, 2);
    let refused = enter(&house, &tech, typed(&container, "K", "4.1")).await;
    assert!(matches!(&refused, Err(EnterResultRefusal::OtherPatient { seen, now }) if seen == "M-1" && now == "M-2"), "{refused:?}");
    let Err(VerifyResultRefusal::Changed(words)) = verify(&house, &tech, &row).await else { panic!() };
    assert!(words.contains("M-2"), "{words}");
    assert!(house.results(&container).await.iter().all(|line| line.held));
}

async fn a_held_result_of_an_analyser_is_verified_by_a_person_and_a_blocked_one_by_nobody(engine: &Engine) {
    let house = House::signed(engine);
    let (tech, director) = (staff(&house, "technician").await, staff(&house, "director").await);
    let container = house.container("M-1", &["K"]).await;
    house.measure(&container, &[potassium("7.1")], 1).await;
    let examination = house.results(&container).await[0].examination;
    let row = look(&house, &tech, examination).await;
    assert!(row.line.entered.is_none() && row.line.reasons.iter().any(|reason| reason.words.contains("6.2")), "why it is held");
    assert_eq!(verify(&house, &tech, &row).await.unwrap(), VerifiedResult { call: true });
    assert_eq!(house.broken().await, []);
    // Another one on which somebody wrote another patient: the lock, as the gate left it.
    let blocked = house.container("M-2", &["K"]).await;
    house.measure(&blocked, &[potassium("7.1")], 2).await;
    let swap = "UPDATE assessment SET evidence = replace(evidence, ':PPH', ':BPH')";
    assert_eq!(house.change(swap, &[]).await, 2);
    let row = look(&house, &director, house.results(&blocked).await[0].examination).await;
    assert!(row.refusal.as_deref().unwrap().contains("locked"), "{:?}", row.refusal);
    assert!(matches!(verify(&house, &director, &row).await, Err(VerifyResultRefusal::Refused(words)) if words.contains("locked")));
    assert!(house.results(&blocked).await[0].held);
}

async fn what_the_gates_said_is_known_under_another_label_too(engine: &Engine) {
    let house = House::signed(engine);
    let (tech, robot) = (staff(&house, "technician").await, Actor::System("test".to_owned()));
    let (sent, by_hand) = (house.container("M-2", &["K"]).await, house.container("M-1", &["K"]).await);
    house.measure(&sent, &[potassium("7.1")], 1).await;
    enter(&house, &tech, typed(&by_hand, "K", "7.1")).await.unwrap();
    for first in [sent, by_hand] {
        let before = house.results(&first).await.remove(0);
        assert!(before.critical && before.reasons.iter().any(|reason| reason.words.contains("6.2")), "{:?}", before.reasons);
        // Twice, so that the label it was measured under is not the one just before.
        let mut code = first.clone();
        for _ in 0..2 {
            code = relabel(&house.lab, &orderer(), new_command(), &code, Reason::new("torn").unwrap()).await.unwrap();
        }
        let now = house.results(&code).await.remove(0);
        assert_eq!((now.critical, &now.reasons, &now.gates), (true, &before.reasons, &before.gates));
        let listed = views::held_results(&house.lab, &robot, None).await.unwrap().rows;
        assert!(listed.iter().any(|line| line.container == code && line.reasons == before.reasons), "{listed:?}");
        if let Some(transmission) = before.transmission {
            let message = views::transmission(&house.lab, &robot, transmission).await.unwrap().unwrap();
            let shown: Vec<_> = message.results.iter().map(|line| (&line.container, &line.reasons)).collect();
            assert_eq!(shown, [(&code, &before.reasons)]);
        }
        let row = look(&house, &tech, before.examination).await;
        assert_eq!((row.refusal.as_deref(), &row.line.reasons), (None, &before.reasons));
        assert_eq!(verify(&house, &tech, &row).await.unwrap(), VerifiedResult { call: true });
    }
    assert_eq!(house.broken().await, []);
}

async fn what_nobody_verified_is_typed_anew_and_both_stay_on_record(engine: &Engine) {
    let house = House::signed(engine);
    let tech = staff(&house, "technologist").await;
    let container = house.container("M-1", &["K"]).await;
    let examination = enter(&house, &tech, typed(&container, "K", "4.9")).await.unwrap();
    let before = look(&house, &tech, examination).await;
    let anew = |version| TypedResult { replaces: Some(version), ..typed(&container, "K", "4.1") };
    enter(&house, &tech, anew(before.line.row_version)).await.unwrap();
    let line = house.results(&container).await.remove(0);
    assert_eq!((line.reported.as_str(), line.version), ("4.1", 1));
    // Whoever looked at the first does not vouch for the second.
    assert!(matches!(verify(&house, &tech, &before).await, Err(VerifyResultRefusal::Changed(words)) if words.contains("typed anew")));
    assert!(matches!(enter(&house, &tech, anew(before.line.row_version)).await, Err(EnterResultRefusal::Resulted(_))));
    let row = look(&house, &tech, examination).await;
    verify(&house, &tech, &row).await.unwrap();
    assert!(
        matches!(enter(&house, &tech, anew(row.line.row_version)).await, Err(EnterResultRefusal::Resulted(words)) if words.contains("correction"))
    );
    assert_eq!(house.texts("SELECT typed FROM manual_entry ORDER BY id").await, ["4.9", "4.1"]);
    assert_eq!(house.broken().await, []);
}

async fn the_same_command_again_enters_and_verifies_nothing_more(engine: &Engine) {
    let house = House::signed(engine);
    let tech = staff(&house, "technologist").await;
    let container = house.container("M-1", &["K"]).await;
    let command = new_command();
    let first = enter_result(&house.lab, &tech, command, typed(&container, "K", "7.1")).await.unwrap();
    assert_eq!(enter_result(&house.lab, &tech, command, typed(&container, "K", "7.1")).await.unwrap(), first);
    let other = enter_result(&house.lab, &tech, command, typed(&container, "K", "4.1")).await;
    assert!(matches!(other, Err(EnterResultRefusal::Resulted(_))), "another value under the same command: {other:?}");
    let row = look(&house, &tech, first).await;
    let command = new_command();
    for _ in 0..2 {
        verify_result(&house.lab, &tech, command, seen(&row)).await.unwrap();
    }
    assert_eq!((house.count("SELECT COUNT(*) FROM task").await, house.count("SELECT row_version FROM result").await), (1, 2));
}

async fn roles_that_do_no_tests_enter_nothing(engine: &Engine) {
    let house = House::signed(engine);
    let container = house.container("M-1", &["K"]).await;
    for role in ["phlebotomist", "assistant", "manager", "quality", "provider", "administrator", "public-health", "educator"] {
        let by = staff(&house, role).await;
        let refused = enter(&house, &by, typed(&container, "K", "4.1")).await;
        assert!(matches!(refused, Err(EnterResultRefusal::MayNot(_))), "{role}: {refused:?}");
    }
    let tech = staff(&house, "technologist").await;
    for (container, test, text, word) in [
        ("NOBODY", "K", "4.1", "no container"),
        (container.as_str(), "NA", "140", "not ordered"),
        (container.as_str(), "NOSUCH", "1", "no test"),
        ("A\0", "K", "4.1", "no container"),
    ] {
        let words = enter(&house, &tech, typed(container, test, text)).await.unwrap_err().to_string();
        assert!(words.contains(word), "{words}");
    }
    assert_eq!(house.count("SELECT COUNT(*) FROM manual_entry").await, 0);
}

async fn order_collected(house: &House, tests: &[&str], collected_at: &str) -> String {
    let request = OrderRequest { collected_at: Some(collected_at.to_owned()), ..request("M-1", tests) };
    actions::place_order(&house.lab, &orderer(), new_command(), request).await.unwrap().containers.remove(0).code
}

async fn a_jump_since_the_last_result_asks_for_more_than_a_technician(engine: &Engine) {
    let house = House::signed(engine);
    let (tech, scientist) = (staff(&house, "technician").await, staff(&house, "technologist").await);
    let first = order_collected(&house, &["HGB"], "2026-11-20T08:00:00Z").await;
    let examination = enter(&house, &tech, typed(&first, "HGB", "14.0")).await.unwrap();
    verify(&house, &tech, &look(&house, &tech, examination).await).await.unwrap();
    let second = order_collected(&house, &["HGB"], "2026-11-21T08:00:00Z").await;
    let shown = views::look_at_typed(&house.lab, &kernel::Actor::Person(tech.id), &second, "HGB", "11.4").await.unwrap().unwrap();
    assert!(shown.taken && shown.words[0].contains("changed by -2.6 since the last result, 14.0, 24.0 hours before"), "{shown:?}");
    let examination = enter(&house, &tech, typed(&second, "HGB", "11.4")).await.unwrap();
    let row = look(&house, &tech, examination).await;
    assert_eq!((row.former[0].reported.as_str(), row.clean), ("14.0", false));
    let Err(VerifyResultRefusal::Refused(words)) = verify(&house, &tech, &row).await else { panic!() };
    assert!(words.contains("unusual results only under supervision"), "{words}");
    verify(&house, &scientist, &row).await.unwrap();
}

async fn a_result_that_stands_is_not_typed_over(engine: &Engine) {
    let house = House::signed(engine);
    let tech = staff(&house, "technologist").await;
    let container = house.container("M-1", &["K"]).await;
    house.measure(&container, &[potassium("4.1")], 1).await;
    let Err(EnterResultRefusal::Resulted(words)) = enter(&house, &tech, typed(&container, "K", "5.0")).await else { panic!() };
    assert!(words.contains("an analyser sent 4.1 mmol/L") && words.contains("correction"), "{words}");
    let over = TypedResult { replaces: Some(1), ..typed(&container, "K", "5.0") };
    assert!(matches!(enter(&house, &tech, over).await, Err(EnterResultRefusal::Resulted(_))), "nor as if it had been typed");
    // And an analyser that comes after a person is left to a person.
    let other = house.container("M-1", &["K"]).await;
    enter(&house, &tech, typed(&other, "K", "4.0")).await.unwrap();
    let late: &[ResultRecord<'_>] = &[potassium("4.4")];
    house.keep(&house.first, message(&[(&other, late)], 2)).await;
    house.file(&house.first).await;
    assert_eq!(house.results(&other).await[0].reported, "4.0");
    assert!(house.tasks().await[0].why.contains("has a result already"));
}

async fn entries_without_trace_are_found_by_check(engine: &Engine) {
    let house = House::signed(engine);
    let tech = staff(&house, "technologist").await;
    let container = house.container("M-1", &["K"]).await;
    enter(&house, &tech, typed(&container, "K", "4.1")).await.unwrap();
    assert_eq!(house.broken().await, []);
    assert_eq!(house.change("DELETE FROM assessment", &[]).await, 1);
    let found: Vec<_> = house.broken().await.into_iter().map(|(invariant, _)| invariant).collect();
    assert_eq!(found, ["I1", "I2"]);
    let house = House::signed(engine);
    let gone = house.change("DELETE FROM manual_entry", &[]).await;
    assert_eq!(gone, 1);
    let found = house.broken().await;
    assert!(found.iter().any(|(_, what)| what.contains("not the message or entry")), "{found:?}");
}

async fn a_worksheet_holds_what_waits_and_nothing_that_is_done(engine: &Engine) {
    let house = House::signed(engine);
    let tech = staff(&house, "technologist").await;
    let both = house.container("M-1", &["K", "NA"]).await;
    let one = house.container("M-1", &["K"]).await;
    let sheet = async |codes: &[&str]| {
        let codes: Vec<String> = codes.iter().map(|code| (*code).to_owned()).collect();
        views::worksheet(&house.lab, &orderer(), &codes, actions::now()).await.unwrap()
    };
    let rows = |sheet: &views::Worksheet| sheet.rows.iter().map(|row| (row.container.clone(), row.waits.clone())).collect::<Vec<_>>();
    assert_eq!(rows(&sheet(&["K", "NA"]).await), [(both.clone(), vec![true, true]), (one.clone(), vec![true, false])]);
    enter(&house, &tech, typed(&both, "K", "4.1")).await.unwrap();
    assert_eq!(rows(&sheet(&["K", "NA"]).await), [(both.clone(), vec![false, true]), (one.clone(), vec![true, false])]);
    assert_eq!(rows(&sheet(&["NA"]).await), [(both, vec![true])]);
    assert!(rows(&sheet(&["NOSUCH", "x"]).await).is_empty());
    let later = kernel::Timestamp::from_micros(actions::now().micros() + 15 * 24 * 3_600_000_000);
    let codes = vec!["K".to_owned()];
    assert!(views::worksheet(&house.lab, &orderer(), &codes, later).await.unwrap().rows.is_empty(), "ordered too long ago");
    let _ = one;
}
