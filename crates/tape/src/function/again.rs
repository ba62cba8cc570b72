//! Values and gradients of one result that are asked for again and again: in runs, once they pay.

use super::construct::Function;
use super::inputs::Inputs;
use super::workspace::{Again, Workspace};
use crate::error::Error;
use crate::number::Scalar;
use crate::runs::Memory;

/// So many are computed by replay and sweep before there are runs, which take as long to make as
/// some dozens of gradients.
const CALLS: u32 = 32;

impl<T: Scalar> Function<T> {
    /// The value at a point, in runs of the recording that was used last, and what `finish` makes
    /// of it: it is told how many parameters there are, and given what writes the gradient.
    /// `None` where that is not the way, or not yet, or the point belongs to another recording.
    ///
    /// # Errors
    /// What `finish` returns.
    pub(super) fn by_runs<P: Inputs<T> + ?Sized, R>(
        &self,
        point: &P,
        workspace: &mut Workspace<T>,
        finish: impl FnOnce(usize, &mut dyn FnMut(&mut [T])) -> Result<R, Error>,
    ) -> Result<Option<(T, R)>, Error> {
        if !workspace.may_run() {
            return Ok(None);
        }
        let known = self.known();
        let last = workspace.last(&known);
        let Some(recording) = last.filter(|last| self.fits(point, &last.inputs)) else {
            return Ok(None);
        };
        let again = &mut workspace.state(recording).again;
        if let Again::Plainly(calls) = again {
            *calls += 1;
            if *calls <= CALLS {
                return Ok(None);
            }
            *again = match recording.runs() {
                Some(runs) => Again::InRuns(Memory::new(runs)),
                None => Again::Always,
            };
        }
        let (Again::InRuns(memory), Some(runs)) = (&mut *again, recording.runs()) else {
            return Ok(None);
        };
        let Some(value) = memory.value(runs, &recording.program, point.numbers()) else {
            *again = Again::Plainly(0);
            return Ok(None);
        };
        let parameters = recording.parameters_len();
        let finished = finish(parameters, &mut |gradient| memory.gradient(runs, gradient))?;
        Ok(Some((value, finished)))
    }
}
