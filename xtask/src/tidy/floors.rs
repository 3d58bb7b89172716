//! What belongs to one floor or room only: SQL to app/store, Typst to wire/print, clocks and chance to what runs.

use super::Finding;
use super::tree::{File, Tree};

/// Rooms that speak SQL: the store, and the programs that check or measure it without sharing its code.
const SQL_ROOMS: [&str; 5] = ["app/store/", "e2e/crash/", "perf/anchors/", "perf/ingest/", "perf/growth/"];
/// How a statement begins, in lower case, and a word that must follow somewhere.
const STATEMENTS: [(&str, &str); 10] = [
    ("select ", " from "),
    ("insert into ", ""),
    ("insert or ", " into "),
    ("update ", " set "),
    ("delete from ", ""),
    ("create table ", ""),
    ("create index ", ""),
    ("alter table ", ""),
    ("drop table ", ""),
    ("pragma ", ""),
];
const CLOCKS: [&str; 9] = [
    "SystemTime::now",
    "Instant::now",
    "Timestamp::now",
    "Zoned::now",
    "Utc::now",
    "Local::now",
    "Uuid::now_v7",
    "Uuid::new_v4",
    "thread::sleep",
];

/// SQL text outside the store.
pub(super) fn sql(tree: &Tree) -> Vec<Finding> {
    // A test may look into a database by itself: what it checks must not come from the code it checks.
    let files = tree.rust().filter(|file| !file.is_test() && !SQL_ROOMS.iter().any(|room| file.path.starts_with(room)));
    files
        .flat_map(|file| {
            let statements = file.source.literals.iter().filter(|literal| is_statement(&literal.text));
            let found = statements.map(|literal| Finding::at(&file.path, literal.line, "SQL text outside the store"));
            found.filter(|finding| !file.quotes_what_is_refused(finding.line)).collect::<Vec<_>>()
        })
        .collect()
}

fn is_statement(literal: &str) -> bool {
    let words = literal.replace("\\n", " ").to_lowercase();
    let text = words.split_whitespace().collect::<Vec<_>>().join(" ");
    STATEMENTS.iter().any(|(begins, follows)| text.starts_with(begins) && text.len() > begins.len() && text.contains(follows))
}

/// Typst named outside wire/print.
pub(super) fn typst(tree: &Tree) -> Vec<Finding> {
    let files = tree.files.iter().filter(|file| !file.path.starts_with("wire/print/") && !file.path.starts_with("xtask/"));
    files.flat_map(names_typst).collect()
}

fn names_typst(file: &File) -> Vec<Finding> {
    // The root manifest holds the version for all; who depends on it is the edges' business.
    let manifest = file.path.ends_with("/Cargo.toml").then(|| file.text.lines().map(str::to_owned).collect::<Vec<_>>());
    let lines = manifest.as_ref().unwrap_or(&file.source.code);
    let named = lines.iter().enumerate().filter(|(_, line)| line.contains("typst"));
    named.map(|(at, _)| Finding::at(&file.path, at.saturating_add(1), "Typst outside wire/print")).collect()
}

/// Clocks and chance on the pure floors; their tests have none either.
pub(super) fn clocks(tree: &Tree) -> Vec<Finding> {
    let files = tree.rust().filter(|file| file.path.starts_with("lab/") || file.path.starts_with("wire/"));
    files
        .flat_map(|file| {
            let lines = file.source.code.iter().enumerate();
            let found =
                lines.filter_map(|(at, line)| CLOCKS.iter().find(|call| line.contains(*call)).map(|call| (at.saturating_add(1), call)));
            found.map(|(line, call)| Finding::at(&file.path, line, format!("{call} on a floor that has no clock"))).collect::<Vec<_>>()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(path: &str, text: &str) -> Tree {
        Tree::of(&[(path, text)], &[])
    }

    #[test]
    fn a_statement_outside_the_store_is_found() {
        for statement in [
            "SELECT id FROM patient",
            "select\\n id from patient",
            "INSERT INTO task VALUES (?1)",
            "UPDATE task SET x = 1",
            "DELETE FROM task",
            "PRAGMA user_version",
        ] {
            let text = format!("const S: &str = \"{statement}\";\n");
            assert_eq!(sql(&tree("app/web/src/lib.rs", &text)).len(), 1, "{statement}");
            assert_eq!(sql(&tree("app/store/src/lib.rs", &text)), [], "{statement}");
        }
    }

    #[test]
    fn english_is_not_sql() {
        for words in ["select a test", "update the plan", "Select", "created", "insert"] {
            let text = format!("const S: &str = \"{words}\";\n// SELECT id FROM patient\n");
            assert_eq!(sql(&tree("app/web/src/lib.rs", &text)), [], "{words}");
        }
    }

    #[test]
    fn typst_is_named_by_print_alone() {
        assert_eq!(typst(&tree("app/web/src/lib.rs", "use typst::World;\n")).len(), 1);
        assert_eq!(typst(&tree("app/web/Cargo.toml", "[dependencies]\ntypst = \"0.15\"\n")).len(), 1);
        assert_eq!(typst(&tree("wire/print/src/lib.rs", "use typst::World;\n")), []);
        assert_eq!(typst(&tree("app/web/src/lib.rs", "// typst draws it\n")), []);
    }

    #[test]
    fn the_pure_floors_have_no_clock() {
        assert_eq!(clocks(&tree("lab/kernel/src/a.rs", "fn f() { Timestamp::now(); }\n")).len(), 1);
        assert_eq!(clocks(&tree("wire/lis2/src/a.rs", "let t = std::time::Instant::now();\n")).len(), 1);
        assert_eq!(clocks(&tree("app/links/src/a.rs", "let t = std::time::Instant::now();\n")), []);
        assert_eq!(clocks(&tree("lab/kernel/src/a.rs", "// not Instant::now\n")), []);
    }
}
