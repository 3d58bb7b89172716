-- The engine's own tables. Written in SQLite's STRICT words; the runner translates them for PostgreSQL.

-- One row: whose database this is.
CREATE TABLE stamp (
    one INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    -- 'production', 'training', 'validation' or 'demonstration'.
    realm TEXT NOT NULL,
    schema_version INTEGER NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

-- What has been run here, with the digest of its text: another draft of the same number is noticed.
CREATE TABLE migration (
    number INTEGER NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    digest BLOB NOT NULL,
    applied_at INTEGER NOT NULL
) STRICT;

-- One entry per command, done or refused. Insert only. Ids are UUID v7, so it grows at its end.
CREATE TABLE journal (
    command_id BLOB NOT NULL PRIMARY KEY,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    act TEXT NOT NULL,
    accepted INTEGER NOT NULL,
    subject BLOB,
    note TEXT NOT NULL,
    -- Of each record it wrote: table, key and digest of the row as it then stood.
    images BLOB NOT NULL
) STRICT;

-- Entries that no seal covers yet, where the one who commits cannot seal: written with the entry, taken out by the sealer.
CREATE TABLE pending_seal (
    command_id BLOB NOT NULL PRIMARY KEY
) STRICT, WITHOUT ROWID;

-- The chain: each seal's hash covers the seal before it and the entry it seals. Numbers run 1, 2, 3.
CREATE TABLE seal (
    no INTEGER NOT NULL PRIMARY KEY,
    command_id BLOB NOT NULL,
    hash BLOB NOT NULL
) STRICT;

-- Rows that make no sense, each once.
CREATE TABLE quarantine (
    table_name TEXT NOT NULL,
    column_name TEXT NOT NULL,
    row_id TEXT NOT NULL,
    what TEXT NOT NULL,
    found_at INTEGER NOT NULL,
    PRIMARY KEY (table_name, column_name, row_id)
) STRICT;
