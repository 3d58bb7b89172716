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

const HL7: &str = "\n[[hl7]]\nname = \"his\"\nlisten = \"127.0.0.1:0\"\n";

#[test]
fn every_fault_of_a_hospital_systems_link_is_named() {
    let engine = Engine::sqlite();
    let (place, _) = Place::with_laboratory(&engine, "production");
    let whole = format!("{HEAD}{LINK}{HL7}");
    assert_eq!(serve_briefly(&place, &whole), None, "the configuration the others are made from is sound");
    let sound = "zone = \"Europe/Berlin\"\ncharset = \"8859/1\"\nfallback_charset = \"8859/15\"\nauthority = \"LAB\"\nauthority_oid = \"1.2.3\"\n\
        repeated_order = \"earlier_answer\"\nsegment_end = \"any\"\nmessage_bytes_max = 1024\nmessage_seconds_max = 1\nidle_seconds_max = 1\nowner = \"desk\"\n";
    assert_eq!(serve_briefly(&place, &format!("{whole}{sound}")), None, "everything that may be said");
    let cases: [(String, &[&str]); 12] = [
        (whole.replace("\"his\"", "\"H I S\""), &["H I S", "a-z"]),
        (whole.replace("\"his\"", "\"c111\""), &["hl7 c111", "name of its own"]),
        (format!("{whole}{HL7}"), &["hl7 his", "name of its own"]),
        (format!("{whole}zone = \"Nowhere\"\n"), &["his", "zone", "Nowhere"]),
        (format!("{whole}charset = \"UNICODE UTF-16\"\n"), &["his", "charset", "UTF-16"]),
        (format!("{whole}fallback_charset = \"KOI\"\n"), &["his", "fallback_charset", "KOI"]),
        (format!("{whole}repeated_order = \"twice\"\n"), &["his", "repeated_order", "earlier_answer", "twice"]),
        (format!("{whole}segment_end = \"lf\"\n"), &["his", "segment_end", "any", "lf"]),
        (format!("{whole}message_bytes_max = 10\n"), &["his", "message_bytes_max", "1024"]),
        (format!("{whole}idle_seconds_max = 0\n"), &["his", "idle_seconds_max", "at least 1"]),
        (format!("{whole}authority = \"\"\n"), &["his", "authority", "OID"]),
        (format!("{whole}owner = \" \"\n"), &["his", "owner"]),
    ];
    for (text, words) in cases {
        let said = serve_briefly(&place, &text).unwrap_or_else(|| panic!("taken: {text}"));
        for word in words {
            assert!(said.contains(word), "{word:?} is missing: {said}");
        }
    }
}

#[test]
fn the_command_line_says_where_the_only_hospital_system_is_listened_for() {
    let engine = Engine::sqlite();
    let (place, _) = Place::with_laboratory(&engine, "production");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    for hl7 in ["", HL7] {
        place.configure(&format!("{HEAD}{LINK}{hl7}"));
        place.run("serve", &["--mllp", &address]).says(3, &["link his", &address, "free address"]);
    }
    place.configure(&format!("{HEAD}{LINK}{HL7}{}", HL7.replace("his", "adm")));
    place.run("serve", &["--mllp", &address]).says(2, &["--mllp", "several"]);
}
