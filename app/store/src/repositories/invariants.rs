//! Statements of `check`: what must hold of a sound database, each naming the rows that break it.

use crate::{Reader, Row, Trouble, params, sql};

sql! {
    /// I1: an original that no longer waits to be filed, and nothing says what came of it.
    pub FILED_WITHOUT_TRACE = "SELECT t.id FROM transmission t LEFT JOIN unfiled u ON u.link = t.link AND u.arrival = t.arrival LEFT JOIN assessment a ON a.transmission_id = t.id WHERE u.link IS NULL AND t.duplicate_of IS NULL AND a.transmission_id IS NULL AND NOT EXISTS (SELECT 1 FROM task k WHERE k.transmission_id = t.id) LIMIT 100";
    /// I1: a transmission without its bytes.
    pub WITHOUT_BYTES = "SELECT t.id FROM transmission t LEFT JOIN transmission_bytes b ON b.transmission_id = t.id WHERE b.transmission_id IS NULL LIMIT 100";
    /// I1, I2: a transmission that the journal does not know.
    pub KEPT_WITHOUT_JOURNAL = "SELECT t.id FROM transmission t LEFT JOIN (SELECT subject FROM journal WHERE act IN ('keep_transmission', 'keep_and_file', 'keep_incomplete')) j ON j.subject = t.id WHERE j.subject IS NULL LIMIT 100";
    /// I1: what waits to be filed is no transmission of that link and number, or one that repeats another.
    pub UNFILED_ASTRAY = "SELECT u.transmission_id FROM unfiled u LEFT JOIN transmission t ON t.id = u.transmission_id WHERE t.id IS NULL OR t.link <> u.link OR t.arrival <> u.arrival OR t.duplicate_of IS NOT NULL LIMIT 100";
    /// I2: a result whose message still waits to be filed, or repeats another.
    pub RESULT_OF_UNFILED = "SELECT r.examination_id FROM result r JOIN transmission t ON t.id = r.transmission_id LEFT JOIN unfiled u ON u.link = t.link AND u.arrival = t.arrival WHERE u.link IS NOT NULL OR t.duplicate_of IS NOT NULL LIMIT 100";
    /// I2: a result whose examination is not there, or neither the message it came in nor the entry it was typed as. No foreign key says so, see the first migration.
    pub RESULT_ORPHANED = "SELECT r.examination_id FROM result r LEFT JOIN examination e ON e.id = r.examination_id LEFT JOIN transmission t ON t.id = r.transmission_id LEFT JOIN manual_entry m ON m.id = r.transmission_id WHERE e.id IS NULL OR (t.id IS NULL AND m.id IS NULL) OR m.examination_id <> r.examination_id LIMIT 100";
    /// I1: an entry that nothing came of: no result of its examination, or nothing says what the gates said of it.
    pub TYPED_WITHOUT_TRACE = "SELECT m.id FROM manual_entry m LEFT JOIN result r ON r.examination_id = m.examination_id AND r.version = 1 LEFT JOIN assessment a ON a.transmission_id = m.id WHERE r.examination_id IS NULL OR a.transmission_id IS NULL LIMIT 100";
    /// I2: an entry that the journal does not know.
    pub TYPED_WITHOUT_JOURNAL = "SELECT m.id FROM manual_entry m LEFT JOIN (SELECT subject FROM journal WHERE act = 'enter_result') j ON j.subject = m.id WHERE j.subject IS NULL LIMIT 100";
    /// I2: a task whose message is not there.
    pub TASK_ORPHANED = "SELECT k.id FROM task k LEFT JOIN transmission t ON t.id = k.transmission_id LEFT JOIN hl7_message h ON h.id = k.hl7_message_id WHERE (k.transmission_id IS NOT NULL AND t.id IS NULL) OR (k.hl7_message_id IS NOT NULL AND h.id IS NULL) LIMIT 100";
    /// I2: a result without what the gates said of its message.
    pub RESULT_WITHOUT_ASSESSMENT = "SELECT r.examination_id FROM result r LEFT JOIN assessment a ON a.transmission_id = r.transmission_id WHERE a.transmission_id IS NULL LIMIT 100";
    /// I3: a duplicate that names no original of the same link and content.
    pub DUPLICATE_ASTRAY = "SELECT d.id FROM transmission d LEFT JOIN transmission o ON o.id = d.duplicate_of WHERE d.duplicate_of IS NOT NULL AND (o.id IS NULL OR o.duplicate_of IS NOT NULL OR o.link <> d.link OR o.content_hash <> d.content_hash) LIMIT 100";
    /// I4: versions of a result that do not run 1, 2, 3.
    pub VERSION_MISSING = "SELECT r.examination_id FROM result r WHERE r.version < 1 OR (r.version > 1 AND NOT EXISTS (SELECT 1 FROM result p WHERE p.examination_id = r.examination_id AND p.version = r.version - 1)) LIMIT 100";
    /// I5: a result that is neither held nor verified, or half of it.
    pub STATE_TORN = "SELECT r.examination_id FROM result r WHERE NOT ((r.state = 'held' AND r.verified_at IS NULL AND r.verifier IS NULL) OR (r.state = 'verified' AND r.verified_at IS NOT NULL AND r.verifier IS NOT NULL AND r.value <> '')) LIMIT 100";
    /// I1: an HL7 message without its bytes; a repeat has those of the message it repeats.
    pub HL7_WITHOUT_BYTES = "SELECT m.id FROM hl7_message m LEFT JOIN hl7_message_bytes b ON b.message_id = COALESCE(m.repeats, m.id) WHERE b.message_id IS NULL LIMIT 100";
    /// I1: an HL7 message of which nothing came, and no task says so.
    pub HL7_WITHOUT_TASK = "SELECT m.id FROM hl7_message m WHERE m.state IN ('failed', 'unreadable', 'incomplete') AND NOT EXISTS (SELECT 1 FROM task k WHERE k.hl7_message_id = m.id) LIMIT 100";
    /// I2: an HL7 message that the journal does not know.
    pub HL7_WITHOUT_JOURNAL = "SELECT m.id FROM hl7_message m LEFT JOIN (SELECT subject FROM journal WHERE act IN ('take_hl7_message', 'keep_hl7_message')) j ON j.subject = m.id WHERE j.subject IS NULL LIMIT 100";
    /// I3: a repeat that names no message of the same link, number and content, or one that was not worked on.
    pub HL7_REPEAT_ASTRAY = "SELECT d.id FROM hl7_message d LEFT JOIN hl7_message o ON o.id = d.repeats WHERE (d.state = 'repeat') <> (d.repeats IS NOT NULL) OR (d.repeats IS NOT NULL AND (o.id IS NULL OR o.state NOT IN ('accepted', 'refused', 'unanswered') OR o.link <> d.link OR o.identity <> d.identity OR o.content_hash <> d.content_hash)) LIMIT 100";
    /// I8: what would tell in a log who was treated, in the order of patients' ids.
    pub NAMES_OF_PATIENTS = "SELECT id, mrn, family_name FROM patient WHERE id > ?1 ORDER BY id LIMIT ?2";
    /// Rows set aside because they make no sense.
    pub QUARANTINED = "SELECT row_id, table_name, column_name, what FROM quarantine ORDER BY found_at, row_id LIMIT 100";
}

/// A statement that hands back the ids of rows which break an invariant, and what it says of them.
pub static INVARIANTS: &[(&str, &crate::Sql, &str)] = &[
    ("I1", &FILED_WITHOUT_TRACE, "filed, but neither an assessment nor a task says what came of it"),
    ("I1", &WITHOUT_BYTES, "kept without its bytes"),
    ("I1", &UNFILED_ASTRAY, "waits to be filed, but is no such transmission or repeats another"),
    ("I1", &TYPED_WITHOUT_TRACE, "typed, but no result or no assessment says what came of it"),
    ("I2", &TYPED_WITHOUT_JOURNAL, "typed, but the journal does not know it"),
    ("I2", &KEPT_WITHOUT_JOURNAL, "kept, but the journal does not know it"),
    ("I2", &RESULT_OF_UNFILED, "a result of a message that was not filed"),
    ("I2", &RESULT_ORPHANED, "a result whose examination is not there, or not the message or entry it came of"),
    ("I2", &TASK_ORPHANED, "a task whose message is not there"),
    ("I2", &RESULT_WITHOUT_ASSESSMENT, "a result without what the gates said of it"),
    ("I3", &DUPLICATE_ASTRAY, "a duplicate whose original is missing or says something else"),
    ("I1", &HL7_WITHOUT_BYTES, "an HL7 message kept without its bytes"),
    ("I1", &HL7_WITHOUT_TASK, "an HL7 message of which nothing came, without a task that says so"),
    ("I2", &HL7_WITHOUT_JOURNAL, "an HL7 message that the journal does not know"),
    ("I3", &HL7_REPEAT_ASTRAY, "an HL7 message whose original is missing or says something else"),
    ("I4", &VERSION_MISSING, "versions of a result do not run 1, 2, 3"),
    ("I5", &STATE_TORN, "a result that is neither held nor verified as a whole"),
];

/// The ids of rows that break one invariant, at most a hundred.
pub fn breaking(reader: &mut Reader<'_>, statement: &'static crate::Sql) -> Result<Vec<String>, Trouble> {
    let rows = reader.query(statement, &[])?;
    Ok(rows.iter().map(Row::id_in_words).collect())
}

/// Rows in quarantine: which, and what is wrong with them.
pub fn quarantined(reader: &mut Reader<'_>) -> Result<Vec<String>, Trouble> {
    let rows = reader.query(&QUARANTINED, &[])?;
    rows.iter().map(|row| Ok(format!("{} {} column {}: {}", row.text(1)?, row.text(0)?, row.text(2)?, row.text(3)?))).collect()
}

/// What would tell in a log who was treated.
#[derive(Debug, Clone)]
pub struct NamesOfPatient {
    /// The medical record number.
    pub mrn: String,
    /// The family name.
    pub family_name: String,
}

/// Numbers and names of the first `limit` patients whose ids come after these bytes, in the order of ids; and the bytes of the last id looked at, nothing
/// behind the last patient. A row that makes no sense is left out, but the list goes on behind it.
pub fn names_of_patients(reader: &mut Reader<'_>, after: &[u8], limit: u32) -> Result<(Vec<NamesOfPatient>, Option<Vec<u8>>), Trouble> {
    let rows = reader.query(&NAMES_OF_PATIENTS, &params![after, limit])?;
    let last = rows.last().map(|row| row.blob(0).map(<[u8]>::to_vec)).transpose()?;
    let names = reader.sound(&rows, |row| Ok(NamesOfPatient { mrn: row.text(1)?.to_owned(), family_name: row.text(2)?.to_owned() }));
    Ok((names, last))
}
