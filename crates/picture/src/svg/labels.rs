//! Labels: the numbers beside a wire, and the arrow that leads back.

use super::paint::{BACK, BROKEN, FAINT, INK, short};
use super::titles::value_title;
use crate::drawing::Drawing;
use crate::escape::xml;
use crate::layout::Point;
use crate::measure::{LARGE, OFF_WIRE, RETURN, RETURN_ASIDE, Text, height};
use crate::style::Direction;
use std::fmt::Write;

/// Where lines of text stand: to the right of `x`, to the left of it, or around it.
#[derive(Clone, Copy)]
pub(super) enum At {
    Start(f64),
    Middle(f64),
    End(f64),
}

/// Writes a value's numbers.
pub(super) fn write(svg: &mut String, drawing: &Drawing, value: usize) {
    let (label, room) = (&drawing.labels[value], &drawing.layout.labels[value]);
    let Some((start, length)) = drawing.layout.wires[value].stem else {
        return;
    };
    if label.above.is_empty() && label.below.is_empty() {
        return;
    }
    let _ = write!(
        svg,
        "<g class=\"value\" data-value=\"{value}\"><title>{}</title>\
         <rect class=\"room\" fill=\"none\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/>",
        xml(&value_title(drawing.graph, value)),
        short(room.x),
        short(room.y),
        short(room.width),
        short(room.height),
    );
    let center = room.center();
    let (above, below) = match drawing.direction {
        Direction::Rightwards => {
            let at = At::Middle(center.x);
            ((at, room.y), (at, start.y + RETURN))
        }
        Direction::Downwards => (
            (
                At::End(start.x - OFF_WIRE),
                center.y - height(&label.above) / 2.0,
            ),
            (
                At::Start(start.x + RETURN_ASIDE),
                center.y - height(&label.below) / 2.0,
            ),
        ),
    };
    write_lines(svg, &label.above, "forward", above.0, above.1);
    if !label.below.is_empty() {
        write_return(svg, drawing.direction, start, length);
        write_lines(svg, &label.below, "cotangent", below.0, below.1);
    }
    svg.push_str("</g>\n");
}

/// Writes the arrow that leads back beside a wire's stem.
fn write_return(svg: &mut String, direction: Direction, start: Point, length: f64) {
    let (line, tip) = match direction {
        Direction::Rightwards => {
            let (left, right) = (start.x + 3.0, start.x + length - 3.0);
            let y = short(start.y + OFF_WIRE);
            (
                format!("M{} {y} H{}", short(right), short(left + 5.0)),
                format!("M{} {y} l6 -3 v6 z", short(left)),
            )
        }
        Direction::Downwards => {
            let (top, bottom) = (start.y + 3.0, start.y + length - 3.0);
            let x = short(start.x + OFF_WIRE);
            (
                format!("M{x} {} V{}", short(bottom), short(top + 5.0)),
                format!("M{x} {} l-3 6 h6 z", short(top)),
            )
        }
    };
    let _ = write!(
        svg,
        "<path class=\"return\" d=\"{line}\" fill=\"none\" stroke=\"{BACK}\" stroke-width=\"1.2\"/>\
         <path class=\"return-tip\" d=\"{tip}\" fill=\"{BACK}\"/>"
    );
}

/// Writes lines of text below one another from `top` on.
pub(super) fn write_lines(svg: &mut String, lines: &[Text], class: &str, at: At, mut top: f64) {
    for line in lines {
        // The baseline stands where digits and capitals, about 0.72 of the size high, look centred
        // in the line.
        let baseline = top + line.height() / 2.0 + line.size * 0.36;
        let minor = if line.size < LARGE { " minor" } else { "" };
        let (x, anchor, left) = match at {
            At::Start(x) => (x, " text-anchor=\"start\"", x),
            At::Middle(x) => (x, "", x - line.width() / 2.0),
            At::End(x) => (x, " text-anchor=\"end\"", x - line.width()),
        };
        let fill = match (class, minor) {
            _ if line.broken => BROKEN.0,
            ("cotangent", _) => BACK,
            (_, "") => INK,
            _ => FAINT,
        };
        let broken = if line.broken { " broken" } else { "" };
        if line.broken {
            let _ = write!(
                svg,
                "<rect class=\"{class} mark\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" \
                 rx=\"3\" fill=\"{}\" stroke=\"{}\" stroke-width=\"1\"/>",
                short(left),
                short(top),
                short(line.width()),
                short(line.height()),
                BROKEN.1,
                BROKEN.0,
            );
        }
        let _ = write!(
            svg,
            "<text class=\"{class}{minor}{broken}\" x=\"{}\" y=\"{}\" font-size=\"{}\"{anchor} \
             fill=\"{fill}\">{}</text>",
            short(x),
            short(baseline),
            line.size,
            xml(&line.text),
        );
        top += line.height();
    }
}
