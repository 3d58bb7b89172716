//! What a sender wrote, repeated in words of ours.

/// How much is repeated.
const QUOTED_CHARS_MAX: usize = 40;

/// The beginning of a code in quotation marks, in ASCII, so that it can stand in any answer. For codes only: never for what names a
/// patient.
pub(crate) fn quoted(code: &str) -> String {
    let start: String = code.chars().take(QUOTED_CHARS_MAX).collect();
    format!("\"{}\"", start.escape_default())
}
