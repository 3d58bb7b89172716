//! LDL cholesterol by Martin and Hopkins: the triglyceride is divided by a factor of a table, not by five.

use super::amount::{Amount, MgPerDl};
use super::figure::Figure;
use super::lipids::non_hdl_figure;
use super::not_calculated::{Limit, NotCalculated};
use crate::table::{self, ContentTrouble, TableRow};
use kernel::Decimal;
use kernel::rounding::round_half_away_from_zero;

/// Columns of non-HDL cholesterol, as the lowest whole mg/dL of each.
const NON_HDL_FROM: [u32; 6] = [0, 100, 130, 160, 190, 220];
pub(crate) const COLUMNS: [&str; 8] = ["tg_min", "tg_max", "nonhdl_lt100", "100_129", "130_159", "160_189", "190_219", "ge220"];
/// The first triglyceride above the range that the table was made for.
const TRIGLYCERIDES_HIGH: u32 = 400;

/// The factors by triglyceride (rows) and non-HDL cholesterol (columns), both in whole mg/dL. An edition's data, because copies of the
/// table differ in disputed cells. Source of the table: Martin 2013, JAMA 310:2061.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FactorTable {
    rows: Vec<Row>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Row {
    from: u32,
    to: u32,
    factors: [Decimal; 6],
}

/// What the laboratory's director decided for triglycerides of 400 mg/dL and more, for which the table has one wide row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HighTriglycerides {
    /// The last row of the table.
    LastRow,
    /// No result.
    Blocked,
}

/// An LDL cholesterol with the factor it was made with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MartinHopkins {
    /// What the triglyceride was divided by.
    pub factor: Decimal,
    /// LDL cholesterol.
    pub ldl: Amount<MgPerDl>,
}

/// LDL cholesterol: non-HDL cholesterol - TG / factor. The factor is looked up by triglyceride and non-HDL cholesterol rounded to
/// whole mg/dL, as the table is printed; the division takes them unrounded. Source: Martin 2013, JAMA 310:2061.
pub fn ldl_martin_hopkins(
    total: Amount<MgPerDl>,
    hdl: Amount<MgPerDl>,
    trig: Amount<MgPerDl>,
    table: &FactorTable,
    high: HighTriglycerides,
) -> Result<MartinHopkins, NotCalculated> {
    let non_hdl = Amount::<MgPerDl>::from_difference(non_hdl_figure(total, hdl)?)?;
    let tg = trig.positive("TG")?;
    if high == HighTriglycerides::Blocked && trig.value() >= Decimal::from(TRIGLYCERIDES_HIGH) {
        return Err(NotCalculated::Limit(Limit::TriglyceridesFrom400));
    }
    let factor = table.factor(trig.value(), non_hdl.value()).ok_or(NotCalculated::Limit(Limit::TriglyceridesOutsideTable))?;
    Ok(MartinHopkins { factor, ldl: Amount::from_difference(non_hdl.figure() - tg / Figure::of(factor))? })
}

impl FactorTable {
    /// Reads the table: rows in order without a gap, every factor above zero.
    pub fn read(file: &str, text: &str) -> Result<Self, Vec<ContentTrouble>> {
        let mut troubles = Vec::new();
        let mut rows: Vec<Row> = Vec::new();
        for line in table::read(file, text, &COLUMNS, &mut troubles) {
            match read_row(&line) {
                Ok(row) => {
                    if rows.last().is_some_and(|last| last.to.checked_add(1) != Some(row.from)) {
                        troubles.push(line.trouble("tg_min must follow the tg_max of the line above without gap or overlap"));
                    }
                    rows.push(row);
                }
                Err(trouble) => troubles.push(trouble),
            }
        }
        if rows.is_empty() && troubles.is_empty() {
            troubles.push(ContentTrouble { file: file.to_owned(), line: 0, what: "the table has no rows".to_owned() });
        }
        if troubles.is_empty() { Ok(Self { rows }) } else { Err(troubles) }
    }

    /// The factor for a triglyceride and a non-HDL cholesterol; `None` outside the rows.
    fn factor(&self, trig: Decimal, non_hdl: Decimal) -> Option<Decimal> {
        let (trig, non_hdl) = (round_half_away_from_zero(trig, 0)?, round_half_away_from_zero(non_hdl, 0)?);
        let row = self.rows.iter().find(|row| Decimal::from(row.from) <= trig && trig <= Decimal::from(row.to))?;
        let column = NON_HDL_FROM.iter().rposition(|from| Decimal::from(*from) <= non_hdl)?;
        row.factors.get(column).copied()
    }
}

fn read_row(line: &TableRow<'_>) -> Result<Row, ContentTrouble> {
    let whole = |column: &str| {
        let number = line.cell(column).parse::<u32>();
        number.map_err(|_| line.trouble(format!("{column} must be a whole number of mg/dL, not “{}”", line.cell(column))))
    };
    let factor = |column: &str| {
        let number = line.cell(column).parse::<Decimal>().ok().filter(|factor| *factor > Decimal::ZERO);
        number.ok_or_else(|| line.trouble(format!("{column} must be a factor above zero, not “{}”", line.cell(column))))
    };
    let [_, _, one, two, three, four, five, six] = COLUMNS;
    let row = Row {
        from: whole("tg_min")?,
        to: whole("tg_max")?,
        factors: [factor(one)?, factor(two)?, factor(three)?, factor(four)?, factor(five)?, factor(six)?],
    };
    if row.from > row.to {
        return Err(line.trouble("tg_min must not be above tg_max"));
    }
    Ok(row)
}
