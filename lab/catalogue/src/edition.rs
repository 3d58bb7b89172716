//! An edition: reviewed text with a name, a source, a date from which it holds and a signature state.

use crate::table::ContentTrouble;
use serde::Deserialize;

/// Whether a laboratory director has signed an edition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signature {
    /// A starting default that nobody vouches for.
    Unverified,
    /// Signed, by whom and when, in the words of the file.
    Signed {
        /// The director.
        by: String,
        /// The date, as written.
        on: String,
    },
}

/// The heading of an edition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edition {
    /// The name every result judged by it keeps.
    pub name: String,
    /// Where it comes from.
    pub source: String,
    /// ISO date from which it holds.
    pub effective_from: String,
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

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EditionText {
    name: String,
    source: String,
    effective_from: String,
    signature: String,
    signed_by: Option<String>,
    signed_on: Option<String>,
}

/// The fields of `edition.toml` as they are written, for comparing.
pub(crate) fn fields(text: &str) -> Result<Vec<(String, String)>, ContentTrouble> {
    let file = parse(text)?;
    let given = |text: Option<String>| text.unwrap_or_default();
    let fields = [
        ("name", file.name),
        ("source", file.source),
        ("effective_from", file.effective_from),
        ("signature", file.signature),
        ("signed_by", given(file.signed_by)),
        ("signed_on", given(file.signed_on)),
    ];
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
    if file.name.is_empty() || file.name.len() > 64 {
        return Err(trouble("name must have 1 to 64 characters".to_owned()));
    }
    let signature = match (file.signature.as_str(), file.signed_by, file.signed_on) {
        ("unverified", None, None) => Signature::Unverified,
        ("signed", Some(by), Some(on)) if !by.is_empty() && !on.is_empty() => Signature::Signed { by, on },
        _ => {
            return Err(trouble("signature must be \"unverified\", or \"signed\" together with signed_by and signed_on".to_owned()));
        }
    };
    Ok(Edition { name: file.name, source: file.source, effective_from: file.effective_from, signature })
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "name = \"a\"\nsource = \"b\"\neffective_from = \"2026-11-21\"\n";

    #[test]
    fn a_signature_needs_a_name_and_a_date() {
        assert!(!read(&format!("{HEAD}signature = \"unverified\"")).unwrap().is_signed());
        assert!(read(&format!("{HEAD}signature = \"signed\"\nsigned_by = \"Dr A\"\nsigned_on = \"2026-11-21\"")).unwrap().is_signed());
        for tail in ["signature = \"signed\"", "signature = \"unverified\"\nsigned_by = \"Dr A\"", "signature = \"yes\"", ""] {
            assert!(read(&format!("{HEAD}{tail}")).is_err(), "{tail}");
        }
    }
}
