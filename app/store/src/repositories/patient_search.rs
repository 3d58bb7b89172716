//! Patients found by name, birth date and number: by ranges of indexes only, and never more rows than the caller asks for.
//!
//! The words of a name (`kernel::name_words`) stand in `patient_name`: each alone behind a space (" lan"), and each in front of each other one
//! ("nguyen lan"). So one typed word is one range, and so are two of which the first is whole, however many patients have either of them. Both in one
//! column: of a column that is equal and a second in a range PostgreSQL expects few rows, and sorts what is a third of all. The table is made from
//! `patient` and holds nothing else: it is no record, and the journal does not speak of it.

use super::patients::{PATIENT_COLUMNS, PatientEntry, PatientRecord, entry};
use crate::{Param, Reader, Trouble, Tx, params, sql};
use kernel::{PatientId, name_words};
use std::collections::BTreeSet;

sql! {
    /// Words of names.
    pub ADD_NAME_WORDS = insert patient_name (words Text, patient_id Blob);
    /// Words that are no longer of a name.
    pub REMOVE_NAME_WORDS = "DELETE FROM patient_name WHERE words = ?1 AND patient_id = ?2";
    /// Words of names in their order, with whose they are: behind this word and patient, up to a word.
    pub FIND_NAMES = "SELECT p.id, p.mrn, p.family_name, p.given_name, p.birth_date, p.sex, p.authority, p.row_version, p.identity, p.mother_id, p.merged_into, p.told_at, n.words FROM patient_name n JOIN patient p ON p.id = n.patient_id WHERE (n.words, n.patient_id) > (?1, ?2) AND n.words < ?3 ORDER BY n.words, n.patient_id LIMIT ?4";
    /// The next word that some name has.
    pub NEXT_NAME_WORD = "SELECT words FROM patient_name WHERE words >= ?1 AND words < ?2 ORDER BY words LIMIT 1";
    /// The rows of a range of words, to count them as far as a limit.
    pub NAME_WORDS_BETWEEN = "SELECT words FROM patient_name WHERE (words, patient_id) > (?1, ?2) AND words < ?3 ORDER BY words, patient_id LIMIT ?4";
    /// Patients by birth date.
    pub FIND_BORN = "SELECT p.id, p.mrn, p.family_name, p.given_name, p.birth_date, p.sex, p.authority, p.row_version, p.identity, p.mother_id, p.merged_into, p.told_at FROM patient p WHERE (p.birth_date, p.id) > (?1, ?2) AND p.birth_date < ?3 ORDER BY p.birth_date, p.id LIMIT ?4";
    /// Patients by record number, whoever gave it.
    pub FIND_NUMBERED = "SELECT p.id, p.mrn, p.family_name, p.given_name, p.birth_date, p.sex, p.authority, p.row_version, p.identity, p.mother_id, p.merged_into, p.told_at FROM patient p WHERE p.mrn = ?1 ORDER BY p.authority LIMIT ?2";
    /// Patients by a further number, whoever gave it.
    pub FIND_IDENTIFIED = "SELECT p.id, p.mrn, p.family_name, p.given_name, p.birth_date, p.sex, p.authority, p.row_version, p.identity, p.mother_id, p.merged_into, p.told_at FROM patient_identifier i JOIN patient p ON p.id = i.patient_id WHERE i.value = ?1 ORDER BY i.authority LIMIT ?2";
}

/// Of a longer name, the words behind these are found each alone, not together with another.
const WORDS_IN_PAIRS_MAX: usize = 8;
/// What no word begins with: behind all words with the same beginning.
const BEHIND: char = char::MAX;
/// In front of everything a word can go on with.
const IN_FRONT: char = '\u{1}';

/// By which words a name is found.
fn words_of(name: &PatientRecord) -> BTreeSet<String> {
    let words = name_words(&name.family_name, &name.given_name);
    let paired = || words.iter().take(WORDS_IN_PAIRS_MAX);
    let pairs = paired().flat_map(|first| paired().filter(move |second| *second != first).map(move |second| format!("{first} {second}")));
    words.iter().map(|word| format!(" {word}")).chain(pairs).collect()
}

/// Has patients found by their names.
pub(super) fn add_names(tx: &mut Tx<'_>, patients: &[&PatientRecord]) -> Result<(), Trouble> {
    let names: Vec<_> = patients.iter().map(|patient| (patient.id, words_of(patient))).collect();
    let rows: Vec<[Param<'_>; 2]> = names.iter().flat_map(|(id, words)| words.iter().map(move |words| params![words, *id])).collect();
    tx.insert_many(&ADD_NAME_WORDS, &rows).map(drop)
}

/// Has a patient found by another name, and no longer by the one before.
pub(super) fn change_name(tx: &mut Tx<'_>, before: &PatientRecord, now: &PatientRecord) -> Result<(), Trouble> {
    let (former, new) = (words_of(before), words_of(now));
    for words in former.difference(&new) {
        tx.execute(&REMOVE_NAME_WORDS, &params![words, before.id])?;
    }
    let rows: Vec<[Param<'_>; 2]> = new.difference(&former).map(|words| params![words, before.id]).collect();
    tx.insert_many(&ADD_NAME_WORDS, &rows).map(drop)
}

/// A walk through the patients whose name has a whole word, or any, and another that begins so.
#[derive(Debug, Clone)]
pub struct NamesFrom {
    behind: (String, PatientId),
    end: String,
}

impl NamesFrom {
    /// All whose name has a word that begins so; together with a whole word, where `first` is not empty.
    pub fn new(first: &str, beginning: &str) -> Self {
        let from = format!("{first} {beginning}");
        Self { end: format!("{from}{BEHIND}"), behind: (from, PatientId::from_uuid(uuid::Uuid::nil())) }
    }

    /// The next patients, at most `limit`; fewer where there are no more. One whose name has several such words comes several times.
    pub fn next(&mut self, reader: &mut Reader<'_>, limit: u32) -> Result<Vec<PatientEntry>, Trouble> {
        let rows = reader.query(&FIND_NAMES, &params![&self.behind.0, self.behind.1, &self.end, limit])?;
        if let Some(last) = rows.last() {
            self.behind = (last.text(PATIENT_COLUMNS)?.to_owned(), last.decode(0, PatientId::from_slice)?);
        }
        Ok(reader.sound(&rows, entry))
    }
}

/// The words of names that begin so, in their order, at most `limit`.
pub fn words_beginning(reader: &mut Reader<'_>, beginning: &str, limit: usize) -> Result<Vec<String>, Trouble> {
    let (mut from, end) = (format!(" {beginning}"), format!(" {beginning}{BEHIND}"));
    let mut words = Vec::new();
    while words.len() < limit {
        let Some(row) = reader.query_opt(&NEXT_NAME_WORD, &params![&from, &end])? else { break };
        from = format!("{}{IN_FRONT}", row.text(0)?);
        words.push(row.text(0)?.trim_start().to_owned());
    }
    Ok(words)
}

/// Patients whose stored birth date begins so, or is just this one, at most `limit`.
pub fn born(reader: &mut Reader<'_>, date: &str, exactly: bool, limit: u32) -> Result<Vec<PatientEntry>, Trouble> {
    let end = format!("{date}{}", if exactly { IN_FRONT } else { BEHIND });
    let rows = reader.query(&FIND_BORN, &params![date, uuid::Uuid::nil(), &end, limit])?;
    Ok(reader.sound(&rows, entry))
}

/// Patients with this number, whoever gave it: record numbers first, each record once, as they are.
pub fn numbered(reader: &mut Reader<'_>, number: &str, limit: u32) -> Result<Vec<PatientEntry>, Trouble> {
    let mut found: Vec<PatientEntry> = Vec::new();
    for statement in [&FIND_NUMBERED, &FIND_IDENTIFIED] {
        let rows = reader.query(statement, &params![number, limit])?;
        for entry in reader.sound(&rows, entry) {
            if found.iter().all(|known| known.patient.id != entry.patient.id) {
                found.push(entry);
            }
        }
    }
    Ok(found)
}

/// What somebody looks for; all of it must fit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// The beginnings of words of the name, as `kernel::asked_words` gives them.
    pub words: Vec<String>,
    /// Day, month or year of birth in stored form.
    pub born: Option<String>,
    /// A number, exactly.
    pub number: Option<String>,
}

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// Who fits: those with just these words first, then by name and birth date.
    pub patients: Vec<PatientEntry>,
    /// More fit than are shown, or may fit among those that were not looked at: more must be typed.
    pub more: bool,
}

/// Rows of names looked at for one search.
const NAMES_LOOKED_AT_MAX: u32 = 1_000;
/// Rows of names looked at in one step, where not every one will fit.
const NAMES_STEP: u32 = 250;
/// People born on one day who are looked at; in a million patients a day has thirty.
const BORN_LOOKED_AT_MAX: u32 = 1_000;
/// Words of names that a typed beginning is taken for, where two words are typed.
const COMPLETIONS_MAX: usize = 16;

/// Finds patients, at most `limit`. Whatever is asked, the rows looked at are bounded.
pub fn search(reader: &mut Reader<'_>, asked: &Asked, limit: u32) -> Result<Found, Trouble> {
    let mut found = match (&asked.number, &asked.born) {
        (None, None) if asked.words.is_empty() => Found::default(),
        (Some(number), _) => Found { patients: numbered(reader, number, limit + 1)?, more: false },
        (None, Some(day)) if day.len() == DAY_CHARS => born_on(reader, day)?,
        (None, Some(date)) if asked.words.is_empty() => Found { patients: born(reader, date, false, limit + 1)?, more: false },
        (None, _) => named(reader, asked, limit)?,
    };
    found.patients.retain(|entry| fits(entry, asked));
    found.patients.sort_by_cached_key(|entry| rank(entry, &asked.words));
    found.more |= found.patients.len() > limit as usize;
    found.patients.truncate(limit as usize);
    Ok(found)
}

/// Characters of a whole day in stored form.
const DAY_CHARS: usize = 10;

/// Everybody born on a day, and those of whom only its month or its year is known.
fn born_on(reader: &mut Reader<'_>, day: &str) -> Result<Found, Trouble> {
    let mut patients = born(reader, day, false, BORN_LOOKED_AT_MAX)?;
    for vaguer in [day.get(..7), day.get(..4)].into_iter().flatten() {
        patients.extend(born(reader, vaguer, true, NAMES_STEP)?);
    }
    let more = patients.len() >= NAMES_STEP as usize;
    Ok(Found { patients, more })
}

fn fits(entry: &PatientEntry, asked: &Asked) -> bool {
    let birth_date = entry.patient.birth_date.as_str();
    let is_born = asked.born.as_ref().is_none_or(|born| birth_date.starts_with(born.as_str()) || is_vaguer(birth_date, born));
    if !is_born || asked.words.is_empty() {
        return is_born;
    }
    let words = name_words(&entry.patient.family_name, &entry.patient.given_name);
    asked.words.iter().all(|asked| words.iter().any(|word| word.starts_with(asked.as_str())))
}

/// Whether what is known of a birth is less than what is asked for, and does not gainsay it.
fn is_vaguer(birth_date: &str, asked: &str) -> bool {
    !birth_date.is_empty() && asked.len() == DAY_CHARS && asked.starts_with(birth_date)
}

fn rank(entry: &PatientEntry, asked: &[String]) -> (usize, String, String, String) {
    let PatientRecord { family_name, given_name, birth_date, mrn, .. } = &entry.patient;
    let words = name_words(family_name, given_name);
    let not_whole = asked.iter().filter(|asked| !words.contains(asked)).count();
    (not_whole, words.join(" "), birth_date.clone(), mrn.clone())
}

/// Those with all these words in their names. Two typed words lead; what else is asked for is looked at row by row.
fn named(reader: &mut Reader<'_>, asked: &Asked, limit: u32) -> Result<Found, Trouble> {
    let (leads, mut more) = leads(reader, &asked.words)?;
    let step = if asked.words.len() <= 2 && asked.born.is_none() { limit + 1 } else { NAMES_STEP };
    let (mut patients, mut left, mut seen) = (Vec::new(), NAMES_LOOKED_AT_MAX, BTreeSet::new());
    'walks: for (first, beginning) in leads {
        let mut walk = NamesFrom::new(&first, &beginning);
        loop {
            if left == 0 || patients.len() > limit as usize {
                more = true;
                break 'walks;
            }
            let step = step.min(left);
            let rows = walk.next(reader, step)?;
            let is_end = rows.len() < step as usize;
            left -= step;
            patients.extend(rows.into_iter().filter(|entry| fits(entry, asked) && seen.insert(entry.patient.id)));
            if is_end {
                break;
            }
        }
    }
    Ok(Found { patients, more })
}

/// A word that fewer names have finds everybody alone.
const RARE: u32 = 250;

/// Which walks find everybody with these words, and whether there would have to be more of them. A rare word leads
/// alone; else, of two words, the one that few words begin with is taken for each of those.
fn leads(reader: &mut Reader<'_>, words: &[String]) -> Result<(Vec<(String, String)>, bool), Trouble> {
    let mut longest_first: Vec<&String> = words.iter().collect();
    longest_first.sort_by_key(|word| std::cmp::Reverse(word.chars().count()));
    let (Some(longest), Some(next)) = (longest_first.first(), longest_first.get(1)) else {
        return Ok((words.iter().map(|word| (String::new(), word.clone())).collect(), false));
    };
    for word in longest_first.iter().take(WORDS_IN_PAIRS_MAX) {
        let (from, end) = (format!(" {word}"), format!(" {word}{BEHIND}"));
        if reader.query(&NAME_WORDS_BETWEEN, &params![&from, uuid::Uuid::nil(), &end, RARE])?.len() < RARE as usize {
            return Ok((vec![(String::new(), (*word).clone())], false));
        }
    }
    let mut first = None;
    for (one, other) in [(longest, next), (next, longest)] {
        let completions = words_beginning(reader, one, COMPLETIONS_MAX + 1)?;
        let is_all = completions.len() <= COMPLETIONS_MAX;
        let walks = || completions.iter().take(COMPLETIONS_MAX).map(|word| (word.clone(), (*other).clone())).collect();
        if is_all {
            return Ok((walks(), false));
        }
        first.get_or_insert_with(walks);
    }
    Ok((first.unwrap_or_default(), true))
}
