//! A test measures what its LOINC code means, or the edition is refused. Names are LOINC's own; what fits follows from what the property is.

use crate::bench::says;
use crate::bench::{EDITION, LIMITS_HEAD, TESTS_HEAD};
use crate::refused::troubles;

const ANY: &str = "Potassium [Moles/volume] in Serum or Plasma";

/// The faults of a test X with this name, check, unit and kind.
fn told(name: &str, check: &str, unit: &str, kind: &str) -> Vec<String> {
    let decimals = if kind == "number" { "1" } else { "" };
    let row = format!("X,A test,CHEM,2823-3,\"{name}\",{check},Serum,{unit},{decimals},{kind},,,,a test\n");
    troubles(EDITION, &format!("{TESTS_HEAD}{row}"), LIMITS_HEAD)
}

/// Name of a code, and a kind and a unit that fit.
const FITTING: [(&str, &str, &str); 36] = [
    (ANY, "number", "mmol/L"),
    (ANY, "number", "meq/L"),
    ("Glucose [Mass/volume] in Serum or Plasma", "number", "mg/dL"),
    ("Glucose [Mass/volume] in Urine by Test strip", "grade", "mg/dL"),
    ("Fibrin D-dimer FEU [Mass/volume] in Platelet poor plasma", "number", "ng/mL{FEU}"),
    ("Leukocytes [#/volume] in Blood by Automated count", "number", "10*3/uL"),
    ("HIV 1 RNA [#/volume] (viral load) in Serum or Plasma by NAA with probe detection", "number", "{copies}/mL"),
    ("HIV 1 RNA [Log #/volume] (viral load) in Serum or Plasma by NAA with probe detection", "number", "{Log_copies}/mL"),
    ("Hepatitis C virus RNA [log units/volume] (viral load) in Serum or Plasma by NAA with probe detection", "number", "{Log_IU}/mL"),
    ("Lipase [Enzymatic activity/volume] in Serum or Plasma", "number", "U/L"),
    ("Lipase [Enzymatic activity/volume] in Serum or Plasma", "number", "ukat/L"),
    ("Thyrotropin [Units/volume] in Serum or Plasma", "number", "m[IU]/L"),
    ("Cancer Ag 125 [Units/volume] in Serum or Plasma", "number", "[arb'U]/mL"),
    ("Oxygen [Partial pressure] in Arterial blood", "number", "kPa"),
    ("Hematocrit [Volume Fraction] of Blood by Automated count", "number", "%"),
    ("Protein/Creatinine [Mass Ratio] in Urine", "number", "mg/g"),
    ("Protein [Mass/time] in 24 hour Urine", "number", "mg/(24.h)"),
    ("MCV [Entitic volume] by Automated count", "number", "fL"),
    ("MCH [Entitic mass] by Automated count", "number", "pg"),
    ("Erythrocytes [#/area] in Urine sediment by Microscopy high power field", "coded", "/[HPF]"),
    ("Glomerular filtration rate [Volume Rate/Area] in Serum, Plasma or Blood", "number", "mL/min/{1.73_m2}"),
    ("Nuclear Ab [Titer] in Serum by Immunofluorescence", "titre", "{titer}"),
    ("Nuclear Ab [Titer] in Serum by Immunofluorescence", "titre", ""),
    ("Protein [Presence] in Urine by Test strip", "grade", ""),
    ("ABO group [Type] in Blood", "coded", ""),
    ("Microscopic observation [Identifier] in Specimen by Gram stain", "text", ""),
    ("pH of Arterial blood", "number", "[pH]"),
    ("INR in Platelet poor plasma by Coagulation assay", "number", "{INR}"),
    ("Erythrocyte sedimentation rate by Westergren method", "number", "mm/h"),
    ("Neutrophils/100 leukocytes in Blood by Automated count", "number", "%"),
    ("Antithrombin actual/normal in Platelet poor plasma by Chromogenic method", "number", "%"),
    ("Hemoglobin A1c/Hemoglobin.total in Blood by IFCC protocol", "number", "mmol/mol"),
    ("Creatinine renal clearance in 24 hour Urine and Serum or Plasma", "number", "mL/min"),
    ("Bacteria identified in Blood by Culture", "coded", ""),
    ("Color of Urine", "coded", ""),
    // A property we do not know has no say over what is no number.
    ("Crystals [Morphology] in Urine sediment", "coded", ""),
];

#[test]
fn a_unit_of_the_codes_property_is_taken() {
    for (name, kind, unit) in FITTING {
        for check in ["name-verified", "component+unit-verified", "unverified"] {
            assert_eq!(told(name, check, unit, kind), Vec::<String>::new(), "{name} in {unit}");
        }
    }
}

/// Name, kind, unit, and what is told of it.
const FAULTY: [(&str, &str, &str, &[&str]); 27] = [
    (ANY, "number", "g/L", &["unit g/L of X does not fit its LOINC property [Moles/volume]", "mol/L"]),
    (ANY, "number", "mosm/L", &["unit mosm/L of X", "[Moles/volume]"]),
    (ANY, "number", "mmol/kg", &["unit mmol/kg of X", "[Moles/volume]"]),
    ("Glucose [Mass/volume] in Serum or Plasma", "number", "mmol/L", &["unit mmol/L of X", "[Mass/volume]", "g/L"]),
    ("Glucose [mass/VOLUME] in Serum or Plasma", "number", "mmol/L", &["unit mmol/L of X", "[mass/VOLUME]"]),
    ("Glucose [Mass/volume] in Serum or Plasma", "coded", "", &["[Mass/volume] of X is a quantity", "needs its unit"]),
    ("Glucose [Mass/volume] in Serum or Plasma", "text", "mg/dL", &["[Mass/volume] of X is a quantity"]),
    ("Glucose [Mass/volume] in Serum or Plasma", "titre", "", &["[Mass/volume] of X is a quantity"]),
    ("Leukocytes [#/volume] in Blood", "number", "mmol/L", &["unit mmol/L of X", "[#/volume]"]),
    ("HIV 1 RNA [#/volume] (viral load) in Serum or Plasma", "number", "{Log_copies}/mL", &["unit {Log_copies}/mL of X", "[#/volume]"]),
    ("HIV 1 RNA [Log #/volume] (viral load) in Serum", "number", "{copies}/mL", &["unit {copies}/mL of X", "[Log #/volume]"]),
    ("Lipase [Enzymatic activity/volume] in Serum or Plasma", "number", "[IU]/L", &["unit [IU]/L of X", "[Enzymatic activity/volume]"]),
    ("Cancer Ag 125 [Units/volume] in Serum or Plasma", "number", "U/mL", &["unit U/mL of X", "[Units/volume]"]),
    ("Oxygen [Partial pressure] in Arterial blood", "number", "%", &["unit % of X", "[Partial pressure]"]),
    ("Protein/Creatinine [Mass Ratio] in Urine", "number", "mg/dL", &["unit mg/dL of X", "[Mass Ratio]"]),
    ("Protein [Mass/time] in 24 hour Urine", "number", "mg/dL", &["unit mg/dL of X", "[Mass/time]"]),
    ("Glomerular filtration rate [Volume Rate/Area] in Serum", "number", "mL/min", &["unit mL/min of X", "[Volume Rate/Area]"]),
    ("Protein [Presence] in Urine by Test strip", "number", "mg/dL", &["[Presence] of X is a finding"]),
    ("ABO group [Type] in Blood", "titre", "", &["[Type] of X is a finding"]),
    ("Nuclear Ab [Titer] in Serum", "coded", "", &["[Titer] of X is a titre"]),
    ("Nuclear Ab [Titer] in Serum", "titre", "[IU]/mL", &["unit [IU]/mL of X", "[Titer]", "titre"]),
    ("pH of Arterial blood", "number", "mmol/L", &["unit mmol/L of X", "“pH of Arterial blood”"]),
    ("Erythrocyte sedimentation rate by Westergren method", "number", "mm", &["unit mm of X"]),
    ("Neutrophils/100 leukocytes in Blood", "number", "10*3/uL", &["unit 10*3/uL of X"]),
    ("Creatinine renal clearance in 24 hour Urine", "number", "mL/min/{1.73_m2}", &["unit mL/min/{1.73_m2} of X"]),
    ("Potassium [Furlongs] in Serum", "number", "mmol/L", &["property [Furlongs] of X is not known", "correct loinc_name"]),
    // A name that was cut off or written by hand says nothing.
    ("Potassium", "number", "mmol/L", &["“Potassium” of X shows no property", "in full"]),
];

#[test]
fn a_unit_of_another_property_refuses_the_edition() {
    for (name, kind, unit, words) in FAULTY {
        for check in ["name-verified", "component+unit-verified", "unverified"] {
            says(&told(name, check, unit, kind), "tests.csv, line 2", words);
        }
    }
    // Where nobody saw the name, nothing is held against it.
    assert_eq!(told("", "component+unit-verified", "g/L", "number"), Vec::<String>::new());
    says(&told("", "name-verified", "g/L", "number"), "tests.csv, line 2", &["loinc_name is empty"]);
}
