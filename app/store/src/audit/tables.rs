//! The tables whose rows are records: what the journal keeps a digest of, row by row.

use crate::sql::Sql;

crate::sql! {
    /// The rows of `patient` from a key on, in its order.
    pub(crate) SCAN_PATIENT = "SELECT id, mrn, family_name, given_name, birth_date, sex, created_at FROM patient WHERE id >= ?1 ORDER BY id LIMIT ?2";
    /// The rows of `lab_order` from a key on, in its order.
    pub(crate) SCAN_LAB_ORDER = "SELECT id, accession, patient_id, priority, ordered_at FROM lab_order WHERE id >= ?1 ORDER BY id LIMIT ?2";
    /// The rows of `container` from a key on, in its order.
    pub(crate) SCAN_CONTAINER = "SELECT id, code, order_id, specimen, collected_at FROM container WHERE id >= ?1 ORDER BY id LIMIT ?2";
    /// The rows of `examination` from a key on, in its order.
    pub(crate) SCAN_EXAMINATION = "SELECT id, container_id, test FROM examination WHERE id >= ?1 ORDER BY id LIMIT ?2";
    /// The rows of `transmission` from a key on, in its order.
    pub(crate) SCAN_TRANSMISSION = "SELECT id, link, arrival, received_at, content_hash, duplicate_of FROM transmission WHERE id >= ?1 ORDER BY id LIMIT ?2";
    /// The rows of `transmission_bytes` from a key on, in its order.
    pub(crate) SCAN_TRANSMISSION_BYTES = "SELECT transmission_id, raw FROM transmission_bytes WHERE transmission_id >= ?1 ORDER BY transmission_id LIMIT ?2";
    /// The rows of `result` from a key on, in its order.
    pub(crate) SCAN_RESULT = "SELECT examination_id, version, transmission_id, sent, sent_unit, value, reported, unit, flags, stated_at, reported_at, filed_at, state, verified_at, verifier, row_version FROM result WHERE (examination_id, version) >= (?1, ?2) ORDER BY examination_id, version LIMIT ?3";
    /// The rows of `assessment` from a key on, in its order.
    pub(crate) SCAN_ASSESSMENT = "SELECT transmission_id, at, evidence FROM assessment WHERE transmission_id >= ?1 ORDER BY transmission_id LIMIT ?2";
    /// The rows of `task` from a key on, in its order.
    pub(crate) SCAN_TASK = "SELECT id, kind, transmission_id, raw_line, why, owner, opened_at, closed_at, closed_by, closing_note, row_version FROM task WHERE id >= ?1 ORDER BY id LIMIT ?2";
    /// The rows of `staff` from a key on, in its order.
    pub(crate) SCAN_STAFF = "SELECT id, user_name, display_name, role, password_hash, created_at, one_time_until FROM staff WHERE id >= ?1 ORDER BY id LIMIT ?2";
    /// The rows of `token` from a key on, in its order.
    pub(crate) SCAN_TOKEN = "SELECT id, digest, name, created_at FROM token WHERE id >= ?1 ORDER BY id LIMIT ?2";
    /// The rows of `access` from a key on, in its order.
    pub(crate) SCAN_ACCESS = "SELECT id, at, actor, what, subject, patient_id FROM access WHERE id >= ?1 ORDER BY id LIMIT ?2";
    /// The rows of `edition` from a key on, in its order.
    pub(crate) SCAN_EDITION = "SELECT id, name, source, effective_from, digest, imported_at FROM edition WHERE id >= ?1 ORDER BY id LIMIT ?2";
    /// The rows of `edition_file` from a key on, in its order.
    pub(crate) SCAN_EDITION_FILE = "SELECT id, edition_id, file, text FROM edition_file WHERE id >= ?1 ORDER BY id LIMIT ?2";
    /// The rows of `edition_signature` from a key on, in its order.
    pub(crate) SCAN_EDITION_SIGNATURE = "SELECT id, edition_id, staff_id, signer, meaning, digest, signed_at FROM edition_signature WHERE id >= ?1 ORDER BY id LIMIT ?2";
}

/// A table of records.
#[derive(Debug)]
pub(crate) struct RecordTable {
    /// Its number in journal entries. Never reused.
    pub(crate) number: u8,
    pub(crate) name: &'static str,
    /// How many of the first columns are the key.
    pub(crate) keys: usize,
    /// All columns. A column added by a later migration goes to the end, and changes no digest while it is null.
    pub(crate) columns: &'static [&'static str],
    /// Its rows from a key on, all columns.
    pub(crate) scan: &'static Sql,
}

/// One more than the highest number of a table; 0 is none of them.
pub(crate) const NUMBERS: usize = 16;

/// Every table of records, in the order of their numbers. What is not here is working state (what waits to be filed, browser sessions, leased code blocks), the engine's own, or
/// the journal itself, which its seals protect.
pub(crate) static RECORD_TABLES: &[RecordTable] = &[
    RecordTable {
        number: 1,
        name: "patient",
        keys: 1,
        columns: &["id", "mrn", "family_name", "given_name", "birth_date", "sex", "created_at"],
        scan: &SCAN_PATIENT,
    },
    RecordTable {
        number: 2,
        name: "lab_order",
        keys: 1,
        columns: &["id", "accession", "patient_id", "priority", "ordered_at"],
        scan: &SCAN_LAB_ORDER,
    },
    RecordTable {
        number: 3,
        name: "container",
        keys: 1,
        columns: &["id", "code", "order_id", "specimen", "collected_at"],
        scan: &SCAN_CONTAINER,
    },
    RecordTable { number: 4, name: "examination", keys: 1, columns: &["id", "container_id", "test"], scan: &SCAN_EXAMINATION },
    RecordTable {
        number: 5,
        name: "transmission",
        keys: 1,
        columns: &["id", "link", "arrival", "received_at", "content_hash", "duplicate_of"],
        scan: &SCAN_TRANSMISSION,
    },
    RecordTable { number: 6, name: "transmission_bytes", keys: 1, columns: &["transmission_id", "raw"], scan: &SCAN_TRANSMISSION_BYTES },
    RecordTable {
        number: 7,
        name: "result",
        keys: 2,
        columns: &[
            "examination_id",
            "version",
            "transmission_id",
            "sent",
            "sent_unit",
            "value",
            "reported",
            "unit",
            "flags",
            "stated_at",
            "reported_at",
            "filed_at",
            "state",
            "verified_at",
            "verifier",
            "row_version",
        ],
        scan: &SCAN_RESULT,
    },
    RecordTable { number: 8, name: "assessment", keys: 1, columns: &["transmission_id", "at", "evidence"], scan: &SCAN_ASSESSMENT },
    RecordTable {
        number: 9,
        name: "task",
        keys: 1,
        columns: &[
            "id",
            "kind",
            "transmission_id",
            "raw_line",
            "why",
            "owner",
            "opened_at",
            "closed_at",
            "closed_by",
            "closing_note",
            "row_version",
        ],
        scan: &SCAN_TASK,
    },
    RecordTable {
        number: 10,
        name: "staff",
        keys: 1,
        columns: &["id", "user_name", "display_name", "role", "password_hash", "created_at", "one_time_until"],
        scan: &SCAN_STAFF,
    },
    RecordTable { number: 11, name: "token", keys: 1, columns: &["id", "digest", "name", "created_at"], scan: &SCAN_TOKEN },
    RecordTable {
        number: 12,
        name: "access",
        keys: 1,
        columns: &["id", "at", "actor", "what", "subject", "patient_id"],
        scan: &SCAN_ACCESS,
    },
    RecordTable {
        number: 13,
        name: "edition",
        keys: 1,
        columns: &["id", "name", "source", "effective_from", "digest", "imported_at"],
        scan: &SCAN_EDITION,
    },
    RecordTable { number: 14, name: "edition_file", keys: 1, columns: &["id", "edition_id", "file", "text"], scan: &SCAN_EDITION_FILE },
    RecordTable {
        number: 15,
        name: "edition_signature",
        keys: 1,
        columns: &["id", "edition_id", "staff_id", "signer", "meaning", "digest", "signed_at"],
        scan: &SCAN_EDITION_SIGNATURE,
    },
];

/// The table of records of this name, if it is one.
pub(crate) fn record_table(name: &str) -> Option<&'static RecordTable> {
    RECORD_TABLES.iter().find(|table| table.name == name)
}

/// The table of records of this number.
pub(crate) fn numbered(number: u8) -> Option<&'static RecordTable> {
    // They stand in the order of their numbers: asked for each record there is, a search would be felt.
    RECORD_TABLES.get(usize::from(number).checked_sub(1)?).filter(|table| table.number == number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_is_found_by_its_number_and_nothing_else_is() {
        for table in RECORD_TABLES {
            assert_eq!(numbered(table.number).map(|found| found.name), Some(table.name));
        }
        let found = (0..=u8::MAX).filter(|number| numbered(*number).is_some()).count();
        assert_eq!(found, RECORD_TABLES.len());
        assert!(found < NUMBERS);
    }
}
