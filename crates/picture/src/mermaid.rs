//! A graph as a Mermaid flowchart, which code-hosting pages draw where it stands in a Markdown
//! text.

use crate::dot::uses;
use crate::escape::mermaid;
use crate::measure::Label;
use crate::model::{Graph, Kind};
use std::fmt::Write;

/// The classes' colours, dark text on light fill, so that they are readable on light and on dark
/// pages.
const CLASSES: &str = "  classDef leaf fill:#e6f6ee,stroke:#2b8a5e,color:#1c2330
  classDef constant fill:#ffffff,stroke:#667085,color:#1c2330,stroke-dasharray:3 3
  classDef operation fill:#eaf0ff,stroke:#4766b5,color:#1c2330
  classDef folded fill:#f3edfd,stroke:#7a52c7,color:#1c2330
  classDef output fill:#fff4de,stroke:#b7791f,color:#1c2330
  classDef fork fill:#7b8597,stroke:#7b8597
  classDef loose fill:none,stroke:none
";

/// Writes the flowchart, without the fence around it and without the title, for which Mermaid keeps
/// no room. A value with several uses goes to a dot, from which its uses branch; cotangents are
/// marked by an arrow back, since a flowchart's labels have one colour.
pub(crate) fn write(graph: &Graph) -> String {
    let results = graph.results();
    let mut text = "flowchart LR\n".to_owned();
    for (index, node) in graph.nodes().iter().enumerate() {
        let (open, close, class) = match node.kind {
            Kind::Leaf { .. } => ("[", "]", "leaf"),
            Kind::Constant => ("[", "]", "constant"),
            Kind::Operation(_) => ("((", "))", "operation"),
            Kind::Folded(_) => ("[[", "]]", "folded"),
            Kind::Output { .. } => ("([", "])", "output"),
        };
        let caption = mermaid(&graph.caption(index, &results));
        let _ = writeln!(text, "  n{index}{open}\"{caption}\"{close}:::{class}");
    }
    for (value, uses) in uses(graph).iter().enumerate() {
        let producer = graph.values()[value].producer();
        let label = label(graph, value);
        let _ = match uses.as_slice() {
            [user] => writeln!(text, "  n{producer} -->{label} n{user}"),
            [] => writeln!(
                text,
                "  v{value}[\" \"]:::loose\n  n{producer} ---{label} v{value}"
            ),
            _ => {
                let _ = writeln!(
                    text,
                    "  v{value}((\" \")):::fork\n  n{producer} ---{label} v{value}"
                );
                uses.iter()
                    .try_for_each(|user| writeln!(text, "  v{value} --> n{user}"))
            }
        };
    }
    text.push_str(CLASSES);
    text
}

/// The numbers of a value between the bars of an edge's label, or nothing for a value without any.
fn label(graph: &Graph, value: usize) -> String {
    let Label { above, below, .. } = Label::of(graph, value, &[]);
    let above = above.iter().map(|line| mermaid(&line.text));
    let below = below
        .iter()
        .map(|line| format!("← {}", mermaid(&line.text)));
    let lines: Vec<_> = above.chain(below).collect();
    if lines.is_empty() {
        String::new()
    } else {
        format!("|\"{}\"|", lines.join("<br/>"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    #[test]
    fn numbers_stand_on_their_edges() {
        let text = write(&samples::shopping());
        assert!(text.starts_with("flowchart LR\n"));
        assert!(text.contains("n0[\"apples\"]:::leaf"));
        assert!(text.contains("n0 -->|\"2<br/>← 110\"| n5"), "{text}");
        assert!(text.contains("n4 -->|\"1.1<br/>← 650\"| n8"), "{text}");
    }

    #[test]
    fn fan_out_goes_through_a_dot() {
        let text = write(&samples::fan_out());
        assert_eq!(text.matches("v0 --> n").count(), 4);
    }

    #[test]
    fn names_cannot_break_out() {
        let mut graph = Graph::new("");
        let x = graph.leaf("x\"] --> y\n%%{init}", 1.0);
        graph.output("1. `end`", x);
        let text = write(&graph);
        assert!(
            text.contains("n0[\"x#34;#93; --#62; y<br/>#37;#37;#123;init#125;\"]:::leaf"),
            "{text}"
        );
        assert!(
            text.contains("n1([\"1#46; #96;end#96;\"]):::output"),
            "{text}"
        );
    }
}
