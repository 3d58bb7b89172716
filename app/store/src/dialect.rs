//! From SQLite's words to PostgreSQL's: placeholders, column types, and what a statement names.
//!
//! The translation goes one way only: SQLite numbers `$n` by order of appearance, so `$2 … $1` would silently swap its parameters.

use std::fmt::Write;

/// A piece of SQL text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Piece<'a> {
    /// Quoted text, a quoted name or a comment: never looked into.
    Opaque(&'a str),
    /// A bare word or number.
    Word(&'a str),
    /// `?` and the digits after it (empty for a bare `?`).
    Placeholder(&'a str),
    /// Everything else, one character each.
    Other(&'a str),
}

/// Cuts SQL text into pieces; every byte of the input is in exactly one of them.
struct Pieces<'a> {
    rest: &'a str,
}

impl<'a> Iterator for Pieces<'a> {
    type Item = Piece<'a>;

    fn next(&mut self) -> Option<Piece<'a>> {
        let first = self.rest.chars().next()?;
        let after = self.rest.get(first.len_utf8()..).unwrap_or_default();
        Some(match first {
            '\'' | '"' => Piece::Opaque(self.cut(quoted_length(self.rest, first))),
            '-' if after.starts_with('-') => Piece::Opaque(self.cut(self.rest.find('\n').unwrap_or(self.rest.len()))),
            '/' if after.starts_with('*') => Piece::Opaque(self.cut(self.rest.find("*/").map_or(self.rest.len(), |end| end + 2))),
            '?' => {
                let digits = after.bytes().take_while(u8::is_ascii_digit).count();
                let whole = self.cut(1 + digits);
                Piece::Placeholder(whole.get(1..).unwrap_or_default())
            }
            letter if is_word(letter) => {
                let length = self.rest.find(|c| !is_word(c)).unwrap_or(self.rest.len());
                Piece::Word(self.cut(length))
            }
            other => Piece::Other(self.cut(other.len_utf8())),
        })
    }
}

impl<'a> Pieces<'a> {
    fn of(text: &'a str) -> Self {
        Self { rest: text }
    }

    fn cut(&mut self, length: usize) -> &'a str {
        let (head, tail) = self.rest.split_at_checked(length).unwrap_or((self.rest, ""));
        self.rest = tail;
        head
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$'
}

/// Length of a quoted text with its quotes; a doubled quote inside stands for itself.
fn quoted_length(text: &str, quote: char) -> usize {
    let mut characters = text.char_indices().skip(1).peekable();
    while let Some((at, c)) = characters.next() {
        if c != quote {
            continue;
        }
        match characters.peek() {
            Some((_, next)) if *next == quote => {
                characters.next();
            }
            _ => return at + 1,
        }
    }
    text.len()
}

/// A statement with `?1`, `?2` as PostgreSQL reads it. A bare `?` or a `$1` of the author's is an error: their meaning differs
/// between the engines.
pub(crate) fn postgres_statement(text: &str) -> Result<String, String> {
    let mut out = String::with_capacity(text.len() + 8);
    for piece in Pieces::of(text) {
        match piece {
            Piece::Placeholder("") => return Err(format!("bare ? in {text:?}: number it, as in ?1")),
            Piece::Word(word) if word.starts_with('$') => return Err(format!("{word} in {text:?}: write ?1, never $1")),
            Piece::Placeholder(number) => {
                out.push('$');
                out.push_str(number);
            }
            Piece::Opaque(same) | Piece::Word(same) | Piece::Other(same) => out.push_str(same),
        }
    }
    Ok(out)
}

/// Data definition in STRICT words as PostgreSQL reads it: whole numbers of 64 bits, bytes, text in byte order.
pub(crate) fn postgres_definition(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    // A table ordered by its key is SQLite's matter alone.
    let text = text.replace("STRICT, WITHOUT ROWID", "STRICT");
    for piece in Pieces::of(&text) {
        match piece {
            Piece::Word("INTEGER") => out.push_str("BIGINT"),
            Piece::Word("BLOB") => out.push_str("BYTEA"),
            Piece::Word("TEXT") => out.push_str("TEXT COLLATE \"C\""),
            Piece::Word("STRICT") => {}
            Piece::Opaque(same) | Piece::Word(same) | Piece::Other(same) => out.push_str(same),
            Piece::Placeholder(number) => {
                out.push('?');
                out.push_str(number);
            }
        }
    }
    out
}

/// The first table a statement reads or changes.
pub(crate) fn first_table(text: &str) -> String {
    tables_of(text).next().unwrap_or_default().to_owned()
}

/// The tables a statement reads or changes: what follows FROM, JOIN, UPDATE or INTO. No statement of ours names several after one FROM.
pub(crate) fn tables_of(text: &str) -> impl Iterator<Item = &str> {
    let mut words = Pieces::of(text).filter_map(|piece| match piece {
        Piece::Word(word) => Some(word),
        Piece::Opaque(_) | Piece::Placeholder(_) | Piece::Other(_) => None,
    });
    let is_keyword = |word: &str| ["from", "join", "update", "into"].iter().any(|keyword| word.eq_ignore_ascii_case(keyword));
    std::iter::from_fn(move || {
        words.by_ref().find(|word| is_keyword(word))?;
        words.next()
    })
}

/// The marker of a list in a statement: `code IN (?..)`.
pub(crate) const LIST_MARKER: &str = "?..";

/// A statement with its list marker written out as `count` placeholders, numbered after the `before` fixed ones.
pub(crate) fn with_list(text: &str, before: usize, count: usize) -> Option<String> {
    let (head, tail) = text.split_once(LIST_MARKER)?;
    let mut out = String::with_capacity(text.len() + count * 6);
    out.push_str(head);
    for number in before + 1..=before + count {
        let comma = if number == before + 1 { "" } else { "," };
        // Writing to a String cannot fail.
        let _ = write!(out, "{comma}?{number}");
    }
    out.push_str(tail);
    Some(out)
}

/// A statement that ends in `LIMIT ?n`, its last parameter, with the number written out.
pub(crate) fn with_limit(text: &str, parameter: usize, limit: i64) -> Option<String> {
    let head = text.strip_suffix(&format!("?{parameter}")).filter(|head| head.ends_with("LIMIT "))?;
    Some(format!("{head}{limit}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_keep_their_numbers_and_quoted_ones_are_left_alone() {
        let text = "SELECT '?1 it''s', \"a?2\", x -- ?3 here\n/* ?4 */ FROM t WHERE b = ?12 AND a=?1";
        let want = "SELECT '?1 it''s', \"a?2\", x -- ?3 here\n/* ?4 */ FROM t WHERE b = $12 AND a=$1";
        assert_eq!(postgres_statement(text).unwrap(), want);
    }

    #[test]
    fn an_unnumbered_or_postgres_placeholder_is_refused() {
        assert!(postgres_statement("SELECT ?").unwrap_err().contains("bare ?"));
        assert!(postgres_statement("SELECT $1").unwrap_err().contains("never $1"));
    }

    #[test]
    fn unfinished_quotes_and_comments_end_with_the_text() {
        for text in ["'abc", "\"abc", "-- abc", "/* abc", "'", "''", "'a''", "?", "é'ü"] {
            let pieces: String = Pieces::of(text)
                .map(|piece| match piece {
                    Piece::Opaque(s) | Piece::Word(s) | Piece::Other(s) => s.to_owned(),
                    Piece::Placeholder(number) => format!("?{number}"),
                })
                .collect();
            assert_eq!(pieces, text);
        }
    }

    #[test]
    fn definitions_get_wide_numbers_bytes_and_byte_order() {
        let text = "CREATE TABLE t (a INTEGER NOT NULL, b BLOB, c TEXT, INTEGER_x TEXT) STRICT; -- TEXT
            CREATE TABLE u (a INTEGER) STRICT, WITHOUT ROWID;";
        let want = "CREATE TABLE t (a BIGINT NOT NULL, b BYTEA, c TEXT COLLATE \"C\", INTEGER_x TEXT COLLATE \"C\") ; -- TEXT
            CREATE TABLE u (a BIGINT) ;";
        assert_eq!(postgres_definition(text), want);
    }

    #[test]
    fn the_table_of_a_statement_is_the_first_it_names() {
        assert_eq!(first_table("SELECT r.a FROM result r JOIN task t ON 1 = 1"), "result");
        assert_eq!(first_table("UPDATE task SET a = ' from x '"), "task");
        assert_eq!(first_table("INSERT INTO token (id) VALUES (?1)"), "token");
        assert_eq!(first_table("SELECT 1"), "");
    }

    #[test]
    fn lists_are_numbered_after_the_fixed_parameters() {
        assert_eq!(with_list("a = ?1 AND b IN (?..) OR c", 1, 2).unwrap(), "a = ?1 AND b IN (?2,?3) OR c");
        assert_eq!(with_list("a = ?1", 1, 2), None);
    }

    #[test]
    fn only_a_limit_that_is_the_last_parameter_is_written_out() {
        assert_eq!(with_limit("a = ?1 LIMIT ?2", 2, 51).unwrap(), "a = ?1 LIMIT 51");
        assert_eq!(with_limit("a = ?1 LIMIT ?12", 2, 51), None);
        assert_eq!(with_limit("b = ?1 AND a = ?2", 2, 51), None);
        assert_eq!(with_limit("a = ?1 LIMIT 1", 1, 51), None);
    }
}
