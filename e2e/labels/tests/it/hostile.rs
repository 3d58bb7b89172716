//! Texts nobody should have typed.

use crate::bench::Bench;
use crate::sample::{everyday, named, stock};
use print::pdf;
use reports::{Collected, Label};

/// Labels whose free texts are these.
fn with_texts(text: &str) -> Label {
    Label {
        tests: vec![text.to_owned(); 3],
        container: text.to_owned(),
        volume: text.to_owned(),
        collected: Some(Collected { at: text.to_owned(), by: text.to_owned() }),
        ..everyday()
    }
}

#[test]
fn the_symbols_are_read_whatever_stands_around_them() {
    let texts = [
        "\u{202e}\u{0}\n\r\t\u{feff}".repeat(50),
        "北京山田".repeat(100),
        "🧪".repeat(300),
        "a\u{301}".repeat(500),
        format!("a{}", "\u{30a}".repeat(500)),
    ];
    let labels: Vec<Label> = texts.iter().map(|text| with_texts(text)).collect();
    for picture in Bench::of(&pdf(&labels, stock()).unwrap().pdf).pictures(203) {
        let picture = picture.printed();
        assert_eq!((picture.bars(), picture.matrix().as_deref()), (vec!["A0000001S".to_owned()], Some("A0000001S")));
    }
}

#[test]
fn accents_heaped_on_a_name_do_not_climb_onto_the_symbols() {
    let heaped = format!("Lindqvist{}", "\u{30a}\u{316}".repeat(45));
    let clean = Bench::of(&pdf(&[named("Lindqvist", "Maja")], stock()).unwrap().pdf).pictures(203).remove(0);
    let worn = Bench::of(&pdf(&[named(&heaped, "Maja")], stock()).unwrap().pdf).pictures(203).remove(0);
    // From below the person's line (62) to the last row of the matrix (108) both are the same.
    let symbols = |picture: &crate::bench::Picture| picture.dots[63 * picture.width..108 * picture.width].to_vec();
    assert!(symbols(&clean) == symbols(&worn));
    assert!(clean.dots != worn.dots, "the accents must have been there at all");
}
