//! Starting and stopping a real server: `init`, `serve`, its ready line, a clean stop, a kill.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

/// How long a server may take from its start to its ready line.
const READY_WAIT: Duration = Duration::from_secs(60);

/// A laboratory's binary, directory and database.
#[derive(Clone, Debug)]
pub struct Laboratory {
    /// The `benchside` binary.
    pub binary: PathBuf,
    /// The data directory; also holds the configuration and what the server wrote to its standard error.
    pub directory: PathBuf,
    /// A PostgreSQL URL, or `None` for the SQLite file in the directory.
    pub database: Option<String>,
}

/// A server that has said it is ready.
#[derive(Debug)]
pub struct Running {
    child: Child,
    /// From the start of the process to its ready line.
    pub ready_after: Duration,
    /// When the process was started.
    pub started: Instant,
    /// Where its pages and API are.
    pub http: SocketAddr,
    /// Where its links listen, in the order of the ready line.
    pub links: Vec<(String, SocketAddr)>,
}

impl Laboratory {
    /// Writes a configuration of `links` links named `link01`.., each on a free port of its own, and initialises the database.
    /// Returns a bearer token.
    ///
    /// # Errors
    /// The directory cannot be written, or `init` fails: what it printed is quoted.
    pub fn init(&self, realm: &str, links: usize) -> Result<String, String> {
        fs::create_dir_all(&self.directory).map_err(|trouble| format!("{}: {trouble}", self.directory.display()))?;
        let file = self.directory.join("benchside.toml");
        fs::write(&file, configuration(realm, links)).map_err(|trouble| format!("{}: {trouble}", file.display()))?;
        let output = self.command("init").args(["--realm", realm]).output().map_err(|trouble| self.cannot_start(&trouble))?;
        let printed = String::from_utf8_lossy(&output.stdout);
        let token = printed.lines().find_map(|line| line.strip_prefix("token ")).map(|token| token.trim().to_owned());
        token
            .filter(|_| output.status.success())
            .ok_or_else(|| format!("init ended with {} and printed: {printed}{}", output.status, String::from_utf8_lossy(&output.stderr)))
    }

    /// Starts the server and waits for its ready line.
    ///
    /// # Errors
    /// It does not start, ends, or is not ready within a minute; its standard error is in `serve.log` of the directory.
    pub fn serve(&self) -> Result<Running, String> {
        let mut command = self.command("serve");
        command.args(["--http", "127.0.0.1:0"]);
        start(command, &self.directory.join("serve.log"))
    }

    fn command(&self, what: &str) -> Command {
        let mut command = Command::new(&self.binary);
        command.arg(what).arg("--data").arg(&self.directory);
        if let Some(url) = &self.database {
            command.args(["--database", url]);
        }
        command
    }

    fn cannot_start(&self, trouble: &std::io::Error) -> String {
        format!("{} cannot be started: {trouble}", self.binary.display())
    }
}

/// Starts any server that prints the contract's ready line.
///
/// # Errors
/// It does not start, ends, or is not ready within a minute; its standard error is in `log`.
pub fn start(mut command: Command, log: &Path) -> Result<Running, String> {
    let errors = File::options().create(true).append(true).open(log).map_err(|trouble| format!("{}: {trouble}", log.display()))?;
    let started = Instant::now();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(errors)
        .spawn()
        .map_err(|trouble| format!("{} cannot be started: {trouble}", command.get_program().display()))?;
    let (said, heard) = channel();
    let stdout = child.stdout.take();
    // Reads on until the process ends, so that a server that prints more is never blocked by a full pipe.
    std::thread::spawn(move || {
        for line in stdout.into_iter().flat_map(|stdout| BufReader::new(stdout).lines()).map_while(Result::ok) {
            let _ = said.send(line);
        }
    });
    let ready = loop {
        match heard.recv_timeout(READY_WAIT.saturating_sub(started.elapsed())) {
            Ok(line) => match ready_line(&line) {
                Some(ready) => break Ok(ready),
                None => continue,
            },
            Err(RecvTimeoutError::Timeout) => break Err("it was not ready within a minute"),
            Err(RecvTimeoutError::Disconnected) => break Err("it ended without a ready line"),
        }
    };
    match ready {
        Ok((http, links)) => Ok(Running { child, ready_after: started.elapsed(), started, http, links }),
        Err(what) => {
            let _ = child.kill();
            let _ = child.wait();
            Err(format!("{}: {what}; {}", command.get_program().display(), tail(log)))
        }
    }
}

impl Running {
    /// The process number.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Whether the process has ended by itself, and how.
    #[must_use]
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().ok().flatten()
    }

    /// SIGKILL: no warning, no farewell.
    ///
    /// # Errors
    /// The process cannot be signalled or waited for.
    pub fn kill(mut self) -> Result<(), String> {
        self.child.kill().and_then(|()| self.child.wait()).map(|_| ()).map_err(|trouble| format!("kill: {trouble}"))
    }

    /// SIGTERM, then waits for the clean end, at most half a minute.
    ///
    /// # Errors
    /// The process does not end, or not with exit code 0.
    pub fn stop(mut self) -> Result<(), String> {
        let status = self.terminate()?;
        if status.success() { Ok(()) } else { Err(format!("after SIGTERM the server ended with {status}")) }
    }

    /// SIGTERM, then waits for the end, at most half a minute, whatever the exit code.
    ///
    /// # Errors
    /// The process does not end.
    pub fn terminate(&mut self) -> Result<ExitStatus, String> {
        // std has no SIGTERM; every shell has kill.
        let told = Command::new("sh").args(["-c", &format!("kill -TERM {}", self.id())]).status();
        told.map_err(|trouble| format!("sh: {trouble}"))?;
        let asked = Instant::now();
        while asked.elapsed() < Duration::from_secs(30) {
            if let Some(status) = self.ended() {
                return Ok(status);
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        Err("the server did not end within half a minute of SIGTERM".to_owned())
    }
}

impl Drop for Running {
    /// No server outlives the program that started it, also when that program fails half-way.
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The configuration of `links` links of the c 111's driver on ports of the system's choice. The devices' clocks run in UTC.
#[must_use]
pub fn configuration(realm: &str, links: usize) -> String {
    let head = format!("realm = \"{realm}\"\nsite_prefix = \"A\"\nzone = \"UTC\"\nhttp = \"127.0.0.1:0\"\n");
    (1..=links).fold(head, |text, number| {
        text + &format!(
            "\n[[link]]\nname = \"link{number:02}\"\ndriver = \"roche_cobas_c\"\nprotocol = \"lis2\"\nlisten = \"127.0.0.1:0\"\n"
        )
    })
}

type Ready = (SocketAddr, Vec<(String, SocketAddr)>);

/// Reads `ready http=ADDRESS links=NAME@ADDRESS,...`; `None` for any other line. A server without pages says `http=-`.
fn ready_line(line: &str) -> Option<Ready> {
    let mut words = line.strip_prefix("ready ")?.split_whitespace();
    let http = words.next()?.strip_prefix("http=")?;
    let http = if http == "-" { SocketAddr::from(([127, 0, 0, 1], 0)) } else { http.parse().ok()? };
    let links = words.next().and_then(|word| word.strip_prefix("links=")).unwrap_or_default();
    let links = links.split(',').filter(|link| !link.is_empty()).map(|link| {
        let (name, address) = link.rsplit_once('@')?;
        Some((name.to_owned(), address.parse().ok()?))
    });
    Some((http, links.collect::<Option<Vec<_>>>()?))
}

/// The last lines of a log, for an error message.
fn tail(log: &Path) -> String {
    let text = fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    let last = lines.get(lines.len().saturating_sub(5)..).unwrap_or_default();
    format!("its last words in {}: {}", log.display(), last.join(" / "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ready_line_names_pages_and_links() {
        let (http, links) = ready_line("ready http=127.0.0.1:80 links=a@127.0.0.1:1,b@127.0.0.1:2").unwrap();
        assert_eq!(http.port(), 80);
        assert_eq!(links, [("a".to_owned(), "127.0.0.1:1".parse().unwrap()), ("b".to_owned(), "127.0.0.1:2".parse().unwrap())]);
        assert!(ready_line("ready http=- links=").unwrap().1.is_empty());
        assert!(ready_line("ready http=127.0.0.1:80").unwrap().1.is_empty());
    }

    #[test]
    fn other_lines_are_not_ready_lines() {
        for line in ["", "starting", "ready", "ready http=nowhere links=", "ready http=127.0.0.1:80 links=a"] {
            assert_eq!(ready_line(line), None, "{line}");
        }
    }

    #[test]
    fn each_link_has_a_name_and_a_port_of_its_own() {
        let text = configuration("validation", 64);
        assert_eq!(text.matches("[[link]]").count(), 64);
        assert!(text.contains("name = \"link01\"") && text.contains("name = \"link64\""));
        assert_eq!(text.matches("listen = \"127.0.0.1:0\"").count(), 64);
    }
}
