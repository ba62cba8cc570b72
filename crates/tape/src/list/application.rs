//! Applications: uses of ops, with operands and residuals.

use crate::error::Place;
use crate::op::Op;
use std::ops::Range;

/// One use of an op: which op, on what, and where its residuals are.
pub(crate) struct Application<T> {
    pub op: Box<dyn Op<T>>,
    pub operands: Range<u32>,
    pub residual: Range<usize>,
    pub active: bool,
    pub place: Place,
}

impl<T> Application<T> {
    pub fn operands(&self) -> Range<usize> {
        self.operands.start as usize..self.operands.end as usize
    }
}
