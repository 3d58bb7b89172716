//! From words to glyphs: which font has each letter, which way it is read, and how its letters join.
//!
//! Text is set as Unicode's bidirectional algorithm says, in a line that begins at the left: a label is read from there. Each stretch of one
//! font, one script and one direction is shaped by HarfBuzz's algorithm, so that Arabic letters join and the vowels of Devanagari stand where
//! they belong.

use crate::fonts::{FontNumber, chain};
use reports::{Face, Ruler};
use rustybuzz::{Direction, UnicodeBuffer};
use std::ops::Range;
use unicode_bidi::{Level, ParagraphBidiInfo};
use unicode_script::{Script, UnicodeScript};
use unicode_segmentation::UnicodeSegmentation;

/// Letters in thousandths of their line's height: what is left is room for the two accents of a Vietnamese capital.
pub(crate) const LETTERS: u32 = 880;

/// What stands where no font has the letter: a question mark in a black diamond. Nobody can type it into a name.
const REPLACEMENT: char = '\u{fffd}';

/// A line of text as glyphs, from left to right.
pub(crate) struct Line {
    pub(crate) runs: Vec<Run>,
    /// Characters no font has, each once, in order.
    pub(crate) missing: Vec<char>,
}

/// Glyphs of one font.
pub(crate) struct Run {
    pub(crate) font: FontNumber,
    pub(crate) glyphs: Vec<Glyph>,
    /// The text, where its glyphs do not stand in its order or not one for each character.
    pub(crate) spoken: Option<String>,
}

/// One glyph; lengths are in the font's units.
pub(crate) struct Glyph {
    pub(crate) id: u16,
    pub(crate) advance: i32,
    /// How far to the right of its place, and how far above the line, it is drawn.
    pub(crate) right: i32,
    pub(crate) up: i32,
    /// The characters it stands for; none for the further glyphs of a letter.
    pub(crate) text: String,
}

/// A letter with its accents, in the text that is drawn.
struct Letter {
    range: Range<usize>,
    font: FontNumber,
    script: Script,
}

/// Shapes one line.
pub(crate) fn shape(text: &str, face: Face) -> Line {
    let mut missing = Vec::new();
    let mut shown = String::with_capacity(text.len());
    let mut letters: Vec<Letter> = Vec::new();
    for letter in text.graphemes(true) {
        let begin = shown.len();
        let Some(font) = push(&mut shown, letter, face, &mut missing) else { continue };
        let own = letter.chars().map(|character| character.script()).find(|script| !matches!(script, Script::Common | Script::Inherited));
        let script = own.or(letters.last().map(|before| before.script)).unwrap_or(Script::Common);
        letters.push(Letter { range: begin..shown.len(), font, script });
    }
    if letters.is_empty() {
        return Line { runs: Vec::new(), missing };
    }
    let order = ParagraphBidiInfo::new(&shown, Some(Level::ltr()));
    let (levels, stretches) = order.visual_runs(0..shown.len());
    let mut runs = Vec::new();
    for stretch in stretches {
        let leftwards = levels.get(stretch.start).is_some_and(|level| level.is_rtl());
        let mut pieces = pieces(&letters, &stretch);
        if leftwards {
            pieces.reverse();
        }
        runs.extend(pieces.into_iter().filter_map(|(font, range)| run(shown.get(range)?, font, leftwards)));
    }
    Line { runs, missing }
}

/// Puts a letter, or the sign that stands for it, behind the text; the font that has it.
fn push(shown: &mut String, letter: &str, face: Face, missing: &mut Vec<char>) -> Option<FontNumber> {
    let fonts = chain(face);
    if let Some(font) = fonts.iter().find(|font| font.has(letter)) {
        shown.push_str(letter);
        return Some(*font);
    }
    // Of a letter whose base is known, only the marks are lacking; it is replaced all the same, for another letter may be another name.
    let lacking = letter.chars().filter(|character| !fonts.iter().any(|font| font.has(character.encode_utf8(&mut [0; 4]))));
    let lacking: Vec<char> = lacking.collect();
    let told = if lacking.is_empty() { letter.chars().collect() } else { lacking };
    told.into_iter().for_each(|character| {
        if !missing.contains(&character) {
            missing.push(character)
        }
    });
    shown.push(REPLACEMENT);
    fonts.first().copied()
}

/// The parts of a stretch that have one font and one script, in the order of the text.
fn pieces(letters: &[Letter], stretch: &Range<usize>) -> Vec<(FontNumber, Range<usize>)> {
    let inside = letters.iter().filter(|letter| stretch.contains(&letter.range.start));
    let mut pieces: Vec<(FontNumber, Script, Range<usize>)> = Vec::new();
    for letter in inside {
        match pieces.last_mut() {
            Some((font, script, range)) if *font == letter.font && *script == letter.script => range.end = letter.range.end,
            _ => pieces.push((letter.font, letter.script, letter.range.clone())),
        }
    }
    pieces.into_iter().map(|(font, _, range)| (font, range)).collect()
}

fn run(text: &str, font: FontNumber, leftwards: bool) -> Option<Run> {
    let face = font.typeface()?.face.as_ref()?;
    let mut buffer = UnicodeBuffer::new();
    buffer.push_str(text);
    buffer.set_direction(if leftwards { Direction::RightToLeft } else { Direction::LeftToRight });
    buffer.guess_segment_properties();
    let shaped = rustybuzz::shape(face, &[], buffer);
    // Where the text of each glyph begins; it ends where that of the next begins.
    let mut begins: Vec<usize> = shaped.glyph_infos().iter().map(|info| usize::try_from(info.cluster).unwrap_or(text.len())).collect();
    begins.sort_unstable();
    begins.dedup();
    let mut written = None;
    let glyphs: Vec<Glyph> = shaped
        .glyph_infos()
        .iter()
        .zip(shaped.glyph_positions())
        .map(|(info, position)| {
            let begin = usize::try_from(info.cluster).unwrap_or(text.len());
            let end = begins.iter().copied().find(|next| *next > begin).unwrap_or(text.len());
            let own = if written.replace(begin) == Some(begin) { "" } else { text.get(begin..end).unwrap_or_default() };
            Glyph {
                id: u16::try_from(info.glyph_id).unwrap_or_default(),
                advance: position.x_advance,
                right: position.x_offset,
                up: position.y_offset,
                text: own.to_owned(),
            }
        })
        .collect();
    // Readers turn a line that runs to the left around by themselves, this text as well.
    let one_each = glyphs.iter().all(|glyph| glyph.text.chars().count() == 1);
    let spoken = if leftwards || one_each { None } else { Some(text.to_owned()) };
    Some(Run { font, glyphs, spoken })
}

impl Run {
    /// Width in thousandths of the letters' height, rounded up.
    fn width(&self) -> u32 {
        let units = self.font.typeface().and_then(|typeface| typeface.face.as_ref()).map_or(1, |face| face.units_per_em().max(1));
        let advance: i64 = self.glyphs.iter().map(|glyph| i64::from(glyph.advance)).sum();
        let thousandths = advance.max(0).saturating_mul(1000);
        u32::try_from(thousandths.saturating_add(i64::from(units) - 1) / i64::from(units)).unwrap_or(u32::MAX)
    }
}

/// The letters of drawn pages.
pub(crate) struct DrawnFont;

impl Ruler for DrawnFont {
    fn width(&self, text: &str, face: Face) -> u32 {
        let width = shape(text, face).runs.iter().map(Run::width).fold(0, u32::saturating_add);
        u32::try_from((u64::from(width) * u64::from(LETTERS)).div_ceil(1000)).unwrap_or(u32::MAX)
    }

    fn ellipsis(&self) -> &'static str {
        "…"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The names of the fonts used, from left to right, and the characters of each glyph.
    fn drawn(text: &str) -> Vec<(&'static str, Vec<String>)> {
        let texts = |run: &Run| run.glyphs.iter().map(|glyph| glyph.text.clone()).collect();
        shape(text, Face::Plain).runs.iter().map(|run| (run.font.typeface().unwrap().name, texts(run))).collect()
    }

    #[test]
    fn each_letter_is_set_in_the_first_font_that_has_it() {
        let fonts: Vec<&str> = drawn("Ng 北京 राम").into_iter().map(|(font, _)| font).collect();
        let (latin, han, deva) = ("DejaVuSansCondensed", "DroidSansFallback", "NotoSansDevanagari-Regular");
        // The blank between belongs to the first font, which has it.
        assert_eq!(fonts, [latin, han, latin, deva]);
    }

    #[test]
    fn arabic_runs_to_the_left_and_its_letters_join() {
        let line = shape("سلم", Face::Plain);
        let run = &line.runs[0];
        // From left to right the last letter stands first.
        assert_eq!(run.glyphs.first().unwrap().text, "م");
        let face = run.font.typeface().unwrap().face.as_ref().unwrap();
        let alone = face.glyph_index('س').unwrap().0;
        assert_ne!(run.glyphs.last().unwrap().id, alone, "an initial form, not the letter by itself");
    }

    #[test]
    fn a_left_to_right_word_stays_in_order_within_arabic() {
        let order: String = shape("علي B2", Face::Plain).runs.iter().flat_map(|run| &run.glyphs).map(|glyph| glyph.text.clone()).collect();
        assert_eq!(order, "يلع B2", "the line begins at the left");
    }

    #[test]
    fn a_short_vowel_of_devanagari_stands_before_its_consonant() {
        let line = shape("कि", Face::Plain);
        let face = line.runs[0].font.typeface().unwrap().face.as_ref().unwrap();
        let consonant = face.glyph_index('क').unwrap().0;
        let places: Vec<bool> = line.runs[0].glyphs.iter().map(|glyph| glyph.id == consonant).collect();
        assert_eq!(places, [false, true]);
    }

    proptest::proptest! {
        /// Whatever is typed is drawn, each character once, or told.
        #[test]
        fn no_text_is_lost(text in "[a-zA\u{301}-\u{303}א-תءا-يक-ह्ि\u{200d}王小한🧪\u{202e}0-9 ,()]{0,24}|\\PC{0,24}|.{0,24}") {
            let line = shape(&text, Face::Bold);
            let mut drawn: Vec<char> = line.runs.iter().flat_map(|run| &run.glyphs).flat_map(|glyph| glyph.text.chars()).collect();
            let letters = || text.graphemes(true);
            let replaced = |letter: &str| !chain(Face::Bold).iter().any(|font| font.has(letter));
            let kept = letters().filter(|letter| !replaced(letter)).flat_map(str::chars);
            let signs = letters().filter(|letter| replaced(letter)).map(|_| REPLACEMENT);
            let mut expected: Vec<char> = kept.chain(signs).collect();
            drawn.sort_unstable();
            expected.sort_unstable();
            proptest::prop_assert_eq!(drawn, expected);
            proptest::prop_assert_eq!(letters().any(replaced), !line.missing.is_empty());
        }
    }

    #[test]
    fn letters_no_font_has_are_replaced_and_told_once() {
        let line = shape("a𓀀b𓀀🧪", Face::Bold);
        assert_eq!(line.missing, ['𓀀', '🧪']);
        let shown: String = line.runs.iter().flat_map(|run| &run.glyphs).map(|glyph| glyph.text.clone()).collect();
        assert_eq!(shown, "a\u{fffd}b\u{fffd}\u{fffd}");
        // The control: nothing is told where nothing lacks.
        assert!(shape("Nguyễn 北京", Face::Bold).missing.is_empty());
        assert!(shape("", Face::Plain).runs.is_empty());
    }

    #[test]
    fn a_wide_letter_is_wide_and_han_is_as_wide_as_high() {
        assert!(DrawnFont.width("W", Face::Bold) > 2 * DrawnFont.width("i", Face::Bold));
        assert_eq!(DrawnFont.width("北", Face::Plain), LETTERS);
        assert_eq!(DrawnFont.width("O0", Face::Code), DrawnFont.width("Il", Face::Code));
    }
}
