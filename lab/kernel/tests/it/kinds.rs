//! What two units measure: the same kind of quantity or two. Worked out from what the units mean, not from the code.

use kernel::Unit;

fn is_same_kind(one: &str, other: &str) -> bool {
    let [one, other] = [one, other].map(|code| Unit::ucum(code).unwrap());
    let same = one.is_same_kind(&other);
    assert_eq!(same, other.is_same_kind(&one), "{one} and {other}: both ways alike");
    same
}

#[test]
fn units_of_one_kind_differ_in_size_only() {
    for (one, other) in [
        ("mg/dL", "g/L"),
        ("ng/mL{FEU}", "g/L"),
        ("10*3/uL", "/L"),
        ("{copies}/mL", "/uL"),
        ("U/L", "ukat/L"),
        ("mm[Hg]", "kPa"),
        ("%", "mmol/mol"),
        ("mg/g", "1"),
        ("mg/(24.h)", "g/s"),
        ("mm/h", "m/s"),
        ("fL", "L"),
        ("[IU]/mL", "m[IU]/L"),
        ("[pH]", "[pH]"),
        ("{Log_copies}/mL", "{Log_copies}/L"),
        ("mL/min/{1.73_m2}", "L/s/{1.73_m2}"),
    ] {
        assert!(is_same_kind(one, other), "{one} and {other}");
    }
}

#[test]
fn units_of_two_kinds_are_told_apart() {
    for (one, other) in [
        ("mg/dL", "mmol/L"),
        ("mmol/L", "meq/L"),
        ("mmol/L", "mosm/L"),
        ("mmol/L", "10*3/uL"),
        ("U/L", "[IU]/L"),
        ("U/L", "mmol/L"),
        ("[IU]/mL", "[arb'U]/mL"),
        ("[IU]/mL", "/mL"),
        ("[pH]", "mol/L"),
        ("[pH]", "1"),
        ("[pH]", "/L"), // to UCUM, whose mole is a number, a count in a volume
        ("Cel", "K"),
        ("mg/dL", "mg/(24.h)"),
        ("mm[Hg]", "mm"),
        ("{Log_copies}/mL", "{copies}/mL"),
        ("{Log_copies}/mL", "{Log_IU}/mL"),
        ("mL/min/{1.73_m2}", "mL/min"),
    ] {
        assert!(!is_same_kind(one, other), "{one} and {other}");
    }
}
