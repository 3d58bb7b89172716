//! Whatever stands in a file, reading it ends with an edition or with faults that name the file: it never panics.

use crate::bench::{POTASSIUM, SHIPPED_TEST_CONTAINERS, TEST_CONTAINERS_HEAD, TESTS_HEAD, with_file};
use catalogue::EditionFile;
use proptest::prelude::*;

/// The files with their headers and a row that is sound.
const FILES: [(EditionFile, &str, &str); 6] = [
    (EditionFile::Tests, TESTS_HEAD, POTASSIUM),
    (EditionFile::Containers, "code,name,contents,order_of_draw,usable_ul,reusable,source\n", "SST,Gold top,gel,3,2000,yes,here\n"),
    (EditionFile::TestContainers, TEST_CONTAINERS_HEAD, "K,1,SST,10,100,24,,,here\n"),
    (EditionFile::RejectionReasons, "code,name,way_on,documentation,not_for,source\n", "OLD,Too old,override,a form,CHEM,here\n"),
    (
        EditionFile::AllowableErrors,
        "section,analyte,test,percent,absolute,absolute_unit,rule,words,source\n",
        "1,Potassium,K,8,0.3,mmol/L,greater,,here\n",
    ),
    (EditionFile::Policies, "name,value,source\n", "martin_hopkins_from_tg_400,blocked,here\n"),
];

/// A cell as somebody may type it, or as no one would.
fn cell() -> impl Strategy<Value = String> {
    let likely = ["K", "SST", "1", "0", "-1", "2000", "0.5", "79228162514264337593543950335", "", "NEG|NEG", "mmol/L", "[", "\"", "here"];
    prop_oneof![prop::sample::select(likely.map(str::to_owned).to_vec()), any::<String>()]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_cell_makes_reading_panic(file in 0_usize..6, column in 0_usize..14, cell in cell()) {
        let (file, head, sound) = FILES[file];
        let mut cells: Vec<&str> = sound.trim_end().split(',').collect();
        let column = column % cells.len();
        cells[column] = &cell;
        if let Err(told) = with_file(POTASSIUM, file, &format!("{head}{}\n", cells.join(","))) {
            prop_assert!(told.iter().all(|trouble| trouble.contains(".csv")), "{told:?}");
        }
    }

    #[test]
    fn no_text_makes_reading_panic(file in 0_usize..6, text in any::<String>(), cut in 0_usize..200) {
        let (file, head, sound) = FILES[file];
        let head: String = head.chars().chain(sound.chars()).take(cut).collect();
        if let Err(told) = with_file(POTASSIUM, file, &format!("{head}{text}")) {
            prop_assert!(!told.is_empty());
        }
    }
}

/// What the whole file says of one test is what its rows say: none of the shipped ones is lost.
#[test]
fn every_shipped_row_is_read() {
    let rows = SHIPPED_TEST_CONTAINERS.lines().count() - 1;
    assert_eq!(crate::bench::shipped().tests().map(|test| test.containers.len()).sum::<usize>(), rows);
}
