//! Operating a laboratory: accounts and tokens, while it runs and while it does not; one server a folder.

use crate::engine::Engine;
use crate::http::{browse, choose_password, request};
use crate::program::{Ended, Place, Server};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

on_both!(
    accounts_are_made_while_it_runs_and_while_it_does_not,
    tokens_are_made_and_revoked_while_it_runs_and_while_it_does_not,
    a_second_server_is_refused,
    what_a_killed_server_left_behind_is_in_nobodys_way,
    a_lock_without_a_socket_is_explained,
    another_database_than_the_servers_is_refused,
    secrets_are_in_no_log_and_no_journal,
    patients_are_imported_all_or_none,
);

/// The word after a key at the beginning of a line.
fn word<'a>(ended: &'a Ended, key: &str) -> &'a str {
    assert_eq!(ended.code, Some(0), "{ended:?}");
    ended.out.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(' ')).unwrap_or_else(|| panic!("no {key}: {ended:?}"))
}

/// Whether somebody may sign in: a session's cookie is given, or not.
fn signs_in(server: &Server, user: &str, password: &str) -> bool {
    !browse(server.http, "", "POST", "/sign-in", &format!("user={user}&password={password}")).1.is_empty()
}

async fn accounts_are_made_while_it_runs_and_while_it_does_not(engine: &Engine) {
    let (place, _) = Place::with_laboratory(engine, "production");
    let add = |name: &str| place.operate("user add", &[name, "--display-name", "Åsa Müller", "--role", "technologist"]);
    let alone = add("asa");
    let server = place.serve();
    let through = add("bo.lund@example");
    for (user, made) in [("asa", &alone), ("bo.lund@example", &through)] {
        assert_eq!(word(made, "user"), user);
        assert!(word(made, "password").len() >= 30, "120 bits in hexadecimal");
        assert!(signs_in(&server, user, word(made, "password")), "{user}");
        assert!(!signs_in(&server, user, "wrong"));
        assert!(made.out.contains("\nnote the password is good once, until 20"), "{made:?}");
    }
    let chosen = choose_password(server.http, "bo.lund@example", word(&through, "password"));
    assert!(!signs_in(&server, "bo.lund@example", word(&through, "password")) && signs_in(&server, "bo.lund@example", &chosen));
    let list = "administrator\tadministrator\tone-time password\tAdministrator\nasa\ttechnologist\tone-time password\tÅsa Müller\n\
                bo.lund@example\ttechnologist\tactive\tÅsa Müller\n";
    assert_eq!(place.operate("user list", &[]).out, list);
    let reset = place.operate("user reset", &["asa"]);
    assert!(!signs_in(&server, "asa", word(&alone, "password")) && signs_in(&server, "asa", word(&reset, "password")));
    assert_eq!(place.operate("user deactivate", &["asa"]).code, Some(0));
    assert!(!signs_in(&server, "asa", word(&reset, "password")) && !signs_in(&server, "asa", "none"));
    add("asa").says(2, &["asa", "already"]);
    place.operate("user reset", &["nobody"]).says(2, &["nobody", "user list"]);
    place.operate("user add", &["A B", "--display-name", "A", "--role", "lead"]).says(2, &["user name"]);
    place
        .operate("user add", &["boss", "--display-name", "A", "--role", "boss"])
        .says(2, &["\"boss\" is no role", "technologist", "director"]);
    place.operate("user add", &["boss", "--display-name", "A", "--role", " "]).says(2, &["at least one role"]);
    assert_eq!(server.stop().code, Some(0));
    add("asa").says(2, &["asa", "already"]);
    assert_eq!(place.operate("user list", &[]).out, list.replace("asa\ttechnologist\tone-time password", "asa\ttechnologist\tdeactivated"));
    let again = place.operate("user reset", &["asa"]);
    assert!(signs_in(&place.serve(), "asa", word(&again, "password")));
}

async fn tokens_are_made_and_revoked_while_it_runs_and_while_it_does_not(engine: &Engine) {
    let (place, accounts) = Place::with_laboratory(engine, "production");
    let alone = place.operate("token new", &["middleware"]);
    let server = place.serve();
    let through = place.operate("token new", &["reports"]);
    let admits = |token: &str| request(server.http, "GET", "/api/v1/health", token, "").0 == 200;
    assert!(admits(word(&alone, "token")) && admits(word(&through, "token")) && admits(&accounts.token));
    place.operate("token new", &["reports"]).says(2, &["reports", "already"]);
    let names = |ended: &Ended| ended.out.lines().map(|line| line.split_once('\t').unwrap().1.to_owned()).collect::<Vec<_>>();
    assert_eq!(names(&place.operate("token list", &[])), ["first token", "middleware", "reports"]);
    assert_eq!(place.operate("token revoke", &["middleware"]).code, Some(0));
    assert!(!admits(word(&alone, "token")) && admits(word(&through, "token")), "from this moment on");
    place.operate("token revoke", &["middleware"]).says(2, &["middleware", "token list"]);
    assert_eq!(server.stop().code, Some(0));
    assert_eq!(place.operate("token revoke", &["first token"]).code, Some(0));
    assert_eq!(names(&place.operate("token list", &[])), ["reports"]);
}

async fn a_second_server_is_refused(engine: &Engine) {
    let (place, accounts) = Place::with_laboratory(engine, "production");
    let server = place.serve();
    let folder = place.data().to_str().unwrap();
    place.run("serve", &[]).says(3, &[folder, "in use by benchside serve, process", "stop that one"]);
    place.run("init", &[]).says(3, &[folder, "in use"]);
    assert_eq!(place.run("check", &[]).out, crate::check::SOUND, "the server looks itself");
    assert_eq!(request(server.http, "GET", "/api/v1/health", &accounts.token, "").0, 200);
}

fn mode(path: &Path) -> u32 {
    std::fs::symlink_metadata(path).unwrap().permissions().mode() & 0o777
}

async fn what_a_killed_server_left_behind_is_in_nobodys_way(engine: &Engine) {
    let (place, _) = Place::with_laboratory(engine, "production");
    let socket = place.data().join("control.sock");
    let server = place.serve();
    assert_eq!((mode(&socket), mode(&place.data().join("lock"))), (0o600, 0o600));
    server.signal("KILL");
    drop(server);
    assert!(socket.exists(), "it had no time to remove it");
    assert_eq!(place.operate("token list", &[]).code, Some(0), "the socket is dead and the lock is free: it does it itself");
    std::fs::write(place.data().join("control.sock.new"), "half made").unwrap();
    let server = place.serve();
    assert_eq!(mode(&socket), 0o600);
    assert_eq!(place.operate("token list", &[]).code, Some(0));
    assert_eq!(server.stop().code, Some(0));
    assert!(!socket.exists() && !place.data().join("control.sock.new").exists());
}

async fn a_lock_without_a_socket_is_explained(engine: &Engine) {
    let (place, _) = Place::with_laboratory(engine, "production");
    let lock = std::fs::File::options().write(true).open(place.data().join("lock")).unwrap();
    lock.lock().unwrap();
    place.operate("token list", &[]).says(3, &["in use", "control.sock", "stop it"]);
    // One that takes the connection and goes away.
    let listener = std::os::unix::net::UnixListener::bind(place.data().join("control.sock")).unwrap();
    let rude = std::thread::spawn(move || drop(listener.accept().unwrap()));
    place.operate("token list", &[]).says(3, &["in use", "control.sock"]);
    rude.join().unwrap();
    drop(lock);
    assert_eq!(place.operate("token list", &[]).code, Some(0));
}

async fn another_database_than_the_servers_is_refused(engine: &Engine) {
    let (place, _) = Place::with_laboratory(engine, "production");
    let _server = place.serve();
    let data = place.data().to_str().unwrap();
    let ended = crate::program::run(&["token", "list", "--data", data, "--database", "postgres://a:secret-word@127.0.0.1/other"]);
    ended.says(2, &["another database"]);
    assert!(!ended.err.contains("secret-word"));
}

async fn secrets_are_in_no_log_and_no_journal(engine: &Engine) {
    let (place, _) = Place::with_laboratory(engine, "production");
    let server = place.start("serve", &[], "trace");
    let added = place.operate("user add", &["asa", "--display-name", "Asa", "--role", "technologist"]);
    let reset = place.operate("user reset", &["asa"]);
    let token = place.operate("token new", &["reports"]);
    assert!(signs_in(&server, "asa", word(&reset, "password")));
    let ended = server.stop();
    let journal = place.texts("SELECT note FROM journal");
    assert!(journal.iter().any(|note| note == "reports"), "{journal:?}");
    for secret in [word(&added, "password"), word(&reset, "password"), word(&token, "token")] {
        assert!(!ended.err.contains(secret) && !ended.out.contains(secret));
        assert!(journal.iter().all(|note| !note.contains(secret)));
    }
}

async fn patients_are_imported_all_or_none(engine: &Engine) {
    let (place, accounts) = Place::with_laboratory(engine, "production");
    let file = place.data().join("patients.csv");
    let header = "mrn,family_name,given_name,birth_date,sex\n";
    let write = |lines: &str| std::fs::write(&file, format!("{header}{lines}")).unwrap();
    let import = || place.operate("import patients", &[file.to_str().unwrap()]);
    let server = place.serve();
    crate::http::order(server.http, &accounts.token, &crate::http::patient());
    let many: String = (0..1_200).map(|number| format!("I-{number},Family {number},,,U\n")).collect();
    // The last of many is bad, another belongs to somebody else: not one is taken.
    write(&format!("{many}M-1,Byron,Ada,1980-02-29,F\n"));
    let refused = import();
    refused.says(1, &["patients.csv", "1 lines", "nothing was imported"]);
    assert_eq!(refused.out, "line 1202: number M-1 belongs to a patient with another family name\n");
    write(&format!("{many}I-2000,,x,1980-13-01,Z\n"));
    let refused = import();
    refused.says(1, &["nothing was imported"]);
    assert!(refused.out.starts_with("line 1202: ") && refused.out.contains("birth_date") && refused.out.contains("sex"), "{}", refused.out);
    write(&format!("{many}M-1,lovelace,Ada,1980-02-29,F\nI-7,family 7,,,U\n"));
    assert_eq!(import().out, "1200 patients added, 2 known already\n");
    assert_eq!(server.stop().code, Some(0));
    assert_eq!(import().out, "0 patients added, 1202 known already\n", "the same without a server");
    assert_eq!(place.texts("SELECT mrn FROM patient").len(), 1_201);
    assert!(place.texts("SELECT note FROM journal WHERE act = 'import_patients'").iter().all(|note| note.parse::<u64>().is_ok()));
    // The hour of birth is kept wherever it stands: with somebody known, and in the second line of two about one.
    write("I-0,Family 0,,2026-11-22,U\nI-1,Family 1,,,U\n");
    import().says(1, &["nothing was imported"]);
    write("B-1,Baby,,2026-11-22,U\nB-2,Baby,,2026-11-22,U\nB-2,Baby,,2026-11-22 01:05,U\n");
    assert_eq!(import().out, "2 patients added, 1 known already\n");
    write("B-1,Baby,,2026-11-22T02:10,U\nB-2,Baby,,2026-11-22,U\n");
    assert_eq!(import().out, "0 patients added, 2 known already\n");
    let births = place.texts("SELECT birth_date FROM patient WHERE mrn LIKE 'B-%' ORDER BY mrn");
    assert_eq!(births, ["2026-11-22 02:10", "2026-11-22 01:05"]);
    place.operate("import patients", &[place.data().to_str().unwrap()]).says(2, &["is not a file"]);
    place.operate("import patients", &["/none/such.csv"]).says(3, &["cannot read /none/such.csv"]);
}
