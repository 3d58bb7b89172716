//! What a reader of the PDF finds: pages of the right size, words that can be copied, embedded fonts, no date.

use crate::bench::Bench;
use crate::sample::{crowded, everyday, kinds, named, stock};
use kernel::{Mrn, Realm};
use print::{LABELS_MAX, PrintTrouble, pdf, sheet_pdf};
use reports::{Label, Sheet};

fn words(label: Label) -> String {
    Bench::of(&pdf(&[label], stock()).unwrap().pdf).words()
}

#[test]
fn every_label_has_a_page_of_the_stocks_size() {
    let about = Bench::of(&pdf(&kinds(), stock()).unwrap().pdf).about();
    assert!(about.contains(&format!("Pages:           {}\n", kinds().len())), "{about}");
    // 50 mm are 141.73 points, 25 mm 70.87.
    assert!(about.contains("Page size:       141.732 x 70.8661 pts"), "{about}");
}

#[test]
fn a_label_says_everything_in_words() {
    let words = words(everyday());
    for expected in [
        "Lindqvist, Maja",
        "MRN 10042",
        "b. 1961-03-04 F",
        "A0000001S",
        "26-004217-4",
        "routine",
        "Na, K, CREA",
        "light green, lithium heparin",
        "4 mL",
        "2 of 3",
        "Time",
        "by",
    ] {
        assert!(words.contains(expected), "{expected}: {words}");
    }
    assert!(!words.contains("NOT A PATIENT"), "{words}");
}

#[test]
fn names_of_other_languages_are_whole() {
    for (family, given) in [
        ("Nguyễn", "Thị Minh"),
        ("Müller-Ångström", "Zoë"),
        ("Łukasiewicz", "Żaneta"),
        ("Παπαδόπουλος", "Άννα"),
        ("Ødegård", "Þóra"),
        ("王", "小明"),
        ("शर्मा", "लक्ष्मी कृष्णा"),
    ] {
        let words = words(named(family, given));
        assert!(words.contains(&format!("{family}, {given}")), "{words}");
    }
    // Poppler puts marks of direction around what runs to the left.
    let words = words(named("العلي", "فاطمة"));
    assert!(words.contains("العلي") && words.contains("فاطمة"), "{words}");
}

#[test]
fn letters_no_font_has_are_told_with_their_label() {
    let labels = [everyday(), named("김", "민준"), named("王", "𓀀")];
    let drawn = pdf(&labels, stock()).unwrap();
    let told: Vec<String> = drawn.unshown.iter().map(ToString::to_string).collect();
    assert_eq!(told, ["label 2: 김 (U+AE40), 민 (U+BBFC), 준 (U+C900)", "label 3: 𓀀 (U+13000)"]);
    let words = Bench::of(&drawn.pdf).words();
    assert!(words.contains("\u{fffd}, \u{fffd}\u{fffd}") && words.contains("王, \u{fffd}"), "{words}");
    // The places of a sheet do not change which label it is.
    let on_sheet = sheet_pdf(&vec![labels[1].clone(); 31], &Sheet::ALL[1], 4).unwrap();
    assert_eq!(on_sheet.unshown.iter().map(|unshown| unshown.label).collect::<Vec<_>>(), (1..=31).collect::<Vec<_>>());
}

#[test]
fn a_viewer_is_asked_not_to_shrink_labels() {
    let drawn = pdf(&[everyday()], stock()).unwrap().pdf;
    assert!(String::from_utf8_lossy(&drawn).contains("/PrintScaling /None"));
}

#[test]
fn no_accent_is_cut_off() {
    // Words that can be copied say nothing of ink: names that differ in an accent alone must look different.
    for (one, other) in [("Nguyên", "Nguyễn"), ("NGUYÊN", "NGUYỄN"), ("Ly", "Lỵ"), ("Holåt", "Holǻt")] {
        let picture = |name: &str| Bench::of(&pdf(&[named(name, "Anh")], stock()).unwrap().pdf).pictures(203).remove(0);
        let (one, other) = (picture(one), picture(other));
        assert!(one.dots != other.dots);
        // Nothing runs off the upper edge.
        assert!(other.dots[..other.width].iter().all(|dot| *dot == 255));
    }
}

#[test]
fn a_name_of_two_hundred_characters_is_cut_honestly() {
    let words = words(crowded());
    let lines: Vec<&str> = words.lines().map(str::trim).filter(|line| line.ends_with('…')).collect();
    let family = lines.iter().find(|line| line.starts_with("WolfeschleWolfeschle")).unwrap();
    assert!("Wolfeschle".repeat(10).starts_with(family.trim_end_matches('…')), "{family}");
    let given = lines.iter().find(|line| line.starts_with("MaximilianMaximilian")).unwrap();
    assert!("Maximilian".repeat(10).starts_with(given.trim_end_matches('…')), "{given}");
    assert!(words.contains("!! STAT") && words.contains("TRAINING - NOT A PATIENT"), "{words}");
}

#[test]
fn every_realm_but_production_says_so() {
    for (realm, expected) in [(Realm::Training, "TRAINING"), (Realm::Validation, "VALIDATION"), (Realm::Demonstration, "DEMONSTRATION")] {
        let words = words(Label { realm, ..everyday() });
        assert!(words.contains(&format!("{expected} - NOT A PATIENT")), "{words}");
    }
}

#[test]
fn markup_in_a_name_stays_letters() {
    let words = words(Label { mrn: Mrn::parse("#panic()").unwrap(), ..named("*b* $x$ #sys", "_i_ ]@a <l>") });
    for expected in ["*b* $x$ #sys, _i_ ]@a <l>", "MRN #panic()"] {
        assert!(words.contains(expected), "{expected}: {words}");
    }
}

#[test]
fn the_same_labels_give_the_same_bytes_without_a_date() {
    let (first, second) = (pdf(&kinds(), stock()).unwrap().pdf, pdf(&kinds(), stock()).unwrap().pdf);
    assert!(first == second);
    assert!(first != pdf(&[everyday()], stock()).unwrap().pdf);
    let about = Bench::of(&first).about();
    assert!(!about.contains("CreationDate") && !about.contains("ModDate"), "{about}");
}

#[test]
fn the_fonts_are_inside() {
    let fonts = Bench::of(&pdf(&kinds(), stock()).unwrap().pdf).fonts();
    let lines: Vec<&str> = fonts.lines().skip(2).collect();
    for face in ["DejaVuSansCondensed ", "DejaVuSansCondensed-Bold ", "DejaVuSansMono-Bold "] {
        assert!(lines.iter().any(|line| line.contains(face)), "{face}: {fonts}");
    }
    // Columns: embedded, subset, unicode.
    assert!(lines.iter().all(|line| line.contains(" yes yes yes ")), "{fonts}");
}

#[test]
fn none_and_too_many_are_refused_in_words() {
    assert_eq!(pdf(&[], stock()), Err(PrintTrouble::Nothing));
    let many = vec![everyday(); LABELS_MAX + 1];
    let refused = sheet_pdf(&many, &Sheet::ALL[0], 0).unwrap_err();
    assert_eq!(refused.to_string(), "1001 labels at once; at most 1000 are drawn, so send them in parts");
}
