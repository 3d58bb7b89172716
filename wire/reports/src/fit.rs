//! What does not fit is shortened, and says so.

use kernel::printable::is_printable;
use unicode_segmentation::UnicodeSegmentation;

/// How a text is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Face {
    /// What is read at leisure.
    Plain,
    /// What is read at arm's length.
    Bold,
    /// Codes, where O and 0 must differ.
    Code,
}

/// How wide texts are in the letters of a medium.
pub trait Ruler {
    /// Width in thousandths of the letters' height. Too wide is safe, too narrow is not.
    fn width(&self, text: &str, face: Face) -> u32;

    /// What stands where a text was cut off.
    fn ellipsis(&self) -> &'static str;

    /// Width in dots of letters so many dots high, rounded up.
    fn dots(&self, text: &str, face: Face, height: u32) -> u32 {
        u32::try_from((u64::from(self.width(text, face)) * u64::from(height)).div_ceil(1000)).unwrap_or(u32::MAX)
    }
}

/// Letters of a text that are looked at; no label is wide enough for more.
const LETTERS_MAX: usize = 400;

/// The text, or as much of its beginning as fits with an ellipsis behind it, in letters so many dots high. A letter keeps its accents.
/// Characters that cannot be seen as themselves become question marks, so that they can neither hide nor turn around what stands beside them.
pub fn fit(text: &str, face: Face, height: u32, width: u32, ruler: &dyn Ruler) -> String {
    let letters: Vec<String> = text.graphemes(true).take(LETTERS_MAX + 1).map(seen).collect();
    let fits = |text: &str| ruler.dots(text, face, height) <= width;
    let whole = letters.concat();
    if letters.len() <= LETTERS_MAX && fits(&whole) {
        return whole;
    }
    let shortened = |letters: &[String]| format!("{}{}", letters.concat().trim_end(), ruler.ellipsis());
    // Between the most letters that fit and the fewest that do not.
    let (mut fitting, mut too_many) = (0, letters.len().min(LETTERS_MAX + 1));
    while fitting + 1 < too_many {
        let between = fitting.midpoint(too_many);
        let fits = letters.get(..between).is_some_and(|letters| fits(&shortened(letters)));
        *(if fits { &mut fitting } else { &mut too_many }) = between;
    }
    shortened(letters.get(..fitting).unwrap_or_default())
}

/// Marks in a row on one letter; more are there to climb over the lines beside it.
const MARKS_MAX: usize = 3;
/// Characters of one letter. In scripts of India several consonants with their vowel are one: kshmi is six characters.
const CHARACTERS_MAX: usize = 12;

fn seen(letter: &str) -> String {
    let (mut shown, mut marks) = (String::with_capacity(letter.len()), 0);
    for (place, character) in letter.chars().enumerate() {
        // Accents and viramas are no letters of the alphabet; consonants and vowel signs are.
        marks = if place == 0 || character.is_alphabetic() { 0 } else { marks + 1 };
        if marks > MARKS_MAX || place >= CHARACTERS_MAX {
            shown.push('?');
            break;
        }
        shown.push(if is_printable(character) { character } else { '?' });
    }
    shown
}

/// Words with commas between, as many as fit; how many are missing stands behind them.
pub(crate) fn fit_list(words: &[String], face: Face, height: u32, width: u32, ruler: &dyn Ruler) -> String {
    let listed = |shown: usize| {
        let joined = words.get(..shown).unwrap_or_default().join(", ");
        if shown == words.len() { joined } else { format!("{joined} +{}", words.len() - shown) }
    };
    let most = words.len().min(LETTERS_MAX);
    let fits = |text: &str| ruler.dots(text, face, height) <= width;
    // From the fewest on: what is measured is never much longer than the label, however long the list is.
    let candidates = (2..=most).take_while(|shown| fits(&words.get(..*shown).unwrap_or_default().join(", ")));
    let text = candidates.map(listed).filter(|text| fits(text)).last();
    fit(&text.unwrap_or_else(|| listed(most.min(1))), face, height, width, ruler)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every character is half as wide as high.
    struct Half;

    impl Ruler for Half {
        fn width(&self, text: &str, _: Face) -> u32 {
            u32::try_from(text.chars().count()).unwrap() * 500
        }
        fn ellipsis(&self) -> &'static str {
            "…"
        }
    }

    fn in_letters(text: &str, letters: u32) -> String {
        fit(text, Face::Plain, 20, letters * 10, &Half)
    }

    #[test]
    fn what_fits_stays_whole_and_what_does_not_says_so() {
        assert_eq!(in_letters("Müller", 6), "Müller");
        assert_eq!(in_letters("Müller", 5), "Müll…");
        assert_eq!(in_letters("Anna Maria", 6), "Anna…", "no blank before the ellipsis");
        assert_eq!(in_letters("", 6), "");
        assert_eq!(in_letters("Müller", 0), "…");
    }

    #[test]
    fn a_letter_keeps_its_accents() {
        // ễ as e, circumflex, tilde: three characters, one letter.
        assert_eq!(in_letters("Nguye\u{302}\u{303}n", 6), "Nguy…");
        assert_eq!(in_letters("Nguye\u{302}\u{303}n", 8), "Nguye\u{302}\u{303}n");
    }

    #[test]
    fn hidden_characters_and_heaps_of_accents_are_shown_as_question_marks() {
        assert_eq!(in_letters("a\u{202e}b\nc", 9), "a?b?c");
        let heap = format!("a{}", "\u{301}".repeat(90));
        assert_eq!(in_letters(&heap, 9), "a\u{301}\u{301}\u{301}?");
        // Vowel signs are letters of their alphabet, yet a heap of them is cut too.
        let heap = format!("क{}", "ी".repeat(90));
        assert_eq!(in_letters(&heap, 20), format!("क{}?", "ी".repeat(11)));
    }

    #[test]
    fn consonants_that_join_into_one_letter_stay() {
        assert_eq!(in_letters("लक्ष्मी कृष्णा", 30), "लक्ष्मी कृष्णा");
        assert_eq!(in_letters("স্ত্রী", 30), "স্ত্রী");
    }

    #[test]
    fn enormous_texts_are_cut_like_any_other() {
        assert_eq!(in_letters(&"x".repeat(10_000_000), 4), "xxx…");
        assert_eq!(in_letters(&"x".repeat(LETTERS_MAX + 1), u32::MAX / 10).chars().count(), LETTERS_MAX + 1);
    }

    #[test]
    fn a_list_says_how_many_are_missing() {
        let words: Vec<String> = ["Na", "K", "Cl", "CREA"].map(String::from).into();
        let listed = |letters: u32| fit_list(&words, Face::Plain, 20, letters * 10, &Half);
        assert_eq!(listed(15), "Na, K, Cl, CREA");
        assert_eq!(listed(14), "Na, K, Cl +1");
        assert_eq!(listed(9), "Na, K +2");
        assert_eq!(listed(5), "Na +3");
        assert_eq!(listed(4), "Na…", "one word is shortened like any text");
        assert_eq!(fit_list(&[], Face::Plain, 20, 90, &Half), "");
    }
}
