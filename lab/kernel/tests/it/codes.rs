//! Container codes and accession numbers.

use kernel::codes::{AccessionNumber, AccessionTrouble, ContainerCode, ContainerTrouble};

/// MOD 37,36 written out apart from the product: the remainder formula of the standard over every candidate.
fn check_37_36(body: &str) -> char {
    let alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    let value = |letter: char| alphabet.find(letter).unwrap();
    let mut product = 36;
    for letter in body.chars() {
        let mut sum = product + value(letter);
        while sum > 36 {
            sum -= 36;
        }
        product = 2 * sum;
        while product > 36 {
            product -= 37;
        }
    }
    alphabet.chars().find(|letter| (product + value(*letter)) % 36 == 1).unwrap()
}

#[test]
fn container_codes_compose_and_parse() {
    for (prefix, number, body) in
        [("B", 42, "B0000042"), ("QX", 9_999_999, "QX9999999"), ("QX", 123_456_789, "QX123456789"), ("A", 0, "A0000000")]
    {
        let code = ContainerCode::compose(prefix, number).unwrap();
        assert_eq!(code.as_str(), format!("{body}{}", check_37_36(body)));
        assert!(code.as_str().len() <= 12);
        assert_eq!(
            ContainerCode::parse(&format!("  {} ", code.as_str().to_lowercase())).unwrap(),
            code,
            "padded by the analyser, typed small"
        );
    }
    for prefix in ["", "b", "1", "ABC", "B1", "\u{c4}"] {
        assert!(matches!(ContainerCode::compose(prefix, 1), Err(ContainerTrouble::Prefix(_))), "{prefix}");
    }
    assert_eq!(ContainerCode::compose("B", 1_000_000_000), Err(ContainerTrouble::Number(1_000_000_000)));
}

#[test]
fn every_single_wrong_character_is_caught() {
    let code = ContainerCode::compose("QX", 1_234_567).unwrap();
    let letters: Vec<char> = code.as_str().chars().collect();
    for place in 0..letters.len() {
        for wrong in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ".chars().filter(|wrong| *wrong != letters[place]) {
            let mut other = letters.clone();
            other[place] = wrong;
            let other: String = other.into_iter().collect();
            assert!(ContainerCode::parse(&other).is_err(), "{other} passed for {code}");
        }
    }
}

#[test]
fn other_texts_are_no_container_codes() {
    for text in [
        "",
        "B",
        "BM",
        "0000042M",
        "B42M",
        "B00000042M",
        "ABC0000042M",
        "B-000042M",
        "26-004217-0",
        "260042170",
        "B0000042\u{e9}",
        "B0000042\0",
        "QX1234567890123",
    ] {
        assert!(matches!(ContainerCode::parse(text), Err(ContainerTrouble::Form(_))), "{text:?}: {:?}", ContainerCode::parse(text));
    }
}

#[test]
fn accession_numbers_compose_parse_and_never_pass_for_containers() {
    // MOD 11,10 of 26004217 by hand, product after each digit, starting at 10:
    // 2: 12 mod 10 = 2, doubled 4. 6: 10 -> 10, 20 mod 11 = 9. 0: 9, 18 mod 11 = 7. 0: 7, 14 mod 11 = 3. 4: 7, 14 mod 11 = 3.
    // 2: 5, 10. 1: 11 mod 10 = 1, 2. 7: 9, 18 mod 11 = 7. Check: 7 + c leaves 1 of 10: c = 4.
    let by_hand = {
        let mut product = 10;
        for digit in [2, 6, 0, 0, 4, 2, 1, 7] {
            let sum = match (product + digit) % 10 {
                0 => 10,
                sum => sum,
            };
            product = sum * 2 % 11;
        }
        (0..10).find(|check| (product + check) % 10 == 1).unwrap()
    };
    let accession = AccessionNumber::compose(26, 4217).unwrap();
    assert_eq!(accession.to_string(), format!("26-004217-{by_hand}"));
    assert_eq!(AccessionNumber::parse(&accession.to_string()).unwrap(), accession);
    assert_eq!(AccessionNumber::parse(&format!(" 26004217{by_hand} ")).unwrap(), accession);
    assert!(ContainerCode::parse(&accession.to_string()).is_err());
    for number in [1, 999_999, 1_000_000, 99_999_999] {
        let accession = AccessionNumber::compose(0, number).unwrap();
        assert_eq!(accession.to_string().parse::<AccessionNumber>().unwrap(), accession);
        assert_eq!(accession.to_string().replace('-', "").parse::<AccessionNumber>().unwrap(), accession);
    }
    for wrong in (0..10).filter(|wrong| *wrong != by_hand) {
        assert!(matches!(AccessionNumber::parse(&format!("26-004217-{wrong}")), Err(AccessionTrouble::Check(_))));
    }
    assert!(
        AccessionNumber::compose(100, 1).is_err()
            && AccessionNumber::compose(26, 0).is_err()
            && AccessionNumber::compose(26, 100_000_000).is_err()
    );
    for text in [
        "",
        "-",
        "--",
        "26",
        "26-4217-0",
        "26-0004217-0",
        "2-6004217-0",
        "26004-217-0",
        "26-004217-00",
        "26-004217",
        "2A-004217-0",
        "26-000000-0",
        "+6-004217-0",
        "2\u{661}-004217-0",
    ] {
        assert!(matches!(AccessionNumber::parse(text), Err(AccessionTrouble::Form(_))), "{text:?}");
    }
}

#[test]
fn the_example_in_messages_is_a_real_number() {
    let message = AccessionNumber::parse("x").unwrap_err().to_string();
    let example = message.split("such as ").nth(1).unwrap().trim_end_matches(')');
    assert!(AccessionNumber::parse(example).is_ok(), "{message}");
}
