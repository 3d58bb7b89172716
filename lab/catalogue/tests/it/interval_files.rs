//! A faulty table of intervals is refused with file, line and reason; the shipped one reads, whole and quickly.

use crate::bench::{SHIPPED_INTERVALS, intervals_of_x, shipped_intervals};
use catalogue::{Intervals, Methods};

/// The line and the beginning of what is said of these rows, `ok` where they read.
fn refusal(rows: &str) -> String {
    match intervals_of_x(rows) {
        Ok(_) => "ok".to_owned(),
        Err(troubles) => {
            let first = troubles.first().unwrap();
            assert_eq!(first.file, "intervals.csv");
            format!("{}: {}", first.line, first.what)
        }
    }
}

const WHOLE: &str = "X,reference,,A,0,d,150,a,,,,,1,2,,,here\n";

#[test]
fn each_fault_of_a_row_is_refused_with_its_line() {
    assert_eq!(refusal(WHOLE), "ok");
    for (from, to, says) in [
        ("X,reference", "Y,reference", "test “Y” is not known"),
        ("X,reference", "x,reference", "test “x” is not known"),
        ("reference", "normal", "kind must be"),
        (",A,", ",B,", "sex must be A, F or M"),
        (",A,0,d", ",A,0.5,d", "age_min must be a whole number"),
        (",A,0,d", ",A,-1,d", "age_min must be a whole number"),
        (",A,0,d", ",A,0,y", "age_min_unit must be"),
        ("150,a", "151,a", "age_max must be a whole number of at most 150 years"),
        (",A,0,d", ",A,150,a", "age_min must be below age_max"),
        ("1,2,,", "3,2,,", "low must not be above high"),
        ("1,2,,", "x,2,,", "low must be a decimal number"),
        ("1,2,,", "1,2.05,,", "high 2.05 has more decimals than the 1"),
        ("1,2,,", ",,,", "neither low nor high nor a text"),
        ("1,2,,", "1,2,age*10,", "exclude each other"),
        ("1,2,,", "1,,age*20,", "high_formula must be age*10"),
        (",here", ",", "every interval names its source"),
    ] {
        let found = refusal(&WHOLE.replacen(from, to, 1));
        assert!(found.starts_with("2: ") && found.contains(says), "{from} -> {to}: {found}");
    }
    assert_eq!(refusal(&WHOLE.replacen("1,2,", "1.0,2.00,", 1)), "ok", "zeros at the end are no more decimals");
}

#[test]
fn faults_between_rows_are_refused_with_the_line_of_the_second() {
    for (rows, says) in [
        ("X,reference,,A,0,d,18,a,,,,,1,2,,,here\nX,reference,,A,17,a,150,a,,,,,1,2,,,here\n", "3: a second interval"),
        ("X,reference,,F,0,d,150,a,,,,,1,2,,,here\nX,reference,,F,17,a,18,a,,,,,1,2,,,here\n", "3: a second interval"),
        ("X,reference,,A,0,d,18,a,,,,,1,2,,,here\nX,reference,,A,19,a,150,a,,,,,1,2,,,here\n", "2: no interval for sex F from 6574.5"),
        // The gap is one of men only: women have their own row in between.
        (
            "X,reference,,A,0,d,12,a,,,,,1,2,,,here\nX,reference,,F,12,a,18,a,,,,,1,2,,,here\nX,reference,,A,18,a,150,a,,,,,1,2,,,here\n",
            "2: no interval for sex M from 4383",
        ),
        ("X,reference,,A,0,d,28,d,,,,,1,2,,,here\nX,reference,,A,28,d,1,mo,,,,,1,2,,,here\n", "2: an age bound in days and one in months"),
        ("X,reference,,F,12,a,55,a,pregnancy T1,,,,1,2,,,here\n", "2: not every age of this condition has an unconditioned interval"),
        (
            "X,reference,,F,12,a,55,a,pregnancy T1,,,,1,2,,,here\nX,reference,,F,18,a,150,a,,,,,1,2,,,here\n",
            "2: not every age of this condition has an unconditioned interval",
        ),
    ] {
        let found = refusal(rows);
        assert!(found.starts_with(says), "{rows}: {found}");
    }
    // A gap of one method is a gap, whatever other methods have.
    let method = "X,reference,,A,0,d,18,a,,,TWO,,1,2,,,here\nX,reference,,A,19,a,150,a,,,TWO,,1,2,,,here\n";
    assert!(refusal(&format!("{WHOLE}{method}")).starts_with("3: no interval for sex F"));
    for fine in [
        "X,reference,,A,0,d,12,a,,,,,1,2,,,here\nX,reference,,F,12,a,150,a,,,,,1,2,,,here\nX,reference,,M,12,a,150,a,,,,,1,3,,,here\n",
        "X,reference,,F,18,a,150,a,,,,,,,,all phases in words,here\nX,reference,,F,18,a,55,a,luteal,,,,1,2,,,here\n",
        "X,reference,,A,0,d,24,h,,,,,1,2,,,here\nX,reference,,A,1,d,150,a,,,,,1,3,,,here\n",
    ] {
        assert_eq!(refusal(fine), "ok", "{fine}");
    }
}

#[test]
fn every_fault_of_a_file_is_told_at_once() {
    let troubles = intervals_of_x("X,normal,,A,0,d,150,a,,,,,1,2,,,here\nX,reference,,B,0,d,150,a,,,,,1,2,,,here\n").unwrap_err();
    assert_eq!(troubles.iter().map(|trouble| trouble.line).collect::<Vec<_>>(), [2, 3]);
    assert!(Intervals::read("intervals.csv", "test,low\n", &Methods::default(), |_| Some(1)).is_err());
}

#[test]
fn the_shipped_table_reads_whole() {
    let rows: usize = shipped_intervals().tests().map(|test| shipped_intervals().of_test(test).len()).sum();
    assert_eq!(rows, SHIPPED_INTERVALS.lines().count() - 1);
    assert_eq!(rows, 516);
}
