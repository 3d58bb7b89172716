//! The store's suite.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use kernel::{Actor, CommandId, Realm, Timestamp};
use store::{Opening, Options, Outcome, Store, Target, params, sql};
use uuid::Uuid;

sql! {
    /// A block.
    pub(crate) INSERT_BLOCK = insert code_block (kind Text, next_number Int) "ON CONFLICT (kind) DO NOTHING";
    /// All.
    pub(crate) BLOCKS = "SELECT kind, next_number FROM code_block ORDER BY kind";
}

#[test]
fn smoke() {
    let dir = tempfile::tempdir().unwrap();
    let target = Target::Sqlite(dir.path().join("x.db"));
    let store = Store::open(&target, Realm::Training, Opening::CreateNew, Options::default()).unwrap();
    let id = CommandId::from_uuid(Uuid::from_u128(7));
    let run = || {
        store
            .write(&Actor::System("t".into()), id, Timestamp::from_micros(5), |tx| {
                tx.insert_many(&INSERT_BLOCK, &[params!["a", 1_i64], params!["b", 2_i64]])?;
                Ok(Outcome { act: "x", accepted: true, subject: None, note: String::new() })
            })
            .wait()
    };
    assert!(!run().unwrap().repeated);
    assert!(run().unwrap().repeated);
    let n = store.read(|r| Ok(r.query(&BLOCKS, &[])?.len())).wait().unwrap();
    assert_eq!(n, 2);
    println!("{:?}", store.statistics());
    store.close();
    assert!(!dir.path().join("x.db-wal").exists());
}
