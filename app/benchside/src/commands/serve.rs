//! `benchside serve`: a laboratory at work.

use super::say;
use crate::Place;
use crate::configuration::{Configuration, FILE};
use crate::failure::Failure;
use crate::folder_lock::FolderLock;
use crate::running::{StartOptions, StopSignals, open_store, start};
use std::net::SocketAddr;
use std::path::PathBuf;
use store::Opening;

/// What `serve` is told.
#[derive(clap::Args, Debug)]
pub(crate) struct Arguments {
    #[command(flatten)]
    place: Place,
    /// The configuration, where it is not benchside.toml in the laboratory's folder.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Where to serve pages, in place of what the configuration says.
    #[arg(long, value_name = "ADDRESS")]
    http: Option<SocketAddr>,
    /// Where to listen for a hospital system (HL7 version 2 over MLLP), in place of what the configuration says.
    #[arg(long, value_name = "ADDRESS")]
    mllp: Option<SocketAddr>,
    /// Serve style sheets and scripts from this folder, read anew at each request.
    #[arg(long, value_name = "DIR")]
    assets: Option<PathBuf>,
}

pub(crate) async fn run(arguments: Arguments) -> Result<(), Failure> {
    let signals = StopSignals::catch()?;
    let file = arguments.config.unwrap_or_else(|| arguments.place.data.join(FILE));
    let mut configuration = Configuration::read(&file)?;
    if let Some(http) = arguments.http {
        configuration.http = http;
    }
    let lock = FolderLock::take(&arguments.place.data, "serve")?;
    let store = open_store(&lock, &arguments.place, &configuration, Opening::Existing)?;
    let running =
        start(lock, &arguments.place, &configuration, store, StartOptions { assets: arguments.assets, mllp: arguments.mllp }).await?;
    say(running.ready_line());
    running.run_until_stopped(signals).await
}
