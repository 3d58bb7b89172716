//! The product's tables and indexes, without their foreign keys: checking one is a look-up, and the anchor makes none.

const ENGINE: &str = include_str!("../../../app/store/migrations/0000_engine.sql");
const FIRST: &str = include_str!("../../../app/store/migrations/0001_first.sql");

/// The tables as SQLite takes them.
#[must_use]
pub fn sqlite() -> String {
    without_references(&without_comments(&format!("{ENGINE}\n{FIRST}")))
}

/// The tables as PostgreSQL takes them: the product's words of SQLite's STRICT dialect translated.
#[must_use]
pub fn postgres() -> String {
    let words = sqlite().replace(") STRICT, WITHOUT ROWID;", ");").replace(") STRICT;", ");");
    words.split_inclusive(|character: char| !character.is_ascii_alphanumeric() && character != '_').map(translate).collect()
}

/// One word of DDL together with the character that ends it.
fn translate(word: &str) -> String {
    let name = word.trim_end_matches(|character: char| !character.is_ascii_alphanumeric());
    let kind = match name {
        "INTEGER" => "BIGINT",
        "BLOB" => "BYTEA",
        "TEXT" => "TEXT COLLATE \"C\"",
        other => other,
    };
    word.replacen(name, kind, 1)
}

fn without_comments(text: &str) -> String {
    text.lines().map(|line| line.split_once("--").map_or(line, |(before, _)| before)).fold(String::new(), |all, line| all + line + "\n")
}

fn without_references(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut parts = text.split(" REFERENCES ");
    kept.push_str(parts.next().unwrap_or_default());
    for part in parts {
        // What is left out reads `table (column)`.
        kept.push_str(part.split_once(')').map_or(part, |(_, rest)| rest));
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_left_out_and_nothing_else() {
        let text = "CREATE TABLE a (\n    b BLOB NOT NULL REFERENCES c (id),\n    d BLOB PRIMARY KEY REFERENCES e (id)\n) STRICT;";
        assert_eq!(without_references(text), "CREATE TABLE a (\n    b BLOB NOT NULL,\n    d BLOB PRIMARY KEY\n) STRICT;");
    }

    #[test]
    fn postgres_gets_its_own_words() {
        let text: String = ["a INTEGER,", "b BLOB NOT NULL,", "c TEXT)", "transmission_TEXT "]
            .iter()
            .flat_map(|line| line.split_inclusive(|character: char| !character.is_ascii_alphanumeric() && character != '_'))
            .map(translate)
            .collect();
        assert_eq!(text, "a BIGINT,b BYTEA NOT NULL,c TEXT COLLATE \"C\")transmission_TEXT ");
    }

    #[test]
    fn no_foreign_key_and_no_comment_is_left() {
        assert!(!sqlite().contains("REFERENCES") && !sqlite().contains("--"));
        assert!(!postgres().contains("STRICT") && !postgres().contains("BLOB"));
    }
}
