//! One child: started, given a document, heard, and ended.

use crate::document::DocumentTrouble;
use crate::frames::{HEAD_BYTES_MAX, Head, length_of, prefix};
use reports::Unshown;
use std::fmt;
use std::io::{self, ErrorKind};
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command};

/// What was drawn.
#[derive(Clone, PartialEq, Eq)]
pub struct Drawn {
    /// The PDF.
    pub pdf: Vec<u8>,
    /// Labels on which a sign stands for letters that no font has; whoever prints should be told.
    pub unshown: Vec<Unshown>,
}

/// Without what stands on the labels: logs name no patient.
impl fmt::Debug for Drawn {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Drawn {{ {} bytes, {} labels not wholly shown }}", self.pdf.len(), self.unshown.len())
    }
}

/// Why nothing was drawn. Nothing names a patient.
#[derive(Debug, thiserror::Error)]
pub enum RenderTrouble {
    /// The document cannot be written down.
    #[error(transparent)]
    Document(#[from] DocumentTrouble),
    /// All children are at work and stayed so.
    #[error("others are being drawn for and took longer than {} s; ask again", .0.as_secs_f32())]
    Busy(Duration),
    /// The child did not start.
    #[error("the process that draws did not start ({program}: {error}); see that the program is still where it was started from")]
    Start {
        /// What was started.
        program: String,
        /// What the system says.
        error: io::Error,
    },
    /// It took longer than it may; it was ended.
    #[error("drawing took longer than {} s and was ended; ask for fewer labels at once", .0.as_secs_f32())]
    Time(Duration),
    /// It gave more than it may; it was ended.
    #[error("what was drawn is larger than {0} bytes; ask for fewer labels at once")]
    Size(usize),
    /// It refused, in its own words.
    #[error("the process that draws refused: {0}")]
    Refused(String),
    /// It ended before it answered; a signal means memory or processor time.
    #[error(
        "the process that draws ended before it answered ({status}){words}; ask for fewer labels at once, and if that does not help report it"
    )]
    Ended {
        /// How it ended.
        status: ExitStatus,
        /// What it said last, with a colon before it.
        words: String,
    },
    /// The pipe to it broke.
    #[error("the process that draws cannot be read: {0}")]
    Pipe(io::Error),
}

/// What a child says on its third stream is read no further.
const WORDS_BYTES_MAX: u64 = 4096;
/// How long a child that closed its pipe may take to end.
const END: Duration = Duration::from_secs(1);

/// A child that waits for documents. It is ended when this is dropped.
pub(crate) struct Worker {
    child: Child,
    to: ChildStdin,
    from: ChildStdout,
    words: ChildStderr,
    /// Documents it was given.
    pub(crate) served: u32,
}

impl Worker {
    pub(crate) fn start(program: &Path) -> Result<Self, RenderTrouble> {
        let mut command = Command::new(program);
        // Nothing of our surroundings. Its memory is bounded, so the allocator sets none aside.
        command.args(["render", "--served"]).env_clear().env("MIMALLOC_ARENA_RESERVE", "4096").current_dir("/").kill_on_drop(true);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let start = |error| RenderTrouble::Start { program: program.display().to_string(), error };
        let mut child = command.spawn().map_err(start)?;
        match (child.stdin.take(), child.stdout.take(), child.stderr.take()) {
            (Some(to), Some(from), Some(words)) => Ok(Self { child, to, from, words, served: 0 }),
            _ => Err(start(io::Error::other("it has no pipes"))),
        }
    }

    /// How it ended while nothing was asked of it, if it did.
    pub(crate) fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().ok().flatten()
    }

    /// Its number among the processes of the machine, while it runs.
    pub(crate) fn process(&self) -> Option<u32> {
        self.child.id()
    }

    /// Gives it a document and hears the answer. After a trouble that is no refusal it is of no more use.
    pub(crate) async fn draw(&mut self, document: &[u8], pdf_bytes_max: usize) -> Result<Drawn, RenderTrouble> {
        self.served = self.served.saturating_add(1);
        match self.converse(document, pdf_bytes_max).await {
            Err(RenderTrouble::Pipe(error)) if matches!(error.kind(), ErrorKind::UnexpectedEof | ErrorKind::BrokenPipe) => {
                Err(self.last_words(error).await)
            }
            answer => answer,
        }
    }

    /// A child reads a document to its end before it answers, so one after the other is enough.
    async fn converse(&mut self, document: &[u8], pdf_bytes_max: usize) -> Result<Drawn, RenderTrouble> {
        let length = prefix(document).map_err(RenderTrouble::Pipe)?;
        self.to.write_all(&length).await.map_err(RenderTrouble::Pipe)?;
        self.to.write_all(document).await.map_err(RenderTrouble::Pipe)?;
        self.to.flush().await.map_err(RenderTrouble::Pipe)?;
        let head = self.read(HEAD_BYTES_MAX).await.map_err(RenderTrouble::Pipe)?;
        let head: Head = serde_json::from_slice(&head).map_err(|error| RenderTrouble::Pipe(error.into()))?;
        let unshown = match head {
            Head::Refused(why) => return Err(RenderTrouble::Refused(why)),
            Head::Drawn(unshown) => unshown.into_iter().map(|(label, letters)| Unshown { label, letters: letters.chars().collect() }),
        };
        let too_large = |error: io::Error| match error.kind() {
            ErrorKind::FileTooLarge => RenderTrouble::Size(pdf_bytes_max),
            _ => RenderTrouble::Pipe(error),
        };
        Ok(Drawn { pdf: self.read(pdf_bytes_max).await.map_err(too_large)?, unshown: unshown.collect() })
    }

    async fn read(&mut self, most: usize) -> io::Result<Vec<u8>> {
        let mut length = [0; 4];
        self.from.read_exact(&mut length).await?;
        let mut bytes = vec![0; length_of(length, most)?];
        self.from.read_exact(&mut bytes).await?;
        Ok(bytes)
    }

    /// Of a child that closed its pipe: how it ended, and what it said.
    async fn last_words(&mut self, error: io::Error) -> RenderTrouble {
        let Ok(Ok(status)) = tokio::time::timeout(END, self.child.wait()).await else { return RenderTrouble::Pipe(error) };
        let mut words = Vec::new();
        drop((&mut self.words).take(WORDS_BYTES_MAX).read_to_end(&mut words).await);
        let words = String::from_utf8_lossy(&words).trim().to_owned();
        RenderTrouble::Ended { status, words: if words.is_empty() { words } else { format!(": {words}") } }
    }
}
