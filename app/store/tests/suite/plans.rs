//! How each engine goes about every statement that looks something up or reads a page: along an index, in its order, and no further than
//! the page. On a small table a plan that reads all of it costs nothing to notice; in a laboratory of ten years every click would.

use crate::harness::*;
use kernel::Realm;
use store::{Opening, Options, Param, Registered, Sql, Store, Target, all_statements, sql};

/// Rows of the pages that plans are made for.
const PAGE: i64 = 51;
/// So many of everything that going through all of it looks cheaper than looking up a tenth of it, and dearer than looking up a page: the
/// first is what PostgreSQL makes plans for where it does not know how long a page is.
const MANY: &str = "
    CREATE FUNCTION id(bigint) RETURNS BYTEA LANGUAGE SQL IMMUTABLE AS $$ SELECT convert_to(lpad($1::text, 16, '0'), 'UTF8') $$;
    INSERT INTO patient SELECT id(n), 'M' || n, '', '', '', (1930 + n % 90) || '-01-' || (10 + n % 20), 'F', n, 1, NULL, NULL, CASE n % 10 WHEN 0 THEN id(n - 1) END, NULL FROM generate_series(1, 20000) n;
    INSERT INTO patient_name SELECT CASE n % 2 WHEN 0 THEN '' ELSE 'w' || n % 100 END || ' w' || n, id(n) FROM generate_series(1, 20000) n;
    INSERT INTO patient_identifier SELECT id(n), 'I' || n, 'H', '', id(n), n FROM generate_series(1, 20000) n;
    INSERT INTO patient_former SELECT id(n), 1, '', '', '', 'F', NULL, n, '' FROM generate_series(1, 20000) n;
    INSERT INTO patient_merge SELECT id(n), id(n), id(n + 1), n, '', '', '' FROM generate_series(1, 19000) n;
    INSERT INTO patient_fact SELECT id(n), id(n), '', '', '', '', n, '', 1 FROM generate_series(1, 20000) n;
    INSERT INTO visit SELECT id(n), 'V' || n, '', id(n), 'present', '', '', '', '', '', n, 1 FROM generate_series(1, 20000) n;
    INSERT INTO lab_order SELECT id(n), 'A' || n, id(1 + n % 2000), 'routine', n FROM generate_series(1, 20000) n;
    INSERT INTO requisition SELECT id(n), '', '', '', '', '', '', '', 1 FROM generate_series(1, 20000) n;
    INSERT INTO order_answer SELECT id(n), id(n), 'Q', '' FROM generate_series(1, 20000) n;
    INSERT INTO placer_order SELECT id(n), 'P' || n, '', '', id(n), '', n FROM generate_series(1, 20000) n;
    INSERT INTO order_event SELECT id(n), id(n), n, '', '', '' FROM generate_series(1, 20000) n;
    INSERT INTO container SELECT id(n), 'C' || n, id(n), 'serum', CASE n % 10 WHEN 0 THEN NULL ELSE n END, 'SST', 1, n FROM generate_series(1, 20000) n;
    INSERT INTO voided_label SELECT id(n), 'L' || n, id(n), n, '', '' FROM generate_series(1, 20000) n;
    INSERT INTO examination SELECT id(n), id(n), 'NA' FROM generate_series(1, 20000) n;
    INSERT INTO transmission SELECT id(n), 'link', n, n, id(n), NULL FROM generate_series(1, 20000) n;
    INSERT INTO transmission_bytes SELECT id(n), id(n) FROM generate_series(1, 20000) n;
    INSERT INTO unfiled SELECT 'link', n, id(n) FROM generate_series(19000, 20000) n;
    INSERT INTO result SELECT id(n), 1, id(n), '1', '', '1', '1', '', '', '', NULL, n, CASE n % 10 WHEN 0 THEN 'held' ELSE 'verified' END, n, '', 1
        FROM generate_series(1, 20000) n;
    INSERT INTO staff SELECT id(n), 'S' || n, '', '', '', n FROM generate_series(1, 100) n;
    INSERT INTO manual_entry SELECT id(n), id(n), '', id(1 + n % 100), n, '', 0 FROM generate_series(1, 20000) n;
    INSERT INTO assessment SELECT id(n), n, '' FROM generate_series(1, 20000) n;
    INSERT INTO task SELECT id(n), '', id(n), '', '', '', n, CASE n % 2 WHEN 0 THEN n END, '', '', 1, NULL, NULL, CASE n % 3 WHEN 0 THEN id(n) END FROM generate_series(1, 20000) n;
    INSERT INTO hl7_message SELECT id(n), 'link', n, 'HIS', 'ADT^A08', n, id(n), id(n), 'accepted', NULL, '' FROM generate_series(1, 20000) n;
    INSERT INTO hl7_message_bytes SELECT id(n), id(n), NULL, id(n) FROM generate_series(1, 20000) n;
    INSERT INTO access SELECT id(n), n, '', '', '', id(1 + n % 20) FROM generate_series(1, 20000) n;
    INSERT INTO journal SELECT id(n), n, '', '', 1, id(n), '', '' FROM generate_series(1, 20000) n;
    INSERT INTO seal SELECT n, id(n), sha256(id(n)) FROM generate_series(1, 20000) n;
    INSERT INTO pending_seal SELECT id(n) FROM generate_series(19000, 20000) n;
    INSERT INTO token SELECT id(n), id(n), 'T' || n, n FROM generate_series(1, 100) n;
    INSERT INTO session SELECT id(n), id(n), id(n), n, n, n, NULL FROM generate_series(1, 100) n;
    INSERT INTO edition SELECT id(n), 'E' || n, '', '2026-11-22', id(n), n FROM generate_series(1, 1000) n;
    INSERT INTO edition_file SELECT id(n), id(1 + n % 1000), 'F' || n, '' FROM generate_series(1, 16000) n;
    INSERT INTO edition_signature SELECT id(n), id(n), id(1), '', '', id(n), n FROM generate_series(1, 1000) n;
    ANALYZE;
    -- Counted, and gone before a sealer finds them.
    DELETE FROM pending_seal;";
/// A cache that holds next to nothing of it, as that of a laboratory of ten years does.
const LITTLE_CACHE: &str = "%20-c%20effective_cache_size%3D128kB";

/// What a statement may do all the same, and why that stays small.
const MAY: &[(&str, Finding, &str)] = &[
    ("RESULTS_OF_PATIENT", Finding::Sorts, "what one patient has"),
    ("ORDERS_OF_PATIENT", Finding::Sorts, "what one patient has"),
    ("FORMER_RESULTS", Finding::Sorts, "what one patient has of one test"),
    ("RESULTS_OF_CONTAINERS", Finding::Sorts, "what is in a few containers"),
    ("CONTAINERS_AS_THEY_STAND", Finding::Sorts, "what one order has"),
    ("TO_COLLECT_OF_PATIENT", Finding::Sorts, "what one patient has"),
    ("EXAMINATION_STATES_OF_ORDER", Finding::Sorts, "what one order has"),
    ("EXAMINATIONS_OF_PLACER_ORDER", Finding::Sorts, "what one order has"),
    ("TASKS_OF_TRANSMISSION", Finding::Sorts, "what came of one message"),
    ("TASKS_OF_HL7_MESSAGE", Finding::Sorts, "what came of one message"),
    ("FILES_OF_EDITION", Finding::Sorts, "the files of one edition"),
    ("EDITIONS", Finding::Sorts, "as many as directors ever reviewed"),
    ("EDITIONS", Finding::ReadsAll, "as many as directors ever reviewed"),
    ("ALL_TOKENS", Finding::Sorts, "as many as there are programs that ask"),
    ("ALL_TOKENS", Finding::ReadsAll, "as many as there are programs that ask"),
    ("COUNT_TOKENS_NAMED", Finding::ReadsAll, "as many as there are programs that ask"),
];

sql! {
    /// What was prepared last on this connection.
    NEWEST_PREPARED = "SELECT name, statement, CAST(cardinality(parameter_types) AS BIGINT) FROM pg_prepared_statements WHERE statement NOT LIKE '%pg_prepared_statements%' ORDER BY prepare_time DESC LIMIT 1";
    /// The negative control of these tests: a page in an order no index has.
    WITHOUT_INDEX = "SELECT id FROM task ORDER BY row_version LIMIT ?1";
    /// Another one: something looked up by what no index begins with.
    LOOKED_UP_IN_VAIN = "SELECT id FROM patient WHERE family_name = ?1";
}

/// What is wrong with a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Finding {
    /// It sorts.
    Sorts,
    /// It goes through a table or an index from one end to the other.
    ReadsAll,
}

/// The statements with parameters that read.
fn asked() -> impl Iterator<Item = &'static Sql> {
    all_statements().filter_map(|statement| match statement {
        Registered::Statement(sql) if sql.text().starts_with("SELECT") && parameters(sql) > 0 => Some(sql),
        _ => None,
    })
}

/// How many numbered parameters a statement has; a list counts as one.
fn parameters(sql: &Sql) -> usize {
    let numbered = (1..10).rev().find(|number| sql.text().contains(&format!("?{number}"))).unwrap_or(0);
    numbered + usize::from(sql.text().contains("?.."))
}

fn is_paged(sql: &Sql) -> bool {
    sql.text().ends_with(&format!("LIMIT ?{}", parameters(sql)))
}

#[test]
fn on_sqlite_no_page_and_no_look_up_goes_through_everything() {
    let engine = Engine::sqlite();
    engine.open().close();
    assert_eq!(judge_sqlite(&engine, &WITHOUT_INDEX), [Finding::ReadsAll, Finding::Sorts]);
    assert_eq!(judge_sqlite(&engine, &LOOKED_UP_IN_VAIN), [Finding::ReadsAll]);
    assert!(asked().filter(|sql| is_paged(sql)).count() > 20);
    for sql in asked() {
        accept(sql, &judge_sqlite(&engine, sql), &sqlite_plan(&engine, sql));
    }
}

#[test]
fn on_postgres_no_page_and_no_look_up_goes_through_everything() {
    let Some(engine) = Engine::postgres() else { return };
    engine.open().close();
    engine.raw(MANY);
    let Target::Postgres(url) = &engine.target else { panic!("not PostgreSQL") };
    let target = Target::Postgres(format!("{url}{LITTLE_CACHE}"));
    let store = Store::open(&target, Realm::Validation, Opening::Existing, Options { readers: 1, ..Options::default() }).unwrap();
    let judged = |sql| judge_postgres(is_paged(sql), &postgres_plan(&store, sql));
    assert_eq!(judged(&WITHOUT_INDEX), [Finding::ReadsAll, Finding::Sorts]);
    assert_eq!(judged(&LOOKED_UP_IN_VAIN), [Finding::ReadsAll]);
    let sqlite = Engine::sqlite();
    sqlite.open().close();
    let mut needed = Vec::new();
    for sql in asked() {
        let plan = postgres_plan(&store, sql);
        let findings = judge_postgres(is_paged(sql), &plan);
        accept(sql, &findings, &plan);
        needed.extend(findings.into_iter().chain(judge_sqlite(&sqlite, sql)).map(|finding| (sql.name(), finding)));
    }
    for (name, finding, _) in MAY {
        assert!(needed.contains(&(*name, *finding)), "{name} does not need its exception any more: take it away");
    }
}

fn accept(sql: &Sql, findings: &[Finding], plan: &[String]) {
    for finding in findings {
        let may = MAY.iter().any(|(name, allowed, _)| *name == sql.name() && allowed == finding);
        assert!(may, "{}: {finding:?}\n{}\n{}", sql.name(), sql.text(), plan.join("\n"));
    }
}

fn sqlite_plan(engine: &Engine, sql: &'static Sql) -> Vec<String> {
    let text = Registered::Statement(sql).sqlite_text().into_owned();
    let text = (1..20).rev().fold(text, |text, number| text.replace(&format!("?{number}"), "NULL"));
    engine.rows(&format!("EXPLAIN QUERY PLAN {text}")).into_iter().map(|row| row[3].clone()).collect()
}

fn judge_sqlite(engine: &Engine, sql: &'static Sql) -> Vec<Finding> {
    let plan = sqlite_plan(engine, sql);
    let sorts = plan.iter().any(|step| step.contains("TEMP B-TREE"));
    // A page may begin at the beginning: without a sort it is a walk in the right order, and ends with the page.
    let walks = usize::from(is_paged(sql) && !sorts && plan.first().is_some_and(|step| step.starts_with("SCAN")));
    let reads_all = |step: &String| step.starts_with("SCAN") || step.contains("AUTOMATIC") || step.starts_with("MATERIALIZE");
    found(plan.iter().skip(walks).any(reads_all), sorts)
}

/// The plan of the very statement that the store has prepared on its connection, under the settings of that connection.
fn postgres_plan(store: &Store, sql: &'static Sql) -> Vec<String> {
    read(store, move |reader| {
        let list = usize::from(sql.text().contains("?.."));
        let mut params = vec![Param::Null; parameters(sql) - list];
        if is_paged(sql) {
            *params.last_mut().unwrap() = Param::Int(PAGE);
        }
        if list == 1 {
            reader.query_in_list(sql, &params, &[Param::Null; 2])?
        } else {
            reader.query(sql, &params)?
        };
        let newest = reader.query_opt(&NEWEST_PREPARED, &[])?.unwrap();
        let (name, text) = (newest.text(0).unwrap(), newest.text(1).unwrap());
        let beginning = sql.postgres_text().split('?').next().unwrap();
        assert!(text.starts_with(beginning), "{} was not the last to be prepared, but {text}", sql.name());
        let nulls = vec!["NULL"; usize::try_from(newest.int(2).unwrap()).unwrap()].join(", ");
        let given = if nulls.is_empty() { nulls } else { format!("({nulls})") };
        let explain = Box::leak(Box::new(Sql::new("EXPLAIN", format!("EXPLAIN (COSTS OFF) EXECUTE {name} {given}").leak(), None)));
        Ok(reader.query(explain, &[])?.iter().map(|row| row.text(0).unwrap().to_owned()).collect())
    })
}

fn judge_postgres(paged: bool, plan: &[String]) -> Vec<Finding> {
    let says = |words: &[&str]| plan.iter().any(|line| words.iter().any(|word| line.contains(word)));
    let next = plan.iter().skip(1).map(String::as_str).chain([""]);
    let scans = plan.iter().zip(next).filter(|(line, _)| line.contains("Index") && line.contains("Scan"));
    // As on SQLite: a page may begin at the beginning.
    let mut unbounded = scans.map(|(_, next)| !next.contains("Index Cond")).skip(usize::from(paged));
    let reads_all = says(&["Seq Scan", "Hash", "Memoize", "Materialize"]) || unbounded.any(|all| all);
    found(reads_all, says(&["Sort"]))
}

fn found(reads_all: bool, sorts: bool) -> Vec<Finding> {
    [(reads_all, Finding::ReadsAll), (sorts, Finding::Sorts)].into_iter().filter(|(is, _)| *is).map(|(_, finding)| finding).collect()
}
