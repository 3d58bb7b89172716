//! The command line: reads what was asked, wires the rooms together, and says with its exit code how it went.

mod commands;
mod configuration;
mod control;
mod edition_folder;
mod failure;
mod fault;
mod folder_lock;
mod hl7_configuration;
mod restore_mark;
mod running;
mod sign_in_configuration;
mod validate;

use clap::{Parser, Subcommand};
use failure::Failure;
use std::path::PathBuf;
use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Open laboratory information system.
#[derive(Parser)]
#[command(name = "benchside", version, about)]
struct CommandLine {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Makes a new laboratory: its database, one administrator with a password, one token; both are shown once, for programs.
    Init(commands::init::Arguments),
    /// Runs a laboratory until it is told to stop.
    Serve(commands::serve::Arguments),
    /// Runs a furnished laboratory to look at, with a simulated analyser.
    Demo(commands::demo::Arguments),
    /// Reads a captured transmission as a driver would, without a socket or a database.
    Replay(commands::replay::Arguments),
    /// Draws one JSON document, read from standard input, as PDF on standard output; the server runs it as a child with limits.
    Render(commands::render::Arguments),
    /// Runs verification cases through the production functions; with --json, as evidence that a laboratory can file.
    Validate(commands::validate::Arguments),
    /// Exports the catalogue as files, checks and compares such files, imports them into a laboratory, and signs them.
    #[command(subcommand)]
    Edition(commands::edition::Act),
    /// Checks every invariant on a database and says what does not hold; a server may have it open.
    Check(commands::check::Arguments),
    /// Says whether anything was done behind the journal's back; a server may be running.
    #[command(subcommand)]
    Audit(commands::audit::Act),
    /// Adds, lists and resets the accounts of people; a server may be running.
    #[command(subcommand)]
    User(commands::user::Act),
    /// Adds, lists and revokes the tokens of programs; a server may be running.
    #[command(subcommand)]
    Token(commands::token::Act),
    /// Registers what another system knows; a server may be running.
    Import(commands::import::Arguments),
    /// Copies everything into a new folder, as it is at one instant; a server may be running, and goes on.
    Backup(commands::backup::Arguments),
    /// Makes a laboratory of a backup, where there is none.
    Restore(commands::restore::Arguments),
}

/// Where a laboratory is.
#[derive(clap::Args, Debug, Clone)]
pub(crate) struct Place {
    /// The laboratory's folder: its configuration, and its database unless that is PostgreSQL.
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// A PostgreSQL database, postgres://user:password@host:port/name, in place of the file in the folder.
    #[arg(long, value_name = "URL")]
    database: Option<String>,
}

fn main() -> ExitCode {
    let command_line = match CommandLine::try_parse() {
        Ok(command_line) => command_line,
        Err(error) => {
            // Asking for help is no mistake; clap prints it where it belongs.
            let code = if error.use_stderr() { failure::WRONG_USE } else { 0 };
            drop(error.print());
            return ExitCode::from(code);
        }
    };
    // Databases, configurations and demo.json hold patients and secrets: whatever this program makes is for its owner only.
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o077));
    fault::tell_without_data();
    start_log();
    if cfg!(feature = "acknowledge_before_commit") {
        eprintln!(
            "benchside: THIS BUILD ACKNOWLEDGES BEFORE IT COMMITS. It exists to be caught by a test; it loses results. Do not use it."
        );
    }
    match run(command_line.command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("benchside: {failure}");
            ExitCode::from(failure.code())
        }
    }
}

fn run(command: Command) -> Result<(), Failure> {
    match command {
        // No threads and no runtime for what only reads a file.
        Command::Replay(arguments) => commands::replay::run(&arguments),
        Command::Render(arguments) => commands::render::run(&arguments),
        Command::Validate(arguments) => commands::validate::run(&arguments),
        Command::Init(arguments) => in_runtime(commands::init::run(arguments)),
        Command::Serve(arguments) => in_runtime(commands::serve::run(arguments)),
        Command::Demo(arguments) => in_runtime(commands::demo::run(arguments)),
        Command::Edition(act) => in_runtime(commands::edition::run(act)),
        Command::Check(arguments) => in_runtime(commands::check::run(arguments)),
        Command::Audit(act) => in_runtime(commands::audit::run(act)),
        Command::User(act) => in_runtime(commands::user::run(act)),
        Command::Token(act) => in_runtime(commands::token::run(act)),
        Command::Import(arguments) => in_runtime(commands::import::run(arguments)),
        Command::Backup(arguments) => in_runtime(commands::backup::run(arguments)),
        Command::Restore(arguments) => in_runtime(commands::restore::run(arguments)),
    }
}

fn in_runtime(work: impl Future<Output = Result<(), Failure>>) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.map_err(|error| Failure::Environment(format!("cannot start: {error}")))?;
    let ended = runtime.block_on(work);
    // What will not end by itself (a database that is away) does not keep the process.
    runtime.shutdown_timeout(std::time::Duration::from_secs(1));
    ended
}

/// Logs go to standard error, warnings and up; `RUST_LOG` asks for more. Values and patients are never logged.
fn start_log() {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(false).init();
}
