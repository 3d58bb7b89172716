//! What the analyser can measure: its codes, the laboratory's tests behind them, and values a healthy person might have.

use crate::c111::Reading;

const CODES: &str = include_str!("../../../content/instruments/roche_cobas_c.csv");
const TESTS: &str = include_str!("../../../content/catalogue/tests.csv");

/// Mid-range values in the catalogue's units, without their decimal point, and the number of decimals. They are meant to pass every
/// critical limit with up to [`SPREAD`] units of the last digit added, so that a message of them is verified without a person.
const TYPICAL: &[(&str, u32, usize)] = &[
    ("NA", 138, 0),
    ("K", 40, 1),
    ("CL", 100, 0),
    ("CO2", 24, 0),
    ("BUN", 12, 0),
    ("CREA", 85, 2),
    ("GLU", 90, 0),
    ("CA", 92, 1),
    ("MG", 19, 1),
    ("PHOS", 32, 1),
    ("TP", 70, 1),
    ("ALB", 41, 1),
    ("ALP", 66, 0),
    ("ALT", 22, 0),
    ("AST", 21, 0),
    ("GGT", 26, 0),
    ("LDH", 170, 0),
    ("TBIL", 5, 1),
    ("DBIL", 1, 1),
    ("AMY", 55, 0),
    ("LIP", 33, 0),
    ("CK", 100, 0),
    ("URIC", 50, 1),
    ("CHOL", 180, 0),
    ("TRIG", 110, 0),
    ("HDL", 50, 0),
    ("FE", 90, 0),
    ("CRP", 15, 1),
];

/// How many different values of each test occur.
const SPREAD: u64 = 9;

/// A code the analyser sends and what the laboratory calls it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The analyser's application code.
    pub code: String,
    /// The laboratory's test.
    pub test: String,
    /// The catalogue's unit; sent unchanged.
    pub unit: String,
}

/// The tests of the analyser, one code each, in the order of its mapping file.
#[derive(Clone, Debug)]
pub struct Menu {
    lines: Vec<Line>,
}

impl Menu {
    /// The menu of the `roche_cobas_c` driver as the starting content maps it.
    ///
    /// # Errors
    /// The content files do not have the columns `code,test` and `code,unit`, or name no common test.
    pub fn starting() -> Result<Menu, String> {
        Menu::read(CODES, TESTS)
    }

    /// A menu from a mapping (`code`, `test`) and a catalogue (`code`, `unit`), both comma-separated with a header line.
    ///
    /// # Errors
    /// A column is missing, or no test is in both.
    pub fn read(codes: &str, tests: &str) -> Result<Menu, String> {
        let units = columns(tests, "code", "unit")?;
        let mut lines: Vec<Line> = Vec::new();
        for (code, test) in columns(codes, "code", "test")? {
            let Some((_, unit)) = units.iter().find(|(known, _)| *known == test) else { continue };
            // A test with two codes appears once: a second result of the same examination is a repeat, not a first result.
            if lines.iter().all(|line| line.test != test) {
                lines.push(Line { code, test, unit: unit.clone() });
            }
        }
        if lines.is_empty() { Err("no test of the mapping is in the catalogue".to_owned()) } else { Ok(Menu { lines }) }
    }

    /// The tests, each with its code and unit.
    #[must_use]
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// Of `results` in a message, how many belong to each tube: a tube carries each test once, so more results than the menu has
    /// tests need more tubes.
    #[must_use]
    pub fn tubes(&self, results: usize) -> Vec<usize> {
        let most = self.lines.len().max(1);
        (0..results.div_ceil(most)).map(|tube| (results - tube * most).min(most)).collect()
    }

    /// The first `count` tests of the menu, as an order names them.
    #[must_use]
    pub fn tests(&self, count: usize) -> Vec<&str> {
        self.lines.iter().take(count).map(|line| line.test.as_str()).collect()
    }

    /// The results of the first `count` tests in the message numbered `number`; the same number gives the same values.
    #[must_use]
    pub fn readings(&self, count: usize, number: u64) -> Vec<Reading> {
        self.lines.iter().take(count).zip(0_u64..).map(|(line, position)| line.reading(number, position)).collect()
    }
}

impl Line {
    fn reading(&self, number: u64, position: u64) -> Reading {
        let (digits, decimals) =
            TYPICAL.iter().find(|(test, ..)| *test == self.test).map_or((50, 1), |(_, digits, decimals)| (*digits, *decimals));
        let digits = u64::from(digits) + (number.wrapping_mul(7).wrapping_add(position)) % SPREAD;
        Reading { code: self.code.clone(), value: decimal(digits, decimals), unit: self.unit.clone() }
    }
}

/// `digits` with a decimal point before the last `decimals` of them.
fn decimal(digits: u64, decimals: usize) -> String {
    let text = format!("{digits:0width$}", width = decimals + 1);
    let (whole, fraction) = text.split_at(text.len() - decimals);
    if decimals == 0 { text } else { format!("{whole}.{fraction}") }
}

/// Two named columns of a comma-separated text.
fn columns(text: &str, first: &str, second: &str) -> Result<Vec<(String, String)>, String> {
    let mut lines = text.lines().map(fields);
    let header = lines.next().unwrap_or_default();
    let place = |name: &str| header.iter().position(|field| field == name).ok_or(format!("there is no column {name:?}"));
    let (first, second) = (place(first)?, place(second)?);
    Ok(lines.filter_map(|line| Some((line.get(first)?.clone(), line.get(second)?.clone()))).collect())
}

/// The fields of one line; a field may stand in double quotes, which are doubled inside.
fn fields(line: &str) -> Vec<String> {
    let (mut fields, mut field, mut quoted) = (Vec::new(), String::new(), false);
    let mut characters = line.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' if quoted && characters.peek() == Some(&'"') => field.extend(characters.next()),
            '"' => quoted = !quoted,
            ',' if !quoted => fields.push(std::mem::take(&mut field)),
            other => field.push(other),
        }
    }
    fields.push(field);
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mapping_and_a_catalogue_make_a_menu() {
        let codes = "code,test,source\n990,K,\"one, two\"\n452,CREA,x\n690,CREA,y\n1,NOSUCH,z\n";
        let tests = "code,name,unit\nCREA,\"Creatinine, \"\"serum\"\"\",mg/dL\nK,Potassium,mmol/L\n";
        let menu = Menu::read(codes, tests).unwrap();
        let line = |code: &str, test: &str, unit: &str| Line { code: code.into(), test: test.into(), unit: unit.into() };
        assert_eq!(menu.lines(), [line("990", "K", "mmol/L"), line("452", "CREA", "mg/dL")]);
        assert_eq!(menu.tests(1), ["K"]);
    }

    #[test]
    fn a_missing_column_is_named() {
        assert!(Menu::read("code\n1\n", "code,unit\nK,mmol/L\n").unwrap_err().contains("test"));
        assert!(Menu::read("code,test\n1,X\n", "code,unit\nK,mmol/L\n").is_err());
    }

    #[test]
    fn values_are_written_with_their_decimals() {
        for (digits, decimals, text) in [(140, 0, "140"), (41, 1, "4.1"), (85, 2, "0.85"), (5, 2, "0.05"), (5, 1, "0.5")] {
            assert_eq!(decimal(digits, decimals), text);
        }
    }

    #[test]
    fn readings_depend_on_the_message_number_alone() {
        let menu = Menu::starting().unwrap();
        assert_eq!(menu.readings(5, 3), menu.readings(5, 3));
        assert_ne!(menu.readings(5, 3), menu.readings(5, 4));
        let potassium = Menu::read("code,test\n990,K\n", "code,unit\nK,mmol/L\n").unwrap();
        // 40 + (2 * 7 + 0) % 9 = 45 tenths.
        assert_eq!(potassium.readings(25, 2), [Reading { code: "990".into(), value: "4.5".into(), unit: "mmol/L".into() }]);
    }

    #[test]
    fn more_results_than_tests_need_more_tubes() {
        let codes: String = (0..17).map(|test| format!("{test},T{test}\n")).collect();
        let units: String = (0..17).map(|test| format!("T{test},g/L\n")).collect();
        let menu = Menu::read(&format!("code,test\n{codes}"), &format!("code,unit\n{units}")).unwrap();
        assert_eq!(menu.tubes(25), [17, 8]);
        assert_eq!(menu.tubes(17), [17]);
        assert_eq!(menu.tubes(0), [] as [usize; 0]);
    }
}
