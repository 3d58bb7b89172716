//! Random commands leave the same rows on both engines.

use crate::harness::*;
use proptest::prelude::*;
use store::{Outcome, Store, Trouble, params};

#[derive(Debug, Clone)]
enum Step {
    Add { id: i64, name: Option<String>, number: Option<i64> },
    AddMany { from: i64, count: i64, names: Vec<String> },
    Change { id: i64, version: i64, number: i64 },
    Refuse,
    Fail { id: i64 },
    Panic { id: i64 },
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let id = 0..12_i64;
    let name = "[aAé? '\"\\\\$1%_\u{1F9EA}-]{0,4}";
    let step = prop_oneof![
        4 => (id.clone(), proptest::option::of(name), proptest::option::of(any::<i64>()))
            .prop_map(|(id, name, number)| Step::Add { id, name, number }),
        2 => (id.clone(), 0..6_i64, proptest::collection::vec(name, 6)).prop_map(|(from, count, names)| Step::AddMany { from, count, names }),
        4 => (id.clone(), 1..4_i64, any::<i64>()).prop_map(|(id, version, number)| Step::Change { id, version, number }),
        1 => Just(Step::Refuse),
        1 => id.clone().prop_map(|id| Step::Fail { id }),
        1 => id.prop_map(|id| Step::Panic { id }),
    ];
    proptest::collection::vec(step, 1..24)
}

fn run(tx: &mut store::Tx, step: &Step) -> Result<Outcome, Trouble> {
    let accepted = match step {
        Step::Add { id, name, number } => tx.execute(&ADD_TRIAL, &params![*id, name.as_ref(), *number])? == 1,
        Step::AddMany { from, count, names } => {
            let rows: Vec<_> =
                (*from..from + count).zip(names).map(|(id, name)| params![id + 100, name, None::<i64>, name.as_bytes(), 1_i64]).collect();
            tx.insert_many(&ADD_NEW_TRIALS, &rows)? == rows.len() as u64
        }
        Step::Change { id, version, number } => tx.change_one(&CHANGE_TRIAL, &params![*id, *version, *number], "trial")?,
        Step::Refuse => false,
        Step::Fail { id } => {
            tx.change_one(&CHANGE_TRIAL, &params![*id, 1_i64, 0_i64], "trial")?;
            return Err(Trouble::because("no"));
        }
        Step::Panic { id } => {
            tx.change_one(&CHANGE_TRIAL, &params![*id, 1_i64, 0_i64], "trial")?;
            panic!("wanted");
        }
    };
    Ok(Outcome { act: "step", accepted, subject: None, note: format!("{step:?}") })
}

/// What each step came to, and what is in the tables in the end.
fn play(engine: &Engine, store: &Store, steps: &[Step]) -> (Vec<String>, Vec<Vec<String>>, Vec<Vec<String>>) {
    engine.raw("DELETE FROM trial; DELETE FROM journal;");
    let answers = steps.iter().map(|step| {
        let step = step.clone();
        // The words of a failure are each engine's own; its kind is not.
        match write(store, move |tx| run(tx, &step)).wait() {
            Ok(done) => format!("{} {}", done.accepted, done.note),
            Err(store::WriteTrouble::Failed(trouble)) => format!("{:?}", trouble.cause()),
            Err(other) => other.to_string(),
        }
    });
    let answers = answers.collect();
    (
        answers,
        engine.rows("SELECT id, name, number, bytes, row_version FROM trial ORDER BY id"),
        engine.rows("SELECT act, accepted, note FROM journal ORDER BY command_id"),
    )
}

#[test]
fn random_commands_leave_the_same_rows_on_both_engines() {
    let sqlite = Engine::sqlite();
    let Some(postgres) = Engine::postgres() else { return };
    let (on_sqlite, on_postgres) = (sqlite.open(), postgres.open());
    let config = ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() };
    let mut runner = proptest::test_runner::TestRunner::new(config);
    runner
        .run(&steps(), |steps| {
            prop_assert_eq!(play(&sqlite, &on_sqlite, &steps), play(&postgres, &on_postgres, &steps));
            Ok(())
        })
        .unwrap();
}
