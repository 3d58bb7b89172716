//! `benchside token`: which programs may come in.

use crate::Place;
use crate::control::{Request, carry_out};
use crate::failure::Failure;

/// What `token` is told.
#[derive(clap::Subcommand, Debug)]
pub(crate) enum Act {
    /// Makes a token for a program and prints it, once.
    New {
        /// What to call it; a name of its own.
        name: String,
        #[command(flatten)]
        place: Place,
    },
    /// Lists the tokens: when each was made, and its name.
    List {
        #[command(flatten)]
        place: Place,
    },
    /// Makes a token useless from now on.
    Revoke {
        /// What it is called.
        name: String,
        #[command(flatten)]
        place: Place,
    },
}

pub(crate) async fn run(act: Act) -> Result<(), Failure> {
    let (place, request) = match act {
        Act::New { name, place } => (place, Request::TokenNew { name }),
        Act::List { place } => (place, Request::TokenList {}),
        Act::Revoke { name, place } => (place, Request::TokenRevoke { name }),
    };
    carry_out(&place, "token", request).await
}
