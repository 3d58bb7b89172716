//! An edition: reviewed text with a name, a source, and a day from which it holds. Whether anybody vouches for it never stands in its files, which
//! anybody may write: a signature is given in a laboratory, by a director, and kept there.

use crate::table::ContentTrouble;
use kernel::{Day, Timestamp};
use serde::Deserialize;

/// Whether a laboratory director has signed an edition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signature {
    /// A starting default that nobody vouches for.
    Unverified,
    /// Signed.
    Signed {
        /// The director's name.
        by: String,
        /// When.
        at: Timestamp,
        /// What signing it meant, in the director's words.
        meaning: String,
    },
}

/// The heading of an edition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edition {
    /// The name every result judged by it keeps.
    pub name: String,
    /// Where it comes from.
    pub source: String,
    /// The day from which it holds, at the earliest; in the zone of the site.
    pub effective_from: Day,
    /// Whether anyone vouches for it.
    pub signature: Signature,
}

impl Edition {
    /// Whether a director signed it.
    pub fn is_signed(&self) -> bool {
        matches!(self.signature, Signature::Signed { .. })
    }
}

const FILE: &str = "edition.toml";
/// Characters of a name; it is kept with every result.
pub const NAME_CHARACTERS_MAX: usize = 64;
/// Characters of a source.
const SOURCE_CHARACTERS_MAX: usize = 1_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EditionText {
    name: String,
    source: String,
    effective_from: String,
}

/// The fields of `edition.toml` as they are written, for comparing.
pub(crate) fn fields(text: &str) -> Result<Vec<(String, String)>, ContentTrouble> {
    let file = parse(text)?;
    let fields = [("name", file.name), ("source", file.source), ("effective_from", file.effective_from)];
    Ok(fields.map(|(name, value)| (name.to_owned(), value)).to_vec())
}

fn parse(text: &str) -> Result<EditionText, ContentTrouble> {
    toml::from_str(text).map_err(|error| trouble(error.message().to_owned()))
}

fn trouble(what: String) -> ContentTrouble {
    ContentTrouble { file: FILE.to_owned(), line: 0, what }
}

/// Reads `edition.toml`.
pub(crate) fn read(text: &str) -> Result<Edition, ContentTrouble> {
    let file = parse(text)?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    if !(1..=NAME_CHARACTERS_MAX).contains(&file.name.len()) || !file.name.bytes().all(plain) {
        return Err(trouble(format!("name must have 1 to {NAME_CHARACTERS_MAX} of A-Z, a-z, 0-9, “-”, “_” and “.”")));
    }
    if file.source.trim().is_empty() || file.source.chars().count() > SOURCE_CHARACTERS_MAX {
        return Err(trouble(format!("source must have 1 to {SOURCE_CHARACTERS_MAX} characters")));
    }
    let effective_from = file.effective_from.parse().map_err(|wrong| trouble(format!("effective_from: {wrong}")))?;
    Ok(Edition { name: file.name, source: file.source, effective_from, signature: Signature::Unverified })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(name: &str, source: &str, effective_from: &str, more: &str) -> Result<Edition, ContentTrouble> {
        read(&format!("name = \"{name}\"\nsource = \"{source}\"\neffective_from = \"{effective_from}\"\n{more}"))
    }

    #[test]
    fn an_edition_has_a_name_a_source_and_a_day() {
        let edition = with("trial-2.1_b", "here", "2026-11-21", "").unwrap();
        assert_eq!((edition.effective_from.to_string().as_str(), edition.is_signed()), ("2026-11-21", false));
        let long = "x".repeat(65);
        for (name, source, day, word) in [
            ("", "here", "2026-11-21", "name"),
            (long.as_str(), "here", "2026-11-21", "64"),
            ("two words", "here", "2026-11-21", "name"),
            ("trial", " ", "2026-11-21", "source"),
            ("trial", "here", "2026-02-29", "effective_from"),
            ("trial", "here", "soon", "2026-11-22"),
        ] {
            let trouble = with(name, source, day, "").unwrap_err();
            assert!(trouble.file == "edition.toml" && trouble.what.contains(word), "{trouble}");
        }
    }

    #[test]
    fn a_file_cannot_sign_itself() {
        for more in ["signature = \"signed\"", "signed_by = \"Dr A\"", "signature = \"unverified\""] {
            assert!(with("trial", "here", "2026-11-21", more).unwrap_err().what.contains("unknown field"), "{more}");
        }
    }
}
