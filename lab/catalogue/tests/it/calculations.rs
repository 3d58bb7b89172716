//! Every calculation: worked examples and its limits. Expected values are worked out by
//! hand from the published equation, or are the worked examples of the laboratory rules, section 4.

use catalogue::calculations::renal::{Collection, collection_adequacy};
use catalogue::calculations::{
    Amount, CALCULATIONS, Calculated, Calculation, Given, InputKind, Inputs, Limit, NotCalculated, UNITS, liver,
};
use kernel::value::Comparator;
use kernel::{Decimal, Lang, Number, Quantity, Sex, Unit};

pub(crate) fn number(text: &str) -> Number {
    let (comparator, digits) = match text.strip_prefix('<') {
        Some(digits) => (Comparator::Less, digits),
        None => text.strip_prefix('>').map_or((Comparator::Exact, text), |digits| (Comparator::Greater, digits)),
    };
    Number::new(comparator, digits.parse().unwrap())
}

pub(crate) fn in_unit(text: &str, unit: &str) -> Given {
    Given::Quantity(Quantity::new(number(text), Unit::ucum(unit).unwrap()))
}

/// Inputs as `"total 200, hdl 50, sex F, fasting no"`, in the units of the calculation.
fn given(calculation: &Calculation, text: &str) -> Vec<(&'static str, Given)> {
    let one = |pair: &str| {
        let (name, value) = pair.trim().split_once(' ').unwrap();
        let input = calculation.inputs.iter().find(|input| input.name == name).unwrap_or_else(|| panic!("no input {name}"));
        let given = match input.kind {
            InputKind::Quantity(unit) => in_unit(value, unit),
            InputKind::Sex => Given::Sex(Sex::from_code(value).unwrap()),
            InputKind::Fact => Given::Fact(value == "yes"),
        };
        (input.name, given)
    };
    text.split(',').map(one).collect()
}

fn calculate(name: &str, text: &str) -> Result<Calculated, NotCalculated> {
    let calculation = Calculation::find(name).unwrap();
    calculation.calculate(Inputs(&given(calculation, text)))
}

/// The unrounded figure lies within a millionth of the expected one, and the reported one reads exactly so.
fn check(name: &str, text: &str, expected: &str, reported: &str) {
    let found = calculate(name, text).unwrap_or_else(|reason| panic!("{name} {text}: {reason:?}"));
    let apart = (found.unrounded.decimal() - number(expected).decimal()).abs();
    assert!(apart <= "0.000001".parse().unwrap(), "{name} {text}: {} and not {expected}", found.unrounded);
    assert_eq!(found.reported.to_string(), reported, "{name} {text}");
}

#[test]
fn worked_examples_of_the_laboratory_rules() {
    for (name, inputs, expected, reported) in [
        // 68.63, 91.69, 123.40, 26.87 and 2.897 stand in the rules; the digits beyond were computed with mpmath to 30 digits.
        ("egfr_ckdepi_2021_creatinine", "creatinine_mg_dl 1.0, age 50, sex F", "68.633497", "69"),
        ("egfr_ckdepi_2021_creatinine", "creatinine_mg_dl 1.0, age 50, sex M", "91.691479", "92"),
        ("ldl_sampson_nih", "total 200, hdl 50, trig 150", "123.397291", "123"),
        ("meld_3_0", "sex F, bilirubin 3, inr 1.8, creatinine 1.5, sodium 130, albumin 2.8", "26.869465", "27"),
        ("inr", "pt_s 30.5, geomean_normal_pt_s 11.8, isi 1.12", "2.896730", "2.9"),
    ] {
        check(name, inputs, expected, reported);
    }
}

#[test]
fn arithmetic_that_a_pencil_can_follow() {
    for (name, inputs, expected, reported) in [
        ("non_hdl", "total 200, hdl 50", "150", "150"),
        ("vldl", "trig 150", "30", "30"),
        ("ldl_friedewald", "total 200, hdl 50, trig 399", "70.2", "70"),
        ("anion_gap", "na 140, cl 104, co2 24", "12", "12"),
        ("anion_gap", "na 130, cl 112, co2 20", "-2", "-2"),
        ("anion_gap_potassium", "na 140, k 4.0, cl 104, co2 24", "16", "16.0"),
        // 2 * 140 + 90/18 + 14/2.8 = 290.
        ("osmolality_calc", "na 140, glucose 90, bun 14", "290", "290"),
        ("osmol_gap", "measured 300, na 140, glucose 90, bun 14", "10", "10"),
        ("osmol_gap", "measured 285, na 140, glucose 90, bun 14", "-5", "-5"),
        // 130 + 1.6 * 4 and 130 + 2.4 * 4.
        ("sodium_corrected_glucose", "na 130, glucose 500, factor 1.6", "136.4", "136.4"),
        ("sodium_corrected_glucose", "na 130, glucose 500, factor 2.4", "139.6", "139.6"),
        ("ag_ratio", "tp 7.2, albumin 4.1", "1.322581", "1.3"),
        ("bilirubin_indirect", "total 1.2, direct 0.3", "0.9", "0.9"),
        ("bilirubin_indirect", "total 0.3, direct 0.3", "0", "0.0"),
        ("retic_absolute", "rbc 4.0, retic_pct 1.5", "60", "60.0"),
        ("tsat", "iron 80, tibc 350", "22.857143", "23"),
        ("homa_ir", "glucose_mg_dl 100, insulin_uiu_ml 10", "2.469136", "2.47"),
        ("homa_ir", "glucose_mg_dl 81, insulin_uiu_ml 10, fasting yes", "2", "2.00"),
        ("albumin_creatinine_ratio", "albumin_mg_l 30, creatinine_mg_dl 150", "20", "20"),
        // 110 * 1500 / (1.1 * 1440) * 1.73 / 2.
        (
            "crcl_24h",
            "urine_creatinine_mg_dl 110, volume_ml 1500, duration_min 1440, serum_creatinine_mg_dl 1.1, bsa_m2 2",
            "90.104167",
            "90",
        ),
        // 1650 mg in a day by 70 kg.
        ("creatinine_excretion", "urine_creatinine_mg_dl 110, volume_ml 1500, duration_min 1440, weight_kg 70", "23.571429", "23.6"),
        // Half away from zero: 225.5 is 226; 3.5 * 0.8 off, 9.25 is 9.3.
        ("tibc_from_uibc", "iron 100.5, uibc 125", "225.5", "226"),
        ("calcium_corrected", "calcium 9.25, albumin 4.0", "9.25", "9.3"),
        // Maturation changes at exactly 20, 30 and 40: 4.5 * Hct/45 by 2.5, 2, 2, 1.5, 1.5, 1.
        ("retic_production_index", "retic_pct 4.5, hct 19.9", "0.796", "0.80"),
        ("retic_production_index", "retic_pct 4.5, hct 20", "1", "1.00"),
        ("retic_production_index", "retic_pct 4.5, hct 29.9", "1.495", "1.50"),
        ("retic_production_index", "retic_pct 4.5, hct 30", "2", "2.00"),
        ("retic_production_index", "retic_pct 4.5, hct 39.9", "2.66", "2.66"),
        ("retic_production_index", "retic_pct 4.5, hct 40", "4", "4.00"),
        // 1.96 * root(2 * (3^2 + 4^2)) = 1.96 * 5 * 1.4142135624 = 13.859293.
        ("reference_change_value", "cv_analytical_pct 3, cv_within_person_pct 4", "13.859293", "13.9"),
        ("age_adjusted_ddimer_cutoff", "age 49", "500", "500"),
        ("age_adjusted_ddimer_cutoff", "age 50", "500", "500"),
        ("age_adjusted_ddimer_cutoff", "age 51", "510", "510"),
        // 0.89 % of 5000 mL are 44.5 mL, 1.4833 vials: 1 + 1. 0.9 %: 45 mL, 1.5 vials: 2 + 1.
        ("rhig_vials_kleihauer_betke", "fetal_cell_pct 0.89, maternal_blood_ml 5000", "1.483333", "2"),
        ("rhig_vials_kleihauer_betke", "fetal_cell_pct 0.9, maternal_blood_ml 5000", "1.5", "3"),
        ("rhig_vials_kleihauer_betke", "fetal_cell_pct 0, maternal_blood_ml 5000", "0", "1"),
    ] {
        check(name, inputs, expected, reported);
    }
}

#[test]
fn meld_counts_within_its_bounds_and_is_capped_when_reported() {
    // All four at their bounds: nothing is left but 6. Below the bounds it is the same.
    check("meld_3_0", "sex M, bilirubin 1, inr 1, creatinine 1, sodium 137, albumin 3.5", "6", "6");
    check("meld_3_0", "sex M, bilirubin 0.1, inr 0.5, creatinine 0.2, sodium 150, albumin 6", "6", "6");
    // Women 1.33 more; dialysis sets creatinine to 3: 6 + 11.14 ln 3 = 6 + 11.14 * 1.0986122887 = 18.238541.
    check("meld_3_0", "sex F, bilirubin 1, inr 1, creatinine 1, sodium 137, albumin 3.5", "7.33", "7");
    for dialysis in ["creatinine 1, dialysis yes", "creatinine 3, dialysis no", "creatinine 9"] {
        check("meld_3_0", &format!("sex M, bilirubin 1, inr 1, sodium 137, albumin 3.5, {dialysis}"), "18.238541", "18");
    }
    // ln 10 = 2.302585093: 4.56 * 2.302585 + 9.09 * 2.302585 + 18.238541 = 49.668828 before the cap.
    check("meld_3_0", "sex M, bilirubin 10, inr 10, creatinine 3, sodium 137, albumin 3.5", "49.668828", "40");
}

#[test]
fn a_limit_of_an_equation_makes_the_result_null_and_says_which() {
    use Limit::{AgeFrom140, AgeNot1To17, AgeUnder18, NotFasting, TriglyceridesAbove800, TriglyceridesFrom400};
    for (name, beyond, within, limit) in [
        ("egfr_ckdepi_2021_creatinine", "creatinine_mg_dl 1, sex F, age 17", "creatinine_mg_dl 1, sex F, age 18", AgeUnder18),
        ("egfr_ckdepi_2012_cystatin", "cystatin_mg_l 1, sex F, age 17", "cystatin_mg_l 1, sex F, age 18", AgeUnder18),
        (
            "egfr_ckdepi_2021_creatinine_cystatin",
            "creatinine_mg_dl 1, cystatin_mg_l 1, sex F, age 17",
            "creatinine_mg_dl 1, cystatin_mg_l 1, sex F, age 18",
            AgeUnder18,
        ),
        ("egfr_bedside_schwartz", "height_cm 110, creatinine_mg_dl 1, age 0", "height_cm 110, creatinine_mg_dl 1, age 1", AgeNot1To17),
        ("egfr_bedside_schwartz", "height_cm 110, creatinine_mg_dl 1, age 18", "height_cm 110, creatinine_mg_dl 1, age 17", AgeNot1To17),
        (
            "crcl_cockcroft_gault",
            "age 140, weight_kg 70, creatinine_mg_dl 1, sex M",
            "age 139, weight_kg 70, creatinine_mg_dl 1, sex M",
            AgeFrom140,
        ),
        ("ldl_friedewald", "total 200, hdl 50, trig 400", "total 200, hdl 50, trig 399.9", TriglyceridesFrom400),
        ("vldl", "trig 400", "trig 399.9", TriglyceridesFrom400),
        ("ldl_sampson_nih", "total 400, hdl 50, trig 800.1", "total 400, hdl 50, trig 800", TriglyceridesAbove800),
        ("homa_ir", "glucose_mg_dl 100, insulin_uiu_ml 10, fasting no", "glucose_mg_dl 100, insulin_uiu_ml 10", NotFasting),
    ] {
        assert_eq!(calculate(name, beyond).unwrap_err(), NotCalculated::Limit(limit), "{name} {beyond}");
        assert!(calculate(name, within).is_ok(), "{name} {within}");
        assert!(limit.words(Lang::English).starts_with("blocked: "), "the words lead with the code of verification cases");
    }
}

#[test]
fn what_cannot_be_is_null_and_not_a_number() {
    for (name, inputs) in [
        ("bilirubin_indirect", "total 0.2, direct 0.3"),
        ("globulin", "tp 4.0, albumin 4.1"),
        ("non_hdl", "total 50, hdl 60"),
        ("ldl_friedewald", "total 100, hdl 60, trig 300"),
        ("eag", "hba1c_pct 1"),
    ] {
        assert_eq!(calculate(name, inputs).unwrap_err(), NotCalculated::BelowZero, "{name}");
    }
    for (name, inputs, input) in [
        ("mcv", "hct_pct 45, rbc 0", "red cells"),
        ("tsat", "iron 80, tibc 0", "TIBC"),
        ("ag_ratio", "tp 4.1, albumin 4.1", "globulin"),
        ("inr", "pt_s 12, geomean_normal_pt_s 12, isi 0", "ISI"),
        ("fib4", "age 50, ast 40, platelets 200, alt 0", "ALT"),
        ("egfr_ckdepi_2021_creatinine", "creatinine_mg_dl 0, age 50, sex F", "creatinine"),
    ] {
        assert_eq!(calculate(name, inputs).unwrap_err(), NotCalculated::NotPositive { input }, "{name}");
    }
    assert_eq!(calculate("anion_gap", "na 140, cl -1, co2 24").unwrap_err(), NotCalculated::Negative { input: "Cl" });
}

#[test]
fn a_sex_that_is_not_known_is_never_assumed() {
    for (name, inputs) in [
        ("egfr_ckdepi_2021_creatinine", "creatinine_mg_dl 1, age 50"),
        ("egfr_ckdepi_2012_cystatin", "cystatin_mg_l 1, age 50"),
        ("egfr_ckdepi_2021_creatinine_cystatin", "creatinine_mg_dl 1, cystatin_mg_l 1, age 50"),
        ("crcl_cockcroft_gault", "age 50, weight_kg 70, creatinine_mg_dl 1"),
        ("meld_3_0", "bilirubin 1, inr 1, creatinine 1, sodium 137, albumin 3.5"),
    ] {
        for sex in ["", ", sex U", ", sex O"] {
            assert_eq!(calculate(name, &format!("{inputs}{sex}")).unwrap_err(), NotCalculated::SexNotKnown, "{name}{sex}");
        }
    }
}

#[test]
fn only_the_numerator_of_a_urine_ratio_may_be_a_bound() {
    // 3 mg/L by 1.5 g/L; 4 mg/dL by 80 mg/dL times 1000.
    assert_eq!(calculate("albumin_creatinine_ratio", "albumin_mg_l <3, creatinine_mg_dl 150").unwrap().reported.to_string(), "<2");
    assert_eq!(calculate("protein_creatinine_ratio", "protein_mg_dl <4, creatinine_mg_dl 80").unwrap().reported.to_string(), "<50");
    for inputs in ["albumin_mg_l >500, creatinine_mg_dl 150", "albumin_mg_l 3, creatinine_mg_dl <5"] {
        assert!(matches!(calculate("albumin_creatinine_ratio", inputs), Err(NotCalculated::Censored { .. })), "{inputs}");
    }
}

#[test]
fn the_list_is_sound() {
    for unit in UNITS {
        assert!(Unit::ucum(unit).is_ok(), "{unit} is no UCUM unit");
    }
    for (index, calculation) in CALCULATIONS.iter().enumerate() {
        assert!(!calculation.source.is_empty(), "{} has no source", calculation.name);
        assert!(CALCULATIONS[..index].iter().all(|other| other.name != calculation.name), "{} stands twice", calculation.name);
    }
}

#[test]
fn what_a_score_or_an_excretion_says() {
    let excretion = |value: &str| Amount::new(value.parse().unwrap());
    for (value, sex, expected) in [
        ("14.9", Sex::Male, Collection::Short),
        ("15", Sex::Male, Collection::Adequate),
        ("25", Sex::Male, Collection::Adequate),
        ("25.1", Sex::Male, Collection::Long),
        ("9.9", Sex::Female, Collection::Short),
        ("10", Sex::Female, Collection::Adequate),
        ("20.1", Sex::Female, Collection::Long),
    ] {
        assert_eq!(collection_adequacy(excretion(value), sex), Ok(expected), "{value} {sex:?}");
    }
    assert_eq!(collection_adequacy(excretion("15"), Sex::Unknown), Err(NotCalculated::SexNotKnown));
    for (value, age, expected) in [
        ("1.29", 64, liver::Fib4Band::Low),
        ("1.3", 64, liver::Fib4Band::Indeterminate),
        ("1.99", 65, liver::Fib4Band::Low),
        ("2.0", 65, liver::Fib4Band::Indeterminate),
        ("2.67", 50, liver::Fib4Band::Indeterminate),
        ("2.68", 50, liver::Fib4Band::High),
    ] {
        assert_eq!(liver::fib4_band(Amount::new(value.parse().unwrap()), Amount::new(Decimal::from(age))), expected, "{value} at {age}");
    }
}
