//! A command's way to the laboratory: by itself, or through the server that has it open.

use super::office::Office;
use super::socket::{Address, NAME};
use super::{ANSWER_BYTES_MAX, Answer, LINE_WAIT, Letter, Request};
use crate::Place;
use crate::configuration::{Configuration, FILE};
use crate::failure::Failure;
use crate::folder_lock::{FolderLock, holder};
use crate::running::{StopSignals, open_store};
use std::path::Path;
use std::time::Duration;
use store::{Cancel, Opening};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::UnixStream;
use tokio::time::{Instant, sleep, timeout};

/// How long a command waits for a lock that another command has for a moment, or for a server that is just starting.
const REACH_WAIT: Duration = Duration::from_secs(5);
/// Between two tries.
const REACH_PAUSE: Duration = Duration::from_millis(50);

/// Who can do it.
enum Reached {
    /// Nobody has the folder: this process does it.
    Alone(FolderLock),
    /// A server has it.
    Server(UnixStream),
}

/// Has a request carried out and prints how it went.
pub(crate) async fn carry_out(place: &Place, what_for: &str, request: Request) -> Result<(), Failure> {
    let configuration = Configuration::read(&place.data.join(FILE))?;
    let mut next = Some(request);
    while let Some(request) = next {
        let answer = match reach(&place.data, what_for).await? {
            Reached::Server(stream) => ask(stream, &Letter { database: place.database.clone(), request }, &place.data).await?,
            Reached::Alone(lock) => alone(&lock, place, &configuration, request).await?,
        };
        next = answer.tell()?;
    }
    Ok(())
}

async fn reach(folder: &Path, what_for: &str) -> Result<Reached, Failure> {
    let deadline = Instant::now() + REACH_WAIT;
    loop {
        if let Some(lock) = FolderLock::try_take(folder, what_for)? {
            return Ok(Reached::Alone(lock));
        }
        let connected = match Address::of(folder, NAME) {
            Ok(address) => UnixStream::connect(address.path()).await,
            Err(error) => Err(error),
        };
        match connected {
            Ok(stream) => return Ok(Reached::Server(stream)),
            Err(_) if Instant::now() < deadline => sleep(REACH_PAUSE).await,
            Err(error) => return Err(no_answer(folder, &error.to_string())),
        }
    }
}

fn no_answer(folder: &Path, what: &str) -> Failure {
    Failure::Environment(format!(
        "{} is in use by {}, and nobody answers at {}: {what}; wait until that one has started or ended, or stop it",
        folder.display(),
        holder(folder),
        folder.join(NAME).display()
    ))
}

async fn ask(mut stream: UnixStream, letter: &Letter, folder: &Path) -> Result<Answer, Failure> {
    let failed = |error: std::io::Error| no_answer(folder, &error.to_string());
    let mut line = serde_json::to_vec(letter).map_err(Failure::environment)?;
    line.push(b'\n');
    match timeout(LINE_WAIT, stream.write_all(&line)).await {
        // It may have refused what it read so far, and says why.
        Ok(Ok(()) | Err(_)) => {}
        Err(_) => return Err(no_answer(folder, "it does not take the request")),
    }
    let mut answer = Vec::new();
    let mut stream = BufReader::new(stream.take(ANSWER_BYTES_MAX as u64));
    // However long it takes: a backup takes its time, and a server that ends closes the connection.
    stream.read_until(b'\n', &mut answer).await.map_err(failed)?;
    if answer.is_empty() {
        return Err(no_answer(folder, "it ended before it answered"));
    }
    serde_json::from_slice(&answer).map_err(|error| no_answer(folder, &format!("its answer is not understood: {error}")))
}

async fn alone(lock: &FolderLock, place: &Place, configuration: &Configuration, request: Request) -> Result<Answer, Failure> {
    let store = open_store(lock, place, configuration, Opening::Existing)?;
    let office = Office::new(store.clone(), place, configuration);
    let (cancel, mut signals) = (Cancel::default(), StopSignals::catch()?);
    let answer = {
        let work = office.carry_out(request, &cancel);
        tokio::pin!(work);
        tokio::select! {
            answer = &mut work => answer,
            () = signals.received() => {
                // What can be broken off is, and takes away what it began; what cannot is done in a moment.
                cancel.cancel();
                work.await
            }
        }
    };
    drop(office);
    // Joining threads blocks: not on a runtime thread.
    drop(tokio::task::spawn_blocking(move || store.close()).await);
    Ok(answer)
}
