//! Which of a laboratory's editions holds at a moment.
//!
//! A signed edition holds from the day it names, and never before somebody signed it; of several the one that began last. Until the first of them
//! begins, the laboratory works by the edition imported last, unverified. Source: laboratory rules, beginning ("effective-dated, signed").

use crate::edition::Signature;
use kernel::{Day, Timestamp, Zone};

/// An edition of a laboratory, as far as it matters here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptEdition {
    /// Its name.
    pub name: String,
    /// The day from which it holds.
    pub effective_from: Day,
    /// When it came into the laboratory.
    pub imported_at: Timestamp,
    /// Whether anyone vouches for it.
    pub signature: Signature,
}

impl KeptEdition {
    /// The moment from which it holds, if it is signed: when its day begins, or when it was signed, whichever is later.
    pub fn holds_from(&self, zone: &Zone) -> Option<Timestamp> {
        match &self.signature {
            Signature::Unverified => None,
            Signature::Signed { at, .. } => Some(self.effective_from.begins(zone)?.max(*at)),
        }
    }

    fn signed_at(&self) -> Option<Timestamp> {
        match &self.signature {
            Signature::Unverified => None,
            Signature::Signed { at, .. } => Some(*at),
        }
    }
}

/// What holds at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InForce<'a> {
    /// The edition.
    pub edition: &'a KeptEdition,
    /// Whether its signature counts already; one that begins later does not.
    pub is_verified: bool,
    /// When another one takes its place, as far as is known now.
    pub until: Option<Timestamp>,
}

/// The edition that holds at a moment in a zone. Nothing only where there is none at all.
pub fn in_force<'a>(editions: &'a [KeptEdition], now: Timestamp, zone: &Zone) -> Option<InForce<'a>> {
    let signed = || editions.iter().filter_map(|edition| Some((edition.holds_from(zone)?, edition)));
    let until = signed().map(|(from, _)| from).filter(|from| *from > now).min();
    let begun = signed().filter(|(from, _)| *from <= now).max_by_key(|(from, edition)| (*from, edition.signed_at(), &edition.name));
    if let Some((_, edition)) = begun {
        return Some(InForce { edition, is_verified: true, until });
    }
    let unsigned = editions.iter().filter(|edition| edition.signature == Signature::Unverified);
    let last = |edition: &&KeptEdition| (edition.imported_at, edition.name.clone());
    let edition = unsigned.max_by_key(last).or_else(|| editions.iter().max_by_key(last))?;
    Some(InForce { edition, is_verified: false, until })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(iso: &str) -> Timestamp {
        iso.parse().unwrap()
    }

    /// `name day imported signed`, times of November 2026 as `dd hh:mm` in UTC; `-` is not signed.
    fn kept(rows: &[(&str, &str, &str, &str)]) -> Vec<KeptEdition> {
        let moment = |text: &str| at(&format!("2026-11-{}:00Z", text.replace(' ', "T")));
        let edition = |(name, day, imported, signed): &(&str, &str, &str, &str)| KeptEdition {
            name: (*name).to_owned(),
            effective_from: format!("2026-11-{day}").parse().unwrap(),
            imported_at: moment(imported),
            signature: match *signed {
                "-" => Signature::Unverified,
                signed => Signature::Signed { by: "Dr A".to_owned(), at: moment(signed), meaning: "approved".to_owned() },
            },
        };
        rows.iter().map(edition).collect()
    }

    fn holds(editions: &[KeptEdition], now: &str) -> String {
        let Some(found) = in_force(editions, at(now), &Zone::named("Europe/Berlin").unwrap()) else { return "none".to_owned() };
        let until = found.until.map_or_else(|| "on".to_owned(), |until| until.to_string());
        format!("{} {} {until}", found.edition.name, if found.is_verified { "verified" } else { "unverified" })
    }

    #[test]
    fn a_signed_edition_holds_from_its_day_on_local_clocks() {
        // Midnight of the 25th is 23:00 UTC of the 24th in Berlin.
        let editions = kept(&[("first", "20", "20 08:00", "20 09:00"), ("second", "25", "21 08:00", "21 09:00")]);
        assert_eq!(holds(&editions, "2026-11-24T22:59:59.999999Z"), "first verified 2026-11-24T23:00:00Z");
        assert_eq!(holds(&editions, "2026-11-24T23:00:00Z"), "second verified on");
    }

    #[test]
    fn none_holds_before_it_was_signed() {
        let editions = kept(&[("first", "20", "20 08:00", "20 09:00"), ("second", "10", "21 08:00", "22 09:00")]);
        assert_eq!(holds(&editions, "2026-11-22T08:59:00Z"), "first verified 2026-11-22T09:00:00Z");
        assert_eq!(holds(&editions, "2026-11-22T09:00:00Z"), "second verified on");
        // Signed later, but for an earlier beginning: the one that began last goes on.
        let editions = kept(&[("late", "23", "20 08:00", "20 09:00"), ("early", "10", "21 08:00", "22 09:00")]);
        assert_eq!(holds(&editions, "2026-11-24T00:00:00Z"), "late verified on");
    }

    #[test]
    fn of_two_for_the_same_day_the_one_signed_last_holds() {
        let editions = kept(&[("wrong", "25", "20 08:00", "20 09:00"), ("right", "25", "20 10:00", "20 11:00")]);
        assert_eq!(holds(&editions, "2026-11-26T00:00:00Z"), "right verified on");
    }

    #[test]
    fn until_one_is_signed_and_begins_the_last_imported_is_used_unverified() {
        assert_eq!(holds(&[], "2026-11-22T12:00:00Z"), "none");
        let shipped = ("shipped", "22", "22 08:00", "-");
        assert_eq!(holds(&kept(&[shipped]), "2026-11-21T12:00:00Z"), "shipped unverified on");
        let editions = kept(&[shipped, ("trial", "30", "22 09:00", "-")]);
        assert_eq!(holds(&editions, "2026-11-22T12:00:00Z"), "trial unverified on");
        let editions = kept(&[shipped, ("signed", "30", "22 09:00", "22 10:00")]);
        assert_eq!(holds(&editions, "2026-11-22T12:00:00Z"), "shipped unverified 2026-11-29T23:00:00Z");
        assert_eq!(holds(&editions, "2026-11-30T12:00:00Z"), "signed verified on");
        // There is no other: it is used, but its signature does not count before its day.
        assert_eq!(
            holds(&kept(&[("signed", "30", "22 09:00", "22 10:00")]), "2026-11-22T12:00:00Z"),
            "signed unverified 2026-11-29T23:00:00Z"
        );
    }
}
