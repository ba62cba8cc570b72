//! Functions as problems of the optimisers in the crate `argmin` (feature `argmin`).
//!
//! Points are `Vec`s, since argmin's vectors of nalgebra are those of an older version. It has no
//! inverse for a matrix of `Vec`s, which Newton's method and Gauss–Newton ask for; so Hessians and
//! Jacobians are an [`ArgminMatrix`].

use super::construct::{Expected, Function};
use crate::number::Scalar;
use ::argmin::core::{ArgminError, CostFunction, Error, Gradient, Hessian, Jacobian, Operator};
use argmin_math::{ArgminDot, ArgminInv, ArgminTranspose};
use nalgebra::{ComplexField, DMatrix, DVectorView};

/// A Hessian or a Jacobian as argmin's solvers take it: a nalgebra matrix, which can be read and
/// taken out.
///
/// A function can be given to L-BFGS, Newton-CG, trust regions and others if it has one result, and
/// to Gauss–Newton if it has several, which are the residuals:
///
/// ```
/// use argmin::core::{Executor, State};
/// use argmin::solver::gaussnewton::GaussNewton;
/// use tape::Function;
///
/// // y = a · exp(b t), at t = 0, 1, 2
/// let residuals = Function::vector(|p| {
///     let data = [(0.0, 8.0), (1.0, 4.0), (2.0, 2.0)];
///     data.map(|(t, y)| p[0] * (p[1] * t).exp() - y).to_vec()
/// });
/// let run = Executor::new(residuals, GaussNewton::new())
///     .configure(|state| state.param(vec![5.0, -0.5]).max_iters(20))
///     .run()?;
/// let best = run.state().get_best_param().unwrap();
/// assert!((best[0] - 8.0).abs() < 1e-9);
/// assert!((best[1] + 2.0_f64.ln()).abs() < 1e-9);
/// # Ok::<(), argmin::core::Error>(())
/// ```
///
/// Every input must be a parameter: a solver changes all numbers of a point. Data can be captured
/// by the closure, as above.
#[derive(Clone, Debug, PartialEq)]
pub struct ArgminMatrix<T = f64>(pub DMatrix<T>);

impl<T: Scalar> Function<T> {
    /// This function, if every input is a parameter: of data a solver would make unknowns, and say
    /// nothing.
    fn of_parameters(&self) -> Result<&Self, Error> {
        let Expected::Named(inputs) = &self.inputs else {
            return Ok(self);
        };
        if inputs.parameters().len() == inputs.len() {
            return Ok(self);
        }
        let text = format!(
            "a solver changes every input, and some are data: {inputs}. Make a function of the \
             parameters alone, whose closure has captured the data"
        );
        Err(ArgminError::InvalidParameter { text }.into())
    }
}

/// The value, of a function with one result.
impl<T: Scalar> CostFunction for Function<T> {
    type Param = Vec<T>;
    type Output = T;

    fn cost(&self, point: &Vec<T>) -> Result<T, Error> {
        Ok(self.of_parameters()?.value(point)?)
    }
}

/// The gradient, of a function with one result.
impl<T: Scalar> Gradient for Function<T> {
    type Param = Vec<T>;
    type Gradient = Vec<T>;

    fn gradient(&self, point: &Vec<T>) -> Result<Vec<T>, Error> {
        Ok(Function::gradient(self.of_parameters()?, point)?)
    }
}

/// The Hessian, of a function with one result.
impl<T: Scalar> Hessian for Function<T> {
    type Param = Vec<T>;
    type Hessian = ArgminMatrix<T>;

    fn hessian(&self, point: &Vec<T>) -> Result<ArgminMatrix<T>, Error> {
        let hessian = Function::hessian(self.of_parameters()?, point)?;
        Ok(ArgminMatrix(hessian))
    }
}

/// All results: residuals, for Gauss–Newton.
impl<T: Scalar> Operator for Function<T> {
    type Param = Vec<T>;
    type Output = Vec<T>;

    fn apply(&self, point: &Vec<T>) -> Result<Vec<T>, Error> {
        Ok(self.of_parameters()?.values(point)?)
    }
}

/// The Jacobian of all results.
impl<T: Scalar> Jacobian for Function<T> {
    type Param = Vec<T>;
    type Jacobian = ArgminMatrix<T>;

    fn jacobian(&self, point: &Vec<T>) -> Result<ArgminMatrix<T>, Error> {
        let jacobian = Function::jacobian(self.of_parameters()?, point)?;
        Ok(ArgminMatrix(jacobian))
    }
}

impl<T: Scalar> ArgminDot<Vec<T>, Vec<T>> for ArgminMatrix<T> {
    fn dot(&self, vector: &Vec<T>) -> Vec<T> {
        let vector = DVectorView::from_slice(vector, vector.len());
        (&self.0 * vector).data.into()
    }
}

impl<T: Scalar> ArgminDot<ArgminMatrix<T>, ArgminMatrix<T>> for ArgminMatrix<T> {
    fn dot(&self, other: &ArgminMatrix<T>) -> ArgminMatrix<T> {
        ArgminMatrix(&self.0 * &other.0)
    }
}

impl<T: Scalar> ArgminTranspose<ArgminMatrix<T>> for ArgminMatrix<T> {
    fn t(self) -> ArgminMatrix<T> {
        ArgminMatrix(self.0.transpose())
    }
}

impl<T: Scalar + ComplexField> ArgminInv<ArgminMatrix<T>> for ArgminMatrix<T> {
    fn inv(&self) -> Result<ArgminMatrix<T>, Error> {
        let inverse = self.0.clone().try_inverse();
        let text = || {
            let (rows, cols) = self.0.shape();
            format!(
                "a {rows}×{cols} matrix has no inverse: is there a parameter that nothing depends \
                 on, or two that do the same, or are there fewer residuals than parameters?"
            )
        };
        let inverse = inverse.ok_or_else(|| ArgminError::ConditionViolated { text: text() })?;
        Ok(ArgminMatrix(inverse))
    }
}
