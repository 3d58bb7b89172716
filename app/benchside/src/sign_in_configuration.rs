//! `[sign_in]` in `benchside.toml`: when sessions at the pages lock by themselves.

use actions::SignInSettings;
use serde::{Deserialize, Serialize};

/// When sessions at the pages lock by themselves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct SignInConfiguration {
    /// Seconds without use.
    pub(crate) lock_after_seconds: u32,
    /// The same for whoever is administrator and nothing else.
    pub(crate) administrator_lock_after_seconds: u32,
}

impl Default for SignInConfiguration {
    fn default() -> Self {
        let SignInSettings { lock_after_seconds, administrator_lock_after_seconds } = SignInSettings::default();
        Self { lock_after_seconds, administrator_lock_after_seconds }
    }
}

impl SignInConfiguration {
    pub(crate) fn is_default(&self) -> bool {
        *self == Self::default()
    }

    /// What the laboratory is opened with, or which setting is beyond its limits.
    pub(crate) fn settings(&self) -> Result<SignInSettings, String> {
        let Self { lock_after_seconds, administrator_lock_after_seconds } = *self;
        let named = [("lock_after_seconds", lock_after_seconds), ("administrator_lock_after_seconds", administrator_lock_after_seconds)];
        let (least, most) = (SignInSettings::SECONDS.start(), SignInSettings::SECONDS.end());
        match named.into_iter().find(|(_, seconds)| !SignInSettings::SECONDS.contains(seconds)) {
            Some((key, found)) => Err(format!("{key}: {found} must lie between {least} and {most} seconds")),
            None => Ok(SignInSettings { lock_after_seconds, administrator_lock_after_seconds }),
        }
    }
}
