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

CREATE TABLE patient (
    id BLOB NOT NULL PRIMARY KEY,
    mrn TEXT NOT NULL,
    family_name TEXT NOT NULL,
    given_name TEXT NOT NULL,
    -- ISO 8601 date, empty where it is not known.
    birth_date TEXT NOT NULL,
    sex TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX patient_mrn ON patient (mrn);

CREATE TABLE lab_order (
    id BLOB NOT NULL PRIMARY KEY,
    accession TEXT NOT NULL,
    patient_id BLOB NOT NULL REFERENCES patient (id),
    priority TEXT NOT NULL,
    ordered_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX lab_order_accession ON lab_order (accession);
CREATE INDEX lab_order_patient ON lab_order (patient_id, ordered_at, id);

CREATE TABLE container (
    id BLOB NOT NULL PRIMARY KEY,
    code TEXT NOT NULL,
    order_id BLOB NOT NULL REFERENCES lab_order (id),
    specimen TEXT NOT NULL,
    collected_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX container_code ON container (code);
CREATE INDEX container_order ON container (order_id);

-- One ordered test on one specimen. Whether it is done is read from its results, never stored twice.
CREATE TABLE examination (
    id BLOB NOT NULL PRIMARY KEY,
    container_id BLOB NOT NULL REFERENCES container (id),
    test TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX examination_container_test ON examination (container_id, test);

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
    row_version INTEGER NOT NULL
) STRICT;
CREATE INDEX task_open ON task (opened_at, id) WHERE closed_at IS NULL;
CREATE INDEX task_closed ON task (closed_at, id) WHERE closed_at IS NOT NULL;
CREATE INDEX task_transmission ON task (transmission_id);

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
