//! What all typed readers do: values that cannot be read become warnings, and the message stands.

use kernel::{Stated, TimeSource, Zone};

use crate::message::Message;
use crate::part::Part;
use crate::rejection::{ErrorCode, Rejection};
use crate::said::Said;

/// One reading of a message.
#[derive(Debug)]
pub(crate) struct Reader<'z> {
    zone: &'z Zone,
    pub(crate) warnings: Vec<Rejection>,
}

impl<'z> Reader<'z> {
    /// Begins with what can be said of the message as a whole.
    pub(crate) fn new(message: &Message<'_>, zone: &'z Zone) -> Self {
        let mut warnings = Vec::new();
        if let Some(first) = message.nameless().next() {
            let words = format!("{} lines begin with no segment's name and were left out", message.nameless().count());
            warnings.push(first.rejected(ErrorCode::SegmentSequence, words));
        }
        Self { zone, warnings }
    }

    pub(crate) fn warn(&mut self, part: &Part<'_>, code: ErrorCode, words: impl Into<String>) {
        self.warnings.push(part.rejected(code, words));
    }

    /// A time, in the zone of the connection where it states none.
    pub(crate) fn time(&mut self, part: Part<'_>) -> Said<Stated> {
        match part.said_text() {
            Said::NotSaid => Said::NotSaid,
            Said::Deleted => Said::Deleted,
            Said::Said(text) => match Stated::read(&text, self.zone, TimeSource::HospitalSystem) {
                Ok(stated) => Said::Said(stated),
                Err(trouble) => {
                    // What was sent is not repeated: it may be anything.
                    self.warn(&part, ErrorCode::DataType, format!("not a time: {}", trouble.what));
                    Said::NotSaid
                }
            },
        }
    }
}
