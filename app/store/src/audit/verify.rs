//! `audit verify`: the chain of seals, the entries under it, the records they wrote and the anchor, held against each other.
//!
//! It reads in bounded stretches, so a laboratory may go on working meanwhile. Records that are written while it looks are left to the next time.
//! Records are held against the journal in slices of their keys, so that only what is said of one slice is in memory, however many there are.

use super::chain::Chain;
use super::records::check_records;
use super::seal_log::{SignedHead, hex};
use crate::migrations::READ_STAMP;
use crate::store::Store;
use crate::trouble::ReadTrouble;
use std::fmt;

/// Findings that are named; what is behind them is counted.
const FINDINGS_MAX: usize = 10_000;

/// Something that was done behind the journal's back.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Finding {
    /// Numbers of seals run 1, 2, 3.
    #[error("seal {0} is missing")]
    SealMissing(i64),
    /// A sealed entry is gone.
    #[error("entry {no} (command {command}) is missing from the journal")]
    EntryMissing {
        /// Number of its seal.
        no: i64,
        /// Its command.
        command: String,
    },
    /// The seal does not fit the entry and the seal before it.
    #[error("entry {no} (command {command}) was altered or moved, or the seal before it was made anew")]
    EntryAltered {
        /// Number of its seal.
        no: i64,
        /// Its command.
        command: String,
    },
    /// One command sealed twice.
    #[error("entry {no} (command {command}) is sealed a second time")]
    SealedTwice {
        /// Number of the second seal.
        no: i64,
        /// The command.
        command: String,
    },
    /// An entry that nobody sealed.
    #[error("the journal's entry of command {0} has no seal: it was put in, or its seal taken out")]
    EntryUnsealed(String),
    /// An entry's after-images make no sense.
    #[error("entry {0}: its after-images cannot be read")]
    ImagesUnreadable(i64),
    /// A record is not as its last command left it.
    #[error("{table} {key} is not as entry {no} left it")]
    RecordAltered {
        /// The table.
        table: &'static str,
        /// Its key.
        key: String,
        /// Number of the last seal that covers it.
        no: i64,
    },
    /// A record is gone.
    #[error("{table} {key} is missing: entry {no} wrote it, and none took it away")]
    RecordMissing {
        /// The table.
        table: &'static str,
        /// Its key.
        key: String,
        /// Number of the last seal that covers it.
        no: i64,
    },
    /// A record no command wrote.
    #[error("{table} {key} was written by no command in the journal")]
    RecordUnknown {
        /// The table.
        table: &'static str,
        /// Its key.
        key: String,
    },
    /// A line of the anchor.
    #[error("anchor, line {line}: {what}")]
    Anchor {
        /// Counted from 1.
        line: usize,
        /// What is wrong with it.
        what: String,
    },
    /// The database ends before the anchor does.
    #[error("the journal was cut short: the anchor knows entry {anchored}, the database ends at {ends}")]
    CutShort {
        /// The highest number in the anchor.
        anchored: i64,
        /// The last number in the database.
        ends: i64,
    },
    /// The chain is not the one that was signed.
    #[error("the seals up to {0} are not those that were signed: something at or before it was made anew")]
    OtherChain(i64),
}

/// What was looked at and found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// Entries under seals.
    pub entries: i64,
    /// Records held against their after-images.
    pub records: u64,
    /// Records that changed meanwhile and were left to the next time.
    pub changed_meanwhile: u64,
    /// The last seal's hash, in hexadecimal.
    pub head: String,
    /// Up to which entry a signed head vouches; 0 without an anchor.
    pub anchored: i64,
    /// What was found, at most ten thousand.
    pub findings: Vec<Finding>,
    /// How many more there are.
    pub more: usize,
    /// What could not be seen, in words.
    pub unseen: Vec<String>,
}

impl Report {
    pub(super) fn find(&mut self, finding: Finding) {
        if self.findings.len() < FINDINGS_MAX {
            self.findings.push(finding);
        } else {
            self.more += 1;
        }
    }

    /// Takes in what was found elsewhere.
    pub(super) fn add(&mut self, part: Report) {
        self.records += part.records;
        self.changed_meanwhile += part.changed_meanwhile;
        self.more += part.more;
        part.findings.into_iter().for_each(|finding| self.find(finding));
    }

    /// Whether nothing was found.
    pub fn is_sound(&self) -> bool {
        self.findings.is_empty()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} entries, {} records; last seal {} {}", self.entries, self.records, self.entries, self.head)?;
        for finding in &self.findings {
            writeln!(f, "  {finding}")?;
        }
        if self.more > 0 {
            writeln!(f, "  and {} more", self.more)?;
        }
        if self.changed_meanwhile > 0 {
            writeln!(f, "{} records changed meanwhile; look again to have them checked", self.changed_meanwhile)?;
        }
        for words in &self.unseen {
            writeln!(f, "not seen: {words}")?;
        }
        Ok(())
    }
}

/// Signed heads to hold the chain against.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Anchor {
    /// The log of signed heads.
    pub text: String,
    /// Public keys that count, in hexadecimal. Where none is named any key counts, and the report says so.
    pub keys: Vec<String>,
}

/// Why it could not be looked at.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VerifyTrouble {
    /// The database cannot be read.
    #[error(transparent)]
    Read(#[from] ReadTrouble),
    /// Entries keep waiting for their seals.
    #[error("entries of the journal keep waiting for their seals: {0}")]
    NotSealing(String),
}

/// How much is done at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Records of a slice, about, each 48 bytes and half as many again while they are sorted. More slices mean more reading where the keys of
    /// records do not grow with time.
    pub records_at_once: u64,
    /// Slices at once, each with one of the store's readers: fewer than there are, or pages wait.
    pub lanes: usize,
}

impl Default for Limits {
    /// A million, and two.
    fn default() -> Self {
        Self { records_at_once: 1_000_000, lanes: 2 }
    }
}

/// Looks at everything. Blocks: for a thread of its own, or the command line.
pub fn verify(store: &Store, anchor: Option<&Anchor>, limits: Limits) -> Result<Report, VerifyTrouble> {
    let (mut report, heads) = begin(store, anchor)?;
    let mut chain = Chain::expecting(heads.as_deref().unwrap_or_default(), limits, true);
    chain.read_on(store, &mut report)?;
    let (chain, report) = check_records(store, chain, report, limits)?;
    Ok(end(heads, &chain, report))
}

/// Looks at the chain alone, every entry against its seal, every seal against the one before it and the anchor, and at no record: a small part of the
/// work. Blocks as [`verify`] does.
pub fn verify_chain(store: &Store, anchor: Option<&Anchor>, limits: Limits) -> Result<Report, VerifyTrouble> {
    let (mut report, heads) = begin(store, anchor)?;
    let mut chain = Chain::expecting(heads.as_deref().unwrap_or_default(), limits, false);
    chain.read_on(store, &mut report)?;
    report.unseen.push("whether the records are as the entries say: leave out --chain to have that checked".to_owned());
    Ok(end(heads, &chain, report))
}

/// What the anchor says, and what of it makes no sense.
fn begin(store: &Store, anchor: Option<&Anchor>) -> Result<(Report, Option<Vec<SignedHead>>), VerifyTrouble> {
    let realm = store.read(|reader| Ok(reader.query_opt(&READ_STAMP, &[])?.map(|row| row.text(0).map(str::to_owned)).transpose()?));
    let realm = realm.wait()?.unwrap_or_default();
    let mut report = Report::default();
    let heads = anchor.map(|anchor| signed_heads(anchor, &realm, &mut report));
    Ok((report, heads))
}

/// What is said of the whole, and whether its end is vouched for.
fn end(heads: Option<Vec<SignedHead>>, chain: &Chain, mut report: Report) -> Report {
    report.entries = chain.head.no;
    report.head = hex(&chain.head.hash);
    match heads {
        None => report.unseen.push(
            "whether the end of the journal was cut off, or all of it made anew: name the anchor (seals.log) to have that checked"
                .to_owned(),
        ),
        Some(heads) => check_end(&heads, chain, &mut report),
    }
    report
}

/// The heads of an anchor that are what they say, in the order of the log.
pub(super) fn signed_heads(anchor: &Anchor, realm: &str, report: &mut Report) -> Vec<SignedHead> {
    let mut heads: Vec<SignedHead> = Vec::new();
    for (at, text) in anchor.text.lines().enumerate() {
        let trouble = match SignedHead::parse(text) {
            None => Some("it is no signed head".to_owned()),
            Some(head) if !anchor.keys.is_empty() && !anchor.keys.contains(&hex(&head.key)) => {
                Some(format!("signed with the key {}, which is none of those that count", hex(&head.key)))
            }
            Some(head) if !head.is_signed(realm) => Some(format!("its signature is not right for realm {realm}")),
            Some(head) if heads.last().is_some_and(|before| before.no > head.no) => {
                Some(format!("the log goes back to entry {}: an older database was put in place of this one", head.no))
            }
            Some(head) => {
                heads.push(head);
                None
            }
        };
        if let Some(what) = trouble {
            report.find(Finding::Anchor { line: at + 1, what });
        }
    }
    if anchor.keys.is_empty() {
        report.unseen.push("whether the anchor was signed with your key: name it to have that checked".to_owned());
    }
    heads
}

fn check_end(heads: &[SignedHead], chain: &Chain, report: &mut Report) {
    let anchored = heads.iter().map(|head| head.no).max().unwrap_or(0);
    if anchored > chain.head.no {
        report.find(Finding::CutShort { anchored, ends: chain.head.no });
    }
    report.anchored = anchored.min(chain.head.no);
    if chain.head.no > anchored {
        report.unseen.push(format!("whether entries behind {anchored}, the last signed one, were cut off or made anew"));
    }
}
