//! A small database, filled and read on both engines: every probe finds what the dataset says, through the store and bare.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use growth::bare::Bare;
use growth::dataset::Dataset;
use growth::fill;
use growth::sampling::Sampler;
use ingest::storage::{Database, Rows};
use kernel::Realm;
use std::path::Path;
use store::repositories::{results, transmissions};
use store::{Opening, Options, Store, Target};

/// So few that a page of held results is not full, which the probes know.
const RESULTS: u64 = 5_000;

fn filled(target: &Target, database: &Database, file: &Path) {
    let dataset = Dataset::of_results(RESULTS);
    let store = Store::open(target, Realm::Demonstration, Opening::CreateNew, fill::options()).unwrap();
    fill::fill(&store, dataset, fill::IN_BULK).unwrap();
    store.close();
    assert_eq!(database.rows().unwrap(), Rows { results: 5_000, held: 25, tasks: 0 });
    let store = Store::open(target, Realm::Demonstration, Opening::Existing, Options::default()).unwrap();
    for message in [0, 199] {
        let id = growth::dataset::transmission_id(message);
        let evidence = store.read(move |reader| results::evidence_of_message(reader, id)).wait().unwrap();
        assert!(evidence.is_some(), "the evidence of message {message} can be read");
    }
    assert_eq!(store.read(transmissions::unfiled_count).wait().unwrap(), 0);
    let sampler = |dataset: Dataset| Sampler::new(store.clone(), Bare::open(file, database).unwrap(), dataset);
    // A dataset that is not the one in there is noticed.
    let trouble = sampler(Dataset { messages: dataset.messages * 2, ..dataset }).run(20).unwrap_err();
    assert!(trouble.contains("rows, not"), "{trouble}");
    let mut sampler = sampler(dataset);
    (0..2).for_each(|_| sampler.run(20).unwrap());
    let curves = sampler.finish();
    assert_eq!(curves.len(), 8);
    assert!(curves.iter().all(|curve| curve.store.len() == 2 && curve.bare.len() == 2));
}

#[test]
fn on_sqlite_every_probe_finds_what_was_filled() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("benchside.db");
    filled(&Target::Sqlite(file.clone()), &Database::Sqlite(folder.path().to_owned()), &file);
}

#[test]
fn on_postgres_every_probe_finds_what_was_filled() {
    let Ok(server) = std::env::var("BENCHSIDE_TEST_POSTGRES") else {
        #[allow(clippy::print_stdout)]
        let () = println!("skipped: BENCHSIDE_TEST_POSTGRES is not set (cargo xtask check sets it)");
        return;
    };
    let database = Database::Postgres { server, name: format!("growth_test_{}", std::process::id()) };
    database.create(None).unwrap();
    filled(&Target::Postgres(database.url().unwrap()), &database, Path::new(""));
    database.remove().unwrap();
}
