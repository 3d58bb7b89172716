//! Expected formats are written by hand after the ZPL II Programming Guide; places follow from the layout and the widths of its ruler.

use crate::sample::{crowded, everyday};
use kernel::{Mrn, PersonName, Realm};
use proptest::prelude::*;
use reports::{Collected, Label, Stock, zpl};
use workflow::Priority;

fn printed(label: &Label) -> String {
    zpl(label, Stock::find("50x25-203").unwrap())
}

#[test]
fn an_everyday_label_is_this_format() {
    let expected = "^XA
^CI28
^PW400
^LL200
^LH0,0
^FO8,10^GFA,64,64,2,\
        00010003\
        0007000F001F003F\
        007F00FF01FF03FF\
        07FF0FFF1FFF3FFF\
        7FFFFFFFFFFF7FFF\
        3FFF1FFF0FFF07FF\
        03FF01FF00FF007F\
        003F001F000F0007\
        00030001^FS
^FO30,9^A0N,35,35^FH^FDLindqvist, Maja^FS
^FO278,46^A0N,16,16^FH^FDb. 1961-03-04 F^FS
^FO8,46^A0N,16,16^FH^FDMRN 10042^FS
^FO20,66^BY2^BCN,38,N,N,N,N^FD>:A0>5000001>6S^FS
^FO350,66^BXN,3,200,14,14^FDA0000001S^FS
^FO343,111^A0N,15,15^FH^FDroutine^FS
^FO8,111^A0N,19,19^FH^FDA0000001S^FS
^FO113,114^A0N,16,16^FH^FD26-004217-4^FS
^FO8,131^A0N,15,15^FH^FDNa, K, CREA^FS
^FO353,148^A0N,15,15^FH^FD2 of 3^FS
^FO8,148^A0N,15,15^FH^FDlight green, lithium heparin^FS
^FO204,148^A0N,15,15^FH^FD4 mL^FS
^FO8,165^A0N,15,15^FH^FDTime^FS
^FO47,179^GB188,1,1^FS
^FO245,165^A0N,15,15^FH^FDby^FS
^FO265,179^GB127,1,1^FS
^PQ1
^XZ
";
    assert_eq!(printed(&everyday()), expected);
}

#[test]
fn letters_beyond_ascii_are_bytes_of_utf_8_in_hexadecimal() {
    let name = PersonName::new("Nguyễn", "Müller").unwrap();
    // ễ is U+1EC5, in UTF-8 E1 BB 85; ü is U+00FC, in UTF-8 C3 BC.
    assert!(printed(&Label { name, ..everyday() }).contains("^FH^FDNguy_E1_BB_85n, M_C3_BCller^FS"));
}

#[test]
fn a_name_cannot_become_a_command() {
    let name = PersonName::new("^XZ~JR^FS", r"_5E\&<b>").unwrap();
    let format = printed(&Label { name, ..everyday() });
    assert!(format.contains("^FH^FD_5EXZ_7EJR_5EFS, _5F5E_5C_26_3Cb_3E^FS"), "{format}");
    assert!(!format.contains('~'));
    assert_eq!((format.matches("^XA").count(), format.matches("^XZ").count()), (1, 1));
}

#[test]
fn stat_is_white_in_a_black_block_with_its_glyph() {
    let format = printed(&Label { priority: Priority::Stat, ..everyday() });
    // "!! STAT" is 300+300+300+620+620+620+620 = 3380 thousandths of 19 dots: 65; with 5 at each side 75, from 392 back.
    assert!(format.contains("^FO317,111^GB75,19,19^FS\n^FO322,111^A0N,19,19^FR^FH^FD!! STAT^FS"), "{format}");
    assert!(printed(&Label { priority: Priority::Urgent, ..everyday() }).contains("^FD! urgent^FS"));
}

#[test]
fn every_realm_but_production_is_in_words_on_every_label() {
    for (realm, words) in [
        (Realm::Training, "^FR^FH^FDTRAINING - NOT A PATIENT^FS"),
        (Realm::Validation, "^FR^FH^FDVALIDATION - NOT A PATIENT^FS"),
        (Realm::Demonstration, "^FR^FH^FDDEMONSTRATION - NOT A PATIENT^FS"),
    ] {
        for stock in Stock::ALL {
            assert!(zpl(&Label { realm, ..crowded() }, stock).contains(words), "{realm} {}", stock.name());
        }
    }
    assert!(!printed(&everyday()).contains("NOT A PATIENT"));
}

#[test]
fn a_collection_that_took_place_is_told_and_needs_no_line() {
    let collected = Some(Collected { at: "2026-11-22 07:10".into(), by: "Lee, Ann".into() });
    let format = printed(&Label { collected, ..everyday() });
    assert!(format.contains("^FD2026-11-22 07:10^FS") && format.contains("^FDby Lee, Ann^FS"), "{format}");
    assert!(!format.contains("^GB"), "{format}");
}

#[test]
fn what_does_not_fit_ends_in_three_dots() {
    let format = printed(&crowded());
    let name = format.lines().find(|line| line.contains("^FDWolfeschle")).unwrap();
    assert!(name.ends_with("...^FS"), "{name}");
    assert!(format.contains("+3"), "some of 40 tests are counted: {format}");
}

#[test]
fn the_three_hundred_dpi_printer_gets_bars_of_three_dots() {
    let format = zpl(&everyday(), Stock::find("50x25-300").unwrap());
    assert!(format.contains("^PW590\n^LL295\n") && format.contains("^BY3^BCN,") && format.contains("^BXN,4,200,14,14"), "{format}");
}

proptest! {
    #[test]
    fn no_text_adds_a_command(family in "\\PC{1,100}", free in any::<String>(), mrn in "[!-~]{1,32}") {
        let Ok(name) = PersonName::new(&family, "") else { return Ok(()) };
        let label = |text: &str, name: PersonName, mrn: &str| Label {
            name,
            mrn: Mrn::parse(mrn).unwrap(),
            tests: vec![text.to_owned()],
            container: text.to_owned(),
            volume: text.to_owned(),
            collected: Some(Collected { at: text.to_owned(), by: text.to_owned() }),
            ..everyday()
        };
        let format = printed(&label(&format!("x{free}"), name, &mrn));
        prop_assert!(format.is_ascii() && !format.contains('~'));
        // Each line is one field; carets stand only where the program put them.
        for line in format.lines().filter(|line| line.contains("^FH")) {
            let (before, data) = line.split_once("^FD").unwrap();
            prop_assert_eq!(before.matches('^').count(), 3 + before.matches("^FR").count());
            prop_assert!(!data.trim_end_matches("^FS").contains('^'), "{}", data);
        }
    }
}
