//! Second derivatives: the gradient is a recording, and is differentiated like any other.

use super::arguments::{Arguments, Handles, Outputs};
use super::construct::Function;
use super::inputs::Inputs;
use super::recording::Recording;
use super::structure::Structure;
use super::workspace::{State, Workspace};
use crate::error::{Error, equally_many};
use crate::handle::{Operand, Var};
use crate::number::Scalar;
use nalgebra::DMatrix;
use std::sync::Arc;

impl<T: Scalar> Function<T> {
    /// The gradient of this function as a function: of the same inputs, with a result for each
    /// parameter, of its name and shape. It can be evaluated, differentiated, and asked for its own
    /// derivative, any number of times.
    ///
    /// ```
    /// use tape::Function;
    /// let f = Function::scalar(|x| x[0].powi(3) * x[1]);
    /// let gradient = f.derivative()?;
    /// assert_eq!(gradient.values(&[2.0, 5.0])?, [60.0, 8.0]);
    /// assert_eq!(gradient.jacobian(&[2.0, 5.0])?, nalgebra::dmatrix![60.0, 12.0; 12.0, 0.0]);
    /// # Ok::<(), tape::Error>(())
    /// ```
    ///
    /// An evaluation of it fails with [`Error::NotOneResult`] unless the function has one result,
    /// and with [`Error::NotRecordable`] if it applies an op without
    /// [`vjp_recorded`](crate::Op::vjp_recorded).
    ///
    /// # Errors
    /// Of a function made of a tape, these.
    pub fn derivative(&self) -> Result<Function<T>, Error> {
        let Some(closure) = self.closure.clone() else {
            return self.derivative_of_tape();
        };
        let inputs = self.inputs.clone();
        Ok(Function::of_fallible(inputs, move |at| {
            gradient_of(at, &closure(at)?)
        }))
    }

    /// The derivative that second derivatives are computed with; made when it is first asked for.
    pub(super) fn kept_derivative(&self) -> Result<&Function<T>, Error> {
        if self.derivative.get().is_none() {
            let derivative = Box::new(self.derivative()?.keeping(self.most));
            // Another thread may have been faster; its own is as good.
            let _ = self.derivative.set(derivative);
        }
        Ok(self.derivative.get().expect("it was set just now"))
    }

    /// The Hessian at a point, of a function with one result: a row and a column for each
    /// parameter.
    ///
    /// ```
    /// use nalgebra::dmatrix;
    /// use tape::Function;
    /// let f = Function::scalar(|x| x[0] * x[0] * x[1] + x[1].exp());
    /// assert_eq!(f.hessian(&[3.0, 0.0])?, dmatrix![0.0, 6.0; 6.0, 1.0]);
    /// # Ok::<(), tape::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`value`](Function::value), and [`Error::NotRecordable`] if the function applies an op
    /// without [`vjp_recorded`](crate::Op::vjp_recorded).
    pub fn hessian<P: Inputs<T> + ?Sized>(&self, point: &P) -> Result<DMatrix<T>, Error> {
        self.kept_derivative()?.jacobian(point)
    }

    /// [`hessian`](Function::hessian) into a matrix of its shape.
    ///
    /// # Errors
    /// As [`hessian`](Function::hessian), and [`Error::JacobianShape`] if the matrix has another
    /// shape.
    pub fn hessian_into<P: Inputs<T> + ?Sized>(
        &self,
        point: &P,
        hessian: &mut DMatrix<T>,
        workspace: &mut Workspace<T>,
    ) -> Result<(), Error> {
        self.kept_derivative()?
            .jacobian_into(point, hessian, workspace)
    }

    /// The Hessian-vector product `H v` at a point: how the gradient changes along `v`.
    ///
    /// ```
    /// let f = tape::Function::scalar(|x| x[0] * x[0] * x[1] + x[1].exp());
    /// assert_eq!(f.hvp(&[3.0, 0.0], &[1.0, 2.0])?, [12.0, 8.0]);
    /// # Ok::<(), tape::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`hessian`](Function::hessian), and [`Error::Length`] unless there is a number for each
    /// parameter.
    pub fn hvp<P: Inputs<T> + ?Sized>(&self, point: &P, direction: &[T]) -> Result<Vec<T>, Error> {
        // By symmetry the Hessian is its transpose, and backwards is the faster way.
        self.kept_derivative()?.vjp(point, direction)
    }

    /// [`hvp`](Function::hvp) into a slice with a number for each parameter.
    ///
    /// # Errors
    /// As [`hvp`](Function::hvp), and [`Error::Length`] if the slice has another length.
    pub fn hvp_into<P: Inputs<T> + ?Sized>(
        &self,
        point: &P,
        direction: &[T],
        product: &mut [T],
        workspace: &mut Workspace<T>,
    ) -> Result<(), Error> {
        self.kept_derivative()?
            .vjp_into(point, direction, product, workspace)
    }
}

/// The gradient of the one result of a closure by its parameters, each with its name.
fn gradient_of<'t, T: Scalar>(
    at: &Arguments<'t, T>,
    outputs: &Outputs<'t, T>,
) -> Result<Outputs<'t, T>, Error> {
    let found = outputs.structure.len();
    let result: Operand<'t, T> = match &outputs.parts[..] {
        [Handles::Scalars(scalars)] if found == 1 => scalars[0].into(),
        [Handles::Matrix(matrix)] if found == 1 => matrix.sum().into(),
        _ => return Err(Error::NotOneResult { found }),
    };
    let slopes = at.tape.differentiate(result, T::one(), &at.parameters())?;
    Ok(Outputs::of(&at.structure.parameters(), slopes))
}

/// The recording of the gradient of a closure over scalars, at a point.
fn recorded_gradient<T, F>(f: F, point: &[T]) -> State<T>
where
    T: Scalar,
    F: for<'t> FnOnce(&[Var<'t, T>]) -> Var<'t, T>,
{
    let inputs = Structure::new().scalars("x", point.len());
    let recording = Recording::of_closure(
        |at| gradient_of(at, &Outputs::from(f(at.scalars("x")))),
        &inputs,
        point,
    );
    match recording {
        Ok(recording) => State::new(Arc::new(recording)),
        Err(error) => panic!("{error}"),
    }
}

/// The Hessian of `f` at `point`. For several points there is [`Function::hessian`].
///
/// ```
/// let hessian = tape::hessian(|x| x[0] * x[0] * x[1], &[3.0, 5.0]);
/// assert_eq!(hessian, nalgebra::dmatrix![10.0, 6.0; 6.0, 0.0]);
/// ```
///
/// # Panics
/// If `f` applies an op without [`vjp_recorded`](crate::Op::vjp_recorded).
pub fn hessian<T, F>(f: F, point: &[T]) -> DMatrix<T>
where
    T: Scalar,
    F: for<'t> FnOnce(&[Var<'t, T>]) -> Var<'t, T>,
{
    let mut state = recorded_gradient(f, point);
    let (rows, cols) = state.jacobian_shape();
    let mut hessian = DMatrix::from_element(rows, cols, T::zero());
    state.jacobian(&mut hessian);
    hessian
}

/// The Hessian-vector product of `f` at `point` with `direction`, which must be as long. For
/// several points there is [`Function::hvp`].
///
/// ```
/// let product = tape::hvp(|x| x[0] * x[0] * x[1], &[3.0, 5.0], &[1.0, 1.0]);
/// assert_eq!(product, [16.0, 6.0]);
/// ```
///
/// # Panics
/// If the lengths differ, or `f` applies an op without
/// [`vjp_recorded`](crate::Op::vjp_recorded).
pub fn hvp<T, F>(f: F, point: &[T], direction: &[T]) -> Vec<T>
where
    T: Scalar,
    F: for<'t> FnOnce(&[Var<'t, T>]) -> Var<'t, T>,
{
    if let Err(error) = equally_many(direction.len(), point.len()) {
        panic!("hvp: {error}");
    }
    let mut state = recorded_gradient(f, point);
    let mut product = vec![T::zero(); point.len()];
    state.sweep(direction);
    state.cotangents(&mut product);
    product
}
