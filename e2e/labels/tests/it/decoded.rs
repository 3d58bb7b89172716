//! Both symbols of every kind of label say the container's code, also where the print is worn.

use crate::bench::{Bench, Picture};
use crate::sample::{crowded, everyday, kinds, stock};
use kernel::ContainerCode;
use print::{pdf, sheet_pdf};
use reports::{Label, Resolution, Sheet, Stock};

fn reads(picture: &Picture, code: &ContainerCode, what: &str) {
    assert_eq!(picture.bars(), [code.as_str()], "Code 128, {what}");
    assert_eq!(picture.matrix().as_deref(), Some(code.as_str()), "Data Matrix, {what}");
}

fn printed(labels: &[Label], stock: &Stock) -> Vec<Picture> {
    let dpi = match stock.resolution() {
        Resolution::Dpi203 => 203,
        Resolution::Dpi300 => 300,
    };
    let pictures = Bench::of(&pdf(labels, stock).unwrap().pdf).pictures(dpi);
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
