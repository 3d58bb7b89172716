//! Queries on one snapshot.

use crate::param::Param;
use crate::row::{Inconsistent, Row};
use crate::session::{Cell, Failure, Limit, Session};
use crate::sql::Sql;
use crate::trouble::{Cause, Trouble};
use std::collections::HashSet;
use std::ops::ControlFlow;

/// Longest stretch of a list that goes into one statement; longer lists take several.
const LIST_STRETCH_MAX: usize = 512;
/// Impossible rows one command or query reports; more are found again next time.
const INCONSISTENT_MAX: usize = 256;

/// Queries on one snapshot of the database.
pub struct Reader<'t> {
    pub(crate) session: &'t mut dyn Session,
    limit: &'t Limit,
    doomed: Option<Trouble>,
    inconsistent: Vec<Inconsistent>,
}

impl<'t> Reader<'t> {
    pub(crate) fn new(session: &'t mut dyn Session, limit: &'t Limit) -> Self {
        Self { session, limit, doomed: None, inconsistent: Vec::new() }
    }

    /// What doomed it, if anything did, and the impossible rows it met.
    pub(crate) fn finish(self) -> (Option<Trouble>, Vec<Inconsistent>) {
        (self.doomed, self.inconsistent)
    }

    /// All rows of a statement, in its order.
    pub fn query(&mut self, sql: &'static Sql, params: &[Param<'_>]) -> Result<Vec<Row>, Trouble> {
        self.check(sql.name(), params)?;
        let mut rows = Vec::new();
        let ran = self.session.query(sql, 0, params, &mut rows);
        self.settle(sql.name(), ran)?;
        Ok(rows)
    }

    /// Has each row of a statement looked at where it lies, as long as more are wanted.
    pub(crate) fn each(
        &mut self,
        sql: &'static Sql,
        params: &[Param<'_>],
        mut look: impl FnMut(&[Cell<'_>]) -> ControlFlow<()>,
    ) -> Result<(), Trouble> {
        self.check(sql.name(), params)?;
        let ran = self.session.each(sql, params, &mut look);
        self.settle(sql.name(), ran)
    }

    /// The first row of a statement that has at most one that matters.
    pub fn query_opt(&mut self, sql: &'static Sql, params: &[Param<'_>]) -> Result<Option<Row>, Trouble> {
        Ok(self.query(sql, params)?.into_iter().next())
    }

    /// The rows of a statement whose text holds the marker `?..`, as in `code IN (?..)`, for all values of `list`; `before` are the
    /// numbered parameters in front of it. A value that stands in the list twice counts once. Rows come in no order across the list.
    pub fn query_in_list(&mut self, sql: &'static Sql, before: &[Param<'_>], list: &[Param<'_>]) -> Result<Vec<Row>, Trouble> {
        self.check(sql.name(), before)?;
        self.check(sql.name(), list)?;
        let mut rows = Vec::new();
        let distinct = if list.len() > LIST_STRETCH_MAX { without_repeats(list) } else { Vec::new() };
        let list = if distinct.is_empty() { list } else { &distinct };
        for stretch in list.chunks(LIST_STRETCH_MAX) {
            let (params, marks) = padded(before, stretch);
            let ran = self.session.query(sql, marks, &params, &mut rows);
            self.settle(sql.name(), ran)?;
        }
        Ok(rows)
    }

    /// Reads rows into the caller's values; a row that makes no sense is quarantined and left out.
    pub fn sound<T>(&mut self, rows: &[Row], read: impl Fn(&Row) -> Result<T, Inconsistent>) -> Vec<T> {
        rows.iter().filter_map(|row| self.sound_one(read(row))).collect()
    }

    /// The value, or the row it came from is quarantined and there is none.
    pub fn sound_one<T>(&mut self, read: Result<T, Inconsistent>) -> Option<T> {
        read.map_err(|inconsistent| self.quarantine(inconsistent)).ok()
    }

    /// Records a row that makes no sense: once, however often it is met, and also if the command is rolled back.
    pub fn quarantine(&mut self, inconsistent: Inconsistent) {
        if self.inconsistent.len() < INCONSISTENT_MAX && !self.inconsistent.contains(&inconsistent) {
            self.inconsistent.push(inconsistent);
        }
    }

    /// How many impossible rows it met so far: what a page says it does not show.
    pub fn quarantined(&self) -> usize {
        self.inconsistent.len()
    }

    /// Refuses what must not reach an engine, or anything at all once doomed.
    pub(crate) fn check(&mut self, statement: &'static str, params: &[Param<'_>]) -> Result<(), Trouble> {
        if let Some(doom) = &self.doomed {
            return Err(doom.clone());
        }
        if self.limit.is_over() {
            return self.settle(statement, Err(Failure { cause: Cause::TooLong, words: "its time was over before it began".to_owned() }));
        }
        match params.iter().enumerate().find_map(|(at, param)| param.check(statement, at + 1).err()) {
            Some(trouble) => self.doom(trouble),
            None => Ok(()),
        }
    }

    /// A failed statement dooms the whole command, whatever its function makes of the error: PostgreSQL would refuse every
    /// statement after it, and SQLite shall not behave differently.
    pub(crate) fn settle<T>(&mut self, statement: &'static str, ran: Result<T, Failure>) -> Result<T, Trouble> {
        ran.or_else(|failure| self.doom(failure.of(statement)))
    }

    pub(crate) fn doom<T>(&mut self, trouble: Trouble) -> Result<T, Trouble> {
        self.doomed.get_or_insert_with(|| trouble.clone());
        Err(trouble)
    }
}

fn without_repeats<'p>(list: &[Param<'p>]) -> Vec<Param<'p>> {
    let mut seen = HashSet::with_capacity(list.len());
    list.iter().copied().filter(|param| seen.insert(*param)).collect()
}

/// The list padded to a power of two with its last value, so that few different texts are ever prepared.
fn padded<'p>(before: &[Param<'p>], stretch: &[Param<'p>]) -> (Vec<Param<'p>>, u16) {
    let marks = stretch.len().next_power_of_two();
    let mut params = Vec::with_capacity(before.len() + marks);
    params.extend_from_slice(before);
    params.extend_from_slice(stretch);
    if let Some(last) = stretch.last() {
        params.resize(before.len() + marks, *last);
    }
    // At most LIST_STRETCH_MAX, which is a power of two itself.
    (params, u16::try_from(marks).unwrap_or(u16::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_padded_to_powers_of_two_with_their_last_value() {
        let list = [Param::Int(1), Param::Int(2), Param::Int(3)];
        let (params, marks) = padded(&[Param::Text("x")], &list);
        assert_eq!(marks, 4);
        assert_eq!(params, [Param::Text("x"), Param::Int(1), Param::Int(2), Param::Int(3), Param::Int(3)]);
        assert_eq!(padded(&[], &list[..1]).1, 1);
        assert_eq!(without_repeats(&[Param::Int(1), Param::Int(1), Param::Null]), [Param::Int(1), Param::Null]);
    }
}
