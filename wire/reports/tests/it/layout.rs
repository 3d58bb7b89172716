//! Nothing leaves the label, nothing stands on the symbols.

use crate::sample::{crowded, everyday};
use kernel::Realm;
use reports::{Face, Label, Mark, Ruler, Sheet, Stock, code128, lay_out};
use workflow::Priority;

/// Wide letters, so that little fits.
struct Wide;

impl Ruler for Wide {
    fn width(&self, text: &str, _: Face) -> u32 {
        u32::try_from(text.chars().count()).unwrap() * 700
    }
    fn ellipsis(&self) -> &'static str {
        "…"
    }
}

/// Left, upper, right and lower edge.
fn edges(mark: &Mark, label: &Label) -> [u32; 4] {
    match mark {
        Mark::Text { x, y, height, text, face, .. } => [*x, *y, x + Wide.dots(text, *face, *height), y + height],
        // With the quiet zones.
        Mark::Bars { x, y, module, height } => {
            let quiet = code128::QUIET_MODULES * module;
            [x.checked_sub(quiet).unwrap(), *y, x + code128::modules(&label.code) * module + quiet, y + height]
        }
        Mark::Matrix { x, y, module } => [x - module, y - module, x + 15 * module, y + 15 * module],
        Mark::Block { x, y, width, height } => [*x, *y, x + width, y + height],
        Mark::Tick { x, y, width } => [*x, *y, x + width, y + 2 * width],
    }
}

fn labels() -> Vec<Label> {
    let realms = Realm::ALL.map(|realm| Label { realm, ..everyday() });
    let priorities = Priority::ALL.map(|priority| Label { priority, ..crowded() });
    let nothing = Label { tests: Vec::new(), container: String::new(), volume: String::new(), birth: None, ..everyday() };
    realms.into_iter().chain(priorities).chain([nothing]).collect()
}

fn stocks() -> impl Iterator<Item = &'static Stock> {
    Stock::ALL.iter().chain(Sheet::ALL.iter().map(Sheet::stock))
}

#[test]
fn every_mark_lies_on_the_label() {
    for stock in stocks() {
        for label in labels() {
            for mark in lay_out(&label, stock, &Wide) {
                let [_, _, right, lower] = edges(&mark, &label);
                assert!(right <= stock.width_dots() && lower <= stock.height_dots(), "{} {mark:?}", stock.name());
            }
        }
    }
}

#[test]
fn no_mark_touches_another_and_quiet_zones_stay_quiet() {
    let apart = |one: [u32; 4], other: [u32; 4]| one[2] <= other[0] || other[2] <= one[0] || one[3] <= other[1] || other[3] <= one[1];
    for stock in stocks() {
        for label in labels() {
            let marks = lay_out(&label, stock, &Wide);
            for (place, one) in marks.iter().enumerate() {
                for other in &marks[place + 1..] {
                    // White words stand on their block.
                    let on_block = matches!((one, other), (Mark::Block { .. }, Mark::Text { white: true, .. }));
                    let fine = on_block || apart(edges(one, &label), edges(other, &label));
                    assert!(fine, "{}: {one:?} and {other:?}", stock.name());
                }
            }
        }
    }
}

#[test]
fn the_name_is_as_high_as_the_bars_unless_it_is_long() {
    for stock in stocks() {
        let marks = lay_out(&Label { name: kernel::PersonName::new("Ng", "Al").unwrap(), ..everyday() }, stock, &Wide);
        let bars = marks.iter().find_map(|mark| if let Mark::Bars { height, .. } = mark { Some(*height) } else { None }).unwrap();
        let name = marks.iter().find_map(|mark| match mark {
            Mark::Text { height, text, .. } if text == "Ng, Al" => Some(*height),
            _ => None,
        });
        let (name, bars) = (name.unwrap(), bars);
        assert!(name * 10 >= bars * 9 && name * 9 <= bars * 10, "{}: {name} and {bars}", stock.name());
    }
}

#[test]
fn a_name_too_long_is_cut_with_an_ellipsis_and_each_part_has_its_line() {
    let marks = lay_out(&crowded(), Stock::find("50x25-203").unwrap(), &Wide);
    let lines: Vec<&str> =
        marks.iter().filter_map(|mark| if let Mark::Text { text, .. } = mark { Some(text.as_str()) } else { None }).collect();
    assert!(lines[0].starts_with("Wolfeschle") && lines[0].ends_with('…'), "{lines:?}");
    assert!(lines[1].starts_with("Maximilian") && lines[1].ends_with('…'), "{lines:?}");
}
