//! What is true of a patient for a time, and changes how results are read or what blood must be like.

use crate::words::Lang;

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident = $name:literal, $words:literal),+ $(,)?) => {
        /// A kind of dated fact. The names are stored.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum PatientFactKind {
            $($(#[$doc])* $kind,)+
        }

        impl PatientFactKind {
            /// Every one, in the order of forms.
            pub const ALL: &'static [Self] = &[$(Self::$kind),+];

            /// The stored name.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$kind => $name),+ }
            }

            /// As a person reads it.
            pub const fn words(self, lang: Lang) -> &'static str {
                let Lang::English = lang;
                match self { $(Self::$kind => $words),+ }
            }
        }
    };
}

kinds! {
    /// Pregnant.
    Pregnancy = "pregnancy", "Pregnancy",
    /// An organ or stem cells of somebody else.
    Transplant = "transplant", "Transplant",
    /// On dialysis.
    Dialysis = "dialysis", "Dialysis",
    /// Blood components must be irradiated.
    Irradiated = "irradiated", "Transfusion: irradiated",
    /// Blood components must be negative for cytomegalovirus, or as safe.
    CmvNegative = "cmv_negative", "Transfusion: CMV negative",
    /// Red cells and platelets must be washed.
    Washed = "washed", "Transfusion: washed",
    /// Transfused elsewhere or lately.
    Transfused = "transfused", "Transfused",
}

impl PatientFactKind {
    /// The kind stored under this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.name() == name)
    }
}
