//! `benchside user`: who may sign in.

use crate::Place;
use crate::control::{Request, carry_out};
use crate::failure::Failure;

/// What `user` is told.
#[derive(clap::Subcommand, Debug)]
pub(crate) enum Act {
    /// Makes an account and prints its one-time password: good once, for choosing another.
    Add {
        /// The name typed at sign-in.
        name: String,
        #[command(flatten)]
        place: Place,
        /// The name shown.
        #[arg(long, value_name = "NAME")]
        display_name: String,
        /// What the person does here, such as technologist; several times for several roles.
        #[arg(long, required = true)]
        role: Vec<String>,
    },
    /// Lists the accounts: user name, role, whether it is active, name shown.
    List {
        #[command(flatten)]
        place: Place,
    },
    /// Gives an account a one-time password, prints it, and signs out whoever used the old one.
    Reset {
        /// The name typed at sign-in.
        name: String,
        #[command(flatten)]
        place: Place,
    },
    /// Takes an account's password away and signs it out; `reset` gives it another. What the person did stays theirs.
    Deactivate {
        /// The name typed at sign-in.
        name: String,
        #[command(flatten)]
        place: Place,
    },
}

pub(crate) async fn run(act: Act) -> Result<(), Failure> {
    let (place, request) = match act {
        Act::Add { name, place, display_name, role } => (place, Request::UserAdd { user: name, display_name, role: role.join(" ") }),
        Act::List { place } => (place, Request::UserList {}),
        Act::Reset { name, place } => (place, Request::UserReset { user: name }),
        Act::Deactivate { name, place } => (place, Request::UserDeactivate { user: name }),
    };
    carry_out(&place, "user", request).await
}
