//! Methods, and what a row is confined to: what is refused, with file, line and reason.

use crate::bench::{
    CONTAINERS_HEAD, EMPTY, INTERFERENCE_HEAD, INTERVALS_HEAD, LIMITS_HEAD, METHODS, POTASSIUM, RANGES_HEAD, TESTS_HEAD, TUBES,
    catalogue_with, says,
};
use catalogue::{CatalogueText, MethodCode, is_instrument_name};

/// The troubles of an edition of one potassium.
fn troubles(text: CatalogueText<'_>) -> Vec<String> {
    let (tests, containers) = (format!("{TESTS_HEAD}{POTASSIUM}"), format!("{CONTAINERS_HEAD}{TUBES}"));
    catalogue_with(CatalogueText { tests: &tests, containers: &containers, ..text }).err().unwrap_or_default()
}

#[test]
fn a_faulty_method_is_named_with_its_line_and_what_is_expected() {
    let table: [(&str, &[&str]); 8] = [
        ("ONE,One,again,here", &["ONE", "second time"]),
        ("one,One,first,here", &["“one”", "no code of a method", "A-Z"]),
        ("ONE MORE,One,first,here", &["“ONE MORE”", "no code"]),
        ("ABCDEFGHIJKLMNOPQRSTUVWXYZ1234567,One,first,here", &["no code", "32"]),
        (",One,first,here", &["no code"]),
        ("THREE,,third,here", &["THREE has no name"]),
        ("THREE,Three,,here", &["THREE has no principle"]),
        ("THREE,Three,third,", &["THREE has no source"]),
    ];
    for (row, words) in table {
        let methods = format!("{METHODS}{row}\n");
        says(&troubles(CatalogueText { methods: Some(&methods), ..EMPTY }), "methods.csv, line 4", words);
    }
    assert_eq!(troubles(CatalogueText { methods: Some(METHODS), ..EMPTY }), Vec::<String>::new());
    let other = troubles(CatalogueText { methods: Some("code,name\n"), ..EMPTY });
    says(&other, "methods.csv, line 1", &["the header must be code,name,principle,source"]);
}

/// In every table that names a method or an instrument.
#[test]
fn a_row_of_a_method_that_is_not_there_or_of_no_instrument_is_refused() {
    let patients = "test,sex,age_min_days,age_max_days,condition,specimen,method,instrument";
    let absurd = format!("{patients},low,high,source\n");
    let deltas = format!("{patients},use,absolute,percent,mode,window_h,source\n");
    for (scope, words) in [
        (",NOSUCH,", &["method “NOSUCH”", "not in methods.csv"]),
        (",one,", &["method “one”", "not in methods.csv"]),
        (",ONE,C1", &["instrument “C1”", "no name of a link"]),
        (",,c 1", &["instrument “c 1”", "1 to 32"]),
    ] {
        let (limits, ages) = (format!("{LIMITS_HEAD}K,A,0,28,,{scope},2.8,7.0,,here,\n"), "A,0,d,150,a,");
        says(&troubles(CatalogueText { critical_limits: &limits, methods: Some(METHODS), ..EMPTY }), "critical_limits.csv, line 2", words);
        let rows = format!("{INTERVALS_HEAD}K,reference,,{ages},{scope},1,2,,,here\n");
        let text = CatalogueText { reference_intervals: Some(&rows), methods: Some(METHODS), ..EMPTY };
        says(&troubles(text), "reference_intervals.csv, line 2", words);
        let rows = format!("{absurd}K,A,0,28,,{scope},1,12,here\n");
        says(&troubles(CatalogueText { absurd_limits: Some(&rows), methods: Some(METHODS), ..EMPTY }), "absurd_limits.csv, line 2", words);
        let rows = format!("{deltas}K,A,0,28,,{scope},identity,1,,any,72,here\n");
        says(&troubles(CatalogueText { delta_limits: Some(&rows), methods: Some(METHODS), ..EMPTY }), "delta_limits.csv, line 2", words);
        let rows = format!("{RANGES_HEAD}K,{scope},1,10,1,here\n");
        let text = CatalogueText { measuring_ranges: Some(&rows), methods: Some(METHODS), ..EMPTY };
        says(&troubles(text), "measuring_ranges.csv, line 2", words);
        let rows = format!("{INTERFERENCE_HEAD}K,{scope},,H,mg/dL,,100,here\n");
        let text = CatalogueText { interference_limits: Some(&rows), methods: Some(METHODS), ..EMPTY };
        says(&troubles(text), "interference_limits.csv, line 2", words);
    }
    // An edition without methods has none to name.
    let limits = format!("{LIMITS_HEAD}K,A,0,28,,,ONE,,2.8,7.0,,here,\n");
    says(&troubles(CatalogueText { critical_limits: &limits, ..EMPTY }), "critical_limits.csv, line 2", &["“ONE”", "methods.csv"]);
}

#[test]
fn codes_and_names_are_checked_at_the_door() {
    for code in ["A", "ISE-INDIRECT", "A_1", "0", "ABCDEFGHIJKLMNOPQRSTUVWXYZ123456"] {
        assert_eq!(MethodCode::parse(code).unwrap().to_string(), code);
    }
    for name in ["c111", "a", "ward-2_x", "abcdefghijklmnopqrstuvwxyz123456"] {
        assert!(is_instrument_name(name), "{name}");
    }
    for text in ["", " ", "A ", "ä", "Ä", "A\0", "ABCDEFGHIJKLMNOPQRSTUVWXYZ1234567", "abcdefghijklmnopqrstuvwxyz1234567", "A.B", "a.b"] {
        assert!(MethodCode::parse(text).is_none() && !is_instrument_name(text), "{text:?}");
    }
}

/// Who has a limit does not lose it because an instrument has limits of its own, unless the laboratory says why.
#[test]
fn limits_of_a_scope_leave_nobody_without_one() {
    let told = |rows: &str| {
        let limits = format!("{LIMITS_HEAD}{rows}");
        troubles(CatalogueText { critical_limits: &limits, methods: Some(METHODS), ..EMPTY })
    };
    let everybody = "K,A,0,54787.5,,,,,2.8,6.2,,here,\n";
    let adults = "K,A,6574.5,54787.5,,,,c1,2.9,6.2,,here,";
    says(
        &told(&format!("{everybody}{adults}\n")),
        "critical_limits.csv, line 3",
        &["leave out sex F from 0 days of age", "of K", "reason"],
    );
    let women = told(&format!("{everybody}K,F,0,54787.5,,,,c1,2.9,6.2,,here,\n"));
    says(&women, "critical_limits.csv, line 3", &["leave out sex M from 0 days of age"]);
    // Told once for a scope, at its first row; the gap is where the rows leave one.
    let gap = "K,A,0,28,,,ONE,,2.9,6.2,,here,\nK,A,30,54787.5,,,ONE,,2.9,6.2,,here,\n";
    says(&told(&format!("{everybody}{gap}")), "critical_limits.csv, line 3", &["leave out sex F from 28 days of age"]);
    let trough = format!("{everybody}K,A,0,54787.5,trough,,,,,2,,here,\nK,A,0,54787.5,,,,c1,2.9,6.2,,here,\n");
    says(&told(&trough), "critical_limits.csv, line 4", &["leave out sex F from 0 days of age, trough"]);
    // The instrument decides also of what was measured by a method that has limits for more people.
    let crossed = format!("K,A,0,54787.5,,,ONE,,2.8,6.2,,here,\n{adults}\n");
    says(&told(&crossed), "critical_limits.csv, line 3", &["leave out sex F from 0 days"]);
    for fine in [
        format!("{everybody}{adults}no child is measured there\n"),
        format!("{everybody}{adults}\nK,A,0,6574.5,,,,c1,2.9,6.9,,here,\n"),
        format!("{adults}\n"),
        format!("K,A,0,54787.5,,,ONE,c2,2.8,6.2,,here,\n{adults}\n"),
        format!("{everybody}K,M,0,54787.5,,,,c1,2.9,6.2,,here,\nK,F,0,54787.5,,,,c1,2.9,6.2,,here,\n"),
    ] {
        assert_eq!(told(&fine), Vec::<String>::new(), "{fine}");
    }
}
