//! Messages for tests.

use std::path::Path;

use hl7v2::{Charsets, Decoded, Message, ParseSettings, decode};

/// A message as text, segments divided by new lines for the eye, as it travels: divided by CR.
pub(crate) fn wire(lines: &str) -> Vec<u8> {
    let segments: Vec<&str> = lines.lines().map(str::trim_start).filter(|line| !line.is_empty()).collect();
    segments.iter().map(|segment| format!("{segment}\r")).collect::<String>().into_bytes()
}

pub(crate) fn decoded(bytes: &[u8]) -> Decoded<'_> {
    decode(bytes, &Charsets::default()).unwrap()
}

pub(crate) fn parsed<'a>(decoded: &'a Decoded<'_>) -> Message<'a> {
    Message::parse(decoded, &ParseSettings::default()).unwrap()
}

/// Reads a message and looks at it.
pub(crate) fn with<T>(lines: &str, look: impl FnOnce(&Message<'_>) -> T) -> T {
    let bytes = wire(lines);
    look(&parsed(&decoded(&bytes)))
}

/// Reads one of our own captures.
pub(crate) fn read_capture<T>(name: &str, look: impl FnOnce(&Message<'_>) -> T) -> T {
    look(&parsed(&decoded(&capture(name))))
}

/// The bytes of one of our own captures.
pub(crate) fn capture(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../captures/hl7v2").join(format!("{name}.hl7"));
    #[allow(clippy::disallowed_methods)]
    std::fs::read(path).unwrap()
}
