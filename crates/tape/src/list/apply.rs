//! Applications as their ops see them, and running them forward.

use super::application::Application;
use super::primals::Primals;
use super::program::Program;
use crate::error::{Error, ForwardError};
use crate::number::Scalar;
use crate::op::{Block, Layout, Operands, Point, PointMut, View, ViewMut};
use crate::shape::Shape;

/// Splits off an entry's result from a column of numbers or from an arena, both as long as the
/// tape's: what lies before it there, the other one whole, and the result. Operands precede their
/// result, so each is in one of the first two.
#[inline(always)]
pub(crate) fn split_at_result<'a, T>(
    values: &'a mut [T],
    arena: &'a mut [T],
    entry: usize,
    block: Option<Block>,
) -> (&'a mut [T], &'a mut [T], ViewMut<'a, T>) {
    match block {
        None => {
            let (values, own) = values.split_at_mut(entry);
            (values, arena, ViewMut::over(&mut own[..1], Shape::SCALAR))
        }
        Some(block) => {
            let (arena, own) = arena.split_at_mut(block.start);
            let own = &mut own[..block.shape().len()];
            (values, arena, ViewMut::over(own, block.shape()))
        }
    }
}

impl<T: Scalar> Program<T> {
    /// The index of the application at entry `entry`, and the block of its result unless that is a
    /// scalar.
    #[inline]
    pub fn application(&self, entry: usize) -> (usize, Option<Block>) {
        let entry = self.entries.at(entry);
        let block = entry.block().map(|block| self.blocks[block as usize]);
        (entry.a as usize, block)
    }

    /// An application at entry `entry` after its forward run, with the block of its result.
    #[inline(always)]
    pub fn point<'s>(
        &'s self,
        primals: &'s Primals<T>,
        application: &Application<T>,
        entry: usize,
        block: Option<Block>,
    ) -> Point<'s, T> {
        let operands = Operands {
            ids: &self.operands[application.operands()],
            layout: self.layout(),
            values: &primals.values,
            arena: &primals.arena,
        };
        let result = match block {
            None => View::over(&primals.values[entry..=entry], Shape::SCALAR),
            Some(block) => View::over(&primals.arena[block.range()], block.shape()),
        };
        Point {
            operands,
            result,
            residual: &primals.residuals[application.residual.clone()],
        }
    }

    /// Runs the op of entry `entry` forward.
    pub fn apply_forward(
        &self,
        primals: &mut Primals<T>,
        entry: usize,
    ) -> Result<(), ForwardError> {
        let (application, block) = self.application(entry);
        self.run_application(primals, application, entry, block)
    }

    /// Runs an application forward, whose result is that of `entry` and lies in `block` unless it
    /// is a scalar.
    #[inline(always)]
    pub fn run_application(
        &self,
        primals: &mut Primals<T>,
        application: usize,
        entry: usize,
        block: Option<Block>,
    ) -> Result<(), ForwardError> {
        let application = &self.applications[application];
        let (values, arena, result) =
            split_at_result(&mut primals.values, &mut primals.arena, entry, block);
        let operands = Operands {
            ids: &self.operands[application.operands()],
            layout: Layout {
                entries: &self.entries,
                blocks: &self.blocks,
            },
            values,
            arena,
        };
        application.op.forward(&mut PointMut {
            operands,
            result,
            residual: &mut primals.residuals[application.residual.clone()],
        })
    }

    /// An op's refusal, with the entry's index, op and place.
    pub fn forward_error(&self, entry: usize, error: &ForwardError) -> Error {
        Error::Forward {
            entry,
            op: self.op_name(entry as u32),
            location: self.place(entry as u32),
            message: error.to_string(),
        }
    }
}
