//! The analysers: each a thread with one connection, sending one message after the other, and again what was not acknowledged.

use crate::shift::{Errand, Shift};
use peer::{Client, Framed, Outcome, Packing};
use std::net::SocketAddr;
use std::thread::JoinHandle;
use std::time::Duration;

/// How long a reply is waited for. Under LIS01 it is 15 s; a server that is killed resets the connection at once.
const REPLY_WAIT: Duration = Duration::from_secs(15);
/// A refused message is sent again after this pause; under LIS01 it is 10 s, longer than most of these servers live.
const REFUSED_PAUSE: Duration = Duration::from_millis(10);

/// Starts the analyser at the link `name`, the `place`th of the server's ready line.
#[must_use]
pub fn start(shift: &Shift, place: usize, name: String, packing: Packing) -> JoinHandle<()> {
    let shift = shift.clone();
    std::thread::spawn(move || {
        let mut analyser = Analyser { shift, name, packing, unsettled: None };
        let mut seen = 0;
        while let Some((start, address)) = analyser.shift.wait_for_server(place, seen) {
            seen = start;
            // Whatever ends the talk, what was not acknowledged is kept and sent to the next server.
            let _ = analyser.talk(start, address);
            if analyser.unsettled.is_none() {
                analyser.shift.rest(start);
            }
        }
    })
}

struct Analyser {
    shift: Shift,
    name: String,
    packing: Packing,
    // Sent and not acknowledged.
    unsettled: Option<Errand>,
}

impl Analyser {
    fn talk(&mut self, start: u64, address: SocketAddr) -> std::io::Result<()> {
        let mut client = Client::connect(address, REPLY_WAIT)?;
        while let Some(errand) = self.unsettled.take().or_else(|| self.shift.next(&self.name, start)) {
            let position = errand.position;
            let framed = Framed::new(&self.shift.plan().content(&errand.message), self.packing);
            self.unsettled = Some(errand);
            self.shift.note_send(position);
            if client.send(&framed)? == Outcome::Acknowledged {
                self.shift.note_acknowledged(position);
                self.unsettled = None;
            } else {
                std::thread::sleep(REFUSED_PAUSE);
            }
        }
        Ok(())
    }
}
