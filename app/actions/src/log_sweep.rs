//! Finding names and numbers in a log as whole words, in one pass and bounded memory, however long its lines are.

use std::collections::{BTreeSet, HashMap};
use std::io::{ErrorKind, Read};

/// Bytes read at once.
const READ_BYTES: usize = 1 << 18;
/// Places that are named of one log.
pub(crate) const NAMED_MAX: usize = 100;

/// What was found, never which.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    RecordNumber,
    FamilyName,
}

/// Where something was found: the line, counted from 1.
pub(crate) type Sighting = (u64, Kind);

/// The first places in the order of lines, each once.
#[derive(Debug, Default)]
pub(crate) struct Sightings {
    pub(crate) first: BTreeSet<Sighting>,
    /// There are more.
    pub(crate) more: bool,
}

impl Sightings {
    fn note(&mut self, sighting: Sighting) {
        self.first.insert(sighting);
        if self.first.len() > NAMED_MAX {
            self.first.pop_last();
            self.more = true;
        }
    }
}

/// One thing that is looked for.
#[derive(Debug)]
struct Needle {
    text: Box<[u8]>,
    kind: Kind,
}

/// What is looked for, by the first word of each.
#[derive(Debug, Default)]
pub(crate) struct Needles {
    by_first_word: HashMap<Box<[u8]>, Vec<Needle>>,
    longest: usize,
}

/// A part of a word: letters and digits, and whatever is not ASCII.
fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || !byte.is_ascii()
}

fn first_word(bytes: &[u8]) -> &[u8] {
    let end = bytes.iter().position(|byte| !is_word(*byte)).unwrap_or(bytes.len());
    bytes.get(..end).unwrap_or_default()
}

impl Needles {
    /// One more. What does not begin or end with a letter or digit is looked for without that. False if nothing is left of it.
    pub(crate) fn add(&mut self, text: &str, kind: Kind) -> bool {
        let text = text.as_bytes();
        let (Some(begin), Some(end)) = (text.iter().position(|byte| is_word(*byte)), text.iter().rposition(|byte| is_word(*byte))) else {
            return false;
        };
        let needle = text.get(begin..=end).unwrap_or_default();
        let same_first = self.by_first_word.entry(first_word(needle).into()).or_default();
        if !same_first.iter().any(|other| *other.text == *needle) {
            self.longest = self.longest.max(needle.len());
            same_first.push(Needle { text: needle.into(), kind });
        }
        true
    }

    /// Whether anything is looked for.
    pub(crate) fn is_empty(&self) -> bool {
        self.by_first_word.is_empty()
    }

    /// What stands at the beginning of these bytes, which are the rest of the log or longer than anything that is looked for.
    fn at(&self, rest: &[u8]) -> impl Iterator<Item = Kind> {
        let same_first = self.by_first_word.get(first_word(rest)).map(Vec::as_slice).unwrap_or_default();
        let stands = |needle: &[u8]| rest.starts_with(needle) && !rest.get(needle.len()).is_some_and(|byte| is_word(*byte));
        same_first.iter().filter(move |needle| stands(&needle.text)).map(|needle| needle.kind)
    }
}

/// Reads a log to its end; how many lines it has.
pub(crate) fn sweep(mut log: impl Read, needles: &Needles, sightings: &mut Sightings) -> std::io::Result<u64> {
    let (mut held, mut is_over) = (Vec::with_capacity(2 * READ_BYTES), false);
    let (mut ends, mut before) = (0, None);
    while !is_over {
        is_over = read_more(&mut log, &mut held)? == 0;
        // A place is looked at when all that may belong to it is there, and the byte behind it.
        let ready = if is_over { held.len() } else { held.len().saturating_sub(needles.longest + 1) };
        for (at, byte) in held.iter().copied().enumerate().take(ready) {
            if is_word(byte) && !before.is_some_and(is_word) {
                needles.at(held.get(at..).unwrap_or_default()).for_each(|kind| sightings.note((ends + 1, kind)));
            }
            ends += u64::from(byte == b'\n');
            before = Some(byte);
        }
        held.drain(..ready);
    }
    Ok(ends + u64::from(before.is_some_and(|last| last != b'\n')))
}

fn read_more(log: &mut impl Read, held: &mut Vec<u8>) -> std::io::Result<usize> {
    loop {
        match log.by_ref().take(READ_BYTES as u64).read_to_end(held) {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            read => return read,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn needles() -> Needles {
        let mut needles = Needles::default();
        for (text, kind) in [("MRN-7391846", Kind::RecordNumber), ("#4711/", Kind::RecordNumber), ("von Ähre", Kind::FamilyName)] {
            assert!(needles.add(text, kind));
        }
        assert!(!needles.add("-/-", Kind::RecordNumber), "nothing to look for");
        needles
    }

    fn found(log: &[u8]) -> (u64, Vec<Sighting>) {
        let mut sightings = Sightings::default();
        let lines = sweep(log, &needles(), &mut sightings).unwrap();
        assert!(!sightings.more);
        (lines, sightings.first.into_iter().collect())
    }

    #[test]
    fn whole_words_are_found_with_their_line_and_parts_of_words_are_not() {
        assert_eq!(found(b""), (0, vec![]));
        assert_eq!(found(b"nothing\n\nhere"), (3, vec![]));
        let log = "a MRN-7391846\nb xMRN-7391846 MRN-73918460 MRN_7391846\nc \"von Ähre\", (4711)\nd von Ähren von ähre 47110\n";
        assert_eq!(found(log.as_bytes()), (4, vec![(1, Kind::RecordNumber), (3, Kind::RecordNumber), (3, Kind::FamilyName)]));
        assert_eq!(found(b"MRN-7391846").1, [(1, Kind::RecordNumber)], "at both ends");
        assert_eq!(found(b"\xff\xfe\0 4711\0").1, [(1, Kind::RecordNumber)], "whatever else the file holds");
    }

    /// Hands out one byte more at each read, so that every cut is met.
    struct Dripping<'b>(&'b [u8], usize);

    impl Read for Dripping<'_> {
        fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
            self.1 += 1;
            let count = self.1.min(self.0.len()).min(into.len());
            into[..count].copy_from_slice(&self.0[..count]);
            self.0 = &self.0[count..];
            Ok(count)
        }
    }

    #[test]
    fn a_name_is_found_wherever_the_reading_is_cut() {
        for before in (READ_BYTES - 20)..=(READ_BYTES + 2) {
            for filler in *b"-x\n" {
                let mut log = vec![filler; before];
                log.extend_from_slice(b"\nMRN-7391846 ");
                log.extend(vec![filler; READ_BYTES]);
                let line = 1 + log.iter().take(before + 1).filter(|byte| **byte == b'\n').count() as u64;
                assert_eq!(found(&log).1, [(line, Kind::RecordNumber)], "behind {before} of {filler}");
            }
        }
        let mut sightings = Sightings::default();
        sweep(Dripping(b"a von \xc3\x84hre b", 0), &needles(), &mut sightings).unwrap();
        assert_eq!(sightings.first.len(), 1);
    }

    #[test]
    fn the_first_hundred_places_are_named_and_that_there_are_more_is_said() {
        let mut sightings = Sightings::default();
        sweep("4711\n".repeat(NAMED_MAX + 1).as_bytes(), &needles(), &mut sightings).unwrap();
        assert!(sightings.more && sightings.first.len() == NAMED_MAX && sightings.first.last() == Some(&(100, Kind::RecordNumber)));
    }
}
