//! Martin-Hopkins: the factor is found by whole mg/dL at every edge of the table, and a faulty table is refused with its line.

use catalogue::calculations::martin_hopkins::{FactorTable, HighTriglycerides, ldl_martin_hopkins};
use catalogue::calculations::{Amount, Limit, NotCalculated};

const SHIPPED: &str = include_str!("../../../../content/catalogue/martin_hopkins_factors.csv");
const FILE: &str = "martin_hopkins_factors.csv";

fn shipped() -> FactorTable {
    FactorTable::read(FILE, SHIPPED).unwrap()
}

/// Factor and LDL for a non-HDL cholesterol and a triglyceride, HDL being 0.
fn found(non_hdl: &str, trig: &str, high: HighTriglycerides) -> Result<(String, String), NotCalculated> {
    let amount = |text: &str| Amount::new(text.parse().unwrap());
    let found = ldl_martin_hopkins(amount(non_hdl), amount("0"), amount(trig), &shipped(), high)?;
    Ok((found.factor.to_string(), found.ldl.value().round_dp(4).to_string()))
}

fn factor(non_hdl: &str, trig: &str) -> String {
    found(non_hdl, trig, HighTriglycerides::LastRow).map_or_else(|reason| format!("{reason:?}"), |(factor, _)| factor)
}

#[test]
fn every_cell_of_the_printed_table_is_found_at_its_corners() {
    for line in SHIPPED.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        for (column, (from, to)) in [(90, 99), (100, 129), (130, 159), (160, 189), (190, 219), (220, 400)].into_iter().enumerate() {
            for trig in [cells[0], cells[1]] {
                // Where the triglyceride by its factor is more than non-HDL cholesterol there is no LDL, so only what leaves one is
                // asked.
                for non_hdl in [from, to] {
                    let expected = cells[column + 2];
                    if f64::from(non_hdl) >= trig.parse::<f64>().unwrap() / expected.parse::<f64>().unwrap() {
                        assert_eq!(factor(&non_hdl.to_string(), trig), expected, "non-HDL {non_hdl}, TG {trig}");
                    }
                }
            }
        }
    }
}

#[test]
fn between_two_rows_the_nearer_whole_number_counts() {
    // Rows end at 56 (4.0) and 61 (4.3); columns change between 99 and 100: 3.5 and 3.4 in the first row.
    assert_eq!([factor("90", "56.49"), factor("90", "56.5")], ["4.0", "4.3"]);
    assert_eq!([factor("99.49", "49"), factor("99.5", "49")], ["3.5", "3.4"]);
    // The division takes the triglyceride as it is: 90 - 56.49/4.0 = 75.8775.
    assert_eq!(found("90", "56.49", HighTriglycerides::LastRow).unwrap().1, "75.8775");
}

#[test]
fn beyond_the_table_and_by_policy_there_is_no_result() {
    let outside = Err(NotCalculated::Limit(Limit::TriglyceridesOutsideTable));
    for trig in ["6.49", "13975.5", "20000"] {
        assert_eq!(found("9000", trig, HighTriglycerides::LastRow), outside, "{trig}");
    }
    assert_eq!(factor("9000", "13975"), "6.7");
    assert!(found("200", "399.9", HighTriglycerides::Blocked).is_ok());
    assert_eq!(found("200", "400", HighTriglycerides::Blocked), Err(NotCalculated::Limit(Limit::TriglyceridesFrom400)));
    assert_eq!(found("10", "400", HighTriglycerides::LastRow), Err(NotCalculated::BelowZero), "10 - 400/11.9 is below zero");
}

#[test]
fn a_faulty_table_is_refused_with_file_line_and_reason() {
    let head = "tg_min,tg_max,nonhdl_lt100,100_129,130_159,160_189,190_219,ge220\n";
    for (rows, line, what) in [
        ("7,49,3.5,3.4,3.3,3.3,3.2,3.1\n51,56,4.0,3.9,3.7,3.6,3.6,3.4\n", 3, "without gap"),
        ("7,49,3.5,3.4,3.3,3.3,3.2,3.1\n49,56,4.0,3.9,3.7,3.6,3.6,3.4\n", 3, "without gap or overlap"),
        ("49,7,3.5,3.4,3.3,3.3,3.2,3.1\n", 2, "tg_min must not be above tg_max"),
        ("7,49,0,3.4,3.3,3.3,3.2,3.1\n", 2, "a factor above zero"),
        ("7,x,3.5,3.4,3.3,3.3,3.2,3.1\n", 2, "a whole number"),
        ("", 0, "no rows"),
    ] {
        let troubles = FactorTable::read(FILE, &format!("{head}{rows}")).unwrap_err();
        let told = troubles.iter().any(|trouble| trouble.file == FILE && trouble.line == line && trouble.what.contains(what));
        assert!(told, "{rows}: {troubles:?}");
    }
    assert!(FactorTable::read(FILE, "tg_min\n").is_err());
}
