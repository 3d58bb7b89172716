//! The file: its pages, and of each font the glyphs that were used.

use crate::drawing::points;
use crate::fonts::{FontNumber, Typeface};
use crate::labels::PrintTrouble;
use crate::shape::Glyph;
use pdf_writer::types::{CidFontType, FontFlags, SystemInfo, UnicodeCmap};
use pdf_writer::{Filter, Finish, Name, Pdf, Rect, Ref, Str, TextStr};
use std::collections::BTreeMap;
use subsetter::GlyphRemapper;

/// How hard streams are pressed: more takes twice the time and saves a hundredth.
const PRESSED: u8 = 6;
const IDENTITY: SystemInfo<'_> = SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"Identity"), supplement: 0 };

/// The fonts of a document and what is used of each.
#[derive(Default)]
pub(crate) struct UsedFonts {
    fonts: BTreeMap<FontNumber, UsedFont>,
}

#[derive(Default)]
struct UsedFont {
    glyphs: GlyphRemapper,
    /// Thousandths of the letters' height, and the characters, by the glyph's number in the document.
    widths: BTreeMap<u16, f32>,
    texts: BTreeMap<u16, String>,
}

impl UsedFonts {
    /// What a font is called inside the document.
    pub(crate) fn name(font: FontNumber) -> String {
        format!("F{}", font.number())
    }

    /// Takes a glyph into the document: its number there, and the width the font gives it in thousandths of the letters' height.
    pub(crate) fn take(&mut self, font: FontNumber, glyph: &Glyph) -> (u16, f32) {
        let used = self.fonts.entry(font).or_default();
        let number = used.glyphs.remap(glyph.id);
        let width = *used.widths.entry(number).or_insert_with(|| own_width(font, glyph.id));
        if !glyph.text.is_empty() {
            used.texts.entry(number).or_insert_with(|| glyph.text.clone());
        }
        (number, width)
    }
}

fn own_width(font: FontNumber, glyph: u16) -> f32 {
    let face = font.typeface().and_then(|typeface| typeface.face.as_ref());
    let advance = |face: &rustybuzz::Face<'_>| {
        let advance = face.glyph_hor_advance(rustybuzz::ttf_parser::GlyphId(glyph)).unwrap_or_default();
        f32::from(advance) * 1000.0 / face.units_per_em() as f32
    };
    face.map_or(0.0, advance)
}

/// Numbers objects one after the other.
struct Numbers(i32);

impl Numbers {
    fn next(&mut self) -> Ref {
        self.0 = self.0.saturating_add(1);
        Ref::new(self.0)
    }
}

/// The whole file: pages of one size in micrometres, by their drawing operators.
pub(crate) fn file(title: &str, paper: (u32, u32), pages: &[Vec<u8>], fonts: &UsedFonts) -> Result<Vec<u8>, PrintTrouble> {
    let (mut pdf, mut numbers) = (Pdf::new(), Numbers(0));
    let (catalog, tree, about) = (numbers.next(), numbers.next(), numbers.next());
    let written: Vec<(FontNumber, Ref)> = fonts.fonts.keys().map(|font| (*font, numbers.next())).collect();
    for ((font, used), (_, number)) in fonts.fonts.iter().zip(&written) {
        write_font(&mut pdf, *font, used, *number, &mut numbers)?;
    }
    let kids: Vec<(Ref, Ref)> = pages.iter().map(|_| (numbers.next(), numbers.next())).collect();
    for (operators, (page, content)) in pages.iter().zip(&kids) {
        write_page(&mut pdf, (*page, *content, tree), paper, operators, &written);
    }
    pdf.pages(tree).kids(kids.iter().map(|(page, _)| *page)).count(i32::try_from(kids.len()).unwrap_or(i32::MAX));
    let mut root = pdf.catalog(catalog);
    root.pages(tree).lang(TextStr("en"));
    // Labels are printed as large as they are: a viewer that shrinks them to its margins makes bars too narrow to read.
    root.viewer_preferences().pair(Name(b"PrintScaling"), Name(b"None"));
    root.finish();
    pdf.document_info(about).title(TextStr(title)).creator(TextStr("Benchside"));
    Ok(pdf.finish())
}

fn write_page(pdf: &mut Pdf, (page, content, tree): (Ref, Ref, Ref), paper: (u32, u32), operators: &[u8], fonts: &[(FontNumber, Ref)]) {
    let mut written = pdf.page(page);
    written.parent(tree).media_box(Rect::new(0.0, 0.0, points(paper.0), points(paper.1))).contents(content);
    let mut resources = written.resources();
    let mut named = resources.fonts();
    for (font, number) in fonts {
        named.pair(Name(UsedFonts::name(*font).as_bytes()), *number);
    }
    named.finish();
    resources.finish();
    written.finish();
    pdf.stream(content, &pressed(operators)).filter(Filter::FlateDecode);
}

fn pressed(bytes: &[u8]) -> Vec<u8> {
    miniz_oxide::deflate::compress_to_vec_zlib(bytes, PRESSED)
}

/// A font's glyphs that were used, and how to turn them back into characters.
fn write_font(pdf: &mut Pdf, font: FontNumber, used: &UsedFont, number: Ref, numbers: &mut Numbers) -> Result<(), PrintTrouble> {
    let typeface = font.typeface().ok_or(PrintTrouble::Font("none"))?;
    let (cid, descriptor, map, file) = (numbers.next(), numbers.next(), numbers.next(), numbers.next());
    // Six letters in front say that it is a part of a font.
    let name = format!("BENCH{}+{}", font.letter(), typeface.name);
    pdf.type0_font(number).base_font(Name(name.as_bytes())).encoding_predefined(Name(b"Identity-H")).descendant_font(cid).to_unicode(map);
    let mut written = pdf.cid_font(cid);
    written.subtype(CidFontType::Type2).base_font(Name(name.as_bytes())).system_info(IDENTITY).font_descriptor(descriptor);
    written.default_width(0.0).cid_to_gid_map_predefined(Name(b"Identity"));
    let mut widths = written.widths();
    used.widths.iter().for_each(|(glyph, width)| {
        widths.consecutive(*glyph, [*width]);
    });
    widths.finish();
    written.finish();
    describe(pdf, typeface, &name, descriptor, file)?;
    let mut texts = UnicodeCmap::new(Name(b"Letters"), IDENTITY);
    used.texts.iter().for_each(|(glyph, text)| texts.pair_with_multiple(*glyph, text.chars()));
    pdf.cmap(map, &pressed(&texts.finish())).filter(Filter::FlateDecode);
    let part = subsetter::subset(typeface.bytes, 0, &used.glyphs).map_err(|_| PrintTrouble::Font(typeface.name))?;
    pdf.stream(file, &pressed(&part)).filter(Filter::FlateDecode);
    Ok(())
}

fn describe(pdf: &mut Pdf, typeface: &Typeface, name: &str, descriptor: Ref, file: Ref) -> Result<(), PrintTrouble> {
    let face = typeface.face.as_ref().ok_or(PrintTrouble::Font(typeface.name))?;
    let thousandths = |units: i16| f32::from(units) * 1000.0 / face.units_per_em() as f32;
    let area = face.global_bounding_box();
    let bounds = Rect::new(thousandths(area.x_min), thousandths(area.y_min), thousandths(area.x_max), thousandths(area.y_max));
    let mut written = pdf.font_descriptor(descriptor);
    written.name(Name(name.as_bytes())).flags(FontFlags::SYMBOLIC).bbox(bounds).italic_angle(0.0);
    written.ascent(thousandths(face.ascender())).descent(thousandths(face.descender()));
    written.cap_height(thousandths(face.capital_height().unwrap_or(face.ascender()))).stem_v(80.0).font_file2(file);
    written.finish();
    Ok(())
}
