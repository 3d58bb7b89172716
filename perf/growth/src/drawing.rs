//! The curves as a picture: both axes in powers of ten, a line for each read, readable on a light and on a dark page.

use crate::probes::Probe;
use crate::report::{Measured, p99};
use std::fmt::Write;

const WIDTH: f64 = 930.0;
const HEIGHT: f64 = 520.0;
const LEFT: f64 = 70.0;
const RIGHT: f64 = 640.0;
const TOP: f64 = 50.0;
const BOTTOM: f64 = 450.0;
/// Between two names at the right.
const NAME_HEIGHT: f64 = 20.0;
/// Of middle brightness, so that they stand out from white and from black.
const COLOURS: [&str; 10] = ["#3b82c4", "#d9772b", "#3f9b57", "#c2504f", "#8b6fc0", "#94705f", "#cc6aa8", "#7f7f7f", "#a3a032", "#2fa5b3"];

struct Line {
    name: String,
    /// Results and milliseconds.
    points: Vec<(f64, f64)>,
}

/// Powers of ten around what is drawn.
struct Axis {
    least: i32,
    most: i32,
    from: f64,
    to: f64,
}

impl Axis {
    fn around(values: impl Iterator<Item = f64>, from: f64, to: f64) -> Option<Self> {
        let powers: Vec<f64> = values.filter(|value| *value > 0.0).map(f64::log10).collect();
        let least = powers.iter().copied().reduce(f64::min)?.floor() as i32;
        let most = powers.iter().copied().reduce(f64::max)?.ceil() as i32;
        Some(Self { least, most: most.max(least + 1), from, to })
    }

    fn place(&self, value: f64) -> f64 {
        let part = (value.log10() - f64::from(self.least)) / f64::from(self.most - self.least);
        self.from + part * (self.to - self.from)
    }

    fn marks(&self) -> impl Iterator<Item = (i32, f64)> {
        (self.least..=self.most).map(|power| (power, self.place(10_f64.powi(power))))
    }
}

/// The picture as SVG; empty if nothing was measured.
#[must_use]
pub fn svg(engine: &str, all: &[Measured]) -> String {
    let lines = lines(all);
    let points = || lines.iter().flat_map(|line| &line.points);
    let results = Axis::around(points().map(|point| point.0), LEFT, RIGHT);
    let millis = Axis::around(points().map(|point| point.1), BOTTOM, TOP);
    let (Some(results), Some(millis)) = (results, millis) else { return String::new() };
    let mut text = head(engine);
    text += &axes(&results, &millis);
    let names = spread_out(lines.iter().map(|line| line.points.last().map_or(BOTTOM, |point| millis.place(point.1))).collect());
    for ((line, colour), name_at) in lines.iter().zip(COLOURS).zip(names) {
        text += &drawn(line, colour, name_at, &results, &millis);
    }
    text + "</svg>\n"
}

fn lines(all: &[Measured]) -> Vec<Line> {
    let line = |name: &str, value: &dyn Fn(&Measured) -> Option<f64>| Line {
        name: name.to_owned(),
        points: all.iter().filter_map(|measured| Some((measured.results as f64, value(measured)?))).collect(),
    };
    let reads = Probe::ALL.iter().map(|probe| line(probe.name(), &|measured| measured.through(*probe, p99)));
    let clean = line("start to first acknowledgement", &|measured| measured.starts.clean.map(|spread| spread.median));
    let killed = line("the same after kill -9", &|measured| measured.starts.killed.map(|spread| spread.median));
    reads.chain([clean, killed]).filter(|line| !line.points.is_empty()).collect()
}

fn head(engine: &str) -> String {
    format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="Growth on {engine}">
<style>
  text {{ font: 13px sans-serif; fill: #24292f; }}
  .title {{ font-size: 16px; }}
  .grid {{ stroke: #24292f; stroke-opacity: 0.2; }}
  .leader {{ stroke-opacity: 0.5; stroke-dasharray: 2 3; }}
  @media (prefers-color-scheme: dark) {{ text {{ fill: #e6edf3; }} .grid {{ stroke: #e6edf3; }} }}
</style>
<text class="title" x="{LEFT}" y="28">Growth on {engine}: 99th percentile of a read, and the start, by results in the database</text>
"##
    )
}

fn axes(results: &Axis, millis: &Axis) -> String {
    let mut text = String::new();
    // Writing to a String does not fail.
    for (power, at) in results.marks() {
        let _ = writeln!(text, r#"<line class="grid" x1="{at:.1}" y1="{TOP}" x2="{at:.1}" y2="{BOTTOM}"/>"#);
        let _ = writeln!(text, r#"<text x="{at:.1}" y="{:.1}" text-anchor="middle">{}</text>"#, BOTTOM + 20.0, count(power));
    }
    for (power, at) in millis.marks() {
        let _ = writeln!(text, r#"<line class="grid" x1="{LEFT}" y1="{at:.1}" x2="{RIGHT}" y2="{at:.1}"/>"#);
        let _ = writeln!(text, r#"<text x="{:.1}" y="{:.1}" text-anchor="end">{}</text>"#, LEFT - 8.0, at + 4.0, 10_f64.powi(power));
    }
    let (middle, across) = (f64::midpoint(LEFT, RIGHT), f64::midpoint(TOP, BOTTOM));
    let _ = writeln!(text, r#"<text x="{middle}" y="{:.1}" text-anchor="middle">results in the database</text>"#, BOTTOM + 46.0);
    let _ = writeln!(text, r#"<text x="20" y="{across}" text-anchor="middle" transform="rotate(-90 20 {across})">milliseconds</text>"#);
    text
}

/// A power of ten as people say it.
fn count(power: i32) -> String {
    match power {
        6.. => format!("{} million", 10_f64.powi(power - 6)),
        3..6 => format!("{} thousand", 10_f64.powi(power - 3)),
        _ => format!("{}", 10_f64.powi(power)),
    }
}

fn drawn(line: &Line, colour: &str, name_at: f64, results: &Axis, millis: &Axis) -> String {
    let places: Vec<(f64, f64)> = line.points.iter().map(|(x, y)| (results.place(*x), millis.place(*y))).collect();
    let path: Vec<String> = places.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
    let mut text = format!("<polyline fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\" points=\"{}\"/>\n", path.join(" "));
    for (x, y) in &places {
        let _ = writeln!(text, r#"<circle cx="{x:.1}" cy="{y:.1}" r="3.5" fill="{colour}"/>"#);
    }
    let ((x, y), value) = (places.last().copied().unwrap_or_default(), line.points.last().map_or(0.0, |point| point.1));
    let _ = writeln!(text, r#"<line class="leader" stroke="{colour}" x1="{x:.1}" y1="{y:.1}" x2="{:.1}" y2="{name_at:.1}"/>"#, RIGHT + 8.0);
    let _ = writeln!(text, r#"<text x="{:.1}" y="{:.1}">{} · {} ms</text>"#, RIGHT + 12.0, name_at + 4.0, line.name, short(value));
    text
}

fn short(value: f64) -> String {
    if value < 10.0 { format!("{value:.2}") } else { format!("{value:.0}") }
}

/// Names beside the ends of their lines, but none upon another.
fn spread_out(wanted: Vec<f64>) -> Vec<f64> {
    let mut order: Vec<(usize, f64)> = wanted.iter().copied().enumerate().collect();
    order.sort_by(|one, other| one.1.total_cmp(&other.1));
    let mut free_from = f64::MIN;
    for (_, at) in &mut order {
        *at = at.max(free_from);
        free_from = *at + NAME_HEIGHT;
    }
    // What was pushed out below moves up again.
    let mut free_to = BOTTOM;
    for (_, at) in order.iter_mut().rev() {
        *at = at.min(free_to);
        free_to = *at - NAME_HEIGHT;
    }
    order.sort_by_key(|(place, _)| *place);
    order.into_iter().map(|(_, at)| at).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::tests::measured;

    #[test]
    fn names_keep_their_distance_and_their_order() {
        let places = spread_out(vec![440.0, 440.0, 100.0, 445.0]);
        assert_eq!(places, [410.0, 430.0, 100.0, 450.0]);
    }

    #[test]
    fn ten_times_as_many_results_are_as_far_apart_wherever_they_are() {
        let axis = Axis::around([100_000.0, 10_000_000.0].into_iter(), 0.0, 100.0).unwrap();
        assert_eq!([1e5, 1e6, 1e7].map(|value| axis.place(value).round()), [0.0, 50.0, 100.0]);
        assert_eq!(axis.marks().count(), 3);
    }

    #[test]
    fn every_read_and_both_starts_have_a_line_and_a_name() {
        let text = svg("SQLite", &[measured(100_000, 0.1, Some(0.0)), measured(1_000_000, 0.2, Some(0.0))]);
        assert_eq!(text.matches("<polyline").count(), Probe::ALL.len() + 2);
        for words in ["250 results of a patient · 0.20 ms", "results in the database", "milliseconds", "1 million", "prefers-color-scheme"]
        {
            assert!(text.contains(words), "{words}: {text}");
        }
        assert_eq!(svg("SQLite", &[]), "");
    }
}
