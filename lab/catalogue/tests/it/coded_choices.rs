//! Choices of coded results: read in their order, and refused where they could hide something.

use catalogue::{EditionFile, EditionFiles, TestCode};

const HEAD: &str = "test,choice,words,source\n";

/// The troubles of the shipped tests and limits with these choices.
fn told(rows: &str) -> Vec<String> {
    let texts = [
        (EditionFile::Edition, include_str!("../../../../content/catalogue/edition.toml")),
        (EditionFile::Containers, include_str!("../../../../content/catalogue/containers.csv")),
        (EditionFile::Tests, include_str!("../../../../content/catalogue/tests.csv")),
        (EditionFile::Methods, include_str!("../../../../content/catalogue/methods.csv")),
        (EditionFile::TestContainers, include_str!("../../../../content/catalogue/test_containers.csv")),
        (EditionFile::CriticalLimits, include_str!("../../../../content/catalogue/critical_limits.csv")),
    ];
    let files = texts.map(|(file, text)| (file.name().to_owned(), text.to_owned())).into_iter();
    let files = EditionFiles::new(files.chain([("coded_choices.csv".to_owned(), format!("{HEAD}{rows}"))])).unwrap();
    files.read().map_or_else(
        |troubles| troubles.iter().map(ToString::to_string).collect(),
        |read| {
            let test = read.test(&TestCode::parse("MALSM").unwrap()).unwrap();
            test.choices.iter().map(|choice| choice.code.to_string()).collect()
        },
    )
}

#[test]
fn choices_stand_in_their_order_and_a_critical_code_is_among_them() {
    assert_eq!(told("MALSM,NEG,Negative,here\nMALSM,POS,Positive,here\n"), ["NEG", "POS"]);
    let told = told("MALSM,NEG,Negative,here\n");
    assert!(told.len() == 1 && told[0].contains("POS of MALSM is critical"), "{told:?}");
}

#[test]
fn what_is_no_choice_is_refused_with_its_line() {
    for (row, words) in [
        ("UHCG,POS,,here", "no words"),
        ("K,POS,Positive,here", "only a code or a text has choices"),
        ("NOSUCH,POS,Positive,here", "not in tests.csv"),
        ("UHCG,POS,Positive,", "source"),
        ("UHCG,POS,Positive,here\nUHCG,pos,Again,here", "spelt as another"),
    ] {
        let told = told(&format!("{row}\n"));
        assert!(told.len() == 1 && told[0].starts_with("coded_choices.csv, line ") && told[0].contains(words), "{told:?}");
    }
}
