//! Every enum a person sees has words, in every language, none twice.

use kernel::reading::ReadingKind;
use kernel::stated::{Fold, Precision, TimeSource};
use kernel::value::{DecimalMark, Grade, NotMeasuredReason, Value, ValueKindExpected, ValueTroubleReason};
use kernel::{Lang, Sex};

fn all_differ(words: Vec<&str>) {
    let mut sorted = words.clone();
    sorted.sort_unstable();
    sorted.dedup();
    assert_eq!(sorted.len(), words.len(), "{words:?}");
    assert!(words.iter().all(|words| !words.is_empty()));
}

#[test]
fn words_are_there_and_tell_things_apart() {
    for lang in Lang::ALL {
        assert!(!lang.tag().is_empty());
        all_differ(Sex::ALL.map(|sex| sex.words(lang)).to_vec());
        all_differ(Grade::ALL.map(|grade| grade.words(lang)).to_vec());
        all_differ(ReadingKind::ALL.map(|kind| kind.words(lang)).to_vec());
        all_differ(NotMeasuredReason::ALL.map(|reason| reason.words(lang)).to_vec());
        all_differ(ValueKindExpected::ALL.map(|kind| kind.words(lang)).to_vec());
        all_differ(ValueTroubleReason::ALL.map(|reason| reason.words(lang)).to_vec());
        all_differ(Precision::ALL.iter().map(|precision| precision.words(lang)).collect());
        all_differ(TimeSource::ALL.iter().map(|source| source.words(lang)).collect());
        all_differ(Fold::ALL.iter().map(|fold| fold.words(lang)).collect());
    }
}

#[test]
fn names_and_codes_read_back() {
    for sex in Sex::ALL {
        assert_eq!(Sex::from_code(sex.code()), Some(sex));
    }
    for kind in ReadingKind::ALL {
        assert_eq!(ReadingKind::from_name(kind.name()), Some(kind));
    }
    assert_eq!(Sex::from_code("female"), None);
    assert_eq!(ReadingKind::from_name("Patient"), None);
}

#[test]
fn values_read_as_people_write_them() {
    let words = |sent, kind| Value::read(sent, kind, DecimalMark::Point).unwrap().words(Lang::English).into_owned();
    assert_eq!(words("< 0.10", ValueKindExpected::Number), "<0.10");
    assert_eq!(words("++", ValueKindExpected::SemiQuantitative), "2+");
    assert_eq!(words(">=1/1280", ValueKindExpected::Titre), ">=1:1280");
    assert_eq!(words("B Pos", ValueKindExpected::Coded), "B Pos");
    assert_eq!(words("----", ValueKindExpected::Number), "not measured (dashes)");
}
