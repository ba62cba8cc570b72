//! Products with the Jacobian or the Hessian in several directions, or from several seeds, at once.

use super::construct::Function;
use super::inputs::Inputs;
use super::recording::Recording;
use super::workspace::{FEW, MANY, State, Workspace};
use crate::error::{Error, equally_many};
use crate::list::Primals;
use crate::number::Scalar;
use crate::shape::Shape;
use crate::sweep::Lanes;
use nalgebra::DMatrix;

impl<T: Scalar> Function<T> {
    /// The Jacobian times a matrix, `J V`: a column for each direction, each as
    /// [`jvp`](Function::jvp) has it, several a sweep.
    ///
    /// ```
    /// use nalgebra::dmatrix;
    /// let f = tape::Function::vector(|x| vec![x[0] * x[1], x[0] + x[1], x[0].sin()]);
    /// let along = f.jvps(&[0.0, 3.0], &dmatrix![1.0, 0.0, 2.0; 0.0, 1.0, 1.0])?;
    /// assert_eq!(along, dmatrix![3.0, 0.0, 6.0; 1.0, 1.0, 3.0; 1.0, 0.0, 2.0]);
    /// # Ok::<(), tape::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`jvp`](Function::jvp), [`Error::Length`] unless each column has a number for each
    /// parameter.
    ///
    /// # Panics
    /// As [`jvp`](Function::jvp).
    pub fn jvps<P: Inputs<T> + ?Sized>(
        &self,
        point: &P,
        directions: &DMatrix<T>,
    ) -> Result<DMatrix<T>, Error> {
        self.with_workspace(|workspace| {
            let state = self.run(point, workspace)?;
            equally_many(directions.nrows(), state.recording.parameters_len())?;
            let rows = state.recording.outputs.len();
            let mut products = DMatrix::from_element(rows, directions.ncols(), T::zero());
            state.products(true, directions, &mut products);
            Ok(products)
        })
    }

    /// The transposed Jacobian times a matrix, `Jᵀ W`: a column for each of several seeds, each as
    /// [`vjp`](Function::vjp) has it, several a sweep.
    ///
    /// # Errors
    /// As [`vjp`](Function::vjp), [`Error::Length`] unless each column has a number for each
    /// result.
    pub fn vjps<P: Inputs<T> + ?Sized>(
        &self,
        point: &P,
        seeds: &DMatrix<T>,
    ) -> Result<DMatrix<T>, Error> {
        self.with_workspace(|workspace| {
            let state = self.run(point, workspace)?;
            equally_many(seeds.nrows(), state.recording.outputs.len())?;
            let rows = state.recording.parameters_len();
            let mut products = DMatrix::from_element(rows, seeds.ncols(), T::zero());
            state.products(false, seeds, &mut products);
            Ok(products)
        })
    }

    /// The Hessian times a matrix, `H V`: a column for each direction, each as
    /// [`hvp`](Function::hvp) has it, several a sweep.
    ///
    /// ```
    /// use nalgebra::dmatrix;
    /// let f = tape::Function::scalar(|x| x[0] * x[0] * x[1]);
    /// let products = f.hvps(&[3.0, 5.0], &dmatrix![1.0, 0.0; 0.0, 1.0])?;
    /// assert_eq!(products, f.hessian(&[3.0, 5.0])?);
    /// # Ok::<(), tape::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`hvp`](Function::hvp), [`Error::Length`] unless each column has a number for each
    /// parameter.
    pub fn hvps<P: Inputs<T> + ?Sized>(
        &self,
        point: &P,
        directions: &DMatrix<T>,
    ) -> Result<DMatrix<T>, Error> {
        self.kept_derivative()?.vjps(point, directions)
    }

    /// [`hvps`](Function::hvps) into a matrix of their shape, that of `directions`.
    ///
    /// # Errors
    /// As [`hvps`](Function::hvps), and [`Error::ProductShape`] if the matrix has another shape.
    pub fn hvps_into<P: Inputs<T> + ?Sized>(
        &self,
        point: &P,
        directions: &DMatrix<T>,
        products: &mut DMatrix<T>,
        workspace: &mut Workspace<T>,
    ) -> Result<(), Error> {
        let state = self.kept_derivative()?.run(point, workspace)?;
        equally_many(directions.nrows(), state.recording.outputs.len())?;
        let shape = |matrix: &DMatrix<T>| Shape::new(matrix.nrows(), matrix.ncols());
        let (found, expected) = (shape(products), shape(directions));
        if found != expected {
            return Err(Error::ProductShape { found, expected });
        }
        state.products(false, directions, products);
        Ok(())
    }
}

impl<T: Scalar> State<T> {
    /// Writes the Jacobian, or transposed, times a matrix, where the program was run last.
    fn products(&mut self, forward: bool, from: &DMatrix<T>, into: &mut DMatrix<T>) {
        let State {
            recording,
            primals,
            few,
            many,
            ..
        } = self;
        if Lanes::<T, MANY>::fit(&recording.program) && from.ncols() > FEW {
            products_of(recording, primals, many, forward, from, into);
        } else {
            products_of(recording, primals, few, forward, from, into);
        }
    }
}

/// The products, K columns a sweep.
fn products_of<T: Scalar, const K: usize>(
    recording: &Recording<T>,
    primals: &Primals<T>,
    lanes: &mut Lanes<T, K>,
    forward: bool,
    from: &DMatrix<T>,
    into: &mut DMatrix<T>,
) {
    let (program, end, places) = (&recording.program, recording.end, recording.places());
    let parameter = |row: usize| Some(places.parameters[row]);
    let result = |row: usize| places.results[row];
    let place = |is_parameter: bool, row| {
        if is_parameter {
            parameter(row)
        } else {
            result(row)
        }
    };
    for first in (0..from.ncols()).step_by(K) {
        let columns = first..from.ncols().min(first + K);
        lanes.begin(program);
        for row in 0..from.nrows() {
            let Some((entry, element)) = place(forward, row) else {
                continue;
            };
            for (lane, column) in columns.clone().enumerate() {
                lanes.plant(program, entry, element, lane, from[(row, column)]);
            }
        }
        if forward {
            program.forward_lanes(primals, end, lanes);
        } else {
            program.reverse_lanes(primals, end, lanes);
        }
        for row in 0..into.nrows() {
            for (lane, column) in columns.clone().enumerate() {
                into[(row, column)] = place(!forward, row).map_or(T::zero(), |(entry, element)| {
                    lanes.get(program, entry, element, lane)
                });
            }
        }
    }
}
