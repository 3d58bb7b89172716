//! Two machines on a bad line: an analyser that sends and a host that receives.

use std::time::Duration;

use lis2::{Link, LinkEvent, LinkSettings, OutgoingId, OutgoingMessage, Role};
use proptest::prelude::*;

/// What the line does to the next bytes that pass.
#[derive(Debug, Clone, Copy)]
enum Fate {
    Pass,
    Lose,
    /// One byte is replaced.
    Damage {
        place: usize,
        byte: u8,
    },
}

fn fate() -> impl Strategy<Value = Fate> {
    prop_oneof![
        6 => Just(Fate::Pass),
        1 => Just(Fate::Lose),
        1 => (any::<usize>(), any::<u8>()).prop_map(|(place, byte)| Fate::Damage { place, byte }),
    ]
}

/// The analyser's bytes may be damaged anyhow. A reply may be lost or made unreadable; made into another valid reply, no receiver could save it.
fn suffer(bytes: &mut Vec<u8>, fate: Fate, is_reply: bool) {
    match fate {
        Fate::Pass => {}
        Fate::Lose => bytes.clear(),
        Fate::Damage { .. } if is_reply => bytes.fill(b'?'),
        Fate::Damage { place, byte } => {
            let at = place % bytes.len().max(1);
            if let Some(target) = bytes.get_mut(at) {
                *target = byte;
            }
        }
    }
}

struct Side {
    link: Link,
    wake: Option<Duration>,
    outbox: Vec<u8>,
    received: Vec<Vec<u8>>,
    sent: Vec<u64>,
    failed: Vec<u64>,
    forgetful: std::vec::IntoIter<bool>,
}

impl Side {
    fn new(settings: LinkSettings, not_kept: Vec<bool>) -> Self {
        Self {
            link: Link::new(settings),
            wake: None,
            outbox: Vec::new(),
            received: Vec::new(),
            sent: Vec::new(),
            failed: Vec::new(),
            forgetful: not_kept.into_iter(),
        }
    }

    fn take(&mut self, events: Vec<LinkEvent>, now: Duration) {
        for event in events {
            match event {
                LinkEvent::Write(bytes) => self.outbox.extend(bytes),
                LinkEvent::WakeAt(at) => self.wake = Some(at),
                LinkEvent::Message { id, content, .. } => {
                    let events = if self.forgetful.next().unwrap_or(false) {
                        self.link.not_kept(id, now)
                    } else {
                        self.received.push(content);
                        self.link.kept(id, now)
                    };
                    self.take(events, now);
                }
                LinkEvent::Sent { id } => self.sent.push(id.0),
                LinkEvent::SendFailed { id, .. } => self.failed.push(id.0),
                LinkEvent::Aborted { .. } | LinkEvent::Anomaly(_) => {}
            }
        }
    }

    fn tick(&mut self, now: Duration) {
        if self.wake.is_some_and(|at| at <= now) {
            self.wake = None;
        }
        let events = self.link.tick(now);
        self.take(events, now);
    }
}

/// Lets both talk until neither has anything to say or to wait for.
fn converse(analyser: &mut Side, host: &mut Side, fates: &mut impl Iterator<Item = Fate>) {
    let mut now = Duration::ZERO;
    for _ in 0..20_000 {
        if !analyser.outbox.is_empty() {
            let mut bytes = std::mem::take(&mut analyser.outbox);
            suffer(&mut bytes, fates.next().unwrap_or(Fate::Pass), false);
            let events = host.link.receive(&bytes, now);
            host.take(events, now);
        } else if !host.outbox.is_empty() {
            let mut bytes = std::mem::take(&mut host.outbox);
            suffer(&mut bytes, fates.next().unwrap_or(Fate::Pass), true);
            let events = analyser.link.receive(&bytes, now);
            analyser.take(events, now);
        } else if let Some(at) = [analyser.wake, host.wake].into_iter().flatten().min() {
            now = now.max(at);
            analyser.tick(now);
            host.tick(now);
        } else {
            return;
        }
    }
    panic!("they never come to an end");
}

fn content(number: u64, results: usize) -> Vec<u8> {
    let results: String = (1..=results).map(|seq| format!("R|{seq}|^^^{seq}|4.{seq}|mmol/L||N||F\r")).collect();
    format!("H|\\^&|{number}\rP|1\rO|1||S{number}\r{results}L|1|N\r").into_bytes()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_sent_arrives_once_acknowledged_in_order(
        fates in proptest::collection::vec(fate(), 0..120),
        not_kept in proptest::collection::vec(prop::bool::weighted(0.3), 0..10),
        sizes in proptest::collection::vec(0_usize..12, 1..5),
        one_record_per_frame: bool,
    ) {
        let settings = LinkSettings { role: Role::Instrument, one_record_per_frame, send_attempts_max: 1_000, frame_refusals_max: 1_000, ..LinkSettings::default() };
        let mut analyser = Side::new(settings, Vec::new());
        let mut host = Side::new(LinkSettings::default(), not_kept);
        let messages: Vec<Vec<u8>> = sizes.iter().zip(1..).map(|(size, number)| content(number, *size)).collect();
        for (message, number) in messages.iter().zip(1..) {
            let events = analyser.link.send(OutgoingMessage { id: OutgoingId(number), content: message.clone() }, Duration::ZERO);
            analyser.take(events, Duration::ZERO);
        }
        converse(&mut analyser, &mut host, &mut fates.into_iter());

        prop_assert_eq!(&analyser.sent, &(1..=messages.len() as u64).collect::<Vec<_>>());
        prop_assert!(analyser.failed.is_empty());
        // A message whose acknowledgement was lost comes again; apart from that each comes once, in order.
        host.received.dedup();
        prop_assert_eq!(host.received, messages);
    }

    #[test]
    fn both_may_send_at_once(results in 0_usize..6, fates in proptest::collection::vec(fate(), 0..4)) {
        let instrument = LinkSettings { role: Role::Instrument, send_attempts_max: 1_000, ..LinkSettings::default() };
        let mut analyser = Side::new(instrument, Vec::new());
        let mut host = Side::new(LinkSettings { send_attempts_max: 1_000, ..LinkSettings::default() }, Vec::new());
        let message = content(1, results);
        for side in [&mut analyser, &mut host] {
            let events = side.link.send(OutgoingMessage { id: OutgoingId(1), content: message.clone() }, Duration::ZERO);
            side.take(events, Duration::ZERO);
        }
        // Both ENQs are under way when they cross.
        let (from_analyser, from_host) = (std::mem::take(&mut analyser.outbox), std::mem::take(&mut host.outbox));
        let events = host.link.receive(&from_analyser, Duration::ZERO);
        host.take(events, Duration::ZERO);
        let events = analyser.link.receive(&from_host, Duration::ZERO);
        analyser.take(events, Duration::ZERO);
        // Only losses: here both are replies to the other.
        let mut losses = fates.into_iter().map(|fate| if matches!(fate, Fate::Pass) { Fate::Pass } else { Fate::Lose });
        converse(&mut analyser, &mut host, &mut losses);
        host.received.dedup();
        analyser.received.dedup();
        prop_assert_eq!(&host.received, &vec![message.clone()]);
        prop_assert_eq!(&analyser.received, &vec![message]);
    }
}
