//! The separators a message declares for itself in MSH-1 and MSH-2.

/// The separators of one message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delimiters {
    /// Between fields: `|`. It is MSH-1 itself.
    pub field: u8,
    /// Between components: `^`.
    pub component: u8,
    /// Between repetitions of a field: `~`.
    pub repetition: u8,
    /// Around an escape sequence: `\`.
    pub escape: u8,
    /// Between subcomponents: `&`.
    pub subcomponent: u8,
    /// At the end of a text that was cut off: `#`; only where a fifth character is declared (2.7, and some before it).
    pub truncation: Option<u8>,
}

impl Default for Delimiters {
    fn default() -> Self {
        Self { field: b'|', component: b'^', repetition: b'~', escape: b'\\', subcomponent: b'&', truncation: None }
    }
}

impl Delimiters {
    /// Reads them from the beginning of a header: `MSH|^~\&|`. None unless four or five characters are declared, all different, none of
    /// which could be part of a word.
    #[must_use]
    pub fn declared(header: &[u8]) -> Option<Self> {
        let [b'M', b'S', b'H', field, rest @ ..] = header else { return None };
        let declared = rest.iter().position(|byte| byte == field || matches!(byte, b'\r' | b'\n')).map_or(rest, |end| rest.split_at(end).0);
        let (four, truncation) = match declared {
            [four @ .., truncation] if declared.len() == 5 => (four, Some(*truncation)),
            four => (four, None),
        };
        let [component, repetition, escape, subcomponent] = *four else { return None };
        let delimiters = Self { field: *field, component, repetition, escape, subcomponent, truncation };
        delimiters.is_sound().then_some(delimiters)
    }

    /// MSH-2: the characters behind the field separator.
    #[must_use]
    pub fn encoding_characters(&self) -> String {
        let four = [self.component, self.repetition, self.escape, self.subcomponent];
        four.into_iter().chain(self.truncation).map(char::from).collect()
    }

    fn is_sound(self) -> bool {
        let all: Vec<u8> = self.all().collect();
        let usable = all.iter().all(u8::is_ascii_punctuation);
        // A quotation mark as a separator would make "deleted" unreadable.
        let distinct = all.iter().enumerate().all(|(index, byte)| !all.iter().skip(index + 1).any(|other| other == byte));
        usable && distinct && !all.contains(&b'"')
    }

    fn all(self) -> impl Iterator<Item = u8> {
        [self.field, self.component, self.repetition, self.escape, self.subcomponent].into_iter().chain(self.truncation)
    }

    /// The letter that stands for a separator in an escape sequence.
    pub(crate) fn letter_of(&self, byte: u8) -> Option<char> {
        let letters = [(self.field, 'F'), (self.component, 'S'), (self.subcomponent, 'T'), (self.repetition, 'R'), (self.escape, 'E')];
        let truncation = self.truncation.map(|truncation| (truncation, 'P'));
        letters.into_iter().chain(truncation).find(|(separator, _)| *separator == byte).map(|(_, letter)| letter)
    }

    /// The separator a letter stands for.
    pub(crate) fn of_letter(&self, letter: u8) -> Option<u8> {
        match letter {
            b'F' => Some(self.field),
            b'S' => Some(self.component),
            b'T' => Some(self.subcomponent),
            b'R' => Some(self.repetition),
            b'E' => Some(self.escape),
            b'P' => self.truncation,
            _ => None,
        }
    }
}
