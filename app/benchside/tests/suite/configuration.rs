//! Configurations that cannot be used: each is refused with the file, what is wrong with it and what to do.

use crate::engine::Engine;
use crate::program::{LINK, Place};

const HEAD: &str = "realm = \"production\"\nsite_prefix = \"A\"\nzone = \"UTC\"\nhttp = \"127.0.0.1:0\"\n";

#[test]
fn every_fault_of_a_configuration_is_named() {
    let engine = Engine::sqlite();
    let (place, _) = Place::with_laboratory(&engine, "production");
    let file = place.file();
    let whole = format!("{HEAD}{LINK}");
    assert_eq!(serve_briefly(&place, &whole), None, "the configuration the others are made from is sound");
    let both_ends = format!("{whole}[sign_in]\nlock_after_seconds = 5\nadministrator_lock_after_seconds = 3600\n");
    assert_eq!(serve_briefly(&place, &both_ends), None);
    let cases: [(String, &[&str]); 22] = [
        ("realm = ".to_owned(), &["line 1"]),
        (whole.replace("zone", "zone_"), &["zone_", "site_prefix"]),
        (whole.replace("site_prefix = \"A\"\n", ""), &["site_prefix"]),
        (whole.replace("\"A\"", "7"), &["line 2", "string"]),
        (whole.replace("production", "nosuch"), &["nosuch", "realm", "production"]),
        (whole.replace("\"A\"", "\"\""), &["site_prefix", "capital letters"]),
        (whole.replace("\"A\"", "\"abc\""), &["site_prefix", "abc", "capital letters"]),
        (whole.replace("\"UTC\"", "\"Europe/Atlantis\""), &["zone", "Europe/Atlantis"]),
        (whole.replace("http = \"127.0.0.1:0\"", "http = \"here\""), &["line 4", "http"]),
        (whole.replace("roche_cobas_c", "nosuch"), &["link c111", "nosuch", "roche_cobas_c"]),
        (whole.replace("\"c111\"", "\"C 111\""), &["C 111", "a-z"]),
        (format!("{whole}{LINK}"), &["link c111", "twice"]),
        (format!("{whole}protocol = \"hl7\"\n"), &["link c111", "hl7", "lis2"]),
        (format!("{whole}zone = \"Nowhere\"\n"), &["link c111", "zone", "Nowhere"]),
        (format!("{whole}decimal_mark = \";\"\n"), &["link c111", "decimal_mark", ";"]),
        (format!("{whole}listens = \"127.0.0.1:0\"\n"), &["listens", "listen"]),
        (format!("{whole}mapping = \"nosuch.csv\"\n"), &["link c111", "nosuch.csv"]),
        (format!("{whole}owner = \"\"\n"), &["link c111", "owner"]),
        (format!("{whole}[sign_in]\nlock_after_seconds = 4\n"), &["sign_in", "lock_after_seconds", "4", "between 5 and 3600"]),
        (format!("{whole}[sign_in]\nadministrator_lock_after_seconds = 3601\n"), &["administrator_lock_after_seconds", "3601"]),
        (format!("{whole}[sign_in]\nlock_after_seconds = \"10 min\"\n"), &["lock_after_seconds", "u32"]),
        (format!("{whole}[sign_in]\nlock_after = 10\n"), &["lock_after", "lock_after_seconds"]),
    ];
    for (text, words) in cases {
        let said = serve_briefly(&place, &text).unwrap_or_else(|| panic!("taken: {text}"));
        assert!(said.contains(file.to_str().unwrap()), "the file is not named: {said}");
        for word in words {
            assert!(said.contains(word), "{word:?} is missing: {said}");
        }
    }
}

/// What `serve` says of a configuration with exit code 2 or 3; nothing where it serves.
fn serve_briefly(place: &Place<'_>, text: &str) -> Option<String> {
    place.configure(text);
    // A port of its own that is taken ends a sound server at once, and after the configuration was read.
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let ended = place.run("serve", &["--http", &address]);
    if ended.err.contains(&address) {
        return None;
    }
    assert!(matches!(ended.code, Some(2 | 3)), "{ended:?}");
    Some(ended.err)
}

#[test]
fn a_mapping_of_the_sites_own_is_read_and_its_faults_are_named() {
    let engine = Engine::sqlite();
    let (place, _) = Place::with_laboratory(&engine, "production");
    let mapping = place.data().join("ours.csv");
    std::fs::write(&mapping, "code,test,method,source\n990,K,,manual\n990,NOSUCH,,manual\n").unwrap();
    let said = serve_briefly(&place, &format!("{HEAD}{LINK}mapping = \"ours.csv\"\n")).expect("taken");
    for word in [mapping.to_str().unwrap(), "line 3", "NOSUCH"] {
        assert!(said.contains(word), "{word:?} is missing: {said}");
    }
    std::fs::write(&mapping, "code,test,method,source\n990,K,,manual\n").unwrap();
    assert_eq!(serve_briefly(&place, &format!("{HEAD}{LINK}mapping = \"ours.csv\"\n")), None);
}
