//! The fields of a form as they were sent: names may stand there several times, and nothing is trusted yet.

use crate::error::Refusal;
use axum::Form;
use axum::extract::rejection::FormRejection;

/// More fields than any form of ours has, with every test of a large catalogue ticked.
const FIELDS_MAX: usize = 2_000;

/// What a form extractor gives.
pub(crate) type Sent = Result<Form<Vec<(String, String)>>, FormRejection>;

/// Fields in the order in which they were sent.
#[derive(Debug, Default)]
pub(crate) struct Fields(Vec<(String, String)>);

impl Fields {
    /// Takes what was sent, or says why it cannot be read.
    pub(crate) fn read(sent: Sent) -> Result<Self, Refusal> {
        match sent {
            Ok(Form(fields)) if fields.len() <= FIELDS_MAX => Ok(Self(fields)),
            Ok(_) => Err(Refusal::unreadable("The form has too many fields.", "the form", "Fill the form on its page and send it again.")),
            Err(rejection) if rejection.status() == axum::http::StatusCode::PAYLOAD_TOO_LARGE => Err(Refusal::body_too_large()),
            Err(_) => Err(Refusal::unreadable("The form cannot be read.", "the form", "Fill the form on its page and send it again.")),
        }
    }

    /// The first field of this name, without spaces around it; empty where there is none.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.all(name).next().unwrap_or_default().trim()
    }

    /// The first field of this name exactly as it was typed (passwords).
    pub(crate) fn exact(&self, name: &str) -> &str {
        self.all(name).next().unwrap_or_default()
    }

    /// Every field, in the order in which they were sent.
    pub(crate) fn into_pairs(self) -> Vec<(String, String)> {
        self.0
    }

    /// Every field whose name begins so, with the rest of its name.
    pub(crate) fn beginning<'a, 'n>(&'a self, with: &'n str) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a, 'n> {
        self.0.iter().filter_map(move |(key, value)| key.strip_prefix(with).map(|rest| (rest, value.as_str())))
    }

    /// Every field of this name.
    pub(crate) fn all<'a, 'n>(&'a self, name: &'n str) -> impl Iterator<Item = &'a str> + use<'a, 'n> {
        self.0.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}
