//! The edition that holds, where somebody else brought it.

use crate::engine::Engine;
use crate::filing::laboratory;
use actions::{Made, NewStaff, create_staff, import_edition, sign_edition};
use catalogue::{EditionFile, EditionFiles};
use std::time::{Duration, Instant};
use store::Faults;

on_both!(what_another_node_signed_holds_here_too);

fn named(name: &str) -> EditionFiles {
    let shipped = actions::starting_edition().unwrap();
    let text = |(file, text): (EditionFile, &str)| (file.name().to_owned(), text.replace("starting-2026-11d", name));
    EditionFiles::new(shipped.iter().map(text)).unwrap()
}

async fn what_another_node_signed_holds_here_too(engine: &Engine) {
    let (lab, _, _) = laboratory(engine, &Faults::default());
    let new = NewStaff { user: "alder".to_owned(), display_name: "Dr Alder".to_owned(), role: "director".to_owned() };
    let password = create_staff(lab.store(), new, Made::Lasting).await.unwrap().password;
    import_edition(lab.store(), named("of-another-node")).await.unwrap();
    sign_edition(lab.store(), lab.lockout(), "of-another-node", ("alder", &password), "approved").await.unwrap();
    assert!(!lab.catalogue().edition().is_signed());
    let job = tokio::spawn(jobs::run_editions(lab.clone(), Duration::from_millis(5)));
    let deadline = Instant::now() + Duration::from_secs(30);
    while !lab.catalogue().edition().is_signed() {
        assert!(Instant::now() < deadline, "nobody looked");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    assert_eq!(lab.catalogue().edition().name, "of-another-node");
    assert!(!job.is_finished());
}
