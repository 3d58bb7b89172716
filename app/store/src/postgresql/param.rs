//! Parameters as PostgreSQL takes them: strictly of the type it expects, as SQLite's STRICT tables do.

use crate::param::Param;
use crate::sql::{Insert, Kind};
use bytes::{BufMut, BytesMut};
use postgres::types::{IsNull, ToSql, Type, to_sql_checked};
use std::error::Error;

impl ToSql for Param<'_> {
    fn to_sql(&self, wanted: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match self {
            Self::Null => return Ok(IsNull::Yes),
            Self::Int(number) if *wanted == Type::INT8 => out.put_i64(*number),
            Self::Text(text) if is_text(wanted) => out.put_slice(text.as_bytes()),
            Self::Blob(bytes) if *wanted == Type::BYTEA => out.put_slice(bytes),
            Self::Id(bytes) if *wanted == Type::BYTEA => out.put_slice(bytes),
            Self::Int(_) | Self::Text(_) | Self::Blob(_) | Self::Id(_) => {
                return Err(format!("PostgreSQL takes it for {wanted}, but it is {self:?}: CAST(?n AS BIGINT) or AS TEXT").into());
            }
        }
        Ok(IsNull::No)
    }

    // What fits is decided by value, above.
    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

fn is_text(wanted: &Type) -> bool {
    [Type::TEXT, Type::VARCHAR, Type::NAME, Type::UNKNOWN].contains(wanted)
}

/// One column of many rows.
#[derive(Debug)]
pub(super) enum Column<'r> {
    Int(Vec<Option<i64>>),
    Text(Vec<Option<&'r str>>),
    Blob(Vec<Option<&'r [u8]>>),
}

impl<'r> Column<'r> {
    /// Empty columns for the rows of an insert.
    pub(super) fn all(insert: &Insert, rows: usize) -> Vec<Self> {
        let column = |(_, kind): &(&str, Kind)| match kind {
            Kind::Int => Self::Int(Vec::with_capacity(rows)),
            Kind::Text => Self::Text(Vec::with_capacity(rows)),
            Kind::Blob => Self::Blob(Vec::with_capacity(rows)),
        };
        insert.columns().iter().map(column).collect()
    }

    /// Adds a value. Its kind was checked before it came here; another kind would stand as null and be refused by the table.
    pub(super) fn push<'p: 'r>(&mut self, value: &'r Param<'p>) {
        match (self, value) {
            (Self::Int(column), Param::Int(number)) => column.push(Some(*number)),
            (Self::Text(column), Param::Text(text)) => column.push(Some(text)),
            (Self::Blob(column), Param::Blob(bytes)) => column.push(Some(bytes)),
            (Self::Blob(column), Param::Id(bytes)) => column.push(Some(bytes)),
            (Self::Int(column), _) => column.push(None),
            (Self::Text(column), _) => column.push(None),
            (Self::Blob(column), _) => column.push(None),
        }
    }

    pub(super) fn as_param(&self) -> &(dyn ToSql + Sync) {
        match self {
            Self::Int(column) => column,
            Self::Text(column) => column,
            Self::Blob(column) => column,
        }
    }
}
