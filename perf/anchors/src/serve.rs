//! The listening side: a port a link, a thread a connection, one queue to the writer or the workers.

use crate::exchange::converse;
use crate::ids::Ids;
use crate::message::Message;
use crate::{postgres, sqlite};
use std::io::{self, BufReader};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread;

/// How many messages may wait for the writer.
const QUEUE_MAX: usize = 4_096;
/// A connection's thread reads and waits; it needs little.
const STACK_BYTES: usize = 256 * 1024;

/// A message to be written, and where to say whether it was.
#[derive(Debug)]
pub struct Job {
    /// The message.
    pub message: Message,
    /// True when it is committed.
    pub answer: SyncSender<bool>,
}

/// Opens the database, starts writing and listens on `links` free ports of the loopback; returns their names and addresses.
/// `database` is a file or a `postgres://` URL with `workers` connections.
///
/// # Errors
/// The database cannot be opened or a port cannot be had.
pub fn serve(database: &str, links: usize, workers: usize) -> Result<Vec<(String, SocketAddr)>, String> {
    let (jobs, waiting) = sync_channel(QUEUE_MAX);
    let last_arrival = start_writing(database, workers, waiting)?;
    (1..=links)
        .map(|number| {
            let name = format!("link{number:02}");
            let listener = TcpListener::bind("127.0.0.1:0").map_err(|trouble| format!("no port for {name}: {trouble}"))?;
            let address = listener.local_addr().map_err(|trouble| format!("no port for {name}: {trouble}"))?;
            let (link, jobs) = (name.clone(), jobs.clone());
            spawn(move || listen(&listener, &link, last_arrival, &jobs)).map_err(|trouble| format!("no thread for {name}: {trouble}"))?;
            Ok((name, address))
        })
        .collect()
}

/// Opens the database and starts what writes to it; says the last place in any link's order that is taken.
fn start_writing(database: &str, workers: usize, waiting: Receiver<Job>) -> Result<i64, String> {
    if !database.starts_with("postgres") {
        let said = |trouble| format!("{database}: {trouble}");
        let connection = sqlite::open(Path::new(database)).map_err(said)?;
        let last_arrival = sqlite::last_arrival(&connection).map_err(said)?;
        thread::spawn(move || sqlite::write(connection, &waiting));
        return Ok(last_arrival);
    }
    let last_arrival = postgres::prepare(database).map_err(|trouble| format!("{database}: {trouble}"))?;
    let waiting = Arc::new(Mutex::new(waiting));
    for _ in 0..workers.max(1) {
        let (url, waiting) = (database.to_owned(), Arc::clone(&waiting));
        thread::spawn(move || {
            if let Err(trouble) = postgres::work(&url, &waiting) {
                eprintln!("a worker cannot reach the database: {trouble}");
            }
        });
    }
    Ok(last_arrival)
}

fn listen(listener: &TcpListener, link: &str, last_arrival: i64, jobs: &SyncSender<Job>) {
    let arrivals = Arc::new(AtomicI64::new(last_arrival));
    for (stream, seed) in listener.incoming().flatten().zip(1_u64..) {
        let (link, jobs, arrivals) = (link.to_owned(), jobs.clone(), Arc::clone(&arrivals));
        let talk = move || {
            if let Err(trouble) = talk(&stream, &link, seed, &arrivals, &jobs) {
                eprintln!("{link}: {trouble}");
            }
        };
        if let Err(trouble) = spawn(talk) {
            eprintln!("a connection was dropped: no thread: {trouble}");
        }
    }
}

fn talk(stream: &TcpStream, link: &str, seed: u64, arrivals: &AtomicI64, jobs: &SyncSender<Job>) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let port = u64::from(stream.local_addr()?.port());
    let mut ids = Ids::new(port << 32 | seed);
    let (answer, answered) = sync_channel(1);
    let mut writer = stream.try_clone()?;
    converse(&mut BufReader::with_capacity(8 * 1024, stream), &mut writer, |received| {
        let arrival = arrivals.fetch_add(1, Ordering::Relaxed) + 1;
        let message = Message::read(received, link, arrival, &mut ids);
        jobs.send(Job { message, answer: answer.clone() }).is_ok() && answered.recv().unwrap_or(false)
    })
}

fn spawn(work: impl FnOnce() + Send + 'static) -> io::Result<()> {
    thread::Builder::new().stack_size(STACK_BYTES).spawn(work).map(|_| ())
}
