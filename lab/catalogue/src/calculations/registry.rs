//! Every calculation by its name, with what it takes, what it gives and where it comes from. The catalogue binds tests to these inputs; a
//! unit that does not convert exactly is found when the catalogue is loaded, not at the bench.

use super::amount::*;
use super::calculated::{Calculated, Outcome};
use super::inputs::{Argument, AtMost, InputKind, Inputs};
use super::not_calculated::NotCalculated;
use super::{
    biological_variation::*, blood_count::*, chemistry::*, coagulation::*, electrolytes::*, fetomaternal::*, glucose::*, hormones::*,
};
use super::{lipids::*, liver::*, renal::*, urine::*};
use kernel::unit::UnitTrouble;
use kernel::{Conversion, Sex, Substance, Unit};

/// One input of a calculation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Input {
    /// Its name.
    pub name: &'static str,
    /// What it is made from.
    pub kind: InputKind,
    /// Whether the catalogue may leave it out.
    pub optional: bool,
}

/// A calculation of the laboratory.
#[derive(Debug)]
pub struct Calculation {
    /// Its name in catalogues and verification cases.
    pub name: &'static str,
    /// What it takes.
    pub inputs: &'static [Input],
    /// UCUM code of what it gives.
    pub unit: &'static str,
    /// Decimals it is reported with, where the catalogue has no test that says so.
    pub decimals: u32,
    /// Where it comes from.
    pub source: &'static str,
    run: fn(Inputs<'_>, u32) -> Result<Calculated, NotCalculated>,
}

impl Calculation {
    /// The calculation of this name.
    pub fn find(name: &str) -> Option<&'static Self> {
        CALCULATIONS.iter().find(|calculation| calculation.name == name)
    }

    /// Calculates, or says why the result is null.
    pub fn calculate(&self, inputs: Inputs<'_>) -> Result<Calculated, NotCalculated> {
        (self.run)(inputs, self.decimals)
    }

    /// Whether a test reported in this unit may be bound to an input: its values convert exactly, or the catalogue does not load.
    pub fn check_unit(&self, input: &str, unit: &Unit) -> Result<(), BindingTrouble> {
        let unknown = || BindingTrouble::NoSuchInput { calculation: self.name, input: input.to_owned() };
        let known = self.inputs.iter().find(|known| known.name == input).ok_or_else(unknown)?;
        let trouble = |trouble| BindingTrouble::Unit { calculation: self.name, input: known.name, trouble };
        match known.kind {
            InputKind::Sex | InputKind::Fact => Err(BindingTrouble::NotAQuantity { calculation: self.name, input: known.name }),
            InputKind::Quantity(code) => {
                let expected = Unit::ucum(code).map_err(trouble)?;
                Conversion::between(unit, &expected, &Substance::default()).map(drop).map_err(trouble)
            }
        }
    }
}

/// Why a test cannot be bound to an input of a calculation.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BindingTrouble {
    /// The calculation has no such input.
    #[error("{calculation} has no input {input:?}; see its list of inputs")]
    NoSuchInput {
        /// The calculation.
        calculation: &'static str,
        /// What was named.
        input: String,
    },
    /// The input is the sex or a fact.
    #[error("{input} of {calculation} is not a quantity, so no test can be bound to it")]
    NotAQuantity {
        /// The calculation.
        calculation: &'static str,
        /// The input.
        input: &'static str,
    },
    /// The test's unit does not convert to that of the formula.
    #[error("{input} of {calculation}: {trouble}")]
    Unit {
        /// The calculation.
        calculation: &'static str,
        /// The input.
        input: &'static str,
        /// Why it does not convert.
        trouble: UnitTrouble,
    },
}

/// One line a calculation: the compiler checks that the function takes these types, so the units listed are those it computes in.
macro_rules! calculations {
    ($($function:ident($($input:ident: $kind:ty),*) -> $gives:ty, $decimals:literal, $source:literal;)*) => {
        /// Every calculation.
        pub const CALCULATIONS: &[Calculation] = &[$(Calculation {
            name: stringify!($function),
            inputs: &[$(Input {
                name: stringify!($input),
                kind: <$kind as Argument>::KIND,
                optional: <$kind as Argument>::OPTIONAL,
            }),*],
            unit: <$gives as Outcome>::UNIT,
            decimals: $decimals,
            source: $source,
            run: |inputs, decimals| {
                let outcome: $gives = $function($(<$kind as Argument>::take(inputs, stringify!($input))?),*)?;
                outcome.calculated(decimals)
            },
        }),*];
    };
}

calculations! {
    egfr_ckdepi_2021_creatinine(creatinine_mg_dl: Amount<MgPerDl>, age: Amount<Years>, sex: Sex) -> Amount<MlPerMinPerSurface>,
        0, "Inker 2021, N Engl J Med 385:1737";
    egfr_ckdepi_2012_cystatin(cystatin_mg_l: Amount<MgPerL>, age: Amount<Years>, sex: Sex) -> Amount<MlPerMinPerSurface>,
        0, "Inker 2012, N Engl J Med 367:20";
    egfr_ckdepi_2021_creatinine_cystatin(
        creatinine_mg_dl: Amount<MgPerDl>, cystatin_mg_l: Amount<MgPerL>, age: Amount<Years>, sex: Sex
    ) -> Amount<MlPerMinPerSurface>, 0, "Inker 2021, N Engl J Med 385:1737";
    egfr_bedside_schwartz(height_cm: Amount<Centimetres>, creatinine_mg_dl: Amount<MgPerDl>, age: Option<Amount<Years>>)
        -> Amount<MlPerMinPerSurface>, 0, "Schwartz 2009, J Am Soc Nephrol 20:629";
    crcl_cockcroft_gault(age: Amount<Years>, weight_kg: Amount<Kilograms>, creatinine_mg_dl: Amount<MgPerDl>, sex: Sex)
        -> Amount<MlPerMin>, 0, "Cockcroft and Gault 1976, Nephron 16:31";
    crcl_24h(
        urine_creatinine_mg_dl: Amount<MgPerDl>, volume_ml: Amount<Millilitres>, duration_min: Amount<Minutes>,
        serum_creatinine_mg_dl: Amount<MgPerDl>, bsa_m2: Option<Amount<SquareMetres>>
    ) -> Amount<MlPerMin>, 0, "definition of clearance";
    creatinine_excretion(
        urine_creatinine_mg_dl: Amount<MgPerDl>, volume_ml: Amount<Millilitres>, duration_min: Amount<Minutes>,
        weight_kg: Amount<Kilograms>
    ) -> Amount<MgPerKgPerDay>, 1, "definition";
    ldl_friedewald(total: Amount<MgPerDl>, hdl: Amount<MgPerDl>, trig: Amount<MgPerDl>) -> Amount<MgPerDl>,
        0, "Friedewald 1972, Clin Chem 18:499";
    ldl_sampson_nih(total: Amount<MgPerDl>, hdl: Amount<MgPerDl>, trig: Amount<MgPerDl>) -> Amount<MgPerDl>,
        0, "Sampson 2020, JAMA Cardiol 5:540";
    non_hdl(total: Amount<MgPerDl>, hdl: Amount<MgPerDl>) -> Amount<MgPerDl>, 0, "definition";
    vldl(trig: Amount<MgPerDl>) -> Amount<MgPerDl>, 0, "Friedewald 1972, Clin Chem 18:499";
    anion_gap(na: Amount<MmolPerL>, cl: Amount<MmolPerL>, co2: Amount<MmolPerL>) -> Amount<MmolPerL>, 0, "definition";
    anion_gap_potassium(na: Amount<MmolPerL>, k: Amount<MmolPerL>, cl: Amount<MmolPerL>, co2: Amount<MmolPerL>)
        -> Amount<MmolPerL>, 1, "definition";
    anion_gap_albumin_corrected(na: Amount<MmolPerL>, cl: Amount<MmolPerL>, co2: Amount<MmolPerL>, albumin_g_dl: Amount<GPerDl>)
        -> Amount<MmolPerL>, 1, "Figge 1998, Crit Care Med 26:1807";
    osmolality_calc(na: Amount<MmolPerL>, glucose: Amount<MgPerDl>, bun: Amount<MgPerDl>) -> Amount<MosmPerKg>,
        0, "Smithline and Gardner 1976, JAMA 236:1594";
    osmol_gap(measured: Amount<MosmPerKg>, na: Amount<MmolPerL>, glucose: Amount<MgPerDl>, bun: Amount<MgPerDl>)
        -> Amount<MosmPerKg>, 0, "Smithline and Gardner 1976, JAMA 236:1594";
    osmol_gap_ethanol(
        measured: Amount<MosmPerKg>, na: Amount<MmolPerL>, glucose: Amount<MgPerDl>, bun: Amount<MgPerDl>,
        ethanol_mg_dl: Amount<MgPerDl>
    ) -> Amount<MosmPerKg>, 0, "Smithline and Gardner 1976, JAMA 236:1594; ethanol/4.6";
    calcium_corrected(calcium: Amount<MgPerDl>, albumin: Amount<GPerDl>) -> Amount<MgPerDl>, 1, "Payne 1973, Br Med J 4:643";
    sodium_corrected_glucose(na: Amount<MmolPerL>, glucose: Amount<MgPerDl>, factor: Amount<One>) -> Amount<MmolPerL>,
        1, "Katz 1973, N Engl J Med 289:843 (1.6); Hillier 1999, Am J Med 106:399 (2.4)";
    globulin(tp: Amount<GPerDl>, albumin: Amount<GPerDl>) -> Amount<GPerDl>, 1, "definition";
    ag_ratio(tp: Amount<GPerDl>, albumin: Amount<GPerDl>) -> Amount<RatioOfTwo>, 1, "definition";
    bun_creatinine_ratio(bun: Amount<MgPerDl>, creatinine: Amount<MgPerDl>) -> Amount<RatioOfTwo>, 0, "definition";
    bilirubin_indirect(total: Amount<MgPerDl>, direct: Amount<MgPerDl>) -> Amount<MgPerDl>, 1, "definition";
    tibc_from_uibc(iron: Amount<UgPerDl>, uibc: Amount<UgPerDl>) -> Amount<UgPerDl>, 0, "definition";
    tibc_from_transferrin(transferrin_mg_dl: Amount<MgPerDl>) -> Amount<UgPerDl>, 0, "approximation by molar masses";
    tsat(iron: Amount<UgPerDl>, tibc: Amount<UgPerDl>) -> Amount<Percent>, 0, "definition";
    mcv(hct_pct: Amount<Percent>, rbc: Amount<MillionPerUl>) -> Amount<Femtolitres>, 1, "definition (Wintrobe)";
    mch(hgb: Amount<GPerDl>, rbc: Amount<MillionPerUl>) -> Amount<Picograms>, 1, "definition (Wintrobe)";
    mchc(hgb: Amount<GPerDl>, hct_pct: Amount<Percent>) -> Amount<GPerDl>, 1, "definition (Wintrobe)";
    anc(wbc: Amount<ThousandPerUl>, segs_pct: Amount<Percent>, bands_pct: Amount<Percent>) -> Amount<ThousandPerUl>, 2, "definition";
    wbc_corrected_nrbc(wbc: Amount<ThousandPerUl>, nrbc_per_100: Amount<PerHundredWbc>) -> Amount<ThousandPerUl>, 2, "definition";
    retic_absolute(rbc: Amount<MillionPerUl>, retic_pct: Amount<Percent>) -> Amount<ThousandPerUl>, 1, "definition";
    retic_corrected(retic_pct: Amount<Percent>, hct: Amount<Percent>) -> Amount<Percent>, 2, "definition";
    retic_production_index(retic_pct: Amount<Percent>, hct: Amount<Percent>) -> Amount<IndexNumber>, 2, "Hillman";
    inr(pt_s: Amount<Seconds>, geomean_normal_pt_s: Amount<Seconds>, isi: Amount<One>) -> Amount<InrUnit>,
        1, "WHO Technical Report Series 889, annex 3";
    age_adjusted_ddimer_cutoff(age: Amount<Years>) -> Amount<NgPerMlFeu>, 0, "Righini 2014 (ADJUST-PE), JAMA 311:1117";
    eag(hba1c_pct: Amount<Percent>) -> Amount<MgPerDl>, 0, "Nathan 2008 (ADAG), Diabetes Care 31:1473";
    hba1c_ifcc(hba1c_pct: Amount<Percent>) -> Amount<MmolPerMol>, 0, "Hoelzel 2004, Clin Chem 50:166";
    homa_ir(glucose_mg_dl: Amount<MgPerDl>, insulin_uiu_ml: Amount<MicroIuPerMl>, fasting: Option<bool>) -> Amount<IndexNumber>,
        2, "Matthews 1985, Diabetologia 28:412";
    protein_creatinine_ratio(protein_mg_dl: AtMost<MgPerDl>, creatinine_mg_dl: Amount<MgPerDl>) -> AtMost<MgPerG>,
        0, "definition; KDIGO 2012";
    albumin_creatinine_ratio(albumin_mg_l: AtMost<MgPerL>, creatinine_mg_dl: Amount<MgPerDl>) -> AtMost<MgPerG>,
        0, "definition; KDIGO 2012";
    fib4(age: Amount<Years>, ast: Amount<UPerL>, platelets: Amount<ThousandPerUl>, alt: Amount<UPerL>) -> Amount<IndexNumber>,
        2, "Sterling 2006, Hepatology 43:1317";
    meld_3_0(
        sex: Sex, bilirubin: Amount<MgPerDl>, inr: Amount<InrUnit>, creatinine: Amount<MgPerDl>, sodium: Amount<MmolPerL>,
        albumin: Amount<GPerDl>, dialysis: Option<bool>
    ) -> Meld, 0, "Kim 2021, Gastroenterology 161:1887; OPTN policy 9";
    free_testosterone_vermeulen(total_ng_dl: Amount<NgPerDl>, shbg_nmol_l: Amount<NmolPerL>, albumin_g_l: Amount<GPerL>)
        -> Amount<PgPerMl>, 1, "Vermeulen 1999, J Clin Endocrinol Metab 84:3666";
    rhig_vials_kleihauer_betke(fetal_cell_pct: Amount<Percent>, maternal_blood_ml: Amount<Millilitres>) -> RhigDose,
        0, "AABB Technical Manual; laboratory rules 7.8";
    reference_change_value(cv_analytical_pct: Amount<Percent>, cv_within_person_pct: Amount<Percent>) -> Amount<Percent>,
        1, "Harris and Yasaka 1983, Clin Chem 29:25";
}
