//! How much of everything a message may have.

use crate::location::Location;
use crate::message::Segment;
use crate::rejection::{ErrorCode, Rejection};

/// How much is read of a message. Far above what hospitals send, and low enough that no message keeps the laboratory from its work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a message as text. 32 MiB: what fits a frame may double on its way to UTF-8.
    pub message_bytes_max: usize,
    /// Segments of a message. 20 000.
    pub segments_max: usize,
    /// Fields of a segment. 1000.
    pub fields_max: usize,
    /// Bytes of a field. 32 MiB: documents travel in them.
    pub field_bytes_max: usize,
    /// Repetitions of a field. 1000.
    pub repetitions_max: usize,
    /// Components of a repetition. 1000.
    pub components_max: usize,
    /// Subcomponents of a component. 1000. Below them there is nothing, so that depth has its limit in the grammar.
    pub subcomponents_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            message_bytes_max: 32 * 1024 * 1024,
            segments_max: 20_000,
            fields_max: 1_000,
            field_bytes_max: 32 * 1024 * 1024,
            repetitions_max: 1_000,
            components_max: 1_000,
            subcomponents_max: 1_000,
        }
    }
}

impl Limits {
    /// Looks once at each byte of a segment.
    pub(crate) fn check(&self, segment: &Segment<'_>) -> Result<(), Rejection> {
        let delimiters = segment.syntax().delimiters;
        let declaration = segment.has_declaration();
        let mut place = segment.location().field(usize::from(declaration));
        for field in segment.raw().split(char::from(delimiters.field)) {
            within(place.field, self.fields_max, segment.location(), "fields in a segment")?;
            within(field.len(), self.field_bytes_max, place, "bytes in a field")?;
            // MSH-2 consists of separators.
            if !(declaration && place.field == 2) {
                self.check_field(field, segment, place)?;
            }
            place.field += 1;
        }
        Ok(())
    }

    fn check_field(&self, field: &str, segment: &Segment<'_>, place: Location) -> Result<(), Rejection> {
        let delimiters = segment.syntax().delimiters;
        let (mut repetitions, mut components, mut subcomponents) = (1, 1, 1);
        for byte in field.bytes() {
            if byte == delimiters.repetition {
                (repetitions, components, subcomponents) = (repetitions + 1, 1, 1);
                within(repetitions, self.repetitions_max, place, "repetitions of a field")?;
            } else if byte == delimiters.component {
                (components, subcomponents) = (components + 1, 1);
                within(components, self.components_max, place, "components of a field")?;
            } else if byte == delimiters.subcomponent {
                subcomponents += 1;
                within(subcomponents, self.subcomponents_max, place, "subcomponents of a component")?;
            }
        }
        Ok(())
    }
}

/// Refuses what is over a limit, and names it.
pub(crate) fn within(found: usize, limit: usize, location: Location, of_what: &str) -> Result<(), Rejection> {
    if found <= limit {
        return Ok(());
    }
    let words = format!("more than {limit} {of_what}; send less at once, or raise the limit of this connection");
    Err(Rejection::new(location, ErrorCode::Internal, words))
}
