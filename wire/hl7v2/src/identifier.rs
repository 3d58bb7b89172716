//! Numbers that mean something only together with whoever gave them: patients', visits', orders'.

use crate::part::Part;
use crate::reader::Reader;
use crate::rejection::ErrorCode;

/// Who gave a number (HD): a name of the hospital's own, or an id that is the same everywhere.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Authority {
    /// The local name.
    pub namespace: Option<String>,
    /// The universal id: an OID, for example.
    pub universal_id: Option<String>,
    /// Of which kind the universal id is: `ISO`.
    pub universal_id_type: Option<String>,
}

impl Authority {
    fn read([namespace, universal_id, universal_id_type]: [Part<'_>; 3]) -> Self {
        Self { namespace: namespace.owned(), universal_id: universal_id.owned(), universal_id_type: universal_id_type.owned() }
    }
}

/// A number of a patient or a visit (CX).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identifier {
    /// The number, CX.1.
    pub number: String,
    /// Who gave it, CX.4.
    pub authority: Authority,
    /// What kind of number it is, CX.5 (table 0203): `MR`.
    pub kind: Option<String>,
}

impl Identifier {
    /// Reads a repetition of PID-3, or a field such as PV1-19. None if it has no number, or one that was cut off: said in a warning,
    /// because part of a number is another one's number.
    pub(crate) fn read(part: Part<'_>, reader: &mut Reader<'_>) -> Option<Self> {
        let number = part.component(1);
        let text = number.owned();
        if text.is_none() {
            reader.warn(&number, ErrorCode::RequiredFieldMissing, "an identifier without a number was left out");
        } else if number.is_truncated() {
            reader.warn(&number, ErrorCode::DataType, "an identifier was cut off by the sender and left out");
        }
        let number = text.filter(|_| !number.is_truncated())?;
        let authority = part.component(4);
        let authority = Authority::read([1, 2, 3].map(|place| authority.subcomponent(place)));
        Some(Self { number, authority, kind: part.component(5).owned() })
    }

    /// All numbers of a field.
    pub(crate) fn all(field: Part<'_>, reader: &mut Reader<'_>) -> Vec<Self> {
        let there = field.repetitions().filter(|repetition| !repetition.is_empty() && !repetition.is_delete());
        there.filter_map(|repetition| Self::read(repetition, reader)).collect()
    }

    /// Whether both are the same number by the same authority, whatever kind each is called.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        self.number == other.number && self.authority == other.authority
    }
}

/// A number of an order or a specimen (EI).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntityIdentifier {
    /// The number, EI.1.
    pub number: String,
    /// Who gave it, EI.2 to EI.4.
    pub authority: Authority,
}

impl EntityIdentifier {
    /// Reads a field such as ORC-2. None if it has no number.
    pub(crate) fn read(field: Part<'_>) -> Option<Self> {
        let number = field.component(1).owned()?;
        Some(Self { number, authority: Authority::read([2, 3, 4].map(|place| field.component(place))) })
    }

    /// Reads a component such as SPM-2.1, whose parts are subcomponents.
    pub(crate) fn read_component(component: Part<'_>) -> Option<Self> {
        let number = component.subcomponent(1).owned()?;
        Some(Self { number, authority: Authority::read([2, 3, 4].map(|place| component.subcomponent(place))) })
    }
}
