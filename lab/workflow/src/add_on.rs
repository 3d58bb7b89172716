//! Whether a test may still be added to a container that was drawn before, and for how long.
//!
//! Source: laboratory rules 5.4. It may if less time has passed since the collection than the specimen keeps for this test in this container and
//! storage, if the volume of the test and the dead volume are left, and if the container was not opened where air spoils what is left.

use crate::containers::kept_apart;
use catalogue::{ContainerKind, ContainerKindCode, Storage, Test, TestCode};
use kernel::{Lang, Timestamp};
use std::time::Duration;

/// A container with a specimen, as it stands in the laboratory.
#[derive(Debug, Clone, Copy)]
pub struct KeptContainer<'a> {
    /// What kind.
    pub kind: &'a ContainerKind,
    /// What is in it, in the words of one of the tests it was drawn for.
    pub specimen: &'a str,
    /// When it was collected; nothing where nobody said so.
    pub collected_at: Option<Timestamp>,
    /// Where it was kept since.
    pub storage: Storage,
    /// What is left in it, in microlitres; nothing where nobody knows.
    pub remaining_ul: Option<u32>,
    /// Whether it was opened.
    pub opened: bool,
}

/// Why a test cannot be added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoAddOn {
    /// The test does not accept such a container.
    NotAccepted {
        /// The test.
        test: TestCode,
        /// The container.
        container: ContainerKindCode,
    },
    /// The container holds another specimen than the test needs.
    OtherSpecimen {
        /// What the test needs.
        needed: String,
        /// What is in it.
        held: String,
    },
    /// For this test the specimen does not keep in this storage, or nobody said that it does.
    NotStable(Storage),
    /// Nobody said when it was collected.
    CollectionNotKnown,
    /// It was collected after now: one of the two clocks is wrong.
    CollectedInFuture,
    /// More time has passed than it keeps.
    TooOld {
        /// Since the collection.
        elapsed: Duration,
        /// How long it keeps.
        stable: Duration,
    },
    /// Nobody knows how much is left.
    VolumeNotKnown,
    /// Too little is left.
    TooLittle {
        /// The volume of the test and the dead volume, in microlitres.
        needed_ul: u32,
        /// What is left.
        remaining_ul: u32,
    },
    /// It was opened, and what is left is spoilt.
    Opened(ContainerKindCode),
}

impl NoAddOn {
    /// What the technologist reads.
    pub fn words(&self, lang: Lang) -> String {
        let Lang::English = lang;
        match self {
            Self::NotAccepted { test, container } => format!("{test} is not done from {container}"),
            Self::OtherSpecimen { needed, held } => format!("the test needs {needed}, and the container holds {held}"),
            Self::NotStable(storage) => format!("no stability of this test {} is established", storage.words()),
            Self::CollectionNotKnown => "the time of collection is not known".to_owned(),
            Self::CollectedInFuture => "the time of collection lies in the future; correct it first".to_owned(),
            Self::TooOld { elapsed, stable } => {
                format!("collected {} ago, and it keeps for less than {}", in_hours(*elapsed), in_hours(*stable))
            }
            Self::VolumeNotKnown => "how much is left is not known; look and state it".to_owned(),
            Self::TooLittle { needed_ul, remaining_ul } => {
                format!("{needed_ul} ul are needed with the dead volume, and {remaining_ul} ul are left")
            }
            Self::Opened(container) => format!("{container} was opened, which spoils what is left"),
        }
    }
}

/// Hours and minutes as people read them, whole minutes only.
pub fn in_hours(duration: Duration) -> String {
    let minutes = duration.as_secs() / 60;
    match (minutes / 60, minutes % 60) {
        (0, minutes) => format!("{minutes} min"),
        (hours, 0) => format!("{hours} h"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}

/// For how long the test may still be done from this container, or every reason why it may not.
pub fn add_on(test: &Test, kept: &KeptContainer<'_>, now: Timestamp) -> Result<Duration, Vec<NoAddOn>> {
    let Some(accepted) = test.in_container(&kept.kind.code) else {
        return Err(vec![NoAddOn::NotAccepted { test: test.code.clone(), container: kept.kind.code.clone() }]);
    };
    let mut reasons = Vec::new();
    if kept_apart(&test.specimen) != kept_apart(kept.specimen) {
        reasons.push(NoAddOn::OtherSpecimen { needed: test.specimen.clone(), held: kept.specimen.to_owned() });
    }
    let stable = accepted.stability.minutes(kept.storage).map(|minutes| Duration::from_secs(u64::from(minutes) * 60));
    let remaining = time_left(stable, kept, now).map_err(|reason| reasons.push(reason)).ok();
    if let Some(volume) = accepted.volume {
        let needed_ul = volume.needed_ul.saturating_add(volume.dead_ul);
        match kept.remaining_ul {
            None => reasons.push(NoAddOn::VolumeNotKnown),
            Some(remaining_ul) if remaining_ul < needed_ul => reasons.push(NoAddOn::TooLittle { needed_ul, remaining_ul }),
            Some(_) => {}
        }
    }
    if kept.opened && !kept.kind.reusable {
        reasons.push(NoAddOn::Opened(kept.kind.code.clone()));
    }
    match remaining {
        Some(remaining) if reasons.is_empty() => Ok(remaining),
        _ => Err(reasons),
    }
}

fn time_left(stable: Option<Duration>, kept: &KeptContainer<'_>, now: Timestamp) -> Result<Duration, NoAddOn> {
    let stable = stable.ok_or(NoAddOn::NotStable(kept.storage))?;
    let collected_at = kept.collected_at.ok_or(NoAddOn::CollectionNotKnown)?;
    if collected_at > now {
        return Err(NoAddOn::CollectedInFuture);
    }
    let elapsed = Duration::from_micros(now.micros().abs_diff(collected_at.micros()));
    // What is exactly as old as it keeps is too old.
    stable.checked_sub(elapsed).filter(|left| !left.is_zero()).ok_or(NoAddOn::TooOld { elapsed, stable })
}
