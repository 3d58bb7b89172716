//! Rows as this program reads them; how each is fetched stands in `database`.

/// A sixteen-byte id, as stored.
pub type Id = Vec<u8>;

/// A transmission with its bytes.
#[derive(Clone, Debug, Default)]
pub struct TransmissionRow {
    /// Its id.
    pub id: Id,
    /// The link it came over.
    pub link: String,
    /// The stored hash of its records.
    pub content_hash: Vec<u8>,
    /// The original, if this is a resend.
    pub duplicate_of: Option<Id>,
    /// Whether it is filed.
    pub filed: bool,
    /// Its bytes, if there is a row of them.
    pub raw: Option<Vec<u8>>,
    /// Whether it has an assessment row.
    pub assessed: bool,
}

/// A result with where it hangs; what is missing is `None`.
#[derive(Clone, Debug, Default)]
pub struct ResultRow {
    /// The transmission it came with.
    pub transmission: Id,
    /// Its version.
    pub version: i64,
    /// The value as sent.
    pub sent: String,
    /// The unit as sent.
    pub sent_unit: String,
    /// `held` or `verified`.
    pub state: String,
    /// Whether there is a time of verification.
    pub verified_at: bool,
    /// Who vouched.
    pub verifier: Option<String>,
    /// The test of its examination.
    pub test: Option<String>,
    /// The code of the examination's container.
    pub container: Option<String>,
    /// The accession of the container's order.
    pub accession: Option<String>,
    /// The record number of the order's patient.
    pub mrn: Option<String>,
}

/// A task about a reading.
#[derive(Clone, Debug, Default)]
pub struct TaskRow {
    /// The transmission it came with.
    pub transmission: Id,
    /// The device's record.
    pub raw_line: String,
}

/// A journal entry about something.
#[derive(Clone, Debug, Default)]
pub struct JournalRow {
    /// What was done.
    pub act: String,
    /// Whether it was accepted.
    pub accepted: bool,
    /// What it was done to.
    pub subject: Id,
}
