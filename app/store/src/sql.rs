//! Statements as constants with a name and a place, all in one list, so that a test can prepare every one of them on both engines.

use std::borrow::Cow;
use std::fmt::Write;

/// A statement. Make one with [`sql!`](crate::sql!), which also registers it.
#[derive(Debug)]
pub struct Sql {
    name: &'static str,
    text: &'static str,
    postgres: Option<&'static str>,
}

impl Sql {
    /// For [`sql!`](crate::sql!) only: a statement made otherwise escapes the test that prepares all of them.
    #[doc(hidden)]
    pub const fn new(name: &'static str, text: &'static str, postgres: Option<&'static str>) -> Self {
        Self { name, text, postgres }
    }
    /// Name of the constant, for troubles.
    pub const fn name(&self) -> &'static str {
        self.name
    }
    /// The text in SQLite's words, with `?1` placeholders.
    pub const fn text(&self) -> &'static str {
        self.text
    }
    /// The text PostgreSQL gets, still with `?1` placeholders. Variants are listed in docs/decisions.
    pub fn postgres_text(&self) -> &'static str {
        self.postgres.unwrap_or(self.text)
    }
    /// Whether PostgreSQL gets a text of its own.
    pub const fn has_postgres_variant(&self) -> bool {
        self.postgres.is_some()
    }
}

/// What a column of an [`Insert`] holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// INTEGER, 64 bits.
    Int,
    /// TEXT.
    Text,
    /// BLOB.
    Blob,
}

impl Kind {
    /// The PostgreSQL array type of many of them.
    const fn postgres_array(self) -> &'static str {
        match self {
            Self::Int => "bigint[]",
            Self::Text => "text[]",
            Self::Blob => "bytea[]",
        }
    }
}

/// An insert of many rows at once. Make one with [`sql!`](crate::sql!).
#[derive(Debug)]
pub struct Insert {
    name: &'static str,
    table: &'static str,
    columns: &'static [(&'static str, Kind)],
    conflict: &'static str,
}

impl Insert {
    /// For [`sql!`](crate::sql!) only.
    #[doc(hidden)]
    pub const fn new(name: &'static str, table: &'static str, columns: &'static [(&'static str, Kind)], conflict: &'static str) -> Self {
        Self { name, table, columns, conflict }
    }
    /// Name of the constant, for troubles.
    pub const fn name(&self) -> &'static str {
        self.name
    }
    /// The table.
    pub const fn table(&self) -> &'static str {
        self.table
    }
    /// The columns in the order in which rows give them.
    pub const fn columns(&self) -> &'static [(&'static str, Kind)] {
        self.columns
    }
    /// One row at a time, `VALUES (?1, ?2)`: prepared once, run in a loop inside SQLite's process; for a single row on PostgreSQL too.
    pub fn sqlite_text(&self) -> String {
        let marks = self.join(|out, at, _| write!(out, "?{}", at + 1));
        self.around(&format!("VALUES ({marks})"))
    }
    /// All rows in one round trip, a column each as an array.
    pub fn postgres_text(&self) -> String {
        let arrays = self.join(|out, at, kind| write!(out, "?{}::{}", at + 1, kind.postgres_array()));
        self.around(&format!("SELECT * FROM UNNEST({arrays})"))
    }

    fn around(&self, source: &str) -> String {
        let columns = self.join(|out, at, _| out.write_str(self.columns.get(at).map_or("", |(name, _)| name)));
        format!("INSERT INTO {} ({columns}) {source} {}", self.table, self.conflict)
    }

    fn join(&self, write_one: impl Fn(&mut String, usize, Kind) -> std::fmt::Result) -> String {
        let mut out = String::new();
        for (at, (_, kind)) in self.columns.iter().enumerate() {
            if at > 0 {
                out.push_str(", ");
            }
            // Writing to a String cannot fail.
            let _ = write_one(&mut out, at, *kind);
        }
        out
    }
}

/// One entry of the list of all statements.
#[derive(Debug, Clone, Copy)]
pub enum Registered {
    /// A statement.
    Statement(&'static Sql),
    /// An insert of many rows.
    Insert(&'static Insert),
}

impl Registered {
    /// Name of the constant.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Statement(sql) => sql.name(),
            Self::Insert(insert) => insert.name(),
        }
    }
    /// The text SQLite prepares, lists written out once.
    pub fn sqlite_text(self) -> Cow<'static, str> {
        match self {
            Self::Statement(sql) => with_one_list(sql.text()),
            Self::Insert(insert) => insert.sqlite_text().into(),
        }
    }
    /// The text PostgreSQL prepares, lists written out once, or what is wrong with it.
    pub fn postgres_text(self) -> Result<String, String> {
        crate::dialect::postgres_statement(&match self {
            Self::Statement(sql) => with_one_list(sql.postgres_text()),
            Self::Insert(insert) => insert.postgres_text().into(),
        })
    }
}

/// A list of two, numbered high above the fixed parameters; for preparing only.
fn with_one_list(text: &'static str) -> Cow<'static, str> {
    let fixed = (1..=16).rev().find(|number| text.contains(&format!("?{number}"))).unwrap_or(0);
    crate::dialect::with_list(text, fixed, 2).map_or(Cow::Borrowed(text), Cow::Owned)
}

/// Every statement of this crate: the engine's own and the repositories'.
pub fn all_statements() -> impl Iterator<Item = Registered> {
    [crate::journal::STATEMENTS, crate::quarantine::STATEMENTS, crate::migrations::STATEMENTS]
        .into_iter()
        .chain(crate::audit::STATEMENTS.iter().copied())
        .chain(crate::repositories::ALL.iter().copied())
        .flatten()
        .copied()
}

/// Declares statements, each a documented `static`, and the list `STATEMENTS` of this module (which `all_statements` must name).
///
/// ```
/// use store::sql;
/// sql! {
///     /// The open tasks, oldest first.
///     pub OPEN_TASKS = "SELECT id, kind FROM task WHERE closed_at IS NULL ORDER BY opened_at, id LIMIT ?1";
///     /// The newest session, in PostgreSQL's own words.
///     pub NEWEST = "SELECT id FROM session ORDER BY created_at DESC LIMIT 1", postgres "SELECT id FROM session ORDER BY created_at DESC LIMIT 1";
///     /// New tokens; a digest that is there already is left alone.
///     pub KEEP_TOKENS = insert token (id Blob, digest Blob, name Text, created_at Int) "ON CONFLICT (digest) DO NOTHING";
/// }
/// assert_eq!(STATEMENTS.len(), 3);
/// assert_eq!(OPEN_TASKS.name(), "OPEN_TASKS");
/// ```
#[macro_export]
macro_rules! sql {
    (@one $name:ident = $text:literal) => { $crate::Sql::new(stringify!($name), $text, None) };
    (@one $name:ident = $text:literal, postgres $variant:literal) => { $crate::Sql::new(stringify!($name), $text, Some($variant)) };
    (@items [$($listed:expr,)*]) => {
        /// Every statement declared here.
        pub(crate) static STATEMENTS: &[$crate::Registered] = &[$($listed,)*];
    };
    (@items [$($listed:expr,)*]
        $(#[$doc:meta])* $vis:vis $name:ident = insert $table:ident ($($column:ident $kind:ident),+ $(,)?) $($conflict:literal)?; $($rest:tt)*
    ) => {
        $(#[$doc])*
        $vis static $name: $crate::Insert = $crate::Insert::new(
            stringify!($name), stringify!($table), &[$((stringify!($column), $crate::Kind::$kind)),+], concat!("" $(, $conflict)?),
        );
        $crate::sql!(@items [$($listed,)* $crate::Registered::Insert(&$name),] $($rest)*);
    };
    (@items [$($listed:expr,)*]
        $(#[$doc:meta])* $vis:vis $name:ident = $text:literal $(, postgres $variant:literal)?; $($rest:tt)*
    ) => {
        $(#[$doc])*
        $vis static $name: $crate::Sql = $crate::sql!(@one $name = $text $(, postgres $variant)?);
        $crate::sql!(@items [$($listed,)* $crate::Registered::Statement(&$name),] $($rest)*);
    };
    ($($all:tt)+) => { $crate::sql!(@items [] $($all)+); };
}
