//! What is to be measured.

use std::path::{Path, PathBuf};

/// How to call the program.
pub const USAGE: &str = "usage: growth [--engine sqlite|postgres] [--results 100000,1000000,10000000] [--probes 1000] [--runs 5]
              [--binary PATH] [--postgres URL] [--draw FILE]
  --results N,.. sizes to measure, the first is what the others are compared with
  --probes N     timed reads of each kind in a run
  --runs N       runs; what is printed is the median of their percentiles
  --binary       the benchside binary; it is looked for beside this program
  --postgres     a server to make databases on; else BENCHSIDE_TEST_POSTGRES
  --draw FILE    write the curves as SVG, such as docs/performance/growth.svg";

/// The options of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// PostgreSQL, on this server; SQLite if there is none.
    pub postgres: Option<String>,
    /// Results in the database, one measurement each.
    pub sizes: Vec<u64>,
    /// Timed reads of each kind in a run.
    pub probes: usize,
    /// Runs.
    pub runs: usize,
    /// The product.
    pub binary: PathBuf,
    /// Where to draw the curves.
    pub draw: Option<PathBuf>,
}

impl Options {
    /// Reads the words after the program's name. The binary is looked for in `beside`; `server` is the PostgreSQL URL of the environment.
    ///
    /// # Errors
    /// A word is not known, lacks its value, or PostgreSQL is asked for without a server.
    pub fn read(words: impl Iterator<Item = String>, beside: &Path, server: Option<String>) -> Result<Options, String> {
        let mut options = Options {
            postgres: None,
            sizes: vec![100_000, 1_000_000, 10_000_000],
            probes: 1_000,
            runs: 5,
            binary: beside.join("benchside"),
            draw: None,
        };
        let (mut engine, mut server, mut words) = ("sqlite".to_owned(), server, words);
        while let Some(word) = words.next() {
            let value = words.next().ok_or(format!("{word} needs a value\n{USAGE}"))?;
            match word.as_str() {
                "--engine" => engine = value,
                "--postgres" => server = Some(value),
                "--results" => options.sizes = value.split(',').map(|size| number(&word, size)).collect::<Result<_, _>>()?,
                "--probes" => options.probes = number(&word, &value)? as usize,
                "--runs" => options.runs = number(&word, &value)? as usize,
                "--binary" => options.binary = value.into(),
                "--draw" => options.draw = Some(value.into()),
                _ => return Err(format!("{word} {value} is not known\n{USAGE}")),
            }
        }
        match (engine.as_str(), server) {
            ("sqlite", _) => Ok(options),
            ("postgres", Some(server)) => Ok(Options { postgres: Some(server), ..options }),
            ("postgres", None) => Err(format!("no PostgreSQL server is named; give --postgres URL or BENCHSIDE_TEST_POSTGRES\n{USAGE}")),
            _ => Err(format!("--engine {engine} is not known\n{USAGE}")),
        }
    }
}

fn number(word: &str, value: &str) -> Result<u64, String> {
    value.parse().ok().filter(|number| *number > 0).ok_or_else(|| format!("{word} {value}: not a number above 0\n{USAGE}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(words: &str, server: Option<&str>) -> Result<Options, String> {
        Options::read(words.split_whitespace().map(str::to_owned), Path::new("bin"), server.map(str::to_owned))
    }

    #[test]
    fn words_change_what_they_name() {
        let options = read("", Some("url")).unwrap();
        assert_eq!((options.postgres, options.sizes.len(), options.runs), (None, 3, 5));
        let options = read("--engine postgres --results 10,200 --probes 7 --draw a.svg", Some("url")).unwrap();
        assert_eq!((options.postgres.as_deref(), options.sizes, options.probes), (Some("url"), vec![10, 200], 7));
        assert_eq!(options.draw.as_deref(), Some(Path::new("a.svg")));
    }

    #[test]
    fn wrong_use_says_how() {
        for words in ["--engine postgres", "--engine oracle", "--results", "--results 1,x", "--results 0", "--what 1"] {
            assert!(read(words, None).unwrap_err().contains("usage:"), "{words}");
        }
    }
}
