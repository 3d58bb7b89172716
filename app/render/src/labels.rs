//! Labels and what they go onto, and the forms that need no child.

use crate::document::DocumentTrouble;
use reports::{Label, Sheet, Stock, Unshown};

/// Labels and what they go onto.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Labels {
    /// Roll or sheet.
    pub on: Media,
    /// The labels, in order.
    pub labels: Vec<Label>,
}

/// What labels go onto.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Media {
    /// One label a page.
    Roll(&'static Stock),
    /// Sheets of labels; so many places of the first are used up.
    Sheet(&'static Sheet, u32),
}

/// What a label printer is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zpl {
    /// One format a label, one after the other.
    pub text: String,
    /// Labels with letters that the printer's own font may not have.
    pub doubtful: Vec<Unshown>,
}

impl Media {
    /// The stock or sheet of a name; so many places of a sheet are used up.
    pub fn find(name: &str, used: u32) -> Result<Self, DocumentTrouble> {
        if let Some(stock) = Stock::find(name) {
            return Ok(Self::Roll(stock));
        }
        let known = || Stock::ALL.iter().map(Stock::name).chain(Sheet::ALL.iter().map(Sheet::name)).collect::<Vec<_>>().join(", ");
        let sheet = Sheet::find(name).map(|sheet| Self::Sheet(sheet, used));
        sheet.ok_or_else(|| DocumentTrouble::Media { name: name.chars().take(64).collect(), known: known() })
    }

    /// Its name, as [`Media::find`] takes it.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Roll(stock) => stock.name(),
            Self::Sheet(sheet, _) => sheet.name(),
        }
    }

    /// One of its labels.
    pub const fn stock(&self) -> &'static Stock {
        match self {
            Self::Roll(stock) => stock,
            Self::Sheet(sheet, _) => sheet.stock(),
        }
    }
}

impl Labels {
    /// ZPL II for a label printer with this roll. Sheets are for office printers, which know no ZPL.
    pub fn zpl(&self) -> Result<Zpl, DocumentTrouble> {
        let Media::Roll(stock) = self.on else { return Err(DocumentTrouble::SheetAsZpl(self.on.name())) };
        let doubtful = (1..).zip(&self.labels);
        Ok(Zpl {
            text: self.labels.iter().map(|label| reports::zpl(label, stock)).collect(),
            doubtful: doubtful.filter_map(|(number, label)| Unshown::new(number, reports::doubtful_letters(label, stock))).collect(),
        })
    }

    /// Each label as an SVG element of its own size, for a page.
    pub fn pictures(&self) -> Result<Vec<String>, DocumentTrouble> {
        let picture = |label| reports::svg(label, self.on.stock()).ok_or_else(|| DocumentTrouble::Symbol(label.code.to_string()));
        self.labels.iter().map(picture).collect()
    }
}
