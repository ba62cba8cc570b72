//! Sparse Jacobians: a pattern, colours, and a sweep for several colours at once.

use super::construct::Function;
use super::inputs::Inputs;
use super::pattern::{Direction, SparsityPattern};
use super::recording::Recording;
use super::workspace::{FEW, MANY, State, Workspace};
use crate::error::{Error, equally_many};
use crate::list::Primals;
use crate::number::Scalar;
use crate::sweep::Lanes;
use std::sync::Arc;

impl<T: Scalar> Function<T> {
    /// Where the Jacobian at a point can have numbers other than 0. It is found once for each
    /// recording, and kept.
    ///
    /// ```
    /// use tape::Function;
    /// // Neighbours act on each other.
    /// let f = Function::vector(|x| (1..x.len()).map(|i| x[i] - x[i - 1] * x[i - 1]).collect());
    /// let pattern = f.jacobian_pattern(&[0.5; 100])?;
    /// assert_eq!((pattern.rows(), pattern.columns(), pattern.entries()), (99, 100, 198));
    /// // Every second column can be found by one sweep.
    /// assert_eq!(pattern.colours(), 2);
    /// # Ok::<(), tape::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`values`](Function::values).
    pub fn jacobian_pattern<P: Inputs<T> + ?Sized>(
        &self,
        point: &P,
    ) -> Result<Arc<SparsityPattern>, Error> {
        self.with_workspace(|workspace| {
            let state = self.run(point, workspace)?;
            Ok(state.recording.pattern().clone())
        })
    }

    /// The numbers of the Jacobian at a point where its [pattern](Function::jacobian_pattern) has
    /// one, column by column and down each.
    ///
    /// ```
    /// use tape::{Function, Workspace};
    /// let f = Function::vector(|x| vec![x[0] * x[1], x[1].sin(), x[2] * x[2]]);
    /// let x = [2.0, 0.0, 5.0];
    /// let pattern = f.jacobian_pattern(&x)?;
    /// let mut numbers = vec![0.0; pattern.entries()];
    /// f.jacobian_entries_into(&x, &mut numbers, &mut Workspace::new())?;
    /// assert_eq!(numbers, [0.0, 2.0, 1.0, 10.0]);
    /// # Ok::<(), tape::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`values`](Function::values), and [`Error::Length`] if the slice has another length than
    /// the pattern has entries.
    ///
    /// # Panics
    /// If the sweeps go forwards, and the function applies an op that has no tangent rule.
    pub fn jacobian_entries_into<P: Inputs<T> + ?Sized>(
        &self,
        point: &P,
        numbers: &mut [T],
        workspace: &mut Workspace<T>,
    ) -> Result<(), Error> {
        let state = self.run(point, workspace)?;
        let pattern = state.recording.pattern().clone();
        equally_many(numbers.len(), pattern.entries())?;
        state.jacobian_entries(&pattern, numbers);
        Ok(())
    }

    /// The Jacobian at a point, as a sparse matrix: a row for each result, a column for each
    /// parameter. Pattern and colours are kept for the next point.
    ///
    /// ```
    /// use tape::Function;
    /// let f = Function::vector(|x| vec![x[0] * x[1], x[1].sin(), x[2] * x[2]]);
    /// let jacobian = f.jacobian_sparse(&[2.0, 0.0, 5.0])?;
    /// assert_eq!(jacobian.nnz(), 4);
    /// assert_eq!(jacobian.get_entry(2, 2).unwrap().into_value(), 10.0);
    /// # Ok::<(), tape::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`values`](Function::values).
    ///
    /// # Panics
    /// If the sweeps go forwards, and the function applies an op that has no tangent rule.
    #[cfg(feature = "sparse")]
    pub fn jacobian_sparse<P: Inputs<T> + ?Sized>(
        &self,
        point: &P,
    ) -> Result<nalgebra_sparse::CscMatrix<T>, Error> {
        self.with_workspace(|workspace| {
            let state = self.run(point, workspace)?;
            let pattern = state.recording.pattern().clone();
            let mut numbers = vec![T::zero(); pattern.entries()];
            state.jacobian_entries(&pattern, &mut numbers);
            Ok(pattern.matrix(numbers))
        })
    }
}

impl<T: Scalar> Function<T> {
    /// Where the Hessian at a point can have numbers other than 0, of a function with one result.
    /// As it is symmetric, fewer colours do than for a Jacobian of that pattern.
    ///
    /// # Errors
    /// As [`hessian`](Function::hessian).
    pub fn hessian_pattern<P: Inputs<T> + ?Sized>(
        &self,
        point: &P,
    ) -> Result<Arc<SparsityPattern>, Error> {
        let derivative = self.kept_derivative()?;
        derivative.with_workspace(|workspace| {
            let state = derivative.run(point, workspace)?;
            Ok(state.recording.symmetric_pattern().clone())
        })
    }

    /// The numbers of the Hessian at a point where its [pattern](Function::hessian_pattern) has
    /// one, column by column and down each.
    ///
    /// # Errors
    /// As [`hessian`](Function::hessian), and [`Error::Length`] if the slice has another length
    /// than the pattern has entries.
    pub fn hessian_entries_into<P: Inputs<T> + ?Sized>(
        &self,
        point: &P,
        numbers: &mut [T],
        workspace: &mut Workspace<T>,
    ) -> Result<(), Error> {
        let state = self.kept_derivative()?.run(point, workspace)?;
        let pattern = state.recording.symmetric_pattern().clone();
        equally_many(numbers.len(), pattern.entries())?;
        state.jacobian_entries(&pattern, numbers);
        Ok(())
    }

    /// The Hessian at a point, as a sparse matrix. Pattern and colours are kept for the next point.
    ///
    /// ```
    /// use tape::Function;
    /// // Neighbours act on each other: three diagonals.
    /// let f = Function::scalar(|x| x.windows(2).map(|x| (x[0] * x[1]).sin()).sum());
    /// let x = [0.5; 100];
    /// let hessian = f.hessian_sparse(&x)?;
    /// assert_eq!(hessian.nnz(), 298);
    /// assert!(f.hessian_pattern(&x)?.colours() <= 3);
    /// # Ok::<(), tape::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`hessian`](Function::hessian).
    #[cfg(feature = "sparse")]
    pub fn hessian_sparse<P: Inputs<T> + ?Sized>(
        &self,
        point: &P,
    ) -> Result<nalgebra_sparse::CscMatrix<T>, Error> {
        let derivative = self.kept_derivative()?;
        derivative.with_workspace(|workspace| {
            let state = derivative.run(point, workspace)?;
            let pattern = state.recording.symmetric_pattern().clone();
            let mut numbers = vec![T::zero(); pattern.entries()];
            state.jacobian_entries(&pattern, &mut numbers);
            Ok(pattern.matrix(numbers))
        })
    }
}

#[cfg(feature = "sparse")]
impl SparsityPattern {
    /// A sparse matrix of this pattern.
    fn matrix<T: Scalar>(&self, numbers: Vec<T>) -> nalgebra_sparse::CscMatrix<T> {
        let by_column = &self.by_column;
        let rows = by_column.indices.iter().map(|&row| row as usize).collect();
        let offsets = by_column.offsets.clone();
        let matrix = nalgebra_sparse::CscMatrix::try_from_csc_data(
            self.rows(),
            self.columns(),
            offsets,
            rows,
            numbers,
        );
        matrix.expect("a pattern is sorted, and has a number for each entry")
    }
}

impl<T: Scalar> State<T> {
    /// Writes the numbers of the pattern where the program was run last.
    fn jacobian_entries(&mut self, pattern: &SparsityPattern, numbers: &mut [T]) {
        let State {
            recording,
            primals,
            few,
            many,
            ..
        } = self;
        if Lanes::<T, MANY>::fit(&recording.program) && pattern.colours() > FEW {
            compressed(recording, primals, pattern, many, numbers);
        } else {
            compressed(recording, primals, pattern, few, numbers);
        }
    }
}

/// The numbers of the pattern, K colours a sweep.
fn compressed<T: Scalar, const K: usize>(
    recording: &Recording<T>,
    primals: &Primals<T>,
    pattern: &SparsityPattern,
    lanes: &mut Lanes<T, K>,
    numbers: &mut [T],
) {
    let (program, end) = (&recording.program, recording.end);
    let places = recording.places();
    for first in (0..pattern.colours()).step_by(K) {
        let lane = |colour: u32| {
            (colour as usize)
                .checked_sub(first)
                .filter(|&lane| lane < K)
        };
        lanes.begin(program);
        match pattern.direction {
            Direction::Forward => {
                for (&(entry, element), &colour) in places.parameters.iter().zip(&pattern.colours) {
                    if let Some(lane) = lane(colour) {
                        lanes.plant(program, entry, element, lane, T::one());
                    }
                }
                program.forward_lanes(primals, end, lanes);
            }
            Direction::Reverse => {
                for (place, &colour) in places.results.iter().zip(&pattern.colours) {
                    if let (Some((entry, element)), Some(lane)) = (*place, lane(colour)) {
                        lanes.plant(program, entry, element, lane, T::one());
                    }
                }
                program.reverse_lanes(primals, end, lanes);
            }
        }
        for (number, &(at, colour)) in numbers.iter_mut().zip(&pattern.reads) {
            let place = match pattern.direction {
                Direction::Forward => places.results[at as usize],
                Direction::Reverse => Some(places.parameters[at as usize]),
            };
            if let (Some((entry, element)), Some(lane)) = (place, lane(colour)) {
                *number = lanes.get(program, entry, element, lane);
            }
        }
    }
}
