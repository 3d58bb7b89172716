//! The files of an edition by name: what an edition is exported as, imported from and reviewed in.

use crate::table::ContentTrouble;
use crate::{Catalogue, CatalogueText};
use std::collections::BTreeMap;

/// A file of an edition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum EditionFile {
    /// Name, source, date and signature.
    Edition,
    /// Kinds of containers.
    Containers,
    /// Tests.
    Tests,
    /// Methods; may be left out.
    Methods,
    /// What tests need of the containers they accept.
    TestContainers,
    /// Critical limits.
    CriticalLimits,
    /// Absurd limits; may be left out.
    AbsurdLimits,
    /// Limits of change; may be left out.
    DeltaLimits,
    /// Measuring ranges; may be left out.
    MeasuringRanges,
    /// Limits of haemolysis, icterus and lipaemia; may be left out.
    InterferenceLimits,
    /// Reference intervals; may be left out.
    ReferenceIntervals,
    /// Panels; may be left out.
    Panels,
    /// Factors of LDL cholesterol by Martin and Hopkins; may be left out.
    LdlFactors,
    /// Reasons for which specimens are rejected; may be left out.
    RejectionReasons,
    /// What tests may err by; may be left out.
    AllowableErrors,
    /// What a person who types a coded result may choose from; may be left out.
    CodedChoices,
    /// What the director decides where there is a choice; may be left out.
    Policies,
}

impl EditionFile {
    /// All of them, in the order in which they build on each other.
    pub const ALL: [Self; 17] = [
        Self::Edition,
        Self::Containers,
        Self::Tests,
        Self::TestContainers,
        Self::Panels,
        Self::Methods,
        Self::ReferenceIntervals,
        Self::CriticalLimits,
        Self::AbsurdLimits,
        Self::DeltaLimits,
        Self::MeasuringRanges,
        Self::InterferenceLimits,
        Self::LdlFactors,
        Self::RejectionReasons,
        Self::AllowableErrors,
        Self::CodedChoices,
        Self::Policies,
    ];

    /// The file's name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Edition => "edition.toml",
            Self::Containers => "containers.csv",
            Self::Tests => "tests.csv",
            Self::Methods => "methods.csv",
            Self::TestContainers => "test_containers.csv",
            Self::CriticalLimits => "critical_limits.csv",
            Self::AbsurdLimits => "absurd_limits.csv",
            Self::DeltaLimits => "delta_limits.csv",
            Self::MeasuringRanges => "measuring_ranges.csv",
            Self::InterferenceLimits => "interference_limits.csv",
            Self::ReferenceIntervals => "reference_intervals.csv",
            Self::Panels => "panels.csv",
            Self::LdlFactors => "martin_hopkins_factors.csv",
            Self::RejectionReasons => "rejection_reasons.csv",
            Self::AllowableErrors => "allowable_errors.csv",
            Self::CodedChoices => "coded_choices.csv",
            Self::Policies => "policies.csv",
        }
    }

    const fn may_be_missing(self) -> bool {
        !matches!(self, Self::Edition | Self::Containers | Self::Tests | Self::TestContainers | Self::CriticalLimits)
    }
}

/// The text of an edition, file by file. None that must be there is missing; what stands in them has not been read yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EditionFiles(BTreeMap<EditionFile, String>);

impl EditionFiles {
    /// Takes files by name. A file that belongs to no edition, and one that is missing, is named: an edition is never half of one.
    pub fn new(files: impl IntoIterator<Item = (String, String)>) -> Result<Self, Vec<ContentTrouble>> {
        let (mut known, mut troubles) = (BTreeMap::new(), Vec::new());
        let whole = |file: &str, what: &str| ContentTrouble { file: file.to_owned(), line: 0, what: what.to_owned() };
        for (name, text) in files {
            match EditionFile::ALL.into_iter().find(|file| file.name() == name) {
                Some(file) => drop(known.insert(file, text)),
                None => troubles.push(whole(&name, "no edition has a file of this name")),
            }
        }
        for file in EditionFile::ALL {
            if !file.may_be_missing() && !known.contains_key(&file) {
                troubles.push(whole(file.name(), "the file is missing"));
            }
        }
        if troubles.is_empty() { Ok(Self(known)) } else { Err(troubles) }
    }

    /// Every file with its text.
    pub fn iter(&self) -> impl Iterator<Item = (EditionFile, &str)> {
        self.0.iter().map(|(file, text)| (*file, text.as_str()))
    }

    /// The text of a file, if the edition has it.
    pub fn get(&self, file: EditionFile) -> Option<&str> {
        self.0.get(&file).map(String::as_str)
    }

    /// Reads the edition: see [`Catalogue::read`].
    pub fn read(&self) -> Result<Catalogue, Vec<ContentTrouble>> {
        let text = |file| self.get(file).unwrap_or_default();
        Catalogue::read(CatalogueText {
            edition: text(EditionFile::Edition),
            containers: text(EditionFile::Containers),
            tests: text(EditionFile::Tests),
            methods: self.get(EditionFile::Methods),
            test_containers: text(EditionFile::TestContainers),
            critical_limits: text(EditionFile::CriticalLimits),
            absurd_limits: self.get(EditionFile::AbsurdLimits),
            delta_limits: self.get(EditionFile::DeltaLimits),
            measuring_ranges: self.get(EditionFile::MeasuringRanges),
            interference_limits: self.get(EditionFile::InterferenceLimits),
            reference_intervals: self.get(EditionFile::ReferenceIntervals),
            panels: self.get(EditionFile::Panels),
            ldl_factors: self.get(EditionFile::LdlFactors),
            rejection_reasons: self.get(EditionFile::RejectionReasons),
            allowable_errors: self.get(EditionFile::AllowableErrors),
            coded_choices: self.get(EditionFile::CodedChoices),
            policies: self.get(EditionFile::Policies),
        })
    }
}
