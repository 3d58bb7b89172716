//! Reading the rows of a copy where it lies: PostgreSQL's own binary rows, a file a table, without a server.
//!
//! After a signature, flags and an extension comes each row as the count of its fields and each field as its length and bytes, -1 for null; a count of
//! -1 ends the file. Numbers have their greatest byte first.

use super::copy::ENDING;
use crate::audit::image::CellRef;
use crate::copy::{CopiedTable, CopyTrouble, LookAtRow};
use crate::sql::Kind;
use std::fs::File;
use std::io::{BufReader, ErrorKind, Read};
use std::path::Path;

const SIGNATURE: [u8; 11] = *b"PGCOPY\n\xff\r\n\0";
/// Bytes read at once.
const READ_BYTES: usize = 1 << 18;

/// Has each row of a table of the copy in `folder` looked at.
pub(crate) fn each_row(folder: &Path, table: &CopiedTable, look: LookAtRow<'_>) -> Result<(), CopyTrouble> {
    let path = folder.join(format!("{}{ENDING}", table.name));
    let file = File::open(&path).map_err(|error| CopyTrouble::file(&path, &error))?;
    Rows { file: BufReader::with_capacity(READ_BYTES, file), path: &path }.each(table.columns, look)
}

struct Rows<'p, R> {
    file: R,
    path: &'p Path,
}

impl<R: Read> Rows<'_, R> {
    fn each(&mut self, columns: &[Kind], look: LookAtRow<'_>) -> Result<(), CopyTrouble> {
        if self.array()? != SIGNATURE {
            return Err(self.malformed("it does not begin as PostgreSQL's binary rows do"));
        }
        let (_flags, extension) = (self.number()?, self.number()?);
        self.bytes(extension, &mut Vec::new())?;
        let mut fields = vec![Vec::new(); columns.len()];
        loop {
            match i16::from_be_bytes(self.array()?) {
                -1 => return self.end(),
                count if usize::try_from(count) == Ok(columns.len()) => self.row(columns, &mut fields, look)?,
                count => return Err(self.malformed(&format!("a row has {count} fields, not {}", columns.len()))),
            }
        }
    }

    fn row(&mut self, columns: &[Kind], fields: &mut [Vec<u8>], look: LookAtRow<'_>) -> Result<(), CopyTrouble> {
        let mut nulls = Vec::with_capacity(fields.len());
        for field in fields.iter_mut() {
            let length = self.number()?;
            nulls.push(length == -1);
            self.bytes(length.max(0), field)?;
            if length < -1 {
                return Err(self.malformed("a field has a length below nothing"));
            }
        }
        let cells = columns.iter().zip(fields.iter().zip(nulls)).map(|(kind, (field, is_null))| cell(*kind, field, is_null));
        let cells: Option<Vec<CellRef<'_>>> = cells.collect();
        look(&cells.ok_or_else(|| self.malformed("a field is not of its column's type"))?)
    }

    fn end(&mut self) -> Result<(), CopyTrouble> {
        let mut more = Vec::new();
        self.read(|file| Read::take(file, 1).read_to_end(&mut more).map(drop))?;
        if more.is_empty() { Ok(()) } else { Err(self.malformed("it goes on behind its end")) }
    }

    fn number(&mut self) -> Result<i32, CopyTrouble> {
        self.array().map(i32::from_be_bytes)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], CopyTrouble> {
        let mut bytes = [0; N];
        self.read(|file| file.read_exact(&mut bytes))?;
        Ok(bytes)
    }

    /// So many bytes. Room is made as they come: a length is only what the file says.
    fn bytes(&mut self, length: i32, into: &mut Vec<u8>) -> Result<(), CopyTrouble> {
        into.clear();
        let wanted = usize::try_from(length).map_err(|_| self.malformed("an extension has a length below nothing"))?;
        self.read(|file| Read::take(file, wanted as u64).read_to_end(into).map(drop))?;
        if into.len() == wanted { Ok(()) } else { Err(self.malformed("it ends in the middle of a row")) }
    }

    fn read(&mut self, read: impl FnOnce(&mut R) -> std::io::Result<()>) -> Result<(), CopyTrouble> {
        match read(&mut self.file) {
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => Err(self.malformed("it ends in the middle of a row")),
            done => done.map_err(|error| CopyTrouble::file(self.path, &error)),
        }
    }

    fn malformed(&self, why: &str) -> CopyTrouble {
        CopyTrouble::Database { place: self.path.display().to_string(), why: why.to_owned() }
    }
}

fn cell(kind: Kind, field: &[u8], is_null: bool) -> Option<CellRef<'_>> {
    if is_null {
        return Some(CellRef::Null);
    }
    match kind {
        Kind::Int => field.try_into().ok().map(|bytes| CellRef::Int(i64::from_be_bytes(bytes))),
        Kind::Text => std::str::from_utf8(field).ok().map(CellRef::Text),
        Kind::Blob => Some(CellRef::Blob(field)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A number, a text that is null and a blob of two bytes, as the manual of PostgreSQL describes the format.
    const ONE_ROW: &[u8] =
        b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\x02xx\0\x03\0\0\0\x08\0\0\0\0\0\0\x01\x02\xff\xff\xff\xff\0\0\0\x02ab\xff\xff";

    fn read(bytes: &[u8]) -> Result<Vec<String>, String> {
        let mut seen = Vec::new();
        let mut look = |cells: &[CellRef<'_>]| {
            seen.push(format!("{cells:?}"));
            Ok(())
        };
        let read = Rows { file: bytes, path: Path::new("t.copy") }.each(&[Kind::Int, Kind::Text, Kind::Blob], &mut look);
        read.map(|()| seen).map_err(|trouble| trouble.to_string())
    }

    #[test]
    fn a_row_is_read_as_its_columns_say() {
        assert_eq!(read(ONE_ROW).unwrap(), ["[Int(258), Null, Blob([97, 98])]"]);
    }

    #[test]
    fn what_is_cut_off_or_goes_on_or_makes_no_sense_is_named() {
        for length in 0..ONE_ROW.len() {
            assert!(read(&ONE_ROW[..length]).unwrap_err().contains("t.copy"), "cut at {length}");
        }
        assert!(read(&[ONE_ROW, b"x"].concat()).unwrap_err().contains("goes on behind its end"));
        let changed = |at: usize, to: u8| {
            let mut bytes = ONE_ROW.to_vec();
            bytes[at] = to;
            read(&bytes).unwrap_err()
        };
        assert!(changed(0, b'Q').contains("does not begin"));
        assert!(changed(22, 4).contains("has 4 fields, not 3"));
        assert!(changed(26, 7).contains("t.copy"), "a number of seven bytes, and what follows is no length");
        assert!(changed(35, 0x80).contains("below nothing"));
    }
}
