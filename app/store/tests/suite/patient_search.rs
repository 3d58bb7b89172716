//! Patients found by the words of their names, by birth date and by number, on both engines.

use crate::harness::*;
use kernel::{PatientId, PatientIdentifierId};
use store::Store;
use store::repositories::patient_search::{Asked, Found, NamesFrom, born, numbered, search, words_beginning};
use store::repositories::patients::{PatientRecord, Registration, add_identifier, add_patients, change_facts, entry_by_number};
use uuid::Uuid;

on_both!(
    a_name_is_found_by_each_of_its_words_and_by_two_together,
    a_walk_goes_on_behind_what_it_gave,
    another_name_takes_the_place_of_the_one_before,
    a_birth_date_finds_the_day_with_and_without_the_hour,
    a_number_finds_whoever_has_it_of_any_authority,
    a_name_of_many_words_is_kept,
    all_that_is_asked_for_must_fit_and_whole_words_come_first,
    what_is_looked_at_is_bounded_and_says_so,
);

fn id(number: u128) -> PatientId {
    PatientId::from_uuid(Uuid::from_u128(number))
}

fn record(number: u128, family: &str, given: &str, birth_date: &str) -> PatientRecord {
    let (family_name, given_name) = (family.to_owned(), given.to_owned());
    PatientRecord {
        id: id(number),
        mrn: format!("M-{number}"),
        family_name,
        given_name,
        birth_date: birth_date.to_owned(),
        sex: "U".to_owned(),
    }
}

fn house(engine: &Engine) -> Store {
    let store = engine.open();
    let patients = [
        record(1, "Nguyễn", "Thị Lan", "1980-03-21"),
        record(2, "Nguyễn", "Văn Lâm", "1980-03-21 06:30"),
        record(3, "Nguyen", "Lan", "1980-03"),
        record(4, "Lang", "Thierry", "1980"),
        record(5, "王", "小明", ""),
    ];
    write(&store, move |tx| {
        add_patients(tx, &patients.iter().collect::<Vec<_>>(), &Registration::default(), NOW)?;
        done("")
    })
    .wait()
    .unwrap();
    store
}

/// The numbers of all that a walk finds, in its order.
fn found(store: &Store, first: &'static str, beginning: &'static str) -> Vec<u128> {
    let all = read(store, move |reader| NamesFrom::new(first, beginning).next(reader, 100));
    all.into_iter().map(|entry| entry.patient.id.uuid().as_u128()).collect()
}

fn a_name_is_found_by_each_of_its_words_and_by_two_together(engine: &Engine) {
    let store = house(engine);
    assert_eq!(found(&store, "", "nguyen"), [1, 2, 3]);
    // lam, lan, lan, lang.
    assert_eq!(found(&store, "", "la"), [2, 1, 3, 4]);
    assert_eq!(found(&store, "nguyen", "lan"), [1, 3]);
    assert_eq!(found(&store, "lan", "nguyen"), [1, 3]);
    assert_eq!(found(&store, "nguyen", ""), [2, 1, 3, 1, 2], "every other word: lam, lan, lan, thi, van");
    assert_eq!(found(&store, "thierry", "lan"), [4]);
    assert_eq!(found(&store, "", "王"), [5, 5], "the family name, and all of it in one word");
    assert_eq!(found(&store, "", "王小"), [5]);
    assert_eq!(found(&store, "", "x"), Vec::<u128>::new());
    let words = |beginning, limit| read(&store, move |reader| words_beginning(reader, beginning, limit));
    assert_eq!(words("l", 10), ["lam", "lan", "lang"]);
    assert_eq!(words("l", 2), ["lam", "lan"]);
    assert_eq!(words("", 100).len(), 10, "lam lan lang nguyen thi thierry van, 小明 王 王小明");
    store.close();
}

fn a_walk_goes_on_behind_what_it_gave(engine: &Engine) {
    let store = house(engine);
    let walked = read(&store, |reader| {
        let mut walk = NamesFrom::new("", "la");
        let mut all = Vec::new();
        loop {
            let some = walk.next(reader, 1)?;
            let Some(one) = some.first() else { return Ok(all) };
            all.push(one.patient.id.uuid().as_u128());
        }
    });
    assert_eq!(walked, [2, 1, 3, 4]);
    store.close();
}

fn another_name_takes_the_place_of_the_one_before(engine: &Engine) {
    let store = house(engine);
    let change = |family: &'static str, given: &'static str| {
        write(&store, move |tx| {
            let seen = entry_by_number(tx, "M-1", "")?.unwrap();
            let facts = PatientRecord { family_name: family.to_owned(), given_name: given.to_owned(), ..seen.patient.clone() };
            assert!(change_facts(tx, &seen, &facts, false, "person:one", NOW)?);
            done("")
        })
        .wait()
        .unwrap();
    };
    change("Trần", "Thị Lan");
    assert_eq!(
        (found(&store, "", "nguyen"), found(&store, "nguyen", "lan"), found(&store, "lan", "nguyen")),
        (vec![2, 3], vec![3], vec![3])
    );
    assert_eq!((found(&store, "", "tran"), found(&store, "tran", "lan"), found(&store, "thi", "lan")), (vec![1], vec![1], vec![1]));
    // Only the spelling: the words are the same.
    change("TRAN", "Thi Lan");
    assert_eq!(found(&store, "tran", "lan"), [1]);
    store.close();
}

fn a_birth_date_finds_the_day_with_and_without_the_hour(engine: &Engine) {
    let store = house(engine);
    let on = |date: &'static str, exactly| {
        let all = read(&store, move |reader| born(reader, date, exactly, 100));
        all.into_iter().map(|entry| entry.patient.id.uuid().as_u128()).collect::<Vec<_>>()
    };
    assert_eq!(on("1980-03-21", false), [1, 2]);
    assert_eq!(on("1980-03-21", true), [1]);
    assert_eq!((on("1980", false), on("1980-03", false)), (vec![4, 3, 1, 2], vec![3, 1, 2]));
    assert_eq!((on("1980", true), on("1980-03", true)), (vec![4], vec![3]));
    store.close();
}

fn a_number_finds_whoever_has_it_of_any_authority(engine: &Engine) {
    let store = house(engine);
    write(&store, |tx| {
        let other = PatientRecord { mrn: "M-1".to_owned(), ..record(6, "Other", "", "") };
        add_patients(tx, &[&other], &Registration { authority: "CLINIC".to_owned(), ..Registration::default() }, NOW)?;
        add_identifier(tx, PatientIdentifierId::from_uuid(Uuid::from_u128(1)), ("M-1", "INSURER", "HC"), id(3), NOW)?;
        add_identifier(tx, PatientIdentifierId::from_uuid(Uuid::from_u128(2)), ("M-1", "STATE", "SS"), id(1), NOW)?;
        done("")
    })
    .wait()
    .unwrap();
    let all = read(&store, |reader| numbered(reader, "M-1", 10));
    assert_eq!(all.into_iter().map(|entry| entry.patient.id).collect::<Vec<_>>(), [id(1), id(6), id(3)]);
    store.close();
}

/// As many words as fit into a name: each is found, and those in front also in pairs.
fn a_name_of_many_words_is_kept(engine: &Engine) {
    let store = engine.open();
    let words = |from: u32| (from..from + 50).map(|number| char::from_u32(number).unwrap().to_string()).collect::<Vec<_>>().join(" ");
    // 100 letters of their own: Chinese ones, which do not fold together.
    let (family, given) = (words(0x4E00), words(0x4F00));
    write(&store, move |tx| {
        add_patients(tx, &[&record(1, &family, &given, "")], &Registration::default(), NOW)?;
        done("")
    })
    .wait()
    .unwrap();
    let count = |text| engine.rows(text)[0][0].clone();
    assert_eq!(count("SELECT COUNT(*) FROM patient_name WHERE words LIKE ' %'"), "100");
    assert_eq!(count("SELECT COUNT(*) FROM patient_name WHERE words NOT LIKE ' %'"), "56", "8 words in front of 7 others");
    store.close();
}

fn asked(typed: &str, born: &str, number: &str) -> Asked {
    let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    Asked { words: kernel::asked_words(typed), born: some(born), number: some(number) }
}

fn searched(store: &Store, asked: Asked, limit: u32) -> (Vec<u128>, bool) {
    let Found { patients, more } = read(store, move |reader| search(reader, &asked, limit));
    (patients.into_iter().map(|entry| entry.patient.id.uuid().as_u128()).collect(), more)
}

fn all_that_is_asked_for_must_fit_and_whole_words_come_first(engine: &Engine) {
    let store = house(engine);
    for (typed, born, number, expected) in [
        ("", "", "", &[][..]),
        ("lan", "", "", &[3, 1, 4]),
        ("NGUYỄN, la", "", "", &[3, 1, 2]),
        ("lan nguyen", "", "", &[3, 1]),
        ("ng th", "", "", &[1]),
        ("lan thi nguyen", "", "", &[1]),
        ("lan thi nguyen x", "", "", &[]),
        ("小明", "", "", &[5]),
        ("王小明", "", "", &[5]),
        // Of two the day is not known, and may be this one.
        ("", "1980-03-21", "", &[4, 3, 1, 2]),
        ("nguyen", "1980-03-21", "", &[3, 1, 2]),
        ("nguyen", "1980-03-22", "", &[3]),
        ("van", "1980", "", &[2]),
        ("van", "1981", "", &[]),
        ("", "1980-03", "", &[3, 1, 2]),
        ("", "", "M-2", &[2]),
        ("lam", "1980-03-21", "M-2", &[2]),
        ("lan", "", "M-2", &[]),
        ("", "1980-03-22", "M-2", &[]),
    ] {
        assert_eq!(searched(&store, asked(typed, born, number), 50), (expected.to_vec(), false), "{typed} {born} {number}");
    }
    store.close();
}

fn what_is_looked_at_is_bounded_and_says_so(engine: &Engine) {
    let store = engine.open();
    // 1,200 of one family name; one of them, the last, has a given name that fits.
    let given =
        |number: u128| if number == 1_200 { "Thi Zoe".to_owned() } else { format!("Thi {}", ["Lan", "Mai", "Hoa"][number as usize % 3]) };
    let patients: Vec<PatientRecord> = (1..=1_200).map(|number| record(number, "Nguyen", &given(number), "1980-03-21")).collect();
    write(&store, move |tx| {
        add_patients(tx, &patients.iter().collect::<Vec<_>>(), &Registration::default(), NOW)?;
        done("")
    })
    .wait()
    .unwrap();
    let count = |typed, born| {
        let (found, more) = searched(&store, asked(typed, born, ""), 50);
        (found.len(), more)
    };
    assert_eq!((count("nguyen", ""), count("n", ""), count("nguyen thi", "")), ((50, true), (50, true), (50, true)));
    assert_eq!(count("thi nguyen z", ""), (1, false), "a rare word leads, however short");
    assert_eq!((count("zoe nguyen", ""), count("zoe", ""), count("nguyen zoe thi", "")), ((1, false), (1, false), (1, false)));
    assert_eq!(count("thi nguyen m", "1979"), (0, true), "too many have each of the words: it says that not all were looked at");
    assert_eq!(count("", "1980-03-21"), (50, true));
    assert_eq!(count("nguyen", "1981"), (0, true));
    store.close();
}
