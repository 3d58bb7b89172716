//! `benchside import`: facts of another system.

use crate::Place;
use crate::control::{Request, carry_out};
use crate::failure::Failure;
use std::path::PathBuf;

/// What `import` is told.
#[derive(clap::Args, Debug)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand, Debug)]
enum What {
    /// Registers patients: a CSV file with the header mrn,family_name,given_name,birth_date,sex. All of its lines are sound, or none is taken.
    Patients {
        /// The file.
        file: PathBuf,
        #[command(flatten)]
        place: Place,
    },
}

pub(crate) async fn run(arguments: Arguments) -> Result<(), Failure> {
    let What::Patients { file, place } = arguments.what;
    // The server that may do it stands in another folder.
    let file = std::path::absolute(&file).map_err(Failure::wrong_use)?;
    let file = file.to_str().ok_or_else(|| Failure::Use(format!("{} is not UTF-8", file.display())))?.to_owned();
    carry_out(&place, "import", Request::ImportPatients { file }).await
}
