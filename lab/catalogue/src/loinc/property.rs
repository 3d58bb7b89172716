//! Whether a test measures what its LOINC code means: the property of the code decides the dimension of the unit and the kind of result.
//!
//! Source: LOINC Users' Guide, "Kind of Property", the second axis of a code: mass, moles (or equivalents), arbitrary units, catalytic activity and
//! number are different properties, and so different codes, whatever is measured. A long common name shows the property in brackets, or leaves it
//! out where the component says it (`pH of Blood`); what those names measure is the property of their codes in the LOINC table.

use crate::test::TestCode;
use kernel::{Unit, ValueKindExpected};

/// What a property admits.
#[derive(Debug, Clone, Copy)]
enum Admits {
    /// A quantity in a unit of the same kind as one of these.
    Quantity(&'static [&'static str]),
    /// A titre; its unit is a number.
    Titre,
    /// A finding: coded, graded or in words.
    Finding,
}

use Admits::{Finding, Quantity, Titre};

/// Properties as they stand in brackets; upper and lower case are alike.
const IN_BRACKETS: [(&str, Admits); 42] = [
    ("Mass/volume", Quantity(&["g/L"])),
    ("Moles/volume", Quantity(&["mol/L", "eq/L"])),
    ("Enzymatic activity/volume", Quantity(&["U/L"])),
    ("Units/volume", Quantity(&["[IU]/L", "[arb'U]/L", "[GPL'U]/L", "[MPL'U]/L", "[APL'U]/L", "[GPL'U]", "[MPL'U]", "[APL'U]"])),
    ("#/volume", Quantity(&["/L", "[CFU]/L", "[PFU]/L"])),
    ("Log #/volume", Quantity(&["{Log_copies}/L", "{Log_CFU}/L"])),
    ("Log units/volume", Quantity(&["{Log_IU}/L"])),
    ("Volume/volume", Quantity(&["1"])),
    ("Osmolality", Quantity(&["osm/kg"])),
    ("Mass/mass", Quantity(&["1"])),
    ("Moles/mass", Quantity(&["mol/g", "eq/g"])),
    ("Enzymatic activity/mass", Quantity(&["U/g"])),
    ("Units/mass", Quantity(&["[IU]/g", "[arb'U]/g"])),
    ("#/mass", Quantity(&["/g", "[CFU]/g"])),
    ("Mass/time", Quantity(&["g/s"])),
    ("Moles/time", Quantity(&["mol/s", "eq/s"])),
    ("Enzymatic activity/time", Quantity(&["U/s"])),
    ("Units/time", Quantity(&["[IU]/s", "[arb'U]/s"])),
    ("#/time", Quantity(&["/s"])),
    ("Volume rate", Quantity(&["L/s"])),
    ("Volume rate/area", Quantity(&["L/s/{1.73_m2}", "L/s/m2"])),
    ("#/area", Quantity(&["/[HPF]", "/m2"])),
    ("Entitic mass", Quantity(&["g"])),
    ("Entitic volume", Quantity(&["L"])),
    ("Entitic number", Quantity(&["1"])),
    ("Mass", Quantity(&["g"])),
    ("Volume", Quantity(&["L"])),
    ("Time", Quantity(&["s"])),
    ("Length", Quantity(&["m"])),
    ("Temperature", Quantity(&["Cel", "[degF]"])),
    ("Partial pressure", Quantity(&["Pa"])),
    ("Pressure", Quantity(&["Pa"])),
    ("Mass fraction", Quantity(&["1"])),
    ("Volume fraction", Quantity(&["1"])),
    ("Mass ratio", Quantity(&["1"])),
    ("Molar ratio", Quantity(&["1"])),
    ("Ratio", Quantity(&["1"])),
    ("Titer", Titre),
    ("Presence", Finding),
    ("Type", Finding),
    ("Identifier", Finding),
    ("Interpretation", Finding),
];

/// Words of long common names that show no property, each with what it is.
const WITHOUT_BRACKETS: [(&str, Admits); 18] = [
    ("pH of ", Quantity(&["[pH]"])),
    ("INR in ", Quantity(&["1"])),
    ("Prothrombin time (PT)", Quantity(&["s"])),
    ("aPTT in ", Quantity(&["s"])),
    ("Thrombin time", Quantity(&["s"])),
    ("Erythrocyte sedimentation rate", Quantity(&["m/s"])),
    ("Osmolality of ", Quantity(&["osm/kg"])),
    ("Specific gravity of ", Quantity(&["1"])),
    ("Anion gap in ", Quantity(&["mol/L", "eq/L"])),
    ("Base excess in ", Quantity(&["mol/L", "eq/L"])),
    ("Oxygen saturation in ", Quantity(&["1"])),
    (" renal clearance in ", Quantity(&["L/s"])),
    (" actual/normal ", Quantity(&["1"])),
    ("/100 leukocytes in ", Quantity(&["1"])),
    ("/100 erythrocytes in ", Quantity(&["1"])),
    ("/Hemoglobin.total in ", Quantity(&["1"])),
    (" identified in ", Finding),
    // The colour and the look of a fluid are named, not measured.
    (" of Urine", Finding),
];

/// Holds a test against the long common name of its LOINC code; the fault in words where they do not fit.
pub(super) fn check(code: &TestCode, name: &str, kind: ValueKindExpected, unit: Option<&Unit>) -> Result<(), String> {
    let bracketed = name.split_once('[').and_then(|(_, rest)| rest.split_once(']')).map(|(property, _)| property);
    let found = match bracketed {
        Some(property) => IN_BRACKETS.iter().find(|(known, _)| known.eq_ignore_ascii_case(property)),
        None => WITHOUT_BRACKETS.iter().find(|(words, _)| name.contains(words)),
    };
    let shown = bracketed.map_or_else(|| format!("“{name}”"), |property| format!("[{property}]"));
    match found {
        Some((_, admits)) => admits.check(code, &shown, kind, unit),
        // What is no number has no unit to be wrong.
        None if kind != ValueKindExpected::Number => Ok(()),
        None if bracketed.is_some() => {
            Err(format!("LOINC property {shown} of {code} is not known, so its unit cannot be checked: correct loinc_name"))
        }
        None => Err(format!("loinc_name {shown} of {code} shows no property in brackets: give the long common name in full")),
    }
}

impl Admits {
    fn check(self, code: &TestCode, property: &str, kind: ValueKindExpected, unit: Option<&Unit>) -> Result<(), String> {
        use ValueKindExpected::{Coded, Number, SemiQuantitative, Text, Titre as TitreKind};
        let fits = |examples: &[&str]| unit.is_some_and(|unit| is_one_of(unit, examples));
        match (self, kind, unit) {
            // A quantity may be told in steps ("6 to 10 in a field"), if it says of what.
            (Quantity(_), Coded | SemiQuantitative, None) => {
                Err(format!("LOINC property {property} of {code} is a quantity: it needs its unit, or a code for a finding"))
            }
            (Quantity(examples), Number | Coded | SemiQuantitative, Some(_)) if fits(examples) => Ok(()),
            (Quantity(examples), Number | Coded | SemiQuantitative, _) => {
                let unit = unit.map_or("", Unit::as_str);
                let example = examples.first().copied().unwrap_or_default();
                Err(format!(
                    "unit {unit} of {code} does not fit its LOINC property {property}, which is measured in units like {example}: \
                     correct the unit, or take the code of what is measured"
                ))
            }
            (Quantity(_), TitreKind | Text, _) => Err(format!("LOINC property {property} of {code} is a quantity, and its kind is not")),
            (Titre, TitreKind, None) | (Finding, Coded | SemiQuantitative | Text, _) => Ok(()),
            (Titre, TitreKind, Some(unit)) if is_one_of(unit, &["1"]) => Ok(()),
            (Titre, TitreKind, Some(unit)) => Err(format!("unit {unit} of {code} does not fit its LOINC property {property}, a titre")),
            (Titre, _, _) => Err(format!("LOINC property {property} of {code} is a titre, and its kind is not")),
            (Finding, Number | TitreKind, _) => {
                Err(format!("LOINC property {property} of {code} is a finding, and its kind is a number or a titre"))
            }
        }
    }
}

fn is_one_of(unit: &Unit, examples: &[&str]) -> bool {
    examples.iter().any(|example| Unit::ucum(example).is_ok_and(|example| unit.is_same_kind(&example)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A unit of the tables that nobody can parse would refuse every test of its property.
    #[test]
    fn every_unit_of_the_tables_is_one_and_no_property_stands_twice() {
        for (property, admits) in IN_BRACKETS.iter().chain(&WITHOUT_BRACKETS) {
            if let Quantity(examples) = admits {
                assert!(!examples.is_empty(), "{property}");
                examples.iter().for_each(|example| assert!(Unit::ucum(example).is_ok(), "{property}: {example}"));
            }
        }
        for (place, (property, _)) in IN_BRACKETS.iter().enumerate() {
            let again = IN_BRACKETS.iter().skip(place + 1).any(|(other, _)| other.eq_ignore_ascii_case(property));
            assert!(!again, "{property}");
        }
    }
}
