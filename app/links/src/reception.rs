//! Who receives the connections of one link, however they come in.

use crate::connection::{self, Arrivals, Stream};
use crate::connections::Connections;
use actions::{ActTrouble, Analyser, Laboratory, last_arrival};
use std::sync::Arc;
use tokio::sync::Mutex;

/// Receives the connections of one link.
pub struct Reception {
    lab: Laboratory,
    analyser: Analyser,
    connections: Connections,
    arrivals: Arrivals,
}

impl Reception {
    /// Goes on from the link's last message in the database.
    pub async fn open(lab: &Laboratory, analyser: &Analyser) -> Result<Self, ActTrouble> {
        let last = last_arrival(lab, &analyser.name).await?;
        let arrivals = Arc::new(Mutex::new(last));
        Ok(Self { lab: lab.clone(), analyser: analyser.clone(), connections: Connections::default(), arrivals })
    }

    /// Gives the newcomer a place, and serves it until either side closes it.
    pub fn serve<S: Stream>(&self, stream: S) -> impl Future<Output = ()> + Send + use<S> {
        let slot = self.connections.admit();
        connection::serve(self.lab.clone(), self.analyser.clone(), stream, Arc::clone(&self.arrivals), slot)
    }
}
