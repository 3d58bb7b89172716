//! Who may come in, and for how long.

use crate::engine::Engine;
use crate::house::House;
use actions::{AccountRefusal, Made, SignInRefusal, bearer, create_administrator, create_token, session, sign_in, sign_out};

on_both!(
    the_administrator_signs_in_and_out,
    a_wrong_user_and_a_wrong_password_are_refused_alike,
    many_wrong_passwords_at_once_are_no_more_tries_than_one_after_the_other,
    a_session_ends_by_itself,
    a_second_administrator_is_refused,
    only_a_token_that_was_made_is_taken,
    secrets_are_not_in_the_database,
);

async fn the_administrator_signs_in_and_out(engine: &Engine) {
    let house = House::signed(engine);
    let account = create_administrator(house.lab.store(), Made::Lasting).await.unwrap();
    let one = sign_in(&house.lab, &format!(" {} ", account.user), &account.password).await.unwrap();
    let other = sign_in(&house.lab, &account.user, &account.password).await.unwrap();
    assert_ne!(one.cookie, other.cookie);
    assert_eq!((one.staff.user_name.as_str(), one.staff.role.as_str()), ("administrator", "administrator"));
    assert_eq!(session(&house.lab, &one.cookie).await.unwrap().unwrap().staff, one.staff);
    sign_out(&house.lab, &one.cookie).await.unwrap();
    assert_eq!(session(&house.lab, &one.cookie).await.unwrap(), None);
    assert_eq!(session(&house.lab, &other.cookie).await.unwrap().unwrap().staff, other.staff, "another browser stays in");
    sign_out(&house.lab, &one.cookie).await.unwrap();
    assert_eq!(house.count("SELECT COUNT(*) FROM journal WHERE act = 'sign_out' AND accepted = 1").await, 1);
}

async fn a_wrong_user_and_a_wrong_password_are_refused_alike(engine: &Engine) {
    let house = House::signed(engine);
    let account = create_administrator(house.lab.store(), Made::Lasting).await.unwrap();
    let long = "x".repeat(257);
    let wrong = [
        (account.user.as_str(), "wrong"),
        (&account.user, ""),
        ("nobody", &account.password),
        ("", ""),
        ("Administrator", &account.password),
        ("administrator\0", &account.password),
        (&account.user, "\0"),
        (&account.user, &long),
        (&long, &account.password),
    ];
    for (user, password) in wrong {
        let refused = sign_in(&house.lab, user, password).await;
        assert!(matches!(refused, Err(SignInRefusal::WrongUserOrPassword)), "{user:?}");
    }
    assert_eq!(house.count("SELECT COUNT(*) FROM session").await, 0);
    // What is too long or no text is refused without work. Wrong passwords of somebody stand in the journal; a name that is nobody's may be a
    // password in the wrong field and does not.
    assert_eq!(house.count("SELECT COUNT(*) FROM journal WHERE act = 'sign_in' AND accepted = 0").await, 2);
}

async fn many_wrong_passwords_at_once_are_no_more_tries_than_one_after_the_other(engine: &Engine) {
    let house = House::signed(engine);
    let account = create_administrator(house.lab.store(), Made::Lasting).await.unwrap();
    let mut tries = tokio::task::JoinSet::new();
    for _ in 0..12 {
        let (lab, user) = (house.lab.clone(), account.user.clone());
        tries.spawn(async move { sign_in(&lab, &user, "wrong").await.map(drop) });
    }
    let ended = tries.join_all().await;
    // Some may have been told to wait for a turn: other tests of this process sign in too.
    let judged = ended.iter().filter(|ended| matches!(ended, Err(SignInRefusal::WrongUserOrPassword))).count();
    assert!(judged <= 5, "{judged} of {ended:?} were told whether their password was right");
    assert!(ended.iter().all(Result::is_err));
}

async fn a_session_ends_by_itself(engine: &Engine) {
    let house = House::signed(engine);
    let account = create_administrator(house.lab.store(), Made::Lasting).await.unwrap();
    let signed_in = sign_in(&house.lab, &account.user, &account.password).await.unwrap();
    let hours = house.count("SELECT (expires_at - created_at) / 3600000000 FROM session").await;
    assert_eq!(hours, 12);
    // As if it had been opened twelve hours earlier.
    assert_eq!(house.change("UPDATE session SET expires_at = expires_at - 43200000000", &[]).await, 1);
    assert_eq!(session(&house.lab, &signed_in.cookie).await.unwrap(), None);
}

async fn a_second_administrator_is_refused(engine: &Engine) {
    let house = House::signed(engine);
    let account = create_administrator(house.lab.store(), Made::Lasting).await.unwrap();
    let second = create_administrator(house.lab.store(), Made::Lasting).await;
    assert!(matches!(&second, Err(AccountRefusal::Taken(user)) if user == "administrator"), "{second:?}");
    sign_in(&house.lab, &account.user, &account.password).await.unwrap();
}

async fn only_a_token_that_was_made_is_taken(engine: &Engine) {
    let house = House::signed(engine);
    let one = create_token(house.lab.store(), "one").await.unwrap();
    let other = create_token(house.lab.store(), "other").await.unwrap();
    let (found_one, found_other) = (bearer(&house.lab, &one).await.unwrap(), bearer(&house.lab, &other).await.unwrap());
    assert!(found_one.is_some() && found_other.is_some() && found_one != found_other);
    for token in ["", "x", one.split_at(1).1, &format!("{one} "), &one.to_uppercase()] {
        assert_eq!(bearer(&house.lab, token).await.unwrap(), None, "{token:?}");
    }
    // A cookie is no token and a token is no cookie.
    assert_eq!(session(&house.lab, &one).await.unwrap(), None);
}

async fn secrets_are_not_in_the_database(engine: &Engine) {
    let house = House::signed(engine);
    let account = create_administrator(house.lab.store(), Made::Lasting).await.unwrap();
    let token = create_token(house.lab.store(), "one").await.unwrap();
    let signed_in = sign_in(&house.lab, &account.user, &account.password).await.unwrap();
    let texts = house.texts("SELECT note FROM journal UNION ALL SELECT password_hash FROM staff UNION ALL SELECT name FROM token").await;
    for secret in [&account.password, &token, &signed_in.cookie] {
        assert!(secret.len() >= 30, "120 bits in hexadecimal");
        assert!(texts.iter().all(|text| !text.contains(secret.as_str())));
    }
    assert!(texts.iter().any(|text| text.starts_with("$argon2id$")));
}
