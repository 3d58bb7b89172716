//! The server's end of the control socket: one request a connection, each with a limit on its size and time.

use super::office::Office;
use super::socket::{Address, NAME, UNFINISHED};
use super::{Answer, LINE_WAIT, Letter, REQUEST_BYTES_MAX};
use crate::failure::Failure;
use crate::folder_lock::FolderLock;
use rustix::fs::Mode;
use std::path::PathBuf;
use std::sync::Arc;
use store::Cancel;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// Requests answered at once; more wait to be accepted.
const CONNECTIONS_MAX: usize = 8;

/// The socket, removed when this is dropped.
pub(crate) struct ControlSocket {
    path: PathBuf,
    task: JoinHandle<()>,
}

impl Drop for ControlSocket {
    fn drop(&mut self) {
        self.task.abort();
        // It may be gone already; whatever stays is replaced at the next start.
        drop(std::fs::remove_file(&self.path));
    }
}

/// Opens the socket of a folder whose lock this process holds: a socket that is there belongs to nobody any more and is replaced.
pub(crate) fn listen(lock: &FolderLock, office: Office) -> Result<ControlSocket, Failure> {
    let path = lock.folder().join(NAME);
    let listener =
        bind(lock).map_err(|error| Failure::Environment(format!("cannot make the control socket {}: {error}", path.display())))?;
    let task = tokio::spawn(accept(listener, Arc::new(office)));
    Ok(ControlSocket { path, task })
}

/// The socket gets its mode before it gets its name, so that there is no moment in which somebody else could connect. Nobody else could even under
/// its first name: the process's mask keeps all but the owner out.
fn bind(lock: &FolderLock) -> std::io::Result<UnixListener> {
    let (unfinished, finished) = (lock.folder().join(UNFINISHED), lock.folder().join(NAME));
    match std::fs::remove_file(&unfinished) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => {}
    }
    let address = Address::of(lock.folder(), UNFINISHED)?;
    let listener = UnixListener::bind(address.path())?;
    rustix::fs::chmod(&unfinished, Mode::RUSR | Mode::WUSR)?;
    std::fs::rename(&unfinished, &finished)?;
    Ok(listener)
}

async fn accept(listener: UnixListener, office: Arc<Office>) {
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
        match listener.accept().await {
            Ok((stream, _)) => {
                let office = Arc::clone(&office);
                tokio::spawn(async move {
                    converse(stream, &office).await;
                    drop(place);
                });
            }
            Err(error) => {
                // Out of file descriptors, as a rule: others must end first.
                tracing::warn!(%error, "the control socket could not accept a connection");
                tokio::time::sleep(LINE_WAIT).await;
            }
        }
    }
}

async fn converse(mut stream: UnixStream, office: &Office) {
    let (mut input, mut output) = stream.split();
    let answer = match timeout(LINE_WAIT, read_letter(&mut input)).await {
        Err(_) => refusal(format!("no whole line came within {} s: send one line of JSON", LINE_WAIT.as_secs())),
        Ok(Err(what)) => refusal(what),
        Ok(Ok(letter)) => answer(&mut input, office, letter).await,
    };
    let mut line = serde_json::to_vec(&answer).unwrap_or_else(|_| b"{\"code\":3,\"out\":[],\"error\":\"no answer\"}".to_vec());
    line.push(b'\n');
    let sent = timeout(LINE_WAIT, async {
        output.write_all(&line).await?;
        output.shutdown().await
    });
    if !matches!(sent.await, Ok(Ok(()))) {
        tracing::warn!("whoever sent a request over the control socket did not take the answer");
    }
}

/// Carries a request out. One who goes away meanwhile does not wait for it any more: what can be broken off is.
async fn answer(input: &mut (impl AsyncRead + Unpin), office: &Office, letter: Letter) -> Answer {
    if !office.serves(letter.database.as_deref()) {
        return refusal("the server that runs here works on another database than the one named: leave --database out");
    }
    let cancel = Cancel::default();
    let work = office.carry_out(letter.request, &cancel);
    tokio::pin!(work);
    tokio::select! {
        answer = &mut work => return answer,
        () = gone(input) => cancel.cancel(),
    }
    work.await
}

/// Ends when the other side has closed its end; what else it says is not looked at.
async fn gone(input: &mut (impl AsyncRead + Unpin)) {
    let mut unwanted = [0; 1024];
    while !matches!(input.read(&mut unwanted).await, Ok(0) | Err(_)) {}
}

fn refusal(what: impl Into<String>) -> Answer {
    Answer::failed(&Failure::Use(what.into()), Vec::new())
}

/// One line, of bounded length, that is a request.
async fn read_letter(input: &mut (impl AsyncRead + Unpin)) -> Result<Letter, String> {
    let mut line = Vec::new();
    let most = REQUEST_BYTES_MAX as u64 + 1;
    let read = BufReader::new(input.take(most)).read_until(b'\n', &mut line).await;
    read.map_err(|error| format!("the request could not be read: {error}"))?;
    match line.strip_suffix(b"\n") {
        Some(line) => serde_json::from_slice(line).map_err(|error| format!("the request is not understood: {error}")),
        None if line.len() > REQUEST_BYTES_MAX => Err(format!("the request is longer than {REQUEST_BYTES_MAX} bytes")),
        None => Err("the request ends before its line does".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::control::Request;

    async fn read(bytes: &[u8]) -> Result<Letter, String> {
        read_letter(&mut &*bytes).await
    }

    #[tokio::test]
    async fn a_request_is_one_line_of_json_of_bounded_length() {
        let letter = read(b"{\"request\":{\"token_new\":{\"name\":\"x\"}}}\n").await.unwrap();
        assert!(matches!(letter.request, Request::TokenNew { name } if name == "x") && letter.database.is_none());
        let long = vec![b' '; REQUEST_BYTES_MAX + 1];
        for (bytes, word) in [
            (&b""[..], "ends before"),
            (b"{\"request\":{\"check\":{}}}", "ends before"),
            (b"\n", "not understood"),
            (b"\xff\xfe\n", "not understood"),
            (b"[[[[\n", "not understood"),
            (b"{\"request\":{\"format_disk\":{}}}\n", "format_disk"),
            (b"{\"request\":{\"check\":{\"more\":1}}}\n", "more"),
            (b"{\"request\":{\"token_new\":{}}}\n", "name"),
            (b"{\"request\":{\"check\":{}},\"more\":1}\n", "more"),
            (&long, "longer than 65536"),
        ] {
            let Err(what) = read(bytes).await else { panic!("{:?} was taken", String::from_utf8_lossy(bytes)) };
            assert!(what.contains(word), "{what}");
        }
        // Nested as deep as the limit lets it be: refused, and the stack stays whole.
        assert!(read(&[vec![b'['; REQUEST_BYTES_MAX - 1], b"\n".to_vec()].concat()).await.is_err());
    }
}
