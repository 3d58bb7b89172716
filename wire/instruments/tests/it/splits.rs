//! However the network cuts a transmission, the link hands over the same bytes and the driver finds the same readings.

use crate::disk::{bytes, transmissions};
use instruments::{DRIVERS, Driver, read_transmission};
use kernel::{Reading, Trouble, Zone};
use lis2::{Link, LinkEvent, LinkSettings};
use std::time::Duration;

/// Gives the pieces to a link one after the other and keeps every message; the wire bytes of each are read by the driver.
fn through_a_link(driver: &Driver, pieces: &[&[u8]]) -> (Vec<Reading>, Vec<Trouble>) {
    let mut link = Link::new(LinkSettings::default());
    let (mut readings, mut troubles) = (Vec::new(), Vec::new());
    for piece in pieces {
        for event in link.receive(piece, Duration::ZERO) {
            if let LinkEvent::Message { id, wire, .. } = event {
                let (read, unread) = read_transmission(driver, &wire, &Zone::utc());
                readings.extend(read);
                troubles.extend(unread);
                link.kept(id, Duration::ZERO);
            }
        }
    }
    (readings, troubles)
}

#[test]
fn every_cut_of_every_capture_gives_the_same_readings() {
    for driver in DRIVERS {
        for path in transmissions(driver) {
            let frames = bytes(&path);
            let whole = read_transmission(driver, &frames, &Zone::utc());
            assert!(!whole.0.is_empty(), "{}", path.display());
            let line = [&[5_u8][..], &frames, &[4]].concat();
            for at in 0..=line.len() {
                let (first, second) = line.split_at(at);
                assert_eq!(through_a_link(driver, &[first, second]), whole, "{} cut at byte {at}", path.display());
            }
            let single: Vec<&[u8]> = line.chunks(1).collect();
            assert_eq!(through_a_link(driver, &single), whole, "{} byte by byte", path.display());
        }
    }
}

/// A stored transmission is framed or bare, with or without ENQ and EOT, with CR LF or LF after its checksums: it says the same.
#[test]
fn every_way_of_storing_a_capture_gives_the_same_readings() {
    for driver in DRIVERS {
        for path in transmissions(driver) {
            let frames = bytes(&path);
            let read = |bytes: &[u8]| read_transmission(driver, bytes, &Zone::utc());
            let whole = read(&frames);
            let bare = lis2::unframe(&frames).unwrap().content;
            let content = String::from_utf8(bare.clone()).unwrap();
            let without_cr = String::from_utf8(frames.clone()).unwrap().replace("\r\n", "\n");
            let ways = [
                [&[5_u8][..], &frames, &[4]].concat(),
                bare.clone(),
                content.replace('\r', "\n").into_bytes(),
                content.replace('\r', "\r\n").into_bytes(),
                without_cr.into_bytes(),
                lis2::frame(&bare, &lis2::FrameOptions { text_max: 7, one_record_per_frame: false }).concat(),
                lis2::frame(&bare, &lis2::FrameOptions { text_max: 240, one_record_per_frame: true }).concat(),
            ];
            for (number, way) in ways.iter().enumerate() {
                assert_eq!(read(way), whole, "{}, way {number}", path.display());
            }
        }
    }
}
