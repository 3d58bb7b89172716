//! The letters, which come with the program (`fonts/LICENSE.txt`): DejaVu, whose Condensed has the letters of every European language, of
//! Vietnamese, Arabic and Hebrew, and whose Mono tells O from 0 and I from 1; Noto Sans Devanagari; and Droid Sans Fallback for Chinese
//! and Japanese, which has one weight only. Korean and other scripts of India and of South East Asia are not among them.

use reports::Face;
use std::sync::LazyLock;

/// One font file.
pub(crate) struct Typeface {
    /// Its PostScript name.
    pub(crate) name: &'static str,
    pub(crate) bytes: &'static [u8],
    /// None if the file is damaged, which a test rules out.
    pub(crate) face: Option<rustybuzz::Face<'static>>,
    /// Thousandths of the letters' height that the outline is thickened by: for a plain weight where bold is asked for.
    pub(crate) thickened: u16,
}

/// Place of a typeface in [`all`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct FontNumber(usize);

const FILES: [(&str, &[u8], u16); 7] = [
    ("DejaVuSansCondensed", include_bytes!("../fonts/DejaVuSansCondensed.ttf"), 0),
    ("DejaVuSansCondensed-Bold", include_bytes!("../fonts/DejaVuSansCondensed-Bold.ttf"), 0),
    ("DejaVuSansMono-Bold", include_bytes!("../fonts/DejaVuSansMono-Bold.ttf"), 0),
    ("NotoSansDevanagari-Regular", include_bytes!("../fonts/NotoSansDevanagari-Regular.ttf"), 0),
    ("NotoSansDevanagari-Bold", include_bytes!("../fonts/NotoSansDevanagari-Bold.ttf"), 0),
    ("DroidSansFallback", include_bytes!("../fonts/DroidSansFallbackFull.ttf"), 0),
    ("DroidSansFallback", include_bytes!("../fonts/DroidSansFallbackFull.ttf"), 30),
];

/// Read once; a font is large.
static FONTS: LazyLock<Vec<Typeface>> = LazyLock::new(|| {
    let read = |(name, bytes, thickened): (&'static str, &'static [u8], u16)| Typeface {
        name,
        bytes,
        face: rustybuzz::Face::from_slice(bytes, 0),
        thickened,
    };
    FILES.into_iter().map(read).collect()
});

/// The typefaces a text is set in, the first that has a letter before the others.
pub(crate) const fn chain(face: Face) -> &'static [FontNumber] {
    match face {
        Face::Plain => &[FontNumber(0), FontNumber(3), FontNumber(5)],
        Face::Bold => &[FontNumber(1), FontNumber(4), FontNumber(6)],
        Face::Code => &[FontNumber(2)],
    }
}

impl FontNumber {
    pub(crate) const fn number(self) -> usize {
        self.0
    }

    /// Tells it from the other fonts of a document.
    pub(crate) fn letter(self) -> char {
        u8::try_from(self.0).ok().and_then(|number| b'A'.checked_add(number)).map_or('Z', char::from)
    }

    pub(crate) fn typeface(self) -> Option<&'static Typeface> {
        FONTS.get(self.0)
    }

    /// Whether all characters of a letter have a glyph.
    pub(crate) fn has(self, letter: &str) -> bool {
        let face = self.typeface().and_then(|typeface| typeface.face.as_ref());
        face.is_some_and(|face| letter.chars().all(|character| face.glyph_index(character).is_some()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustybuzz::ttf_parser;

    #[test]
    fn all_fonts_are_read_and_are_the_ones_meant() {
        let post_script = |typeface: &Typeface| {
            let face = typeface.face.as_ref().unwrap();
            let names = face.names().into_iter();
            names.filter(|name| name.name_id == ttf_parser::name_id::POST_SCRIPT_NAME).find_map(|name| name.to_string()).unwrap()
        };
        for typeface in FONTS.iter() {
            assert_eq!(post_script(typeface), typeface.name);
        }
    }

    #[test]
    fn what_is_promised_has_glyphs() {
        // Latin-1 to Latin Extended-B, Greek, Cyrillic, all of Vietnamese, Arabic and Hebrew letters, Devanagari, and the sign for a letter
        // that is in no font.
        let letters = ('\u{c0}'..='\u{24f}').chain('\u{391}'..='\u{3a1}').chain('\u{410}'..='\u{44f}').chain('\u{1ea0}'..='\u{1ef9}');
        let letters = letters.chain('\u{621}'..='\u{63a}').chain('\u{641}'..='\u{64a}').chain('\u{5d0}'..='\u{5ea}');
        let letters = letters.chain('\u{905}'..='\u{939}').chain("\u{fffd}…北京山田あア".chars());
        for letter in letters {
            for face in [Face::Plain, Face::Bold] {
                assert!(chain(face).iter().any(|font| font.has(&letter.to_string())), "{letter}");
            }
        }
        assert!(chain(Face::Code).iter().any(|font| font.has("\u{fffd}")));
    }
}
