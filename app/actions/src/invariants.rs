//! `check`: what must hold of a sound database. Independent of how it was written, so that it can find out.

use crate::keep_transmission::{hash_of_incomplete, hash_of_whole};
use crate::trouble::ActTrouble;
use store::Store;
use store::repositories::{hl7_messages, invariants, transmissions};

/// Something that does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// Which invariant: I1 to I5, or "quarantine".
    pub invariant: &'static str,
    /// Which rows and what of them.
    pub what: String,
}

/// Transmissions read at once.
const AT_ONCE: u32 = 200;
/// HL7 messages read at once: each may hold a document.
const HL7_AT_ONCE: u32 = 8;

/// Checks a store and says what does not hold; empty where all does. Reads the whole database in bounded steps.
pub async fn check_invariants(store: &Store) -> Result<Vec<Broken>, ActTrouble> {
    let mut broken = Vec::new();
    for (invariant, statement, words) in invariants::INVARIANTS {
        let rows = store.read(move |reader| invariants::breaking(reader, statement)).await?;
        broken.extend(rows.into_iter().map(|row| Broken { invariant, what: format!("{row}: {words}") }));
    }
    let quarantined = store.read(invariants::quarantined).await?;
    broken.extend(quarantined.into_iter().map(|what| Broken { invariant: "quarantine", what }));
    check_contents(store, &mut broken).await?;
    check_hl7_contents(store, &mut broken).await?;
    Ok(broken)
}

/// I3: every kept transmission still says what its content hash says.
async fn check_contents(store: &Store, broken: &mut Vec<Broken>) -> Result<(), ActTrouble> {
    let mut after = None;
    loop {
        let page = store.read(move |reader| transmissions::contents(reader, after, AT_ONCE)).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = Some(last.id);
        for kept in page.iter().filter(|kept| !says_what_it_said(&kept.raw, &kept.content_hash)) {
            broken.push(Broken { invariant: "I3", what: format!("transmission {}: its bytes are not those that were kept", kept.id) });
        }
    }
}

/// I3: the same of messages of HL7.
async fn check_hl7_contents(store: &Store, broken: &mut Vec<Broken>) -> Result<(), ActTrouble> {
    let mut after = None;
    loop {
        let page = store.read(move |reader| hl7_messages::contents(reader, after, HL7_AT_ONCE)).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = Some(last.id);
        for kept in page.iter().filter(|kept| hash_of_whole(&kept.raw) != *kept.content_hash) {
            broken.push(Broken { invariant: "I3", what: format!("HL7 message {}: its bytes are not those that were kept", kept.id) });
        }
    }
}

fn says_what_it_said(raw: &[u8], content_hash: &[u8]) -> bool {
    let said = |content: &[u8]| hash_of_whole(content) == content_hash || hash_of_incomplete(content) == content_hash;
    lis2::unframe(raw).is_ok_and(|unframed| said(&unframed.content))
}
