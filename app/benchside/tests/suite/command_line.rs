//! Exit codes: 0 done, 1 does not hold, 2 wrong use, 3 environment.

use crate::program::run;

#[test]
fn help_is_no_mistake() {
    for arguments in [&["--help"][..], &["--version"], &["init", "--help"], &["serve", "--help"], &["demo", "--help"]] {
        let ended = run(arguments);
        assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""), "{arguments:?}");
        assert!(!ended.out.is_empty());
    }
}

#[test]
fn wrong_use_is_two() {
    let wrong: [&[&str]; 10] = [
        &[],
        &["nosuch"],
        &["init"],
        &["serve"],
        &["check"],
        &["replay"],
        &["replay", "x"],
        &["init", "--data", "x", "--realm", "nosuch"],
        &["demo", "--speed", "0"],
        &["demo", "--http", "here"],
    ];
    for arguments in wrong {
        let ended = run(arguments);
        ended.says(2, &[]);
        assert!(!ended.err.is_empty() && ended.out.is_empty(), "{arguments:?}: {ended:?}");
    }
}

#[test]
fn a_laboratory_that_is_not_there_is_the_environment() {
    let folder = tempfile::tempdir().unwrap();
    let nowhere = folder.path().join("nowhere");
    let nowhere = nowhere.to_str().unwrap();
    for subcommand in ["serve", "check"] {
        run(&[subcommand, "--data", nowhere]).says(3, &[nowhere, "benchside.toml", "benchside init"]);
    }
    assert!(!std::path::Path::new(nowhere).exists(), "looking makes nothing");
}

#[test]
fn a_database_server_that_is_not_there_is_the_environment() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().to_str().unwrap();
    // A port nobody listens on: it was free a moment ago.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let url = format!("postgres://somebody:secret-word@127.0.0.1:{port}/nowhere");
    let ended = run(&["init", "--data", data, "--database", &url]);
    ended.says(3, &[&port.to_string()]);
    assert!(!ended.err.contains("secret-word"), "passwords are not shown: {}", ended.err);
}
