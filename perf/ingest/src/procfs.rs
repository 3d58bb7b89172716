//! What Linux says of processes and of the machine.

use serde_json::{Value, json};
use std::fs;
use std::path::Path;

/// Clock ticks a second in `/proc/*/stat`: 100 on every Linux port in use (`USER_HZ`).
const TICKS_PER_SECOND: f64 = 100.0;

/// CPU seconds, user and system.
pub type CpuSeconds = f64;

/// The ticks in `/proc/PID/stat`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stat {
    parent: u32,
    own: u64,
    // Of children that have ended and were waited for.
    children: u64,
}

fn stat(process: u32) -> Option<Stat> {
    parse_stat(&fs::read_to_string(format!("/proc/{process}/stat")).ok()?)
}

fn parse_stat(text: &str) -> Option<Stat> {
    // The name in brackets may hold anything, also brackets: count from the last one. The state is field 3.
    let fields: Vec<&str> = text.rsplit_once(')')?.1.split_whitespace().collect();
    let field = |number: usize| fields.get(number - 3)?.parse::<u64>().ok();
    Some(Stat { parent: u32::try_from(field(4)?).ok()?, own: field(14)? + field(15)?, children: field(16)? + field(17)? })
}

fn seconds(ticks: u64) -> CpuSeconds {
    ticks as f64 / TICKS_PER_SECOND
}

/// CPU of a running process and all its threads; 0 if there is none.
#[must_use]
pub fn cpu(process: u32) -> CpuSeconds {
    stat(process).map_or(0.0, |stat| seconds(stat.own))
}

/// CPU of a process and of its children, living and ended. For a PostgreSQL server: give any of its backends' parent.
#[must_use]
pub fn cpu_of_family(parent: u32) -> CpuSeconds {
    let children = fs::read_dir("/proc").into_iter().flatten().flatten();
    let children = children.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).filter_map(stat);
    let living: u64 = children.filter(|child| child.parent == parent).map(|child| child.own).sum();
    stat(parent).map_or(0.0, |stat| seconds(stat.own + stat.children + living))
}

/// The parent of a process on this machine.
#[must_use]
pub fn parent(process: u32) -> Option<u32> {
    stat(process).map(|stat| stat.parent)
}

/// CPU of the whole machine since it started, without idling and waiting.
#[must_use]
pub fn cpu_of_machine() -> CpuSeconds {
    fs::read_to_string("/proc/stat").ok().and_then(|text| parse_machine(&text)).map_or(0.0, seconds)
}

fn parse_machine(text: &str) -> Option<u64> {
    let numbers: Vec<u64> = text.lines().next()?.split_whitespace().skip(1).map_while(|word| word.parse().ok()).collect();
    // user nice system idle iowait irq softirq steal; guest is in user already.
    let busy = numbers.iter().take(8).enumerate().filter(|(place, _)| !matches!(place, 3 | 4)).map(|(_, ticks)| ticks).sum();
    (numbers.len() >= 8).then_some(busy)
}

/// Resident memory of a process in MB (10^6 bytes); 0 if there is none.
#[must_use]
pub fn resident_megabytes(process: u32) -> f64 {
    let text = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    parse_resident(&text).unwrap_or(0.0)
}

fn parse_resident(text: &str) -> Option<f64> {
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes: f64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kibibytes * 1_024.0 / 1e6)
}

/// Of the last ten seconds, the percentage in which some process waited for a CPU; `None` where the kernel does not tell.
#[must_use]
pub fn pressure() -> Option<f64> {
    parse_pressure(&fs::read_to_string("/proc/pressure/cpu").ok()?)
}

fn parse_pressure(text: &str) -> Option<f64> {
    let line = text.lines().find_map(|line| line.strip_prefix("some "))?;
    line.split_whitespace().find_map(|word| word.strip_prefix("avg10="))?.parse().ok()
}

/// What the figures were measured on.
#[must_use]
pub fn machine(directory: &Path) -> Value {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let after = |text: &str, name: &str| {
        let line = text.lines().find(|line| line.starts_with(name)).and_then(|line| line.split_once(':'));
        line.map_or(String::new(), |(_, value)| value.trim().to_owned())
    };
    json!({
        "cpu": after(&read("/proc/cpuinfo"), "model name"),
        "cores": std::thread::available_parallelism().map_or(0, usize::from),
        "memory": after(&read("/proc/meminfo"), "MemTotal"),
        "kernel": read("/proc/sys/kernel/osrelease").trim(),
        "file_system": file_system(&read("/proc/mounts"), directory),
        "load_average": read("/proc/loadavg").trim(),
    })
}

/// The type of the file system a directory lies on: that of the longest mount point above it.
fn file_system(mounts: &str, directory: &Path) -> String {
    let mounts = mounts.lines().filter_map(|line| {
        let mut words = line.split(' ').skip(1);
        Some((words.next()?, words.next()?))
    });
    let above = mounts.filter(|(point, _)| directory.starts_with(point)).max_by_key(|(point, _)| point.len());
    above.map_or(String::new(), |(_, kind)| kind.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_counted_after_the_name() {
        let text = "12 (a) b) R 7 0 0 0 0 0 0 0 0 0 30 12 5 6 20 0 1 0";
        assert_eq!(parse_stat(text), Some(Stat { parent: 7, own: 42, children: 11 }));
        assert_eq!(parse_stat("12 (a) R 7"), None);
    }

    #[test]
    fn idling_and_waiting_are_not_busy() {
        assert_eq!(parse_machine("cpu  1 2 4 1000 2000 8 16 32 500 600\ncpu0 1"), Some(63));
        assert_eq!(parse_machine("cpu 1 2"), None);
    }

    #[test]
    fn memory_and_pressure_are_read() {
        assert_eq!(parse_resident("Name: x\nVmRSS:\t   1000 kB\n"), Some(1.024));
        assert_eq!(parse_pressure("some avg10=12.50 avg60=0.56 avg300=0.65 total=1\nfull avg10=0.00\n"), Some(12.5));
        assert_eq!(parse_pressure(""), None);
    }

    #[test]
    fn the_nearest_mount_above_counts() {
        let mounts = "/dev/a / ext4 rw 0 0\ntmpfs /mnt tmpfs rw 0 0\n/dev/b /mntother xfs rw 0 0\n";
        assert_eq!(file_system(mounts, Path::new("/mnt/x")), "tmpfs");
        assert_eq!(file_system(mounts, Path::new("/home")), "ext4");
    }

    #[test]
    fn this_process_uses_cpu_and_memory() {
        let mut sum = 0_u64;
        while cpu(std::process::id()) < 0.02 {
            sum = (0..100_000).fold(sum, |sum, number| std::hint::black_box(sum ^ number));
        }
        assert!(resident_megabytes(std::process::id()) > 0.5);
        assert!(cpu_of_family(parent(std::process::id()).unwrap()) >= cpu(std::process::id()));
    }
}
