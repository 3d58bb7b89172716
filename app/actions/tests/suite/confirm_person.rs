//! Another person confirms what somebody is about to do.

use crate::engine::Engine;
use crate::house::House;
use actions::{ConfirmRefusal, NewStaff, SignInRefusal, StaffLine, confirm_person, create_staff, sign_in};

on_both!(a_second_person_is_somebody_else_and_stands_in_the_journal, wrong_passwords_of_a_second_person_shut_the_name);

async fn somebody(house: &House, user: &str) -> (StaffLine, String) {
    let new = NewStaff { user: user.to_owned(), display_name: user.to_owned(), role: "technologist".to_owned() };
    let account = create_staff(house.lab.store(), new).await.unwrap();
    let staff = actions::list_staff(house.lab.store()).await.unwrap().into_iter().find(|listed| listed.staff.user_name == user);
    (staff.unwrap().staff, account.password)
}

async fn a_second_person_is_somebody_else_and_stands_in_the_journal(engine: &Engine) {
    let house = House::signed(engine);
    let ((tess, tess_password), (sue, sue_password)) = (somebody(&house, "tess").await, somebody(&house, "sue").await);
    let confirmed = confirm_person(&house.lab, tess.id, "merge_patients", " sue ", &sue_password).await.unwrap();
    assert_eq!(confirmed, sue);
    let same = confirm_person(&house.lab, tess.id, "merge_patients", "tess", &tess_password).await;
    assert!(matches!(same, Err(ConfirmRefusal::SamePerson)), "{same:?}");
    for (user, password) in [("sue", tess_password.as_str()), ("nobody", &sue_password), ("sue", ""), ("", "")] {
        let refused = confirm_person(&house.lab, tess.id, "merge_patients", user, password).await;
        assert!(matches!(refused, Err(ConfirmRefusal::SignIn(SignInRefusal::WrongUserOrPassword))), "{user}: {refused:?}");
    }
    // Who, what and how it ended; a name that is nobody's is not written down.
    let journal =
        "SELECT actor || ' ' || CAST(accepted AS TEXT) || ' ' || note FROM journal WHERE act = 'confirm_person' ORDER BY actor, note";
    let mut expected = vec![
        format!("person:{} 0 merge_patients", tess.id),
        format!("person:{} 1 merge_patients", sue.id),
        "system:sign-in 0 sue".to_owned(),
        "system:sign-in 0 sue".to_owned(),
    ];
    expected.sort_unstable();
    assert_eq!(house.texts(journal).await, expected);
    assert_eq!(house.count("SELECT COUNT(*) FROM session").await, 0, "nobody was signed in by that");
}

async fn wrong_passwords_of_a_second_person_shut_the_name(engine: &Engine) {
    let house = House::signed(engine);
    let ((tess, _), (_, sue_password)) = (somebody(&house, "tess").await, somebody(&house, "sue").await);
    for _ in 0..5 {
        let refused = confirm_person(&house.lab, tess.id, "merge_patients", "sue", "wrong").await;
        assert!(matches!(refused, Err(ConfirmRefusal::SignIn(SignInRefusal::WrongUserOrPassword))), "{refused:?}");
    }
    let shut = confirm_person(&house.lab, tess.id, "merge_patients", "sue", &sue_password).await;
    assert!(matches!(shut, Err(ConfirmRefusal::SignIn(SignInRefusal::LockedOut(_)))), "{shut:?}");
    let shut = sign_in(&house.lab, "sue", &sue_password).await;
    assert!(matches!(shut, Err(SignInRefusal::LockedOut(_))), "the same name at sign-in: {shut:?}");
}
