//! What the programs of `perf/` have in common: how they are called and end, where they work, and where their numbers go.
#![allow(clippy::print_stdout, reason = "what is printed here is those programs' output")]

use peer::device_time::DeviceTime;
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::ExitCode;

/// Says how to call the program if asked, reads its words with `read` (with the folder it lies in and the PostgreSQL server of the
/// environment), and measures. What `measure` is given besides is the folder for numbers, `bench` beside the build's profile directory.
pub fn run<O>(
    usage: &str,
    read: impl FnOnce(std::vec::IntoIter<String>, &Path, Option<String>) -> Result<O, String>,
    measure: impl FnOnce(&O, &Path) -> Result<(), String>,
) -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if words.iter().any(|word| word == "--help") {
        println!("{usage}");
        return ExitCode::SUCCESS;
    }
    let program = std::env::current_exe();
    let Some(beside) = program.as_ref().ok().and_then(|program| program.parent()) else {
        eprintln!("this program's own path cannot be told");
        return ExitCode::from(3);
    };
    let options = match read(words.into_iter(), beside, std::env::var("BENCHSIDE_TEST_POSTGRES").ok()) {
        Ok(options) => options,
        Err(trouble) => {
            eprintln!("{trouble}");
            return ExitCode::from(2);
        }
    };
    ended(measure(&options, &beside.with_file_name("bench")))
}

/// The exit code of a measurement, which says what went wrong.
#[must_use]
pub fn ended(done: Result<(), String>) -> ExitCode {
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(trouble) => {
            eprintln!("{trouble}");
            ExitCode::from(3)
        }
    }
}

/// Works in a folder of this process alone, which is removed at the end, also of a failure.
///
/// # Errors
/// The work fails, or the folder cannot be made or removed.
pub fn in_work_directory<T>(bench: &Path, work: impl FnOnce(&Path) -> Result<T, String>) -> Result<T, String> {
    let directory = bench.join(format!("work-{}", std::process::id()));
    let said = |trouble: std::io::Error| format!("{}: {trouble}", directory.display());
    fs::create_dir_all(&directory).map_err(said)?;
    let done = work(&directory);
    let removed = fs::remove_dir_all(&directory).map_err(said);
    done.and_then(|done| removed.map(|()| done))
}

/// Keeps the raw numbers under this name and the time, and prints where.
///
/// # Errors
/// They cannot be written.
pub fn keep(bench: &Path, name: &str, numbers: &Value) -> Result<(), String> {
    let file = bench.join(format!("{name}-{}.json", DeviceTime::now()));
    write(&file, &format!("{numbers:#}\n"))?;
    println!("raw numbers: {}", file.display());
    Ok(())
}

/// Writes a file, in a folder that is made if need be.
///
/// # Errors
/// It cannot be written.
pub fn write(file: &Path, text: &str) -> Result<(), String> {
    file.parent()
        .map_or(Ok(()), fs::create_dir_all)
        .and_then(|()| fs::write(file, text))
        .map_err(|trouble| format!("{}: {trouble}", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_work_directory_is_gone_afterwards_also_after_a_failure() {
        let bench = std::env::temp_dir().join(format!("ingest-program-{}", std::process::id()));
        let mut places = Vec::new();
        for outcome in [Ok(7), Err("no".to_owned())] {
            let done = in_work_directory(&bench, |directory| {
                write(&directory.join("deep/file"), "text").unwrap();
                assert_eq!(fs::read_to_string(directory.join("deep/file")).unwrap(), "text");
                places.push(directory.to_owned());
                outcome.clone()
            });
            assert_eq!(done, outcome);
        }
        assert!(places.iter().all(|place| place.starts_with(&bench) && !place.exists()));
        fs::remove_dir_all(&bench).unwrap();
    }
}
