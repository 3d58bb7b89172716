//! Patients by the pages: found, registered, changed, merged by two people, and taken apart again.

use crate::house::{Answer, House, pair_of, request};
use actions::{Made, NewStaff, new_command};
use axum::body::Body;
use axum::http::header;

/// Registers somebody as the technologist; the answer.
async fn register(house: &House, mrn: &str, family: &str, given: &str, born: &str, more: &[(&str, &str)]) -> Answer {
    let mut fields = vec![("mrn", mrn), ("family_name", family), ("given_name", given), ("birth_date", born), ("sex", "F")];
    fields.extend(more);
    house.send("/patients/new", &fields).await
}

/// The value of a hidden field.
fn hidden<'a>(page: &'a str, name: &str) -> &'a str {
    let begin = page.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap_or_else(|| panic!("no field {name}: {page}"));
    begin.split('"').next().unwrap()
}

/// The numbers of the patients listed.
fn listed(page: &Answer) -> Vec<String> {
    let rows = page.text.split("data-patient=\"").skip(1);
    rows.map(|row| row.split('"').next().unwrap().to_owned()).collect()
}

async fn page_as(house: &House, roles: &str, address: &str) -> Answer {
    let cookie = house.cookie_of(roles).await;
    house.ask(request("GET", address).header(header::COOKIE, pair_of(&house.lab, &cookie)).body(Body::empty()).unwrap()).await
}

/// Somebody who can confirm: user name and password.
async fn second(house: &House, role: &str) -> (String, String) {
    let user = format!("second.{role}");
    let new = NewStaff { user: user.clone(), display_name: format!("Second {role}"), role: role.to_owned() };
    let account = actions::create_staff(house.lab.store(), new, Made::Lasting).await.unwrap();
    (user, account.password)
}

#[tokio::test]
async fn a_registered_patient_is_found_by_any_of_its_facts_in_any_order() {
    let house = House::open().await;
    let made = register(&house, "4711", "Nguyễn", "Thị Lan", "1980-03-21", &[]).await;
    assert_eq!((made.status.as_u16(), made.location()), (303, "/patients/4711?placed=1"), "{}", made.text);
    register(&house, "4712", "Nguyễn", "Văn Hùng", "1981-01-02", &[]).await;
    for (typed, numbers) in [
        ("4711", &["4711"][..]),
        ("lan+NGUYEN", &["4711"]),
        ("nguy", &["4711", "4712"]),
        ("21.03.1980+nguyen", &["4711"]),
        ("1981", &["4712"]),
        ("19810102", &["4712"]),
        ("nguyen+1982", &[]),
        ("4711+hung", &[]),
        ("4719", &[]),
        ("nguyen+x9", &[]),
        ("%3Cscript%3E", &[]),
    ] {
        let page = house.page(&format!("/patients?q={typed}")).await;
        assert_eq!((page.status.as_u16(), listed(&page)), (200, numbers.iter().map(|number| (*number).to_owned()).collect()), "{typed}");
    }
    let page = house.page("/patients/4711").await.text;
    assert!(page.contains("Nguyễn, Thị Lan") && page.contains("1980-03-21"), "{page}");
    let seen = actions::who_saw(house.lab.store(), "4711", None).await.unwrap();
    assert!(seen.is_some(), "who looks is noted");
    house.lab.write_access_log().await.unwrap();
    let seen = actions::who_saw(house.lab.store(), "4711", None).await.unwrap().unwrap().lookings;
    let kinds: Vec<&str> = seen.iter().map(|looking| looking.what.as_str()).collect();
    assert!(kinds.contains(&"patient search") && kinds.contains(&"patient"), "{kinds:?}");
}

/// People 4.1: phlebotomists and assistants search by two identifiers.
#[tokio::test]
async fn phlebotomists_and_assistants_find_by_two_identifiers_only() {
    let house = House::open().await;
    register(&house, "4711", "Nguyễn", "Lan", "1980-03-21", &[]).await;
    for role in ["phlebotomist", "assistant", "phlebotomist assistant"] {
        let cookie = house.cookie_of(role).await;
        let search = async |typed: &str| {
            let request = request("GET", &format!("/patients?q={typed}")).header(header::COOKIE, pair_of(&house.lab, &cookie));
            house.ask(request.body(Body::empty()).unwrap()).await
        };
        for too_little in ["nguyen", "nguyen+lan", "nguyen+1980", "1980-03-21", "19800321", "nguyen+1980-03"] {
            let page = search(too_little).await;
            assert!(listed(&page).is_empty() && page.text.contains("two identifiers"), "{role} {too_little}: {}", page.text);
            assert!(page.text.contains("data-needs"), "{role} {too_little}");
        }
        for enough in ["4711", "nguyen+1980-03-21", "19800321+lan"] {
            assert_eq!(listed(&search(enough).await), ["4711"], "{role} {enough}");
        }
    }
    assert_eq!(
        listed(&page_as(&house, "phlebotomist technologist", "/patients?q=nguyen").await),
        ["4711"],
        "who holds another role as well"
    );
}

#[tokio::test]
async fn who_may_be_registered_already_is_shown_first_and_nobody_is_registered_beside_them_unseen() {
    let house = House::open().await;
    register(&house, "4711", "Müller", "Anna", "1980-03-21", &[]).await;
    let shown = register(&house, "4712", "Muller", "Ana", "1980-03-21", &[]).await;
    assert_eq!(shown.status, 409);
    assert!(shown.text.contains("data-alike") && shown.text.contains("value=\"Muller\""), "what was typed stays: {}", shown.text);
    assert_eq!(listed(&shown), ["4711"]);
    assert_eq!(house.page("/patients/4712").await.status, 404);
    // Whoever was not on the page that was sent is shown.
    let stranger = new_command().to_string();
    assert_eq!(register(&house, "4712", "Muller", "Ana", "1980-03-21", &[("another", &stranger)]).await.status, 409);
    let another = hidden(&shown.text, "another").to_owned();
    assert_eq!(register(&house, "4712", "Muller", "Ana", "1980-03-21", &[("another", &another)]).await.status, 303);
    // Another birth date, and another name of the same day, are other people.
    assert_eq!(register(&house, "4713", "Muller", "Anna", "1980-03-22", &[]).await.status, 303);
    assert_eq!(register(&house, "4714", "Okafor", "Bisi", "1980-03-21", &[]).await.status, 303);
    let taken = register(&house, "4711", "Other", "Name", "1970-01-01", &[]).await;
    assert!(taken.status == 409 && taken.text.contains("number 4711 belongs to a patient who is registered"), "{}", taken.text);
    for (field, fields) in [("sex", vec![("sex", "X")]), ("mrn", vec![("mrn", "")]), ("birth_date", vec![("birth_date", "1980-02-30")])] {
        let mut all: Vec<(&str, &str)> = vec![("mrn", "1"), ("family_name", "A"), ("sex", "F"), ("birth_date", "")];
        all.retain(|(name, _)| *name != field);
        all.extend(fields);
        let refused = house.send("/patients/new", &all).await;
        assert!(refused.status == 422 && refused.text.contains(&format!("id=\"{field}-trouble\"")), "{field}: {}", refused.text);
    }
}

#[tokio::test]
async fn newborns_and_the_unknown_get_numbers_and_names_of_ours() {
    let house = House::open().await;
    register(&house, "4711", "Nguyễn", "Lan", "1990-03-21", &[]).await;
    let born = |order: &'static str, time: &'static str| [("mother", "4711"), ("birth_date", time), ("sex", "F"), ("birth_order", order)];
    let first = house.send("/patients/new", &born("1", "2026-11-22 01:05")).await;
    assert_eq!(first.status, 303, "{}", first.text);
    let page = house.page(first.location()).await.text;
    assert!(page.contains("Nguyễn, Baby girl A of Lan") && page.contains("href=\"/patients/4711\""), "{page}");
    let shown = house.send("/patients/new", &born("2", "2026-11-22 01:11")).await;
    assert_eq!((shown.status.as_u16(), listed(&shown).len()), (409, 1), "a twin is alike: {}", shown.text);
    let mut fields = born("2", "2026-11-22 01:11").to_vec();
    let another = hidden(&shown.text, "another").to_owned();
    fields.push(("another", &another));
    let second = house.send("/patients/new", &fields).await;
    assert_eq!(second.status, 303, "{}", second.text);
    assert_ne!(first.location(), second.location(), "each has a number of its own");
    for wrong in
        [[("mother", "9999"), ("birth_date", "2026-11-22"), ("sex", "F")], [("mother", "4711"), ("birth_date", "2026"), ("sex", "F")]]
    {
        assert_eq!(house.send("/patients/new", &wrong).await.status, 422, "{wrong:?}");
    }
    let unknown = house.send("/patients/new", &[("unknown", "1"), ("sex", "M")]).await;
    assert_eq!(unknown.status, 303, "{}", unknown.text);
    let address = unknown.location().split('?').next().unwrap().to_owned();
    let page = house.page(&address).await.text;
    let number = address.strip_prefix("/patients/").unwrap();
    assert!(number.starts_with("TMP-A") && page.contains(&format!("Unknown, {number}")) && page.contains("unknown person"), "{page}");
    // Somebody says who it is: the facts of before stay readable.
    let change = [
        ("command", hidden(&page, "command")),
        ("patient", hidden(&page, "patient")),
        ("seen_version", hidden(&page, "seen_version")),
        ("family_name", "Okafor"),
        ("given_name", "Bisi"),
        ("birth_date", "1971"),
        ("sex", "M"),
    ];
    assert_eq!(house.send(&format!("{address}/change"), &change).await.status, 303);
    let page = house.page(&address).await.text;
    assert!(page.contains("Okafor, Bisi") && !page.contains("unknown person") && page.contains("data-former"), "{page}");
    let again: Vec<(&str, &str)> =
        change.iter().map(|(name, value)| if *name == "command" { (*name, "") } else { (*name, *value) }).collect();
    let stale = house.send(&format!("{address}/change"), &again).await;
    assert!(stale.status == 409 && stale.text.contains("somebody changed this record since you saw it"), "{}", stale.text);
}

#[tokio::test]
async fn what_is_true_for_a_time_is_recorded_ended_and_withdrawn() {
    let house = House::open().await;
    register(&house, "4711", "Nguyễn", "Lan", "1990-03-21", &[]).await;
    let page = house.page("/patients/4711").await.text;
    let record = async |kind: &str, from: &str, until: &str| {
        let fields = [
            ("patient", hidden(&page, "patient")),
            ("seen_version", hidden(&page, "seen_version")),
            ("kind", kind),
            ("detail", "<b>kidney</b>"),
            ("from_day", from),
            ("until_day", until),
        ];
        house.send("/patients/4711/facts", &fields).await
    };
    for (kind, from, until) in [("x", "", ""), ("transplant", "yesterday", ""), ("transplant", "2026-02-01", "2026-01-01"), ("", "", "")] {
        assert_eq!(record(kind, from, until).await.status, 422, "{kind} {from} {until}");
    }
    assert_eq!(record("transplant", "2020-05-01", "").await.status, 303);
    let shown = house.page("/patients/4711").await.text;
    assert!(shown.contains("data-fact=\"transplant\"") && shown.contains("&lt;b&gt;kidney&lt;/b&gt;") && !shown.contains("<b>"), "{shown}");
    let address = shown.split("action=\"/patients/4711/facts/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let change = async |version: &str, what: &str, day: &str| {
        let fields = [("patient", hidden(&page, "patient")), ("seen_version", "1"), ("fact_version", version), ("do", what), ("day", day)];
        house.send(&format!("/patients/4711/facts/{address}"), &fields).await.status.as_u16()
    };
    assert_eq!(change("1", "end", "never").await, 422);
    assert_eq!(change("1", "end", "2026-01-31").await, 303);
    assert_eq!(change("1", "withdraw", "").await, 409, "it was seen before it ended");
    assert_eq!(change("2", "withdraw", "").await, 303);
    assert_eq!(change("3", "withdraw", "").await, 409, "withdrawn once");
    let shown = house.page("/patients/4711").await.text;
    assert!(shown.contains("data-withdrawn") && shown.contains("2026-01-31") && shown.contains("withdrawn"), "it stays readable: {shown}");
}

/// The fields of the form that merges 4712 into 4711, as the page gives them.
async fn merge_fields(house: &House) -> Vec<(String, String)> {
    let page = house.page("/patients/4711/merge?other=4712").await;
    assert_eq!(page.status, 200, "{}", page.text);
    let names = ["command", "other", "survivor", "retired", "seen_survivor", "seen_retired"];
    names.map(|name| (name.to_owned(), hidden(&page.text, name).to_owned())).to_vec()
}

async fn send(house: &House, address: &str, fields: &[(String, String)], more: &[(&str, &str)]) -> Answer {
    let fields: Vec<(&str, &str)> =
        fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).chain(more.iter().copied()).collect();
    house.send(address, &fields).await
}

#[tokio::test]
async fn two_people_merge_two_records_and_take_them_apart() {
    let house = House::open().await;
    let (accession, _) = house.order("4712", "Nguyen").await;
    register(&house, "4711", "Nguyễn", "Thị Ada", "1980-02-29", &[]).await;
    assert_eq!(house.page("/patients/4711").await.status, 404, "somebody alike is registered: shown first");
    let alike = register(&house, "4711", "Nguyễn", "Thị Ada", "1980-02-29", &[]).await;
    let another = hidden(&alike.text, "another").to_owned();
    register(&house, "4711", "Nguyễn", "Thị Ada", "1980-02-29", &[("another", &another)]).await;
    let (user, password) = second(&house, "lead").await;
    let (assistant, assistant_password) = second(&house, "assistant").await;
    let signs = [("reason", "same card"), ("second_user", user.as_str()), ("second_password", password.as_str())];

    let side = house.page("/patients/4711/merge?other=4712").await.text;
    assert!(side.contains("data-differs") && side.contains("Would move: 1 orders"), "{side}");
    let fields = merge_fields(&house).await;
    for (more, status, words) in [
        (vec![("reason", "same card")], 403, "wrong"),
        (vec![signs[0], signs[1], ("second_password", "no")], 403, "wrong"),
        (vec![signs[0], ("second_user", "tess"), ("second_password", &house.password)], 403, "cannot confirm your own act"),
        (vec![signs[0], ("second_user", &assistant), ("second_password", &assistant_password)], 403, "may not"),
        (vec![("reason", " "), signs[1], signs[2]], 422, "say why"),
    ] {
        let refused = send(&house, "/patients/4711/merge", &fields, &more).await;
        assert!(refused.status.as_u16() == status && refused.text.contains(words), "{more:?}: {} {}", refused.status, refused.text);
    }
    assert!(house.page(&format!("/orders/{accession}")).await.text.contains("4712"), "nothing moved");

    let done = send(&house, "/patients/4711/merge", &fields, &signs).await;
    assert_eq!((done.status.as_u16(), done.location()), (303, "/patients/4711"), "{}", done.text);
    let page = house.page("/patients/4711").await.text;
    assert!(page.contains(&format!("data-order=\"{accession}\"")) && page.contains("data-merged=\"4712\""), "{page}");
    assert!(page.contains("Tess Technologist, Second lead: same card"), "{page}");
    let retired = house.page("/patients/4712").await.text;
    assert!(retired.contains("data-merged-into=\"4711\""), "{retired}");
    assert!(house.page("/patients?q=4712").await.text.contains("merged into 4711"));
    let code = actions::views::patient_by_code(&house.lab, " 4712 ").await.unwrap().unwrap();
    assert!(code.mrn == "4711" && code.merged_at.is_some());
    assert!(actions::views::patient_by_code(&house.lab, "4711").await.unwrap().unwrap().merged_at.is_none());
    let again = send(&house, "/patients/4711/merge", &fields[1..], &signs).await;
    assert!(again.status == 409 && again.text.contains("was merged into record 4711 before"), "{}", again.text);

    let undo = house.page("/patients/4712/unmerge").await.text;
    let names = ["command", "merge", "patient"];
    let fields: Vec<(String, String)> = names.map(|name| (name.to_owned(), hidden(&undo, name).to_owned())).to_vec();
    let alone = send(&house, "/patients/4712/unmerge", &fields, &[("reason", "two sisters")]).await;
    assert_eq!(alone.status, 403);
    let apart = send(&house, "/patients/4712/unmerge", &fields, &signs).await;
    assert_eq!((apart.status.as_u16(), apart.location()), (303, "/patients/4712"), "{}", apart.text);
    assert!(house.page("/patients/4712").await.text.contains(&format!("data-order=\"{accession}\"")));
    assert_eq!(house.page("/patients/4712/unmerge").await.status, 404, "once");
}

#[tokio::test]
async fn with_one_person_on_shift_a_merge_waits_as_a_task() {
    let house = House::open().await;
    register(&house, "4711", "Nguyễn", "Lan", "1980-02-29", &[]).await;
    register(&house, "4712", "Okafor", "Bisi", "1970-02-28", &[]).await;
    let fields = merge_fields(&house).await;
    assert_eq!(send(&house, "/patients/4711/propose-merge", &fields, &[]).await.status, 422, "a reason is needed");
    let proposed = send(&house, "/patients/4711/propose-merge", &fields, &[("reason", "same card")]).await;
    assert_eq!((proposed.status.as_u16(), proposed.location()), (303, "/tasks"), "{}", proposed.text);
    let tasks = house.page("/tasks").await.text;
    assert!(
        tasks.contains("Records 4711 and 4712 may be of one person: same card") && tasks.contains("href=\"/patients/4712\""),
        "{tasks}"
    );
    assert!(!house.page("/patients/4712").await.text.contains("data-merged-into"));
}

#[tokio::test]
async fn names_of_any_script_and_length_are_shown_as_text() {
    let house = House::open().await;
    let long = ("x".repeat(100), "Ữ".repeat(100));
    for (mrn, family, given, asked) in [
        ("1", "<script>alert(1)</script>", "A & B", "script"),
        ("2", "محمد", "عائشة", "محمد"),
        ("3", "王", "小明", "王小"),
        ("4", long.0.as_str(), long.1.as_str(), "xxxx"),
    ] {
        assert_eq!(register(&house, mrn, family, given, "", &[]).await.status, 303, "{mrn}");
        let typed: String = asked.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let found = house.page(&format!("/patients?q={typed}")).await;
        assert_eq!(listed(&found), [mrn], "{asked}");
        for page in [found.text, house.page(&format!("/patients/{mrn}")).await.text] {
            assert!(!page.contains("<script>alert"), "{page}");
            let shown = family.replace('<', "&lt;").replace('>', "&gt;");
            assert!(page.contains(&shown) && page.contains("dir=\"auto\""), "{page}");
        }
    }
    for wrong in ["/patients?q=%00", &format!("/patients?q={}", "x".repeat(300)), "/patients/%00", "/patients/9999"] {
        let answer = house.page(wrong).await;
        assert!(answer.status != 500 && listed(&answer).is_empty(), "{wrong}: {}", answer.text);
    }
}
