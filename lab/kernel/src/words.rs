//! The language a page speaks. Every enum a person sees has one `words(lang)`; a new language is a new variant here, and the
//! compiler then names every place that still lacks it.

/// A language of pages, reports and troubles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Lang {
    /// English, the language everything is written in first.
    #[default]
    English,
}

impl Lang {
    /// Every language there is.
    pub const ALL: [Self; 1] = [Self::English];

    /// The language tag of BCP 47, as a page's `lang` attribute wants it.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
        }
    }
}
