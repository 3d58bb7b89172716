//! Making a database, recognising one of ours, and bringing it up to date: each migration in one transaction, recorded.

use crate::options::Opening;
use crate::outside::now;
use crate::param::Param;
use crate::row::{Inconsistent, Row};
use crate::session::{Failure, Session};
use crate::sql::Sql;
use crate::trouble::{Cause, OpenTrouble};
use kernel::Realm;
use sha2::{Digest, Sha256};

struct Migration {
    number: i64,
    name: &'static str,
    text: &'static str,
}

/// In order; the number is the schema version that it brings.
static MIGRATIONS: &[Migration] = &[
    Migration { number: 1, name: "0000_engine", text: include_str!("../migrations/0000_engine.sql") },
    Migration { number: 2, name: "0001_first", text: include_str!("../migrations/0001_first.sql") },
];

/// The schema version this program knows.
pub const SCHEMA_VERSION: i64 = 2;

crate::sql! {
    /// Whose database this is.
    pub(crate) READ_STAMP = "SELECT realm, schema_version FROM stamp WHERE one = 1";
    /// A new database gets its name.
    pub(crate) SET_STAMP = "INSERT INTO stamp (one, realm, schema_version, created_at) VALUES (1, ?1, ?2, ?3)";
    /// A migrated database gets its new version.
    pub(crate) RAISE_STAMP = "UPDATE stamp SET schema_version = ?1 WHERE one = 1";
    /// What has been run here.
    pub(crate) READ_MIGRATIONS = "SELECT number, digest FROM migration ORDER BY number";
    /// One more.
    pub(crate) NOTE_MIGRATION = "INSERT INTO migration (number, name, digest, applied_at) VALUES (?1, ?2, ?3, ?4)";
    /// How many entries the journal has.
    pub(crate) COUNT_ENTRIES = "SELECT COUNT(*) FROM journal";
    /// Whether anything at all is here, and whether it is ours.
    pub(crate) LIST_TABLES = "SELECT name FROM sqlite_schema WHERE type = 'table' AND substr(name, 1, 7) <> 'sqlite_' ORDER BY name",
        postgres "SELECT tablename::text COLLATE \"C\" FROM pg_catalog.pg_tables WHERE schemaname = current_schema() ORDER BY 1";
}

/// A session that may also define tables.
pub(crate) trait Definer: Session {
    /// Runs definitions written in STRICT words.
    fn define(&mut self, text: &str) -> Result<(), Failure>;
    /// Begins a transaction that keeps every other opener out.
    fn begin_alone(&mut self) -> Result<(), Failure>;
    /// Commits it.
    fn commit(&mut self) -> Result<(), Failure>;
}

/// Checks that the database at `place` is what was asked for, and brings it up to date. A failure leaves the current migration's
/// transaction open: the caller drops the connection, which rolls it back.
pub(crate) fn prepare(session: &mut dyn Definer, place: &str, realm: Realm, opening: Opening) -> Result<(), OpenTrouble> {
    let failed = |failure: Failure| cannot_open(place, failure);
    session.begin_alone().map_err(failed)?;
    let mut version = recognise(session, place, realm, opening)?;
    session.commit().map_err(failed)?;
    for migration in MIGRATIONS {
        session.begin_alone().map_err(failed)?;
        // Another node may have run it while this one waited for its turn.
        version = version.max(version_now(session, place)?);
        if migration.number > version {
            run(session, migration, realm).map_err(failed)?;
        }
        session.commit().map_err(failed)?;
    }
    Ok(())
}

/// Inside a transaction of the caller's: makes the tables of an earlier schema version, or of this one, in an empty database.
pub(crate) fn define_up_to(session: &mut dyn Definer, place: &str, realm: Realm, version: i64) -> Result<(), OpenTrouble> {
    if version > SCHEMA_VERSION {
        return Err(OpenTrouble::Newer { place: place.to_owned(), found: version, known: SCHEMA_VERSION });
    }
    recognise(session, place, realm, Opening::CreateNew)?;
    for migration in MIGRATIONS.iter().filter(|migration| migration.number <= version) {
        run(session, migration, realm).map_err(|failure| cannot_open(place, failure))?;
    }
    Ok(())
}

/// The schema version of what is there (0 for nothing), or why it must not be used.
pub(crate) fn recognise(session: &mut dyn Definer, place: &str, realm: Realm, opening: Opening) -> Result<i64, OpenTrouble> {
    let tables = rows(session, &LIST_TABLES, place)?;
    let named = |wanted: &str| tables.iter().any(|row| row.text(0) == Ok(wanted));
    let place = place.to_owned();
    match (tables.is_empty(), named("stamp") && named("migration") && named("journal"), opening) {
        (true, _, Opening::Existing) => Err(OpenTrouble::Missing { place }),
        (true, _, Opening::CreateNew | Opening::CreateOrOpen) => Ok(0),
        (false, false, _) => Err(OpenTrouble::NotOurs { place, why: format!("{} tables without our stamp", tables.len()) }),
        (false, true, Opening::CreateNew) => Err(OpenTrouble::AlreadyThere { place }),
        (false, true, Opening::Existing | Opening::CreateOrOpen) => check_stamp(session, place, realm),
    }
}

fn check_stamp(session: &mut dyn Definer, place: String, realm: Realm) -> Result<i64, OpenTrouble> {
    let stamps = rows(session, &READ_STAMP, &place)?;
    let Some((found, version)) =
        stamps.first().map(|row| Ok((row.text(0)?.to_owned(), row.int(1)?))).transpose().map_err(nonsense(&place))?
    else {
        return Err(OpenTrouble::NotOurs { place, why: "the stamp is empty".to_owned() });
    };
    if version > SCHEMA_VERSION {
        return Err(OpenTrouble::Newer { place, found: version, known: SCHEMA_VERSION });
    }
    if found != realm.name() {
        return Err(OpenTrouble::WrongRealm { place, found, wanted: realm });
    }
    check_drafts(session, place)?;
    Ok(version)
}

fn check_drafts(session: &mut dyn Definer, place: String) -> Result<(), OpenTrouble> {
    for row in rows(session, &READ_MIGRATIONS, &place)? {
        let number = row.int(0).map_err(nonsense(&place))?;
        let digest = row.blob(1).map_err(nonsense(&place))?;
        if let Some(known) = MIGRATIONS.iter().find(|migration| migration.number == number && digest_of(migration) != digest) {
            return Err(OpenTrouble::OtherDraft { place, name: known.name.to_owned() });
        }
    }
    Ok(())
}

fn version_now(session: &mut dyn Definer, place: &str) -> Result<i64, OpenTrouble> {
    let tables = rows(session, &LIST_TABLES, place)?;
    if !tables.iter().any(|row| row.text(0) == Ok("stamp")) {
        return Ok(0);
    }
    rows(session, &READ_STAMP, place)?.first().map_or(Ok(0), |row| row.int(1)).map_err(nonsense(place))
}

fn run(session: &mut dyn Definer, migration: &Migration, realm: Realm) -> Result<(), Failure> {
    session.define(migration.text)?;
    let now = now();
    let digest = digest_of(migration);
    let note = [Param::from(migration.number), Param::from(migration.name), Param::from(&digest), Param::from(now)];
    session.execute(&NOTE_MIGRATION, &note)?;
    if session.execute(&RAISE_STAMP, &[Param::from(migration.number)])? == 0 {
        session.execute(&SET_STAMP, &[Param::from(realm.name()), Param::from(migration.number), Param::from(now)])?;
    }
    Ok(())
}

fn digest_of(migration: &Migration) -> Vec<u8> {
    Sha256::digest(migration.text).to_vec()
}

fn rows(session: &mut dyn Definer, sql: &'static Sql, place: &str) -> Result<Vec<Row>, OpenTrouble> {
    let mut rows = Vec::new();
    session.query(sql, 0, &[], &mut rows).map_err(|failure| cannot_open(place, failure))?;
    Ok(rows)
}

fn nonsense(place: &str) -> impl Fn(Inconsistent) -> OpenTrouble + use<> {
    let place = place.to_owned();
    move |inconsistent| OpenTrouble::NotOurs { place: place.clone(), why: inconsistent.to_string() }
}

/// An engine's failure while opening, with what to do about it.
pub(crate) fn cannot_open(place: &str, failure: Failure) -> OpenTrouble {
    let next = match failure.cause {
        Cause::Full => "free some space and start again",
        Cause::Damage => "check that it is a database of this program; if it is, check the disk and restore a backup",
        Cause::Disk => "check the disk: free some space if it is full, restore a backup if the file is damaged",
        Cause::ConnectionLost => "check that the database server runs and that address, user and password are right",
        Cause::TooLong | Cause::Conflict => "another program is using it: stop that one, or wait and start again",
        Cause::Constraint | Cause::Misuse | Cause::Other => "check that it is a database of this program and that this user may write it",
    };
    OpenTrouble::CannotOpen { place: place.to_owned(), why: failure.words, next }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn migrations_are_numbered_without_gaps_up_to_the_schema_version() {
        let numbers: Vec<i64> = MIGRATIONS.iter().map(|migration| migration.number).collect();
        assert_eq!(numbers, (1..=SCHEMA_VERSION).collect::<Vec<_>>());
    }
}
