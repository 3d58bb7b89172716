//! `benchside check`: what must hold of a sound database.

use super::say;
use crate::Place;
use crate::configuration::{Configuration, FILE};
use crate::failure::Failure;
use crate::running::open_store;
use store::Opening;

/// What `check` is told.
#[derive(clap::Args, Debug)]
pub(crate) struct Arguments {
    #[command(flatten)]
    place: Place,
}

pub(crate) async fn run(arguments: Arguments) -> Result<(), Failure> {
    let configuration = Configuration::read(&arguments.place.data.join(FILE))?;
    let store = open_store(&arguments.place, &configuration, Opening::Existing)?;
    let broken = actions::check_invariants(&store).await.map_err(Failure::environment)?;
    drop(tokio::task::spawn_blocking(move || store.close()).await);
    if broken.is_empty() {
        say("I1 to I5 hold; nothing is in quarantine");
        return Ok(());
    }
    for broken in &broken {
        say(format!("{}: {}", broken.invariant, broken.what));
    }
    Err(Failure::DoesNotHold(format!("{} things do not hold (at most 100 of each kind are named)", broken.len())))
}
