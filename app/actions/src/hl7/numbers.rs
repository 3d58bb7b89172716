//! Numbers of patients and visits as the laboratory keeps them: the number, and who gave it, in one text.

use super::link::Hl7Link;
use hl7v2::{Authority, ErrorCode, Identifier, Location, Rejection, SegmentName};
use kernel::Mrn;

/// Characters of an authority, and of a number of a visit or an order: what the standard's longest identifiers have.
const CHARACTERS_MAX: usize = 199;

/// A number with who gave it; the authority is empty for the site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Number {
    pub(super) value: String,
    pub(super) authority: String,
    /// What kind of number the sender calls it, or empty.
    pub(super) kind: String,
}

/// A patient's number.
pub(super) fn of_patient(identifier: &Identifier, link: &Hl7Link, place: Location) -> Result<Number, Rejection> {
    let value = Mrn::parse(&identifier.number).map_err(|_| {
        let words = "a patient's number has 1 to 32 printable characters";
        Rejection::new(place, ErrorCode::DataType, words)
    })?;
    let authority = authority(&identifier.authority, link, place)?;
    Ok(Number { value: value.to_string(), authority, kind: kind(identifier) })
}

/// A visit's number: whatever the sender writes, as long as it can be kept.
pub(super) fn of_visit(identifier: &Identifier, link: &Hl7Link, place: Location) -> Result<Number, Rejection> {
    let value = checked(&identifier.number, place)?;
    Ok(Number { value, authority: authority(&identifier.authority, link, place)?, kind: kind(identifier) })
}

/// A number of an order and who gave it. Where nobody is named, it is the sender's own.
pub(super) fn of_order(number: &str, authority: &Authority, sender: &str, place: Location) -> Result<(String, String), Rejection> {
    let text = authority_text(authority);
    Ok((checked(number, place)?, checked(if text.is_empty() { sender } else { &text }, place)?))
}

fn kind(identifier: &Identifier) -> String {
    identifier.kind.as_deref().unwrap_or_default().chars().filter(|character| !character.is_control()).take(CHARACTERS_MAX).collect()
}

fn authority(authority: &Authority, link: &Hl7Link, place: Location) -> Result<String, Rejection> {
    let text = checked(&authority_text(authority), place)?;
    let is_sites = link.site_authority.as_ref().is_some_and(|site| *site == text || authority.namespace.as_ref() == Some(site));
    Ok(if is_sites { String::new() } else { text })
}

/// All parts of an authority: two hospitals with one short name are told apart by the rest.
pub(super) fn authority_text(authority: &Authority) -> String {
    let Authority { namespace, universal_id, universal_id_type } = authority;
    let parts = [namespace, universal_id, universal_id_type].map(|part| part.as_deref().unwrap_or_default());
    parts.join("&").trim_end_matches('&').to_owned()
}

fn checked(text: &str, place: Location) -> Result<String, Rejection> {
    let fits = text.chars().nth(CHARACTERS_MAX).is_none() && !text.chars().any(char::is_control);
    let words = "a number, or who gave it, has more than 199 characters or some that cannot be printed";
    if fits { Ok(text.to_owned()) } else { Err(Rejection::new(place, ErrorCode::DataType, words)) }
}

/// A field of the first segment of this name.
pub(super) fn field(segment: &str, field: usize) -> Location {
    Location::segment(SegmentName::parse(segment).unwrap_or(SegmentName::MSH), 1).field(field)
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::Zone;

    #[test]
    fn authorities_are_told_apart_by_all_their_parts_and_the_sites_own_is_empty() {
        let authority = |namespace: &str, universal_id: &str| Authority {
            namespace: Some(namespace.to_owned()).filter(|text| !text.is_empty()),
            universal_id: Some(universal_id.to_owned()).filter(|text| !text.is_empty()),
            universal_id_type: Some("ISO".to_owned()).filter(|_| !universal_id.is_empty()),
        };
        assert_eq!(authority_text(&authority("HOSP", "")), "HOSP");
        assert_eq!(authority_text(&authority("HOSP", "1.2.3")), "HOSP&1.2.3&ISO");
        assert_eq!(authority_text(&authority("", "1.2.3")), "&1.2.3&ISO");
        assert_eq!(authority_text(&Authority::default()), "");
        let link = Hl7Link { site_authority: Some("HOSP".to_owned()), ..Hl7Link::new("his".into(), Zone::utc()) };
        let number = |authority| Identifier { number: " 7 ".to_owned(), authority, kind: None };
        let place = field("PID", 3);
        assert_eq!(of_patient(&number(authority("HOSP", "1.2.3")), &link, place).unwrap().authority, "");
        assert_eq!(of_patient(&number(authority("OTHER", "")), &link, place).unwrap().authority, "OTHER");
        let long = Identifier { number: "7".repeat(33), authority: Authority::default(), kind: None };
        assert_eq!(of_patient(&long, &link, place).unwrap_err().to_string().split(':').next(), Some("PID-3"));
    }
}
