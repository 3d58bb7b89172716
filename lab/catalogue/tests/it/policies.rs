//! Policies: what a director decided, nothing in its place where none did.

use crate::bench::says;
use crate::bench::{POTASSIUM, SHIPPED_FACTORS, shipped, with_file};
use catalogue::calculations::martin_hopkins::HighTriglycerides;
use catalogue::calculations::{Amount, Limit, MgPerDl, NotCalculated};
use catalogue::{Catalogue, EditionFile, EditionFiles};

const HEAD: &str = "name,value,source\n";

fn amount(text: &str) -> Amount<MgPerDl> {
    Amount::new(text.parse().unwrap())
}

#[test]
fn a_policy_that_is_not_known_refuses_the_edition() {
    let told = |rows: &str| with_file(POTASSIUM, EditionFile::Policies, &format!("{HEAD}{rows}\n")).err().unwrap_or_default();
    let table: [(&str, &str, &[&str]); 5] = [
        ("martin_hopkins,blocked,here", "line 2", &["“martin_hopkins” is no policy", "martin_hopkins_from_tg_400"]),
        (",blocked,here", "line 2", &["“” is no policy"]),
        ("martin_hopkins_from_tg_400,never,here", "line 2", &["must be blocked or last_row", "“never”"]),
        ("martin_hopkins_from_tg_400,blocked,", "line 2", &["has no source"]),
        (
            "martin_hopkins_from_tg_400,blocked,here\nmartin_hopkins_from_tg_400,last_row,here",
            "line 3",
            &["martin_hopkins_from_tg_400", "second time"],
        ),
    ];
    for (rows, line, words) in table {
        says(&told(rows), &format!("policies.csv, {line}"), words);
    }
}

/// A catalogue with factors and, if any, this policy.
fn deciding(value: Option<&str>) -> Catalogue {
    let rows = value.map_or_else(String::new, |value| format!("martin_hopkins_from_tg_400,{value},here\n"));
    let mut files = crate::bench::shipped_files();
    files.push(("policies.csv".to_owned(), format!("{HEAD}{rows}")));
    EditionFiles::new(files).unwrap().read().unwrap()
}

/// The last row of the table begins at TG 400; its factor for a non-HDL cholesterol of 220 and more is the last figure of the file.
#[test]
fn the_policy_decides_what_becomes_of_high_triglycerides() {
    let calculate = |catalogue: &Catalogue, trig: &str| {
        let found = catalogue.ldl_martin_hopkins(amount("300"), amount("50"), amount(trig));
        found.map(|found| found.factor.to_string())
    };
    let last = SHIPPED_FACTORS.trim_end().lines().last().unwrap();
    assert!(last.starts_with("400,"), "{last}");
    let factor = last.rsplit(',').next().unwrap().to_owned();
    assert_eq!(calculate(&deciding(Some("last_row")), "400"), Ok(factor));
    assert_eq!(calculate(&deciding(Some("blocked")), "400"), Err(NotCalculated::Limit(Limit::TriglyceridesFrom400)));
    assert!(calculate(&deciding(Some("blocked")), "399").is_ok());
    assert!(matches!(calculate(&deciding(None), "400"), Err(NotCalculated::NotDecided { .. })), "nobody decided");
    let without = with_file(POTASSIUM, EditionFile::Policies, &format!("{HEAD}martin_hopkins_from_tg_400,last_row,here\n")).unwrap();
    assert!(matches!(calculate(&without, "100"), Err(NotCalculated::NotDecided { .. })), "no factors");
}

#[test]
fn the_shipped_policy_stays_within_the_table_it_was_made_for() {
    assert_eq!(shipped().policies().high_triglycerides, Some(HighTriglycerides::Blocked));
}
