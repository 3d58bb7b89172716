//! Whether a write-ahead log was damaged after it had been written.
//!
//! At the first frame whose checksum is wrong SQLite takes the log to be at its end, as it is when the power went in the middle of a commit. But
//! the next commit begins only after the last one was synced: where a commit follows that was made upon one behind the wrong frame, that frame
//! had been good, and what stands behind it was answered. SQLite would drop it without a word.
//!
//! The commit that proves it must be right itself: the header of a frame that was half written over another may say "commit" of a commit that never
//! was. So damage in the very last commit looks like a power loss, and so may damage in the last two frames of the one before it; neither can be told
//! from one here.
//!
//! The format is that of <https://www.sqlite.org/fileformat2.html#the_write_ahead_log>.

use super::PAGE_BYTES;
use std::fs::File;
use std::io::{BufReader, ErrorKind, Read};
use std::path::Path;

const HEADER: usize = 32;
const FRAME_HEADER: usize = 24;
/// What a database's file begins with: its size of pages stands in bytes 16 and 17.
const FILE_HEADER: usize = 18;
const PAGE_MAX: usize = 65_536;
/// The lowest bit of this says in which order the checksums take the bytes of a word.
const MAGIC: u32 = 0x377F_0682;

/// The running checksum, two words.
type Checksum = (u32, u32);

/// Number, from 1, of the first damaged frame in the log of a database in front of commits that would be lost.
pub(super) fn damage(database: &Path, log: &Path) -> std::io::Result<Option<u64>> {
    let page = page_size(database)?;
    let found = scan(log, page)?;
    // A log that another process is writing may look damaged in passing, but not twice at the same place.
    Ok(if found.is_some() && scan(log, page)? == found { found } else { None })
}

/// The size of a database's pages as its own file says it, for a log whose header cannot be believed; ours where the file says nothing yet.
fn page_size(database: &Path) -> std::io::Result<usize> {
    let mut header = [0; FILE_HEADER];
    let is_there = fill(&mut File::open(database)?, &mut header)?;
    let size = header.last_chunk().map_or(0, |bytes| u16::from_be_bytes(*bytes));
    Ok(match size {
        // A size that has no room in two bytes.
        1 => PAGE_MAX,
        size if is_there && size.is_power_of_two() && size >= 512 => usize::from(size),
        _ => usize::from(PAGE_BYTES),
    })
}

fn scan(log: &Path, page: usize) -> std::io::Result<Option<u64>> {
    let mut reader = BufReader::with_capacity(1 << 20, File::open(log)?);
    let mut bytes = vec![0; HEADER];
    if !fill(&mut reader, &mut bytes)? {
        return Ok(None);
    }
    let mut scan = Scan::after(&bytes, page);
    bytes.resize(FRAME_HEADER + scan.page, 0);
    for number in 1.. {
        if !fill(&mut reader, &mut bytes)? {
            return Ok(None);
        }
        if scan.proves_damage(&bytes, number) {
            return Ok(scan.broken);
        }
    }
    Ok(None)
}

/// False at the end of the file, also when it ends in the middle.
fn fill(reader: &mut impl Read, bytes: &mut [u8]) -> std::io::Result<bool> {
    match reader.read_exact(bytes) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error),
    }
}

struct Scan {
    page: usize,
    big_endian: bool,
    /// What all frames since the log was begun anew have in common; unknown behind a header that is wrong.
    salts: Option<(u32, u32)>,
    /// As it stands in the last frame, right or wrong.
    checksum: Checksum,
    /// The first frame that is wrong; 0 for the header.
    broken: Option<u64>,
    /// The last frame stands behind that one, is right, and ends a commit.
    committed: bool,
}

impl Scan {
    /// `page_of_file` is the size of pages that the database's file states.
    fn after(header: &[u8], page_of_file: usize) -> Self {
        let big_endian = word(header, 0) == MAGIC | 1;
        let checksum = (word(header, 24), word(header, 28));
        let right = word(header, 0) & !1 == MAGIC && add((0, 0), header.get(..24).unwrap_or_default(), big_endian) == checksum;
        let page = usize::try_from(word(header, 8)).unwrap_or(page_of_file);
        match right && page.is_power_of_two() && (512..=PAGE_MAX).contains(&page) {
            true => Self { page, big_endian, salts: Some((word(header, 16), word(header, 20))), checksum, broken: None, committed: false },
            false => Self { page: page_of_file, big_endian, salts: None, checksum, broken: Some(0), committed: false },
        }
    }

    /// Whether this frame was made upon a commit behind the one that is wrong.
    fn proves_damage(&mut self, frame: &[u8], number: u64) -> bool {
        let (salts, checksum) = ((word(frame, 8), word(frame, 12)), (word(frame, 16), word(frame, 20)));
        let of_this_log = *self.salts.get_or_insert(salts) == salts;
        let summed = add(self.checksum, frame.get(..8).unwrap_or_default(), self.big_endian);
        let follows = of_this_log && add(summed, frame.get(FRAME_HEADER..).unwrap_or_default(), self.big_endian) == checksum;
        if self.committed && follows {
            return true;
        }
        if !follows && self.broken.is_none() {
            self.broken = Some(number);
        }
        let pages_after_commit = word(frame, 4);
        self.committed = self.broken.is_some() && follows && pages_after_commit != 0;
        self.checksum = checksum;
        false
    }
}

fn word(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..).and_then(|rest| rest.first_chunk()).map_or(0, |word| u32::from_be_bytes(*word))
}

/// Goes on with a checksum over these bytes, eight at a time.
fn add((mut first, mut second): Checksum, bytes: &[u8], big_endian: bool) -> Checksum {
    let (pairs, _) = bytes.as_chunks::<8>();
    for [a, b, c, d, e, f, g, h] in pairs {
        let (left, right) = ([*a, *b, *c, *d], [*e, *f, *g, *h]);
        let read = if big_endian { u32::from_be_bytes } else { u32::from_le_bytes };
        first = first.wrapping_add(read(left)).wrapping_add(second);
        second = second.wrapping_add(read(right)).wrapping_add(first);
    }
    (first, second)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rusqlite::Connection;

    /// The sizes of pages that are tried: SQLite's own, and ours.
    const PAGES: [usize; 2] = [4096, PAGE_BYTES as usize];

    /// The damage in a log beside its database.
    fn damage(log: &Path) -> std::io::Result<Option<u64>> {
        super::damage(&log.with_file_name("a.db"), log)
    }

    /// A log as SQLite writes it, with so many commits of a row each, and how long it was after each of them.
    fn written(commits: usize, page: usize) -> (tempfile::TempDir, std::path::PathBuf, Vec<usize>) {
        let folder = tempfile::tempdir().unwrap();
        let (file, log) = (folder.path().join("a.db"), folder.path().join("a.db-wal"));
        let connection = Connection::open(&file).unwrap();
        connection.pragma_update(None, "page_size", page as i64).unwrap();
        connection.pragma_update(None, "journal_mode", "wal").unwrap();
        connection.execute_batch("CREATE TABLE t (b BLOB)").unwrap();
        let mut ends = Vec::new();
        for _ in 0..commits {
            connection.execute_batch("INSERT INTO t VALUES (randomblob(18000))").unwrap();
            ends.push(std::fs::metadata(&log).unwrap().len().try_into().unwrap());
        }
        let copy = folder.path().join("copy-wal");
        std::fs::copy(&log, &copy).unwrap();
        (folder, copy, ends)
    }

    #[test]
    fn a_log_that_ends_anywhere_is_not_damaged() {
        for page in PAGES {
            let (_folder, log, ends) = written(4, page);
            assert_eq!(damage(&log).unwrap(), None);
            let whole = std::fs::read(&log).unwrap();
            for length in (0..whole.len()).rev().step_by(500) {
                std::fs::write(&log, &whole[..length]).unwrap();
                assert_eq!(damage(&log).unwrap(), None, "{length} of {}", whole.len());
            }
            // The last commit torn: any of it may be missing.
            let mut torn = whole.clone();
            torn[ends[2] + 30..ends[2] + 600].fill(0);
            std::fs::write(&log, &torn).unwrap();
            assert_eq!(damage(&log).unwrap(), None);
        }
    }

    #[test]
    fn a_flip_in_front_of_another_commit_is_damage() {
        for page in PAGES {
            let (_folder, log, ends) = written(5, page);
            let whole = std::fs::read(&log).unwrap();
            // Everything in front of the last two commits, header and frame headers too.
            let frame = FRAME_HEADER + page;
            for at in (0..ends[2]).step_by(97).chain(0..HEADER).chain((ends[2]..ends[3] - 2 * frame).step_by(97)) {
                let mut rotten = whole.clone();
                rotten[at] ^= 0x10;
                std::fs::write(&log, &rotten).unwrap();
                let frame = at.saturating_sub(HEADER) / (FRAME_HEADER + page) + usize::from(at >= HEADER);
                assert_eq!(damage(&log).unwrap(), Some(frame as u64), "byte {at}");
            }
        }
    }

    /// Power was lost with a whole transaction written and not synced; the next one began to write over it and power was lost again, in the middle of
    /// the header of its first frame, where that crosses the end of a sector.
    #[test]
    fn a_header_half_written_over_a_lost_transaction_is_not_damage() {
        for page in PAGES {
            let (_folder, log, ends) = written(4, page);
            let whole = std::fs::read(&log).unwrap();
            let lost = ends[2];
            for first in 1..FRAME_HEADER {
                let mut torn = whole.clone();
                // Another page of another transaction that is one frame long: it ends with it.
                let header =
                    [[0, 0, 0, 9], [0, 0, 0, 9]].concat().into_iter().chain(whole[lost + 8..lost + 16].iter().copied()).chain([7; 8]);
                torn[lost..lost + first].copy_from_slice(&header.collect::<Vec<u8>>()[..first]);
                std::fs::write(&log, &torn).unwrap();
                assert_eq!(damage(&log).unwrap(), None, "{first} bytes");
            }
        }
    }

    #[test]
    fn what_is_left_of_an_older_log_is_not_damage() {
        let folder = tempfile::tempdir().unwrap();
        let connection = Connection::open(folder.path().join("a.db")).unwrap();
        connection.pragma_update(None, "journal_mode", "wal").unwrap();
        connection.execute_batch("CREATE TABLE t (b BLOB)").unwrap();
        for _ in 0..9 {
            connection.execute_batch("INSERT INTO t VALUES (randomblob(9000))").unwrap();
        }
        connection.query_row("PRAGMA wal_checkpoint(RESTART)", [], |_| Ok(())).unwrap();
        connection.execute_batch("INSERT INTO t VALUES (1)").unwrap();
        assert_eq!(damage(&folder.path().join("a.db-wal")).unwrap(), None);
    }
}
