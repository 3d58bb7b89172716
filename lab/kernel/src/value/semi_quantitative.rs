//! Steps on a scale that is ordered but not measured.

use crate::words::Lang;

/// A step of the scale that strips, cards and reaction strengths share. The order is the order of strength.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Grade {
    /// Negative.
    Negative,
    /// Trace, also written `+/-`.
    Trace,
    /// 1+
    OnePlus,
    /// 2+
    TwoPlus,
    /// 3+
    ThreePlus,
    /// 4+
    FourPlus,
}

impl Grade {
    /// Every grade, weakest first.
    pub const ALL: [Self; 6] = [Self::Negative, Self::Trace, Self::OnePlus, Self::TwoPlus, Self::ThreePlus, Self::FourPlus];

    /// As written at the bench and as stored.
    pub const fn sign(self) -> &'static str {
        match self {
            Self::Negative => "neg",
            Self::Trace => "trace",
            Self::OnePlus => "1+",
            Self::TwoPlus => "2+",
            Self::ThreePlus => "3+",
            Self::FourPlus => "4+",
        }
    }

    /// As a person reads it.
    pub const fn words(self, lang: Lang) -> &'static str {
        match lang {
            Lang::English => match self {
                Self::Negative => "negative",
                Self::Trace => "trace",
                Self::OnePlus | Self::TwoPlus | Self::ThreePlus | Self::FourPlus => self.sign(),
            },
        }
    }

    /// Reads the spellings in use; on this scale `-` is a negative and `+++` is 3+, not a mark.
    pub(super) fn read(text: &str) -> Option<Self> {
        const SPELLINGS: [(Grade, &[&str]); 6] = [
            (Grade::Negative, &["neg", "negative", "neg.", "-", "0"]),
            (Grade::Trace, &["trace", "tr", "tr.", "+/-", "+-", "\u{b1}"]),
            (Grade::OnePlus, &["1+", "+1", "+"]),
            (Grade::TwoPlus, &["2+", "+2", "++"]),
            (Grade::ThreePlus, &["3+", "+3", "+++"]),
            (Grade::FourPlus, &["4+", "+4", "++++"]),
        ];
        let spelt = |(_, spellings): &&(Self, &[&str])| spellings.iter().any(|spelling| spelling.eq_ignore_ascii_case(text));
        SPELLINGS.iter().find(spelt).map(|(grade, _)| *grade)
    }
}
