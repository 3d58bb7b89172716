//! What may stand in a text that people read: nothing that hides, reorders or ends it.

/// How much of an outside text a trouble repeats, in characters.
pub(crate) const EXCERPT_CHARS_MAX: usize = 64;

/// The beginning of an outside text, short enough for a message.
pub(crate) fn excerpt(text: &str) -> String {
    text.chars().take(EXCERPT_CHARS_MAX).collect()
}

/// Whether a character can be seen as itself. Control characters cannot; nor can zero-width and text-direction marks, which make two
/// different names look the same, nor the replacement character, which says that a decoder already lost something.
pub fn is_printable(character: char) -> bool {
    let hidden = matches!(character,
        '\u{00AD}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFFD}');
    !character.is_control() && !hidden
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_show_and_marks_that_hide_do_not() {
        assert!("Ångström-Müller 北 1'".chars().all(is_printable));
        for hidden in ['\0', '\n', '\u{7f}', '\u{85}', '\u{200b}', '\u{202e}', '\u{2066}', '\u{feff}', '\u{fffd}'] {
            assert!(!is_printable(hidden), "{hidden:?}");
        }
    }
}
