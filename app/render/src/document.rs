//! One document to draw, as JSON: `{"labels": {"on": "50x25-203", "labels": [...]}}`.

use crate::labels::{Labels, Media};
use kernel::{AccessionNumber, BirthDate, ContainerCode, Mrn, PersonName, Sex};
use reports::{Collected, Count, Label};
use serde::{Deserialize, Serialize};
use workflow::Priority;

/// Bytes of a document: a thousand labels whose every text is as long as it may be.
pub const DOCUMENT_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Labels of a document.
const LABELS_MAX: usize = 1000;
/// Tests of a label, and characters of each free text.
const TESTS_MAX: usize = 100;
const TEXT_CHARS_MAX: usize = 200;

/// What is to be drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Document {
    /// Labels of specimens.
    Labels(Labels),
}

/// A text that is no document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DocumentTrouble {
    /// Larger than what is read.
    #[error("the document is larger than {DOCUMENT_BYTES_MAX} bytes; send its labels in parts")]
    TooLarge,
    /// Not JSON, or not of this form.
    #[error("the document cannot be read: {0}")]
    Form(String),
    /// Too many labels.
    #[error("{0} labels at once; at most {LABELS_MAX} are drawn, so send them in parts")]
    TooMany(usize),
    /// No such stock or sheet.
    #[error("there is no stock or sheet {name:?}; there are {known}")]
    Media {
        /// As asked for.
        name: String,
        /// The ones there are.
        known: String,
    },
    /// A sheet asked for as ZPL.
    #[error("{0} is a sheet for office printers, which know no ZPL; choose a roll, or PDF")]
    SheetAsZpl(&'static str),
    /// The symbol of a code could not be made.
    #[error("container code {0} does not fit its Data Matrix; this is a fault of the program, report it")]
    Symbol(String),
    /// Something of a label is wrong.
    #[error("label {number}, {field}: {what}")]
    Field {
        /// Counted from 1.
        number: usize,
        /// Which part of it.
        field: &'static str,
        /// What is wrong with it.
        what: String,
    },
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    labels: WrittenLabels,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenLabels {
    on: String,
    #[serde(default)]
    used: u32,
    labels: Vec<WrittenLabel>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenLabel {
    code: String,
    accession: String,
    family: String,
    #[serde(default)]
    given: String,
    mrn: String,
    birth: Option<String>,
    sex: String,
    tests: Vec<String>,
    container: String,
    volume: String,
    priority: String,
    collected: Option<WrittenCollected>,
    number: u16,
    of: u16,
    realm: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenCollected {
    at: String,
    by: String,
}

impl Document {
    /// Reads a document; every part of it is looked at here, once.
    pub fn read(bytes: &[u8]) -> Result<Self, DocumentTrouble> {
        if bytes.len() > DOCUMENT_BYTES_MAX {
            return Err(DocumentTrouble::TooLarge);
        }
        let Written { labels } = serde_json::from_slice(bytes).map_err(|error| DocumentTrouble::Form(form(&error)))?;
        if labels.labels.len() > LABELS_MAX {
            return Err(DocumentTrouble::TooMany(labels.labels.len()));
        }
        let on = Media::find(&labels.on, labels.used)?;
        let read = labels.labels.into_iter().enumerate().map(|(place, written)| written.read(place.saturating_add(1)));
        Ok(Self::Labels(Labels { on, labels: read.collect::<Result<_, _>>()? }))
    }

    /// The document as it is read.
    pub fn write(&self) -> Result<Vec<u8>, DocumentTrouble> {
        let Self::Labels(Labels { on, labels }) = self;
        let used = if let Media::Sheet(_, used) = on { *used } else { 0 };
        let labels = labels.iter().map(WrittenLabel::of).collect();
        let written = Written { labels: WrittenLabels { on: on.name().to_owned(), used, labels } };
        serde_json::to_vec(&written).map_err(|error| DocumentTrouble::Form(error.to_string()))
    }
}

/// Where the text stops being a document. Its own words would repeat a patient's.
fn form(error: &serde_json::Error) -> String {
    let what = match error.classify() {
        serde_json::error::Category::Eof => "it ends too early",
        serde_json::error::Category::Data => "a part is missing, unknown or of another kind",
        serde_json::error::Category::Syntax | serde_json::error::Category::Io => "it is not JSON",
    };
    format!("{what}, at line {} column {}", error.line(), error.column())
}

impl WrittenLabel {
    fn of(label: &Label) -> Self {
        Self {
            code: label.code.to_string(),
            accession: label.accession.to_string(),
            family: label.name.family().to_owned(),
            given: label.name.given().unwrap_or_default().to_owned(),
            mrn: label.mrn.to_string(),
            birth: label.birth.map(|birth| birth.to_string()),
            sex: label.sex.code().to_owned(),
            tests: label.tests.clone(),
            container: label.container.clone(),
            volume: label.volume.clone(),
            priority: label.priority.name().to_owned(),
            collected: label.collected.as_ref().map(|Collected { at, by }| WrittenCollected { at: at.clone(), by: by.clone() }),
            number: label.count.number,
            of: label.count.of,
            realm: label.realm.name().to_owned(),
        }
    }

    fn read(self, number: usize) -> Result<Label, DocumentTrouble> {
        let wrong = |field: &'static str| move |what: String| DocumentTrouble::Field { number, field, what };
        let text = |field, text: String| if is_short(&text) { Ok(text) } else { Err(wrong(field)(too_long())) };
        if self.tests.len() > TESTS_MAX {
            return Err(wrong("tests")(format!("{} of them; at most {TESTS_MAX} go onto a label", self.tests.len())));
        }
        let collected = match self.collected {
            Some(WrittenCollected { at, by }) => Some(Collected { at: text("collected", at)?, by: text("collected", by)? }),
            None => None,
        };
        Ok(Label {
            code: ContainerCode::parse(&self.code).map_err(|error| wrong("code")(error.to_string()))?,
            accession: AccessionNumber::parse(&self.accession).map_err(|error| wrong("accession")(error.to_string()))?,
            name: PersonName::new(&self.family, &self.given).map_err(|error| wrong("name")(hidden(error.part)))?,
            mrn: Mrn::parse(&self.mrn).map_err(|_| wrong("mrn")("not 1 to 32 printable characters".into()))?,
            birth: self
                .birth
                .map(|birth| BirthDate::parse(&birth))
                .transpose()
                .map_err(|_| wrong("birth")("not a date of birth".into()))?,
            sex: Sex::from_code(&self.sex).ok_or_else(|| wrong("sex")("not F, M, O or U".into()))?,
            tests: self.tests.into_iter().map(|test| text("tests", test)).collect::<Result<_, _>>()?,
            container: text("container", self.container)?,
            volume: text("volume", self.volume)?,
            priority: Priority::from_name(&self.priority).ok_or_else(|| wrong("priority")("not stat, urgent or routine".into()))?,
            collected,
            count: Count { number: self.number, of: self.of },
            realm: self.realm.parse().map_err(|error: kernel::realm::RealmTrouble| wrong("realm")(error.to_string()))?,
        })
    }
}

fn is_short(text: &str) -> bool {
    text.chars().nth(TEXT_CHARS_MAX).is_none()
}

fn too_long() -> String {
    format!("longer than {TEXT_CHARS_MAX} characters")
}

/// A patient's name stands in no error.
fn hidden(part: &str) -> String {
    format!("the {part} name is not 1 to 100 printable characters")
}
