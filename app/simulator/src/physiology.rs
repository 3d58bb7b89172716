//! What values of a test look like. Data, for the simulator only; nobody is judged by it.

use crate::chance::Chance;
use kernel::Decimal;
use serde::de::Error;
use serde::{Deserialize, Deserializer};
use std::collections::HashMap;

/// Plausible values by test.
#[derive(Debug, Clone)]
pub struct Physiology {
    tests: HashMap<String, Row>,
}

#[derive(Debug, Clone, Deserialize)]
struct Row {
    test: String,
    unit: String,
    #[serde(deserialize_with = "decimal")]
    mean: Decimal,
    #[serde(deserialize_with = "decimal")]
    standard_deviation: Decimal,
    decimals: u32,
}

/// Decimals come as text and stay exact: never through a binary fraction.
fn decimal<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Decimal, D::Error> {
    String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
}

/// A table of values that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("physiology.csv: {0}")]
pub struct PhysiologyTrouble(String);

impl Physiology {
    /// Reads a table.
    pub fn read(text: &str) -> Result<Self, PhysiologyTrouble> {
        let rows = csv::Reader::from_reader(text.as_bytes()).into_deserialize::<Row>();
        let rows: Result<Vec<Row>, _> = rows.collect();
        let rows = rows.map_err(|error| PhysiologyTrouble(error.to_string()))?;
        Ok(Self { tests: rows.into_iter().map(|row| (row.test.clone(), row)).collect() })
    }

    /// A value of a test with its unit, as an analyser would send it; `None` for a test it knows nothing of.
    pub fn draw(&self, test: &str, chance: &mut Chance) -> Option<(String, String)> {
        let row = self.tests.get(test)?;
        let deviation = Decimal::new(chance.normal_thousandths(), 3);
        let value = (row.mean + row.standard_deviation * deviation).max(Decimal::new(1, row.decimals));
        let rounded = kernel::rounding::round_half_away_from_zero(value, row.decimals)?;
        Some((rounded.to_string(), row.unit.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_table_gives_potassium_its_digits_and_unit() {
        let physiology = Physiology::read(include_str!("../../../content/demonstration/physiology.csv")).unwrap();
        let (value, unit) = physiology.draw("K", &mut Chance::new(3)).unwrap();
        assert_eq!(unit, "mmol/L");
        assert_eq!(value.split_once('.').unwrap().1.len(), 2);
        assert!(physiology.draw("NONE", &mut Chance::new(3)).is_none());
    }

    #[test]
    fn a_broken_table_is_refused() {
        assert!(Physiology::read("test,unit,mean\nK,mmol/L,four\n").is_err());
    }
}
