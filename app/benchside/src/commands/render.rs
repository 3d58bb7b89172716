//! `benchside render`: draws a document, read from standard input, as PDF on standard output. It binds itself before it reads a byte: what
//! comes in may be written by anybody. `--served` is how the server runs it: one document after the other, in frames.

use crate::failure::Failure;
use print::Drawn;
use render::{DOCUMENT_BYTES_MAX, Document, DocumentTrouble, Labels, Media, next_document, write_drawn, write_refused};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use rustix::time::{ClockId, clock_gettime};
use std::io::{Read, Write};

/// What `render` may be told.
#[derive(clap::Args, Debug)]
pub(crate) struct Arguments {
    /// Draws until standard input ends, documents and answers in frames; for the server.
    #[arg(long, hide = true)]
    served: bool,
}

/// Memory it may write to.
const MEMORY_BYTES_MAX: u64 = 512 * 1024 * 1024;
/// Processor time of a document in seconds; afterwards the system ends the process.
const DOCUMENT_SECONDS_MAX: u64 = 20;
/// Processor time of the whole process in seconds.
const PROCESSOR_SECONDS_MAX: u64 = 3600;
/// Bytes it may write where standard output is a file.
const PDF_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// What this process may have from now on. Standard input, output and error are open already, so that no number is left for a file or a
/// socket; standard output may be a file, of a bounded size, and nothing is left of it on a disk when it dies.
const LIMITS: [(Resource, u64); 5] = [
    (Resource::Data, MEMORY_BYTES_MAX),
    (Resource::Cpu, PROCESSOR_SECONDS_MAX),
    (Resource::Nofile, 3),
    (Resource::Fsize, PDF_BYTES_MAX),
    (Resource::Core, 0),
];

pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    for (resource, most) in LIMITS {
        // Whoever started it may have bound it closer.
        let most = getrlimit(resource).maximum.map_or(most, |already| already.min(most));
        bind(resource, most, most)?;
    }
    if arguments.served { serve() } else { once() }
}

fn bind(resource: Resource, current: u64, maximum: u64) -> Result<(), Failure> {
    let limit = Rlimit { current: Some(current), maximum: Some(maximum) };
    setrlimit(resource, limit).map_err(|error| Failure::Environment(format!("cannot limit itself ({resource:?}): {error}")))
}

/// So many seconds of processor time from now on.
fn bind_document() -> Result<(), Failure> {
    let used = u64::try_from(clock_gettime(ClockId::ProcessCPUTime).tv_sec).unwrap_or(u64::MAX);
    let most = getrlimit(Resource::Cpu).maximum.unwrap_or(PROCESSOR_SECONDS_MAX);
    bind(Resource::Cpu, used.saturating_add(DOCUMENT_SECONDS_MAX).min(most), most)
}

fn serve() -> Result<(), Failure> {
    let (mut from, mut to) = (std::io::stdin().lock(), std::io::stdout().lock());
    // The time it waits for the first document counts little; what it draws is bound document by document.
    bind_document()?;
    while let Some(bytes) = next_document(&mut from).map_err(|error| Failure::Environment(format!("cannot read the document: {error}")))? {
        bind_document()?;
        let answered = match Document::read(&bytes).map_err(Failure::wrong_use).and_then(|document| draw(&document)) {
            Ok(Drawn { pdf, unshown }) => write_drawn(&mut to, &pdf, &unshown),
            Err(why) => write_refused(&mut to, &why.to_string()),
        };
        answered.map_err(handing_over)?;
    }
    Ok(())
}

fn once() -> Result<(), Failure> {
    bind_document()?;
    let document = read().and_then(|bytes| Document::read(&bytes).map_err(Failure::wrong_use))?;
    let Drawn { pdf, unshown } = draw(&document)?;
    for unshown in unshown {
        eprintln!("benchside: no font of this program has these letters, a sign stands in their place: {unshown}");
    }
    let mut out = std::io::stdout().lock();
    out.write_all(&pdf).and_then(|()| out.flush()).map_err(handing_over)
}

fn handing_over(error: std::io::Error) -> Failure {
    Failure::Environment(format!("cannot hand over the PDF: {error}"))
}

fn read() -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let most = u64::try_from(DOCUMENT_BYTES_MAX).unwrap_or(u64::MAX);
    let read = std::io::stdin().lock().take(most.saturating_add(1)).read_to_end(&mut bytes);
    read.map_err(|error| Failure::Environment(format!("cannot read the document: {error}")))?;
    if bytes.len() > DOCUMENT_BYTES_MAX { Err(Failure::wrong_use(DocumentTrouble::TooLarge)) } else { Ok(bytes) }
}

fn draw(document: &Document) -> Result<Drawn, Failure> {
    let Document::Labels(Labels { on, labels }) = document;
    let drawn = match on {
        Media::Roll(stock) => print::pdf(labels, stock),
        Media::Sheet(sheet, used) => print::sheet_pdf(labels, sheet, *used),
    };
    drawn.map_err(Failure::wrong_use)
}
