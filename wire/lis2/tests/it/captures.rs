//! What analysers really sent. The files are other people's and stay where they are; without them these tests say that they were skipped.

use std::path::{Path, PathBuf};

use lis2::{Link, LinkEvent, LinkSettings, RecordKind, looks_framed, parse, split_messages, unframe};

use crate::support::*;

/// The folder of ASTM captures, or none with a word about it.
fn folder() -> Option<PathBuf> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    #[allow(clippy::disallowed_methods)]
    let captures = std::env::var("BENCHSIDE_CAPTURES").unwrap_or_else(|_| "../shared/captures".to_owned());
    let folder = workspace.join(captures).join("astm");
    if folder.is_dir() {
        return Some(folder);
    }
    #[allow(clippy::print_stdout)]
    {
        println!("skipped: no captures in {} (set BENCHSIDE_CAPTURES)", folder.display());
    }
    None
}

/// File names with what each must hold: records, results, and the specimen as it stands in field 3 or 4 of its order.
const EXPECTED: [(&str, usize, usize, &str); 9] = [
    ("abbott_afinion2.txt", 5, 1, ""),
    ("cobas_c111.txt", 7, 1, "T20 10134GA D28^^6"),
    ("dca_vantage.txt", 9, 3, "660^0090"),
    ("esr_analyser.txt", 5, 1, "231"),
    ("horiba_yumizen_h550_qc.astm", 27, 20, "PX449L"),
    ("immucor_galileo_order.astm", 5, 0, "0651439A"),
    ("immucor_galileo_result.astm", 19, 14, "0651439A"),
    ("pentra_xlr.txt", 28, 21, "S1234^00^00"),
    ("sysmex_xn550.txt", 48, 41, "^^                    27^M"),
];

#[allow(clippy::disallowed_methods)]
fn read(folder: &Path, name: &str) -> Vec<u8> {
    let bytes = std::fs::read(folder.join(name)).unwrap();
    // This one is stored with its backslashes doubled.
    if name.starts_with("horiba") { text(&bytes).replace("\\\\", "\\").bytes().collect() } else { bytes }
}

#[test]
fn every_capture_is_read_without_trouble() {
    let Some(folder) = folder() else { return };
    for (name, records, results, specimen) in EXPECTED {
        let bytes = read(&folder, name);
        let unframed = unframe(&bytes).unwrap();
        assert_eq!(unframed.troubles, [], "{name}");
        assert_eq!(split_messages(&unframed.content).len(), 1, "{name}");
        let (message, troubles) = parse(&unframed.content);
        assert_eq!(troubles, [], "{name}");
        let order = message.of_kind(RecordKind::Order).next().unwrap();
        let found = [order.field(3), order.field(4)].map(|field| text(field.raw()));
        assert!(found.iter().any(|found| found == specimen), "{name}: {found:?}");
        assert_eq!((message.records().len(), message.results().count()), (records, results), "{name}");
        assert_eq!(message.records().last().unwrap().kind, RecordKind::Terminator, "{name}");
    }
}

#[test]
fn the_albumin_of_the_cobas_c111_reads_as_sent() {
    let Some(folder) = folder() else { return };
    let unframed = unframe(&read(&folder, "cobas_c111.txt")).unwrap();
    let (message, _) = parse(&unframed.content);
    let albumin = message.results().next().unwrap();
    assert_eq!(albumin.result.field(3).component(4).text(), "413");
    assert_eq!(albumin.result.field(4).text(), "40.13");
    assert_eq!(albumin.result.field(5).text(), "g/L");
    assert_eq!(albumin.result.field(13).text(), "20230803131700");
    assert_eq!(albumin.comments.len(), 1);
    assert_eq!(albumin.manufacturer.len(), 1);
    assert_eq!(message.header().unwrap().field(5).component(3).text(), "c111");
}

#[test]
fn the_same_captures_pass_over_a_link() {
    let Some(folder) = folder() else { return };
    for (name, ..) in EXPECTED {
        let bytes = read(&folder, name);
        if !looks_framed(&bytes) {
            continue;
        }
        let expected = unframe(&bytes).unwrap().content;
        let mut bench = Bench::new();
        bench.give(ENQ);
        bench.give(&bytes);
        // The line end of the last frame was lost when some of them were stored.
        bench.give(b"\n");
        bench.give(EOT);
        assert_eq!(bench.contents(), [text(&expected)], "{name}: {:?}", bench.anomalies());
    }
}

#[test]
fn a_transmission_of_another_protocol_is_refused() {
    let Some(folder) = folder() else { return };
    assert!(unframe(&read(&folder, "mini_vidas.txt")).is_err());
    let mut link = Link::new(LinkSettings::default());
    let events = link.receive(&[ENQ, &read(&folder, "mini_vidas.txt"), EOT].concat(), secs(0));
    assert!(!events.iter().any(|event| matches!(event, LinkEvent::Message { .. })));
}
