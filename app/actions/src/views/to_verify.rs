//! Results that wait for a person to vouch for them, shown again as they stand in the database: the forced second look.

use super::entry::rounding;
use super::results::{line, patients};
use super::{Cursor, FormerLine, Page, ResultLine};
use crate::entering::{AtHand, former};
use crate::trouble::ActTrouble;
use crate::verify_result::{measured, verifier};
use crate::{Laboratory, StaffLine};
use benches::Place;
use catalogue::TestCode;
use kernel::{Actor, ExaminationId, Lang, Timestamp};
use store::repositories::manual_entries::{self, FormerRecord};
use store::repositories::orders::{self, Former};
use store::repositories::results::{self, ResultRecord, StoredState};
use store::{Reader, Trouble};
use uuid::Uuid;
use workflow::{Assessment, Evidence, Labelled, Verdict, VerifyRefusal};

/// Rows of one page.
const ROWS: u32 = 50;

/// A result to be looked at again.
#[derive(Debug, Clone)]
pub struct VerifyRow {
    /// The result.
    pub line: ResultLine,
    /// Its flag, or empty.
    pub flag: String,
    /// The interval in words, or empty.
    pub interval: String,
    /// What is to be said beside it: what rounding did, why there is no flag.
    pub notes: Vec<String>,
    /// The last verified results of the same test, newest first.
    pub former: Vec<FormerLine>,
    /// Why whoever looks may not verify it; nothing where they may.
    pub refusal: Option<String>,
    /// No gate holds it and it is flagged normal: it may be verified together with others.
    pub clean: bool,
    /// Whoever looks typed it.
    pub own: bool,
}

struct Read {
    record: ResultRecord,
    assessment: Option<Assessment>,
    evidence: Option<Evidence>,
    label: Option<Labelled>,
    former: Vec<FormerRecord>,
}

/// Typed results that nobody has vouched for, newest first.
pub async fn typed_results(lab: &Laboratory, by: &StaffLine, after: Option<Cursor>, now: Timestamp) -> Result<Page<VerifyRow>, ActTrouble> {
    let after = after.map_or((Timestamp::from_micros(i64::MAX), Uuid::max()), |cursor| (cursor.at, cursor.id));
    let read = move |reader: &mut Reader<'_>| {
        let stretch = manual_entries::typed_and_held(reader, after, ROWS)?;
        Ok((read_all(reader, stretch.records)?, stretch.next, reader.quarantined()))
    };
    let (read, next, set_aside) = lab.store().read(read).await?;
    let rows = rows(lab, by, read, now).await?;
    Ok(Page { rows, next: next.map(|(at, id)| Cursor { at, id }), set_aside })
}

/// The held result of one examination, typed or sent; nothing where there is none, or somebody has vouched for it.
pub async fn held_result(
    lab: &Laboratory,
    by: &StaffLine,
    examination: ExaminationId,
    now: Timestamp,
) -> Result<Option<VerifyRow>, ActTrouble> {
    let read = move |reader: &mut Reader<'_>| {
        let newest = results::of_examinations(reader, &[examination])?.into_iter().max_by_key(|record| record.version);
        read_all(reader, newest.into_iter().filter(|record| record.state == StoredState::Held).collect())
    };
    let read = lab.store().read(read).await?;
    Ok(rows(lab, by, read, now).await?.into_iter().next())
}

fn read_all(reader: &mut Reader<'_>, records: Vec<ResultRecord>) -> Result<Vec<Read>, Trouble> {
    let codes: Vec<&str> = records.iter().map(|record| record.container.as_str()).collect();
    let labels = orders::open_work(reader, &codes, Former::Assumed)?;
    let judged = results::evidence_of(reader, &records)?;
    let mut all = Vec::new();
    for record in records {
        let label = labels.get(&record.container).cloned();
        let former = match &label {
            Some(Labelled::InForce(work)) => former(reader, work, &record.test, record.examination)?,
            _ => Vec::new(),
        };
        let evidence = judged.get(&record.transmission).cloned();
        let assessment = evidence.as_ref().and_then(|evidence| evidence.of(&record.container, &record.test)).cloned();
        all.push(Read { record, assessment, evidence, label, former });
    }
    Ok(all)
}

async fn rows(lab: &Laboratory, by: &StaffLine, read: Vec<Read>, now: Timestamp) -> Result<Vec<VerifyRow>, ActTrouble> {
    let records: Vec<ResultRecord> = read.iter().map(|read| read.record.clone()).collect();
    lab.note_seen(&Actor::Person(by.id), "verification", "", patients(&records)).await?;
    Ok(read.into_iter().map(|read| row(lab, by, read, now)).collect())
}

fn row(lab: &Laboratory, by: &StaffLine, read: Read, now: Timestamp) -> VerifyRow {
    let Read { record, assessment, evidence, label, former } = read;
    let catalogue = lab.catalogue();
    let test = TestCode::parse(&record.test).and_then(|code| catalogue.test(&code));
    let unknown = Assessment { findings: Vec::new() };
    let measured = measured(&record, assessment.as_ref().unwrap_or(&unknown));
    let place = match (&label, test) {
        (Some(Labelled::InForce(work)), Some(test)) => {
            AtHand { lab, catalogue: &catalogue, work, test, former: &former }.place(Some(&measured))
        }
        _ => Place::default(),
    };
    let verified = match &assessment {
        Some(assessment) => measured.verify(&verifier(lab, by, now), assessment, lab.policy(), now).map(drop),
        None => Err(VerifyRefusal::NotAssessed),
    };
    let is_quiet = |assessment: &Assessment| {
        assessment.holds(lab.policy()).is_empty() && assessment.findings.iter().all(|finding| finding.verdict != Verdict::Flag)
    };
    let refusal = verified.err().map(|refusal| refusal.words(Lang::English));
    VerifyRow {
        clean: refusal.is_none() && assessment.as_ref().is_some_and(is_quiet) && place.flag == "N",
        own: record.entered.as_ref().is_some_and(|entered| entered.entered.by == by.id),
        notes: rounding(&measured).into_iter().chain(Some(place.why).filter(|why| !why.is_empty())).collect(),
        flag: place.flag.to_owned(),
        interval: place.interval,
        former: former.into_iter().map(FormerLine::from).collect(),
        refusal,
        line: line(&catalogue, record, evidence.as_ref()),
    }
}
