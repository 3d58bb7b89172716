//! The UCUM atoms and prefixes that laboratories measure in. Others are valid UCUM but get neither through the door nor converted.

/// Atoms, sorted. Each has a factor that is exact as a decimal, or is arbitrary, or is special and then never converted.
const ATOMS: [&str; 45] = [
    "%", "10*", "10^", "Ao", "Cel", "Hz", "L", "N", "Pa", "U", "V", "[APL'U]", "[CFU]", "[GPL'U]", "[HPF]", "[IU]", "[LPF]", "[MPL'U]",
    "[PFU]", "[arb'U]", "[degF]", "[iU]", "[pH]", "[ppb]", "[ppm]", "[ppth]", "a", "atm", "bar", "d", "eq", "g", "h", "kat", "l", "m",
    "m[H2O]", "m[Hg]", "min", "mo", "mol", "osm", "s", "t", "wk",
];
/// Prefixes, sorted: kilo down to atto. Mega and above only occur by mistake (`Mg/dL`), deca and hecto not at all.
const PREFIXES: [&str; 9] = ["a", "c", "d", "f", "k", "m", "n", "p", "u"];

/// Whether a laboratory measures in this atom.
pub(super) fn is_laboratory_atom(code: &str) -> bool {
    ATOMS.binary_search(&code).is_ok()
}

/// Whether a laboratory uses this prefix.
pub(super) fn is_laboratory_prefix(symbol: &str) -> bool {
    PREFIXES.binary_search(&symbol).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_are_sorted_and_every_entry_exists_in_ucum() {
        assert!(ATOMS.is_sorted() && PREFIXES.is_sorted());
        for atom in ATOMS {
            assert!(octofhir_ucum::find_unit(atom).is_some(), "{atom}");
        }
        for prefix in PREFIXES {
            assert!(octofhir_ucum::find_prefix(prefix).is_some(), "{prefix}");
        }
    }
}
