//! `benchside check`: what must hold of a sound database.

use crate::Place;
use crate::control::{Request, carry_out};
use crate::failure::Failure;
use std::path::PathBuf;

/// What `check` is told.
#[derive(clap::Args, Debug)]
pub(crate) struct Arguments {
    #[command(flatten)]
    place: Place,
    /// A folder that `backup` made: whether it is whole, and the beginning of this laboratory's history. May be repeated.
    #[arg(long, value_name = "FOLDER")]
    backup: Vec<PathBuf>,
    /// A file into which this laboratory's standard error is led: whether a number or name of its patients stands there. May be repeated.
    #[arg(long, value_name = "FILE")]
    log: Vec<PathBuf>,
}

pub(crate) async fn run(arguments: Arguments) -> Result<(), Failure> {
    let Arguments { place, backup, log } = arguments;
    carry_out(&place, "check", Request::Check { backups: whole(&backup)?, logs: whole(&log)? }).await
}

/// Whole paths: the server that may look at them stands in another folder.
fn whole(paths: &[PathBuf]) -> Result<Vec<String>, Failure> {
    let whole = |path: &PathBuf| {
        let path = std::path::absolute(path).map_err(Failure::wrong_use)?;
        path.to_str().map(str::to_owned).ok_or_else(|| Failure::Use(format!("{} is not UTF-8", path.display())))
    };
    paths.iter().map(whole).collect()
}
