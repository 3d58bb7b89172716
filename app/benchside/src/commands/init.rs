//! `benchside init`: a new laboratory.

use super::say;
use crate::Place;
use crate::configuration::{Configuration, FILE};
use crate::failure::Failure;
use crate::folder_lock::FolderLock;
use crate::running::{import_first_edition, open_store};
use actions::Made;
use kernel::Realm;
use serde::Serialize;
use store::{Opening, Store};

/// What `init` is told.
#[derive(clap::Args, Debug)]
pub(crate) struct Arguments {
    #[command(flatten)]
    place: Place,
    /// What the laboratory is for: production, training, validation or demonstration.
    #[arg(long, default_value = "production")]
    realm: Realm,
    /// Print the accounts as JSON.
    #[arg(long)]
    json: bool,
}

/// What is shown once and never again.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Accounts {
    /// The administrator's user name.
    pub(crate) user: String,
    /// The password, shown once; a one-time password where it is `init` that made it.
    pub(crate) password: String,
    /// The administrator's role.
    pub(crate) role: String,
    /// A bearer token for programs.
    pub(crate) token: String,
}

pub(crate) async fn run(arguments: Arguments) -> Result<(), Failure> {
    let place = arguments.place;
    std::fs::create_dir_all(&place.data).map_err(|error| Failure::Environment(format!("cannot make {}: {error}", place.data.display())))?;
    let file = place.data.join(FILE);
    let configuration = if file.exists() {
        Configuration::read(&file)?
    } else {
        Configuration { database: place.database.clone(), ..Configuration::starting(arguments.realm) }
    };
    if configuration.realm()? != arguments.realm {
        let realm = configuration.realm;
        return Err(Failure::Use(format!("{} says realm {realm}: give --realm {realm}, or another folder", file.display())));
    }
    let lock = FolderLock::take(&place.data, "init")?;
    let store = open_store(&lock, &place, &configuration, Opening::CreateNew)?;
    import_first_edition(&store).await?;
    let accounts = first_accounts(&store, Made::OneTime).await?;
    drop(tokio::task::spawn_blocking(move || store.close()).await);
    configuration.write_new(&file)?;
    if arguments.json {
        say(serde_json::to_string(&accounts).map_err(Failure::environment)?);
    } else {
        say(format!("user {}\npassword {}\ntoken {}", accounts.user, accounts.password, accounts.token));
        say(format!("note the password is good once, for {} days: signing in with it leads to choosing another", actions::ONE_TIME_DAYS));
    }
    Ok(())
}

/// Makes the administrator and one token.
pub(crate) async fn first_accounts(store: &Store, made: Made) -> Result<Accounts, Failure> {
    let account = actions::create_administrator(store, made).await.map_err(Failure::environment)?;
    let token = actions::create_token(store, "first token").await.map_err(Failure::environment)?;
    Ok(Accounts { user: account.user, password: account.password, role: account.role, token })
}
