//! Several workers, a connection each, one transaction a message.

use crate::message::{JOURNAL, Message, VERIFIER};
use crate::schema;
use crate::serve::Job;
use ::postgres::{Client, Error, NoTls, Statement, Transaction};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::mpsc::Receiver;
use std::sync::{Mutex, PoisonError};

/// The anchor's seals are numbered in the order in which they are written, whatever is committed first.
static NEXT_SEAL: AtomicI64 = AtomicI64::new(1);

/// Makes the tables if they are not there; says the last place in any link's order that is taken.
///
/// # Errors
/// The database cannot be reached or the tables cannot be made.
pub fn prepare(url: &str) -> Result<i64, Error> {
    let mut client = Client::connect(url, NoTls)?;
    let there: bool = client.query_one("SELECT to_regclass('transmission') IS NOT NULL", &[])?.get(0);
    if !there {
        client.batch_execute(&schema::postgres())?;
    }
    let last_seal: i64 = client.query_one("SELECT COALESCE(MAX(no), 0) FROM seal", &[])?.try_get(0)?;
    NEXT_SEAL.store(last_seal + 1, Ordering::Relaxed);
    client.query_one("SELECT COALESCE(MAX(arrival), 0) FROM transmission", &[])?.try_get(0)
}

/// One worker: takes jobs until all senders are gone. A message that fails is answered as not kept.
///
/// # Errors
/// The database cannot be reached at the start.
pub fn work(url: &str, jobs: &Mutex<Receiver<Job>>) -> Result<(), Error> {
    let mut client = Client::connect(url, NoTls)?;
    let statements = Statements::prepare(&mut client)?;
    loop {
        let job = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(job) = job else { return Ok(()) };
        let kept = keep(&mut client, &statements, &job.message);
        if let Err(trouble) = &kept {
            eprintln!("a message was not kept: {trouble}");
        }
        // A sender that hung up meanwhile gets no answer.
        let _ = job.answer.send(kept.is_ok());
    }
}

struct Statements {
    transmission: Statement,
    bytes: Statement,
    results: Statement,
    assessment: Statement,
    journal: Statement,
    seal: Statement,
}

impl Statements {
    fn prepare(client: &mut Client) -> Result<Statements, Error> {
        Ok(Statements {
            transmission: client.prepare(
                "INSERT INTO transmission (id, link, arrival, received_at, content_hash, duplicate_of)
                 VALUES ($1, $2, $3, $4, $5, NULL) ON CONFLICT (link, content_hash) WHERE duplicate_of IS NULL DO NOTHING",
            )?,
            bytes: client.prepare("INSERT INTO transmission_bytes (transmission_id, raw) VALUES ($1, $2)")?,
            results: client.prepare(
                "INSERT INTO result (examination_id, version, transmission_id, sent, sent_unit, value, reported, unit, flags, stated_at,
                     reported_at, filed_at, state, verified_at, verifier, row_version)
                 SELECT e, 1, $1, v, u, v, v, u, f, s, $2, $2, 'verified', $2, $3, 1
                 FROM UNNEST($4::bytea[], $5::text[], $6::text[], $7::text[], $8::text[]) AS line (e, v, u, f, s)",
            )?,
            assessment: client.prepare("INSERT INTO assessment (transmission_id, at, evidence) VALUES ($1, $2, $3)")?,
            journal: client.prepare(
                "INSERT INTO journal (command_id, at, actor, act, accepted, subject, note, images)
                 VALUES ($1, $2, $3, $4, 1, $5, $6, $7)",
            )?,
            seal: client.prepare("INSERT INTO seal (no, command_id, hash) VALUES ($1, $2, $3)")?,
        })
    }
}

fn keep(client: &mut Client, statements: &Statements, message: &Message) -> Result<(), Error> {
    let mut transaction = client.transaction()?;
    let (id, at) = (&message.id.as_slice(), &message.received_at);
    let hash = message.content_hash.as_slice();
    if transaction.execute(&statements.transmission, &[id, &message.link, &message.arrival, at, &hash])? == 0 {
        return transaction.commit();
    }
    transaction.execute(&statements.bytes, &[id, &message.wire])?;
    insert_results(&mut transaction, &statements.results, message)?;
    transaction.execute(&statements.assessment, &[id, at, &message.evidence])?;
    let (command, [actor, act, note]) = (&message.command.as_slice(), &JOURNAL);
    transaction.execute(&statements.journal, &[command, at, actor, act, id, note, &message.images])?;
    let no = NEXT_SEAL.fetch_add(1, Ordering::Relaxed);
    transaction.execute(&statements.seal, &[&no, command, &hash])?;
    transaction.commit()
}

fn insert_results(transaction: &mut Transaction<'_>, statement: &Statement, message: &Message) -> Result<u64, Error> {
    let lines = &message.lines;
    let examinations: Vec<&[u8]> = lines.iter().map(|line| line.examination.as_slice()).collect();
    let values: Vec<&str> = lines.iter().map(|line| line.value.as_str()).collect();
    let units: Vec<&str> = lines.iter().map(|line| line.unit.as_str()).collect();
    let flags: Vec<&str> = lines.iter().map(|line| line.flags.as_str()).collect();
    let stated: Vec<&str> = lines.iter().map(|line| line.stated_at.as_str()).collect();
    let id = message.id.as_slice();
    transaction.execute(statement, &[&id, &message.received_at, &VERIFIER, &examinations, &values, &units, &flags, &stated])
}
