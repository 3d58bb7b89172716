//! `benchside check`: what must hold of a sound database.

use crate::Place;
use crate::control::{Request, carry_out};
use crate::failure::Failure;

/// What `check` is told.
#[derive(clap::Args, Debug)]
pub(crate) struct Arguments {
    #[command(flatten)]
    place: Place,
}

pub(crate) async fn run(arguments: Arguments) -> Result<(), Failure> {
    carry_out(&arguments.place, "check", Request::Check {}).await
}
