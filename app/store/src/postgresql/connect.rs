//! Making a connection, and what every connection of ours is told first.

use super::session::{PgSession, failure};
use super::silence::Patience;
use crate::options::Options;
use crate::session::Failure;
use crate::trouble::OpenTrouble;
use postgres::config::{Host, SslMode, SslNegotiation};
use postgres::{CancelToken, Client, Config, NoTls};
use std::time::Duration;

const CONNECT_WAIT: Duration = Duration::from_secs(5);
/// How long a migration waits for another node's.
const LOCK_WAIT: Duration = Duration::from_secs(30);
/// A transaction of ours that does nothing for so long belongs to a thread that is gone.
const IDLE_IN_TRANSACTION: Duration = Duration::from_secs(60);

/// How long a copy waits for a word of the server, twice: it counts the journal before the first one.
const COPIER_PATIENCE: Duration = Duration::from_secs(300);

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Writer,
    Reader,
    Opener,
    /// Reads whole tables: without a limit, because whoever asked can break it off.
    Copier,
}

impl Role {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Writer => "writer",
            Self::Reader => "reader",
            Self::Opener => "opener",
            Self::Copier => "copier",
        }
    }
}

/// Where and how to connect.
#[derive(Clone)]
pub(super) struct Connector {
    config: Config,
    place: String,
    read_limit: Duration,
    write_limit: Duration,
    /// Whether a socket of ours can notice that the server is silent: not one in the file system, whose server is this machine's.
    listens: bool,
}

impl Connector {
    pub(super) fn new(url: &str, options: &Options) -> Result<Self, OpenTrouble> {
        let mut config: Config = url.parse().map_err(|error: postgres::Error| OpenTrouble::CannotOpen {
            // The URL itself may hold a password and is not repeated.
            place: "the PostgreSQL database".to_owned(),
            why: format!("its URL cannot be read: {error}"),
            next: "write postgres://user:password@host:port/database",
        })?;
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT_WAIT);
        }
        // A server that vanished without a word must not hold a worker for hours: the limits above it only act between statements.
        if config.get_tcp_user_timeout().is_none() {
            config.tcp_user_timeout(CONNECT_WAIT);
        }
        config.keepalives(true).keepalives_idle(CONNECT_WAIT).keepalives_interval(Duration::from_secs(5)).keepalives_retries(3);
        config.application_name("benchside");
        let place = place_of(&config);
        let by_name = config.get_hostaddrs().is_empty() && config.get_hosts().iter().all(|host| matches!(host, Host::Tcp(_)));
        // Who asks for TLS is told by the client that there is none.
        let listens = by_name && config.get_ssl_mode() != SslMode::Require;
        if listens {
            config.ssl_mode(SslMode::Require).ssl_negotiation(SslNegotiation::Direct);
        }
        Ok(Self { config, place, read_limit: options.read_limit, write_limit: options.write_limit, listens })
    }

    /// The database in words, without user or password.
    pub(super) fn place(&self) -> &str {
        &self.place
    }

    fn client(&self, role: Role) -> Result<Client, postgres::Error> {
        // The server ends a statement at its limit and says so: who hears nothing for half as long again will hear nothing any more.
        let patience = match role {
            Role::Writer => Some(self.write_limit * 3 / 4),
            Role::Reader => Some(self.read_limit * 3 / 4),
            Role::Copier => Some(COPIER_PATIENCE),
            // A migration takes as long as it takes, and its operator sits in front of it.
            Role::Opener => None,
        };
        if self.listens { self.config.connect(Patience(patience)) } else { self.config.connect(NoTls) }
    }

    /// Asks the server to break off what this token's connection does. Best effort.
    pub(super) fn cancel(&self, token: &CancelToken) {
        drop(if self.listens { token.cancel_query(Patience(Some(CONNECT_WAIT))) } else { token.cancel_query(NoTls) });
    }

    /// A new connection, told what it needs to know.
    pub(super) fn connect(&self, role: Role) -> Result<PgSession, Failure> {
        let mut client = self.client(role).map_err(|error| failure(&error))?;
        let (statement_limit, lock_limit) = match role {
            Role::Writer => (self.write_limit, self.write_limit),
            Role::Reader => (self.read_limit, self.read_limit),
            Role::Opener | Role::Copier => (Duration::ZERO, LOCK_WAIT),
        };
        // Sequential scans hide missing indexes until the table is large, and under SERIALIZABLE they conflict with every writer.
        // A generic plan does not know that a page has fifty rows: for so many as it fears it would start parallel workers, or compile the statement, at
        // every single read, which costs more than the read.
        // A cache of inner rows is laid out for as many as the tables have, however short the page: it cost more than the page, and grew
        // with the tables.
        // A server set to commit without waiting for its disk is told to wait; one that waits for its standbys keeps doing so.
        client
            .batch_execute(&format!(
                "SET default_transaction_isolation = 'serializable';
                 SET enable_seqscan = off;
                 SET plan_cache_mode = force_generic_plan;
                 SET max_parallel_workers_per_gather = 0;
                 SET jit = off;
                 SET enable_memoize = off;
                 SET statement_timeout = {};
                 SET lock_timeout = {};
                 SET idle_in_transaction_session_timeout = {};
                 SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') IN ('off', 'local');",
                statement_limit.as_millis(),
                lock_limit.as_millis(),
                IDLE_IN_TRANSACTION.as_millis(),
            ))
            .map_err(|error| failure(&error))?;
        Ok(PgSession::new(client))
    }
}

fn place_of(config: &Config) -> String {
    let host = match config.get_hosts().first() {
        Some(Host::Tcp(name)) => name.clone(),
        Some(Host::Unix(path)) => path.display().to_string(),
        None => "localhost".to_owned(),
    };
    let port = config.get_ports().first().copied().unwrap_or(5432);
    format!("PostgreSQL database {} at {host}:{port}", config.get_dbname().or(config.get_user()).unwrap_or("?"))
}
