//! What is wrong while the store works on, for whoever runs the laboratory.

use crate::pending::lock;
use std::sync::Mutex;

/// What is wrong just now, or was found since the store was opened.
#[derive(Debug, Default)]
pub(crate) struct Told {
    /// Why entries of the journal get no seals; none once they do again.
    sealing: Mutex<Option<String>>,
    /// The first damage that a query met. It does not mend itself.
    damage: Mutex<Option<String>>,
}

impl Told {
    /// Sealing failed, or works again. Logged when it changes, not at each try.
    pub(crate) fn sealing(&self, trouble: Option<String>) {
        let mut known = lock(&self.sealing);
        if *known == trouble {
            return;
        }
        match &trouble {
            Some(what) => tracing::error!(what, "entries of the journal cannot be sealed; they are kept, and it is tried again"),
            None => tracing::warn!("entries of the journal are sealed again"),
        }
        *known = trouble;
    }

    /// A query met damage in the database's file.
    pub(crate) fn damage(&self, what: &str) {
        tracing::error!(what, "a query met damage in the database's file");
        lock(&self.damage).get_or_insert_with(|| what.to_owned());
    }

    /// Why entries get no seals, in the words of the database.
    pub(crate) fn why_not_sealing(&self) -> Option<String> {
        lock(&self.sealing).clone()
    }

    /// All of it in words that say what to do.
    pub(crate) fn in_words(&self) -> Vec<String> {
        let sealing = self.why_not_sealing().map(|what| {
            format!("entries of the journal cannot be sealed ({what}): mend the database, they are sealed as soon as it can be done")
        });
        let damage = lock(&self.damage)
            .clone()
            .map(|what| format!("the database's file is damaged ({what}): keep a copy of it, check the disk and restore a backup"));
        sealing.into_iter().chain(damage).collect()
    }
}
