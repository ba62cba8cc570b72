//! A graph with the room of everything measured and its place found.

use crate::layout::{self, Block, Layout, Net};
use crate::measure::{Face, Label, Outline};
use crate::model::{Graph, Kind};

/// What [`svg`](crate::svg) draws.
pub(crate) struct Drawing<'a> {
    pub graph: &'a Graph,
    /// One for each node.
    pub faces: Vec<Face>,
    /// One for each value.
    pub labels: Vec<Label>,
    pub layout: Layout,
}

impl<'a> Drawing<'a> {
    pub fn of(graph: &'a Graph) -> Self {
        let results = graph.results();
        let faces: Vec<Face> = (0..graph.nodes().len())
            .map(|node| Face::of(graph, node, &results))
            .collect();
        let labels: Vec<Label> = (0..graph.values().len())
            .map(|value| Label::of(graph, value))
            .collect();
        let blocks = graph.nodes().iter().zip(&faces).map(|(node, face)| Block {
            width: face.width,
            height: face.height,
            round: face.outline == Outline::Circle,
            inputs: node
                .operands()
                .iter()
                .map(|operand| operand.value.0)
                .collect(),
            ordered: match node.kind {
                Kind::Operation(id) => !graph.operations()[id.0].formula.commutes,
                _ => false,
            },
            leaf: matches!(node.kind, Kind::Leaf { .. } | Kind::Constant),
        });
        let nets = graph.values().iter().zip(&labels).map(|(value, label)| {
            let (above, below) = label.extents();
            Net {
                source: value.producer(),
                width: label.width(),
                above,
                below,
            }
        });
        let problem = layout::Problem {
            blocks: blocks.collect(),
            nets: nets.collect(),
        };
        let layout = layout::layout(&problem);
        Self {
            graph,
            faces,
            labels,
            layout,
        }
    }
}
