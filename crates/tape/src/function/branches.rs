//! Which recording a point belongs to: the one whose comparisons all turn out as recorded.

use super::construct::{Expected, Function, SLICE};
use super::inputs::Inputs;
use super::recording::{Recording, check_length};
use super::structure::Structure;
use super::workspace::{State, Workspace};
use crate::error::Error;
use crate::number::Scalar;
use crate::sweep::Stopped;
use std::sync::{Arc, PoisonError};

/// Whether a recording is one of those that are kept.
#[cfg(feature = "map")]
pub(super) fn is_kept<T>(known: &[Arc<Recording<T>>], recording: &Arc<Recording<T>>) -> bool {
    known.iter().any(|known| Arc::ptr_eq(known, recording))
}

impl<T: Scalar> Function<T> {
    pub(super) fn known(&self) -> Arc<Vec<Arc<Recording<T>>>> {
        let recordings = self.recordings.read();
        recordings.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Keeps a recording, if there is room, or finds the one that is kept already and does the
    /// same.
    pub(super) fn keep(&self, recording: &Arc<Recording<T>>) -> Option<Arc<Recording<T>>> {
        let recordings = self.recordings.write();
        let mut recordings = recordings.unwrap_or_else(PoisonError::into_inner);
        if let Some(same) = recordings.iter().find(|known| known.is_as(recording)) {
            return Some(same.clone());
        }
        if recordings.len() >= self.most {
            return None;
        }
        Arc::make_mut(&mut recordings).push(recording.clone());
        Some(recording.clone())
    }

    /// Runs the program at a point, on the recording that the point belongs to.
    pub(super) fn run<'w, P: Inputs<T> + ?Sized>(
        &self,
        point: &P,
        workspace: &'w mut Workspace<T>,
    ) -> Result<&'w mut State<T>, Error> {
        let numbers = point.numbers();
        let known = self.known();
        let fits = |recording: &Recording<T>| self.fits(point, &recording.inputs);
        let mut candidate = workspace
            .last(&known)
            .filter(|last| fits(last))
            .or_else(|| known.iter().find(|known| fits(known)));
        // Each step goes to a recording that shares more comparisons with the point; so there are
        // no more steps than recordings, but of a closure that does not do the same twice.
        for _ in 0..known.len() {
            let Some(recording) = candidate else {
                break;
            };
            let state = workspace.state(recording);
            let guard = match state.run(numbers) {
                Ok(()) => return Ok(workspace.state(recording)),
                Err(Stopped::Guard(guard)) => guard,
                Err(stopped) => return Err(state.error(&stopped)),
            };
            if self.closure.is_none() {
                return Err(state.error(&Stopped::Guard(guard)));
            }
            let values = &state.primals.values;
            let takes = |other: &&Arc<Recording<T>>| {
                fits(other) && other.takes_the_branch(recording, guard, values)
            };
            candidate = known.iter().find(takes);
        }
        self.record(point, workspace)
    }

    /// Records the closure at a point that belongs to no recording that is kept.
    #[cold]
    fn record<'w, P: Inputs<T> + ?Sized>(
        &self,
        point: &P,
        workspace: &'w mut Workspace<T>,
    ) -> Result<&'w mut State<T>, Error> {
        let numbers = point.numbers();
        let structure = self.structure_of(point)?;
        check_length(numbers.len(), &structure)?;
        let closure = self.closure.as_ref();
        let closure = closure.expect("a function of a tape has a recording that fits every point");
        let recording = Arc::new(Recording::of_closure(&**closure, &structure, numbers)?);
        let Some(kept) = self.keep(&recording) else {
            return Ok(workspace.passing(recording));
        };
        let state = workspace.state(&kept);
        match state.run(numbers) {
            Ok(()) => Ok(state),
            Err(stopped) => Err(state.error(&stopped)),
        }
    }

    /// Whether a point can be given to a recording of these inputs.
    pub(super) fn fits<P: Inputs<T> + ?Sized>(&self, point: &P, inputs: &Structure) -> bool {
        match (point.structure(), &self.inputs) {
            (Some(found), _) => found == inputs,
            (None, Expected::Named(own)) if own != inputs => false,
            (None, _) => point.numbers().len() == inputs.len(),
        }
    }

    /// What so many numbers are, given without names.
    pub(super) fn structure_of_numbers(&self, count: usize) -> Structure {
        match &self.inputs {
            Expected::Slice => Structure::new().scalars(SLICE, count),
            Expected::Named(own) => own.clone(),
        }
    }

    /// What the numbers of a point are that is recorded at.
    fn structure_of<P: Inputs<T> + ?Sized>(&self, point: &P) -> Result<Structure, Error> {
        let unexpected = |found: &Structure, expected: String| Error::Inputs {
            found: found.to_string(),
            expected,
        };
        match (&self.inputs, point.structure()) {
            (_, None) => Ok(self.structure_of_numbers(point.numbers().len())),
            (Expected::Slice, Some(found)) => {
                let own = Structure::new().scalars(SLICE, found.len());
                if *found == own {
                    Ok(own)
                } else {
                    Err(unexpected(found, own.to_string()))
                }
            }
            (Expected::Named(own), Some(found)) => {
                if self.closure.is_some() && own.has_the_parts_of(found) {
                    Ok(found.clone())
                } else {
                    Err(unexpected(found, own.to_string()))
                }
            }
        }
    }
}
