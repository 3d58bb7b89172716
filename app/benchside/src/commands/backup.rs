//! `benchside backup`: everything there is, of one instant, in a new folder.

use crate::Place;
use crate::control::{Request, carry_out};
use crate::failure::Failure;
use std::path::PathBuf;

/// What `backup` is told.
#[derive(clap::Args, Debug)]
pub(crate) struct Arguments {
    /// The folder to make; it must not be there yet.
    destination: PathBuf,
    #[command(flatten)]
    place: Place,
}

pub(crate) async fn run(arguments: Arguments) -> Result<(), Failure> {
    // The server that may do it stands in another folder.
    let folder = std::path::absolute(&arguments.destination).map_err(Failure::wrong_use)?;
    let folder = folder.to_str().ok_or_else(|| Failure::Use(format!("{} is not UTF-8", folder.display())))?.to_owned();
    carry_out(&arguments.place, "backup", Request::Backup { folder }).await
}
