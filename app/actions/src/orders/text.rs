//! Free text of a request: trimmed, plain, and no longer than its limit.

use super::request::FieldTrouble;
use kernel::is_printable;

/// A text that may be empty; line ends stand only where the field has several lines.
pub(crate) fn read_text(field: &'static str, text: &str, chars_max: usize, lines: bool) -> Result<String, FieldTrouble> {
    let text = text.trim().replace("\r\n", "\n");
    let trouble = |what: String, next: &str| FieldTrouble { field, what, next: next.to_owned() };
    if text.chars().nth(chars_max).is_some() {
        return Err(trouble(format!("it has more than {chars_max} characters"), "shorten it"));
    }
    if !text.chars().all(|character| is_printable(character) || (lines && character == '\n')) {
        return Err(trouble("it has a control or invisible character".to_owned(), "type it again as plain text"));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_trimmed_and_neither_too_long_nor_hidden() {
        assert_eq!(read_text("contact", "  ward 3 \t", 6, false).unwrap(), "ward 3");
        assert_eq!(read_text("contact", "", 6, false).unwrap(), "");
        assert!(read_text("contact", "ward 33", 6, false).unwrap_err().what.contains("more than 6"));
        assert_eq!(read_text("clinical_information", "a\r\nb", 9, true).unwrap(), "a\nb");
        for hidden in ["a\nb", "a\0b", "a\u{202e}b"] {
            assert!(read_text("contact", hidden, 9, false).is_err(), "{hidden:?}");
        }
        assert!(read_text("clinical_information", "a\0b", 9, true).is_err());
    }
}
