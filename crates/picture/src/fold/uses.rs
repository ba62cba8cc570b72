//! Which nodes are sources, and which values are used.

use crate::model::{Graph, Kind};

/// Whether a node is set from outside, or is a number.
pub(super) fn is_source(kind: &Kind) -> bool {
    matches!(kind, Kind::Leaf { .. } | Kind::Constant)
}

/// For each value whether anything uses it.
pub(super) fn uses(graph: &Graph) -> Vec<bool> {
    let mut used = vec![false; graph.values().len()];
    graph
        .nodes()
        .iter()
        .flat_map(|node| node.operands())
        .for_each(|operand| used[operand.value.0] = true);
    used
}

/// Whether a node is a leaf that somebody has named, and will look for.
pub(super) fn is_named(kind: &Kind) -> bool {
    matches!(kind, Kind::Leaf { name } if !name.is_empty())
}
