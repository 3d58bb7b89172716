//! What devices send for a unit, and the UCUM code it must become.

use kernel::unit::{Unit, UnitTrouble};

#[test]
fn units_as_sent_become_ucum() {
    let table = [
        ("mmol/L", "mmol/L"),
        ("mmol/l", "mmol/L"),
        ("umol/l", "umol/L"),
        ("\u{b5}mol/L", "umol/L"),
        ("\u{3bc}mol/l", "umol/L"),
        ("\u{b5}g/L", "ug/L"),
        ("\u{3bc}g/L", "ug/L"),
        ("mcg/dL", "ug/dL"),
        ("g/dl", "g/dL"),
        ("g/dL", "g/dL"),
        ("g/l", "g/L"),
        ("gm/dL", "g/dL"),
        ("mg/dl", "mg/dL"),
        ("MG/DL", "mg/dL"),
        ("mg%", "mg/dL"),
        ("ng/ml", "ng/mL"),
        ("pg/mL", "pg/mL"),
        ("U/l", "U/L"),
        ("IU/L", "[IU]/L"),
        ("[iU]/L", "[IU]/L"),
        ("mIU/L", "m[IU]/L"),
        ("\u{b5}IU/mL", "u[IU]/mL"),
        ("uIU/ml", "u[IU]/mL"),
        ("mUI/L", "m[IU]/L"),
        ("mEq/L", "meq/L"),
        ("mOsm/kg", "mosm/kg"),
        ("x10^3/uL", "10*3/uL"),
        ("10^3/uL", "10*3/uL"),
        ("10*3/uL", "10*3/uL"),
        ("10e3/uL", "10*3/uL"),
        ("10E3/uL", "10*3/uL"),
        ("x10\u{b3}/\u{b5}L", "10*3/uL"),
        ("K/uL", "10*3/uL"),
        ("10^6/uL", "10*6/uL"),
        ("M/uL", "10*6/uL"),
        ("10^9/L", "10*9/L"),
        ("\u{d7}10\u{2079}/L", "10*9/L"),
        ("G/L", "10*9/L"),
        ("T/l", "10*12/L"),
        ("cells/uL", "/uL"),
        ("%", "%"),
        ("fL", "fL"),
        ("fl", "fL"),
        ("um3", "um3"),
        ("pg", "pg"),
        ("PG", "pg"),
        ("sec", "s"),
        ("s", "s"),
        ("mm/h", "mm/h"),
        ("mm/hr", "mm/h"),
        ("/HPF", "/[HPF]"),
        ("/hpf", "/[HPF]"),
        ("mmHg", "mm[Hg]"),
        ("kPa", "kPa"),
        ("\u{b0}C", "Cel"),
        ("pH", "[pH]"),
        ("INR", "{INR}"),
        ("ratio", "{ratio}"),
        ("ng/mL FEU", "ng/mL{FEU}"),
        ("copies/mL", "{copies}/mL"),
        ("mL/min/1.73m2", "mL/min/{1.73_m2}"),
        ("mg/24h", "mg/(24.h)"),
        ("mg/g", "mg/g"),
        ("mmol/mol", "mmol/mol"),
        ("  mmol/L  ", "mmol/L"),
        ("1", "1"),
    ];
    for (sent, code) in table {
        let unit = Unit::from_device(sent).unwrap_or_else(|trouble| panic!("{sent}: {trouble}"));
        assert_eq!(unit.as_str(), code, "{sent}");
        assert_eq!(Unit::ucum(code).unwrap(), unit, "{sent}");
    }
}

#[test]
fn units_that_mean_something_else_in_ucum_are_refused() {
    // Gauss, henry, coulomb, atomic mass, siemens; and megagram, megalitre, petagram where milli and pico were surely meant.
    for sent in ["mG/L", "pH/L", "C", "u", "S", "Mg/dL", "ML/min", "Pg/L", "K", "T", "F/L"] {
        assert!(matches!(Unit::from_device(sent), Err(UnitTrouble::Unlikely { .. })), "{sent}: {:?}", Unit::from_device(sent));
    }
}

#[test]
fn an_unknown_unit_is_named_and_a_missing_one_said() {
    let long = "m.".repeat(500_000);
    for sent in ["furlong", "mmol/LL", "mMol/L", "g//dL", "g/dL ", "mg/dL\0", "\u{6d}\u{301}g", "(((((", "{", long.as_str()] {
        match Unit::from_device(sent) {
            Ok(unit) => assert_eq!((sent, unit.as_str()), ("g/dL ", "g/dL")),
            Err(trouble) => {
                assert!(matches!(trouble, UnitTrouble::Unknown(_)), "{sent}: {trouble}");
                assert!(trouble.to_string().len() < 300);
            }
        }
    }
    assert!(Unit::from_device("furlong").unwrap_err().to_string().contains("\"furlong\""));
    assert_eq!(Unit::from_device("  "), Err(UnitTrouble::Missing));
    assert_eq!(Unit::ucum(""), Err(UnitTrouble::Missing));
}
