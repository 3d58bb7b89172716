//! Signed heads of the chain, in a file outside the database: the anchor. Whoever can write the database but not this file, or not with this key,
//! cannot cut the chain short or write it anew unseen.
//!
//! One line a head, `seal NO HASH MICROS KEY SIGNATURE`: number, hash, moment of signing (microseconds UTC), public key and Ed25519 signature, bytes
//! in hexadecimal. What is signed is `benchside seal 1`, NUL, realm, NUL, number and moment (eight bytes each, little end first) and hash.

use super::seal::{Hash, Head};
use crate::outside::now;
use crate::pending::lock;
use kernel::{Realm, Timestamp};
use ring::rand::SystemRandom;
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

/// Between two signed heads while there is work: at most so long is what was done not anchored yet. A clean close signs the last head.
pub(crate) const REST: Duration = Duration::from_secs(10);
const KEY_BYTES_MAX: u64 = 4_096;
/// More than a line of the log can have.
const LINE_BYTES_MAX: u64 = 512;

/// Where the signing key and the log are. Best on another medium than the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealFiles {
    /// The Ed25519 key (PKCS#8). Made, readable by its owner only, if it is not there.
    pub key: PathBuf,
    /// The log of signed heads. Only ever appended to.
    pub log: PathBuf,
}

/// Why seals cannot be signed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {what}", place.display())]
pub struct SealTrouble {
    /// The file.
    pub place: PathBuf,
    /// What is wrong with it.
    pub what: String,
}

fn trouble(place: &Path) -> impl Fn(std::io::Error) -> SealTrouble + '_ {
    |error| SealTrouble { place: place.to_path_buf(), what: error.to_string() }
}

#[derive(Debug, Default)]
struct State {
    /// The newest head that is not signed yet.
    head: Option<Head>,
    ended: bool,
}

/// Where committed heads are handed to the one who signs them.
#[derive(Debug, Clone, Default)]
pub(crate) struct HeadSlot(Arc<(Mutex<State>, Condvar)>);

impl HeadSlot {
    /// This head is committed. Older ones that are still here need no signature of their own: its hash covers them.
    pub(crate) fn put(&self, head: Head) {
        lock(&self.0.0).head = Some(head);
        self.0.1.notify_all();
    }

    /// It could not be signed now: it stays, unless a newer one has come.
    fn put_back(&self, head: Head) {
        lock(&self.0.0).head.get_or_insert(head);
    }

    fn has_ended(&self) -> bool {
        lock(&self.0.0).ended
    }

    /// No more heads come.
    pub(crate) fn end(&self) {
        lock(&self.0.0).ended = true;
        self.0.1.notify_all();
    }

    /// The next head to sign, if there is one now.
    fn take(&self) -> Option<Head> {
        lock(&self.0.0).head.take()
    }

    /// Waits for the next head to sign; false at the end.
    fn wait(&self) -> bool {
        let (state, changed) = &*self.0;
        let waiting = |state: &mut State| state.head.is_none() && !state.ended;
        let state = changed.wait_while(lock(state), waiting).unwrap_or_else(PoisonError::into_inner);
        state.head.is_some()
    }

    fn rest(&self) {
        let (state, changed) = &*self.0;
        drop(changed.wait_timeout_while(lock(state), REST, |state| !state.ended));
    }
}

/// Signs heads and appends them to the log.
pub(crate) struct SealLog {
    key: Ed25519KeyPair,
    log: File,
    place: PathBuf,
    realm: Realm,
    /// The number of the last head in the log; 0 if there is none.
    signed: i64,
}

impl SealLog {
    /// Opens the log and the key, and makes what is not there.
    pub(crate) fn open(files: &SealFiles, realm: Realm) -> Result<Self, SealTrouble> {
        let key = read_or_make_key(&files.key)?;
        let mut log = OpenOptions::new().append(true).create(true).mode(0o600).open(&files.log).map_err(trouble(&files.log))?;
        cut_torn_line(&files.log, &mut log).map_err(trouble(&files.log))?;
        sync_folder(&files.log)?;
        let signed = last_signed(&files.log).map_err(trouble(&files.log))?;
        Ok(Self { key, log, place: files.log.clone(), realm, signed })
    }

    /// Leaves of the head that was found at the opening what is to be signed: a former process may have ended before it was, and it may be long until
    /// the next command. One that the log knows, or is ahead of, waits for that command: nothing is signed because somebody only looked.
    pub(crate) fn begin(&self, heads: &HeadSlot) {
        let behind = heads.take().filter(|head| head.no > self.signed);
        behind.into_iter().for_each(|head| heads.put_back(head));
    }

    /// The log's file.
    pub(crate) fn place(&self) -> &Path {
        &self.place
    }

    /// Until the end; says why if it has to give up before.
    pub(crate) fn run(mut self, heads: &HeadSlot) -> Result<(), SealTrouble> {
        while heads.wait() {
            self.step(heads, now())?;
            heads.rest();
        }
        Ok(())
    }

    /// Signs the newest head that is not signed yet, if there is one. A full disk is waited out, as the database's is: the head stays to be signed.
    pub(crate) fn step(&mut self, heads: &HeadSlot, now: Timestamp) -> Result<(), SealTrouble> {
        let Some(head) = heads.take() else { return Ok(()) };
        match self.append(head, now) {
            Err(error) if is_full(&error) && !heads.has_ended() => heads.put_back(head),
            done => done.map_err(trouble(&self.place))?,
        }
        Ok(())
    }

    fn append(&mut self, head: Head, now: Timestamp) -> std::io::Result<()> {
        let at = now.micros();
        let signature = self.key.sign(&signed_bytes(self.realm.name(), head.no, at, &head.hash));
        let [hash, key, signature] = [&head.hash[..], self.key.public_key().as_ref(), signature.as_ref()].map(hex);
        let line = format!("seal {} {hash} {at} {key} {signature}\n", head.no);
        let before = self.log.metadata()?.len();
        let written = self.log.write_all(line.as_bytes()).and_then(|()| self.log.sync_data());
        if written.is_err() {
            // Half a line would look like somebody's work. If even this fails, the next opening does it.
            let _ = self.log.set_len(before);
        }
        written
    }
}

fn is_full(error: &std::io::Error) -> bool {
    matches!(error.kind(), std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded)
}

/// The number of the head in the last line of the log; 0 if that is none of ours.
fn last_signed(place: &Path) -> std::io::Result<i64> {
    let bytes = tail(place)?;
    let line = bytes.strip_suffix(b"\n").and_then(|lines| lines.rsplit(|byte| *byte == b'\n').next());
    let signed = line.and_then(|line| std::str::from_utf8(line).ok()).and_then(SignedHead::parse);
    Ok(signed.map_or(0, |signed| signed.no))
}

/// The last bytes of the log: a line and more.
fn tail(place: &Path) -> std::io::Result<Vec<u8>> {
    let log = File::open(place)?;
    let length = log.metadata()?.len();
    let tail = length.min(LINE_BYTES_MAX);
    let mut bytes = vec![0; usize::try_from(tail).unwrap_or(0)];
    log.read_exact_at(&mut bytes, length - tail)?;
    Ok(bytes)
}

/// Cuts off half a line that a kill or a power loss left at the end: it was never a signed head, and its number is signed again.
fn cut_torn_line(place: &Path, log: &mut File) -> std::io::Result<()> {
    let length = log.metadata()?.len();
    let bytes = tail(place)?;
    let tail = bytes.len() as u64;
    match bytes.iter().rposition(|byte| *byte == b'\n') {
        _ if bytes.last().is_none_or(|byte| *byte == b'\n') => Ok(()),
        Some(end) => log.set_len(length - tail + end as u64 + 1),
        None if tail == length => log.set_len(0),
        None => {
            Err(std::io::Error::other("it does not end in a line of ours: put the right file back, or another name into the configuration"))
        }
    }
}

fn signed_bytes(realm: &str, no: i64, at: i64, hash: &Hash) -> Vec<u8> {
    [b"benchside seal 1\0", realm.as_bytes(), b"\0", &no.to_le_bytes()[..], &at.to_le_bytes()[..], &hash[..]].concat()
}

fn read_or_make_key(place: &Path) -> Result<Ed25519KeyPair, SealTrouble> {
    let mut bytes = Vec::new();
    match File::open(place) {
        Ok(file) => {
            file.take(KEY_BYTES_MAX).read_to_end(&mut bytes).map_err(trouble(place))?;
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let made = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new());
            let made = made.map_err(|_| SealTrouble { place: place.to_path_buf(), what: "no random numbers for a new key".to_owned() })?;
            bytes.extend_from_slice(made.as_ref());
            write_whole(place, &bytes).map_err(trouble(place))?;
            sync_folder(place)?;
        }
        Err(error) => return Err(trouble(place)(error)),
    }
    Ed25519KeyPair::from_pkcs8(&bytes)
        .map_err(|_| SealTrouble { place: place.to_path_buf(), what: "it is no Ed25519 key: put the right one back".to_owned() })
}

/// The file is there whole or not at all: half a key, where the disk was full or the process killed, would keep the laboratory from starting.
fn write_whole(place: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut partial = place.as_os_str().to_owned();
    partial.push(".partial");
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&partial)?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all()).and_then(|()| std::fs::rename(&partial, place));
    written.inspect_err(|_| drop(std::fs::remove_file(&partial)))
}

/// The name of a new file is on the disk only when its folder is.
fn sync_folder(file: &Path) -> Result<(), SealTrouble> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(trouble(folder))
}

/// A signed head as the log has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SignedHead {
    pub(crate) no: i64,
    pub(crate) hash: Hash,
    pub(crate) at: i64,
    pub(crate) key: [u8; 32],
    signature: [u8; 64],
}

impl SignedHead {
    /// Reads a line.
    pub(crate) fn parse(line: &str) -> Option<Self> {
        let mut words = line.split(' ');
        let ("seal", no, hash) = (words.next()?, words.next()?.parse().ok()?, unhex(words.next()?)?) else { return None };
        let at = words.next()?.parse().ok()?;
        let (key, signature) = (unhex(words.next()?)?, unhex(words.next()?)?);
        words.next().is_none().then_some(Self { no, hash, at, key, signature })
    }

    /// Whether its key signed it, for this realm.
    pub(crate) fn is_signed(&self, realm: &str) -> bool {
        let said = signed_bytes(realm, self.no, self.at, &self.hash);
        UnparsedPublicKey::new(&ED25519, self.key).verify(&said, &self.signature).is_ok()
    }
}

/// The public half of the key in a file, in hexadecimal: what an auditor keeps elsewhere.
pub fn public_key(place: &Path) -> Result<String, SealTrouble> {
    let there = File::open(place).map_err(trouble(place))?;
    drop(there);
    read_or_make_key(place).map(|key| hex(key.public_key().as_ref()))
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Reads `N` bytes in hexadecimal.
pub(crate) fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    let digits = text.as_bytes();
    if digits.len() != 2 * N {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        let pair = std::str::from_utf8(pair).ok()?;
        if pair.starts_with('+') {
            return None;
        }
        *byte = u8::from_str_radix(pair, 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn files(folder: &Path) -> SealFiles {
        SealFiles { key: folder.join("seal.key"), log: folder.join("seals.log") }
    }

    #[test]
    fn heads_are_signed_with_one_key_that_only_its_owner_reads_and_anything_else_is_not_signed() {
        let folder = tempfile::tempdir().unwrap();
        let files = files(folder.path());
        for no in [1, 7] {
            let heads = HeadSlot::default();
            heads.put(Head { no, hash: [9; 32] });
            heads.end();
            SealLog::open(&files, Realm::Training).unwrap().run(&heads).unwrap();
        }
        let text = std::fs::read_to_string(&files.log).unwrap();
        let lines: Vec<_> = text.lines().map(|line| SignedHead::parse(line).unwrap()).collect();
        assert_eq!(lines.iter().map(|line| line.no).collect::<Vec<_>>(), [1, 7]);
        assert_eq!(hex(&lines[0].key), public_key(&files.key).unwrap());
        assert!(lines.iter().all(|line| line.is_signed("training") && line.key == lines[0].key));
        assert!(!lines[0].is_signed("production"), "a head of another realm");
        assert!(!SignedHead { no: 2, ..lines[0] }.is_signed("training"));
        assert!(!SignedHead { hash: [8; 32], ..lines[0] }.is_signed("training"));
        assert!(!SignedHead { at: 1, ..lines[0] }.is_signed("training"));
        for file in [&files.key, &files.log] {
            assert_eq!(std::fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }

    #[test]
    fn half_a_line_that_a_kill_left_is_cut_off_and_nothing_else_is() {
        let folder = tempfile::tempdir().unwrap();
        let files = files(folder.path());
        let sign = |no| {
            let heads = HeadSlot::default();
            heads.put(Head { no, hash: [9; 32] });
            heads.end();
            SealLog::open(&files, Realm::Training).unwrap().run(&heads).unwrap();
        };
        sign(1);
        let whole = std::fs::read_to_string(&files.log).unwrap();
        for torn in [1, 5, whole.len() - 1] {
            std::fs::write(&files.log, format!("{whole}{}", whole.get(..torn).unwrap())).unwrap();
            sign(2);
            let text = std::fs::read_to_string(&files.log).unwrap();
            assert!(text.starts_with(&whole) && text.lines().count() == 2, "{text}");
            assert!(text.lines().all(|line| SignedHead::parse(line).unwrap().is_signed("training")), "{text}");
        }
        // A first line that was cut off.
        std::fs::write(&files.log, whole.get(..9).unwrap()).unwrap();
        sign(3);
        assert_eq!(std::fs::read_to_string(&files.log).unwrap().lines().count(), 1);
        std::fs::write(&files.log, "x".repeat(1_000)).unwrap();
        assert!(SealLog::open(&files, Realm::Training).err().unwrap().to_string().contains("not end in a line"));
        assert_eq!(std::fs::read(&files.log).unwrap().len(), 1_000, "what is not ours is left as it is");
    }

    #[test]
    fn a_key_that_cannot_be_written_leaves_none() {
        let folder = tempfile::tempdir().unwrap();
        let key = folder.path().join("seal.key");
        // What a killed process left.
        std::fs::write(folder.path().join("seal.key.partial"), "half").unwrap();
        assert!(read_or_make_key(&key).is_ok());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
        std::fs::remove_file(&key).unwrap();
        // The device that is always full, where the key is written to first.
        std::os::unix::fs::symlink("/dev/full", folder.path().join("seal.key.partial")).unwrap();
        assert!(read_or_make_key(&key).err().unwrap().to_string().contains("No space left"));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_full_disk_is_waited_out_by_the_signer() {
        let folder = tempfile::tempdir().unwrap();
        let files = files(folder.path());
        let mut log = SealLog::open(&files, Realm::Training).unwrap();
        // The device that is always full.
        log.log = OpenOptions::new().append(true).open("/dev/full").unwrap();
        let full = log.append(Head { no: 1, hash: [9; 32] }, now()).unwrap_err();
        assert!(is_full(&full), "{full}");
        let heads = HeadSlot::default();
        heads.put_back(Head { no: 1, hash: [9; 32] });
        heads.put(Head { no: 2, hash: [8; 32] });
        heads.put_back(Head { no: 1, hash: [9; 32] });
        assert_eq!(heads.take().unwrap().no, 2, "a newer head outweighs the one that could not be signed");
    }

    #[test]
    fn a_key_that_is_none_is_refused_and_lines_that_are_none_are_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let files = files(folder.path());
        std::fs::write(&files.key, "no key").unwrap();
        let refused = SealLog::open(&files, Realm::Training).err().unwrap();
        assert!(refused.to_string().contains("no Ed25519 key"), "{refused}");
        assert!(public_key(&folder.path().join("nowhere")).is_err());
        for line in ["", "seal", "seal 1 zz 1 zz zz", "leal 1 00 1 00 00", "seal 1 00 1 00 00 more"] {
            assert_eq!(SignedHead::parse(line), None, "{line}");
        }
        assert_eq!(unhex::<1>("+1"), None);
    }
}
