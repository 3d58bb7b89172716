//! Reading `reference_intervals.csv`: every row by itself, then all rows of a test together.

use super::{High, Interval, IntervalKind, Intervals};
use crate::method::Methods;
use crate::selection::Scope;
use crate::table::{self, ContentTrouble, TableRow};
use crate::test::TestCode;
use kernel::{AgeBound, AgeUnit, Decimal, Sex};
use std::collections::BTreeMap;

pub(crate) const COLUMNS: [&str; 17] = [
    "test",
    "kind",
    "purpose",
    "sex",
    "age_min",
    "age_min_unit",
    "age_max",
    "age_max_unit",
    "condition",
    "specimen",
    "method",
    "instrument",
    "low",
    "high",
    "high_formula",
    "text",
    "source",
];

/// What tells a row from the others.
pub(crate) const KEYS: [&str; 12] = [
    "test",
    "kind",
    "purpose",
    "sex",
    "age_min",
    "age_min_unit",
    "age_max",
    "age_max_unit",
    "condition",
    "specimen",
    "method",
    "instrument",
];

/// Bounds of which one counts days and the other birthdays must lie further apart than a month may differ from the average.
const CALENDAR_SLACK_MINUTES: u32 = 4 * 24 * 60;

/// A row with the line it stands on.
struct Line<'a> {
    row: TableRow<'a>,
    interval: Interval,
}

impl Intervals {
    /// Reads the table against the methods it speaks of; `decimals` says with how many digits a test is reported, and `None` that there is
    /// no such test. Every fault is told with file, line and reason; a faulty table is refused whole.
    pub fn read(
        file: &str,
        text: &str,
        methods: &Methods,
        decimals: impl Fn(&TestCode) -> Option<u32>,
    ) -> Result<Self, Vec<ContentTrouble>> {
        let mut troubles = Vec::new();
        let mut lines: BTreeMap<TestCode, Vec<Line<'_>>> = BTreeMap::new();
        for row in table::read(file, text, &COLUMNS, &mut troubles) {
            match read_row(&row, methods, &decimals) {
                Ok((test, interval)) => lines.entry(test).or_default().push(Line { row, interval }),
                Err(trouble) => troubles.push(trouble),
            }
        }
        if troubles.is_empty() {
            lines.values().for_each(|lines| check_together(lines, &mut troubles));
        }
        if troubles.is_empty() {
            let rows = |lines: Vec<Line<'_>>| lines.into_iter().map(|line| line.interval).collect();
            Ok(Self { rows: lines.into_iter().map(|(test, lines)| (test, rows(lines))).collect() })
        } else {
            Err(troubles)
        }
    }
}

fn read_row(
    row: &TableRow<'_>,
    methods: &Methods,
    decimals: impl Fn(&TestCode) -> Option<u32>,
) -> Result<(TestCode, Interval), ContentTrouble> {
    let unknown = || row.trouble(format!("test “{}” is not known", row.cell("test")));
    let test = TestCode::parse(row.cell("test")).ok_or_else(unknown)?;
    let decimals = decimals(&test).ok_or_else(unknown)?;
    let bound = |column: &str| read_bound(row, column, decimals);
    let high = match (bound("high")?, row.cell("high_formula")) {
        (high, "") => high.map(High::Fixed),
        (None, "age*10") => Some(High::TenTimesAge),
        (None, formula) => return Err(row.trouble(format!("high_formula must be age*10 or empty, not “{formula}”"))),
        (Some(_), _) => return Err(row.trouble("high and high_formula exclude each other")),
    };
    let interval = Interval {
        kind: read_kind(row)?,
        purpose: row.cell("purpose").to_owned(),
        sex: row.sex()?,
        age_min: read_age(row, "age_min", "age_min_unit")?,
        age_max: read_age(row, "age_max", "age_max_unit")?,
        condition: row.filled("condition"),
        scope: Scope::read(row, methods)?,
        low: bound("low")?,
        high,
        text: row.cell("text").to_owned(),
        source: row.filled("source").ok_or_else(|| row.trouble("every interval names its source"))?,
    };
    let upside_down = matches!((interval.low, interval.high), (Some(low), Some(High::Fixed(high))) if low > high);
    if upside_down {
        Err(row.trouble("low must not be above high"))
    } else if interval.age_min.minutes() >= interval.age_max.minutes() {
        Err(row.trouble("age_min must be below age_max"))
    } else if interval.low.is_none() && interval.high.is_none() && interval.text.is_empty() {
        Err(row.trouble("neither low nor high nor a text is given"))
    } else {
        Ok((test, interval))
    }
}

fn read_kind(row: &TableRow<'_>) -> Result<IntervalKind, ContentTrouble> {
    match row.cell("kind") {
        "reference" => Ok(IntervalKind::Reference),
        "decision_limit" => Ok(IntervalKind::DecisionLimit),
        "therapeutic" => Ok(IntervalKind::Therapeutic),
        other => Err(row.trouble(format!("kind must be reference, decision_limit or therapeutic, not “{other}”"))),
    }
}

fn read_age(row: &TableRow<'_>, column: &str, unit_column: &str) -> Result<AgeBound, ContentTrouble> {
    let (count, unit) = (row.cell(column), row.cell(unit_column));
    let unit = AgeUnit::from_code(unit).ok_or_else(|| row.trouble(format!("{unit_column} must be h, d, mo or a, not “{unit}”")))?;
    let whole = || row.trouble(format!("{column} must be a whole number of at most 150 years, not “{count}”"));
    let count = count.parse().map_err(|_| whole())?;
    let bound = AgeBound { count, unit };
    if bound.minutes() > kernel::AgePoint::OLDEST.minutes { Err(whole()) } else { Ok(bound) }
}

/// A bound that is finer than what is reported could never be met or missed by the paper's digits.
fn read_bound(row: &TableRow<'_>, column: &str, decimals: u32) -> Result<Option<Decimal>, ContentTrouble> {
    let bound = row.decimal(column)?;
    match bound.filter(|bound| bound.normalize().scale() > decimals) {
        Some(_) => {
            let text = row.cell(column);
            Err(row.trouble(format!("{column} {text} has more decimals than the {decimals} the test is reported with")))
        }
        None => Ok(bound),
    }
}

/// What must hold between the rows of one test.
fn check_together(lines: &[Line<'_>], troubles: &mut Vec<ContentTrouble>) {
    for (index, line) in lines.iter().enumerate() {
        let earlier = lines.iter().take(index);
        if earlier.clone().any(|other| same_patients(&line.interval, &other.interval)) {
            troubles.push(line.row.trouble("a second interval for the same sex, age, condition, specimen, method and instrument"));
        }
        if lines.iter().any(|other| mixes_calendars(&line.interval, &other.interval)) {
            let what =
                "an age bound in days and one in months or years are too close to tell which comes first; write both in the same unit";
            troubles.push(line.row.trouble(what));
        }
        for sex in [Sex::Female, Sex::Male].into_iter().filter(|sex| line.interval.admits_sex(*sex)) {
            check_without_condition(line, lines, sex, troubles);
        }
    }
}

fn same_patients(one: &Interval, other: &Interval) -> bool {
    let ages = one.age_min.minutes() < other.age_max.minutes() && other.age_min.minutes() < one.age_max.minutes();
    ages && one.sex == other.sex && one.condition == other.condition && one.scope == other.scope
}

fn mixes_calendars(one: &Interval, other: &Interval) -> bool {
    let bounds = |row: &Interval| [row.age_min, row.age_max];
    // Birth is the same moment in every unit.
    let pairs = bounds(one).into_iter().flat_map(|a| bounds(other).map(|b| (a, b))).filter(|(a, b)| a.count > 0 && b.count > 0);
    pairs
        .into_iter()
        .any(|(a, b)| a.is_of_the_calendar() != b.is_of_the_calendar() && a.minutes().abs_diff(b.minutes()) < CALENDAR_SLACK_MINUTES)
}

/// For one sex, the unconditioned rows leave no gap after this one, and none of the ages of a conditioned row without an interval for
/// those of whom the condition is not known.
fn check_without_condition(line: &Line<'_>, lines: &[Line<'_>], sex: Sex, troubles: &mut Vec<ContentTrouble>) {
    let own = &line.interval;
    let unconditioned =
        || lines.iter().map(|line| &line.interval).filter(|row| row.condition.is_none() && row.admits_sex(sex) && row.scope == own.scope);
    if own.condition.is_some() {
        let mut reached = own.age_min.minutes();
        let mut rows: Vec<&Interval> = unconditioned().collect();
        rows.sort_by_key(|row| row.age_min.minutes());
        for row in rows {
            if row.age_min.minutes() <= reached {
                reached = reached.max(row.age_max.minutes());
            }
        }
        if reached < own.age_max.minutes() {
            let what = "not every age of this condition has an unconditioned interval; add one, or one that lists all phases as text";
            troubles.push(line.row.trouble(format!("{what} (sex {})", sex.code())));
        }
        return;
    }
    let end = own.age_max.minutes();
    let goes_on = unconditioned().any(|row| row.age_min.minutes() <= end && end < row.age_max.minutes());
    let later = unconditioned().map(|row| row.age_min.minutes()).filter(|start| *start > end).min();
    if let (false, Some(start)) = (goes_on, later) {
        let days = |minutes: u32| Decimal::from(minutes) / Decimal::from(24 * 60);
        let what = format!("no interval for sex {} from {} to {} days of age", sex.code(), days(end), days(start).normalize());
        troubles.push(line.row.trouble(what));
    }
}
