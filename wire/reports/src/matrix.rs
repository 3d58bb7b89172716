//! The container's code as Data Matrix (ECC 200).

use datamatrix::{DataMatrix, SymbolList, SymbolSize};
use kernel::ContainerCode;

/// Black modules beside each other, in modules from the symbol's left upper corner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Run {
    /// From the upper edge.
    pub row: u32,
    /// From the left edge.
    pub column: u32,
    /// How many.
    pub length: u32,
}

/// The black modules of the 14 x 14 symbol, row by row; none if the code did not fit, which no container code does.
pub fn runs(code: &ContainerCode) -> Option<Vec<Run>> {
    let symbol = DataMatrix::encode(code.as_str().as_bytes(), SymbolList::with_whitelist([SymbolSize::Square14])).ok()?;
    let mut pixels: Vec<(usize, usize)> = symbol.bitmap().pixels().map(|(column, row)| (row, column)).collect();
    pixels.sort_unstable();
    let mut runs: Vec<Run> = Vec::new();
    for (row, column) in pixels {
        let (row, column) = (u32::try_from(row).ok()?, u32::try_from(column).ok()?);
        match runs.last_mut() {
            Some(run) if run.row == row && run.column + run.length == column => run.length += 1,
            _ => runs.push(Run { row, column, length: 1 }),
        }
    }
    Some(runs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_container_code_fits_and_has_the_finder_pattern() {
        for (prefix, number) in [("A", 1), ("AB", 999_999_999), ("ZZ", 123_456_789), ("Q", 12_345_678)] {
            let runs = runs(&ContainerCode::compose(prefix, number).unwrap()).unwrap();
            // The lower edge is black all along; so is the left one.
            assert_eq!(runs.last(), Some(&Run { row: 13, column: 0, length: 14 }));
            assert_eq!(runs.iter().filter(|run| run.column == 0).count(), 14);
        }
    }
}
