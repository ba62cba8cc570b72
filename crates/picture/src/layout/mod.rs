//! A layered drawing of a graph from left to right, after Sugiyama, in which nothing overlaps by
//! construction.
//!
//! A *block* is a node with its size. A *net* is a value: one source block, any number of uses, and
//! a label whose room is part of the layout. The steps, each in a file of its own:
//!
//! 1. [`layers`] gives every block a column; a net that passes a column gets a *lane* there, one
//!    per net and column however many uses lie beyond it.
//! 2. [`order`] orders the blocks and lanes of each column so that few nets cross.
//! 3. [`align`] finds vertical positions that keep the order and make nets straight (Brandes and
//!    Köpf).
//! 4. [`rows`] breaks what is too wide into rows.
//! 5. [`route`] finds horizontal positions and draws the nets.
//!
//! A drawing from top to bottom is the same with the axes exchanged ([`Layout::turned`]).
//!
//! Why nothing overlaps: a label stands on its net right behind the source block and counts as part
//! of it when the column is stacked, so that blocks, labels and lanes of one column lie above one
//! another. Nets change height only in the channels between columns, where nothing but nets is, and
//! each curve stays within its channel.
//!
//! Why not a library: `dagre` 0.1 and `rust-sugiyama` 0.4, the two that are kept up, know edges
//! between two nodes but not nets, so a value used five times would be five parallel lines;
//! `rust-sugiyama` keeps no room for labels and returns no routes, `dagre` (13,000 lines) lets an
//! edge cut the corner of a label between two of its bends.

mod align;
#[cfg(test)]
mod crossing_tests;
mod geometry;
mod layers;
mod order;
mod ports;
mod problem;
mod route;
mod rows;
mod skeleton;
mod starts;
mod state;
#[cfg(test)]
mod tests;

pub(crate) use geometry::{Layout, Piece, Point, Rect, Wire};
pub(crate) use problem::{Block, Net, Problem};

/// Lays a graph out. The same problem gives the same layout, on every machine.
pub(super) fn layout(problem: &Problem) -> Layout {
    let columns = layers::assign(problem, true);
    let layout = in_columns(problem, &columns);
    let nearer = layers::assign(problem, false);
    // Where there are rows, a leaf had better stand in the row of its use.
    match layout.is_broken() && nearer != columns {
        true => in_columns(problem, &nearer),
        false => layout,
    }
}

fn in_columns(problem: &Problem, columns: &[usize]) -> Layout {
    let mut skeleton = layers::skeleton(problem, columns);
    let found = order::arrange(problem, &skeleton);
    skeleton.leave_in(problem, &found.exits);
    Layout {
        crossings: found.crossings,
        ..route::route(problem, &skeleton, &found.order)
    }
}
