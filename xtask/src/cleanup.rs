//! What must be stopped and removed however this program ends: at the end of a stage, after a failure, or on a signal.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

/// How long a program may take to stop before it is killed.
const STOP_WAIT_MAX: Duration = Duration::from_secs(20);

/// What is still standing, in the order it was set up; it is taken down in reverse.
static STANDING: Mutex<Vec<(u64, Standing)>> = Mutex::new(Vec::new());

#[derive(Debug)]
enum Standing {
    Process { pid: u32, signal: &'static str },
    Folder(PathBuf),
}

/// Something standing; dropping it takes it down.
#[derive(Debug)]
pub(crate) struct Ward(u64);

impl Ward {
    /// Watches over a child: it gets `signal` (a name as the shell's `kill` takes it), and is killed if it does not go.
    pub(crate) fn process(pid: u32, signal: &'static str) -> Ward {
        Ward::register(Standing::Process { pid, signal })
    }

    /// Watches over a folder: it is removed with all it holds.
    pub(crate) fn folder(path: &Path) -> Ward {
        Ward::register(Standing::Folder(path.to_path_buf()))
    }

    fn register(standing: Standing) -> Ward {
        let mut all = standing_list();
        let id = all.last().map_or(0, |(id, _)| id.saturating_add(1));
        all.push((id, standing));
        Ward(id)
    }
}

impl Drop for Ward {
    fn drop(&mut self) {
        // The list is held to the end, so that a signal meanwhile waits for this one and then takes down the rest.
        let mut all = standing_list();
        if let Some(at) = all.iter().position(|(id, _)| *id == self.0) {
            let (_, standing) = all.remove(at);
            take_down(&standing);
        }
    }
}

/// Takes everything down when the program is told to end, then leaves with the signal's customary exit code.
pub(crate) fn on_signals() -> std::io::Result<()> {
    let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP])?;
    std::thread::spawn(move || {
        if let Some(signal) = signals.forever().next() {
            // Held to the end: whoever finishes meanwhile and drops a ward waits here instead of leaving half the work undone.
            let standing = standing_list();
            standing.iter().rev().for_each(|(_, standing)| take_down(standing));
            std::process::exit(128_i32.saturating_add(signal));
        }
    });
    Ok(())
}

fn standing_list() -> MutexGuard<'static, Vec<(u64, Standing)>> {
    // A panic elsewhere must not keep us from cleaning up.
    STANDING.lock().unwrap_or_else(PoisonError::into_inner)
}

fn take_down(standing: &Standing) {
    match standing {
        Standing::Process { pid, signal } => stop(*pid, signal),
        // A folder that cannot be removed is swept by the next run.
        Standing::Folder(path) => drop(std::fs::remove_dir_all(path)),
    }
}

fn stop(pid: u32, signal: &str) {
    if !is_running(pid) || !send(pid, signal) {
        return;
    }
    let begin = Instant::now();
    while is_running(pid) {
        if begin.elapsed() > STOP_WAIT_MAX {
            send(pid, "KILL");
            return;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Sends a signal by name; false if the process is gone or not ours.
pub(crate) fn send(pid: u32, signal: &str) -> bool {
    // The shell's built-in kill is on every system; a crate for one system call is not worth its weight.
    let mut kill = Command::new("sh");
    kill.args(["-c", &format!("kill -{signal} {pid}")]).stderr(Stdio::null());
    kill.status().is_ok_and(|status| status.success())
}

/// Whether a process runs. A child that has ended but was not waited for counts as ended.
pub(crate) fn is_running(pid: u32) -> bool {
    match std::fs::read_to_string(format!("/proc/{pid}/stat")) {
        // The state follows the command name, which stands in parentheses and may itself hold spaces.
        Ok(stat) => stat.rsplit(')').next().is_some_and(|rest| !rest.trim_start().starts_with(['Z', 'X'])),
        Err(_) if Path::new("/proc/self").exists() => false,
        Err(_) => send(pid, "0"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dropped_ward_stops_the_process_and_removes_the_folder() {
        let folder = std::env::temp_dir().join(format!("benchside-ward-{}", std::process::id()));
        std::fs::create_dir_all(folder.join("inside")).unwrap();
        let mut child = Command::new("sh").args(["-c", "exec tail -f /dev/null"]).spawn().unwrap();
        let wards = (Ward::process(child.id(), "TERM"), Ward::folder(&folder));
        assert!(is_running(child.id()) && folder.exists());
        drop(wards);
        assert!(!is_running(child.id()), "the process must be gone");
        assert!(!folder.exists(), "the folder must be gone");
        assert!(!child.wait().unwrap().success());
    }
}
