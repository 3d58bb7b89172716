//! Looking before the turn. Commands run one after the other, so what one needs to know of orders and people is read beside the writer, and holds when
//! its turn comes if nothing was written meanwhile that a look may read. Otherwise, and always on PostgreSQL, where many write, the command looks itself.
//!
//! On SQLite each session counts the statements that may have changed what looks read. The writer counts while it writes and makes its count known
//! after each commit; who looks takes the known count before its snapshot begins. If the writer's own count is still the same when the command runs,
//! nothing lies between that the snapshot does not hold, committed or not.

use crate::command::{Function, Outcome, Query};
use crate::dialect::tables_of;
use crate::reader::Reader;
use crate::statistics::count;
use crate::store::Core;
use crate::trouble::{ReadTrouble, Trouble};
use crate::tx::Tx;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Tables that no look may read, because what is filed every moment is written there. All others count.
const NOT_SEEN: [&str; 10] =
    ["access", "assessment", "journal", "quarantine", "result", "seal", "task", "transmission", "transmission_bytes", "unfiled"];

/// Whether a statement that writes may change what a look reads: unless every table it names is one that no look may read.
pub(crate) fn may_be_seen(text: &str) -> bool {
    tables_of(text).next().is_none() || !tables_of(text).all(|table| NOT_SEEN.contains(&table))
}

/// Whether all a statement reads is for looks.
pub(crate) fn may_see(text: &str) -> bool {
    tables_of(text).all(|table| !NOT_SEEN.contains(&table))
}

/// How many statements may have changed what looks read, of all that are committed.
#[derive(Debug, Default)]
pub(crate) struct Changes(AtomicU64);

impl Changes {
    /// To be asked before a snapshot begins.
    pub(crate) fn committed(&self) -> u64 {
        self.0.load(Ordering::Acquire)
    }

    /// To be told after the commit.
    pub(crate) fn commit(&self, count: u64) {
        self.0.store(count, Ordering::Release);
    }
}

/// A command that looks before its turn, on its way to the reader. It is the reader that sends it on to the writer.
pub(crate) struct LookAhead<T, L, F, E> {
    core: Arc<Core>,
    look: L,
    seen: Option<Seen<T>>,
    f: F,
    enter: E,
}

impl<T, L, F, E> LookAhead<T, L, F, E> {
    /// `f` is the command; `enter` sends it to the writer.
    pub(crate) const fn new(core: Arc<Core>, look: L, f: F, enter: E) -> Self {
        Self { core, look, seen: None, f, enter }
    }
}

impl<T, L, F, E> Query for LookAhead<T, L, F, E>
where
    T: Send + 'static,
    L: Fn(&mut Reader<'_>) -> Result<T, Trouble> + Send + 'static,
    F: Fn(&mut Tx<'_>, &T) -> Result<Outcome, Trouble> + Send + 'static,
    E: FnOnce(&Core, Function) + Send,
{
    fn run(&mut self, reader: &mut Reader<'_>) -> Result<(), Trouble> {
        self.seen = Some(Seen::by(reader, &self.look)?);
        Ok(())
    }

    /// A look that came to nothing is nobody's trouble: the command looks again, and tells.
    fn answer(self: Box<Self>, trouble: Option<ReadTrouble>) {
        let Self { core, look, seen, f, enter } = *self;
        let (seen, counted) = (seen.filter(|_| trouble.is_none()), Arc::clone(&core));
        let function = move |tx: &mut Tx<'_>| match seen.as_ref().and_then(|seen| seen.still(tx)) {
            Some(found) => f(tx, found),
            None => {
                count(&counted.counters.late_looks);
                let found = Seen::by(tx, &look)?;
                f(tx, &found.value)
            }
        };
        enter(&core, Box::new(function));
    }
}

/// What a look found, and as of when.
struct Seen<T> {
    as_of: u64,
    value: T,
}

/// A session that looks; it does no more when this is dropped, also by a panic of the look.
struct Looking<'r, 't>(&'r mut Reader<'t>);

impl<'r, 't> Looking<'r, 't> {
    fn of(reader: &'r mut Reader<'t>) -> Self {
        reader.session.look(true);
        Self(reader)
    }
}

impl Drop for Looking<'_, '_> {
    fn drop(&mut self) {
        self.0.session.look(false);
    }
}

impl<T> Seen<T> {
    /// Looks, on a snapshot or as part of a command.
    fn by(reader: &mut Reader<'_>, look: impl FnOnce(&mut Reader<'_>) -> Result<T, Trouble>) -> Result<Self, Trouble> {
        let as_of = reader.session.changes();
        let looking = Looking::of(reader);
        Ok(Self { as_of, value: look(looking.0)? })
    }

    /// What was found, if it still holds in this command.
    fn still(&self, reader: &Reader<'_>) -> Option<&T> {
        (self.as_of == reader.session.changes()).then_some(&self.value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sql::{Registered, all_statements};
    use rusqlite::Connection;
    use rusqlite::hooks::{AuthAction, AuthContext, Authorization};
    use std::collections::BTreeSet;
    use std::sync::{Arc, Mutex};

    /// What SQLite itself says that statements touch.
    #[derive(Default)]
    struct Touched {
        read: BTreeSet<String>,
        written: BTreeSet<String>,
    }

    fn laboratory() -> (Connection, Arc<Mutex<Touched>>) {
        let mut connection = Connection::open_in_memory().unwrap();
        for schema in [include_str!("../migrations/0000_engine.sql"), include_str!("../migrations/0001_first.sql")] {
            connection.execute_batch(schema).unwrap();
        }
        let touched = Arc::new(Mutex::new(Touched::default()));
        let told = Arc::clone(&touched);
        let authorize = move |context: AuthContext<'_>| {
            let mut touched = told.lock().unwrap();
            match context.action {
                AuthAction::Read { table_name, .. } => {
                    touched.read.insert(table_name.to_owned());
                }
                AuthAction::Insert { table_name } | AuthAction::Update { table_name, .. } | AuthAction::Delete { table_name } => {
                    touched.written.insert(table_name.to_owned());
                }
                _ => {}
            }
            Authorization::Allow
        };
        connection.authorizer(Some(authorize)).unwrap();
        (connection, touched)
    }

    /// Whatever a statement is, and however it names its tables: by SQLite's own account a look's statement reads nothing that is written every
    /// moment, and one that does not count as a change writes nothing else.
    #[test]
    fn a_statement_counts_unless_all_it_names_is_written_every_moment() {
        for text in
            ["UPDATE container SET code = r.value FROM result r", "INSERT INTO patient SELECT * FROM transmission", "DELETE FROM token", ""]
        {
            assert!(may_be_seen(text), "{text}");
        }
        assert!(!may_be_seen("DELETE FROM unfiled WHERE link = ?1") && !may_be_seen("INSERT INTO task SELECT id FROM result"));
    }

    #[test]
    fn what_statements_say_of_their_tables_is_what_they_touch() {
        let (connection, touched) = laboratory();
        let (mut for_looks, mut uncounted) = (0, 0);
        for registered in all_statements() {
            let text = match registered {
                Registered::Statement(sql) => sql.text().replace("?..", "?9"),
                Registered::Insert(insert) => insert.sqlite_text(),
            };
            *touched.lock().unwrap() = Touched::default();
            let statement = connection.prepare(&text).unwrap();
            let Touched { read, written } = std::mem::take(&mut *touched.lock().unwrap());
            assert_eq!(statement.readonly(), written.is_empty(), "{text}");
            if statement.readonly() && may_see(&text) {
                for_looks += 1;
                assert!(read.iter().all(|table| !NOT_SEEN.contains(&table.as_str())), "{text} reads {read:?}");
            }
            if !statement.readonly() && !may_be_seen(&text) {
                uncounted += 1;
                assert!(written.iter().all(|table| NOT_SEEN.contains(&table.as_str())), "{text} writes {written:?}");
            }
        }
        assert!(for_looks > 10 && uncounted > 5, "{for_looks} {uncounted}");
    }
}
