//! The words by which a name is found, however it is spelled: without marks and case, and the same for what is on record and for what is typed.
//!
//! Latin, Greek and Cyrillic letters lose their marks ("Nguyễn" is found by "nguyen", "Ødegård" by "odegard"); the words of other scripts stay as they
//! are, so that a Chinese name is found by its first characters. Folding is for finding only: two names that fold alike are not the same name.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Characters of a word that count. A longer word is found by these.
pub const WORD_CHARS_MAX: usize = 40;

/// The words of a name on record, each once, family name first. A name with a hyphen or an apostrophe is found by its parts and by all of it in one
/// word; a name in Chinese, Japanese or Korean also as it is written, without a space.
pub fn name_words(family: &str, given: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut add = |word: String| {
        if !word.is_empty() && !words.contains(&word) {
            words.push(word);
        }
    };
    for chunk in [family, given].into_iter().flat_map(chunks) {
        chunk.split(is_hyphen).for_each(|part| add(fold(part)));
        add(fold(&chunk));
        chunk.split(|character| is_hyphen(character) || is_apostrophe(character)).for_each(|part| add(fold(part)));
    }
    if is_written_without_spaces(family) && is_written_without_spaces(given) {
        add(fold(&format!("{family}{given}")));
    }
    words
}

/// The words somebody typed to find a name, each once. Every one is the beginning of a word of the name.
pub fn asked_words(typed: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for chunk in chunks(typed) {
        for word in chunk.split(is_hyphen).map(fold).filter(|word| !word.is_empty()) {
            if !words.contains(&word) {
                words.push(word);
            }
        }
    }
    words
}

/// Whether two names, as words, may be of one person: of the one with fewer words at least half are in the other too, or stand there with one letter
/// otherwise, or shortened. A hint for people who look, and no more: twins and namesakes are alike.
pub fn names_alike(one: &[String], other: &[String]) -> bool {
    let (fewer, more) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    let alike = fewer.iter().filter(|word| more.iter().any(|other| words_alike(word, other))).count();
    alike > 0 && alike * 2 >= fewer.len()
}

/// Letters that a word must have for its beginning to stand for it: Ann for Anna.
const LETTERS_SHORTENED_MIN: usize = 3;
/// Letters that a word must have for one of them to be a slip: with fewer it is another name (Lan, Van, Han).
const LETTERS_WITH_SLIP_MIN: usize = 4;

fn words_alike(one: &str, other: &str) -> bool {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let (short, long) = if one.len() <= other.len() { (&one, &other) } else { (&other, &one) };
    let is_shortened = || short.len() >= LETTERS_SHORTENED_MIN && long.starts_with(short);
    short == long || is_shortened() || (short.len() >= LETTERS_WITH_SLIP_MIN && is_one_slip(short, long))
}

/// Whether one letter was added, left out or mistaken, or two neighbours were swapped.
fn is_one_slip(short: &[char], long: &[char]) -> bool {
    let front = short.iter().zip(long).take_while(|(one, other)| one == other).count();
    let rest = |word: &[char], skipped: usize| word.iter().skip(front + skipped).copied().collect::<Vec<char>>();
    let swapped = || short.get(front) == long.get(front + 1) && short.get(front + 1) == long.get(front) && rest(short, 2) == rest(long, 2);
    match long.len() - short.len() {
        0 => rest(short, 1) == rest(long, 1) || swapped(),
        1 => rest(short, 0) == rest(long, 1),
        _ => false,
    }
}

/// What stands between spaces and signs; hyphens and apostrophes stay inside.
fn chunks(text: &str) -> Vec<String> {
    let inside =
        |character: char| character.is_alphanumeric() || is_combining_mark(character) || is_hyphen(character) || is_apostrophe(character);
    // Apostrophes first: an accent that stands alone would come apart into a space and a mark.
    let plain = |character: char| if is_apostrophe(character) { '\'' } else { character };
    let text: String = text.chars().map(plain).nfkc().collect();
    text.split(|character| !inside(character)).filter(|chunk| !chunk.is_empty()).map(str::to_owned).collect()
}

/// One word without marks, case, hyphens and apostrophes.
fn fold(word: &str) -> String {
    let bare = word.chars().filter(|character| !is_apostrophe(*character) && !is_hyphen(*character));
    let lower = bare.nfkd().filter(|character| !is_western_mark(*character)).flat_map(char::to_lowercase);
    let mut folded = String::new();
    // Lower case may bring a mark of its own: İ becomes i with a dot above.
    for character in lower.filter(|character| !is_western_mark(*character)) {
        match plain(character) {
            Some(letters) => folded.push_str(letters),
            None if character.is_alphanumeric() || is_combining_mark(character) => folded.push(character),
            None => {}
        }
    }
    folded.nfc().take(WORD_CHARS_MAX).collect()
}

/// Letters that do not come apart into a letter and a mark, as those without them on their keyboards type them.
const fn plain(character: char) -> Option<&'static str> {
    Some(match character {
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'ø' => "o",
        'đ' | 'ð' => "d",
        'þ' => "th",
        'ł' => "l",
        'ħ' => "h",
        'ı' => "i",
        'ς' => "σ",
        _ => return None,
    })
}

/// Marks above, below and through letters of Latin, Greek and Cyrillic. The vowel signs of other scripts are marks too, and stay.
const fn is_western_mark(character: char) -> bool {
    matches!(character, '\u{300}'..='\u{36F}' | '\u{1AB0}'..='\u{1AFF}' | '\u{1DC0}'..='\u{1DFF}')
}

const fn is_hyphen(character: char) -> bool {
    matches!(character, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{FE58}' | '\u{FE63}' | '\u{FF0D}')
}

const fn is_apostrophe(character: char) -> bool {
    matches!(character, '\'' | '`' | '\u{B4}' | '\u{2B9}'..='\u{2BF}' | '\u{2018}' | '\u{2019}' | '\u{201B}' | '\u{2032}' | '\u{FF07}')
}

/// Chinese, Japanese or Korean from end to end.
fn is_written_without_spaces(text: &str) -> bool {
    let is_such = |character: char| matches!(character, '\u{3040}'..='\u{30FF}' | '\u{3400}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7AF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}');
    !text.is_empty() && text.chars().all(is_such)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_are_found_by_what_everybody_can_type() {
        for (family, given, words) in [
            ("Nguyễn", "Thị Đào", &["nguyen", "thi", "dao"][..]),
            ("Strauß", "Jürgen", &["strauss", "jurgen"]),
            ("Ødegård", "Åse Æsa", &["odegard", "ase", "aesa"]),
            ("Łukasiewicz", "Żaneta", &["lukasiewicz", "zaneta"]),
            ("Şahin", "İrem Işıl", &["sahin", "irem", "isil"]),
            ("Smith-Jones", "Anne Marie", &["smith", "jones", "smithjones", "anne", "marie"]),
            ("O’Brien", "D'Arcy", &["obrien", "o", "brien", "darcy", "d", "arcy"]),
            ("Йорданов", "Пётр", &["иорданов", "петр"]),
            ("Παπανδρέου", "Γιώργος", &["παπανδρεου", "γιωργοσ"]),
            ("王", "小明", &["王", "小明", "王小明"]),
            ("김", "민준", &["김", "민준", "김민준"]),
            ("محمد", "عائشة", &["محمد", "عائشة"]),
            ("हिंदी", "कमला", &["हिंदी", "कमला"]),
            ("Ｍüller", "", &["muller"]),
            ("Anna", "Anna", &["anna"]),
            ("<script>", "alert(1)", &["script", "alert", "1"]),
            ("---", "'", &[]),
        ] {
            assert_eq!(name_words(family, given), words, "{family}, {given}");
        }
    }

    #[test]
    fn what_is_typed_is_folded_alike() {
        for (typed, words) in [
            ("NGUYỄN,  đào", &["nguyen", "dao"][..]),
            ("O'Brien", &["obrien"]),
            ("smith-jones", &["smith", "jones"]),
            ("王小", &["王小"]),
            (" , ; ", &[]),
            ("anna ANNA", &["anna"]),
        ] {
            assert_eq!(asked_words(typed), words, "{typed}");
        }
    }

    #[test]
    fn names_of_one_person_are_alike_and_others_are_not() {
        let alike = |one: (&str, &str), other: (&str, &str)| {
            let (one, other) = (name_words(one.0, one.1), name_words(other.0, other.1));
            assert_eq!(names_alike(&one, &other), names_alike(&other, &one));
            names_alike(&one, &other)
        };
        for other in [
            ("Müller", "Anna"),
            ("Mueller", "Anna"),
            ("Muler", "Ana"),
            ("Anna", "Muller"),
            ("Muller", "Ann"),
            ("Mulelr", "Bea"),
            ("Schmidt", "Anna"),
        ] {
            assert!(alike(("Muller", "Anna"), other), "{other:?}");
        }
        for other in [("Mollor", "Bo"), ("Smith", "John"), ("Mu", "A"), ("", "")] {
            assert!(!alike(("Muller", "Anna"), other), "{other:?}");
        }
        // One word of three is what 40 in a hundred have.
        assert!(!alike(("Nguyễn", "Thị Lan"), ("Nguyễn", "Văn Hùng")));
        assert!(alike(("Nguyễn", "Thị Lan"), ("Nguyen", "Lan")));
    }

    #[test]
    fn a_word_longer_than_any_name_is_found_by_its_beginning() {
        let word = "x".repeat(100);
        assert_eq!(name_words(&word, ""), ["x".repeat(WORD_CHARS_MAX)]);
        assert_eq!(asked_words(&word), name_words(&word, ""));
    }

    proptest! {
        /// What folds is folded: a word typed from a label finds the name, and nothing that stands for an order of words is inside a word.
        #[test]
        fn words_are_short_bare_and_fold_to_themselves(family in "\\PC{0,100}", given in "\\PC{0,100}") {
            for word in name_words(&family, &given) {
                prop_assert!(!word.is_empty() && word.chars().count() <= WORD_CHARS_MAX);
                prop_assert!(word.chars().all(|character| character > '\u{20}'), "{word:?}");
                prop_assert_eq!(asked_words(&word), [word]);
            }
        }
    }
}
