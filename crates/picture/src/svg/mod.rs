//! A graph as SVG: text that can be selected, colours for light and dark, every digit on hover.
//!
//! The colours of a light page are attributes of what is drawn, which every renderer knows. The
//! style sheet only has those of a dark page and what the mouse does; a renderer that reads none of
//! it draws the light picture.

mod labels;
mod legend;
mod paint;
mod titles;
mod wires;

use crate::drawing::Drawing;
use crate::escape::xml;
use crate::measure::{LARGE, Outline, Text, height};
use crate::model::{Graph, Kind};
use crate::style::Style;
use labels::{At, write_lines};
use legend::Legend;
use paint::{FONTS, INK, PAPER, class, outline, short};
use std::fmt::Write;
use titles::node_title;
pub(crate) use titles::value_title;

const STYLE: &str = include_str!("svg.css");
/// The room of the title above the drawing.
const HEADING: f64 = 30.0;
/// The least width of a picture.
const NARROWEST: f64 = 260.0;

/// Writes the SVG, with room for other texts in the places of cotangents.
pub(crate) fn write(graph: &Graph, style: &Style, other: &[Vec<String>]) -> String {
    let drawing = Drawing::of(graph, style, other);
    let layout = &drawing.layout;
    let title = Text::title(graph.title());
    let (heading, title_width) = match graph.title() {
        "" => (0.0, 0.0),
        _ => (HEADING, title.width() + 32.0),
    };
    let width = layout.width.max(title_width).max(NARROWEST).ceil();
    let legend = Legend::of(&drawing, width);
    let height = (heading + layout.height + legend.height()).ceil();
    let mut svg = String::new();
    let _ = write!(
        svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"tape-picture\" \
         width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" role=\"img\" \
         aria-label=\"{}\" font-family=\"{FONTS}\" text-anchor=\"middle\" fill=\"{INK}\">\n\
         <style>\n{STYLE}</style>\n\
         <rect class=\"paper\" fill=\"{PAPER}\" width=\"{width}\" height=\"{height}\" rx=\"8\"/>\n",
        xml(&described(graph)),
    );
    if heading > 0.0 {
        let _ = writeln!(
            svg,
            "<text class=\"heading\" x=\"16\" y=\"25\" font-size=\"{LARGE}\" font-weight=\"600\" \
             text-anchor=\"start\">{}</text>",
            xml(&title.text)
        );
    }
    // What is left of the room stands on both sides.
    let left = short((width - layout.width) / 2.0);
    let _ = writeln!(svg, "<g transform=\"translate({left} {heading})\">");
    for value in 0..graph.values().len() {
        wires::write(&mut svg, &drawing, value);
    }
    for node in (0..graph.nodes().len()).filter(|&node| drawing.shown[node]) {
        write_node(&mut svg, &drawing, node);
    }
    for value in 0..graph.values().len() {
        labels::write(&mut svg, &drawing, value);
    }
    svg.push_str("</g>\n");
    legend.write(&mut svg, heading + layout.height);
    svg.push_str("</svg>\n");
    svg
}

fn described(graph: &Graph) -> String {
    let title = match graph.title() {
        "" => "Computational graph",
        title => title,
    };
    format!(
        "{title}: {} nodes, {} values",
        graph.nodes().len(),
        graph.values().len()
    )
}

fn write_node(svg: &mut String, drawing: &Drawing, node: usize) {
    let (face, rect) = (&drawing.faces[node], &drawing.layout.blocks[node]);
    let spec = &drawing.graph.nodes()[node];
    let class = class(&spec.kind);
    let _ = write!(
        svg,
        "<g class=\"node {class}\" data-node=\"{node}\"><title>{}</title>",
        xml(&node_title(drawing.graph, spec))
    );
    let (center, paint) = (rect.center(), outline(class));
    let _ = match face.outline {
        Outline::Circle => write!(
            svg,
            "<circle cx=\"{}\" cy=\"{}\" r=\"{}\" {paint}/>",
            short(center.x),
            short(center.y),
            short(rect.width / 2.0)
        ),
        Outline::Rounded => {
            let radius = match spec.kind {
                Kind::Operation(_) => 14,
                _ => 6,
            };
            write!(
                svg,
                "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"{radius}\" {paint}/>",
                short(rect.x),
                short(rect.y),
                short(rect.width),
                short(rect.height)
            )
        }
    };
    let top = center.y - height(&face.lines) / 2.0;
    write_lines(svg, &face.lines, "name", At::Middle(center.x), top);
    svg.push_str("</g>\n");
}
