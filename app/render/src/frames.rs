//! What goes over the pipes of a child that stays: documents in, answers out. Each is a length of four bytes, the highest first, and so many
//! bytes. An answer begins with a head in JSON, `{"drawn":[[2,"김"]]}` with the letters not shown by label, or `{"refused":"why"}`; behind a
//! `drawn` follows the PDF.

use crate::document::DOCUMENT_BYTES_MAX;
use reports::Unshown;
use serde::{Deserialize, Serialize};
use std::io::{self, Read, Write};

/// Bytes of an answer's head: a thousand labels, each with all letters of its texts not shown.
pub(crate) const HEAD_BYTES_MAX: usize = DOCUMENT_BYTES_MAX;

/// The head of an answer.
#[derive(Serialize, Deserialize, Debug, PartialEq, Eq)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub(crate) enum Head {
    /// A PDF follows.
    Drawn(Vec<(usize, String)>),
    /// None does.
    Refused(String),
}

/// The next document that a child is given; nothing when the server has gone.
pub fn next_document(from: &mut impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut length = [0; 4];
    match from.read_exact(&mut length) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        Err(error) => return Err(error),
    }
    let length = length_of(length, DOCUMENT_BYTES_MAX)?;
    let mut document = vec![0; length];
    from.read_exact(&mut document)?;
    Ok(Some(document))
}

/// Answers with a PDF and the letters that it does not show.
pub fn write_drawn(to: &mut impl Write, pdf: &[u8], unshown: &[Unshown]) -> io::Result<()> {
    let unshown = unshown.iter().map(|unshown| (unshown.label, unshown.letters.iter().collect())).collect();
    write(to, &serde_json::to_vec(&Head::Drawn(unshown))?)?;
    write(to, pdf)?;
    to.flush()
}

/// Answers that nothing was drawn, and why.
pub fn write_refused(to: &mut impl Write, why: &str) -> io::Result<()> {
    write(to, &serde_json::to_vec(&Head::Refused(why.to_owned()))?)?;
    to.flush()
}

fn write(to: &mut impl Write, bytes: &[u8]) -> io::Result<()> {
    to.write_all(&prefix(bytes)?)?;
    to.write_all(bytes)
}

/// The length in front of some bytes.
pub(crate) fn prefix(bytes: &[u8]) -> io::Result<[u8; 4]> {
    let length = u32::try_from(bytes.len()).map_err(|_| io::Error::other("more than four gigabytes at once"))?;
    Ok(length.to_be_bytes())
}

/// A length that came over a pipe, if it is allowed.
pub(crate) fn length_of(prefix: [u8; 4], most: usize) -> io::Result<usize> {
    let length = usize::try_from(u32::from_be_bytes(prefix)).unwrap_or(usize::MAX);
    if length > most { Err(io::Error::from(io::ErrorKind::FileTooLarge)) } else { Ok(length) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_read_as_it_was_sent_and_the_end_is_no_error() {
        let mut sent = Vec::new();
        write(&mut sent, b"{}").unwrap();
        let mut from = sent.as_slice();
        assert_eq!(next_document(&mut from).unwrap().as_deref(), Some(b"{}".as_slice()));
        assert_eq!(next_document(&mut from).unwrap(), None);
    }

    #[test]
    fn a_length_beyond_the_limit_is_refused_before_memory_is_taken() {
        let error = next_document(&mut [0xff; 4].as_slice()).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::FileTooLarge);
        assert_eq!(next_document(&mut [0, 0, 0, 9, 1].as_slice()).unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
    }

    #[test]
    fn heads_are_as_described() {
        let mut sent = Vec::new();
        write_drawn(&mut sent, b"%PDF", &[Unshown { label: 2, letters: vec!['김'] }]).unwrap();
        let head = "{\"drawn\":[[2,\"김\"]]}".as_bytes();
        let expected = [&[0, 0, 0, u8::try_from(head.len()).unwrap()], head, &[0, 0, 0, 4], b"%PDF"].concat();
        assert_eq!(sent, expected);
    }
}
