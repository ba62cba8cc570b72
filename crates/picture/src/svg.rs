//! A graph as SVG: text that can be selected, colours for light and dark, every digit on hover.
//!
//! The colours of a light page are attributes of what is drawn, which every renderer knows. The
//! style sheet only has those of a dark page and what the mouse does; a renderer that reads none of
//! it draws the light picture.

use crate::drawing::Drawing;
use crate::escape::xml;
use crate::formula;
use crate::layout::{Piece, Point, Rect, Wire};
use crate::measure::{LARGE, Label, OFF_WIRE, Outline, RETURN, SMALL, Text};
use crate::model::{Graph, Kind, Node};
use crate::numbers;
use std::fmt::Write;

const STYLE: &str = include_str!("svg.css");
const FONTS: &str =
    "'Helvetica Neue', Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif";
const PAPER: &str = "#ffffff";
const INK: &str = "#1c2330";
const FAINT: &str = "#5b6577";
const WIRE: &str = "#7b8597";
const BACK: &str = "#b93815";
/// The room of the title above and the key below the drawing.
const HEADING: f64 = 30.0;
const KEY: f64 = 26.0;
/// The size of an arrow's head.
const TIP: (f64, f64) = (7.0, 3.5);

/// Writes the SVG.
pub(crate) fn write(graph: &Graph) -> String {
    let drawing = Drawing::of(graph);
    let layout = &drawing.layout;
    let heading = if graph.title().is_empty() {
        0.0
    } else {
        HEADING
    };
    let title = Text {
        text: graph.title().to_owned(),
        size: LARGE,
    };
    let width = layout
        .width
        .max(if heading > 0.0 {
            title.width() + 32.0
        } else {
            0.0
        })
        .max(220.0);
    let height = layout.height + heading + KEY;
    let mut svg = String::new();
    let _ = write!(
        svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"tape-picture\" \
         width=\"{w}\" height=\"{h}\" viewBox=\"0 0 {w} {h}\" role=\"img\" aria-label=\"{}\" \
         font-family=\"{FONTS}\" text-anchor=\"middle\" fill=\"{INK}\">\n\
         <style>\n{STYLE}</style>\n\
         <rect class=\"paper\" fill=\"{PAPER}\" width=\"{w}\" height=\"{h}\" rx=\"8\"/>\n",
        xml(&described(graph)),
        w = width.ceil(),
        h = height.ceil(),
    );
    if heading > 0.0 {
        let _ = writeln!(
            svg,
            "<text class=\"heading\" x=\"16\" y=\"25\" font-size=\"{LARGE}\" font-weight=\"600\" \
             text-anchor=\"start\">{}</text>",
            xml(graph.title())
        );
    }
    let _ = writeln!(svg, "<g transform=\"translate(0 {heading})\">");
    for (value, wire) in layout.wires.iter().enumerate() {
        write_wire(&mut svg, graph, value, wire);
    }
    for node in 0..graph.nodes().len() {
        write_node(&mut svg, &drawing, node);
    }
    for (value, label) in drawing.labels.iter().enumerate() {
        write_label(
            &mut svg,
            graph,
            value,
            label,
            &layout.labels[value],
            &layout.wires[value],
        );
    }
    svg.push_str("</g>\n");
    write_key(&mut svg, graph, height - 12.0);
    svg.push_str("</svg>\n");
    svg
}

fn described(graph: &Graph) -> String {
    let title = if graph.title().is_empty() {
        "Computational graph"
    } else {
        graph.title()
    };
    format!(
        "{title}: {} nodes, {} values",
        graph.nodes().len(),
        graph.values().len()
    )
}

fn write_wire(svg: &mut String, graph: &Graph, value: usize, wire: &Wire) {
    let mut path = String::new();
    let mut at = None;
    for piece in &wire.pieces {
        let (from, to) = match *piece {
            Piece::Line(from, to) | Piece::Curve(from, to) => (from, to),
        };
        if at != Some(from) {
            let _ = write!(path, "M{}", pair(from));
        }
        let _ = match piece {
            Piece::Line(..) => write!(path, "H{}", short(to.x)),
            Piece::Curve(..) => {
                let middle = short((from.x + to.x) / 2.0);
                write!(
                    path,
                    "C{middle} {} {middle} {} {}",
                    short(from.y),
                    short(to.y),
                    pair(to)
                )
            }
        };
        at = Some(to);
    }
    let _ = write!(
        svg,
        "<g class=\"wire\" data-value=\"{value}\" fill=\"{WIRE}\"><title>{}</title>\
         <path d=\"{path}\" fill=\"none\" stroke=\"{WIRE}\" stroke-width=\"1.5\"/>",
        xml(&value_title(graph, value))
    );
    for &(Point { x, y }, _) in &wire.tips {
        let (length, half) = TIP;
        let _ = write!(
            svg,
            "<path class=\"tip\" d=\"M{} l{} {} v{} z\"/>",
            pair(Point { x, y }),
            -length,
            -half,
            2.0 * half
        );
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

fn write_node(svg: &mut String, drawing: &Drawing, node: usize) {
    let (graph, face, rect) = (
        drawing.graph,
        &drawing.faces[node],
        &drawing.layout.blocks[node],
    );
    let spec = &graph.nodes()[node];
    let _ = write!(
        svg,
        "<g class=\"node {}\" data-node=\"{node}\"><title>{}</title>",
        class(&spec.kind),
        xml(&node_title(graph, spec))
    );
    let (center, paint) = (rect.center(), paint(&spec.kind));
    let _ = match face.outline {
        Outline::Circle => write!(
            svg,
            "<circle cx=\"{}\" cy=\"{}\" r=\"{}\" {paint}/>",
            short(center.x),
            short(center.y),
            short(rect.width / 2.0)
        ),
        Outline::Rounded => {
            let radius = if matches!(spec.kind, Kind::Operation(_)) {
                14.0
            } else {
                6.0
            };
            write!(
                svg,
                "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"{radius}\" \
                 {paint}/>",
                short(rect.x),
                short(rect.y),
                short(rect.width),
                short(rect.height)
            )
        }
    };
    let height: f64 = face.lines.iter().map(Text::height).sum();
    write_lines(svg, &face.lines, "name", center.x, center.y - height / 2.0);
    svg.push_str("</g>\n");
}

fn write_label(
    svg: &mut String,
    graph: &Graph,
    value: usize,
    label: &Label,
    room: &Rect,
    wire: &Wire,
) {
    let Some((start, length)) = wire.stem else {
        return;
    };
    if label.above.is_empty() && label.below.is_empty() {
        return;
    }
    let _ = write!(
        svg,
        "<g class=\"value\" data-value=\"{value}\"><title>{}</title>\
         <rect class=\"room\" fill=\"none\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"/>",
        xml(&value_title(graph, value)),
        short(room.x),
        short(room.y),
        short(room.width),
        short(room.height),
    );
    let middle = room.x + room.width / 2.0;
    write_lines(svg, &label.above, "forward", middle, room.y);
    if !label.below.is_empty() {
        let y = start.y + OFF_WIRE;
        let (left, right) = (start.x + 3.0, start.x + length - 3.0);
        let _ = write!(
            svg,
            "<path class=\"return\" d=\"M{} {y} H{}\" fill=\"none\" stroke=\"{BACK}\" \
             stroke-width=\"1.2\"/>\
             <path class=\"return-tip\" d=\"M{} {y} l6 -3 v6 z\" fill=\"{BACK}\"/>",
            short(right),
            short(left + 5.0),
            short(left),
            y = short(y),
        );
        write_lines(svg, &label.below, "cotangent", middle, start.y + RETURN);
    }
    svg.push_str("</g>\n");
}

/// Writes lines of text below one another from `top` on.
fn write_lines(svg: &mut String, lines: &[Text], class: &str, x: f64, mut top: f64) {
    for line in lines {
        // The baseline stands where digits and capitals, about 0.72 of the size high, look centred
        // in the line.
        let baseline = top + line.height() / 2.0 + line.size * 0.36;
        let minor = if line.size < LARGE { " minor" } else { "" };
        let fill = match (class, minor) {
            ("cotangent", _) => BACK,
            (_, "") => INK,
            _ => FAINT,
        };
        let _ = write!(
            svg,
            "<text class=\"{class}{minor}\" x=\"{}\" y=\"{}\" font-size=\"{}\" fill=\"{fill}\">\
             {}</text>",
            short(x),
            short(baseline),
            line.size,
            xml(&line.text),
        );
        top += line.height();
    }
}

fn write_key(svg: &mut String, graph: &Graph, y: f64) {
    let back = graph.values().iter().any(|value| value.cotangent.is_some());
    let _ = write!(
        svg,
        "<text class=\"key\" x=\"16\" y=\"{y}\" font-size=\"{SMALL}\" text-anchor=\"start\" \
         fill=\"{FAINT}\">above → value"
    );
    if back {
        let _ = write!(
            svg,
            "<tspan class=\"back\" dx=\"14\" fill=\"{BACK}\">below ← cotangent</tspan>"
        );
    }
    svg.push_str("</text>\n");
}

fn class(kind: &Kind) -> &'static str {
    match kind {
        Kind::Leaf { .. } => "leaf",
        Kind::Constant => "constant",
        Kind::Operation(_) => "operation",
        Kind::Folded(_) => "folded",
        Kind::Output { .. } => "output",
    }
}

/// The colours of a node's outline.
fn paint(kind: &Kind) -> String {
    let (fill, stroke) = match kind {
        Kind::Leaf { .. } => ("#e6f6ee", "#2b8a5e"),
        Kind::Constant => ("none", FAINT),
        Kind::Operation(_) => ("#eaf0ff", "#4766b5"),
        Kind::Folded(_) => ("#f3edfd", "#7a52c7"),
        Kind::Output { .. } => ("#fff4de", "#b7791f"),
    };
    let dashes = match kind {
        Kind::Constant => " stroke-dasharray=\"3 3\"",
        _ => "",
    };
    format!("fill=\"{fill}\" stroke=\"{stroke}\" stroke-width=\"1.5\"{dashes}")
}

/// All that is known of a value: every digit, and where it was computed.
pub(crate) fn value_title(graph: &Graph, value: usize) -> String {
    let value = &graph.values()[value];
    let producer = &graph.nodes()[value.producer()];
    let mut title = match &producer.kind {
        Kind::Leaf { name } if !name.is_empty() => format!("{name}\n"),
        Kind::Operation(id) => {
            let name = format!("{}\n", value.name);
            let op = &graph.operations()[id.0].name;
            format!("{}result of {op}\n", name.trim_start())
        }
        _ => String::new(),
    };
    let _ = write!(title, "value {}", numbers::complete(&value.forward));
    if let Some(cotangent) = &value.cotangent {
        let _ = write!(title, "\ncotangent {}", numbers::complete(cotangent));
    }
    title + &source(producer)
}

fn node_title(graph: &Graph, node: &Node) -> String {
    let mut title = match &node.kind {
        Kind::Leaf { name } => format!("leaf {name}").trim_end().to_owned(),
        Kind::Output { name } => format!("output {name}").trim_end().to_owned(),
        Kind::Constant => "constant".to_owned(),
        Kind::Operation(id) => formula::summary(&graph.operations()[id.0]),
        Kind::Folded(folded) => {
            let mut title = format!("{}: {} nodes", folded.name, folded.nodes);
            folded
                .counts
                .iter()
                .for_each(|(symbol, count)| title += &format!("\n{symbol} {count}"));
            title
        }
    };
    if !graph.scope_of(node).is_empty() && !matches!(node.kind, Kind::Folded(_)) {
        let _ = write!(title, "\nin {}", graph.scope_of(node));
    }
    title + &source(node)
}

fn source(node: &Node) -> String {
    node.source.as_ref().map_or_else(String::new, |source| {
        format!("\n{}:{}", source.file, source.line)
    })
}

fn pair(point: Point) -> String {
    format!("{} {}", short(point.x), short(point.y))
}

/// A coordinate to a tenth of a pixel.
fn short(coordinate: f64) -> String {
    let text = format!("{coordinate:.1}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}
