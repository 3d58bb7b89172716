//! Sessions: locked by hand and by time, unlocked, taken over, tidied away.

use crate::engine::Engine;
use crate::house::House;
use actions::{
    Made, NewStaff, SignInRefusal, SignedIn, Standing, create_staff, deactivate_staff, lock_session, note_use, session, sign_in, take_over,
    tidy_sessions, unlock_session,
};

on_both!(
    a_session_nobody_uses_locks_and_its_password_opens_it,
    a_lock_by_hand_is_at_once_and_of_that_browser_alone,
    what_was_used_is_written_for_the_next_start,
    an_administrator_has_longer_and_whoever_works_at_a_bench_too_has_not,
    wrong_passwords_at_the_lock_shut_the_name,
    another_person_takes_the_browser_over_and_nobody_by_a_wrong_password,
    ended_sessions_are_taken_away_and_others_stay,
);

const MINUTE: i64 = 60_000_000;

async fn signed_in(house: &House, user: &str, role: &str) -> (SignedIn, String) {
    let new = NewStaff { user: user.to_owned(), display_name: user.to_owned(), role: role.to_owned() };
    let password = create_staff(house.lab.store(), new, Made::Lasting).await.unwrap().password;
    (sign_in(&house.lab, user, &password).await.unwrap(), password)
}

async fn standing(house: &House, signed_in: &SignedIn) -> Option<Standing> {
    session(&house.lab, &signed_in.cookie).await.unwrap().map(|session| session.standing)
}

async fn a_session_nobody_uses_locks_and_its_password_opens_it(engine: &Engine) {
    let house = House::signed(engine);
    let (tess, password) = signed_in(&house, "tess", "technologist").await;
    let open = session(&house.lab, &tess.cookie).await.unwrap().unwrap();
    let lasts = house.count("SELECT used_at FROM session").await + 10 * MINUTE;
    assert_eq!((open.standing, open.locks_at.micros()), (Standing::Open, lasts));
    house.change("UPDATE session SET used_at = used_at - 599000000", &[]).await;
    assert_eq!(standing(&house, &tess).await, Some(Standing::Open), "ten minutes are not over");
    house.change("UPDATE session SET used_at = used_at - 1000000", &[]).await;
    assert_eq!(standing(&house, &tess).await, Some(Standing::Locked));
    let locked = session(&house.lab, &tess.cookie).await.unwrap().unwrap();
    let wrong = unlock_session(&house.lab, &locked, "wrong").await;
    assert!(matches!(wrong, Err(SignInRefusal::WrongUserOrPassword)), "{wrong:?}");
    assert_eq!(standing(&house, &tess).await, Some(Standing::Locked));
    unlock_session(&house.lab, &locked, &password).await.unwrap();
    assert_eq!(standing(&house, &tess).await, Some(Standing::Open));
    assert_eq!(house.count("SELECT COUNT(*) FROM journal WHERE act = 'unlock' AND accepted = 1").await, 1);
    assert_eq!(house.count("SELECT COUNT(*) FROM journal WHERE act = 'unlock' AND accepted = 0").await, 1);
}

async fn a_lock_by_hand_is_at_once_and_of_that_browser_alone(engine: &Engine) {
    let house = House::signed(engine);
    let (tess, password) = signed_in(&house, "tess", "technologist").await;
    let elsewhere = sign_in(&house.lab, "tess", &password).await.unwrap();
    let before = house.lab.live().versions().sessions;
    let open = session(&house.lab, &tess.cookie).await.unwrap().unwrap();
    note_use(&house.lab, &open);
    lock_session(&house.lab, &open).await.unwrap();
    assert_eq!(standing(&house, &tess).await, Some(Standing::Locked), "also right after it was used");
    assert_eq!(standing(&house, &elsewhere).await, Some(Standing::Open));
    assert_ne!(house.lab.live().versions().sessions, before, "open pages are told");
    unlock_session(&house.lab, &open, &password).await.unwrap();
    assert_eq!(standing(&house, &tess).await, Some(Standing::Open));
    // Nobody unlocks what has ended.
    lock_session(&house.lab, &open).await.unwrap();
    deactivate_staff(house.lab.store(), "tess").await.unwrap();
    let refused = unlock_session(&house.lab, &open, &password).await;
    assert!(matches!(refused, Err(SignInRefusal::WrongUserOrPassword)), "{refused:?}");
    assert_eq!(standing(&house, &tess).await, None);
}

async fn what_was_used_is_written_for_the_next_start(engine: &Engine) {
    let house = House::signed(engine);
    let (tess, _) = signed_in(&house, "tess", "technologist").await;
    house.change("UPDATE session SET used_at = used_at - 300000000", &[]).await;
    let written = house.count("SELECT used_at FROM session").await;
    let open = session(&house.lab, &tess.cookie).await.unwrap().unwrap();
    note_use(&house.lab, &open);
    let used = session(&house.lab, &tess.cookie).await.unwrap().unwrap();
    assert!(used.locks_at.micros() >= written + 15 * MINUTE, "it counts from this moment on");
    assert_eq!(house.count("SELECT used_at FROM session").await, written, "a request writes nothing");
    assert_eq!(tidy_sessions(&house.lab).await.unwrap(), 0);
    assert_eq!(house.count("SELECT used_at FROM session").await + 10 * MINUTE, used.locks_at.micros());
    // Nothing happened since: nothing is written, and nothing stands in the journal.
    let entries = house.count("SELECT COUNT(*) FROM journal").await;
    assert_eq!(tidy_sessions(&house.lab).await.unwrap(), 0);
    assert_eq!(house.count("SELECT COUNT(*) FROM journal").await, entries);
}

async fn an_administrator_has_longer_and_whoever_works_at_a_bench_too_has_not(engine: &Engine) {
    let house = House::signed(engine);
    let (admin, _) = signed_in(&house, "admin", "administrator").await;
    let (both, _) = signed_in(&house, "both", "administrator technologist").await;
    assert_eq!(house.change("UPDATE session SET used_at = used_at - 600000000", &[]).await, 2);
    assert_eq!((standing(&house, &admin).await, standing(&house, &both).await), (Some(Standing::Open), Some(Standing::Locked)));
    assert_eq!(house.change("UPDATE session SET used_at = used_at - 300000000", &[]).await, 2);
    assert_eq!(standing(&house, &admin).await, Some(Standing::Locked));
}

async fn wrong_passwords_at_the_lock_shut_the_name(engine: &Engine) {
    let house = House::signed(engine);
    let (tess, password) = signed_in(&house, "tess", "technologist").await;
    let open = session(&house.lab, &tess.cookie).await.unwrap().unwrap();
    lock_session(&house.lab, &open).await.unwrap();
    for _ in 0..5 {
        let wrong = unlock_session(&house.lab, &open, "wrong").await;
        assert!(matches!(wrong, Err(SignInRefusal::WrongUserOrPassword)), "{wrong:?}");
    }
    let shut = unlock_session(&house.lab, &open, &password).await;
    assert!(matches!(shut, Err(SignInRefusal::LockedOut(_))), "{shut:?}");
    assert_eq!(standing(&house, &tess).await, Some(Standing::Locked));
    let shut = sign_in(&house.lab, "tess", &password).await;
    assert!(matches!(shut, Err(SignInRefusal::LockedOut(_))), "{shut:?}");
}

async fn another_person_takes_the_browser_over_and_nobody_by_a_wrong_password(engine: &Engine) {
    let house = House::signed(engine);
    let (tess, password) = signed_in(&house, "tess", "technologist").await;
    let (sue, sue_password) = signed_in(&house, "sue", "supervisor").await;
    let wrong = take_over(&house.lab, Some(&tess.cookie), "sue", "wrong").await;
    assert!(matches!(wrong, Err(SignInRefusal::WrongUserOrPassword)), "{wrong:?}");
    assert_eq!(standing(&house, &tess).await, Some(Standing::Open), "who is there stays");
    let elsewhere = sign_in(&house.lab, "tess", &password).await.unwrap();
    let here = take_over(&house.lab, Some(&tess.cookie), "sue", &sue_password).await.unwrap();
    assert_eq!(here.staff, sue.staff);
    assert_eq!((standing(&house, &tess).await, standing(&house, &here).await), (None, Some(Standing::Open)));
    for other in [&elsewhere, &sue] {
        assert_eq!(standing(&house, other).await, Some(Standing::Open), "other browsers are not touched");
    }
}

async fn ended_sessions_are_taken_away_and_others_stay(engine: &Engine) {
    let house = House::signed(engine);
    let (_, password) = signed_in(&house, "tess", "technologist").await;
    sign_in(&house.lab, "tess", &password).await.unwrap();
    assert_eq!(house.change("UPDATE session SET expires_at = expires_at - 43200000000", &[]).await, 2);
    let here = sign_in(&house.lab, "tess", &password).await.unwrap();
    assert_eq!(tidy_sessions(&house.lab).await.unwrap(), 2);
    assert_eq!(house.count("SELECT COUNT(*) FROM session").await, 1);
    assert_eq!(standing(&house, &here).await, Some(Standing::Open));
    assert_eq!(house.texts("SELECT note FROM journal WHERE act = 'tidy_sessions'").await, ["2"]);
}
