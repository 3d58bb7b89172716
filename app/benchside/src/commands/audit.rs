//! `benchside audit`: whether anything was done behind the journal's back.

use super::say;
use crate::Place;
use crate::configuration::{Configuration, FILE};
use crate::control::{Request, carry_out};
use crate::failure::Failure;
use std::path::PathBuf;

/// What `audit` is told.
#[derive(clap::Subcommand, Debug)]
pub(crate) enum Act {
    /// Holds every journal entry against its seal, and every record against its entry; a server may be running.
    Verify {
        #[command(flatten)]
        place: Place,
        /// A copy of the log of signed seals, best one kept on another machine. Without it nobody can see that the journal's end was cut off.
        #[arg(long, value_name = "FILE")]
        anchor: Option<PathBuf>,
        /// A public key that counts, as `audit key` shows it; this laboratory's own where none is named. May be repeated.
        #[arg(long, value_name = "HEX", requires = "anchor")]
        key: Vec<String>,
        /// Only the journal and its seals, no records: a small part of the work, for every day.
        #[arg(long)]
        chain: bool,
    },
    /// Lists who looked at a patient, newest first: when each looking began, who, at what. Looking again within a quarter of an hour is the same.
    Seen {
        /// The patient's medical record number.
        mrn: String,
        #[command(flatten)]
        place: Place,
    },
    /// Shows the public key that seals are signed with: keep it elsewhere.
    Key {
        #[command(flatten)]
        place: Place,
    },
}

pub(crate) async fn run(act: Act) -> Result<(), Failure> {
    match act {
        Act::Key { place } => {
            say(public_key(&place)?);
            Ok(())
        }
        Act::Seen { mrn, place } => carry_out(&place, "audit seen", Request::AuditSeen { mrn, from: None }).await,
        Act::Verify { place, anchor, key, chain } => {
            // A server may have another working folder.
            let anchor = anchor.map(|file| std::path::absolute(&file).unwrap_or(file));
            let keys = match (&anchor, key.is_empty()) {
                (Some(_), true) => vec![public_key(&place)?],
                _ => key,
            };
            carry_out(&place, "audit verify", Request::AuditVerify { anchor, keys, chain }).await
        }
    }
}

fn public_key(place: &Place) -> Result<String, Failure> {
    let configuration = Configuration::read(&place.data.join(FILE))?;
    store::audit::public_key(&configuration.seals(&place.data).key).map_err(Failure::environment)
}
