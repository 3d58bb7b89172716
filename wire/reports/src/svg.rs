//! Labels as pictures for pages (SVG 1.1): what a person sees before printing, and what a browser prints where no PDF is wanted.
//!
//! The same marks in the same places. Letters are the browser's: they are measured like those of a label printer, too wide rather than too
//! narrow, and drawn a little lower than their line, so that any sans-serif font stays in its place.

use crate::code128;
use crate::fit::Face;
use crate::label::Label;
use crate::layout::{Mark, lay_out};
use crate::matrix;
use crate::stock::Stock;
use crate::zpl::BuiltInFont;
use std::fmt::Write;

/// The label as an SVG element that says its own size in millimetres. Its units are the stock's dots. Nothing if its code fits no Data Matrix,
/// which no container code does.
pub fn svg(label: &Label, stock: &Stock) -> Option<String> {
    let ((wide, high), (width, height)) = (stock.micrometres(), (stock.width_dots(), stock.height_dots()));
    let mut picture = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{}mm\" height=\"{}mm\" viewBox=\"0 0 {width} {height}\" role=\"img\">",
        millimetres(wide),
        millimetres(high)
    );
    write!(picture, "<title>{}</title>", escaped(&format!("Label {}", label.code))).ok()?;
    // Bars keep their edges, however large the screen's dots are.
    let (mut outline, mut texts) = (String::new(), String::new());
    for mark in lay_out(label, stock, &BuiltInFont) {
        match &mark {
            Mark::Text { .. } => text(&mut texts, &mark, width)?,
            Mark::Bars { x, y, module, height } => {
                for bar in code128::bars(&label.code) {
                    area(&mut outline, (x + bar.at * module, *y), (bar.width * module, *height))?;
                }
            }
            Mark::Matrix { x, y, module } => {
                for run in matrix::runs(&label.code)? {
                    area(&mut outline, (x + run.column * module, y + run.row * module), (run.length * module, *module))?;
                }
            }
            Mark::Block { x, y, width, height } => area(&mut outline, (*x, *y), (*width, *height))?,
            Mark::Tick { x, y, width } => write!(outline, "M{x} {}l{width} -{width}v{}z", y + width, 2 * width).ok()?,
        }
    }
    write!(picture, "<path d=\"{outline}\" shape-rendering=\"crispEdges\"/>{texts}</svg>").ok()?;
    Some(picture)
}

/// Whole micrometres as millimetres.
fn millimetres(micrometres: u32) -> String {
    format!("{}.{:03}", micrometres / 1000, micrometres % 1000)
}

fn area(outline: &mut String, (x, y): (u32, u32), (width, height): (u32, u32)) -> Option<()> {
    write!(outline, "M{x} {y}h{width}v{height}h-{width}z").ok()
}

/// An element of its own for each line, which cuts off what climbs out of it.
fn text(into: &mut String, mark: &Mark, right: u32) -> Option<()> {
    let Mark::Text { x, y, height, face, text, white } = mark else { return Some(()) };
    let (top, letters, family) = (y.saturating_sub(height * 22 / 100), height * 88 / 100, family(*face));
    let weight = if *face == Face::Plain { "" } else { " font-weight=\"bold\"" };
    let fill = if *white { " fill=\"#fff\"" } else { "" };
    write!(
        into,
        "<svg x=\"{x}\" y=\"{top}\" width=\"{}\" height=\"{}\"><text y=\"{}\" font-family=\"{family}\" font-size=\"{letters}\"{weight}{fill}>{}</text></svg>",
        right.saturating_sub(*x),
        height * 127 / 100,
        y + height * 80 / 100 - top,
        escaped(text)
    )
    .ok()
}

const fn family(face: Face) -> &'static str {
    match face {
        Face::Plain | Face::Bold => {
            "'DejaVu Sans Condensed', 'Arial Narrow', 'Liberation Sans Narrow', 'Helvetica Neue', Arial, sans-serif"
        }
        Face::Code => "'DejaVu Sans Mono', Consolas, 'Liberation Mono', monospace",
    }
}

/// Text as XML, whatever it says. Characters XML does not have were replaced when the text was fitted.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_is_letters() {
        assert_eq!(escaped("<b> & \"x\""), "&lt;b&gt; &amp; &quot;x&quot;");
        assert_eq!(millimetres(63_500), "63.500");
    }
}
