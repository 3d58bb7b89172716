//! A one-time password opens one thing: choosing another.

use crate::engine::Engine;
use crate::house::House;
use actions::{
    Account, ChoosePasswordRefusal, Made, NewStaff, Password, SignInRefusal, Standing, choose_password, create_administrator, create_staff,
    list_staff, reset_password, session, sign_in,
};

on_both!(
    what_an_operator_hands_out_is_good_once_and_leads_to_a_password_of_ones_own,
    choosing_ends_every_other_session_and_happens_once,
    a_password_that_others_know_is_not_taken,
    a_one_time_password_expires,
    a_one_time_session_that_nobody_uses_opens_nothing,
);

const CHOSEN: &str = "seven blue tubes";

async fn somebody(house: &House, made: Made) -> Account {
    let new = NewStaff { user: "alexandra.lind".to_owned(), display_name: "Alex Lind".to_owned(), role: "technologist".to_owned() };
    create_staff(house.lab.store(), new, made).await.unwrap()
}

async fn what_an_operator_hands_out_is_good_once_and_leads_to_a_password_of_ones_own(engine: &Engine) {
    let house = House::signed(engine);
    let administrator = create_administrator(house.lab.store(), Made::OneTime).await.unwrap();
    somebody(&house, Made::Lasting).await;
    let reset = reset_password(house.lab.store(), "alexandra.lind").await.unwrap();
    for account in [administrator, reset] {
        let one_time = sign_in(&house.lab, &account.user, &account.password).await.unwrap();
        let standing = session(&house.lab, &one_time.cookie).await.unwrap().unwrap().standing;
        assert_eq!(standing, Standing::PasswordToChoose, "{}", account.user);
        let chosen = choose_password(&house.lab, &one_time.cookie, CHOSEN, CHOSEN).await.unwrap();
        assert_eq!(session(&house.lab, &chosen.cookie).await.unwrap().unwrap().standing, Standing::Open);
        let spent = sign_in(&house.lab, &account.user, &account.password).await;
        assert!(matches!(spent, Err(SignInRefusal::WrongUserOrPassword)), "{spent:?}");
        let again = sign_in(&house.lab, &account.user, CHOSEN).await.unwrap();
        assert_eq!(session(&house.lab, &again.cookie).await.unwrap().unwrap().standing, Standing::Open);
    }
    // What the journal holds of the accounts is what stands in them.
    assert_eq!(house.broken().await, []);
    let listed = list_staff(house.lab.store()).await.unwrap();
    assert!(listed.iter().all(|listed| listed.password == Password::Chosen), "{listed:?}");
}

async fn choosing_ends_every_other_session_and_happens_once(engine: &Engine) {
    let house = House::signed(engine);
    let account = somebody(&house, Made::OneTime).await;
    let (one, other) =
        (sign_in(&house.lab, &account.user, &account.password).await, sign_in(&house.lab, &account.user, &account.password).await);
    let (one, other) = (one.unwrap(), other.unwrap());
    // Both at once: one of them chooses.
    let (first, second) = tokio::join!(
        choose_password(&house.lab, &one.cookie, CHOSEN, CHOSEN),
        choose_password(&house.lab, &other.cookie, "eight red tubes", "eight red tubes")
    );
    let (chosen, refused, password) = match (first, second) {
        (Ok(chosen), Err(refused)) => (chosen, refused, CHOSEN),
        (Err(refused), Ok(chosen)) => (chosen, refused, "eight red tubes"),
        both => panic!("{both:?}"),
    };
    assert!(matches!(refused, ChoosePasswordRefusal::NotAsked), "{refused:?}");
    for ended in [&one.cookie, &other.cookie] {
        assert_eq!(session(&house.lab, ended).await.unwrap(), None);
        let refused = choose_password(&house.lab, ended, CHOSEN, CHOSEN).await;
        assert!(matches!(refused, Err(ChoosePasswordRefusal::NotAsked)), "{refused:?}");
    }
    // Whoever has chosen chooses no more in that way: the session was given for another purpose.
    let refused = choose_password(&house.lab, &chosen.cookie, "eight red tubes", "eight red tubes").await;
    assert!(matches!(refused, Err(ChoosePasswordRefusal::NotAsked)), "{refused:?}");
    sign_in(&house.lab, &account.user, password).await.unwrap();
    assert_eq!(house.count("SELECT COUNT(*) FROM journal WHERE act = 'choose_password' AND accepted = 1").await, 1);
}

async fn a_password_that_others_know_is_not_taken(engine: &Engine) {
    let house = House::signed(engine);
    let account = somebody(&house, Made::OneTime).await;
    let cookie = sign_in(&house.lab, &account.user, &account.password).await.unwrap().cookie;
    let tried = async |password: &str, again: &str| choose_password(&house.lab, &cookie, password, again).await.unwrap_err();
    assert!(matches!(tried(&account.password, &account.password).await, ChoosePasswordRefusal::OneTime));
    assert!(matches!(tried(&account.user, &account.user).await, ChoosePasswordRefusal::UserName));
    assert!(matches!(tried("eleven char", "eleven char").await, ChoosePasswordRefusal::TooShort(11)));
    assert!(matches!(tried(CHOSEN, "").await, ChoosePasswordRefusal::Differ));
    let standing = session(&house.lab, &cookie).await.unwrap().unwrap().standing;
    assert_eq!(standing, Standing::PasswordToChoose, "a refusal spends nothing");
    choose_password(&house.lab, &cookie, CHOSEN, CHOSEN).await.unwrap();
    let texts = house.texts("SELECT note FROM journal UNION ALL SELECT password_hash FROM staff").await;
    assert!(texts.iter().all(|text| !text.contains(CHOSEN)), "{texts:?}");
}

async fn a_one_time_password_expires(engine: &Engine) {
    let house = House::signed(engine);
    let account = somebody(&house, Made::OneTime).await;
    let days = house.count("SELECT (one_time_until - created_at) / 86400000000 FROM staff").await;
    assert_eq!(days, 7);
    let signed_in = sign_in(&house.lab, &account.user, &account.password).await.unwrap();
    // As if it had been made seven days earlier.
    assert_eq!(house.change("UPDATE staff SET one_time_until = one_time_until - 604800000000", &[]).await, 1);
    assert_eq!(session(&house.lab, &signed_in.cookie).await.unwrap(), None, "nor is a session of it good for anything");
    let refused = choose_password(&house.lab, &signed_in.cookie, CHOSEN, CHOSEN).await;
    assert!(matches!(refused, Err(ChoosePasswordRefusal::NotAsked)), "{refused:?}");
    let late = sign_in(&house.lab, &account.user, &account.password).await;
    assert!(matches!(late, Err(SignInRefusal::OneTimeExpired(_))), "{late:?}");
    let wrong = sign_in(&house.lab, &account.user, "wrong").await;
    assert!(matches!(wrong, Err(SignInRefusal::WrongUserOrPassword)), "only who has it is told that it expired: {wrong:?}");
    assert_eq!(list_staff(house.lab.store()).await.unwrap()[0].password, Password::Expired);
    let reset = reset_password(house.lab.store(), &account.user).await.unwrap();
    sign_in(&house.lab, &reset.user, &reset.password).await.unwrap();
}

async fn a_one_time_session_that_nobody_uses_opens_nothing(engine: &Engine) {
    let house = House::signed(engine);
    let account = somebody(&house, Made::OneTime).await;
    let signed_in = sign_in(&house.lab, &account.user, &account.password).await.unwrap();
    assert_eq!(house.change("UPDATE session SET used_at = used_at - 600000000", &[]).await, 1);
    assert_eq!(session(&house.lab, &signed_in.cookie).await.unwrap(), None);
}
