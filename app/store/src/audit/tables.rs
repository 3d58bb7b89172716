//! The tables whose rows are records: what the journal keeps a digest of, row by row.

use crate::sql::Sql;

crate::sql! {
    /// The rows of `patient` from a key on, in its order.
    pub(crate) SCAN_PATIENT = "SELECT id, mrn, authority, family_name, given_name, birth_date, sex, created_at, row_version, identity, mother_id, merged_into, told_at FROM patient WHERE id >= ?1 ORDER BY id LIMIT ?2";
    /// The rows of `lab_order` from a key on, in its order.
    pub(crate) SCAN_LAB_ORDER = "SELECT id, accession, patient_id, priority, ordered_at, original_patient_id FROM lab_order WHERE id >= ?1 ORDER BY id LIMIT ?2";
    /// The rows of `container` from a key on, in its order.
    pub(crate) SCAN_CONTAINER = "SELECT id, code, order_id, specimen, collected_at, kind, row_version, due_at, collector, printed_at, received_at, ended_at, ended_why, replaces FROM container WHERE id >= ?1 ORDER BY id LIMIT ?2";
    /// The rows of `examination` from a key on, in its order.
    pub(crate) SCAN_EXAMINATION = "SELECT id, container_id, test, cancelled_at, held_at, placer_order_id FROM examination WHERE id >= ?1 ORDER BY id LIMIT ?2";
    /// The rows of `transmission` from a key on, in its order.
    pub(crate) SCAN_TRANSMISSION = "SELECT id, link, arrival, received_at, content_hash, duplicate_of FROM transmission WHERE id >= ?1 ORDER BY id LIMIT ?2";
    /// The rows of `transmission_bytes` from a key on, in its order.
    pub(crate) SCAN_TRANSMISSION_BYTES = "SELECT transmission_id, raw FROM transmission_bytes WHERE transmission_id >= ?1 ORDER BY transmission_id LIMIT ?2";
    /// The rows of `result` from a key on, in its order.
    pub(crate) SCAN_RESULT = "SELECT examination_id, version, transmission_id, sent, sent_unit, value, reported, unit, flags, stated_at, reported_at, filed_at, state, verified_at, verifier, row_version FROM result WHERE (examination_id, version) >= (?1, ?2) ORDER BY examination_id, version LIMIT ?3";
    /// The rows of `assessment` from a key on, in its order.
    pub(crate) SCAN_ASSESSMENT = "SELECT transmission_id, at, evidence FROM assessment WHERE transmission_id >= ?1 ORDER BY transmission_id LIMIT ?2";
    /// The rows of `task` from a key on, in its order.
    pub(crate) SCAN_TASK = "SELECT id, kind, transmission_id, raw_line, why, owner, opened_at, closed_at, closed_by, closing_note, row_version, order_id, patient_id, hl7_message_id FROM task WHERE id >= ?1 ORDER BY id LIMIT ?2";
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
    /// The rows of `patient_identifier` from a key on, in its order.
    pub(crate) SCAN_PATIENT_IDENTIFIER = "SELECT id, value, authority, kind, patient_id, recorded_at FROM patient_identifier WHERE id >= ?1 ORDER BY id LIMIT ?2";
    /// The rows of `patient_former` from a key on, in its order.
    pub(crate) SCAN_PATIENT_FORMER = "SELECT patient_id, version, family_name, given_name, birth_date, sex, identity, replaced_at, replaced_by FROM patient_former WHERE (patient_id, version) >= (?1, ?2) ORDER BY patient_id, version LIMIT ?3";
    /// The rows of `patient_merge` from a key on, in its order.
    pub(crate) SCAN_PATIENT_MERGE = "SELECT id, survivor_id, retired_id, merged_at, merged_by, confirmed_by, reason, undone_at, undone_by, undone_confirmed_by, undone_reason FROM patient_merge WHERE id >= ?1 ORDER BY id LIMIT ?2";
    /// The rows of `patient_fact` from a key on, in its order.
    pub(crate) SCAN_PATIENT_FACT = "SELECT id, patient_id, kind, detail, from_day, until_day, recorded_at, recorded_by, row_version, withdrawn_at, withdrawn_by, original_patient_id FROM patient_fact WHERE id >= ?1 ORDER BY id LIMIT ?2";
    /// The rows of `visit` from a key on, in its order.
    pub(crate) SCAN_VISIT = "SELECT id, number, authority, patient_id, state, class, ward, room, bed, facility, told_at, row_version, original_patient_id FROM visit WHERE id >= ?1 ORDER BY id LIMIT ?2";
    /// The rows of `requisition` from a key on, in its order.
    pub(crate) SCAN_REQUISITION = "SELECT order_id, requester, requester_identifier, contact, location, clinical_information, copies_to, source, row_version, visit_id FROM requisition WHERE order_id >= ?1 ORDER BY order_id LIMIT ?2";
    /// The rows of `order_answer` from a key on, in its order.
    pub(crate) SCAN_ORDER_ANSWER = "SELECT id, order_id, question, answer FROM order_answer WHERE id >= ?1 ORDER BY id LIMIT ?2";
    /// The rows of `placer_order` from a key on, in its order.
    pub(crate) SCAN_PLACER_ORDER = "SELECT id, number, authority, group_number, order_id, code, placed_at FROM placer_order WHERE id >= ?1 ORDER BY id LIMIT ?2";
    /// The rows of `voided_label` from a key on, in its order.
    pub(crate) SCAN_VOIDED_LABEL = "SELECT id, code, container_id, voided_at, voided_by, reason FROM voided_label WHERE id >= ?1 ORDER BY id LIMIT ?2";
    /// The rows of `order_event` from a key on, in its order.
    pub(crate) SCAN_ORDER_EVENT = "SELECT id, order_id, at, actor, kind, note, container_id, examination_id FROM order_event WHERE id >= ?1 ORDER BY id LIMIT ?2";
    /// The rows of `hl7_message` from a key on, in its order.
    pub(crate) SCAN_HL7_MESSAGE = "SELECT id, link, received_at, sender, message_type, control_id, identity, content_hash, state, repeats, outcome FROM hl7_message WHERE id >= ?1 ORDER BY id LIMIT ?2";
    /// The rows of `hl7_message_bytes` from a key on, in its order.
    pub(crate) SCAN_HL7_MESSAGE_BYTES = "SELECT message_id, raw, accept_answer, application_answer FROM hl7_message_bytes WHERE message_id >= ?1 ORDER BY message_id LIMIT ?2";
    /// The rows of `manual_entry` from a key on, in its order.
    pub(crate) SCAN_MANUAL_ENTRY = "SELECT id, examination_id, typed, staff_id, entered_at, edition, needs_second FROM manual_entry WHERE id >= ?1 ORDER BY id LIMIT ?2";
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
pub(crate) const NUMBERS: usize = 29;

/// Every table of records, in the order of their numbers. What is not here is working state (what waits to be filed, browser sessions, leased code blocks), the engine's own, or
/// the journal itself, which its seals protect.
pub(crate) static RECORD_TABLES: &[RecordTable] = &[
    RecordTable {
        number: 1,
        name: "patient",
        keys: 1,
        columns: &[
            "id",
            "mrn",
            "authority",
            "family_name",
            "given_name",
            "birth_date",
            "sex",
            "created_at",
            "row_version",
            "identity",
            "mother_id",
            "merged_into",
            "told_at",
        ],
        scan: &SCAN_PATIENT,
    },
    RecordTable {
        number: 2,
        name: "lab_order",
        keys: 1,
        columns: &["id", "accession", "patient_id", "priority", "ordered_at", "original_patient_id"],
        scan: &SCAN_LAB_ORDER,
    },
    RecordTable {
        number: 3,
        name: "container",
        keys: 1,
        columns: &[
            "id",
            "code",
            "order_id",
            "specimen",
            "collected_at",
            "kind",
            "row_version",
            "due_at",
            "collector",
            "printed_at",
            "received_at",
            "ended_at",
            "ended_why",
            "replaces",
        ],
        scan: &SCAN_CONTAINER,
    },
    RecordTable {
        number: 4,
        name: "examination",
        keys: 1,
        columns: &["id", "container_id", "test", "cancelled_at", "held_at", "placer_order_id"],
        scan: &SCAN_EXAMINATION,
    },
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
            "order_id",
            "patient_id",
            "hl7_message_id",
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
    RecordTable {
        number: 16,
        name: "patient_identifier",
        keys: 1,
        columns: &["id", "value", "authority", "kind", "patient_id", "recorded_at"],
        scan: &SCAN_PATIENT_IDENTIFIER,
    },
    RecordTable {
        number: 17,
        name: "patient_former",
        keys: 2,
        columns: &["patient_id", "version", "family_name", "given_name", "birth_date", "sex", "identity", "replaced_at", "replaced_by"],
        scan: &SCAN_PATIENT_FORMER,
    },
    RecordTable {
        number: 18,
        name: "patient_merge",
        keys: 1,
        columns: &[
            "id",
            "survivor_id",
            "retired_id",
            "merged_at",
            "merged_by",
            "confirmed_by",
            "reason",
            "undone_at",
            "undone_by",
            "undone_confirmed_by",
            "undone_reason",
        ],
        scan: &SCAN_PATIENT_MERGE,
    },
    RecordTable {
        number: 19,
        name: "patient_fact",
        keys: 1,
        columns: &[
            "id",
            "patient_id",
            "kind",
            "detail",
            "from_day",
            "until_day",
            "recorded_at",
            "recorded_by",
            "row_version",
            "withdrawn_at",
            "withdrawn_by",
            "original_patient_id",
        ],
        scan: &SCAN_PATIENT_FACT,
    },
    RecordTable {
        number: 20,
        name: "visit",
        keys: 1,
        columns: &[
            "id",
            "number",
            "authority",
            "patient_id",
            "state",
            "class",
            "ward",
            "room",
            "bed",
            "facility",
            "told_at",
            "row_version",
            "original_patient_id",
        ],
        scan: &SCAN_VISIT,
    },
    RecordTable {
        number: 21,
        name: "requisition",
        keys: 1,
        columns: &[
            "order_id",
            "requester",
            "requester_identifier",
            "contact",
            "location",
            "clinical_information",
            "copies_to",
            "source",
            "row_version",
            "visit_id",
        ],
        scan: &SCAN_REQUISITION,
    },
    RecordTable { number: 22, name: "order_answer", keys: 1, columns: &["id", "order_id", "question", "answer"], scan: &SCAN_ORDER_ANSWER },
    RecordTable {
        number: 23,
        name: "placer_order",
        keys: 1,
        columns: &["id", "number", "authority", "group_number", "order_id", "code", "placed_at"],
        scan: &SCAN_PLACER_ORDER,
    },
    RecordTable {
        number: 24,
        name: "voided_label",
        keys: 1,
        columns: &["id", "code", "container_id", "voided_at", "voided_by", "reason"],
        scan: &SCAN_VOIDED_LABEL,
    },
    RecordTable {
        number: 25,
        name: "order_event",
        keys: 1,
        columns: &["id", "order_id", "at", "actor", "kind", "note", "container_id", "examination_id"],
        scan: &SCAN_ORDER_EVENT,
    },
    RecordTable {
        number: 26,
        name: "hl7_message",
        keys: 1,
        columns: &[
            "id",
            "link",
            "received_at",
            "sender",
            "message_type",
            "control_id",
            "identity",
            "content_hash",
            "state",
            "repeats",
            "outcome",
        ],
        scan: &SCAN_HL7_MESSAGE,
    },
    RecordTable {
        number: 27,
        name: "hl7_message_bytes",
        keys: 1,
        columns: &["message_id", "raw", "accept_answer", "application_answer"],
        scan: &SCAN_HL7_MESSAGE_BYTES,
    },
    RecordTable {
        number: 28,
        name: "manual_entry",
        keys: 1,
        columns: &["id", "examination_id", "typed", "staff_id", "entered_at", "edition", "needs_second"],
        scan: &SCAN_MANUAL_ENTRY,
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
