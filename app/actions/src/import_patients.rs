//! Patients from a file of another system: all lines are judged before the first is kept.

use crate::new_ids::{new_command, now};
use crate::operator;
use crate::patient_facts::{TypedPatient, complete, completed_birth, differences, read_patient};
use crate::trouble::ActTrouble;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use store::repositories::patients::{self, PatientRecord, Registration};
use store::{Outcome, Store, Trouble, Tx};

/// The columns, in this order.
const HEADER: [&str; 5] = ["mrn", "family_name", "given_name", "birth_date", "sex"];
/// Bytes of a file; more patients come in several files.
pub const IMPORT_BYTES_MAX: u64 = 64 << 20;
/// Patients one command keeps: analysers are answered between two commands.
const PATIENTS_A_COMMAND: usize = 500;
const ACT: &str = "import_patients";

/// How many patients a file brought.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Imported {
    /// Registered now.
    pub added: u64,
    /// There already, with the same facts.
    pub known: u64,
}

/// A line that cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadLine {
    /// Its number in the file, from 1; the header is a line too.
    pub line: u64,
    /// What is wrong with it.
    pub what: String,
}

/// Why patients were not imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportRefusal {
    /// Lines cannot be taken; nothing was imported.
    #[error("{} lines cannot be taken; nothing was imported: correct them and import the file again", .0.len())]
    Lines(Vec<BadLine>),
    /// A patient was registered with other facts while the file was imported.
    #[error("{0}; the lines before it were imported: correct it and import the file again, those count as known")]
    Meanwhile(String),
    /// It could not be done.
    #[error(transparent)]
    Trouble(#[from] ActTrouble),
}

/// A sound line.
#[derive(Debug, Clone)]
struct Line {
    number: u64,
    patient: PatientRecord,
}

/// Imports the patients of a CSV file with the header `mrn,family_name,given_name,birth_date,sex`.
pub async fn import_patients(store: &Store, bytes: &[u8]) -> Result<Imported, ImportRefusal> {
    let lines = read(bytes).map_err(ImportRefusal::Lines)?;
    let mut bad = Vec::new();
    for stretch in lines.chunks(PATIENTS_A_COMMAND) {
        let asked = stretch.to_vec();
        let found = store.read(move |reader| Ok(conflicts(&asked, &known(reader, &asked)?))).await.map_err(ActTrouble::from)?;
        bad.extend(found);
    }
    if !bad.is_empty() {
        return Err(ImportRefusal::Lines(bad));
    }
    let mut imported = Imported::default();
    for stretch in lines.chunks(PATIENTS_A_COMMAND) {
        let (all, stretch, at) = (stretch.len() as u64, stretch.to_vec(), now());
        let done = store.write(&operator(), new_command(), at, move |tx| keep(tx, &stretch, at)).await.map_err(ActTrouble::from)?;
        if !done.accepted {
            return Err(ImportRefusal::Meanwhile(done.note));
        }
        let added: u64 = done.note.parse().map_err(|_| ActTrouble::Answer { act: ACT, what: done.note })?;
        imported.added += added;
        imported.known += all.saturating_sub(added);
    }
    Ok(imported)
}

fn keep(tx: &mut Tx<'_>, stretch: &[Line], at: kernel::Timestamp) -> Result<Outcome, Trouble> {
    let outcome = |accepted, note| Ok(Outcome { act: ACT, accepted, subject: None, note });
    let known = known(tx, stretch)?;
    if let Some(bad) = conflicts(stretch, &known).first() {
        return outcome(false, format!("line {}: {}", bad.line, bad.what));
    }
    let mut new: HashMap<&str, &PatientRecord> = HashMap::new();
    for Line { patient, .. } in stretch {
        match known.get(&patient.mrn) {
            Some(known) => complete(tx, known, patient, &operator().to_string(), at)?,
            // Of lines that say the same, the one that also knows the hour.
            None => match new.entry(&patient.mrn) {
                Entry::Occupied(mut former) if completed_birth(former.get(), patient).is_some() => drop(former.insert(patient)),
                former => drop(former.or_insert(patient)),
            },
        }
    }
    let new: Vec<&PatientRecord> = new.into_values().collect();
    patients::add_patients(tx, &new, &Registration::default(), at)?;
    outcome(true, new.len().to_string())
}

/// Those of these patients that are registered.
fn known(reader: &mut store::Reader<'_>, lines: &[Line]) -> Result<HashMap<String, PatientRecord>, Trouble> {
    let numbers: Vec<&str> = lines.iter().map(|line| line.patient.mrn.as_str()).collect();
    let found = patients::patients_by_mrn(reader, &numbers)?;
    Ok(found.into_iter().map(|patient| (patient.mrn.clone(), patient)).collect())
}

fn conflicts(lines: &[Line], known: &HashMap<String, PatientRecord>) -> Vec<BadLine> {
    let conflict = |line: &Line| {
        let differ = differences(known.get(&line.patient.mrn)?, &line.patient);
        let what = || format!("number {} belongs to a patient with another {}", line.patient.mrn, differ.join(" and "));
        (!differ.is_empty()).then(|| BadLine { line: line.number, what: what() })
    };
    lines.iter().filter_map(conflict).collect()
}

/// Every line, or every line that is bad.
fn read(bytes: &[u8]) -> Result<Vec<Line>, Vec<BadLine>> {
    // Spreadsheets put a byte order mark in front of UTF-8.
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let mut table = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bytes);
    let mut counted = Lines { bytes, at: 0, line: 1 };
    let (mut lines, mut bad, mut seen): (Vec<Line>, Vec<BadLine>, HashMap<String, usize>) = (Vec::new(), Vec::new(), HashMap::new());
    let mut record = csv::ByteRecord::new();
    let mut headed = false;
    loop {
        match table.read_byte_record(&mut record) {
            Ok(true) => {}
            Ok(false) => break,
            Err(error) => {
                bad.push(BadLine { line: counted.of(table.position().byte()), what: error.to_string() });
                break;
            }
        }
        let number = counted.of(record.position().map_or(0, csv::Position::byte));
        if !headed {
            headed = true;
            if !record.iter().eq(HEADER.iter().map(|name| name.as_bytes())) {
                return Err(vec![BadLine { line: number, what: format!("the header must be {}", HEADER.join(",")) }]);
            }
            continue;
        }
        match read_line(&record, number).and_then(|line| repeated(line, &lines, &mut seen)) {
            Ok(line) => lines.push(line),
            Err(what) => bad.push(BadLine { line: number, what }),
        }
    }
    if !headed {
        bad.push(BadLine { line: 1, what: format!("the file is empty; its first line must be {}", HEADER.join(",")) });
    }
    if bad.is_empty() { Ok(lines) } else { Err(bad) }
}

/// Counts lines as an editor does. The reader's own count stands before line ends and empty lines that it skips.
struct Lines<'b> {
    bytes: &'b [u8],
    at: usize,
    line: u64,
}

impl Lines<'_> {
    /// The line on which the record begins whose stretch of the file begins at this byte; asked in the order of the file.
    fn of(&mut self, begin: u64) -> u64 {
        let begin = usize::try_from(begin).unwrap_or(usize::MAX);
        while let Some(byte) = self.bytes.get(self.at).filter(|byte| self.at < begin || matches!(byte, b'\r' | b'\n')) {
            self.line += u64::from(*byte == b'\n');
            self.at += 1;
        }
        self.line
    }
}

fn read_line(record: &csv::ByteRecord, number: u64) -> Result<Line, String> {
    if record.len() != HEADER.len() {
        return Err(format!("it has {} fields, not {}", record.len(), HEADER.len()));
    }
    let field = |at: usize| {
        let bytes = record.get(at).unwrap_or_default();
        std::str::from_utf8(bytes).map_err(|_| format!("{}: it is not UTF-8", HEADER.get(at).unwrap_or(&"field")))
    };
    let typed = TypedPatient { mrn: field(0)?, family_name: field(1)?, given_name: field(2)?, birth_date: field(3)?, sex: field(4)? };
    let patient = read_patient(&typed).map_err(|troubles| {
        let words: Vec<String> = troubles.iter().map(|trouble| format!("{}: {}", trouble.field, trouble.what)).collect();
        words.join("; ")
    })?;
    Ok(Line { number, patient })
}

/// A number that stands in the file twice must mean the same patient.
fn repeated(line: Line, lines: &[Line], seen: &mut HashMap<String, usize>) -> Result<Line, String> {
    let first = seen.entry(line.patient.mrn.clone()).or_insert(lines.len());
    match lines.get(*first) {
        Some(former) if !differences(&former.patient, &line.patient).is_empty() => {
            Err(format!("line {} has the same number with other facts", former.number))
        }
        Some(_) | None => Ok(line),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bad(text: &[u8]) -> Vec<(u64, String)> {
        read(text).unwrap_err().into_iter().map(|bad| (bad.line, bad.what)).collect()
    }

    #[test]
    fn sound_lines_are_read_with_quotes_and_a_byte_order_mark() {
        let lines = read(
            "\u{feff}mrn,family_name,given_name,birth_date,sex\r\n 1 ,\"O\"\"Hara, Jr\",,1980-02-29,F\r\n2,Ødegård,Åse,,U\r\n".as_bytes(),
        );
        let lines = lines.unwrap();
        assert_eq!(lines.iter().map(|line| line.number).collect::<Vec<_>>(), [2, 3]);
        assert_eq!((lines[0].patient.mrn.as_str(), lines[0].patient.family_name.as_str()), ("1", "O\"Hara, Jr"));
        assert_eq!((lines[1].patient.given_name.as_str(), lines[1].patient.birth_date.as_str()), ("Åse", ""));
    }

    #[test]
    fn every_bad_line_is_named_with_its_number_and_reason() {
        let text = b"mrn,family_name,given_name,birth_date,sex\n1,A,B,1980-02-30,F\n2,A,B\n3,A,B,,F\n4,,B,,X\n5,\xff,B,,F\n3,Other,B,,F\n3,a,b,,F\n";
        let found = bad(text);
        let expected = [(2, "birth_date"), (3, "3 fields, not 5"), (5, "family_name"), (6, "not UTF-8"), (7, "line 4 has the same number")];
        assert_eq!(found.iter().map(|(line, _)| *line).collect::<Vec<_>>(), expected.map(|(line, _)| line));
        for ((_, what), (_, word)) in found.iter().zip(expected) {
            assert!(what.contains(word), "{what}");
        }
        assert!(found[2].1.contains("sex"), "all fields of a line: {}", found[2].1);
    }

    #[test]
    fn lines_are_numbered_alike_whatever_ends_them() {
        for end in ["\n", "\r\n"] {
            let text = ["mrn,family_name,given_name,birth_date,sex", "1,A,,,F", "2,\"B\nC\",,,X", "", "3,D,,,X"].join(end);
            assert_eq!(bad(text.as_bytes()).iter().map(|(line, _)| *line).collect::<Vec<_>>(), [3, 6], "{end:?}");
        }
    }

    #[test]
    fn another_header_and_no_header_are_refused() {
        for text in [&b""[..], b"\n", b"mrn,name\n1,A\n", b"family_name,mrn,given_name,birth_date,sex\n", b"1,A,B,,F\n", b"\x00\xff"] {
            let found = bad(text);
            assert!(found.len() == 1 && found[0].1.contains("mrn,family_name,given_name,birth_date,sex"), "{found:?}");
        }
    }
}
