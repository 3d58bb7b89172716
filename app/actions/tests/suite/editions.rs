//! Editions of the catalogue: never changed, signed by a director, in force from their day on, and kept with every result judged by them.

use crate::engine::Engine;
use crate::house::House;
use crate::messages::{message, potassium};
use actions::{EditionRefusal, Holding, NewStaff, SignInRefusal, edition_files, holding, import_edition, list_editions, sign_edition};
use catalogue::{EditionFile, EditionFiles, Signature};
use kernel::{Timestamp, Zone};
use std::sync::Arc;
use tokio::task::JoinSet;

on_both!(
    an_edition_is_imported_once_and_never_changed,
    a_faulty_edition_is_not_imported,
    only_a_director_signs_with_a_password_and_a_meaning,
    two_directors_at_once_leave_one_signature,
    what_holds_was_signed_and_has_begun,
    a_result_keeps_the_edition_it_was_judged_by,
    what_was_measured_by_one_edition_is_judged_by_it,
    a_test_that_the_new_edition_lacks_is_left_to_a_person,
    altered_files_are_not_used,
    an_edition_that_makes_no_sense_lets_no_other_take_its_place,
    there_is_room_for_a_thousand,
);

const MEANING: &str = "I have reviewed this edition and approve it for use in this laboratory";

/// The shipped edition under a name of its own, from a day on, with this row for the potassium of grown people.
fn ours(name: &str, from: &str, potassium: &str) -> EditionFiles {
    let text = |file, text: &str| match file {
        EditionFile::Edition => format!("name = \"{name}\"\nsource = \"a test\"\neffective_from = \"{from}\"\n"),
        EditionFile::CriticalLimits => {
            let row = |line: &str| if line.starts_with("K,A,28,") { line.replace("2.8,6.2", potassium) } else { line.to_owned() };
            text.lines().map(|line| row(line) + "\n").collect()
        }
        _ => text.to_owned(),
    };
    let shipped = actions::starting_edition().unwrap();
    EditionFiles::new(shipped.iter().map(|(file, old)| (file.name().to_owned(), text(file, old)))).unwrap()
}

async fn member(house: &House, user: &str, role: &str) -> String {
    let new = NewStaff { user: user.to_owned(), display_name: format!("Dr {user}"), role: role.to_owned() };
    actions::create_staff(house.lab.store(), new, actions::Made::Lasting).await.unwrap().password
}

/// Imports and signs.
async fn signed(house: &House, files: EditionFiles) {
    let store = house.lab.store();
    let name = import_edition(store, files).await.unwrap().name;
    let user = format!("director.{name}");
    let password = member(house, &user, "director").await;
    sign_edition(store, house.lab.lockout(), &name, (&user, &password), MEANING).await.unwrap();
}

fn words<T: std::fmt::Debug>(refused: Result<T, EditionRefusal>) -> String {
    refused.unwrap_err().to_string()
}

async fn an_edition_is_imported_once_and_never_changed(engine: &Engine) {
    let house = House::production(engine);
    let store = house.lab.store();
    let files = ours("ours-1", "2026-11-20", "2.8,6.2");
    let imported = import_edition(store, files.clone()).await.unwrap();
    assert_eq!((imported.name.as_str(), imported.was_known), ("ours-1", false));
    assert!(import_edition(store, files.clone()).await.unwrap().was_known, "the same files again do nothing");
    assert!(words(import_edition(store, ours("ours-1", "2026-11-20", "2.8,6.1")).await).contains("never changed"));
    assert!(words(import_edition(store, ours("ours-1", "2026-11-21", "2.8,6.2")).await).contains("never changed"), "nor its day");
    assert_eq!(edition_files(store, "ours-1").await.unwrap(), files);
    assert_eq!(house.count("SELECT COUNT(*) FROM edition").await, 1);
    for unknown in ["ours-2", "", "ours-1\0"] {
        assert!(matches!(edition_files(store, unknown).await, Err(EditionRefusal::Unknown(_))), "{unknown:?}");
    }
}

async fn a_faulty_edition_is_not_imported(engine: &Engine) {
    let house = House::production(engine);
    // 4.0 lies inside the interval of potassium.
    let refused = import_edition(house.lab.store(), ours("ours-1", "2026-11-20", "4.0,6.2")).await;
    let Err(EditionRefusal::Faulty(troubles)) = refused else { panic!("{refused:?}") };
    assert!(troubles.iter().any(|trouble| trouble.file == "critical_limits.csv" && trouble.line > 1), "{troubles:?}");
    assert_eq!(house.count("SELECT COUNT(*) FROM edition").await, 0);
    assert_eq!(list_editions(house.lab.store(), &Zone::utc()).await.unwrap(), []);
}

async fn only_a_director_signs_with_a_password_and_a_meaning(engine: &Engine) {
    let house = House::production(engine);
    let store = house.lab.store();
    import_edition(store, ours("ours-1", "2026-11-20", "2.8,6.2")).await.unwrap();
    let (director, technologist) = (member(&house, "alder", "director").await, member(&house, "tess", "technologist").await);
    let sign = async |name: &str, user: &str, password: &str, meaning: &str| {
        sign_edition(store, house.lab.lockout(), name, (user, password), meaning).await
    };
    for (user, password) in [("alder", "wrong"), ("alder", ""), ("alder", &technologist), ("nobody", &director)] {
        let refused = sign("ours-1", user, password, MEANING).await;
        assert!(matches!(refused, Err(EditionRefusal::SignIn(SignInRefusal::WrongUserOrPassword))), "{user}: {refused:?}");
    }
    assert!(words(sign("ours-1", "tess", &technologist, MEANING).await).contains("tess is technologist"));
    for meaning in ["", "  ", "two\nlines", &"x".repeat(301)] {
        assert!(matches!(sign("ours-1", "alder", &director, meaning).await, Err(EditionRefusal::Meaning)), "{meaning:?}");
    }
    assert!(matches!(sign("ours-2", "alder", &director, MEANING).await, Err(EditionRefusal::Unknown(_))));
    assert_eq!(house.count("SELECT COUNT(*) FROM edition_signature").await, 0);

    let kept = sign("ours-1", " alder ", &director, &format!(" {MEANING} ")).await.unwrap();
    let Signature::Signed { by, at, meaning } = &kept.signature else { panic!("{kept:?}") };
    assert_eq!((by.as_str(), meaning.as_str()), ("Dr alder", MEANING));
    let listed = list_editions(store, &Zone::utc()).await.unwrap();
    assert_eq!((&listed[0].edition, listed[0].in_force), (&kept, Some(true)));
    let again = words(sign("ours-1", "alder", &director, MEANING).await);
    assert!(again.contains("was signed by Dr alder") && again.contains(&at.to_string()), "{again}");
    assert_eq!(house.count("SELECT COUNT(*) FROM journal WHERE act = 'sign_edition' AND actor LIKE 'person:%'").await, 1);
    assert_eq!(house.count("SELECT COUNT(*) FROM edition_signature s JOIN edition e ON e.digest = s.digest").await, 1);
}

async fn two_directors_at_once_leave_one_signature(engine: &Engine) {
    let house = House::production(engine);
    import_edition(house.lab.store(), ours("ours-1", "2026-11-20", "2.8,6.2")).await.unwrap();
    let mut signing = JoinSet::new();
    for user in ["alder", "birch", "cedar", "dogwood"] {
        let (lab, password) = (house.lab.clone(), member(&house, user, "director").await);
        signing.spawn(async move { sign_edition(lab.store(), lab.lockout(), "ours-1", (user, &password), MEANING).await });
    }
    let ended = signing.join_all().await;
    assert_eq!(ended.iter().filter(|ended| ended.is_ok()).count(), 1, "{ended:?}");
    assert!(ended.iter().all(|ended| matches!(ended, Ok(_) | Err(EditionRefusal::Signed { .. }))), "{ended:?}");
    assert_eq!(house.count("SELECT COUNT(*) FROM edition_signature").await, 1);
}

/// The edition that holds at a moment, whether its signature counts, and the next one with its beginning.
async fn holds(house: &House, at: &str) -> String {
    let zone = Zone::named("Europe/Berlin").unwrap();
    let Some(Holding { catalogue, next }) = holding(house.lab.store(), &zone, at.parse().unwrap(), None).await.unwrap() else {
        return "nothing".to_owned();
    };
    let named = |catalogue: &catalogue::Catalogue| {
        let edition = catalogue.edition();
        format!("{} {}", edition.name, if edition.is_signed() { "signed" } else { "unverified" })
    };
    let next = next.map_or_else(String::new, |(from, next)| format!(", from {from} {}", named(&next)));
    named(&catalogue) + &next
}

async fn what_holds_was_signed_and_has_begun(engine: &Engine) {
    let house = House::production(engine);
    assert_eq!(holds(&house, "2031-01-01T00:00:00Z").await, "nothing");
    import_edition(house.lab.store(), ours("first", "2026-11-20", "2.8,6.2")).await.unwrap();
    assert_eq!(holds(&house, "2031-01-01T00:00:00Z").await, "first unverified");
    signed(&house, ours("second", "2031-01-01", "2.8,6.1")).await;
    // Midnight in Berlin is 23:00 UTC of the day before.
    assert_eq!(holds(&house, "2030-12-31T22:59:59Z").await, "first unverified, from 2030-12-31T23:00:00Z second signed");
    assert_eq!(holds(&house, "2030-12-31T23:00:00Z").await, "second signed");

    // A laboratory that knows the next one needs nobody to tell it when it begins.
    assert!(house.lab.look_for_editions().await.unwrap(), "another than it was opened with");
    assert!(!house.lab.look_for_editions().await.unwrap());
    assert_eq!(house.lab.catalogue().edition().name, "first");
    let next = holding(house.lab.store(), &Zone::utc(), "2031-01-02T00:00:00Z".parse().unwrap(), None).await.unwrap().unwrap();
    let moment = |seconds: i64| Timestamp::from_micros(actions::now().micros() + seconds * 1_000_000);
    for (from, name) in [(moment(-1), "second"), (moment(60), "starting-2026-11d")] {
        let lab =
            house.lab_on(Holding { next: Some((from, Arc::clone(&next.catalogue))), ..actions::starting_catalogue().unwrap().into() });
        assert_eq!(lab.catalogue().edition().name, name);
    }
}

async fn a_result_keeps_the_edition_it_was_judged_by(engine: &Engine) {
    let house = House::production(engine);
    let measure = async |value: &str, counter: usize| {
        let container = house.container("M-1", &["K"]).await;
        house.measure(&container, &[potassium(value)], counter).await;
        container
    };
    let before = measure("6.15", 1).await;
    signed(&house, ours("ours-1", "2026-11-20", "2.8,6.1")).await;
    assert!(house.lab.look_for_editions().await.unwrap());
    let (critical, normal) = (measure("6.15", 2).await, measure("4.1", 3).await);
    let said = async |container: &str| {
        let line = house.results(container).await.remove(0);
        (line.gates, line.held, line.reasons.into_iter().map(|reason| reason.words).collect::<Vec<_>>().join("; "))
    };
    let unsigned = "edition starting-2026-11d of the critical limits is not signed by a laboratory director";
    // Printed 6.2, which is at the former limit.
    assert_eq!(said(&before).await, ("gates-3, starting-2026-11d".to_owned(), true, unsigned.to_owned()), "what was judged stays judged");
    assert_eq!(said(&critical).await, ("gates-3, ours-1".to_owned(), true, "6.2 is above the critical limit 6.1".to_owned()));
    assert_eq!(said(&normal).await, ("gates-3, ours-1".to_owned(), false, String::new()), "and verifies itself from now on");
}

async fn what_was_measured_by_one_edition_is_judged_by_it(engine: &Engine) {
    let house = House::production(engine);
    let container = house.container("M-1", &["K"]).await;
    // Kept, not filed yet; then another edition begins.
    house.keep(&house.first, message(&[(&container, &[potassium("4.1")])], 1)).await;
    signed(&house, ours("ours-1", "2026-11-20", "2.8,6.1")).await;
    house.lab.look_for_editions().await.unwrap();
    house.file(&house.first).await;
    assert_eq!(house.results(&container).await[0].gates, "gates-3, ours-1", "read and judged when it is filed, by one edition");
}

/// An edition of one test, which is not potassium.
fn without_potassium() -> EditionFiles {
    let shipped = actions::starting_edition().unwrap();
    let of_sodium = |text: &str| {
        let kept = text.lines().enumerate().filter(|(number, line)| *number == 0 || line.starts_with("NA,"));
        kept.map(|(_, line)| format!("{line}\n")).collect::<String>()
    };
    let text = |(file, text): (EditionFile, &str)| match file {
        EditionFile::Edition => Some("name = \"sodium-only\"\nsource = \"a test\"\neffective_from = \"2026-11-20\"\n".to_owned()),
        EditionFile::Containers | EditionFile::Methods => Some(text.to_owned()),
        EditionFile::Tests | EditionFile::TestContainers | EditionFile::CriticalLimits | EditionFile::ReferenceIntervals => {
            Some(of_sodium(text))
        }
        _ => None,
    };
    EditionFiles::new(shipped.iter().filter_map(|(file, old)| Some((file.name().to_owned(), text((file, old))?)))).unwrap()
}

async fn a_test_that_the_new_edition_lacks_is_left_to_a_person(engine: &Engine) {
    let house = House::production(engine);
    let container = house.container("M-1", &["K"]).await;
    signed(&house, without_potassium()).await;
    house.lab.look_for_editions().await.unwrap();
    house.measure(&container, &[potassium("4.1")], 1).await;
    assert!(house.results(&container).await.is_empty());
    let tasks = house.tasks().await;
    assert_eq!(tasks.len(), 1, "{tasks:?}");
    assert!(tasks[0].why.contains("K is not in the catalogue any more: edition sodium-only"), "{}", tasks[0].why);
    assert!(tasks[0].raw_line.starts_with("R|1|^^^990|4.1|"), "{}", tasks[0].raw_line);
}

async fn altered_files_are_not_used(engine: &Engine) {
    let house = House::production(engine);
    signed(&house, ours("ours-1", "2026-11-20", "2.8,6.1")).await;
    assert!(house.lab.look_for_editions().await.unwrap());
    signed(&house, ours("ours-2", "2026-11-21", "2.8,6.0")).await;
    let changed =
        house.change("UPDATE edition_file SET text = replace(text, '2.8,6.0', '2.8,9.9') WHERE file = 'critical_limits.csv'", &[]).await;
    assert_eq!(changed, 2);
    let refused = words(house.lab.look_for_editions().await);
    assert!(refused.contains("ours-2") && refused.contains("audit verify"), "{refused}");
    assert_eq!(house.lab.catalogue().edition().name, "ours-1", "it goes on with the one it has");
    assert!(matches!(edition_files(house.lab.store(), "ours-2").await, Err(EditionRefusal::Altered(_))));
}

async fn an_edition_that_makes_no_sense_lets_no_other_take_its_place(engine: &Engine) {
    let house = House::production(engine);
    signed(&house, ours("ours-1", "2026-11-20", "2.8,6.1")).await;
    signed(&house, ours("ours-2", "2026-11-21", "2.8,6.0")).await;
    assert!(house.lab.look_for_editions().await.unwrap());
    assert_eq!(house.change("UPDATE edition SET effective_from = 'soon' WHERE name = 'ours-2'", &[]).await, 1);
    let refused = words(house.lab.look_for_editions().await);
    assert!(refused.contains("edition") && refused.contains("effective_from"), "{refused}");
    assert_eq!(house.lab.catalogue().edition().name, "ours-2");
}

async fn there_is_room_for_a_thousand(engine: &Engine) {
    let house = House::production(engine);
    import_edition(house.lab.store(), ours("ours-1", "2026-11-20", "2.8,6.1")).await.unwrap();
    // Cross joins make numbers on both engines.
    let many = "WITH d (n) AS (SELECT 0 UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4 UNION ALL SELECT 5 UNION ALL \
                SELECT 6 UNION ALL SELECT 7 UNION ALL SELECT 8 UNION ALL SELECT 9), k (n) AS (SELECT a.n + 10 * b.n + 100 * c.n FROM d a, d b, d c) \
                INSERT INTO edition (id, name, source, effective_from, digest, imported_at) \
                SELECT CAST('0123456789ab' || CAST(1000 + k.n AS TEXT) AS $BLOB), 'many-' || CAST(k.n AS TEXT), source, effective_from, digest, imported_at \
                FROM edition, k WHERE k.n < 999";
    let many = if matches!(engine.target, store::Target::Postgres(_)) {
        many.replace(
            "CAST('0123456789ab' || CAST(1000 + k.n AS TEXT) AS $BLOB)",
            "convert_to('0123456789ab' || CAST(1000 + k.n AS TEXT), 'UTF8')",
        )
    } else {
        many.replace("$BLOB", "BLOB")
    };
    assert_eq!(house.change(Box::leak(many.into_boxed_str()), &[]).await, 999);
    let refused = words(import_edition(house.lab.store(), ours("ours-2", "2026-11-20", "2.8,6.1")).await);
    assert!(refused.contains("at most 1000 editions"), "{refused}");
    assert!(import_edition(house.lab.store(), ours("ours-1", "2026-11-20", "2.8,6.1")).await.unwrap().was_known);
}
