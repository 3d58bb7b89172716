//! The one place page text goes through, so that other languages can come later: `t!("English")`.

/// Page text in the language of the page. With values: `t!("{count} tasks", count = 3)`.
macro_rules! t {
    ($text:literal) => {
        $crate::words::page_text($text)
    };
    ($text:literal, $($name:ident = $value:expr),+ $(,)?) => {
        format!($text, $($name = $value),+)
    };
}
pub(crate) use t;

/// The text as the page shows it. English is the only language so far, and it is the key of those to come.
pub(crate) const fn page_text(english: &'static str) -> &'static str {
    english
}
