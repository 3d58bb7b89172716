//! Is it a value, in a unit that converts exactly, which the analyser does not doubt itself?

use crate::notation::check;

#[test]
fn a_number_is_rounded_half_away_from_zero_to_the_tests_digits() {
    check("K 4.04 mmol/L", "4.0 | passes");
    check("K 4.05 mmol/L", "4.1 | passes");
    check("K 4 mmol/L", "4.0 | passes");
    check("K +4.1 mmol/L", "4.1 | passes");
    check("NA 139.5 mmol/L", "140 | passes");
    check("NA 139.49 mmol/L", "139 | passes");
    check("CREA 0.845 mg/dL", "0.85 | passes");
}

#[test]
fn a_unit_that_says_the_same_converts_exactly() {
    check("K 4.12 mEq/L", "4.1 | passes");
    check("K 4.12 mmol/l", "4.1 | passes");
    check("K 4120 umol/L", "4.1 | passes");
    check("CO2 24 mEq/L", "24 | passes");
    check("ALT 35 IU/L", "35 | passes");
    check("ALT 35 U/l", "35 | passes");
    check("ALB 40.13 g/L", "4.0 | passes");
    check("ALB 40.5 g/L", "4.1 | passes");
    // One katal is a mole a second, one U a micromole a minute.
    check("ALT 0.6 ukat/L", "36 | passes");
    check("CRP 0.42 mg/dL", "4.2 | passes");
    check("BUN 0.15 g/L", "15 | passes");
}

/// The limits are held against the value in the catalogue's unit, not against the digits that came.
#[test]
fn the_critical_limit_sees_the_converted_value() {
    check("K 6250 umol/L", "6.3 | critical hold: 6.3 above 6.2");
    check("K 6240 umol/L", "6.2 | passes");
    check("GLU 4.5 g/L", "450 | passes");
    check("GLU 4.51 g/L", "451 | critical hold: 451 above 450");
}

#[test]
fn a_unit_that_does_not_convert_is_refused_and_its_digits_never_compared() {
    check("GLU 5.5 mmol/L", "5.5 | format hold: mmol/L is no mg/dL | critical hold: nothing to compare");
    check("CREA 80 umol/L", "80 | format hold: umol/L is no mg/dL | critical hold: nothing to compare");
    check("K 4.1 mg/dL", "4.1 | format hold: mg/dL is no mmol/L | critical hold: nothing to compare");
    check("K 4.1 furlong", "4.1 | format hold: furlong is no mmol/L | critical hold: nothing to compare");
    check("ALT 35 mg/dL", "35 | format hold: mg/dL is no U/L");
}

/// A sixtieth of 35 has no end; of 36 it is 0.6.
#[test]
fn a_conversion_that_does_not_come_out_exactly_is_held() {
    check("ALT 35 umol/h/L", "35 | format hold: umol/h/L is no U/L");
    check("ALT 36 umol/h/L", "1 | passes");
}

/// Whatever an analyser sends for such a test, a person enters the result.
#[test]
fn a_test_that_is_no_number_is_not_filled_from_an_analyser() {
    for (test, sent) in [("SARS2", "21.4"), ("SARS2", "positive"), ("UPRO", "30"), ("UPRO", "1+"), ("ANA", "80"), ("SMEAR", "1")] {
        check(&format!("{test} {sent}"), &format!("{sent} | format hold: no value {sent}"));
        check(&format!("{test} {sent} mg/dL"), &format!("{sent} | format hold: no value {sent}"));
    }
}

#[test]
fn a_value_without_a_unit_is_not_given_one() {
    check("K 4.12", "4.12 | format hold: no unit, mmol/L expected | critical hold: nothing to compare");
    check("ALT 35", "35 | format hold: no unit, U/L expected");
}

#[test]
fn only_a_bound_is_not_a_value() {
    check("K >10.0 mmol/L", ">10.0 | format hold: only a bound >10.0 | critical hold: >10.0 above 6.2");
    check("ALT >3000 U/L", ">3000 | format hold: only a bound >3000");
    check("CRP <0.3 mg/L", "<0.3 | format hold: only a bound <0.3");
}

#[test]
fn a_device_that_measured_nothing_is_held_with_what_it_sent() {
    check("K ---- mmol/L", "---- | format hold: not measured ---- | critical hold: nothing to compare");
    check("K \"\" mmol/L", " | format hold: not measured  | critical hold: nothing to compare");
    check("K +++ mmol/L", "+++ | format hold: not measured +++ | critical hold: nothing to compare");
    check("ALT ERROR U/L", "ERROR | format hold: not measured ERROR");
}

#[test]
fn text_is_no_number() {
    check("K positive mmol/L", "positive | format hold: no value positive | critical hold: nothing to compare");
    check("K 4.1.2 mmol/L", "4.1.2 | format hold: no value 4.1.2 | critical hold: nothing to compare");
    check("K 4. mmol/L", "4. | format hold: no value 4. | critical hold: nothing to compare");
    check("K 4e3 mmol/L", "4e3 | format hold: no value 4e3 | critical hold: nothing to compare");
    check("K 1:64 mmol/L", "1:64 | format hold: no value 1:64 | critical hold: nothing to compare");
}

#[test]
fn a_decimal_mark_the_link_does_not_use_is_not_guessed_at() {
    check("K 4,12 mmol/L", "4,12 | format hold: no value 4,12 | critical hold: nothing to compare");
    check("K 4,12 mmol/L | comma", "4.1 | passes");
    check("K 4.12 mmol/L | comma", "4.12 | format hold: no value 4.12 | critical hold: nothing to compare");
}

#[test]
fn digits_that_cannot_be_held_are_refused_and_not_cut() {
    let long = "4.12345678901234567890123456789";
    check(&format!("ALT {long} U/L"), &format!("{long} | format hold: no value {long}"));
    // Twenty-eight nines can be held; but not with a decimal more for the report.
    let whole = "9999999999999999999999999999";
    check(&format!("CRP {whole} mg/L"), &format!("{whole} | format hold: no value {whole}"));
}

#[test]
fn the_devices_comparison_with_its_own_range_is_no_doubt() {
    check("K 6.0 mmol/L | flags H", "6.0 | passes");
    check("K 6.2 mmol/L | flags HH", "6.2 | passes");
    check("K 3.0 mmol/L | flags L", "3.0 | passes");
    check("K 2.8 mmol/L | flags LL", "2.8 | passes");
    check("K 4.1 mmol/L | flags N", "4.1 | passes");
}

#[test]
fn a_doubt_of_the_device_holds() {
    check("K 4.1 mmol/L | flags alarm 27", "4.1 | format hold: flags alarm 27");
    check("K 4.1 mmol/L | flags HH, alarm 27", "4.1 | format hold: flags alarm 27");
    check("K 4.1 mmol/L | flags A", "4.1 | format hold: flags A");
    check("K 4.1 mmol/L | flags W, A", "4.1 | format hold: flags W, A");
    check("K 4.1 mmol/L | flags >", "4.1 | format hold: flags >");
    check("K 4.1 mmol/L | flags h", "4.1 | format hold: flags h");
}
