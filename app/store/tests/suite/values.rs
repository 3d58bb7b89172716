//! What goes in comes out, the same on both engines.

use crate::harness::*;
use kernel::{PatientId, StaffId, Timestamp};
use store::{Cause, Param, Trouble, WriteTrouble, params, sql};
use uuid::Uuid;

on_both!(
    integers_over_31_bits_round_trip,
    text_and_bytes_round_trip,
    nothing_is_nothing,
    booleans_are_0_and_1,
    ids_are_16_bytes,
    nul_in_text_is_refused_and_in_bytes_kept,
    text_in_a_number_column_is_refused,
    wrong_number_of_parameters_is_refused,
    a_column_of_the_wrong_type_names_itself,
);

sql! {
    /// One row of everything.
    pub(crate) ADD_ALL = "INSERT INTO trial (id, name, number, bytes, row_version) VALUES (?1, ?2, ?3, ?4, ?5)";
}

fn keep(store: &store::Store, id: i64, name: &'static str, number: i64, bytes: &'static [u8]) {
    let keep = move |tx: &mut store::Tx| {
        tx.execute(&ADD_ALL, &params![id, name, number, bytes, true])?;
        done("")
    };
    write(store, keep).wait().unwrap();
}

fn integers_over_31_bits_round_trip(engine: &Engine) {
    let store = engine.open();
    for (id, number) in [(1, 1_i64 << 31), (2, i64::MAX), (3, i64::MIN), (i64::MAX, -1)] {
        add(&store, id, number);
        let back = read(&store, move |reader| Ok(reader.query_opt(&ONE_NUMBER, &params![id])?.unwrap().int(1)?));
        assert_eq!(back, number);
    }
    // A migrated column, not only this test's own: the journal's time.
    assert_eq!(engine.rows("SELECT DISTINCT at FROM journal"), [[NOW.micros().to_string()]]);
}

fn text_and_bytes_round_trip(engine: &Engine) {
    let store = engine.open();
    let text = "Köhler – 'quoted' \"K+\" ?1 $1 \\ \u{1F9EA} \r\n\t";
    let bytes: &[u8] = &[0, 1, 2, 0x7f, 0x80, 0xff, b'\''];
    keep(&store, 1, text, 0, bytes);
    keep(&store, 2, "", 0, b"");
    let back = read(&store, |reader| {
        let rows = reader.query(&ALL_TRIALS, &[])?;
        Ok(rows.iter().map(|row| (row.text(1).unwrap().to_owned(), row.blob(3).unwrap().to_owned())).collect::<Vec<_>>())
    });
    assert_eq!(back, [(text.to_owned(), bytes.to_owned()), (String::new(), Vec::new())]);
}

fn nothing_is_nothing(engine: &Engine) {
    let store = engine.open();
    write(&store, |tx| {
        tx.execute(&ADD_ALL, &[1.into_param(), Param::Null, None::<i64>.into(), None::<&[u8]>.into(), 1.into_param()])?;
        done("")
    })
    .wait()
    .unwrap();
    let row = read(&store, |reader| Ok(reader.query_opt(&ALL_TRIALS, &[])?.unwrap()));
    assert_eq!(row.optional_text(1), Ok(None));
    assert_eq!(row.optional_int(2), Ok(None));
    assert_eq!(row.optional_blob(3), Ok(None));
    assert_eq!(row.optional_timestamp(2), Ok(None));
    assert_eq!(row.int(2).unwrap_err().what, "is null");
}

trait IntoParam {
    fn into_param(self) -> Param<'static>;
}
impl IntoParam for i64 {
    fn into_param(self) -> Param<'static> {
        Param::Int(self)
    }
}

fn booleans_are_0_and_1(engine: &Engine) {
    let store = engine.open();
    for (id, truth) in [(1_i64, false), (2, true)] {
        write(&store, move |tx| {
            tx.execute(&ADD_TRIAL, &params![id, None::<&str>, truth])?;
            done("")
        })
        .wait()
        .unwrap();
    }
    add(&store, 3, 2);
    let rows = read(&store, |reader| reader.query(&ALL_TRIALS, &[]));
    assert_eq!(rows[0].flag(2), Ok(false));
    assert_eq!(rows[1].flag(2), Ok(true));
    assert_eq!(rows[2].flag(2).unwrap_err().what, "holds 2 where 0 or 1 is expected");
    assert_eq!(engine.rows("SELECT number FROM trial ORDER BY id"), [["0"], ["1"], ["2"]]);
}

fn ids_are_16_bytes(engine: &Engine) {
    let store = engine.open();
    let uuid = Uuid::from_u128(0x0190_a5da_c967_7abc_8ceb_3020_99a8_0057);
    write(&store, move |tx| {
        let patient = PatientId::from_uuid(uuid);
        tx.execute(&ADD_ALL, &params![1_i64, None::<&str>, Timestamp::from_micros(7), patient, 1_i64])?;
        tx.execute(&ADD_ALL, &params![2_i64, None::<&str>, None::<Timestamp>, Some(&patient), 1_i64])?;
        tx.execute(&ADD_ALL, &params![3_i64, None::<&str>, 0_i64, uuid, 1_i64])?;
        done("")
    })
    .wait()
    .unwrap();
    let rows = read(&store, |reader| reader.query(&ALL_TRIALS, &[]));
    for row in &rows {
        assert_eq!(row.decode(3, PatientId::from_slice), Ok(PatientId::from_uuid(uuid)));
    }
    assert_eq!(rows[0].timestamp(2), Ok(Timestamp::from_micros(7)));
    assert_eq!(rows[1].optional_timestamp(2), Ok(None));
    assert_eq!(engine.rows("SELECT bytes FROM trial WHERE id = 1"), [["0190a5dac9677abc8ceb302099a80057"]]);
}

fn nul_in_text_is_refused_and_in_bytes_kept(engine: &Engine) {
    let store = engine.open();
    let refused = write(&store, |tx| {
        tx.execute(&ADD_TRIAL, &params![1_i64, "a\0b", 0_i64])?;
        done("")
    });
    let trouble = refused.wait().unwrap_err();
    assert_eq!(trouble, WriteTrouble::Failed(Trouble::NulInText { statement: "ADD_TRIAL", parameter: 2 }));
    let refused = write(&store, |tx| {
        tx.insert_many(&ADD_TRIALS, &[params![1_i64, "a\0", 0_i64, None::<&[u8]>, 1_i64]])?;
        done("")
    });
    assert!(matches!(refused.wait(), Err(WriteTrouble::Failed(Trouble::NulInText { parameter: 2, .. }))));
    // An outcome's note is text too.
    assert!(write(&store, |_| done("a\0")).wait().is_err());
    keep(&store, 2, "fine", 0, b"a\0b");
    assert_eq!(ids(&store), [2]);
    assert_eq!(engine.count("journal"), 1, "what was refused left no entry");
}

fn text_in_a_number_column_is_refused(engine: &Engine) {
    let store = engine.open();
    let many = write(&store, |tx| {
        tx.insert_many(&ADD_TRIALS, &[params![1_i64, "x", "12", None::<&[u8]>, 1_i64]])?;
        done("")
    });
    let Err(WriteTrouble::Failed(trouble)) = many.wait() else { panic!("accepted") };
    assert_eq!(trouble.cause(), Some(Cause::Misuse));
    assert!(trouble.to_string().contains("column number takes Int"), "{trouble}");
    let bytes_as_text = write(&store, |tx| {
        tx.execute(&ADD_ALL, &params![1_i64, StaffId::from_uuid(Uuid::nil()), 0_i64, None::<&[u8]>, 1_i64])?;
        done("")
    });
    assert!(bytes_as_text.wait().is_err());
    assert!(ids(&store).is_empty());
}

fn wrong_number_of_parameters_is_refused(engine: &Engine) {
    let store = engine.open();
    let few = write(&store, |tx| {
        tx.execute(&ADD_TRIAL, &params![1_i64])?;
        done("")
    });
    assert!(few.wait().unwrap_err().to_string().contains("1 parameters were given for 3"));
    let narrow = write(&store, |tx| {
        tx.insert_many(&ADD_TRIALS, &[params![1_i64]])?;
        done("")
    });
    assert!(narrow.wait().unwrap_err().to_string().contains("1 values for 5 columns"));
}

fn a_column_of_the_wrong_type_names_itself(engine: &Engine) {
    let store = engine.open();
    keep(&store, 41, "potassium", 0, b"");
    let row = read(&store, |reader| Ok(reader.query_opt(&ALL_TRIALS, &[])?.unwrap()));
    let trouble = row.int(1).unwrap_err();
    assert_eq!((trouble.table.as_str(), trouble.column.as_str(), trouble.id.as_str()), ("trial", "name", "41"));
    assert_eq!(trouble.what, "holds a text where a whole number is expected");
    assert!(row.text(99).unwrap_err().what.contains("no such column"));
    let parsed = row.parse(1, |text| text.parse::<i64>()).unwrap_err();
    assert_eq!(parsed.column, "name");
}
