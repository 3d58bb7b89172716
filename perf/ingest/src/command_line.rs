//! What is to be measured.

use std::path::{Path, PathBuf};

/// How to call the program.
pub const USAGE: &str = "usage: ingest [--engine sqlite|postgres|both] [--messages M] [--runs N] [--links 64] [--quick]
              [--only product|anchor] [--binary PATH] [--anchors PATH] [--postgres URL]
  --messages M   messages a link (100)
  --runs N       runs of each, alternately (5)
  --quick        20 messages, 2 runs: shows that it works, not how fast
  --binary       the benchside binary, --anchors the anchor's; both are looked for beside this program
  --postgres     a server to make databases on; else BENCHSIDE_TEST_POSTGRES";

/// Whom to measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// The product and the anchor, alternately.
    Both,
    /// The product alone: no ratio.
    Product,
    /// The anchor alone: no ratio.
    Anchor,
}

/// The options of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Measure on SQLite.
    pub sqlite: bool,
    /// Measure on PostgreSQL, on this server.
    pub postgres: Option<String>,
    /// Messages a link.
    pub messages: usize,
    /// Runs of each.
    pub runs: usize,
    /// Links, one connection each.
    pub links: usize,
    /// Whom to measure.
    pub who: Who,
    /// The product.
    pub binary: PathBuf,
    /// The anchor.
    pub anchors: PathBuf,
}

impl Options {
    /// Reads the words after the program's name. Binaries are looked for in `beside`; `server` is the PostgreSQL URL of the environment.
    ///
    /// # Errors
    /// A word is not known, lacks its value, or PostgreSQL is asked for without a server.
    pub fn read(words: impl Iterator<Item = String>, beside: &Path, server: Option<String>) -> Result<Options, String> {
        let mut options = Options {
            sqlite: true,
            postgres: None,
            messages: 100,
            runs: 5,
            links: 64,
            who: Who::Both,
            binary: beside.join("benchside"),
            anchors: beside.join("anchors"),
        };
        let (mut engine, mut server, mut words) = ("both".to_owned(), server, words);
        while let Some(word) = words.next() {
            if word == "--quick" {
                (options.messages, options.runs) = (20, 2);
                continue;
            }
            let value = words.next().ok_or(format!("{word} needs a value\n{USAGE}"))?;
            match word.as_str() {
                "--engine" => engine = value,
                "--postgres" => server = Some(value),
                _ => options.set(&word, value)?,
            }
        }
        options.choose(&engine, server).map(|()| options)
    }

    fn set(&mut self, word: &str, value: String) -> Result<(), String> {
        let number = || value.parse::<usize>().map(|number| number.max(1)).map_err(|_| format!("{word} {value}: not a number\n{USAGE}"));
        match word {
            "--messages" => self.messages = number()?,
            "--runs" => self.runs = number()?,
            "--links" => self.links = number()?,
            "--binary" => self.binary = value.into(),
            "--anchors" => self.anchors = value.into(),
            "--only" if value == "product" => self.who = Who::Product,
            "--only" if value == "anchor" => self.who = Who::Anchor,
            _ => return Err(format!("{word} {value} is not known\n{USAGE}")),
        }
        Ok(())
    }

    fn choose(&mut self, engine: &str, server: Option<String>) -> Result<(), String> {
        let no_server =
            || format!("no PostgreSQL server is named; give --engine sqlite, --postgres URL or BENCHSIDE_TEST_POSTGRES\n{USAGE}");
        match engine {
            "sqlite" => {}
            "postgres" => (self.sqlite, self.postgres) = (false, Some(server.ok_or_else(no_server)?)),
            "both" => self.postgres = Some(server.ok_or_else(no_server)?),
            _ => return Err(format!("--engine {engine} is not known\n{USAGE}")),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(words: &str, server: Option<&str>) -> Result<Options, String> {
        Options::read(words.split_whitespace().map(str::to_owned), Path::new("bin"), server.map(str::to_owned))
    }

    #[test]
    fn both_engines_and_both_programs_are_the_default() {
        let options = read("", Some("url")).unwrap();
        assert_eq!((options.sqlite, options.postgres.as_deref(), options.who), (true, Some("url"), Who::Both));
        assert_eq!((options.messages, options.runs, options.links), (100, 5, 64));
        assert_eq!(options.binary, Path::new("bin/benchside"));
    }

    #[test]
    fn words_change_what_they_name() {
        let options = read("--engine sqlite --quick --runs 3 --only anchor --binary other", None).unwrap();
        assert_eq!((options.messages, options.runs, options.who, options.postgres.clone()), (20, 3, Who::Anchor, None));
        assert_eq!(options.binary, Path::new("other"));
        assert!(!read("--engine postgres", Some("url")).unwrap().sqlite);
    }

    #[test]
    fn wrong_use_says_how() {
        for words in ["", "--engine postgres", "--engine oracle", "--runs", "--runs x", "--only me", "--what 1"] {
            assert!(read(words, None).unwrap_err().contains("usage:"), "{words}");
        }
    }
}
