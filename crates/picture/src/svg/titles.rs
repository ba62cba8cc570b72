//! What is shown of a node or a value on hover.

use crate::formula;
use crate::model::{Graph, Kind, Node};
use crate::numbers;
use std::fmt::Write;

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
        let _ = write!(title, "\nderivative {}", numbers::complete(cotangent));
    }
    title + &source(producer)
}

pub(crate) fn node_title(graph: &Graph, node: &Node) -> String {
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
