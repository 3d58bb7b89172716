//! A throwaway PostgreSQL for the tests: a real one with fsync on, of its own, on loopback, gone afterwards.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::cleanup::{self, Ward};
use crate::outcome::Failure;
use crate::process;

/// The variable by which tests learn of the cluster: the address of a superuser.
pub(crate) const ADDRESS_VARIABLE: &str = "BENCHSIDE_TEST_POSTGRES";

/// How long the server may take to accept connections.
const START_WAIT_MAX: Duration = Duration::from_secs(60);
/// A port found free may be taken a moment later; this often another is tried.
const START_TRIES_MAX: u32 = 4;
/// Every test makes its own database with several workers.
const CONNECTIONS_MAX: u32 = 300;
const FOLDER_PREFIX: &str = "postgres-";

/// A running cluster. Dropping it stops the server and removes its files.
pub(crate) struct Cluster {
    port: u16,
    // Declared in the order in which they must go: first the server, then its files.
    _server: Ward,
    _child: Child,
    _folder: Ward,
}

impl Cluster {
    /// Makes a cluster under `target/` and starts it.
    pub(crate) fn start(target: &Path) -> Result<Cluster, Failure> {
        let programs =
            find_programs().ok_or_else(|| Failure::Environment("initdb of PostgreSQL was not found; install postgresql".into()))?;
        sweep(target);
        let user = server_user();
        let home = home(target, user.as_deref())?;
        let folder = Ward::folder(&home);
        let data = home.join("data");
        make_data(&programs, user.as_deref(), &data)?;
        let mut trouble = String::new();
        for _ in 0..START_TRIES_MAX {
            match serve(&programs, user.as_deref(), &data) {
                Ok((child, server, port)) => return Ok(Cluster { port, _server: server, _child: child, _folder: folder }),
                Err(what) => trouble = what,
            }
        }
        let log = std::fs::read_to_string(home.join("log")).unwrap_or_default();
        Err(Failure::Environment(format!("PostgreSQL does not start: {trouble}\n{log}")))
    }

    /// The superuser's address.
    pub(crate) fn address(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }
}

/// The folder of `initdb` and `postgres`: the newest under Debian's place, else whatever stands on the path.
pub(crate) fn find_programs() -> Option<PathBuf> {
    let debian = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten().map(|entry| entry.path());
    let mut versions: Vec<(u32, PathBuf)> =
        debian.filter_map(|path| Some((path.file_name()?.to_str()?.parse().ok()?, path.join("bin")))).collect();
    versions.sort();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let newest_first = versions.into_iter().rev().map(|(_, bin)| bin);
    newest_first.chain(std::env::split_paths(&path)).find(|bin| bin.join("initdb").is_file() && bin.join("postgres").is_file())
}

/// Removes what an earlier run that was killed outright left behind.
fn sweep(target: &Path) {
    let entries = std::fs::read_dir(target).into_iter().flatten().flatten();
    let left = entries.filter(|entry| {
        let name = entry.file_name();
        let owner = name.to_str().and_then(|name| name.strip_prefix(FOLDER_PREFIX)).and_then(|pid| pid.parse().ok());
        owner.is_some_and(|pid| !cleanup::is_running(pid))
    });
    // What cannot be removed is in nobody's way: every cluster has its own name and port.
    left.for_each(|entry| drop(std::fs::remove_dir_all(entry.path())));
}

/// PostgreSQL refuses to run as root; then it runs as the account Debian made for it, or as nobody.
fn server_user() -> Option<String> {
    if !is_root() {
        return None;
    }
    let accounts = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let known = accounts.lines().any(|line| line.starts_with("postgres:"));
    Some(if known { "postgres".into() } else { "nobody".into() })
}

/// Whether this program runs as root.
pub(crate) fn is_root() -> bool {
    process::output(process::command("id", &["-u"])).is_ok_and(|id| id.trim() == "0")
}

/// A folder of our own that the server's user can reach: under `target/`, or where that is closed to others, a temporary one.
fn home(target: &Path, user: Option<&str>) -> Result<PathBuf, Failure> {
    let name = format!("{FOLDER_PREFIX}{}", std::process::id());
    let candidates = [target.join(&name), std::env::temp_dir().join(format!("benchside-{name}"))];
    for home in &candidates {
        let Some(user) = user else {
            if std::fs::create_dir_all(home).is_ok() {
                return Ok(home.clone());
            }
            continue;
        };
        let made = std::fs::create_dir_all(home).is_ok() && succeeds(process::command("chown", &[user]).arg(home));
        let mut reach = as_user(Some(user), Path::new("test"));
        if made && succeeds(reach.arg("-w").arg(home)) {
            return Ok(home.clone());
        }
        drop(std::fs::remove_dir_all(home));
    }
    Err(Failure::Environment(format!(
        "no folder for PostgreSQL: neither {} nor {} can be used",
        shown(&candidates, 0),
        shown(&candidates, 1)
    )))
}

fn shown(candidates: &[PathBuf], at: usize) -> String {
    candidates.get(at).map(|path| path.display().to_string()).unwrap_or_default()
}

fn succeeds(command: &mut Command) -> bool {
    command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

/// A command under the server's account. On Linux it is also interrupted, which stops a PostgreSQL at once, when we are killed outright.
fn as_user(user: Option<&str>, program: &Path) -> Command {
    let setpriv_works = succeeds(&mut process::command("setpriv", &["--pdeathsig", "keep", "true"]));
    if !setpriv_works {
        return match user {
            None => Command::new(program),
            Some(user) => {
                let mut command = process::command("runuser", &["-u", user, "--"]);
                command.arg(program);
                command
            }
        };
    }
    let mut command = process::command("setpriv", &["--pdeathsig", "INT"]);
    if let Some(user) = user {
        command.args(["--reuid", user, "--regid", user, "--init-groups"]);
    }
    command.arg("--").arg(program);
    command
}

fn make_data(programs: &Path, user: Option<&str>, data: &Path) -> Result<(), Failure> {
    let mut command = as_user(user, &programs.join("initdb"));
    command.arg("--pgdata").arg(data);
    // Trust only holds on loopback, and the cluster lives for minutes. Making it needs no fsync; running it does, and has it.
    command.args(["--username", "postgres", "--auth", "trust", "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync"]);
    if version(programs).is_some_and(|version| version >= 15) {
        // A database whose own order is not byte order shows where a COLLATE "C" was forgotten.
        command.args(["--locale-provider", "icu", "--icu-locale", "en"]);
    }
    let output = command.current_dir("/").output().map_err(|trouble| Failure::Environment(format!("initdb cannot be run: {trouble}")))?;
    let said = String::from_utf8_lossy(&output.stderr);
    if output.status.success() { Ok(()) } else { Err(Failure::Environment(format!("initdb failed ({}): {said}", output.status))) }
}

fn version(programs: &Path) -> Option<u32> {
    let mut command = Command::new(programs.join("postgres"));
    command.arg("--version");
    let said = process::output(command).ok()?;
    said.split_whitespace().find_map(|word| word.split('.').next()?.parse().ok())
}

/// Starts the server on a free port and waits until it says that it is ready.
fn serve(programs: &Path, user: Option<&str>, data: &Path) -> Result<(Child, Ward, u16), String> {
    let port = free_port().map_err(|trouble| format!("no free port on 127.0.0.1: {trouble}"))?;
    let log_path = data.parent().unwrap_or(data).join("log");
    let log = std::fs::File::create(&log_path).map_err(|trouble| format!("{}: {trouble}", log_path.display()))?;
    let errors = log.try_clone().map_err(|trouble| format!("{}: {trouble}", log_path.display()))?;
    let mut command = as_user(user, &programs.join("postgres"));
    command.arg("-D").arg(data).args(["-p", &port.to_string(), "-h", "127.0.0.1", "-c", "unix_socket_directories="]);
    command.args(["-c", &format!("max_connections={CONNECTIONS_MAX}"), "-c", "fsync=on"]);
    let started = command.current_dir("/").stdin(Stdio::null()).stdout(log).stderr(errors).spawn();
    let mut child = started.map_err(|trouble| format!("{}: {trouble}", process::shown(&command)))?;
    // The interrupt is PostgreSQL's fast shutdown: sessions are ended, nothing is waited for.
    let server = Ward::process(child.id(), "INT");
    let begin = Instant::now();
    while !says_ready(data) {
        if let Ok(Some(status)) = child.try_wait() {
            return Err(format!("it ended with {status}"));
        }
        if begin.elapsed() > START_WAIT_MAX {
            return Err(format!("not ready after {} s", START_WAIT_MAX.as_secs()));
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok((child, server, port))
}

fn free_port() -> std::io::Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

/// The eighth line of the server's own pid file says how far it has come.
fn says_ready(data: &Path) -> bool {
    let file = std::fs::read_to_string(data.join("postmaster.pid")).unwrap_or_default();
    file.lines().nth(7).is_some_and(|status| status.trim() == "ready")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn psql(programs: &Path, address: &str, text: &str) -> String {
        let mut command = Command::new(programs.join("psql"));
        command.args(["--no-psqlrc", "--tuples-only", "--no-align", "--command", text, address]);
        process::output(command).unwrap().trim().to_owned()
    }

    #[test]
    fn a_cluster_answers_is_durable_and_leaves_nothing() {
        let Some(programs) = find_programs() else {
            println!("skipped: PostgreSQL is not installed (cargo xtask test installs it)");
            return;
        };
        let target = std::env::temp_dir().join(format!("benchside-cluster-test-{}", std::process::id()));
        let stale = target.join("postgres-4294967294");
        std::fs::create_dir_all(&stale).unwrap();
        let cluster = Cluster::start(&target).unwrap();
        assert!(!stale.exists(), "what a killed run left must be swept");
        assert_eq!(psql(&programs, &cluster.address(), "SHOW fsync"), "on");
        assert_eq!(psql(&programs, &cluster.address(), "SHOW listen_addresses"), "127.0.0.1");
        if version(&programs).unwrap() >= 15 {
            // Byte order would put B before a.
            assert_eq!(psql(&programs, &cluster.address(), "SELECT 'a' < 'B'"), "t");
        }
        let port = cluster.port;
        drop(cluster);
        assert!(std::net::TcpStream::connect(("127.0.0.1", port)).is_err(), "the server must be gone");
        assert_eq!(std::fs::read_dir(&target).unwrap().count(), 0, "its files must be gone");
        std::fs::remove_dir_all(&target).unwrap();
    }
}
