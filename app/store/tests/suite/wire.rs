//! A wire to PostgreSQL that can be cut.
#![allow(dead_code, reason = "each suite that uses it needs a part of it")]

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

/// A wire between the store and the server that can be cut when a COMMIT goes by.
#[derive(Clone)]
pub(crate) struct Wire {
    pub(crate) port: u16,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    /// Cut the next connection that commits: the server has done it, the answer is lost.
    cut_after_commit: AtomicBool,
    /// Cut it before the server gets to see the COMMIT.
    cut_before_commit: AtomicBool,
    /// From the next COMMIT on its connection is silent: it stays, and nothing passes.
    silent_from_commit: AtomicBool,
    /// So are all connections, those made later too.
    silent: AtomicBool,
    /// Cut the next connection that sends these words.
    cut_at: Mutex<Option<&'static str>>,
    /// Refuse all connections.
    down: AtomicBool,
    cuts: AtomicU32,
    refused: AtomicU32,
    /// Done once when the next COMMIT comes by, before the server gets to see it.
    before_commit: Mutex<Option<Errand>>,
}

type Errand = Box<dyn FnOnce() + Send>;

impl Wire {
    /// A wire to the server at this host and port.
    pub(crate) fn to(server: (String, u16)) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let shared = Arc::new(Shared::default());
        let of_thread = Arc::clone(&shared);
        std::thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                if of_thread.down.load(Ordering::SeqCst) {
                    of_thread.refused.fetch_add(1, Ordering::SeqCst);
                    continue;
                }
                let server = TcpStream::connect((server.0.as_str(), server.1)).unwrap();
                let shared = Arc::clone(&of_thread);
                std::thread::spawn(move || carry(client, server, &shared));
            }
        });
        Self { port, shared }
    }

    /// The server does the next COMMIT, but its answer is lost with the connection.
    pub(crate) fn cut_after_commit(&self) {
        self.shared.cut_after_commit.store(true, Ordering::SeqCst);
    }

    /// The next COMMIT is lost with the connection.
    pub(crate) fn cut_before_commit(&self) {
        self.shared.cut_before_commit.store(true, Ordering::SeqCst);
    }

    /// The connection of the next COMMIT goes silent before the server gets to see it: bytes are taken, and none comes.
    pub(crate) fn fall_silent_at_commit(&self) {
        self.shared.silent_from_commit.store(true, Ordering::SeqCst);
    }

    /// Whether everything is silent, as in front of a server that is frozen.
    pub(crate) fn set_silent(&self, silent: bool) {
        self.shared.silent.store(silent, Ordering::SeqCst);
    }

    /// The next connection that sends these words is cut before the server gets to see them.
    pub(crate) fn cut_at(&self, words: &'static str) {
        *self.shared.cut_at.lock().unwrap() = Some(words);
    }

    /// Something happens while the next COMMIT is on its way.
    pub(crate) fn before_commit(&self, errand: impl FnOnce() + Send + 'static) {
        *self.shared.before_commit.lock().unwrap() = Some(Box::new(errand));
    }

    /// From now on no connection can be made, or again.
    pub(crate) fn set_down(&self, down: bool) {
        self.shared.down.store(down, Ordering::SeqCst);
    }

    /// Connections cut so far.
    pub(crate) fn cuts(&self) -> u32 {
        self.shared.cuts.load(Ordering::SeqCst)
    }

    /// Connections refused so far.
    pub(crate) fn refused(&self) -> u32 {
        self.shared.refused.load(Ordering::SeqCst)
    }
}

fn carry(mut client: TcpStream, mut server: TcpStream, shared: &Arc<Shared>) {
    let (mut from_server, mut to_client) = (server.try_clone().unwrap(), client.try_clone().unwrap());
    let lost = Arc::new(AtomicBool::new(false));
    let answers_lost = Arc::clone(&lost);
    let mute = Arc::new(AtomicBool::new(false));
    let answers_mute = Arc::clone(&mute);
    let all_mute = shared.clone();
    let back = std::thread::spawn(move || {
        let mut buffer = [0; 8192];
        while let Ok(count @ 1..) = from_server.read(&mut buffer) {
            if answers_mute.load(Ordering::SeqCst) || all_mute.silent.load(Ordering::SeqCst) {
                continue;
            }
            // The server has answered the COMMIT, so it is done; the client never hears of it.
            if answers_lost.load(Ordering::SeqCst) || to_client.write_all(&buffer[..count]).is_err() {
                break;
            }
        }
        let _ = to_client.shutdown(Shutdown::Both);
    });
    let mut buffer = [0; 8192];
    // What the sealer commits is nobody's command.
    let mut of_sealer = false;
    while let Ok(count @ 1..) = client.read(&mut buffer) {
        of_sealer |= buffer[..count].windows(8).any(|window| window == b"advisory");
        let commits = !of_sealer && buffer[..count].windows(7).any(|window| window == b"COMMIT\0");
        if let Some(errand) = shared.before_commit.lock().unwrap().take_if(|_| commits) {
            errand();
        }
        let says = |words: &str| buffer[..count].windows(words.len()).any(|window| window == words.as_bytes());
        if shared.cut_at.lock().unwrap().take_if(|words| says(words)).is_some() {
            shared.cuts.fetch_add(1, Ordering::SeqCst);
            break;
        }
        if commits && shared.silent_from_commit.swap(false, Ordering::SeqCst) {
            mute.store(true, Ordering::SeqCst);
        }
        if mute.load(Ordering::SeqCst) || shared.silent.load(Ordering::SeqCst) {
            continue;
        }
        if commits && shared.cut_before_commit.swap(false, Ordering::SeqCst) {
            shared.cuts.fetch_add(1, Ordering::SeqCst);
            break;
        }
        if commits && shared.cut_after_commit.swap(false, Ordering::SeqCst) {
            shared.cuts.fetch_add(1, Ordering::SeqCst);
            lost.store(true, Ordering::SeqCst);
        }
        if server.write_all(&buffer[..count]).is_err() {
            break;
        }
    }
    let _ = client.shutdown(Shutdown::Both);
    if !lost.load(Ordering::SeqCst) {
        let _ = server.shutdown(Shutdown::Both);
    }
    let _ = back.join();
    let _ = server.shutdown(Shutdown::Both);
}
