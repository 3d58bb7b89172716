//! `[[hl7]]` in `benchside.toml`: a hospital system that speaks HL7 version 2 over MLLP.

use crate::configuration::{owner_of, zone_of};
use crate::failure::Failure;
use actions::{Analyser, Hl7Link, RepeatedOrder};
use hl7v2::mllp::Settings;
use hl7v2::{Authority, Charset, Charsets, LineEnds};
use kernel::Zone;
use serde::{Deserialize, Serialize};
use std::net::SocketAddr;
use std::time::Duration;

/// The port of MLLP where the configuration names none.
pub(crate) const MLLP_PORT: u16 = 2575;
/// What the only link is called that nobody named.
const NAME: &str = "his";
/// Bytes of a message, at most: two connections that fill it at once must not take the machine's memory.
const MESSAGE_BYTES_MAX: usize = 256 * 1024 * 1024;
/// Characters of an assigning authority.
const AUTHORITY_CHARACTERS_MAX: usize = 199;

/// One hospital system's link.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Hl7Configuration {
    /// Its name, never reused for another system.
    pub(crate) name: String,
    /// Where to listen for it.
    #[serde(default = "usual_address")]
    pub(crate) listen: SocketAddr,
    /// IANA name of the zone of times without an offset; the site's where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) zone: Option<String>,
    /// The character set of messages that do not name one (MSH-18): "UNICODE UTF-8", "8859/1"; UTF-8 where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) charset: Option<String>,
    /// The set that is tried where the bytes are not of the set they should be; 8859/1 where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) fallback_charset: Option<String>,
    /// Who gives our order and specimen numbers: a local name.
    #[serde(default = "benchside", skip_serializing_if = "String::is_empty")]
    pub(crate) authority: String,
    /// The same as an OID.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) authority_oid: Option<String>,
    /// Who gives the site's own record numbers, as PID-3.4 names it; numbers without an authority are the site's in any case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) site_authority: Option<String>,
    /// What a second order under one number gets: "refuse" (AE 205) or "earlier_answer".
    #[serde(default = "refuse")]
    pub(crate) repeated_order: String,
    /// What ends a segment: "cr", or "any" for CR, LF or both.
    #[serde(default = "carriage_return")]
    pub(crate) segment_end: String,
    /// Bytes of a message.
    #[serde(default = "message_bytes_max")]
    pub(crate) message_bytes_max: usize,
    /// Seconds from the first byte of a message to its last.
    #[serde(default = "message_seconds_max")]
    pub(crate) message_seconds_max: u32,
    /// Seconds after which a silent connection is closed.
    #[serde(default = "idle_seconds_max")]
    pub(crate) idle_seconds_max: u32,
    /// Who owns what comes to nothing.
    #[serde(default = "interfaces")]
    pub(crate) owner: String,
}

fn usual_address() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], MLLP_PORT))
}

fn benchside() -> String {
    "BENCHSIDE".to_owned()
}

fn refuse() -> String {
    "refuse".to_owned()
}

fn carriage_return() -> String {
    "cr".to_owned()
}

fn message_bytes_max() -> usize {
    Settings::default().message_bytes_max
}

fn message_seconds_max() -> u32 {
    60
}

fn idle_seconds_max() -> u32 {
    u32::try_from(Hl7Link::IDLE_MAX.as_secs()).unwrap_or(u32::MAX)
}

fn interfaces() -> String {
    "interfaces".to_owned()
}

impl Hl7Configuration {
    /// A link with what holds where nothing else is said.
    pub(crate) fn listening(listen: SocketAddr) -> Self {
        Self {
            name: NAME.to_owned(),
            listen,
            zone: None,
            charset: None,
            fallback_charset: None,
            authority: benchside(),
            authority_oid: None,
            site_authority: None,
            repeated_order: refuse(),
            segment_end: carriage_return(),
            message_bytes_max: message_bytes_max(),
            message_seconds_max: message_seconds_max(),
            idle_seconds_max: idle_seconds_max(),
            owner: interfaces(),
        }
    }

    /// The link, or what is wrong with it.
    pub(crate) fn link(&self, site_zone: &Zone) -> Result<Hl7Link, Failure> {
        let name = Analyser::check_name(&self.name).map_err(Failure::wrong_use)?;
        let zone = zone_of(&self.name, self.zone.as_deref(), site_zone)?;
        let repeated_order = match self.repeated_order.as_str() {
            "refuse" => RepeatedOrder::Refuse,
            "earlier_answer" => RepeatedOrder::EarlierAnswer,
            other => return Err(self.wrong("repeated_order", format!("must be \"refuse\" or \"earlier_answer\", not {other:?}"))),
        };
        let line_ends = match self.segment_end.as_str() {
            "cr" => LineEnds::CarriageReturn,
            "any" => LineEnds::Any,
            other => return Err(self.wrong("segment_end", format!("must be \"cr\" or \"any\", not {other:?}"))),
        };
        Ok(Hl7Link {
            charsets: Charsets {
                default: self.charset("charset", self.charset.as_deref())?.unwrap_or_default(),
                fallback: self.charset("fallback_charset", self.fallback_charset.as_deref())?,
            },
            line_ends,
            authority: self.authority()?,
            site_authority: self.site_authority.clone(),
            repeated_order,
            owner: owner_of(&self.name, &self.owner)?.into(),
            mllp: self.mllp()?,
            idle_max: self.seconds("idle_seconds_max", self.idle_seconds_max)?,
            ..Hl7Link::new(name, zone)
        })
    }

    fn mllp(&self) -> Result<Settings, Failure> {
        let fits = (1_024..=MESSAGE_BYTES_MAX).contains(&self.message_bytes_max);
        if !fits {
            return Err(self.wrong("message_bytes_max", format!("must lie between 1024 and {MESSAGE_BYTES_MAX}")));
        }
        let message_time_max = self.seconds("message_seconds_max", self.message_seconds_max)?;
        Ok(Settings { message_bytes_max: self.message_bytes_max, message_time_max })
    }

    fn seconds(&self, key: &str, seconds: u32) -> Result<Duration, Failure> {
        if seconds == 0 { Err(self.wrong(key, "must be at least 1")) } else { Ok(Duration::from_secs(u64::from(seconds))) }
    }

    fn charset(&self, key: &str, named: Option<&str>) -> Result<Option<Charset>, Failure> {
        named.map_or(Ok(None), |named| Charset::named(named).map_err(|trouble| self.wrong(key, trouble)))
    }

    fn authority(&self) -> Result<Authority, Failure> {
        let fits = |text: &str| text.chars().count() <= AUTHORITY_CHARACTERS_MAX && !text.chars().any(char::is_control);
        let text = |key: &str, text: &str| match text.trim() {
            text if !fits(text) => {
                Err(self.wrong(key, format!("must have at most {AUTHORITY_CHARACTERS_MAX} characters that can be seen")))
            }
            "" => Ok(None),
            text => Ok(Some(text.to_owned())),
        };
        let namespace = text("authority", &self.authority)?;
        let universal_id = text("authority_oid", self.authority_oid.as_deref().unwrap_or_default())?;
        if namespace.is_none() && universal_id.is_none() {
            return Err(self.wrong("authority", "our numbers need a name or an OID behind them"));
        }
        let universal_id_type = universal_id.as_ref().map(|_| "ISO".to_owned());
        Ok(Authority { namespace, universal_id, universal_id_type })
    }

    fn wrong(&self, key: &str, what: impl std::fmt::Display) -> Failure {
        Failure::Use(format!("hl7 {}: {key}: {what}", self.name))
    }
}
