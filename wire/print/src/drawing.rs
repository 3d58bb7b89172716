//! A label's marks as the drawing operators of one page. The page's own unit is the micrometre, counted from its left upper corner as the
//! layout counts its dots.

use crate::labels::PrintTrouble;
use crate::pdf::UsedFonts;
use crate::shape::{DrawnFont, LETTERS, Run, shape};
use pdf_writer::types::TextRenderingMode;
use pdf_writer::{Content, Name, Str, TextStr};
use reports::{Face, Label, Mark, Resolution, Stock, code128, lay_out, matrix};

/// Micrometres of a point, PDF's own unit: 25400 / 72.
const POINTS_PER_MICROMETRE: f32 = 72.0 / 25_400.0;

/// Micrometres as points.
pub(crate) fn points(micrometres: u32) -> f32 {
    length(micrometres) * POINTS_PER_MICROMETRE
}

/// A length as PDF writes it. Micrometres of a paper are far below 2^24, so that each is exact.
fn length(micrometres: u32) -> f32 {
    micrometres as f32
}

/// The page that is being drawn.
pub(crate) struct Page<'a> {
    content: Content,
    fonts: &'a mut UsedFonts,
    /// Characters of the last label that no font has.
    missing: Vec<char>,
}

/// From a label's dots to the paper's micrometres.
struct Scale {
    resolution: Resolution,
    corner: (u32, u32),
    /// Where the label ends at the right, in micrometres.
    right: u32,
}

impl Scale {
    fn length(&self, dots: u32) -> u32 {
        self.resolution.micrometres(dots)
    }

    fn place(&self, x: u32, y: u32) -> (u32, u32) {
        (self.corner.0 + self.length(x), self.corner.1 + self.length(y))
    }
}

/// A line of text in micrometres.
struct Words<'a> {
    x: u32,
    y: u32,
    size: u32,
    face: Face,
    white: bool,
    text: &'a str,
}

impl<'a> Page<'a> {
    /// An empty page, so many micrometres high.
    pub(crate) fn new(height: u32, fonts: &'a mut UsedFonts) -> Self {
        let mut content = Content::new();
        content.transform([POINTS_PER_MICROMETRE, 0.0, 0.0, -POINTS_PER_MICROMETRE, 0.0, points(height)]);
        Self { content, fonts, missing: Vec::new() }
    }

    /// Its drawing operators.
    pub(crate) fn finish(self) -> Vec<u8> {
        self.content.finish().into_vec()
    }

    /// Puts a label's marks on the page, its left upper corner at `corner`. Gives the characters no font has.
    pub(crate) fn put(&mut self, label: &Label, stock: &Stock, corner: (u32, u32)) -> Result<Vec<char>, PrintTrouble> {
        let scale = Scale { resolution: stock.resolution(), corner, right: corner.0 + stock.micrometres().0 };
        let marks = lay_out(label, stock, &DrawnFont);
        // Everything black and filled first, so that white letters stand on their block.
        marks.iter().try_for_each(|mark| self.outline(label, mark, &scale))?;
        self.content.set_fill_gray(0.0).fill_nonzero();
        for mark in &marks {
            if let Mark::Text { x, y, height, face, text, white } = mark {
                let ((x, y), size) = (scale.place(*x, *y), scale.length(*height));
                self.words(&Words { x, y, size, face: *face, white: *white, text }, scale.right);
            }
        }
        Ok(std::mem::take(&mut self.missing))
    }

    fn outline(&mut self, label: &Label, mark: &Mark, scale: &Scale) -> Result<(), PrintTrouble> {
        match mark {
            Mark::Text { .. } => {}
            Mark::Bars { x, y, module, height } => {
                for bar in code128::bars(&label.code) {
                    self.area(scale, (x + bar.at * module, *y), (bar.width * module, *height));
                }
            }
            Mark::Matrix { x, y, module } => {
                let runs = matrix::runs(&label.code).ok_or_else(|| PrintTrouble::Symbol(label.code.to_string()))?;
                for run in runs {
                    self.area(scale, (x + run.column * module, y + run.row * module), (run.length * module, *module));
                }
            }
            Mark::Block { x, y, width, height } => self.area(scale, (*x, *y), (*width, *height)),
            Mark::Tick { x, y, width } => {
                let ((x, y), width) = (scale.place(*x, *y), scale.length(*width));
                self.content.move_to(length(x), length(y + width)).line_to(length(x + width), length(y));
                self.content.line_to(length(x + width), length(y + 2 * width)).close_path();
            }
        }
        Ok(())
    }

    /// From edge to edge as the printer's dots lie, so that two areas which touch leave no slit.
    fn area(&mut self, scale: &Scale, (x, y): (u32, u32), (width, height): (u32, u32)) {
        let ((left, top), (right, bottom)) = (scale.place(x, y), scale.place(x + width, y + height));
        self.content.rect(length(left), length(top), length(right.saturating_sub(left)), length(bottom.saturating_sub(top)));
    }

    /// Letters stay inside their line: accents heaped on a letter must not climb onto the symbols. A line has room for the two accents of a
    /// Vietnamese capital above it; its baseline lies at 80 hundredths of its height.
    fn words(&mut self, words: &Words<'_>, right: u32) {
        let line = shape(words.text, words.face);
        line.missing.iter().for_each(|character| {
            if !self.missing.contains(character) {
                self.missing.push(*character)
            }
        });
        let (left, top) = (words.x.saturating_sub(words.size / 8), words.y.saturating_sub(words.size * 22 / 100));
        let gray = if words.white { 1.0 } else { 0.0 };
        self.content.save_state();
        self.content.rect(length(left), length(top), length(right.saturating_sub(left)), length(words.size * 127 / 100));
        self.content.clip_nonzero().end_path().set_fill_gray(gray).set_stroke_gray(gray);
        self.content.begin_text();
        let size = length(words.size * LETTERS / 1000);
        let (mut x, baseline) = (length(words.x), length(words.y + words.size * 80 / 100));
        for run in &line.runs {
            self.content.set_text_matrix([1.0, 0.0, 0.0, -1.0, x, baseline]);
            x += match &run.spoken {
                Some(text) => self.spoken_run(run, size, text),
                None => self.run(run, size),
            };
        }
        self.content.end_text().restore_state();
    }

    /// Glyphs that do not say by themselves what is to be copied from the page.
    fn spoken_run(&mut self, run: &Run, size: f32, text: &str) -> f32 {
        let mut span = self.content.begin_marked_content_with_properties(Name(b"Span"));
        span.properties().actual_text(TextStr(text));
        drop(span);
        let far = self.run(run, size);
        self.content.end_marked_content();
        far
    }

    /// One font's glyphs; how far they go, in micrometres.
    fn run(&mut self, run: &Run, size: f32) -> f32 {
        let Some(typeface) = run.font.typeface() else { return 0.0 };
        let units = typeface.face.as_ref().map_or(1, |face| face.units_per_em()) as f32;
        self.content.set_font(Name(UsedFonts::name(run.font).as_bytes()), size);
        if typeface.thickened == 0 {
            self.content.set_text_rendering_mode(TextRenderingMode::Fill);
        } else {
            self.content
                .set_line_width(size * f32::from(typeface.thickened) / 1000.0)
                .set_text_rendering_mode(TextRenderingMode::FillStroke);
        }
        let mut up = 0;
        let mut pending: Vec<(f32, u16)> = Vec::new();
        // How far the pen stands from where the next glyph belongs: PDF moves it by the font's own width, shaping by another.
        let mut behind = 0.0;
        let mut far = 0.0;
        for glyph in &run.glyphs {
            if glyph.up != up {
                self.show(&mut pending);
                up = glyph.up;
                self.content.set_rise(up as f32 * size / units);
            }
            let right = glyph.right as f32 * 1000.0 / units;
            let advance = glyph.advance as f32 * 1000.0 / units;
            let (number, width) = self.fonts.take(run.font, glyph);
            pending.push((behind + right, number));
            behind = advance - right - width;
            far += advance;
        }
        self.show(&mut pending);
        if up != 0 {
            self.content.set_rise(0.0);
        }
        far * size / 1000.0
    }

    /// Glyphs, each with the thousandths that the pen moves before it.
    fn show(&mut self, pending: &mut Vec<(f32, u16)>) {
        if pending.is_empty() {
            return;
        }
        let mut positioned = self.content.show_positioned();
        let mut items = positioned.items();
        for (before, number) in pending.drain(..) {
            // A thousandth of a letter's height is finer than any printer.
            if before.abs() >= 0.5 {
                items.adjust(-before);
            }
            items.show(Str(&number.to_be_bytes()));
        }
    }
}
