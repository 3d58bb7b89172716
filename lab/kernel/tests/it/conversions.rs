//! Conversions worked out by hand, and those that must not happen.

use kernel::Decimal;
use kernel::unit::{Conversion, Substance, Unit, UnitTrouble, convert};

fn unit(code: &str) -> Unit {
    Unit::ucum(code).unwrap()
}

fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn between(from: &str, to: &str, substance: &Substance) -> Result<Conversion, UnitTrouble> {
    Conversion::between(&unit(from), &unit(to), substance)
}

#[test]
fn exact_conversions_keep_the_digits_given() {
    let table = [
        ("13.20", "g/dL", "g/L", "132.0"),            // a litre is 10 dL
        ("132", "g/L", "g/dL", "13.2"),               // and back
        ("5.10", "mmol/L", "umol/L", "5100"),         // milli to micro: 1000
        ("0.25", "umol/L", "nmol/L", "250"),          // 1000
        ("7", "10*3/uL", "10*9/L", "7"),              // 10^3 * 10^6 uL a litre = 10^9
        ("4.65", "10*6/uL", "10*12/L", "4.65"),       // 10^6 * 10^6
        ("88.4", "um3", "fL", "88.4"),                // 10^-18 m3 = 10^-15 L
        ("2.5", "mg/L", "ug/mL", "2.5"),              // 1000 ug in 1000 mL
        ("40", "mg/dL", "g/L", "0.40"),               // 40 mg * 10 = 400 mg
        ("1.5", "h", "min", "90.0"),                  // 60
        ("2", "d", "h", "48"),                        // 24
        ("12", "mg/h", "mg/d", "288"),                // 24 h
        ("1440", "mg/(24.h)", "mg/h", "60"),          // a 24th
        ("45.2", "%", "1", "0.452"),                  // a hundredth
        ("48", "mmol/mol", "%", "4.8"),               // 48/1000 = 4.8/100
        ("120", "U/L", "U/mL", "0.120"),              // a thousandth
        ("3", "ukat/L", "U/L", "180"),                // 1 kat = 60 * 10^6 U
        ("2.1", "[IU]/mL", "m[IU]/L", "2100000"),     // 1000 * 1000
        ("2.1", "[IU]/mL", "[iU]/mL", "2.1"),         // two codes of one unit
        ("100", "mm[Hg]", "kPa", "13.332200"),        // UCUM: m[Hg] = 133.3220 kPa
        ("1", "atm", "Pa", "101325"),                 // by definition
        ("-2.5", "mmol/L", "umol/L", "-2500"),        // base excess keeps its sign
        ("0.00", "g/dL", "mg/dL", "0"),               // zero stays zero
        ("500", "ng/mL{FEU}", "ug/mL{FEU}", "0.500"), // a thousandth, same braces
    ];
    for (value, from, to, expected) in table {
        let converted = convert(decimal(value), &unit(from), &unit(to)).unwrap_or_else(|trouble| panic!("{from} to {to}: {trouble}"));
        assert!(converted.exact, "{from} to {to}");
        assert_eq!(converted.value, decimal(expected), "{value} {from} to {to}");
    }
    assert_eq!(convert(decimal("13.20"), &unit("g/dL"), &unit("g/L")).unwrap().value.to_string(), "132.0");
}

#[test]
fn a_substance_opens_mass_molar_and_equivalents() {
    // Glucose C6H12O6: 180.156 g/mol. 5.5 mmol/L * 180.156 mg/mmol / 10 dL = 99.0858 mg/dL.
    let glucose = Substance { molar_mass: Some(decimal("180.156")), ..Substance::default() };
    let up = between("mmol/L", "mg/dL", &glucose).unwrap().apply(decimal("5.5")).unwrap();
    assert_eq!((up.value, up.exact), (decimal("99.0858"), true));
    // And back exactly.
    let back = between("mg/dL", "mmol/L", &glucose).unwrap().apply(decimal("99.0858")).unwrap();
    assert_eq!((back.value, back.exact), (decimal("5.5"), true));
    // 100 mg/dL = 1000 mg/L / 180.156 = 5.550744909966917560336597171340... mmol/L (long division to 40 digits), 28 digits kept.
    let endless = between("mg/dL", "mmol/L", &glucose).unwrap().apply(decimal("100")).unwrap();
    assert_eq!((endless.value, endless.exact), (decimal("5.550744909966917560336597171"), false));
    // Potassium, one charge: 4.1 meq/L are 4.1 mmol/L. Calcium, two: 5.0 meq/L are 2.5 mmol/L.
    let potassium = Substance { valence: Some(1), ..Substance::default() };
    assert_eq!(between("meq/L", "mmol/L", &potassium).unwrap().apply(decimal("4.1")).unwrap().value, decimal("4.1"));
    let calcium = Substance { valence: Some(2), molar_mass: Some(decimal("40.078")), ..Substance::default() };
    assert_eq!(between("meq/L", "mmol/L", &calcium).unwrap().apply(decimal("5.0")).unwrap().value, decimal("2.5"));
    // 5.0 meq/L = 2.5 mmol/L = 2.5 * 40.078 mg/L = 100.195 mg/L = 10.0195 mg/dL.
    assert_eq!(between("meq/L", "mg/dL", &calcium).unwrap().apply(decimal("5.0")).unwrap().value, decimal("10.0195"));
}

#[test]
fn an_enzymes_international_unit_is_u_and_no_other_is() {
    let alt = Substance { enzyme: true, ..Substance::default() };
    assert_eq!(between("[IU]/L", "U/L", &alt).unwrap().apply(decimal("35")).unwrap().value, decimal("35"));
    assert_eq!(between("U/mL", "[IU]/L", &alt).unwrap().apply(decimal("0.035")).unwrap().value, decimal("35"));
    // 30 U/L = 30 umol/min/L = 0.5 umol/s/L.
    assert_eq!(between("[IU]/L", "ukat/L", &alt).unwrap().apply(decimal("30")).unwrap().value, decimal("0.5"));
    assert!(matches!(between("[IU]/L", "U/L", &Substance::default()), Err(UnitTrouble::Dimension { .. })));
}

/// A tumour marker's `U/mL` counts by the assay's own standard; for whatever is not measured so, `U` stays the enzyme unit.
#[test]
fn an_assays_arbitrary_unit_is_called_u_by_devices() {
    let marker = Substance { arbitrary: true, ..Substance::default() };
    assert_eq!(between("U/mL", "[arb'U]/mL", &marker).unwrap().apply(decimal("35")).unwrap().value, decimal("35"));
    // 1 L = 1000 mL.
    assert_eq!(between("U/L", "[arb'U]/mL", &marker).unwrap().apply(decimal("35000")).unwrap().value, decimal("35"));
    assert!(matches!(between("U/mL", "[arb'U]/mL", &Substance::default()), Err(UnitTrouble::Dimension { .. })));
    assert!(matches!(between("ukat/mL", "[arb'U]/mL", &marker), Err(UnitTrouble::Dimension { .. })));
    assert!(matches!(between("[IU]/mL", "[arb'U]/mL", &marker), Err(UnitTrouble::Dimension { .. })));
}

#[test]
fn an_endless_fraction_is_marked_and_never_silent() {
    // 1 U = 1/60 ukat: 5 U/L = 0.08333... ukat/L, to 28 decimals.
    let converted = convert(decimal("5"), &unit("U/L"), &unit("ukat/L")).unwrap();
    assert_eq!((converted.value, converted.exact), (decimal("0.0833333333333333333333333333"), false));
    // 10 U/L = 0.1666...: the last digit rounds away from zero, on both sides of it.
    let up = convert(decimal("10"), &unit("U/L"), &unit("ukat/L")).unwrap();
    assert_eq!(up.value, decimal("0.1666666666666666666666666667"));
    let down = convert(decimal("-10"), &unit("U/L"), &unit("ukat/L")).unwrap();
    assert_eq!(down.value, decimal("-0.1666666666666666666666666667"));
    // Exactly representable values of the same pair are exact.
    assert!(convert(decimal("6"), &unit("U/L"), &unit("ukat/L")).unwrap().exact);
}

#[test]
fn what_does_not_measure_the_same_does_not_convert() {
    let known = Substance { molar_mass: Some(decimal("100")), valence: Some(1), enzyme: true, arbitrary: false };
    let cases = [
        ("mmol/L", "10*3/uL"), // UCUM's mole is a bare number: Avogadro's number of cells is no substance
        ("mmol/L", "mosm/L"),  // osmoles count particles
        ("mg/g", "mg/mmol"),   // the gram below the line is creatinine's
        ("mmol/L", "mmol/kg"), // no density is known
        ("g/dL", "%"),         // a mass concentration is no fraction
        ("mg/dL", "s"),
        ("[IU]/mL", "[arb'U]/mL"),
        ("[IU]/mL", "ng/mL"),
        ("fL", "pg"),
    ];
    for (from, to) in cases {
        assert!(matches!(between(from, to, &known), Err(UnitTrouble::Dimension { .. })), "{from} to {to}: {:?}", between(from, to, &known));
    }
    let trouble = between("mg/dL", "s", &known).unwrap_err().to_string();
    assert!(trouble.contains("mg/dL") && trouble.contains(" s:"), "{trouble}");
}

#[test]
fn what_is_missing_is_named() {
    let unknown = Substance::default();
    assert!(matches!(between("mg/dL", "mmol/L", &unknown), Err(UnitTrouble::NeedsMolarMass { .. })));
    assert!(matches!(between("meq/L", "mmol/L", &unknown), Err(UnitTrouble::NeedsValence { .. })));
    let zero = Substance { molar_mass: Some(Decimal::ZERO), valence: Some(0), enzyme: false, arbitrary: false };
    assert!(matches!(between("mg/dL", "mmol/L", &zero), Err(UnitTrouble::NeedsMolarMass { .. })));
    assert!(matches!(between("meq/L", "mmol/L", &zero), Err(UnitTrouble::NeedsValence { .. })));
    for (from, to) in [("Cel", "K"), ("Cel", "[degF]"), ("[pH]", "mol/L"), ("[lb_av]", "kg")] {
        assert!(between(from, to, &unknown).is_err(), "{from} to {to}");
    }
    // Equal units pass on any scale.
    for code in ["Cel", "[pH]", "{INR}", "[lb_av]", "[arb'U]/mL"] {
        let same = between(code, code, &unknown).unwrap();
        assert!(same.is_identity());
        assert_eq!(same.apply(decimal("7.40")).unwrap().value.to_string(), "7.40");
    }
}

#[test]
fn braces_are_no_decoration() {
    for (from, to) in [("ng/mL{FEU}", "ng/mL{DDU}"), ("ng/mL{FEU}", "ng/mL"), ("{copies}/mL", "{Log_copies}/mL"), ("{copies}/mL", "/mL")] {
        assert!(matches!(between(from, to, &Substance::default()), Err(UnitTrouble::Annotation { .. })), "{from} to {to}");
    }
}

#[test]
fn digits_that_do_not_fit_are_refused() {
    let long = decimal("1234567890123456789012345678");
    assert!(matches!(convert(long, &unit("g/dL"), &unit("ng/dL")), Err(UnitTrouble::TooManyDigits { .. })));
    let short = decimal("0.0000000000000000000000000001");
    assert!(matches!(convert(short, &unit("g/dL"), &unit("kg/dL")), Err(UnitTrouble::TooManyDigits { .. })));
    // The same digits fit in the other direction.
    assert_eq!(convert(short, &unit("kg/dL"), &unit("g/dL")).unwrap().value, decimal("0.0000000000000000000000001"));
}

#[test]
fn hostile_units_end_quickly() {
    for code in ["m2147483647/m2147483647", "10*2147483647", "g99", "mol-2147483648", "U64/L", "kat9999/L"] {
        if let Ok(strange) = Unit::ucum(code) {
            assert!(convert(decimal("1"), &strange, &unit("mmol/L")).is_err(), "{code}");
        }
    }
}
