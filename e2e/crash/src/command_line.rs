//! What the checker is asked to do.

use std::path::PathBuf;

/// How to call the program.
pub const USAGE: &str =
    "usage: crash --binary PATH --engine sqlite|postgres [--postgres URL] --kills N [--seed S] [--links 8] [--expect-loss]
  --binary PATH      the benchside binary
  --engine           which database; postgres needs a server: --postgres URL or BENCHSIDE_TEST_POSTGRES
  --kills N          how often the server is killed
  --seed S           chooses the moments of the kills; printed, so that a run can be repeated
  --links N          how many analysers send at the same time
  --expect-loss      negative control: success means that losses were found";

/// The database engine under test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Engine {
    /// The file in the data directory.
    Sqlite,
    /// A PostgreSQL server at this URL; the checker makes a database of its own there.
    Postgres(String),
}

/// The options of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// The `benchside` binary.
    pub binary: PathBuf,
    /// The engine.
    pub engine: Engine,
    /// How often to kill.
    pub kills: u32,
    /// What the moments of the kills follow from.
    pub seed: u64,
    /// How many links.
    pub links: usize,
    /// Whether losses are what is wanted.
    pub expect_loss: bool,
}

impl Options {
    /// Reads the words after the program's name. `server` is the PostgreSQL URL of the environment, `seed` is used if none is given.
    ///
    /// # Errors
    /// A word is not known, lacks its value, or a needed one is missing: what to write instead.
    pub fn read(words: impl Iterator<Item = String>, server: Option<String>, seed: u64) -> Result<Options, String> {
        let (mut binary, mut engine, mut kills, mut server) = (None, None, None, server);
        let (mut seed, mut links, mut expect_loss) = (seed, 8, false);
        let mut words = words;
        while let Some(word) = words.next() {
            if word == "--expect-loss" {
                expect_loss = true;
                continue;
            }
            let value = words.next().ok_or(format!("{word} needs a value\n{USAGE}"))?;
            match word.as_str() {
                "--binary" => binary = Some(PathBuf::from(value)),
                "--engine" => engine = Some(value),
                "--postgres" => server = Some(value),
                "--kills" => kills = Some(number(&word, &value)?),
                "--seed" => seed = number(&word, &value)?,
                "--links" => links = number(&word, &value)?,
                _ => return Err(format!("{word} is not known\n{USAGE}")),
            }
        }
        let engine = match (engine.as_deref(), server) {
            (Some("sqlite"), _) => Engine::Sqlite,
            (Some("postgres"), Some(url)) => Engine::Postgres(url),
            (Some("postgres"), None) => return Err(format!("no PostgreSQL server is named\n{USAGE}")),
            _ => return Err(format!("--engine sqlite or --engine postgres is needed\n{USAGE}")),
        };
        let needed = |name: &str| format!("{name} is needed\n{USAGE}");
        Ok(Options {
            binary: binary.ok_or_else(|| needed("--binary"))?,
            engine,
            kills: kills.ok_or_else(|| needed("--kills"))?,
            seed,
            links: usize::clamp(links, 1, 64),
            expect_loss,
        })
    }
}

fn number<T: std::str::FromStr>(word: &str, value: &str) -> Result<T, String> {
    value.parse().map_err(|_| format!("{word} {value}: not a number\n{USAGE}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(words: &str, server: Option<&str>) -> Result<Options, String> {
        Options::read(words.split_whitespace().map(str::to_owned), server.map(str::to_owned), 42)
    }

    #[test]
    fn the_needed_words_are_enough() {
        let options = read("--binary b --engine sqlite --kills 100", None).unwrap();
        assert_eq!((options.kills, options.links, options.seed, options.expect_loss), (100, 8, 42, false));
        assert_eq!(options.engine, Engine::Sqlite);
    }

    #[test]
    fn the_server_may_stand_in_the_environment() {
        let words = "--binary b --engine postgres --kills 1";
        assert_eq!(read(words, Some("postgres://x")).unwrap().engine, Engine::Postgres("postgres://x".into()));
        assert!(read(words, None).unwrap_err().contains("PostgreSQL"));
        assert_eq!(read(&format!("{words} --postgres u"), Some("x")).unwrap().engine, Engine::Postgres("u".into()));
    }

    #[test]
    fn wrong_use_says_what_is_needed() {
        for words in
            ["", "--engine sqlite --kills 1", "--binary b --kills 1", "--binary b --engine sqlite", "--kills x", "--kills", "--no 1"]
        {
            assert!(read(words, None).unwrap_err().contains("usage:"), "{words}");
        }
    }
}
