//! Sessions that have ended by themselves do not stay for ever.

use crate::engine::Engine;
use crate::filing::laboratory;
use actions::{Made, NewStaff, create_staff, sign_in};
use std::time::{Duration, Instant};
use store::{Faults, Outcome, Sql};

on_both!(an_ended_session_is_taken_away_and_one_that_goes_on_is_not);

static EXPIRE: Sql = Sql::new("of a test", "UPDATE session SET expires_at = created_at", None);
static COUNT: Sql = Sql::new("of a test", "SELECT COUNT(*) FROM session", None);

async fn an_ended_session_is_taken_away_and_one_that_goes_on_is_not(engine: &Engine) {
    let (lab, _, _) = laboratory(engine, &Faults::default());
    let new = NewStaff { user: "tess".to_owned(), display_name: "Tess".to_owned(), role: "technologist".to_owned() };
    let password = create_staff(lab.store(), new, Made::Lasting).await.unwrap().password;
    sign_in(&lab, "tess", &password).await.unwrap();
    let act = |tx: &mut store::Tx<'_>| {
        let ended = tx.execute(&EXPIRE, &[])?;
        Ok(Outcome { act: "try", accepted: true, subject: None, note: ended.to_string() })
    };
    let actor = kernel::Actor::System("suite".to_owned());
    lab.store().write(&actor, actions::new_command(), actions::now(), act).await.unwrap();
    let goes_on = sign_in(&lab, "tess", &password).await.unwrap();
    let count = async || lab.store().read(|reader| Ok(reader.query_opt(&COUNT, &[])?.unwrap().int(0).unwrap())).await.unwrap();
    assert_eq!(count().await, 2);
    let job = tokio::spawn(jobs::run_sessions(lab.clone(), Duration::from_millis(5)));
    let deadline = Instant::now() + Duration::from_secs(30);
    while count().await != 1 {
        assert!(Instant::now() < deadline, "nobody took it away");
    }
    assert!(actions::session(&lab, &goes_on.cookie).await.unwrap().is_some());
    assert!(!job.is_finished());
}
