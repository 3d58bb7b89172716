//! The two that are measured: how each is prepared, started afresh, and known to be done.

use crate::storage::{Database, copy_files};
use peer::c111::{Curves, Specimen, content};
use peer::device_time::DeviceTime;
use peer::laboratory::{Laboratory, Running, start};
use peer::menu::Menu;
use peer::orders::Ward;
use peer::{Framed, Packing};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// Results in a message.
pub const RESULTS: usize = 25;
/// Connections that place orders.
const HANDS: usize = 8;
/// How often the product is asked whether all is filed: seldom enough to cost nothing, often enough for a run of seconds.
const POLL: Duration = Duration::from_millis(20);

/// The messages every contestant gets, whatever the framing: tubes, values, times.
#[derive(Debug)]
pub struct Work {
    menu: Menu,
    at: DeviceTime,
    /// The codes on the tubes of each message; the last message is the one that measures the start.
    pub tubes: Vec<Vec<String>>,
}

impl Work {
    /// Work for `messages` messages with invented tube codes, for the anchor alone.
    ///
    /// # Errors
    /// The analyser's menu cannot be read.
    pub fn invented(messages: usize) -> Result<Work, String> {
        let menu = Menu::starting()?;
        let tubes = menu.tubes(RESULTS).len();
        let codes = (0..=messages).map(|message| (0..tubes).map(|tube| format!("A{:07}X", message * tubes + tube)).collect());
        Ok(Work { at: DeviceTime::now(), tubes: codes.collect(), menu })
    }

    /// Work for `messages` messages whose tubes are ordered at a running product.
    ///
    /// # Errors
    /// An order is refused.
    pub fn ordered(messages: usize, ward: &Ward) -> Result<Work, String> {
        let menu = Menu::starting()?;
        let patients: Vec<u64> = (1..).take(messages + 1).collect();
        let mut tubes = vec![Vec::new(); messages + 1];
        for count in menu.tubes(RESULTS) {
            let codes = ward.order_all(&patients, &menu.tests(count), HANDS)?;
            tubes.iter_mut().zip(codes).for_each(|(message, code)| message.push(code));
        }
        Ok(Work { at: DeviceTime::now(), tubes, menu })
    }

    /// The message at `position`, in frames.
    #[must_use]
    pub fn message(&self, position: usize, packing: Packing) -> Framed {
        let codes = self.tubes.get(position).map(Vec::as_slice).unwrap_or_default();
        let counts = self.menu.tubes(RESULTS);
        let readings: Vec<_> = counts.iter().map(|count| self.menu.readings(*count, position as u64)).collect();
        let specimens: Vec<Specimen<'_>> = codes.iter().zip(&readings).map(|(code, readings)| Specimen { code, readings }).collect();
        Framed::new(&content(&specimens, self.at, position as u64, Curves::Left), packing)
    }

    /// The message that measures the start: the last.
    #[must_use]
    pub fn first_message(&self) -> Framed {
        self.message(self.tubes.len().saturating_sub(1), Packing::Bytes(240))
    }
}

/// The product, initialised and with all its orders placed, ready to be copied for each run.
#[derive(Debug)]
pub struct Product {
    template: Laboratory,
    template_database: Database,
    token: String,
    /// Bytes of the database after `init`.
    pub empty_bytes: u64,
    /// Bytes with all orders placed.
    pub ordered_bytes: u64,
}

/// The anchor.
#[derive(Debug)]
pub struct Anchor {
    /// Its binary.
    pub binary: PathBuf,
}

/// One of the two.
#[derive(Clone, Copy, Debug)]
pub enum Contestant<'a> {
    /// The product.
    Product(&'a Product),
    /// The anchor.
    Anchor(&'a Anchor),
}

impl Product {
    /// Initialises the product in `directory` and places orders for `messages` messages.
    ///
    /// # Errors
    /// The product cannot be started or refuses the orders.
    pub fn prepare(binary: &Path, directory: &Path, database: Database, links: usize, messages: usize) -> Result<(Product, Work), String> {
        if let Database::Postgres { .. } = database {
            database.create(None)?;
        }
        let template = Laboratory { binary: binary.to_owned(), directory: directory.to_owned(), database: database.url() };
        // The realm in which results verify themselves although nobody signed the limits: the path of a laboratory whose director did.
        let token = template.init("demonstration", links)?;
        let empty_bytes = database.bytes()?;
        let server = template.serve()?;
        let work = Work::ordered(messages, &Ward { address: server.http, token: token.clone() })?;
        server.stop()?;
        let ordered_bytes = database.bytes()?;
        Ok((Product { template, template_database: database, token, empty_bytes, ordered_bytes }, work))
    }

    /// Removes the template.
    ///
    /// # Errors
    /// The disk or the server refuses.
    pub fn remove(&self) -> Result<(), String> {
        self.template_database.remove()
    }
}

impl Contestant<'_> {
    /// Its name in tables.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Contestant::Product(_) => "product",
            Contestant::Anchor(_) => "anchor",
        }
    }

    /// A database for one run: a copy of the template, or an empty one.
    ///
    /// # Errors
    /// The disk or the server refuses.
    pub fn fresh(&self, directory: &Path, database: &Database) -> Result<(), String> {
        match self {
            Contestant::Product(product) => {
                database.create(Some(&product.template_database))?;
                // The SQLite file lies among the files of the directory and has brought them with it.
                if database.url().is_some() { copy_files(&product.template.directory, directory) } else { Ok(()) }
            }
            Contestant::Anchor(_) => {
                database.create(None)?;
                std::fs::create_dir_all(directory).map_err(|trouble| format!("{}: {trouble}", directory.display()))
            }
        }
    }

    /// Starts it on that database.
    ///
    /// # Errors
    /// It does not become ready.
    pub fn start(&self, directory: &Path, database: &Database, links: usize) -> Result<Running, String> {
        match self {
            Contestant::Product(product) => {
                Laboratory { directory: directory.to_owned(), database: database.url(), ..product.template.clone() }.serve()
            }
            Contestant::Anchor(anchor) => {
                let file = directory.join("anchor.db").display().to_string();
                let mut command = Command::new(&anchor.binary);
                command.args(["serve", "--links", &links.to_string(), "--database", &database.url().unwrap_or(file)]);
                start(command, &directory.join("serve.log"))
            }
        }
    }

    /// Waits until everything acknowledged is filed; the anchor files before it acknowledges.
    ///
    /// # Errors
    /// The product does not answer, or is not done after two minutes.
    pub fn wait_until_filed(&self, server: &Running) -> Result<(), String> {
        let Contestant::Product(product) = self else { return Ok(()) };
        let ward = Ward { address: server.http, token: product.token.clone() };
        for _ in 0..120_000 / POLL.as_millis() {
            if ward.unfiled()? == 0 {
                return Ok(());
            }
            std::thread::sleep(POLL);
        }
        Err("after two minutes not everything is filed".to_owned())
    }

    /// Ends it: the product must end cleanly, the anchor just ends.
    ///
    /// # Errors
    /// It does not end, or the product not with exit code 0.
    pub fn stop(&self, mut server: Running) -> Result<(), String> {
        match self {
            Contestant::Product(_) => server.stop(),
            Contestant::Anchor(_) => server.terminate().map(|_| ()),
        }
    }

    /// Bytes of its database before any order, if it takes orders.
    #[must_use]
    pub fn bytes_without_orders(&self) -> Option<u64> {
        match self {
            Contestant::Product(product) => Some(product.empty_bytes),
            Contestant::Anchor(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_message_has_its_own_tubes_and_all_its_results() {
        let work = Work::invented(10).unwrap();
        let mut codes: Vec<&String> = work.tubes.iter().flatten().collect();
        let all = codes.len();
        codes.sort();
        codes.dedup();
        assert_eq!((work.tubes.len(), codes.len()), (11, all));
        for position in [0, 9, 10] {
            let wire = work.message(position, Packing::RecordPerFrame);
            let text = String::from_utf8(peer::frame::deframe(wire.wire()).unwrap()).unwrap();
            assert_eq!(text.matches("\rR|").count(), RESULTS);
            assert!(work.tubes[position].iter().all(|code| text.contains(code.as_str())));
        }
    }

    #[test]
    fn the_same_message_says_the_same_in_any_framing() {
        let work = Work::invented(1).unwrap();
        let contents = [Packing::RecordPerFrame, Packing::Bytes(240), Packing::Bytes(4096)]
            .map(|packing| peer::frame::deframe(work.message(0, packing).wire()).unwrap());
        assert!(contents[0] == contents[1] && contents[1] == contents[2]);
    }
}
