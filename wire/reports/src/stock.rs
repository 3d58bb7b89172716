//! The label on its roll: how large it is, and how fine its printer prints.

use crate::{code128, layout};

/// The dots of a printer's head.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Resolution {
    /// 203 dpi: 8 dots a millimetre.
    Dpi203,
    /// 300 dpi.
    Dpi300,
}

impl Resolution {
    /// Dots in a length in tenths of a millimetre, rounded down: a mark must not leave the label.
    pub const fn dots(self, tenths_of_mm: u32) -> u32 {
        match self {
            Self::Dpi203 => tenths_of_mm * 8 / 10,
            Self::Dpi300 => tenths_of_mm * 300 / 254,
        }
    }

    /// Micrometres of so many dots, rounded to whole ones.
    pub const fn micrometres(self, dots: u32) -> u32 {
        match self {
            Self::Dpi203 => dots * 125,
            Self::Dpi300 => (dots * 25_400).div_ceil(300),
        }
    }

    /// Dots of the narrowest bar: 0.25 mm, which hand scanners read at arm's length and worn printer heads still print.
    pub(crate) const fn narrow_bar(self) -> u32 {
        match self {
            Self::Dpi203 => 2,
            Self::Dpi300 => 3,
        }
    }
}

/// A size of label with the printer it is printed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stock {
    name: &'static str,
    width: u32,
    height: u32,
    resolution: Resolution,
}

impl Stock {
    /// Every stock there is. All of them hold the longest container code: a test says so.
    pub const ALL: &[Self] = &[
        Self::of("50x25-203", 500, 250, Resolution::Dpi203),
        Self::of("50x25-300", 500, 250, Resolution::Dpi300),
        Self::of("57x32-203", 570, 320, Resolution::Dpi203),
        Self::of("57x32-300", 570, 320, Resolution::Dpi300),
        Self::of("76x51-203", 760, 510, Resolution::Dpi203),
        Self::of("76x51-300", 760, 510, Resolution::Dpi300),
    ];

    /// A size in tenths of a millimetre.
    pub(crate) const fn of(name: &'static str, width: u32, height: u32, resolution: Resolution) -> Self {
        Self { name, width, height, resolution }
    }

    /// The stock of a name: width and height in millimetres, dots an inch.
    pub fn find(name: &str) -> Option<&'static Self> {
        Self::ALL.iter().find(|stock| stock.name == name)
    }

    /// Its name.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Width and height in micrometres.
    pub const fn micrometres(&self) -> (u32, u32) {
        (self.width * 100, self.height * 100)
    }

    /// The printer's dots.
    pub const fn resolution(&self) -> Resolution {
        self.resolution
    }

    /// Width in dots.
    pub const fn width_dots(&self) -> u32 {
        self.resolution.dots(self.width)
    }

    /// Height in dots.
    pub const fn height_dots(&self) -> u32 {
        self.resolution.dots(self.height)
    }

    /// A length of the design, which is drawn for 50 x 25 mm at 203 dpi (400 x 200 dots), on this stock.
    pub(crate) const fn scaled(&self, design: u32) -> u32 {
        let (width, height) = (self.width_dots(), self.height_dots());
        if width * 200 < height * 400 { design * width / 400 } else { design * height / 200 }
    }

    /// Dots of a module of the bar code: as wide as the longest container code allows beside the matrix, never narrower than 0.25 mm.
    pub(crate) fn bar_module(&self) -> u32 {
        let beside = self.matrix_side() + self.scaled(layout::MARGIN);
        let most = self.width_dots().saturating_sub(beside) / (code128::MODULES_MAX + 2 * code128::QUIET_MODULES);
        // Above half a millimetre a hand scanner has to step back.
        most.clamp(self.resolution.narrow_bar(), 2 * self.resolution.narrow_bar())
    }

    /// Dots of a module of the matrix: 0.375 mm on the smallest label, growing with it.
    pub(crate) const fn matrix_module(&self) -> u32 {
        self.scaled(3 * layout::MATRIX_MODULES) / layout::MATRIX_MODULES
    }

    /// Dots of the matrix's side.
    pub(crate) const fn matrix_side(&self) -> u32 {
        self.matrix_module() * layout::MATRIX_MODULES
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sheet::Sheet;

    #[test]
    fn names_say_size_and_resolution() {
        for stock in Stock::ALL {
            let resolution = if stock.resolution == Resolution::Dpi203 { 203 } else { 300 };
            assert_eq!(stock.name, format!("{}x{}-{resolution}", stock.width / 10, stock.height / 10));
            assert_eq!(Stock::find(stock.name), Some(stock));
        }
        assert_eq!(Stock::find("50x25"), None);
    }

    #[test]
    fn dots_are_those_of_the_printers() {
        let stock = Stock::find("50x25-203").unwrap();
        assert_eq!((stock.width_dots(), stock.height_dots()), (400, 200));
        // 50 mm are 1.9685 inches: 590.55 dots of 300.
        assert_eq!(Stock::find("50x25-300").unwrap().width_dots(), 590);
        assert_eq!(Resolution::Dpi203.micrometres(2), 250);
        assert_eq!(Resolution::Dpi300.micrometres(3), 254);
    }

    #[test]
    fn the_longest_code_with_its_quiet_zones_fits_every_stock() {
        for stock in Stock::ALL.iter().chain(Sheet::ALL.iter().map(Sheet::stock)) {
            let modules = code128::MODULES_MAX + 2 * code128::QUIET_MODULES;
            let needed = modules * stock.bar_module() + stock.matrix_side() + stock.scaled(layout::MARGIN);
            assert!(needed <= stock.width_dots(), "{}: {needed} of {}", stock.name, stock.width_dots());
            assert!(stock.resolution.micrometres(stock.bar_module()) >= 250, "{}", stock.name);
            assert!(stock.resolution.micrometres(stock.matrix_module()) >= 338, "{}", stock.name);
        }
    }
}
