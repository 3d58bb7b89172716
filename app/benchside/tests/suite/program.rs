//! The binary as an operator runs it.

use crate::engine::Engine;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};
use store::{Opening, Options, Outcome, Sql, Store, Target};
use tempfile::TempDir;

/// How long a command may take on a machine that does other things as well.
const COMMAND_LIMIT: Duration = Duration::from_secs(60);

/// How a command ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ended {
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// It ended with this code, and its words name each of these.
    pub(crate) fn says(&self, code: i32, words: &[&str]) {
        assert_eq!(self.code, Some(code), "{self:?}");
        for word in words {
            assert!(self.err.contains(word), "{word:?} is missing: {}", self.err);
        }
    }
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_benchside"));
    command.args(arguments);
    piped(command)
}

fn piped(mut command: Command) -> Command {
    command.env_remove("RUST_LOG").env("RUST_BACKTRACE", "0").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn read_all(mut stream: impl Read + Send + 'static) -> std::thread::JoinHandle<String> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        drop(stream.read_to_end(&mut bytes));
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

/// Waits for a process; one that does not end is killed and fails the test.
fn wait(child: &mut Child, limit: Duration) -> ExitStatus {
    let deadline = Instant::now() + limit;
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status;
        }
        if Instant::now() > deadline {
            drop(child.kill());
            panic!("it did not end within {} s", limit.as_secs());
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Runs a command to its end.
pub(crate) fn run(arguments: &[&str]) -> Ended {
    to_its_end(command(arguments))
}

/// Runs a program to its end, with no more of the environment and its streams than ours get.
pub(crate) fn run_program(program: Command) -> Ended {
    to_its_end(piped(program))
}

/// Runs a command to its end, started with this mask for new files.
pub(crate) fn run_under(umask: &str, arguments: &[&str]) -> Ended {
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("umask {umask} && exec \"$@\""), "sh", env!("CARGO_BIN_EXE_benchside")]).args(arguments);
    to_its_end(piped(shell))
}

/// Runs a command to its end, with these bytes on its standard input.
pub(crate) fn run_with_input(arguments: &[&str], input: &[u8]) -> Ended {
    let mut command = command(arguments);
    command.stdin(Stdio::piped());
    with_input(command, input)
}

/// Starts a command whose standard input stays open.
pub(crate) fn start_waiting(arguments: &[&str]) -> Child {
    let mut command = command(arguments);
    command.stdin(Stdio::piped()).spawn().unwrap()
}

fn to_its_end(command: Command) -> Ended {
    with_input(command, b"")
}

/// Runs a program to its end, with these bytes on its standard input.
fn with_input(mut command: Command, input: &[u8]) -> Ended {
    let mut child = command.spawn().unwrap();
    if let Some(mut stdin) = child.stdin.take() {
        // It may end without reading.
        drop(stdin.write_all(input));
    }
    let (out, err) = (read_all(child.stdout.take().unwrap()), read_all(child.stderr.take().unwrap()));
    let code = wait(&mut child, COMMAND_LIMIT).code();
    Ended { code, out: out.join().unwrap(), err: err.join().unwrap() }
}

/// A laboratory's folder on one test's database, gone with the test.
pub(crate) struct Place<'a> {
    folder: PathBuf,
    /// Removed with the place, where it is the place's own.
    _owned: Option<TempDir>,
    engine: &'a Engine,
}

impl<'a> Place<'a> {
    pub(crate) fn new(engine: &'a Engine) -> Self {
        let owned = tempfile::tempdir().unwrap();
        Self { folder: owned.path().to_owned(), _owned: Some(owned), engine }
    }

    /// A place in a folder of the test's own.
    pub(crate) fn in_folder(engine: &'a Engine, folder: &Path) -> Self {
        Self { folder: folder.to_owned(), _owned: None, engine }
    }

    /// A new laboratory with one link; ports are the system's to choose.
    pub(crate) fn with_laboratory(engine: &'a Engine, realm: &str) -> (Self, Accounts) {
        let place = Self::new(engine);
        let made = place.run("init", &["--realm", realm, "--json"]);
        assert_eq!(made.code, Some(0), "{made:?}");
        let text = |key: &str| made.json()[key].as_str().unwrap().to_owned();
        let accounts = Accounts { password: text("password"), token: text("token") };
        place.configure(&format!("realm = \"{realm}\"\nsite_prefix = \"A\"\nzone = \"Europe/Berlin\"\nhttp = \"127.0.0.1:0\"\n{LINK}"));
        (place, accounts)
    }

    pub(crate) fn data(&self) -> &Path {
        &self.folder
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.data().join("benchside.toml")
    }

    /// Writes the configuration anew.
    pub(crate) fn configure(&self, text: &str) {
        std::fs::write(self.file(), text).unwrap();
    }

    pub(crate) fn arguments(&self, subcommand: &str, more: &[&str]) -> Vec<String> {
        let mut arguments = vec![subcommand.to_owned(), "--data".to_owned(), self.data().to_str().unwrap().to_owned()];
        if let Target::Postgres(url) = &self.engine.target {
            arguments.extend(["--database".to_owned(), url.clone()]);
        }
        arguments.extend(more.iter().map(|argument| (*argument).to_owned()));
        arguments
    }

    /// Runs a subcommand on this laboratory.
    pub(crate) fn run(&self, subcommand: &str, more: &[&str]) -> Ended {
        let arguments = self.arguments(subcommand, more);
        run(&arguments.iter().map(String::as_str).collect::<Vec<_>>())
    }

    /// Runs a command of two words, such as `user add`, on this laboratory.
    pub(crate) fn operate(&self, act: &str, more: &[&str]) -> Ended {
        let (subcommand, act) = act.split_once(' ').unwrap();
        let mut arguments = self.arguments(subcommand, more);
        arguments.insert(1, act.to_owned());
        run(&arguments.iter().map(String::as_str).collect::<Vec<_>>())
    }

    /// The same, with these words on its standard input.
    pub(crate) fn operate_with_input(&self, act: &str, more: &[&str], input: &str) -> Ended {
        let (subcommand, act) = act.split_once(' ').unwrap();
        let mut arguments = self.arguments(subcommand, more);
        arguments.insert(1, act.to_owned());
        let mut command = command(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
        command.stdin(Stdio::piped());
        with_input(command, input.as_bytes())
    }

    /// Starts a subcommand that serves, and waits until it is ready.
    pub(crate) fn start(&self, subcommand: &str, more: &[&str], log: &str) -> Server {
        let arguments = self.arguments(subcommand, more);
        Server::start(command(&arguments.iter().map(String::as_str).collect::<Vec<_>>()).env("RUST_LOG", log))
    }

    pub(crate) fn serve(&self) -> Server {
        self.start("serve", &[], "warn")
    }

    /// The database behind the program's back, while no server runs.
    fn store(&self) -> Store {
        let target = match &self.engine.target {
            Target::Sqlite(_) => Target::Sqlite(self.data().join("benchside.db")),
            postgres => postgres.clone(),
        };
        let options = Options { readers: 1, writers: 1, ..Options::default() };
        Store::open(&target, kernel::Realm::Production, Opening::Existing, options).unwrap()
    }

    /// The texts of a column, asked behind the program's back, while no server runs.
    pub(crate) fn texts(&self, text: &'static str) -> Vec<String> {
        self.column(text, |row| row.text(0).unwrap().to_owned())
    }

    /// The bytes of a column.
    pub(crate) fn blobs(&self, text: &'static str) -> Vec<Vec<u8>> {
        self.column(text, |row| row.blob(0).unwrap().to_owned())
    }

    /// The whole numbers of a column.
    pub(crate) fn numbers(&self, text: &'static str) -> Vec<i64> {
        self.column(text, |row| row.int(0).unwrap())
    }

    fn column<T: Send + 'static>(&self, text: &'static str, value: fn(&store::Row) -> T) -> Vec<T> {
        let store = self.store();
        let sql = statement(text);
        let read = move |reader: &mut store::Reader<'_>| Ok(reader.query(sql, &[])?.iter().map(value).collect());
        let values = store.read(read).wait().unwrap();
        store.close();
        values
    }

    /// Changes the database behind the program's back, while no server runs.
    pub(crate) fn change(&self, text: &'static str) {
        let sql = statement(text);
        let changed = self.written(move |tx| tx.execute(sql, &[]).map(|changed| changed.to_string()));
        assert_ne!(changed, "0", "{text} met no row");
    }

    /// Writes as the program does, in one command, while no server runs.
    pub(crate) fn write(&self, act: impl Fn(&mut store::Tx<'_>) -> Result<(), store::Trouble> + Send + 'static) {
        self.written(move |tx| act(tx).map(|()| String::new()));
    }

    fn written(&self, act: impl Fn(&mut store::Tx<'_>) -> Result<String, store::Trouble> + Send + 'static) -> String {
        let store = self.store();
        let actor = kernel::Actor::System("suite".to_owned());
        let act = move |tx: &mut store::Tx<'_>| Ok(Outcome { act: "try", accepted: true, subject: None, note: act(tx)? });
        let done = store.write(&actor, actions::new_command(), actions::now(), act).wait().unwrap();
        store.close();
        done.note
    }
}

/// A statement of a test's own. Leaked: there are few, and the store keeps statements by their address.
fn statement(text: &'static str) -> &'static Sql {
    Box::leak(Box::new(Sql::new("of a test", text, None)))
}

/// What `init` showed once.
pub(crate) struct Accounts {
    pub(crate) password: String,
    pub(crate) token: String,
}

/// A link on a port of the system's choice.
pub(crate) const LINK: &str = "[[link]]\nname = \"c111\"\ndriver = \"roche_cobas_c\"\nlisten = \"127.0.0.1:0\"\n";

/// A running server; killed when dropped.
pub(crate) struct Server {
    child: Child,
    pub(crate) http: SocketAddr,
    pub(crate) links: Vec<(String, SocketAddr)>,
    err: Option<std::thread::JoinHandle<String>>,
    out: Option<std::thread::JoinHandle<String>>,
}

impl Server {
    fn start(command: &mut Command) -> Self {
        let mut child = command.spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let err = read_all(child.stderr.take().unwrap());
        let mut ready = String::new();
        out.read_line(&mut ready).unwrap();
        let Some((http, links)) = ready.trim_end().strip_prefix("ready http=").and_then(|rest| rest.split_once(" links=")) else {
            drop(child.kill());
            panic!("not ready: {ready:?} {}", err.join().unwrap());
        };
        let link = |text: &str| {
            let (name, address) = text.split_once('@').unwrap();
            (name.to_owned(), address.parse().unwrap())
        };
        Self {
            http: http.parse().unwrap(),
            // Behind them stands where hospital systems are listened for.
            links: links.split(' ').next().unwrap_or_default().split(',').filter(|text| !text.is_empty()).map(link).collect(),
            child,
            err: Some(err),
            out: Some(read_all(out)),
        }
    }

    pub(crate) fn link(&self) -> SocketAddr {
        self.links[0].1
    }

    /// Sends a signal by name.
    pub(crate) fn signal(&self, name: &str) {
        let sent = Command::new("kill").args(["-s", name, &self.child.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }

    /// How it ended, if it does so within this time.
    pub(crate) fn wait(mut self, limit: Duration) -> Ended {
        let status = wait(&mut self.child, limit);
        let read = |thread: &mut Option<std::thread::JoinHandle<String>>| thread.take().unwrap().join().unwrap();
        Ended { code: status.code(), out: read(&mut self.out), err: read(&mut self.err) }
    }

    /// Asks it to stop and waits until it has.
    pub(crate) fn stop(self) -> Ended {
        self.signal("TERM");
        self.wait(Duration::from_secs(20))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Ended already, or of no use any more.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Sends a message as a cobas c 111 does, and reads each answer; true if all of it was acknowledged.
pub(crate) fn send(address: SocketAddr, content: &[u8]) -> bool {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let mut ask = |bytes: &[u8]| {
        let mut answer = [0];
        stream.write_all(bytes).is_ok() && stream.read_exact(&mut answer).is_ok() && answer[0] == 0x06
    };
    let frames = lis2::frame(content, &lis2::FrameOptions { one_record_per_frame: true, ..lis2::FrameOptions::default() });
    let taken = ask(&[0x05]) && frames.iter().all(|frame| ask(frame));
    drop(stream.write_all(&[0x04]));
    taken
}

/// One potassium.
pub(crate) fn potassium(specimen: &str, value: &str) -> Vec<u8> {
    format!(
        "H|\\^&|||Maker^Roche^c111^4.2.2.1730^1^13147|||||host|RSUPL^REAL|P|1|20261121131713\rP|1||\r\
         O|1||{specimen}^^6||S||||||N|||||||||||20261121131713|||F\r\
         R|1|^^^990|{value}|mmol/L||N||F||$SYS$||20261121131700\rC|1|I||I\rL|1|N\r"
    )
    .into_bytes()
}

/// Waits for a condition; one that never comes fails the test.
pub(crate) fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + COMMAND_LIMIT;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < deadline, "never came: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}
