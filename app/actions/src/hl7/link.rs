//! A link over which a hospital system speaks, as it is configured.

use hl7v2::mllp::Settings;
use hl7v2::{Authority, Charsets, Content, LineEnds, Message, Rejection};
use kernel::Zone;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;

/// What is made of a message's text.
pub type Hl7Reader = fn(&Message<'_>, &Zone) -> Result<Content, Rejection>;

/// What a sender is told who places an order a second time, under the same number and in another message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RepeatedOrder {
    /// That the order is there already (AE 205).
    #[default]
    Refuse,
    /// What was answered when it was placed, where it asks for the same; then nothing is done again.
    EarlierAnswer,
}

/// One configured link. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Hl7Link {
    /// Its name: 1 to 32 characters `a-z 0-9 _ -`, never reused for another system.
    pub name: Arc<str>,
    /// The zone of times that are stated without an offset.
    pub zone: Zone,
    /// What is assumed where a message does not say its character set.
    pub charsets: Charsets,
    /// What ends a segment.
    pub line_ends: LineEnds,
    /// Who gives our numbers: stands behind each of them in answers.
    pub authority: Authority,
    /// Who gives the site's own record numbers, as PID-3 names it: those numbers are the ones that people type. Numbers without an authority are the
    /// site's in any case.
    pub site_authority: Option<String>,
    /// What a second order under one number gets.
    pub repeated_order: RepeatedOrder,
    /// Who owns what comes to nothing.
    pub owner: Arc<str>,
    /// Bytes of a message and the time for it.
    pub mllp: Settings,
    /// A connection on which nothing was sent for so long is closed.
    pub idle_max: Duration,
    /// What reads its messages: [`hl7v2::read`].
    pub reader: Hl7Reader,
    /// Held while one of its messages is worked on: they are worked on one after the other, whatever connection they came over.
    pub turn: Arc<Mutex<()>>,
}

impl Hl7Link {
    /// How long a connection may stay silent where the configuration does not say: a day, because a small hospital's night is quiet. Peers that died
    /// are found sooner by the system's own means.
    pub const IDLE_MAX: Duration = Duration::from_secs(24 * 60 * 60);

    /// A link with what holds where the configuration does not say otherwise.
    pub fn new(name: Arc<str>, zone: Zone) -> Self {
        let authority = Authority { namespace: Some("BENCHSIDE".to_owned()), ..Authority::default() };
        Self {
            name,
            zone,
            charsets: Charsets::default(),
            line_ends: LineEnds::default(),
            authority,
            site_authority: None,
            repeated_order: RepeatedOrder::default(),
            owner: "interfaces".into(),
            mllp: Settings::default(),
            idle_max: Self::IDLE_MAX,
            reader: hl7v2::read,
            turn: Arc::default(),
        }
    }
}
