//! What may be said of a panic where no patient must be named.

use std::any::Any;

/// The words of a panic that were written into the program. Words made while it ran, such as those of the standard library about a text that was cut
/// in the wrong place, may repeat what was being read: they are withheld.
pub fn panic_words(panic: &(dyn Any + Send)) -> &'static str {
    match panic.downcast_ref::<&'static str>() {
        Some(words) => words,
        None if panic.is::<String>() => "its words are withheld, as they may hold data of a patient",
        None => "it has no words",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(panicking: fn(&str)) -> &'static str {
        let panic = std::panic::catch_unwind(|| panicking("Quillfeather")).unwrap_err();
        panic_words(panic.as_ref())
    }

    #[test]
    fn words_made_of_data_are_withheld_and_those_of_the_program_are_not() {
        assert_eq!(said(|_| panic!("a frame without an end")), "a frame without an end");
        assert!(said(|name| panic!("{name} is no number")).contains("withheld"));
        assert!(said(|name| assert_eq!(name.parse::<u8>(), Ok(1))).contains("withheld"));
        assert_eq!(said(|_| std::panic::panic_any(7)), "it has no words");
    }
}
