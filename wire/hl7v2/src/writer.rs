//! Segments written so that nothing that is put into them can end or divide them.

use crate::charset::Charset;
use crate::delimiters::Delimiters;
use crate::escape::{Syntax, escape};
use crate::header::Header;
use crate::message::Message;
use crate::part::Part;

/// Writes one message, segment by segment.
///
/// ```
/// use hl7v2::Writer;
///
/// let mut writer = Writer::new();
/// writer.segment("NTE").text("1").empty().text("a|b\r").end();
/// assert_eq!(writer.finish(), b"NTE|1||a\\F\\b\\X0D\\\r");
/// ```
#[derive(Debug, Clone)]
pub struct Writer {
    bytes: Vec<u8>,
    syntax: Syntax,
}

/// One segment, field by field. Nothing is written before [`end`](Self::end).
#[derive(Debug)]
#[must_use = "call end"]
pub struct SegmentWriter<'w> {
    writer: &'w mut Writer,
    segment: Vec<u8>,
    /// Its length without the empty fields at its end.
    written: usize,
}

impl Default for Writer {
    fn default() -> Self {
        Self::new()
    }
}

impl Writer {
    /// A message of our own, with the usual separators, in UTF-8.
    #[must_use]
    pub fn new() -> Self {
        Self::with(Delimiters::default(), Charset::UTF_8)
    }

    /// An answer to a message: with its separators and in its character set, so that what is repeated of it stands there as it came.
    #[must_use]
    pub fn answering(message: &Message<'_>) -> Self {
        let Syntax { delimiters, charset } = message.header().syntax();
        Self::with(delimiters, charset)
    }

    /// An answer to a message of which only the header could be read.
    #[must_use]
    pub fn answering_header(header: &Header<'_>) -> Self {
        let stated = Charset::named(&String::from_utf8_lossy(header.charset()));
        Self::with(header.delimiters(), stated.ok().flatten().unwrap_or_default())
    }

    fn with(delimiters: Delimiters, charset: Charset) -> Self {
        Self { bytes: Vec::new(), syntax: Syntax { delimiters, charset } }
    }

    /// Begins a segment. The name is one of ours, so it is written as it is.
    pub fn segment(&mut self, name: &'static str) -> SegmentWriter<'_> {
        let segment = name.as_bytes().to_vec();
        SegmentWriter { writer: self, written: segment.len(), segment }
    }

    /// The message.
    #[must_use]
    pub fn finish(self) -> Vec<u8> {
        self.bytes
    }
}

impl SegmentWriter<'_> {
    /// MSH-1 and MSH-2.
    pub fn declaration(mut self) -> Self {
        let characters = self.writer.syntax.delimiters.encoding_characters();
        self.separate();
        self.add(characters.as_bytes())
    }

    /// A field with nothing in it.
    pub fn empty(mut self) -> Self {
        self.separate();
        self
    }

    /// A field of one text.
    pub fn text(self, text: &str) -> Self {
        self.components(&[text])
    }

    /// A field of components, each a text.
    pub fn components(mut self, components: &[&str]) -> Self {
        self.separate();
        let Syntax { delimiters, charset } = self.writer.syntax;
        let mut field = Vec::new();
        let mut written = 0;
        for (index, component) in components.iter().enumerate() {
            if index > 0 {
                field.push(delimiters.component);
            }
            charset.encode(&escape(component, &delimiters), &mut field);
            written = if component.is_empty() { written } else { field.len() };
        }
        field.truncate(written);
        self.add(&field)
    }

    /// A field as the message that is answered has it, byte for byte. Only what would break a segment or a frame is escaped: control
    /// characters and the field separator.
    pub fn raw(mut self, bytes: &[u8]) -> Self {
        self.separate();
        let safe = self.safe(bytes);
        self.add(&safe)
    }

    /// A field as the message that is answered has it.
    pub fn part(self, part: &Part<'_>) -> Self {
        let mut bytes = Vec::new();
        self.writer.syntax.charset.encode(part.raw(), &mut bytes);
        self.raw(&bytes)
    }

    /// Ends the segment, without the empty fields at its end.
    pub fn end(mut self) {
        self.segment.truncate(self.written);
        self.writer.bytes.append(&mut self.segment);
        self.writer.bytes.push(b'\r');
    }

    fn separate(&mut self) {
        self.segment.push(self.writer.syntax.delimiters.field);
    }

    fn add(mut self, bytes: &[u8]) -> Self {
        if !bytes.is_empty() {
            self.segment.extend_from_slice(bytes);
            self.written = self.segment.len();
        }
        self
    }

    fn safe(&self, bytes: &[u8]) -> Vec<u8> {
        let Delimiters { field, escape, .. } = self.writer.syntax.delimiters;
        let mut safe = Vec::with_capacity(bytes.len());
        for byte in bytes.iter().copied() {
            if byte.is_ascii_control() {
                safe.push(escape);
                safe.extend_from_slice(format!("X{byte:02X}").as_bytes());
                safe.push(escape);
            } else if byte == field {
                safe.extend_from_slice(&[escape, b'F', escape]);
            } else {
                safe.push(byte);
            }
        }
        safe
    }
}
