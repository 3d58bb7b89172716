//! Two records of one person become one, and two again where that was a mistake.

use super::number;
use kernel::{PatientId, PatientMergeId, Timestamp};
use store::repositories::patients::{self, MergeRecord, PatientEntry, Undoing};
use store::{Trouble, Tx};

/// Two records that are to become one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merging {
    /// The merge, made by the caller.
    pub id: PatientMergeId,
    /// The record that goes on.
    pub survivor: PatientId,
    /// The record whose number will lead there.
    pub retired: PatientId,
    /// The versions of survivor and retired that the people saw; none where a message says it.
    pub seen: Option<(i64, i64)>,
    /// Who, as an actor is written.
    pub by: String,
    /// The second person; empty where a message says it.
    pub confirmed_by: String,
    /// Why, in words.
    pub reason: String,
}

/// Why two records stay two.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MergeRefusal {
    /// One record twice.
    #[error("both numbers lead to the same record: there is nothing to merge")]
    SameRecord,
    /// One of them is not there.
    #[error("one of the records is not there: look both up again")]
    NoSuch,
    /// The record to be retired leads to another already.
    #[error("record {retired} was merged into record {into} before: undo that first, if it was wrong")]
    RetiredBefore {
        /// Its number.
        retired: String,
        /// The number it leads to.
        into: String,
    },
    /// The record that is to go on leads to another itself.
    #[error("record {survivor} was merged into record {into} before and cannot go on: merge into {into} instead")]
    SurvivorMerged {
        /// Its number.
        survivor: String,
        /// The number it leads to.
        into: String,
    },
    /// One is the mother of the other.
    #[error("record {child} is a child of record {mother}: mother and child are two people")]
    MotherAndChild {
        /// The child's number.
        child: String,
        /// The mother's number.
        mother: String,
    },
    /// Children of one mother, born at different times.
    #[error("records {0} and {1} are children of one mother, born at different times: two people")]
    Siblings(String, String),
    /// Who is known must not end under the record of somebody unknown.
    #[error("record {survivor} is of somebody unknown, and record {retired} says who it is: let {retired} go on")]
    UnknownSurvivor {
        /// The number of the unknown.
        survivor: String,
        /// The number of the known.
        retired: String,
    },
    /// Somebody changed one of them since.
    #[error("somebody changed one of the records since you saw them side by side: look at both again")]
    Changed,
}

/// Merges one record into another, unless that cannot be.
pub fn merge_records(tx: &mut Tx<'_>, merging: &Merging, at: Timestamp) -> Result<Result<(), MergeRefusal>, Trouble> {
    if let Err(refusal) = check_merge(tx, merging)? {
        return Ok(Err(refusal));
    }
    let Merging { id, survivor, retired, by, confirmed_by, reason, .. } = merging.clone();
    patients::merge(tx, &MergeRecord { id, survivor, retired, merged_at: at, merged_by: by, confirmed_by, reason })?;
    Ok(Ok(()))
}

/// Whether two records may become one.
fn check_merge(tx: &mut Tx<'_>, merging: &Merging) -> Result<Result<(), MergeRefusal>, Trouble> {
    if merging.survivor == merging.retired {
        return Ok(Err(MergeRefusal::SameRecord));
    }
    let (survivor, retired) = (patients::entry_by_id(tx, merging.survivor)?, patients::entry_by_id(tx, merging.retired)?);
    let (Some(survivor), Some(retired)) = (survivor, retired) else { return Ok(Err(MergeRefusal::NoSuch)) };
    if retired.merged_into.is_some() {
        let (number, into) = (number(&retired), leads_to(tx, retired)?);
        return Ok(Err(MergeRefusal::RetiredBefore { retired: number, into }));
    }
    if survivor.merged_into.is_some() {
        let (number, into) = (number(&survivor), leads_to(tx, survivor)?);
        return Ok(Err(MergeRefusal::SurvivorMerged { survivor: number, into }));
    }
    if merging.seen.is_some_and(|seen| seen != (survivor.row_version, retired.row_version)) {
        return Ok(Err(MergeRefusal::Changed));
    }
    if survivor.is_unknown && !retired.is_unknown {
        return Ok(Err(MergeRefusal::UnknownSurvivor { survivor: number(&survivor), retired: number(&retired) }));
    }
    check_family(tx, &survivor, &retired)
}

/// Mother and child, and children of one mother, are two people however alike their records are: a newborn bears its mother's name.
fn check_family(tx: &mut Tx<'_>, one: &PatientEntry, other: &PatientEntry) -> Result<Result<(), MergeRefusal>, Trouble> {
    let (mother_of_one, mother_of_other) = (mother(tx, one)?, mother(tx, other)?);
    for (child, mother, parent) in [(one, mother_of_one, other), (other, mother_of_other, one)] {
        if mother == Some(parent.patient.id) {
            return Ok(Err(MergeRefusal::MotherAndChild { child: number(child), mother: number(parent) }));
        }
    }
    let (born, other_born) = (&one.patient.birth_date, &other.patient.birth_date);
    // A twin is minutes younger; a record made twice for one newborn says the same time, or only one of both says it.
    let differ = !born.starts_with(other_born.as_str()) && !other_born.starts_with(born.as_str());
    let siblings = mother_of_one.is_some() && mother_of_one == mother_of_other && differ;
    Ok(if siblings { Err(MergeRefusal::Siblings(number(one), number(other))) } else { Ok(()) })
}

/// The record of the mother that goes on.
fn mother(tx: &mut Tx<'_>, child: &PatientEntry) -> Result<Option<PatientId>, Trouble> {
    let Some(mother) = child.mother else { return Ok(None) };
    match patients::entry_by_id(tx, mother)? {
        Some(entry) => Ok(Some(patients::survivor(tx, entry)?.patient.id)),
        None => Ok(None),
    }
}

fn leads_to(tx: &mut Tx<'_>, entry: PatientEntry) -> Result<String, Trouble> {
    Ok(number(&patients::survivor(tx, entry)?))
}

/// A merge that is to be undone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unmerging {
    /// The merge as it was seen; none where a message names the record alone.
    pub seen: Option<PatientMergeId>,
    /// The record that was retired.
    pub retired: PatientId,
    /// Who, as an actor is written.
    pub by: String,
    /// The second person; empty where a message says it.
    pub confirmed_by: String,
    /// Why, in words.
    pub reason: String,
}

/// Why records stay merged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UnmergeRefusal {
    /// It goes on by itself.
    #[error("this record is not merged into another, or somebody undid that before you")]
    NotMerged,
    /// It was undone, and merged anew.
    #[error("that merge was undone before, and another one stands now: look at the record again")]
    Changed,
}

/// Takes two records apart again: what was recorded under the retired number goes back to it.
pub fn unmerge_records(tx: &mut Tx<'_>, unmerging: &Unmerging, at: Timestamp) -> Result<Result<MergeRecord, UnmergeRefusal>, Trouble> {
    let Some(merge) = patients::merge_of_retired(tx, unmerging.retired)? else { return Ok(Err(UnmergeRefusal::NotMerged)) };
    if unmerging.seen.is_some_and(|seen| seen != merge.id) {
        return Ok(Err(UnmergeRefusal::Changed));
    }
    let undoing = Undoing { by: &unmerging.by, confirmed_by: &unmerging.confirmed_by, reason: &unmerging.reason };
    let undone = patients::unmerge(tx, &merge, undoing, at)?;
    Ok(if undone { Ok(merge) } else { Err(UnmergeRefusal::NotMerged) })
}
