//! Dense Jacobians, by the cheaper of the two directions, several directions or seeds a sweep.

use super::arguments::Outputs;
use super::construct::Function;
use super::inputs::Inputs;
use super::recording::Recording;
use super::structure::Structure;
use super::workspace::{FEW, MANY, State, Workspace};
use crate::error::Error;
use crate::handle::Var;
use crate::list::Primals;
use crate::number::Scalar;
use crate::shape::Shape;
use crate::sweep::Lanes;
use nalgebra::DMatrix;
use std::sync::Arc;

impl<T: Scalar> Function<T> {
    /// The Jacobian at a point: a row for each result, a column for each parameter.
    ///
    /// There are sweeps forwards, or backwards if there are fewer results than parameters; each
    /// takes several directions, or seeds, at once.
    ///
    /// ```
    /// use nalgebra::dmatrix;
    /// use tape::Function;
    /// let polar = Function::vector(|x| vec![x[0].hypot(x[1]), x[1].atan2(x[0])]);
    /// assert_eq!(polar.jacobian(&[3.0, 4.0])?, dmatrix![0.6, 0.8; -0.16, 0.12]);
    /// # Ok::<(), tape::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`values`](Function::values).
    ///
    /// # Panics
    /// If there are no more parameters than results, and the function applies an op that has no
    /// tangent rule.
    pub fn jacobian<P: Inputs<T> + ?Sized>(&self, point: &P) -> Result<DMatrix<T>, Error> {
        self.with_workspace(|workspace| {
            let state = self.run(point, workspace)?;
            let (rows, cols) = state.jacobian_shape();
            let mut jacobian = DMatrix::from_element(rows, cols, T::zero());
            state.jacobian(&mut jacobian);
            Ok(jacobian)
        })
    }

    /// [`jacobian`](Function::jacobian) into a matrix of its shape.
    ///
    /// # Errors
    /// As [`jacobian`](Function::jacobian), and [`Error::JacobianShape`] if the matrix has another
    /// shape.
    ///
    /// # Panics
    /// As [`jacobian`](Function::jacobian).
    pub fn jacobian_into<P: Inputs<T> + ?Sized>(
        &self,
        point: &P,
        jacobian: &mut DMatrix<T>,
        workspace: &mut Workspace<T>,
    ) -> Result<(), Error> {
        let state = self.run(point, workspace)?;
        let (rows, cols) = state.jacobian_shape();
        if jacobian.shape() != (rows, cols) {
            return Err(Error::JacobianShape {
                found: Shape::new(jacobian.nrows(), jacobian.ncols()),
                expected: Shape::new(rows, cols),
            });
        }
        state.jacobian(jacobian);
        Ok(())
    }
}

/// The Jacobian of `f` at `point`: a row for each result, a column for each input. For several
/// points there is [`Function::jacobian`].
///
/// ```
/// use nalgebra::dmatrix;
/// let jacobian = tape::jacobian(|x| vec![x[0] * x[1], x[0] + 2.0 * x[1]], &[3.0, 5.0]);
/// assert_eq!(jacobian, dmatrix![5.0, 3.0; 1.0, 2.0]);
/// ```
pub fn jacobian<T, F>(f: F, point: &[T]) -> DMatrix<T>
where
    T: Scalar,
    F: for<'t> FnOnce(&[Var<'t, T>]) -> Vec<Var<'t, T>>,
{
    let inputs = Structure::new().scalars("x", point.len());
    let recording =
        Recording::of_closure(|at| Ok(Outputs::from(f(at.scalars("x")))), &inputs, point);
    let recording = recording.expect("the closure gives no error");
    let mut state = State::new(Arc::new(recording));
    let (rows, cols) = state.jacobian_shape();
    let mut jacobian = DMatrix::from_element(rows, cols, T::zero());
    state.jacobian(&mut jacobian);
    jacobian
}

impl<T: Scalar> State<T> {
    pub(super) fn jacobian_shape(&self) -> (usize, usize) {
        let recording = &*self.recording;
        (recording.outputs.len(), recording.parameters_len())
    }

    /// Writes the Jacobian where the program was run last.
    pub(super) fn jacobian(&mut self, into: &mut DMatrix<T>) {
        let State {
            recording,
            primals,
            few,
            many,
            ..
        } = self;
        let directions = into.nrows().min(into.ncols());
        if Lanes::<T, MANY>::fit(&recording.program) && directions > FEW {
            jacobian_of(recording, primals, many, into);
        } else {
            jacobian_of(recording, primals, few, into);
        }
    }
}

/// The Jacobian, K directions or seeds a sweep.
fn jacobian_of<T: Scalar, const K: usize>(
    recording: &Recording<T>,
    primals: &Primals<T>,
    lanes: &mut Lanes<T, K>,
    into: &mut DMatrix<T>,
) {
    let (program, end) = (&recording.program, recording.end);
    into.fill(T::zero());
    if into.ncols() <= into.nrows() {
        let mut parameters = recording.parameter_places().enumerate().peekable();
        while let Some(&(first, _)) = parameters.peek() {
            lanes.begin(program);
            for (k, (_, (entry, element))) in parameters.by_ref().take(K).enumerate() {
                lanes.plant(program, entry, element, k, T::one());
            }
            program.forward_lanes(primals, end, lanes);
            for (row, place) in recording.result_places().enumerate() {
                let Some((entry, element)) = place else {
                    continue;
                };
                for (k, mut column) in into
                    .columns_range_mut(first..)
                    .column_iter_mut()
                    .take(K)
                    .enumerate()
                {
                    column[row] = lanes.get(program, entry, element, k);
                }
            }
        }
        return;
    }
    let mut results = recording.result_places().enumerate().peekable();
    while let Some(&(first, _)) = results.peek() {
        lanes.begin(program);
        for (k, (_, place)) in results.by_ref().take(K).enumerate() {
            if let Some((entry, element)) = place {
                lanes.plant(program, entry, element, k, T::one());
            }
        }
        program.reverse_lanes(primals, end, lanes);
        let rows = K.min(into.nrows() - first);
        for (mut column, (entry, element)) in
            into.column_iter_mut().zip(recording.parameter_places())
        {
            for (k, slope) in column.rows_mut(first, rows).iter_mut().enumerate() {
                *slope = lanes.get(program, entry, element, k);
            }
        }
    }
}
