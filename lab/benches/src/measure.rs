//! From a reading to a value in the catalogue's unit, rounded as it will be printed; or the reason why there is none.

use catalogue::Test;
use kernel::{Conversion, DecimalMark, Lang, Number, Reading, Unit, Value, ValueKindExpected};
use workflow::{Because, Measured};

/// Reads a reading as a value of its test. Never fails: a text that is no value is a [`Measured`] without one, kept as sent.
pub fn measure(reading: &Reading, test: &Test, decimal_mark: DecimalMark) -> Measured {
    // Where there is no value in the catalogue's unit, what was sent stands with the unit it was sent with: never 97 umol/L as 97 mg/dL.
    let (value, reported, unit) = match value_and_report(reading, test, decimal_mark) {
        Ok((value, reported)) => (Ok(value), reported, expected_unit(test)),
        Err(because) => (Err(because), reading.sent.clone(), reading.unit.clone()),
    };
    Measured {
        sent: reading.sent.clone(),
        sent_unit: reading.unit.clone(),
        value,
        reported,
        unit,
        flags: reading.flags.clone(),
        entered: None,
    }
}

fn value_and_report(reading: &Reading, test: &Test, decimal_mark: DecimalMark) -> Result<(Value, String), Because> {
    let not_a_value = |trouble: String| Because::NotAValue { sent: reading.sent.clone(), trouble };
    let (ValueKindExpected::Number, Some(unit)) = (test.kind, &test.unit) else {
        let kind = test.kind.words(Lang::English);
        return Err(not_a_value(format!("{} is reported as {kind}, which is not read from analysers yet", test.code)));
    };
    let value = Value::read(&reading.sent, ValueKindExpected::Number, decimal_mark).map_err(|trouble| not_a_value(trouble.to_string()))?;
    // What is no number passes as it is; the gate will say that a number is expected.
    let Value::Number(number) = value else { return Ok((value, reading.sent.clone())) };
    let number = in_catalogue_unit(number, reading, unit, test)?;
    let reported = number.rounded(test.decimals).ok_or_else(|| not_a_value("it has more digits than can be held".to_owned()))?;
    Ok((Value::Number(number), reported.to_string()))
}

/// Converted exactly, or not at all.
fn in_catalogue_unit(number: Number, reading: &Reading, expected: &Unit, test: &Test) -> Result<Number, Because> {
    if reading.unit.is_empty() {
        return Err(Because::NoUnit { expected: expected.to_string() });
    }
    if reading.unit == expected.as_str() {
        return Ok(number);
    }
    convert(number, &reading.unit, expected, test).map_err(|trouble| Because::UnitUnusable {
        sent: reading.unit.clone(),
        expected: expected.to_string(),
        trouble,
    })
}

fn expected_unit(test: &Test) -> String {
    test.unit.as_ref().map_or_else(String::new, ToString::to_string)
}

fn convert(number: Number, sent_unit: &str, expected: &Unit, test: &Test) -> Result<Number, String> {
    let sent = Unit::from_device(sent_unit).map_err(|trouble| trouble.to_string())?;
    let conversion = Conversion::between(&sent, expected, &test.substance).map_err(|trouble| trouble.to_string())?;
    let converted = conversion.apply_number(&number).map_err(|trouble| trouble.to_string())?;
    if converted.exact { Ok(converted.value) } else { Err("the conversion does not come out exactly".to_owned()) }
}
