//! Labels as PDF.

use crate::drawing::Page;
use crate::pdf::{UsedFonts, file};
use reports::{Label, Sheet, Stock, Unshown};
use std::fmt;

/// Labels drawn at once.
pub const LABELS_MAX: usize = 1000;

/// What was drawn.
#[derive(Clone, PartialEq, Eq)]
pub struct Drawn {
    /// The file.
    pub pdf: Vec<u8>,
    /// Labels that do not show every letter, each with the characters no font has.
    pub unshown: Vec<Unshown>,
}

/// Without what stands on the labels: logs name no patient.
impl fmt::Debug for Drawn {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Drawn {{ {} bytes, {} labels not wholly shown }}", self.pdf.len(), self.unshown.len())
    }
}

/// Why there is no PDF.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PrintTrouble {
    /// Nothing to print.
    #[error("there are no labels to draw; send at least one")]
    Nothing,
    /// Too many at once.
    #[error("{labels} labels at once; at most {most} are drawn, so send them in parts")]
    TooMany {
        /// How many there were.
        labels: usize,
        /// How many are drawn.
        most: usize,
    },
    /// The symbol of a code could not be made.
    #[error("container code {0} does not fit its Data Matrix; this is a fault of the program, report it")]
    Symbol(String),
    /// A font that came with the program cannot be used.
    #[error("the font {0} of this program is damaged; install the program again")]
    Font(&'static str),
}

/// One label a page, at the stock's size. The same labels give the same bytes.
pub fn pdf(labels: &[Label], stock: &Stock) -> Result<Drawn, PrintTrouble> {
    let pages: Vec<Vec<Placed<'_>>> = labels.iter().map(|label| vec![Placed { label, corner: (0, 0) }]).collect();
    drawn(labels.len(), stock, stock.micrometres(), &pages)
}

/// Labels on sheets, row by row, leaving out the first `used` places of the first sheet, which somebody has peeled off.
pub fn sheet_pdf(labels: &[Label], sheet: &Sheet, used: u32) -> Result<Drawn, PrintTrouble> {
    let places = usize::try_from(sheet.labels()).unwrap_or(usize::MAX);
    let first = usize::try_from(used % sheet.labels()).unwrap_or_default();
    let corners: Vec<(u32, u32)> = sheet.corners().collect();
    let placed = labels.iter().zip(corners.iter().copied().cycle().skip(first)).map(|(label, corner)| Placed { label, corner });
    let placed: Vec<Placed<'_>> = placed.collect();
    // The first sheet has fewer places left than the others.
    let (on_first, others) = placed.split_at(placed.len().min(places.saturating_sub(first)));
    let sheets: Vec<&[Placed<'_>]> = std::iter::once(on_first).chain(others.chunks(places)).collect();
    drawn(labels.len(), sheet.stock(), sheet.page(), &sheets)
}

/// A label and where its left upper corner lies on the paper, in micrometres.
struct Placed<'a> {
    label: &'a Label,
    corner: (u32, u32),
}

fn drawn<'a>(labels: usize, stock: &Stock, paper: (u32, u32), pages: &[impl AsRef<[Placed<'a>]>]) -> Result<Drawn, PrintTrouble> {
    if labels == 0 {
        return Err(PrintTrouble::Nothing);
    }
    if labels > LABELS_MAX {
        return Err(PrintTrouble::TooMany { labels, most: LABELS_MAX });
    }
    let (mut fonts, mut unshown, mut drawn) = (UsedFonts::default(), Vec::new(), Vec::with_capacity(pages.len()));
    let mut numbers = 1..;
    for placed in pages {
        let mut page = Page::new(paper.1, &mut fonts);
        for (Placed { label, corner }, number) in placed.as_ref().iter().zip(&mut numbers) {
            let missing = page.put(label, stock, *corner)?;
            unshown.extend(Unshown::new(number, missing));
        }
        drawn.push(page.finish());
    }
    Ok(Drawn { pdf: file("Labels", paper, &drawn, &fonts)?, unshown })
}
