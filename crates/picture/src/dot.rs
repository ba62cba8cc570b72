//! A graph in the DOT language of Graphviz.

use crate::escape::{dot, xml};
use crate::measure::Label;
use crate::model::{Graph, Kind};
use crate::svg::value_title;
use std::fmt::Write;

/// The colour of cotangents, that of the SVG on white.
const BACK: &str = "#b93815";

/// Writes the graph. A value with several uses goes to a point, from which its uses branch.
pub(crate) fn write(graph: &Graph) -> String {
    let results = graph.results();
    let mut text = String::new();
    let _ = writeln!(
        text,
        "digraph \"{title}\" {{\n  \
         graph [rankdir=LR, label=\"{title}\", labelloc=t, fontname=\"Helvetica\"];\n  \
         node [fontname=\"Helvetica\", style=filled];\n  edge [fontname=\"Helvetica\"];",
        title = dot(graph.title()),
    );
    for (index, node) in graph.nodes().iter().enumerate() {
        let (shape, fill) = match node.kind {
            Kind::Leaf { .. } => ("box", "#e6f6ee"),
            Kind::Constant => ("plaintext", "#ffffff"),
            Kind::Operation(_) => ("ellipse", "#eaf0ff"),
            Kind::Folded(_) => ("box3d", "#f3edfd"),
            Kind::Output { .. } => ("box", "#fff4de"),
        };
        let caption = dot(&graph.caption(index, &results));
        let _ = writeln!(
            text,
            "  n{index} [label=\"{caption}\", shape={shape}, fillcolor=\"{fill}\"];"
        );
    }
    let uses = uses(graph);
    for (value, uses) in uses.iter().enumerate() {
        let producer = graph.values()[value].producer();
        let _ = write!(text, "  n{producer} -> ");
        let title = dot(&value_title(graph, value));
        let attributes = format!("{}tooltip=\"{title}\"", label(graph, value));
        let _ = match uses.as_slice() {
            [user] => writeln!(text, "n{user} [{attributes}];"),
            [] => writeln!(
                text,
                "v{value} [{attributes}, arrowhead=none];\n  v{value} [style=invis];"
            ),
            _ => {
                let _ = writeln!(
                    text,
                    "v{value} [{attributes}, arrowhead=none];\n  v{value} [shape=point];"
                );
                uses.iter()
                    .try_for_each(|user| writeln!(text, "  v{value} -> n{user};"))
            }
        };
    }
    text.push_str("}\n");
    text
}

/// For each value the nodes that use it, once for each use.
pub(crate) fn uses(graph: &Graph) -> Vec<Vec<usize>> {
    let mut uses = vec![Vec::new(); graph.values().len()];
    for (index, node) in graph.nodes().iter().enumerate() {
        node.operands()
            .iter()
            .for_each(|operand| uses[operand.value.0].push(index));
    }
    uses
}

/// The numbers of a value as an attribute with one of Graphviz's HTML-like labels, which must not
/// be empty.
fn label(graph: &Graph, value: usize) -> String {
    let Label { above, below, .. } = Label::of(graph, value, &[]);
    let above = above.iter().map(|line| xml(&line.text));
    let below = below
        .iter()
        .map(|line| format!("<font color=\"{BACK}\">{}</font>", xml(&line.text)));
    let lines = above.chain(below).collect::<Vec<_>>();
    if lines.is_empty() {
        String::new()
    } else {
        format!("label=<{}>, ", lines.join("<br/>"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    #[test]
    fn numbers_stand_on_their_edges() {
        let text = write(&samples::shopping());
        assert!(text.contains("n0 [label=\"apples\", shape=box"));
        assert!(
            text.contains("n1 -> n5 [label=<100<br/><font color=\"#b93815\">2.2</font>>"),
            "{text}"
        );
        assert!(
            text.contains("n8 -> n9 [label=<715<br/><font color=\"#b93815\">1</font>>"),
            "{text}"
        );
    }

    #[test]
    fn fan_out_goes_through_a_point() {
        let text = write(&samples::fan_out());
        assert_eq!(text.matches("v0 -> n").count(), 4);
        assert!(text.contains("n0 -> v0 [label=<0.5<br/>"));
    }

    #[test]
    fn names_cannot_break_out() {
        let mut graph = Graph::new("a \"title\"");
        let x = graph.leaf("\"]; x -> y\\", 1.0);
        graph.output("<b>", x);
        let text = write(&graph);
        assert!(text.contains(r#"digraph "a \"title\"""#));
        assert!(
            text.contains(r#"n0 [label="\"]; x -> y\\", shape"#),
            "{text}"
        );
    }
}
