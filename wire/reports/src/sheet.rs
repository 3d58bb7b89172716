//! Sheets of labels for office printers.

use crate::stock::{Resolution, Stock};

/// A sheet of labels: equal labels in columns and rows. Lengths are in micrometres.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sheet {
    name: &'static str,
    stock: Stock,
    page: (u32, u32),
    grid: (u32, u32),
    first: (u32, u32),
    pitch: (u32, u32),
}

impl Sheet {
    /// Every sheet there is.
    pub const ALL: &[Self] = &[
        Self {
            name: "a4-24",
            stock: Stock::of("a4-24", 635, 339, Resolution::Dpi300),
            page: (210_000, 297_000),
            grid: (3, 8),
            first: (7_200, 12_900),
            pitch: (66_050, 33_900),
        },
        Self {
            name: "letter-30",
            stock: Stock::of("letter-30", 666, 254, Resolution::Dpi300),
            page: (215_900, 279_400),
            grid: (3, 10),
            first: (4_800, 12_700),
            pitch: (69_850, 25_400),
        },
    ];

    /// The sheet of a name.
    pub fn find(name: &str) -> Option<&'static Self> {
        Self::ALL.iter().find(|sheet| sheet.name == name)
    }

    /// Its name: paper and labels a sheet.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// One of its labels.
    pub const fn stock(&self) -> &Stock {
        &self.stock
    }

    /// Width and height of the paper in micrometres.
    pub const fn page(&self) -> (u32, u32) {
        self.page
    }

    /// Labels a sheet.
    pub const fn labels(&self) -> u32 {
        self.grid.0 * self.grid.1
    }

    /// Left upper corners of its labels in micrometres, row by row.
    pub fn corners(&self) -> impl Iterator<Item = (u32, u32)> {
        let Self { grid: (columns, rows), first, pitch, .. } = *self;
        (0..rows).flat_map(move |row| (0..columns).map(move |column| (first.0 + column * pitch.0, first.1 + row * pitch.1)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_lie_on_the_paper_beside_each_other() {
        for sheet in Sheet::ALL {
            let (width, height) = sheet.stock.micrometres();
            assert_eq!(u32::try_from(sheet.corners().count()).unwrap(), sheet.labels());
            assert!(sheet.pitch.0 >= width && sheet.pitch.1 >= height, "{}", sheet.name);
            for (left, top) in sheet.corners() {
                assert!(left + width <= sheet.page.0 && top + height <= sheet.page.1, "{} at {left}, {top}", sheet.name);
            }
            assert_eq!(Sheet::find(sheet.name), Some(sheet));
        }
    }
}
