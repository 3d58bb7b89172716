//! Both symbols of every kind of label say the container's code, also where the print is worn.

use crate::bench::{Bench, Picture};
use crate::sample::{crowded, everyday, kinds, stock};
use kernel::ContainerCode;
use print::{pdf, sheet_pdf};
use reports::{Face, Label, Mark, Resolution, Ruler, Sheet, Stock, code128, lay_out, svg};

fn reads(picture: &Picture, code: &ContainerCode, what: &str) {
    assert_eq!(picture.bars(), [code.as_str()], "Code 128, {what}");
    assert_eq!(picture.matrix().as_deref(), Some(code.as_str()), "Data Matrix, {what}");
}

fn dpi(stock: &Stock) -> u32 {
    match stock.resolution() {
        Resolution::Dpi203 => 203,
        Resolution::Dpi300 => 300,
    }
}

fn printed(labels: &[Label], stock: &Stock) -> Vec<Picture> {
    let pictures = Bench::of(&pdf(labels, stock).unwrap().pdf).pictures(dpi(stock));
    assert_eq!(pictures.len(), labels.len());
    pictures.iter().map(Picture::printed).collect()
}

#[test]
fn both_symbols_of_every_kind_of_label_are_read() {
    let labels = kinds();
    for (label, picture) in labels.iter().zip(printed(&labels, stock())) {
        reads(&picture, &label.code, &format!("{:?} {:?}", label.realm, label.priority));
    }
}

#[test]
fn both_symbols_are_read_on_every_stock() {
    for stock in Stock::ALL {
        for label in [everyday(), crowded()] {
            reads(&printed(std::slice::from_ref(&label), stock)[0], &label.code, stock.name());
        }
    }
}

/// Symbols stand where they stand, whatever the letters are.
struct NoLetters;

impl Ruler for NoLetters {
    fn width(&self, _: &str, _: Face) -> u32 {
        0
    }
    fn ellipsis(&self) -> &'static str {
        ""
    }
}

#[test]
fn nothing_is_drawn_in_the_quiet_zones() {
    for stock in Stock::ALL {
        for label in [everyday(), crowded(), Label { tests: vec!["g\u{323}".repeat(150)], ..crowded() }] {
            let picture = Bench::of(&pdf(std::slice::from_ref(&label), stock).unwrap().pdf).pictures(dpi(stock)).remove(0);
            for mark in lay_out(&label, stock, &NoLetters) {
                // A dot of the picture is a dot of the printer, up to the rounding of both: one is left out at each edge.
                let zones = match mark {
                    Mark::Bars { x, y, module, height } => {
                        let (quiet, right) = (10 * module, x + code128::modules(&label.code) * module);
                        vec![(x - quiet..x - 1, y..y + height), (right + 2..right + quiet - 1, y..y + height)]
                    }
                    Mark::Matrix { x, y, module } => {
                        let (side, around) = (14 * module, module - 1);
                        let rows = y - around..y + side + around;
                        vec![
                            (x - around..x - 1, rows.clone()),
                            (x + side + 1..x + side + around, rows),
                            (x..x + side, y - around..y - 1),
                            (x..x + side, y + side + 1..y + side + around),
                        ]
                    }
                    _ => Vec::new(),
                };
                for (columns, rows) in zones {
                    let places = |range: std::ops::Range<u32>| usize::try_from(range.start).unwrap()..usize::try_from(range.end).unwrap();
                    assert!(picture.is_empty(places(columns.clone()), places(rows.clone())), "{}: {columns:?} {rows:?}", stock.name());
                }
            }
        }
    }
}

#[test]
#[ignore = "slow: cargo xtask test runs it"]
fn labels_on_a_page_are_read_as_a_browser_prints_them() {
    let labels = [everyday(), crowded()];
    let elements: String = labels.iter().map(|label| svg(label, stock()).unwrap()).collect();
    let page = Bench::of_page(&elements);
    // As office printers print, whose dots are no multiple of a label printer's.
    let mut read: Vec<String> = page.pictures(600).iter().flat_map(|picture| picture.printed().bars()).collect();
    read.sort();
    let mut expected: Vec<String> = labels.iter().map(|label| label.code.to_string()).collect();
    expected.sort();
    assert_eq!(read, expected);
    let words = page.words();
    for expected in ["Lindqvist, Maja", "MRN 10042", "26-004217-4", "!! STAT", "TRAINING - NOT A PATIENT"] {
        assert!(words.contains(expected), "{expected}: {words}");
    }
    // Markup in a name stays letters on a page too.
    let words = Bench::of_page(&svg(&crate::sample::named("</text><script>", "&amp;"), stock()).unwrap()).words();
    assert!(words.contains("</text><script>, &amp;"), "{words}");
}

#[test]
fn codes_of_every_shape_are_read() {
    // Of one and two letters, seven to nine digits, check characters that are letters and digits.
    let numbers = [("A", 0), ("Z", 9_999_999), ("B", 12_345_678), ("Q", 999_999_999), ("AB", 7), ("ZZ", 98_765_432), ("MX", 100_000_000)];
    let labels: Vec<Label> =
        numbers.iter().map(|(prefix, number)| Label { code: ContainerCode::compose(prefix, *number).unwrap(), ..everyday() }).collect();
    for (label, picture) in labels.iter().zip(printed(&labels, stock())) {
        reads(&picture, &label.code, "clean");
    }
}

#[test]
#[ignore = "slow: cargo xtask test runs it"]
fn turned_and_worn_labels_are_read() {
    for label in [everyday(), crowded()] {
        let picture = &printed(std::slice::from_ref(&label), stock())[0];
        let turns = std::iter::successors(Some(picture.clone()), |picture| Some(picture.turned()));
        for (quarters, turned) in turns.take(4).enumerate() {
            reads(&turned, &label.code, &format!("{quarters} quarter turns"));
            reads(&turned.specked(400), &label.code, &format!("{quarters} quarter turns, one dot in 400 wrong"));
        }
    }
}

#[test]
fn a_dead_dot_in_the_bars_leaves_the_matrix() {
    let picture = printed(&[everyday()], stock())[0].with_dead_dot(61);
    assert_eq!(picture.matrix().as_deref(), Some("A0000001S"));
    // The control: a reader never makes another code of it.
    assert!(picture.bars().iter().all(|read| read == "A0000001S"));
}

#[test]
fn a_label_without_its_symbols_is_not_read() {
    let mut picture = printed(&[everyday()], stock())[0].clone();
    picture.dots.fill(255);
    assert_eq!((picture.bars(), picture.matrix()), (Vec::new(), None));
}

#[test]
#[ignore = "slow: cargo xtask test runs it"]
fn every_label_of_a_sheet_is_read_in_its_place() {
    for sheet in Sheet::ALL {
        let used = 2;
        let count = sheet.labels();
        let label = |number| Label { code: ContainerCode::compose("S", number).unwrap(), ..everyday() };
        let labels: Vec<Label> = (0..count).map(label).collect();
        // Two places are used up, so two labels go to a second sheet.
        let pictures = Bench::of(&sheet_pdf(&labels, sheet, used).unwrap().pdf).pictures(300);
        assert_eq!(pictures.len(), 2, "{}", sheet.name());
        let mut expected: Vec<String> = labels.iter().map(|label| label.code.to_string()).collect();
        let second = expected.split_off(labels.len() - 2);
        assert_eq!((pictures[0].bars(), pictures[1].bars()), (expected, second), "{}", sheet.name());
    }
}
