-- The first rooms of the database. Written in SQLite's STRICT words; the runner translates INTEGER, BLOB and TEXT for PostgreSQL.
-- Ids are 16 bytes (UUID v7), times are microseconds UTC, decimals and dates are TEXT, booleans 0 or 1.

CREATE TABLE staff (
    id BLOB NOT NULL PRIMARY KEY,
    user_name TEXT NOT NULL,
    display_name TEXT NOT NULL,
    role TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    -- Until when the password is a one-time one, good for choosing another; null where the person chose it.
    one_time_until INTEGER
) STRICT;
CREATE UNIQUE INDEX staff_user_name ON staff (user_name);

-- Bearer tokens of programs; only the SHA-256 digest is kept.
CREATE TABLE token (
    id BLOB NOT NULL PRIMARY KEY,
    digest BLOB NOT NULL,
    name TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX token_digest ON token (digest);

-- Browser sessions; only the digest of the cookie is kept.
CREATE TABLE session (
    id BLOB NOT NULL PRIMARY KEY,
    digest BLOB NOT NULL,
    staff_id BLOB NOT NULL REFERENCES staff (id),
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    -- When the person last did something, as far as it was written: the newest is in memory, written together now and then.
    used_at INTEGER NOT NULL,
    -- When it was locked by hand; null where it was not. Locked by time is read from used_at, never stored.
    locked_at INTEGER
) STRICT;
CREATE UNIQUE INDEX session_digest ON session (digest);
CREATE INDEX session_staff ON session (staff_id);
CREATE INDEX session_expires ON session (expires_at);

-- The next free number of each kind of code; nodes lease blocks, so this row is touched once in hundreds of codes.
CREATE TABLE code_block (
    kind TEXT NOT NULL PRIMARY KEY,
    next_number INTEGER NOT NULL
) STRICT;

-- A person whose specimens are examined. Of two records of one person that were merged, one goes on and the other names it: its number leads there
-- for ever, and what was recorded under it can be told apart again.
CREATE TABLE patient (
    id BLOB NOT NULL PRIMARY KEY,
    -- The record number, and who gives such numbers: empty for the site itself.
    mrn TEXT NOT NULL,
    authority TEXT NOT NULL DEFAULT '',
    family_name TEXT NOT NULL,
    given_name TEXT NOT NULL,
    -- ISO 8601 date, empty where it is not known.
    birth_date TEXT NOT NULL,
    sex TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    row_version INTEGER NOT NULL DEFAULT 1,
    -- 'unknown' while nobody knows who it is; null else.
    identity TEXT,
    -- Of a newborn.
    mother_id BLOB REFERENCES patient (id),
    -- The record that goes on.
    merged_into BLOB REFERENCES patient (id),
    -- When what a hospital system last told of this patient happened: what is older is not believed.
    told_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX patient_mrn ON patient (mrn, authority);
CREATE INDEX patient_birth ON patient (birth_date, id);
CREATE INDEX patient_mother ON patient (mother_id, id) WHERE mother_id IS NOT NULL;
CREATE INDEX patient_merged ON patient (merged_into, id) WHERE merged_into IS NOT NULL;

-- By which words a patient's name is found: each alone behind a space, and each in front of each other. Made from the names; no record, so that it
-- stands in nothing's way.
CREATE TABLE patient_name (
    words TEXT NOT NULL,
    patient_id BLOB NOT NULL,
    PRIMARY KEY (words, patient_id)
) STRICT, WITHOUT ROWID;

-- Further numbers of a patient, beside the record number.
CREATE TABLE patient_identifier (
    id BLOB NOT NULL PRIMARY KEY,
    value TEXT NOT NULL,
    authority TEXT NOT NULL,
    -- The sender's word for what kind of number it is (HL7 table 0203), or empty.
    kind TEXT NOT NULL,
    patient_id BLOB NOT NULL REFERENCES patient (id),
    recorded_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX patient_identifier_value ON patient_identifier (value, authority);
CREATE INDEX patient_identifier_patient ON patient_identifier (patient_id, id);

-- A patient's facts as they stood before they were changed. Insert only.
CREATE TABLE patient_former (
    patient_id BLOB NOT NULL,
    -- The version of the patient that this was.
    version INTEGER NOT NULL,
    family_name TEXT NOT NULL,
    given_name TEXT NOT NULL,
    birth_date TEXT NOT NULL,
    sex TEXT NOT NULL,
    identity TEXT,
    replaced_at INTEGER NOT NULL,
    replaced_by TEXT NOT NULL,
    PRIMARY KEY (patient_id, version)
) STRICT, WITHOUT ROWID;

-- Two records found to be of one person, by two people or by the hospital system that gives the numbers; and perhaps found to be of two after all.
CREATE TABLE patient_merge (
    id BLOB NOT NULL PRIMARY KEY,
    survivor_id BLOB NOT NULL REFERENCES patient (id),
    retired_id BLOB NOT NULL REFERENCES patient (id),
    merged_at INTEGER NOT NULL,
    merged_by TEXT NOT NULL,
    -- The second person; empty where a message said it.
    confirmed_by TEXT NOT NULL,
    reason TEXT NOT NULL,
    undone_at INTEGER,
    undone_by TEXT,
    undone_confirmed_by TEXT,
    undone_reason TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX patient_merge_survivor ON patient_merge (survivor_id, id);
CREATE UNIQUE INDEX patient_merge_retired ON patient_merge (retired_id) WHERE undone_at IS NULL;

-- What is true of a patient for a time, and changes how results are read: pregnancy, transplant, dialysis, what blood must be like.
CREATE TABLE patient_fact (
    id BLOB NOT NULL PRIMARY KEY,
    patient_id BLOB NOT NULL REFERENCES patient (id),
    kind TEXT NOT NULL,
    detail TEXT NOT NULL,
    -- ISO days; the end is empty while it goes on.
    from_day TEXT NOT NULL,
    until_day TEXT NOT NULL,
    recorded_at INTEGER NOT NULL,
    recorded_by TEXT NOT NULL,
    row_version INTEGER NOT NULL,
    withdrawn_at INTEGER,
    withdrawn_by TEXT,
    -- Under whose number it was recorded, where a merge moved it.
    original_patient_id BLOB
) STRICT, WITHOUT ROWID;
CREATE INDEX patient_fact_patient ON patient_fact (patient_id, id);

-- A stay or a visit, as the hospital system numbers it.
CREATE TABLE visit (
    id BLOB NOT NULL PRIMARY KEY,
    number TEXT NOT NULL,
    authority TEXT NOT NULL,
    patient_id BLOB NOT NULL REFERENCES patient (id),
    -- 'expected', 'present', 'left' or 'cancelled'.
    state TEXT NOT NULL,
    -- HL7 table 0004: I inpatient, O outpatient, E emergency; hospitals have more.
    class TEXT NOT NULL,
    ward TEXT NOT NULL,
    room TEXT NOT NULL,
    bed TEXT NOT NULL,
    facility TEXT NOT NULL,
    told_at INTEGER NOT NULL,
    row_version INTEGER NOT NULL,
    original_patient_id BLOB
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX visit_number ON visit (number, authority);
CREATE INDEX visit_patient ON visit (patient_id, told_at, id);

CREATE TABLE lab_order (
    id BLOB NOT NULL PRIMARY KEY,
    accession TEXT NOT NULL,
    patient_id BLOB NOT NULL REFERENCES patient (id),
    priority TEXT NOT NULL,
    ordered_at INTEGER NOT NULL,
    -- Under whose number it was placed, where a merge moved it.
    original_patient_id BLOB
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX lab_order_accession ON lab_order (accession);
CREATE INDEX lab_order_patient ON lab_order (patient_id, ordered_at, id);

-- What the request says beside its tests (42 CFR 493.1241). Empty where it says nothing.
CREATE TABLE requisition (
    order_id BLOB NOT NULL PRIMARY KEY REFERENCES lab_order (id),
    -- Who is authorised to ask, with the number that says so.
    requester TEXT NOT NULL,
    requester_identifier TEXT NOT NULL,
    -- Whom to call with a critical result, and how.
    contact TEXT NOT NULL,
    -- Ward, clinic or practice.
    location TEXT NOT NULL,
    clinical_information TEXT NOT NULL,
    copies_to TEXT NOT NULL,
    -- 'page', 'api', or the link it came over.
    source TEXT NOT NULL,
    row_version INTEGER NOT NULL,
    visit_id BLOB REFERENCES visit (id)
) STRICT, WITHOUT ROWID;

-- What was answered to the questions that a test asks when it is ordered.
CREATE TABLE order_answer (
    id BLOB NOT NULL PRIMARY KEY,
    order_id BLOB NOT NULL REFERENCES lab_order (id),
    question TEXT NOT NULL,
    answer TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX order_answer_question ON order_answer (order_id, question);

-- The number under which another system ordered a test or panel.
CREATE TABLE placer_order (
    id BLOB NOT NULL PRIMARY KEY,
    number TEXT NOT NULL,
    authority TEXT NOT NULL,
    -- What the sender groups its orders by, or empty.
    group_number TEXT NOT NULL,
    order_id BLOB NOT NULL REFERENCES lab_order (id),
    -- The test or panel of ours that was asked for.
    code TEXT NOT NULL,
    placed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX placer_order_number ON placer_order (number, authority);
CREATE INDEX placer_order_order ON placer_order (order_id, id);

-- A vessel with a label. How far it has come is read from its times: to be collected, collected, received, ended.
CREATE TABLE container (
    id BLOB NOT NULL PRIMARY KEY,
    code TEXT NOT NULL,
    order_id BLOB NOT NULL REFERENCES lab_order (id),
    specimen TEXT NOT NULL,
    collected_at INTEGER,
    -- The catalogue's code of what kind of vessel it is.
    kind TEXT NOT NULL DEFAULT '',
    row_version INTEGER NOT NULL DEFAULT 1,
    -- When it should be collected.
    due_at INTEGER,
    -- Who collected it: a member of staff, or a name as it was told.
    collector TEXT,
    -- When its label was first printed.
    printed_at INTEGER,
    received_at INTEGER,
    -- When nothing more was to be done on it, and why: 'rejected', 'not needed'.
    ended_at INTEGER,
    ended_why TEXT,
    -- The container that this one was collected anew for.
    replaces BLOB
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX container_code ON container (code);
CREATE INDEX container_order ON container (order_id);
CREATE INDEX container_to_collect ON container (due_at, id) WHERE collected_at IS NULL AND received_at IS NULL AND ended_at IS NULL;

-- Labels that hold no longer: reprinted, and perhaps still stuck to something. Insert only.
CREATE TABLE voided_label (
    id BLOB NOT NULL PRIMARY KEY,
    code TEXT NOT NULL,
    container_id BLOB NOT NULL REFERENCES container (id),
    voided_at INTEGER NOT NULL,
    voided_by TEXT NOT NULL,
    reason TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX voided_label_code ON voided_label (code);
CREATE INDEX voided_label_container ON voided_label (container_id, id);

-- One ordered test on one specimen. Whether it is done is read from its results, never stored twice.
CREATE TABLE examination (
    id BLOB NOT NULL PRIMARY KEY,
    container_id BLOB NOT NULL REFERENCES container (id),
    test TEXT NOT NULL,
    -- Nobody wants it any more.
    cancelled_at INTEGER,
    -- The requester asked to wait.
    held_at INTEGER,
    placer_order_id BLOB
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX examination_container_test ON examination (container_id, test);
-- Ids run with time: what was ordered lately of a test.
CREATE INDEX examination_test ON examination (test, id) WHERE cancelled_at IS NULL;

-- What happened to an order and its containers, in words for people: collected, received, rejected, cancelled. Insert only.
CREATE TABLE order_event (
    id BLOB NOT NULL PRIMARY KEY,
    order_id BLOB NOT NULL,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    kind TEXT NOT NULL,
    note TEXT NOT NULL,
    container_id BLOB,
    examination_id BLOB
) STRICT, WITHOUT ROWID;
CREATE INDEX order_event_order ON order_event (order_id, at, id);

-- What a link sent, kept before it is acknowledged. Never changed.
CREATE TABLE transmission (
    id BLOB NOT NULL PRIMARY KEY,
    link TEXT NOT NULL,
    -- Our own sequence per link, the order of filing.
    arrival INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    -- SHA-256 of the records without framing: a resend is framed anew but says the same.
    content_hash BLOB NOT NULL,
    duplicate_of BLOB
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX transmission_arrival ON transmission (link, arrival);
CREATE UNIQUE INDEX transmission_content ON transmission (link, content_hash) WHERE duplicate_of IS NULL;

-- What is still to be filed: the row is the job, written with its transmission and deleted by the command that files it. A column of transmission
-- that changes would put every filing's new index entries where every other filing reads, and on PostgreSQL they would abort each other.
CREATE TABLE unfiled (
    link TEXT NOT NULL,
    arrival INTEGER NOT NULL,
    transmission_id BLOB NOT NULL,
    PRIMARY KEY (link, arrival)
) STRICT, WITHOUT ROWID;

-- The bytes apart: rows of a few kilobytes would make every walk over transmissions slow.
CREATE TABLE transmission_bytes (
    transmission_id BLOB NOT NULL PRIMARY KEY,
    raw BLOB NOT NULL
) STRICT;

-- Tables written for every message carry no foreign keys: they would look up every row a second time, and on PostgreSQL lock it. The command that
-- writes them has just read or written what they name; `check` looks for orphans.
CREATE TABLE result (
    examination_id BLOB NOT NULL,
    version INTEGER NOT NULL,
    -- The message it came in, or the manual entry it was typed as.
    transmission_id BLOB NOT NULL,
    -- The value and unit as the device sent them.
    sent TEXT NOT NULL,
    sent_unit TEXT NOT NULL,
    -- In the catalogue's unit, not rounded, in the kernel's stored form.
    value TEXT NOT NULL,
    -- Rounded to the catalogue's digits: what is printed and what the critical limits are held against.
    reported TEXT NOT NULL,
    unit TEXT NOT NULL,
    flags TEXT NOT NULL,
    -- The device's own words about time, and the instant if a zone is known.
    stated_at TEXT NOT NULL,
    reported_at INTEGER,
    filed_at INTEGER NOT NULL,
    -- 'held' or 'verified'.
    state TEXT NOT NULL,
    verified_at INTEGER,
    -- Who vouched: 'rules:EDITION' or an actor.
    verifier TEXT,
    row_version INTEGER NOT NULL,
    PRIMARY KEY (examination_id, version)
) STRICT, WITHOUT ROWID;
CREATE INDEX result_filed ON result (filed_at, examination_id);
CREATE INDEX result_held ON result (filed_at, examination_id) WHERE state = 'held';

-- What a person typed for an examination done by hand. Its id stands where a result and its assessment else name the message they came of.
-- Insert only: what was typed anew before anybody vouched for it is another entry, and the first stays.
CREATE TABLE manual_entry (
    id BLOB NOT NULL PRIMARY KEY,
    examination_id BLOB NOT NULL,
    typed TEXT NOT NULL,
    -- Who performed it.
    staff_id BLOB NOT NULL REFERENCES staff (id),
    entered_at INTEGER NOT NULL,
    -- The edition of the catalogue it was measured by.
    edition TEXT NOT NULL,
    -- 1 where somebody else must vouch for it: it was done under supervision.
    needs_second INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX manual_entry_examination ON manual_entry (examination_id, id);

-- Who saw what of whom. Insert only.
CREATE TABLE access (
    id BLOB NOT NULL PRIMARY KEY,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    -- The kind of page, and which one.
    what TEXT NOT NULL,
    subject TEXT NOT NULL,
    patient_id BLOB
) STRICT, WITHOUT ROWID;
CREATE INDEX access_patient ON access (patient_id, at, id) WHERE patient_id IS NOT NULL;

-- One row per filed transmission: what each gate said of each result, under which edition.
CREATE TABLE assessment (
    transmission_id BLOB NOT NULL PRIMARY KEY,
    at INTEGER NOT NULL,
    evidence TEXT NOT NULL
) STRICT;

-- Work with an owner. raw_line is the device's record, so that nothing is dropped.
CREATE TABLE task (
    id BLOB NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    transmission_id BLOB,
    raw_line TEXT NOT NULL,
    why TEXT NOT NULL,
    owner TEXT NOT NULL,
    opened_at INTEGER NOT NULL,
    closed_at INTEGER,
    closed_by TEXT,
    closing_note TEXT,
    row_version INTEGER NOT NULL,
    -- Whom or what it is about, where no message of an analyser said it.
    order_id BLOB,
    patient_id BLOB,
    -- The message of a hospital system it came of.
    hl7_message_id BLOB
) STRICT;
CREATE INDEX task_open ON task (opened_at, id) WHERE closed_at IS NULL;
CREATE INDEX task_closed ON task (closed_at, id) WHERE closed_at IS NOT NULL;
CREATE INDEX task_transmission ON task (transmission_id);
CREATE INDEX task_hl7_message ON task (hl7_message_id) WHERE hl7_message_id IS NOT NULL;
CREATE INDEX task_open_kind ON task (kind) WHERE closed_at IS NULL;

-- Editions of the catalogue, file by file as they came. Insert only: what changes is an edition of another name.
CREATE TABLE edition (
    id BLOB NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    source TEXT NOT NULL,
    -- ISO day from which it holds, in the site's zone.
    effective_from TEXT NOT NULL,
    -- SHA-256 over names and texts of its files: what is signed.
    digest BLOB NOT NULL,
    imported_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX edition_name ON edition (name);
CREATE TABLE edition_file (
    id BLOB NOT NULL PRIMARY KEY,
    edition_id BLOB NOT NULL REFERENCES edition (id),
    file TEXT NOT NULL,
    text TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX edition_file_name ON edition_file (edition_id, file);

-- Who vouches for an edition, with what meaning; given by a fresh sign-in. Insert only, and once for an edition.
CREATE TABLE edition_signature (
    id BLOB NOT NULL PRIMARY KEY,
    edition_id BLOB NOT NULL REFERENCES edition (id),
    staff_id BLOB NOT NULL REFERENCES staff (id),
    -- The name as it was shown then.
    signer TEXT NOT NULL,
    meaning TEXT NOT NULL,
    -- The digest of what was signed.
    digest BLOB NOT NULL,
    signed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX edition_signature_edition ON edition_signature (edition_id);

-- HL7 version 2. What hospital systems sent over MLLP, kept with its answer before that is given. Never changed.
CREATE TABLE hl7_message (
    id BLOB NOT NULL PRIMARY KEY,
    link TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    -- MSH-3 and MSH-4, MSH-9.1 and MSH-9.2, MSH-10, as text for people; empty where no header could be read.
    sender TEXT NOT NULL,
    message_type TEXT NOT NULL,
    control_id TEXT NOT NULL,
    -- SHA-256 of MSH-3, MSH-4 and MSH-10: who sent it under which number. Fields of a header may be longer than an index takes.
    identity BLOB NOT NULL,
    -- SHA-256 of its bytes.
    content_hash BLOB NOT NULL,
    -- 'accepted', 'refused', 'failed', 'unreadable', 'incomplete', 'unanswered' or 'repeat'.
    state TEXT NOT NULL,
    -- The message whose answer was given again; its bytes are the same, so they are kept once.
    repeats BLOB,
    -- What it came to, in words.
    outcome TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX hl7_message_link ON hl7_message (link, received_at, id);
CREATE INDEX hl7_message_identity ON hl7_message (link, identity, content_hash);

-- The bytes apart, and the answers as they were given: CA, CE or CR, and AA, AE or AR.
CREATE TABLE hl7_message_bytes (
    message_id BLOB NOT NULL PRIMARY KEY,
    raw BLOB NOT NULL,
    accept_answer BLOB,
    application_answer BLOB
) STRICT;
