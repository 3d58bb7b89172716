//! Whom a message is about: PID, and where the patient is: PV1.

use kernel::person::NameTrouble;
use kernel::{BirthDate, PersonName, Sex, Stated};

use crate::identifier::Identifier;
use crate::message::Segment;
use crate::part::Part;
use crate::quoted::quoted;
use crate::reader::Reader;
use crate::rejection::{ErrorCode, Rejection};
use crate::said::Said;

/// A patient as PID has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Patient {
    /// PID-3, at least one.
    pub identifiers: Vec<Identifier>,
    /// PID-5, in the order sent.
    pub names: Said<Vec<Name>>,
    /// PID-7.
    pub birth: Said<Birth>,
    /// PID-8.
    pub sex: Said<Sex>,
}

/// A name of a person (XPN).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// The surname, prefixes such as "van" included where the sender writes them there.
    pub family: Option<String>,
    /// The first given name.
    pub given: Option<String>,
    /// Further given names.
    pub further: Option<String>,
    /// What the name is for, XPN.7 (table 0200): `L` legal, `M` maiden, `B` at birth, `A` alias.
    pub kind: Option<String>,
}

/// A date of birth: as stated, and as far as it can be counted from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Birth {
    /// As sent, with its precision.
    pub stated: Stated,
    /// What ages are counted from. A time of day of midnight is left out, because systems without one write zeros there; so is one with an
    /// offset, because it may not be on the clocks of this place.
    pub date: BirthDate,
}

/// Where a patient is treated, as PV1 has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visit {
    /// PV1-19: the number of the visit.
    pub number: Said<Identifier>,
    /// PV1-2 (table 0004): `I` inpatient, `O` outpatient, `E` emergency; hospitals have more.
    pub class: Said<String>,
    /// PV1-3.
    pub place: Said<Place>,
}

/// A place in a hospital (PL).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Ward, clinic or department.
    pub point_of_care: Option<String>,
    /// Room.
    pub room: Option<String>,
    /// Bed.
    pub bed: Option<String>,
    /// Facility.
    pub facility: Option<String>,
    /// Building.
    pub building: Option<String>,
    /// Floor.
    pub floor: Option<String>,
}

impl Patient {
    /// Reads PID. Without an identifier nobody can say whom it is about.
    pub(crate) fn read(pid: &Segment<'_>, reader: &mut Reader<'_>) -> Result<Self, Rejection> {
        let identifiers = Identifier::all(pid.field(3), reader);
        if identifiers.is_empty() {
            return Err(pid.field(3).rejected(ErrorCode::RequiredFieldMissing, "a patient needs an identifier"));
        }
        let names = pid.field(5).said().map(|field| field.repetitions().filter_map(Name::read).collect());
        Ok(Self { identifiers, names, birth: Birth::read(pid.field(7), reader), sex: sex(pid.field(8), reader) })
    }

    /// The name a patient goes by in the records: the first legal one, or else the first without a kind.
    #[must_use]
    pub fn legal_name(&self) -> Option<&Name> {
        let Said::Said(names) = &self.names else { return None };
        let legal = names.iter().find(|name| name.kind.as_deref() == Some("L"));
        legal.or_else(|| names.iter().find(|name| name.kind.is_none()))
    }
}

impl Name {
    fn read(repetition: Part<'_>) -> Option<Self> {
        if repetition.is_empty() {
            return None;
        }
        Some(Self {
            family: repetition.component(1).subcomponent(1).owned(),
            given: repetition.component(2).owned(),
            further: repetition.component(3).owned(),
            kind: repetition.component(7).owned(),
        })
    }

    /// The name as the laboratory keeps it. Fails where it has no family name or characters that cannot be seen.
    pub fn person_name(&self) -> Result<PersonName, NameTrouble> {
        let given: Vec<&str> = [&self.given, &self.further].into_iter().filter_map(Option::as_deref).collect();
        PersonName::new(self.family.as_deref().unwrap_or_default(), &given.join(" "))
    }
}

impl Birth {
    fn read(field: Part<'_>, reader: &mut Reader<'_>) -> Said<Self> {
        match reader.time(field) {
            Said::NotSaid => Said::NotSaid,
            Said::Deleted => Said::Deleted,
            Said::Said(stated) => match BirthDate::parse(countable(stated.text())) {
                Ok(date) => Said::Said(Self { stated, date }),
                Err(_) => {
                    reader.warn(&field, ErrorCode::DataType, "not a date of birth; send YYYYMMDD, YYYYMM or YYYY");
                    Said::NotSaid
                }
            },
        }
    }
}

/// The digits of a stated time that a birth is counted from: the day, and the minute where one was really meant.
fn countable(stated: &str) -> &str {
    let digits = stated.split(|character: char| !character.is_ascii_digit()).next().unwrap_or_default();
    let has_offset = stated.contains(['+', '-']);
    let time = digits.get(8..).unwrap_or_default();
    let meant = !has_offset && time.len() >= 4 && time.bytes().any(|digit| digit != b'0');
    let length = if meant { 12 } else { 8 };
    digits.get(..length).unwrap_or(digits)
}

/// PID-8, table 0001. Ambiguous and not applicable were stated, and are neither.
fn sex(field: Part<'_>, reader: &mut Reader<'_>) -> Said<Sex> {
    // In later versions the field has components; the code is the first.
    let code = if field.is_delete() { field } else { field.component(1) };
    match code.said_text() {
        Said::NotSaid => Said::NotSaid,
        Said::Deleted => Said::Deleted,
        Said::Said(text) => match text.as_str() {
            "A" | "N" => Said::Said(Sex::Other),
            text => match Sex::from_code(text) {
                Some(sex) => Said::Said(sex),
                None => {
                    let words = format!("{} is not in table 0001; the sex was left as it is known", quoted(text));
                    reader.warn(&field, ErrorCode::TableValueNotFound, words);
                    Said::NotSaid
                }
            },
        },
    }
}

impl Visit {
    pub(crate) fn read(pv1: &Segment<'_>, reader: &mut Reader<'_>) -> Self {
        let number = match pv1.field(19).said() {
            Said::NotSaid => Said::NotSaid,
            Said::Deleted => Said::Deleted,
            Said::Said(field) => Identifier::read(field, reader).map_or(Said::NotSaid, Said::Said),
        };
        Self { number, class: pv1.field(2).said_text(), place: pv1.field(3).said().map(Place::read) }
    }
}

impl Place {
    fn read(field: Part<'_>) -> Self {
        let text = |component| field.component(component).owned();
        Self {
            point_of_care: text(1),
            room: text(2),
            bed: text(3),
            facility: field.component(4).subcomponent(1).owned(),
            building: text(7),
            floor: text(8),
        }
    }
}
