//! Editions in a laboratory: imported, held against the one before, signed and at work, with and without a server.

use crate::engine::Engine;
use crate::http::{api, choose_password, order, patient, request};
use crate::program::{Place, Server, potassium, run, send, until};
use std::fs;
use std::path::PathBuf;

on_both!(
    a_director_signs_what_a_server_then_judges_by,
    without_a_server_it_is_the_same,
    an_edition_that_an_analysers_mapping_does_not_fit_is_not_signed,
    what_ships_is_only_where_a_laboratory_begins,
);

const MEANING: &str = "reviewed and approved for this laboratory";

/// The shipped edition as house-1, critical for grown people above 6.1 mmol/L.
fn house_1(place: &Place<'_>) -> PathBuf {
    let folder = place.data().join("house-1");
    assert_eq!(run(&["edition", "export", folder.to_str().unwrap()]).code, Some(0));
    let change = |file: &str, from: &str, to: &str| {
        let text = fs::read_to_string(folder.join(file)).unwrap();
        assert_eq!(text.matches(from).count(), 1, "{from} in {file}");
        fs::write(folder.join(file), text.replace(from, to)).unwrap();
    };
    change("edition.toml", "starting-2026-11d", "house-1");
    change("critical_limits.csv", "K,A,28,54787.5,,,,,2.8,6.2,", "K,A,28,54787.5,,,,,2.8,6.1,");
    folder
}

/// Makes a director, who chooses a password at a server's pages.
fn director(place: &Place<'_>, server: &Server) -> String {
    let added = place.operate("user add", &["alder", "--display-name", "Dr Ada Alder", "--role", "director"]);
    let one_time = added.out.lines().find_map(|line| line.strip_prefix("password ")).unwrap();
    sign(place, one_time).says(2, &["this is a one-time password", "choose your own first"]);
    choose_password(server.http, "alder", one_time)
}

fn sign(place: &Place<'_>, password: &str) -> crate::program::Ended {
    let words = ["house-1", "--user", "alder", "--meaning", MEANING];
    place.operate_with_input("edition sign", &words, &format!("{password}\n"))
}

/// Sends a potassium and waits for its result: the edition it names, and whether it is held.
fn measured(server: &Server, token: &str, value: &str) -> (String, bool) {
    let (_, container) = order(server.http, token, &patient());
    assert!(send(server.link(), &potassium(&container, value)));
    let line = until("a result", || {
        let found = api(server.http, token, &format!("/api/v1/containers/{container}/results"));
        found["results"].as_array().and_then(|results| results.first().cloned())
    });
    (line["gates"].as_str().unwrap().to_owned(), line["state"] == "held")
}

async fn a_director_signs_what_a_server_then_judges_by(engine: &Engine) {
    let (place, accounts) = Place::with_laboratory(engine, "production");
    let server = place.serve();
    let folder = house_1(&place);
    let unsigned = "starting-2026-11d is unverified: no laboratory director has signed it";
    assert!(request(server.http, "GET", "/sign-in", "", "").1.contains(unsigned));
    assert_eq!(measured(&server, &accounts.token, "4.1"), ("gates-3, starting-2026-11d".to_owned(), true));

    let imported = place.operate("edition import", &[folder.to_str().unwrap()]);
    assert!(imported.code == Some(0) && imported.out.contains("house-1 is imported; it is unverified"), "{imported:?}");
    let differs = place.operate("edition diff", &["house-1", "--from", "starting-2026-11d"]);
    assert!(differs.out.contains("  ~ K A 28 54787.5: high 6.2 → 6.1"), "{differs:?}");
    let password = director(&place, &server);
    sign(&place, "not it").says(2, &["user name or password is wrong"]);
    sign(&place, "").says(2, &["user name or password is wrong"]);
    let signed = sign(&place, &password);
    assert_eq!(signed.code, Some(0), "{signed:?}");
    assert!(signed.out.contains("house-1 signed by Dr Ada Alder at ") && signed.out.contains(MEANING), "{}", signed.out);
    assert!(!signed.out.contains(&password) && !signed.err.contains(&password));
    sign(&place, &password).says(1, &["house-1 was signed by Dr Ada Alder"]);

    // At once, without a restart.
    assert!(!request(server.http, "GET", "/sign-in", "", "").1.contains("is unverified"));
    assert_eq!(measured(&server, &accounts.token, "4.1"), ("gates-3, house-1".to_owned(), false));
    assert_eq!(measured(&server, &accounts.token, "6.2"), ("gates-3, house-1".to_owned(), true), "above 6.1");
    let listed = place.operate("edition list", &[]);
    let holds = "house-1\tfrom 2026-11-22\tin force\tsigned by Dr Ada Alder at ";
    assert!(
        listed.out.contains(holds) && listed.out.contains("starting-2026-11d\tfrom 2026-11-22\tnot in force\tunverified"),
        "{listed:?}"
    );
    let ended = server.stop();
    assert!(!ended.err.contains(&password), "no password in the log");
    assert_eq!(place.operate("audit verify", &[]).code, Some(0));
    assert_eq!(place.run("check", &[]).code, Some(0));
    // And it still holds after a restart.
    assert_eq!(measured(&place.serve(), &accounts.token, "4.1").0, "gates-3, house-1");
}

async fn without_a_server_it_is_the_same(engine: &Engine) {
    let (place, _) = Place::with_laboratory(engine, "production");
    let listed = place.operate("edition list", &[]);
    assert!(listed.out.starts_with("starting-2026-11d\tfrom 2026-11-22\tin force, unverified\tunverified\t"), "{listed:?}");
    let folder = house_1(&place);
    assert_eq!(place.operate("edition import", &[folder.to_str().unwrap()]).code, Some(0));
    assert!(place.operate("edition import", &[folder.to_str().unwrap()]).out.contains("nothing was done"));
    fs::write(folder.join("panels.csv"), "code,name,bench,tests,source\nONE,One,CHEM,NA,here\n").unwrap();
    place.operate("edition import", &[folder.to_str().unwrap()]).says(1, &["house-1 is here with other files", "name of its own"]);
    fs::write(folder.join("panels.csv"), "code,name,bench,tests,source\nONE,One,CHEM,NOSUCH,here\n").unwrap();
    let faulty = place.operate("edition import", &[folder.to_str().unwrap()]);
    faulty.says(1, &["the edition cannot be used: 1 fault"]);
    assert!(faulty.out.contains("panels.csv, line 2: "), "{faulty:?}");
    let password = director(&place, &place.serve());
    assert_eq!(sign(&place, &password).code, Some(0));
    // What holds, written out again, is what was imported.
    let back = place.data().join("back");
    assert_eq!(place.operate("edition export", &[back.to_str().unwrap()]).code, Some(0));
    let differs = place.operate("edition diff", &["starting-2026-11d"]);
    assert!(
        differs.out.starts_with("edition starting-2026-11d, against house-1\n") && differs.out.contains("high 6.1 → 6.2"),
        "{differs:?}"
    );
    let limits = fs::read_to_string(back.join("critical_limits.csv")).unwrap();
    assert!(limits.contains("K,A,28,54787.5,,,,,2.8,6.1,") && back.join("LOINC-NOTICE.md").is_file());
    // Evidence by the laboratory's own edition: 6.2 is critical by it, and not by what ships. It names what was signed.
    let cases = place.data().join("cases");
    fs::create_dir(&cases).unwrap();
    let case = r#"[{"id": "k", "input": {"test": "K", "sex": "M", "age_days": 14610, "value": 6.2}, "expected": "HH 3.5-5.1"}]"#;
    fs::write(cases.join("reference_flags.json"), case).unwrap();
    let (cases, of_ours) = (cases.to_str().unwrap(), back.to_str().unwrap());
    assert_eq!(run(&["validate", "--cases", cases]).code, Some(1));
    let evidence = run(&["validate", "--cases", cases, "--edition", of_ours, "--json", "--who", "Tess"]).json();
    assert_eq!((evidence["edition"]["name"].as_str(), evidence["holds"].as_bool()), (Some("house-1"), Some(true)), "{evidence}");
    let listed = place.operate("edition list", &[]).out;
    let line = listed.lines().find(|line| line.starts_with("house-1\t")).unwrap();
    assert!(line.contains(&format!("\tsha256 {}\t", evidence["edition"]["sha256"].as_str().unwrap())), "{line}");
    place.operate("edition export", &[back.to_str().unwrap()]).says(2, &["back", "exists"]);
    for unknown in ["house-2", "../house-1"] {
        place.operate("edition diff", &[unknown]).says(2, &["there is no edition", "edition list"]);
    }
}

async fn an_edition_that_an_analysers_mapping_does_not_fit_is_not_signed(engine: &Engine) {
    let (place, _) = Place::with_laboratory(engine, "production");
    fs::write(place.data().join("ours.csv"), "code,test,method,source\n990,K,,here\n1,GHOST,,here\n").unwrap();
    let configuration = fs::read_to_string(place.file()).unwrap();
    let folder = house_1(&place);
    assert_eq!(place.operate("edition import", &[folder.to_str().unwrap()]).code, Some(0));
    let password = director(&place, &place.serve());
    place.configure(&configuration.replace("listen =", "mapping = \"ours.csv\"\nlisten ="));
    sign(&place, &password).says(1, &["house-1 does not fit the analysers", "ours.csv, line 3", "GHOST"]);
    place.configure(&configuration);
    assert_eq!(sign(&place, &password).code, Some(0));
}

/// As after an update of the program: what ships with it is not the edition that the laboratory has.
async fn what_ships_is_only_where_a_laboratory_begins(engine: &Engine) {
    let (place, accounts) = Place::with_laboratory(engine, "production");
    place.change("DELETE FROM edition_file");
    place.change("DELETE FROM edition");
    let folder = house_1(&place);
    assert_eq!(place.operate("edition import", &[folder.to_str().unwrap()]).code, Some(0));
    let server = place.serve();
    assert_eq!(measured(&server, &accounts.token, "4.1").0, "gates-3, house-1");
    let listed = place.operate("edition list", &[]);
    assert!(listed.out.lines().count() == 1 && listed.out.starts_with("house-1\t"), "{listed:?}");
}
