//! Wires: lines, curves, tips and forks.

use super::paint::{WIRE, pair, short};
use super::titles::value_title;
use crate::drawing::Drawing;
use crate::escape::xml;
use crate::layout::{Piece, Point};
use crate::style::Direction;
use std::fmt::Write;

/// The size of an arrow's head.
const TIP: (f64, f64) = (7.0, 3.5);
/// The radius of the corners on the way from row to row.
const CORNER: f64 = 5.0;

/// Writes a value's wire.
pub(super) fn write(svg: &mut String, drawing: &Drawing, value: usize) {
    let wire = &drawing.layout.wires[value];
    if wire.pieces.is_empty() {
        return;
    }
    let mut path = String::new();
    let mut at = None;
    for piece in &wire.pieces {
        let (from, to) = piece.ends();
        if at != Some(from) {
            let _ = write!(path, "M{}", pair(from));
        }
        let _ = match piece {
            Piece::Line(..) if from.y == to.y => write!(path, "H{}", short(to.x)),
            Piece::Line(..) => write!(path, "V{}", short(to.y)),
            Piece::Curve(..) => {
                let (x, y) = ((from.x + to.x) / 2.0, (from.y + to.y) / 2.0);
                let (first, second) = match drawing.direction {
                    Direction::Rightwards => (Point { x, ..from }, Point { x, ..to }),
                    Direction::Downwards => (Point { y, ..from }, Point { y, ..to }),
                };
                write!(path, "C{} {} {}", pair(first), pair(second), pair(to))
            }
            Piece::Wrap(points) => {
                rounded(&mut path, points);
                Ok(())
            }
        };
        at = Some(to);
    }
    let _ = write!(
        svg,
        "<g class=\"wire\" data-value=\"{value}\" fill=\"{WIRE}\"><title>{}</title>\
         <path d=\"{path}\" fill=\"none\" stroke=\"{WIRE}\" stroke-width=\"1.5\"/>",
        xml(&value_title(drawing.graph, value))
    );
    for &(tip, _) in &wire.tips {
        let (length, half) = TIP;
        let shape = match drawing.direction {
            Direction::Rightwards => format!("l{} {} v{}", -length, -half, 2.0 * half),
            Direction::Downwards => format!("l{} {} h{}", -half, -length, 2.0 * half),
        };
        let _ = write!(svg, "<path class=\"tip\" d=\"M{} {shape} z\"/>", pair(tip));
    }
    for fork in &wire.forks {
        let _ = write!(
            svg,
            "<circle cx=\"{}\" cy=\"{}\" r=\"3\"/>",
            short(fork.x),
            short(fork.y)
        );
    }
    svg.push_str("</g>\n");
}

/// Writes the way from one row to the next, with rounded corners.
fn rounded(path: &mut String, points: &[Point; 6]) {
    for ends in points.windows(3) {
        let [before, corner, after] = [ends[0], ends[1], ends[2]];
        let toward = |to: Point| {
            let (x, y) = (to.x - corner.x, to.y - corner.y);
            let share = (CORNER / x.hypot(y).max(f64::MIN_POSITIVE)).min(0.5);
            Point {
                x: corner.x + share * x,
                y: corner.y + share * y,
            }
        };
        let (first, last) = (pair(toward(before)), pair(toward(after)));
        let _ = write!(path, "L{first}Q{} {last}", pair(corner));
    }
    let _ = write!(path, "L{}", pair(points[5]));
}
