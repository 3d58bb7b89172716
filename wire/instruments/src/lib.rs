//! One file per analyser family: what it sends, turned into readings in our own words. A driver only reads; what its codes stand for is data.

mod roche_cobas_c;

use kernel::{RawLine, Reading, Trouble, Zone};
use lis2::{Message, UnframeTrouble, Unframed};

/// How a driver reads a message; the zone is the link's, for times that state none.
pub type ReadMessage = fn(&Message<'_>, &Zone) -> (Vec<Reading>, Vec<Trouble>);

/// An analyser family.
#[derive(Debug)]
pub struct Driver {
    /// The name in configuration, of the file, and of the captures' folder.
    pub name: &'static str,
    /// What the analyser is called.
    pub title: &'static str,
    /// The protocol of its link.
    pub protocol: &'static str,
    /// Reads one message: every reading it holds, and everything in it that could not be read. Neither costs the other.
    pub read: ReadMessage,
}

/// Every driver, one line each.
pub static DRIVERS: &[&Driver] = &[&roche_cobas_c::DRIVER];

/// The driver of this name.
pub fn find(name: &str) -> Option<&'static Driver> {
    DRIVERS.iter().copied().find(|driver| driver.name == name)
}

/// Reads the bytes of a transmission, framed or bare: one message or several. What is wrong with framing or records is among the troubles.
pub fn read_transmission(driver: &Driver, bytes: &[u8], zone: &Zone) -> (Vec<Reading>, Vec<Trouble>) {
    read_unframed(driver, lis2::unframe(bytes), zone)
}

/// As [`read_transmission`], where the framing was taken off already.
pub fn read_unframed(driver: &Driver, unframed: Result<Unframed, UnframeTrouble>, zone: &Zone) -> (Vec<Reading>, Vec<Trouble>) {
    let unframed = match unframed {
        Ok(unframed) => unframed,
        Err(trouble) => return (Vec::new(), vec![Trouble::new("transmission", trouble.to_string())]),
    };
    let mut readings = Vec::new();
    let mut troubles: Vec<Trouble> = unframed.troubles.iter().map(|trouble| Trouble::new("framing", trouble.to_string())).collect();
    for content in lis2::split_messages(&unframed.content) {
        let (message, record_troubles) = lis2::parse(content);
        let costly = record_troubles.iter().filter(|trouble| costs_something(&trouble.what));
        troubles.extend(costly.map(|trouble| record_trouble(&message, trouble)));
        let (read, unread) = (driver.read)(&message, zone);
        readings.extend(read);
        troubles.extend(unread);
    }
    (readings, troubles)
}

/// A missing patient record costs nothing where the specimen is identified by its code; everything else a person should see.
fn costs_something(what: &lis2::RecordTroubleKind) -> bool {
    !matches!(what, lis2::RecordTroubleKind::OrderWithoutPatient)
}

fn record_trouble(message: &Message<'_>, trouble: &lis2::RecordTrouble) -> Trouble {
    let said = Trouble::new(format!("record {}", trouble.line_number), trouble.what.to_string());
    match message.records().iter().find(|record| record.line_number == trouble.line_number) {
        Some(record) => said.about(raw_line(record)),
        None => said,
    }
}

/// A record as a person may look at it.
pub(crate) fn raw_line(record: &lis2::Record<'_>) -> RawLine {
    RawLine { number: u32::try_from(record.line_number).unwrap_or(u32::MAX), text: record.line().into_owned() }
}
