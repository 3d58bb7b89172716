//! Where everything stands on a label.
//!
//! Drawn for 50 x 25 mm at 203 dpi, 400 x 200 dots, and scaled to every other stock; only the symbols keep to whole dots of their own. From
//! above: the name, as high as the bars; who that is; bars and matrix, with nothing else at their height; the code to be typed; what for,
//! into what, when and by whom; and outside production a band that says so.

use crate::code128;
use crate::fit::{Face, Ruler, fit, fit_list};
use crate::label::Label;
use crate::stock::Stock;
use kernel::words::Lang;

/// Dots of the design at the left and right edge.
pub(crate) const MARGIN: u32 = 8;
/// Modules of the matrix's side: eight codewords, which every container code fits.
pub(crate) const MATRIX_MODULES: u32 = 14;

/// One mark. Places and lengths are dots from the left upper corner of the label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mark {
    /// A line of text that is as long as it may be.
    Text {
        /// Left end.
        x: u32,
        /// Upper edge of its letters.
        y: u32,
        /// Height of its letters.
        height: u32,
        /// How it is set.
        face: Face,
        /// The words, shortened where they did not fit.
        text: String,
        /// White, on a block.
        white: bool,
    },
    /// The container's code as Code 128.
    Bars {
        /// Left edge of the first bar.
        x: u32,
        /// Upper edge.
        y: u32,
        /// Dots of a module.
        module: u32,
        /// Height of the bars.
        height: u32,
    },
    /// The container's code as Data Matrix, 14 x 14 modules.
    Matrix {
        /// Left edge.
        x: u32,
        /// Upper edge.
        y: u32,
        /// Dots of a module.
        module: u32,
    },
    /// A black block.
    Block {
        /// Left edge.
        x: u32,
        /// Upper edge.
        y: u32,
        /// Width.
        width: u32,
        /// Height.
        height: u32,
    },
    /// The placement tick: a black triangle that points to the tube's cap.
    Tick {
        /// Its point.
        x: u32,
        /// Upper edge.
        y: u32,
        /// Width, half of its height.
        width: u32,
    },
}

/// Every mark of a label, for a medium whose letters the ruler knows.
pub fn lay_out(label: &Label, stock: &Stock, ruler: &dyn Ruler) -> Vec<Mark> {
    let mut page = Page { label, stock, ruler, grown: stock.height_dots().saturating_sub(stock.scaled(200)) / 2, marks: Vec::new() };
    page.name();
    page.person();
    page.symbols();
    page.code_line();
    page.work();
    page.collection();
    page.watermark();
    page.marks
}

/// A label being laid out.
struct Page<'a> {
    label: &'a Label,
    stock: &'a Stock,
    ruler: &'a dyn Ruler,
    /// Dots that a label higher than the design's shape gives to the name, and again to the bars.
    grown: u32,
    marks: Vec<Mark>,
}

/// Rows of the design, upper edges and heights.
const NAME: (u32, u32) = (9, 35);
const PERSON: (u32, u32) = (46, 16);
const SYMBOLS: (u32, u32) = (66, 38);
const CODE: (u32, u32) = (111, 19);
const TESTS: (u32, u32) = (131, 15);
const CONTAINER: (u32, u32) = (148, 15);
const COLLECTION: (u32, u32) = (165, 15);
const BAND: (u32, u32) = (183, 16);
/// Width of the placement tick, and where the name begins beside it.
const TICK: u32 = 16;
const BESIDE_TICK: u32 = 30;
/// Between two texts of a row.
const GAP: u32 = 10;

impl Page<'_> {
    fn scaled(&self, design: u32) -> u32 {
        self.stock.scaled(design)
    }

    fn right(&self) -> u32 {
        self.stock.width_dots().saturating_sub(self.scaled(MARGIN))
    }

    /// Upper edge and height of the letters of a row below the name; the bars have grown too for rows below them.
    fn row(&self, (y, height): (u32, u32)) -> (u32, u32) {
        let grown = if y > SYMBOLS.0 { 2 * self.grown } else { self.grown };
        (self.scaled(y) + grown, self.scaled(height))
    }

    fn text(&mut self, x: u32, (y, height): (u32, u32), face: Face, text: String) {
        if !text.is_empty() {
            self.marks.push(Mark::Text { x, y, height, face, text, white: false });
        }
    }

    /// A text that fits between two places, and where it ends.
    fn between(&mut self, left: u32, right: u32, row: (u32, u32), face: Face, text: &str) -> u32 {
        let text = fit(text, face, row.1, right.saturating_sub(left), self.ruler);
        let end = left + self.ruler.dots(&text, face, row.1);
        self.text(left, row, face, text);
        end
    }

    /// A text at the right edge, at most so wide, and where it begins.
    fn at_right(&mut self, row: (u32, u32), most: u32, face: Face, text: &str) -> u32 {
        let text = fit(text, face, row.1, most, self.ruler);
        let x = self.right().saturating_sub(self.ruler.dots(&text, face, row.1));
        self.text(x, row, face, text);
        x
    }

    /// As high as the bars where it fits, a little lower, or family and given name below each other at half the height.
    fn name(&mut self) {
        let (y, height) = (self.scaled(NAME.0), self.scaled(NAME.1) + self.grown);
        let tick = self.scaled(TICK);
        self.marks.push(Mark::Tick { x: self.scaled(MARGIN), y: y + height.saturating_sub(2 * tick) / 2, width: tick });
        let (x, right) = (self.scaled(BESIDE_TICK), self.right());
        let whole = self.label.name.to_string();
        let fits = |height: &u32| fit(&whole, Face::Bold, *height, right.saturating_sub(x), self.ruler) == whole;
        if let Some(lower) = [height, height * 5 / 6, height * 2 / 3].into_iter().find(fits) {
            return self.text(x, (y + (height - lower) / 2, lower), Face::Bold, whole);
        }
        let half = height / 2;
        let (family, given) = (self.label.name.family().to_owned(), self.label.name.given().map(str::to_owned));
        let family = if given.is_some() { format!("{family},") } else { family };
        self.between(x, right, (y, half), Face::Bold, &family);
        self.between(x, right, (y + half, half), Face::Bold, &given.unwrap_or_default());
    }

    fn person(&mut self) {
        let row = self.row(PERSON);
        let birth = self.label.birth.map_or_else(|| "birth date unknown".to_owned(), |birth| format!("b. {birth}"));
        let begins = self.at_right(row, self.right() / 2, Face::Bold, &format!("{birth} {}", self.label.sex.code()));
        let (x, right) = (self.scaled(MARGIN), begins.saturating_sub(self.scaled(GAP)));
        let number = format!("MRN {}", self.label.mrn);
        // A number is shortened only where smaller letters do not help either.
        let fits = |height: &u32| fit(&number, Face::Bold, *height, right.saturating_sub(x), self.ruler) == number;
        let height = [row.1, row.1 * 4 / 5].into_iter().find(fits).unwrap_or(row.1 * 4 / 5);
        self.between(x, right, (row.0 + row.1 - height, height), Face::Bold, &number);
    }

    /// The quiet zones: ten modules to the left of the bars; the matrix stands at the right edge, and nothing between.
    fn symbols(&mut self) {
        let (y, height) = (self.row(SYMBOLS).0, self.scaled(SYMBOLS.1) + self.grown);
        let (module, matrix) = (self.stock.bar_module(), self.stock.matrix_module());
        let side = self.stock.matrix_side();
        self.marks.push(Mark::Bars { x: self.left_of_bars(), y, module, height });
        let lower = height.saturating_sub(side) / 2;
        self.marks.push(Mark::Matrix { x: self.right().saturating_sub(side), y: y + lower, module: matrix });
    }

    fn left_of_bars(&self) -> u32 {
        code128::QUIET_MODULES * self.stock.bar_module()
    }

    /// Code, accession number, and the priority where the eye ends.
    fn code_line(&mut self) {
        let row = self.row(CODE);
        let (label, words) = (self.label, self.label.priority_words(Lang::English));
        let begins = match label.priority {
            workflow::Priority::Routine => self.at_right((row.0, self.scaled(TESTS.1)), self.right() / 4, Face::Plain, &words),
            workflow::Priority::Urgent => self.at_right(row, self.right() / 4, Face::Bold, &words),
            workflow::Priority::Stat => self.white_on_black(row, &words),
        };
        let end = self.between(self.scaled(MARGIN), begins, row, Face::Code, label.code.as_str());
        let (x, right) = (end + self.scaled(GAP), begins.saturating_sub(self.scaled(GAP)));
        let lower = self.scaled(PERSON.1);
        self.between(x, right, (row.0 + row.1.saturating_sub(lower), lower), Face::Plain, &label.accession.to_string());
    }

    /// A black block at the right edge with words in it, and where it begins.
    fn white_on_black(&mut self, row: (u32, u32), words: &str) -> u32 {
        let inside = self.scaled(5);
        let width = self.ruler.dots(words, Face::Bold, row.1) + 2 * inside;
        let x = self.right().saturating_sub(width);
        self.marks.push(Mark::Block { x, y: row.0, width, height: row.1 });
        self.white(x + inside, row, words);
        x
    }

    fn white(&mut self, x: u32, (y, height): (u32, u32), words: &str) {
        self.marks.push(Mark::Text { x, y, height, face: Face::Bold, text: words.to_owned(), white: true });
    }

    /// What for, into what, how much, and which of how many.
    fn work(&mut self) {
        let (left, label) = (self.scaled(MARGIN), self.label);
        let row = self.row(TESTS);
        let tests = fit_list(&label.tests, Face::Bold, row.1, self.right().saturating_sub(left), self.ruler);
        self.text(left, row, Face::Bold, tests);
        let row = self.row(CONTAINER);
        let count = format!("{} of {}", label.count.number, label.count.of);
        let begins = self.at_right(row, self.right() / 4, Face::Bold, &count).saturating_sub(self.scaled(GAP));
        // The volume is short and must not fall victim to a long name of a tube.
        let volume = fit(&label.volume, Face::Bold, row.1, self.right() / 4, self.ruler);
        let x = begins.saturating_sub(self.ruler.dots(&volume, Face::Bold, row.1));
        let end = self.between(left, x.saturating_sub(self.scaled(GAP)), row, Face::Plain, &label.container);
        self.text(x.min(end + self.scaled(GAP)), row, Face::Bold, volume);
    }

    fn collection(&mut self) {
        let (left, row, right) = (self.scaled(MARGIN), self.row(COLLECTION), self.right());
        match &self.label.collected {
            Some(collected) => {
                let end = self.between(left, right / 2, row, Face::Plain, &collected.at);
                self.between(end + self.scaled(GAP), right, row, Face::Plain, &format!("by {}", collected.by));
            }
            None => {
                let middle = right * 6 / 10;
                self.line_to_write_on(left, middle, row, "Time");
                self.line_to_write_on(middle + self.scaled(GAP), right, row, "by");
            }
        }
    }

    fn line_to_write_on(&mut self, left: u32, right: u32, row: (u32, u32), word: &str) {
        let end = self.between(left, right, row, Face::Plain, word) + self.scaled(4);
        let (y, thick) = (row.0 + row.1, self.scaled(1).max(1));
        self.marks.push(Mark::Block { x: end, y: y - thick, width: right.saturating_sub(end), height: thick });
    }

    fn watermark(&mut self) {
        let Some(words) = self.label.watermark(Lang::English) else { return };
        let (y, height) = self.row(BAND);
        let (left, right, letters) = (self.scaled(MARGIN), self.right(), height * 7 / 8);
        self.marks.push(Mark::Block { x: left, y, width: right.saturating_sub(left), height });
        let words = fit(words, Face::Bold, letters, right.saturating_sub(left), self.ruler);
        let indent = right.saturating_sub(left).saturating_sub(self.ruler.dots(&words, Face::Bold, letters)) / 2;
        self.white(left + indent, (y + (height - letters) / 2, letters), &words);
    }
}
