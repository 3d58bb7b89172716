//! Whose result is it?

use crate::notation::check;

#[test]
fn the_patient_the_tube_belongs_to_passes() {
    check("K 4.12 mmol/L | F 1984-03-12 | mrn 7", "4.1 | passes");
    check("K 4.12 mmol/L", "4.1 | passes");
}

#[test]
fn blanks_around_a_number_are_the_devices_padding() {
    check("K 4.12 mmol/L | mrn   7    ", "4.1 | passes");
    check("K 4.12 mmol/L | mrn  ", "4.1 | passes");
    check("K 4.12 mmol/L | mrn ", "4.1 | passes");
}

#[test]
fn another_patient_blocks_however_good_the_value_is() {
    check("K 4.12 mmol/L | mrn 8", "4.1 | identity block: patient 8, not 7");
    check("K 4.12 mmol/L | mrn 07", "4.1 | identity block: patient 07, not 7");
    check("K 4.12 mmol/L | mrn 77", "4.1 | identity block: patient 77, not 7");
    check("K 4.12 mmol/L | mrn 7 7", "4.1 | identity block: patient 7 7, not 7");
}

#[test]
fn a_block_does_not_keep_the_other_gates_from_speaking() {
    check("K 6.9 mmol/L | mrn 8 | flags A", "6.9 | identity block: patient 8, not 7 | format hold: flags A | critical hold: 6.9 above 6.2");
}
