//! `check`: 0 on a sound laboratory, 1 on one that is not, with the rows named.

use crate::engine::Engine;
use crate::http::{order, patient};
use crate::program::{Place, potassium, send};

on_both!(a_sound_database_holds, a_damaged_database_does_not_hold);

/// What `check` says of a sound database where it is told of no backup and no log.
pub(crate) const SOUND: &str = "I1 to I6 hold; nothing is in quarantine\n\
    I7: no backup was looked at; name its folder with --backup FOLDER\n\
    I8: logs go to standard error; name the file with --log FILE\n";

/// A laboratory in which one potassium was filed.
pub(crate) fn with_a_result(engine: &Engine) -> Place<'_> {
    let (place, accounts) = Place::with_laboratory(engine, "production");
    let server = place.serve();
    let (_, container) = order(server.http, &accounts.token, &patient());
    assert!(send(server.link(), &potassium(&container, "4.1")));
    crate::program::until("filed", || {
        let health = crate::http::api(server.http, &accounts.token, "/api/v1/health");
        (health["unfiled"] == 0).then_some(())
    });
    assert_eq!(server.stop().code, Some(0));
    place
}

async fn a_sound_database_holds(engine: &Engine) {
    let place = with_a_result(engine);
    let checked = place.run("check", &[]);
    assert_eq!((checked.code, checked.out.as_str()), (Some(0), SOUND), "{checked:?}");
}

async fn a_damaged_database_does_not_hold(engine: &Engine) {
    let place = with_a_result(engine);
    place.change("UPDATE result SET state = 'verified'");
    let checked = place.run("check", &[]);
    // The audit names it too.
    checked.says(1, &["2 things do not hold"]);
    assert!(checked.out.starts_with("I5: ") && checked.out.contains("neither held nor verified"), "{}", checked.out);
    place.change("UPDATE result SET state = 'held'");
    place.change("DELETE FROM transmission_bytes");
    let checked = place.run("check", &[]);
    checked.says(1, &[]);
    assert!(checked.out.starts_with("I1: ") && checked.out.contains("without its bytes"), "{}", checked.out);
}
