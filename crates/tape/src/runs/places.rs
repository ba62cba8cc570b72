//! Where numbers lie, and which rules have theirs side by side.

use crate::rules::Code;
use std::ops::Range;

/// Where a number lies among the values, or among the cotangents.
pub(super) type Place = u32;
/// Nowhere.
pub(super) const NONE: Place = u32::MAX;

/// Rules that a step does: what their cotangents are made by.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    /// Which they are, in the list of the rules in their new order.
    pub rules: Range<usize>,
    pub code: Code,
    pub exponent: u32,
    pub pulled: [bool; 2],
    pub is_chain: bool,
    pub out: Place,
    pub x: Place,
    pub y: Place,
}
