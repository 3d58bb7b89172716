//! Check characters of the hybrid systems of ISO 7064: MOD 11,10 over digits and MOD 37,36 over digits and capital letters.
//! Both find every single wrong character and nearly every pair that was swapped.

/// The check character of MOD 37,36, of a text of `[0-9A-Z]`. `None` for any other character.
pub(super) fn check_mod_37_36(text: &str) -> Option<char> {
    check(text, 36)
}

/// The check digit of MOD 11,10, of a text of digits. `None` for any other character.
pub(super) fn check_mod_11_10(text: &str) -> Option<char> {
    check(text, 10)
}

/// The hybrid recursion: `P = M`; for each character `S = (P + value) mod M`, `M` where that is 0; `P = 2 S mod (M + 1)`. The check
/// character is what makes `P + value` leave 1.
fn check(text: &str, modulus: u32) -> Option<char> {
    let product = text.chars().try_fold(modulus, |product, character| {
        let sum = (product + value(character, modulus)?) % modulus;
        Some(if sum == 0 { modulus } else { sum } * 2 % (modulus + 1))
    })?;
    char::from_digit((modulus + 1 - product) % modulus, modulus).map(|character| character.to_ascii_uppercase())
}

/// 0 to 9 for digits, 10 to 35 for capital letters.
fn value(character: char, modulus: u32) -> Option<u32> {
    character.to_digit(modulus).filter(|_| !character.is_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_examples_come_out() {
        // The Global Release Identifier standard (IFPI): GRid A1-2425G-ABC1234002-M.
        assert_eq!(check_mod_37_36("A12425GABC1234002"), Some('M'));
        // The example of ISO 7064 for MOD 11,10: 0794 with check digit 5.
        assert_eq!(check_mod_11_10("0794"), Some('5'));
        // The Croatian OIB, which uses MOD 11,10; its published specimen 69435151530.
        assert_eq!(check_mod_11_10("6943515153"), Some('0'));
    }

    #[test]
    fn characters_outside_the_alphabet_have_no_check() {
        assert_eq!(check_mod_37_36("a1"), None);
        assert_eq!(check_mod_37_36("A-1"), None);
        assert_eq!(check_mod_11_10("1A"), None);
    }
}
