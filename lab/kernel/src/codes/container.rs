//! The code of one tube, aliquot or other vessel.

use super::iso7064::check_mod_37_36;
use crate::printable::excerpt;
use std::fmt;
use std::str::FromStr;

/// Characters of a container code: what every analyser reads and what fits the width of a tube in Code 128.
pub const CONTAINER_CODE_CHARS_MAX: usize = 12;
/// Digits of the number in a short code, with leading zeros.
const NUMBER_DIGITS_MIN: usize = 7;
/// Highest number: 9 digits leave room for two letters and the check character.
const NUMBER_MAX: u32 = 999_999_999;

/// A container's own code, never used twice: a site prefix of one or two letters, a number of 7 to 9 digits and an ISO 7064 MOD 37,36
/// check character, at most 12 characters `[0-9A-Z]`. It begins with a letter, so that it can never be taken for an accession number.
/// ```
/// use kernel::codes::ContainerCode;
/// let code = ContainerCode::compose("B", 42).unwrap();
/// assert_eq!(ContainerCode::parse(code.as_str()).unwrap(), code);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContainerCode(Box<str>);

/// A text that is no container code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ContainerTrouble {
    /// Not letters, digits and a check character.
    #[error("{0:?} is not a container code (one or two letters, 7 to 9 digits, a check character); scan the tube's own label")]
    Form(String),
    /// The check character is wrong.
    #[error("the check character of container code {0:?} is wrong; scan it again, or type it again letter by letter")]
    Check(String),
    /// A prefix that is not one or two capital letters.
    #[error("{0:?} is not a site prefix; set one or two capital letters in the settings")]
    Prefix(String),
    /// No numbers are left.
    #[error("container number {0} is above 999999999; give the site a new prefix")]
    Number(u32),
}

impl ContainerCode {
    /// Makes the code of a number leased for a site.
    pub fn compose(prefix: &str, number: u32) -> Result<Self, ContainerTrouble> {
        if !matches!(prefix.as_bytes(), [b'A'..=b'Z'] | [b'A'..=b'Z', b'A'..=b'Z']) {
            return Err(ContainerTrouble::Prefix(excerpt(prefix)));
        }
        if number > NUMBER_MAX {
            return Err(ContainerTrouble::Number(number));
        }
        let body = format!("{prefix}{number:07}");
        let check = check_mod_37_36(&body).ok_or(ContainerTrouble::Prefix(excerpt(prefix)))?;
        Ok(Self(format!("{body}{check}").into()))
    }

    /// Reads a scanned or typed code: blanks around it are padding, small letters count as capitals.
    pub fn parse(text: &str) -> Result<Self, ContainerTrouble> {
        let code = text.trim_matches(' ');
        let form = || ContainerTrouble::Form(excerpt(code));
        if code.len() > CONTAINER_CODE_CHARS_MAX || !code.is_ascii() {
            return Err(form());
        }
        let code = code.to_ascii_uppercase();
        let (body, check) = code.split_at_checked(code.len().saturating_sub(1)).ok_or_else(form)?;
        let prefix = body.len() - body.trim_start_matches(|letter: char| letter.is_ascii_uppercase()).len();
        let digits = body.get(prefix..).unwrap_or_default();
        let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
        let canonical = digits.len() == NUMBER_DIGITS_MIN || (digits.len() > NUMBER_DIGITS_MIN && !digits.starts_with('0'));
        let check_fits = check.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if !(1..=2).contains(&prefix) || !plain || !check_fits || !canonical || digits.len() > 9 {
            return Err(form());
        }
        match check_mod_37_36(body) {
            Some(expected) if check.starts_with(expected) => Ok(Self(code.into())),
            _ => Err(ContainerTrouble::Check(excerpt(&code))),
        }
    }

    /// The code as on the label.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ContainerCode {
    type Err = ContainerTrouble;
    fn from_str(text: &str) -> Result<Self, ContainerTrouble> {
        Self::parse(text)
    }
}

impl fmt::Display for ContainerCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
