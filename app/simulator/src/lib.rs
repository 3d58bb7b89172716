//! Virtual analysers on real sockets. They speak through the same link machine as a real one and know nothing of the database; they are
//! refused by production.

mod chance;
mod cobas;
mod physiology;
mod send;

pub use chance::Chance;
pub use cobas::{Specimen, message};
pub use physiology::{Physiology, PhysiologyTrouble};
pub use send::{SendTrouble, send_message};

use actions::Analyser;
use kernel::Timestamp;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::sync::mpsc;

/// A virtual cobas c that measures whatever is put on its rack.
#[derive(Debug)]
pub struct VirtualCobas {
    /// The analyser it plays: its codes.
    pub analyser: Analyser,
    /// Where the laboratory listens.
    pub address: SocketAddr,
    /// What values look like.
    pub physiology: Physiology,
    /// The seed that decides every value.
    pub seed: u64,
    /// How long one specimen takes.
    pub pace: Duration,
}

impl VirtualCobas {
    /// Measures specimens as they are put on the rack, until the rack is gone. A message the laboratory does not take is sent again.
    pub async fn run(self, mut rack: mpsc::Receiver<Specimen>, now: fn() -> Timestamp) {
        let mut chance = Chance::new(self.seed);
        let mut number = 0_u64;
        while let Some(specimen) = rack.recv().await {
            tokio::time::sleep(self.pace).await;
            number += 1;
            let content = message(&self.analyser, &specimen, &self.physiology, &mut chance, number, now());
            while let Err(trouble) = send_message(self.address, &content).await {
                tracing::warn!(link = %self.analyser.name, %trouble, "the simulator will send its message again");
                tokio::time::sleep(Duration::from_secs(2)).await;
            }
        }
    }
}
