//! Gradients of closures, without a tape in sight.

use crate::handle::Tape;
use crate::handle::Var;
use crate::number::Scalar;

/// The gradient of `f` at `point`.
///
/// ```
/// let gradient = tape::gradient(|x| x[0] * x[0] + x[0] * x[1].sin(), &[3.0, 0.0]);
/// assert_eq!(gradient, [6.0, 3.0]);
/// ```
#[doc(alias = "backprop")]
#[doc(alias = "grad")]
pub fn gradient<T, F>(f: F, point: &[T]) -> Vec<T>
where
    T: Scalar,
    F: for<'t> FnOnce(&[Var<'t, T>]) -> Var<'t, T>,
{
    value_and_gradient(f, point).1
}

/// The value of `f` at `point`, and its gradient.
///
/// For many gradients of the same function, record on a [`Tape`] of your own and replay it, or
/// rewind and record again: the memory is then kept.
///
/// ```
/// let (value, gradient) = tape::value_and_gradient(|x| (x[0] * x[1]).exp(), &[1.0_f64, 0.0]);
/// assert_eq!((value, gradient), (1.0, vec![0.0, 1.0]));
/// ```
#[doc(alias = "grad")]
pub fn value_and_gradient<T, F>(f: F, point: &[T]) -> (T, Vec<T>)
where
    T: Scalar,
    F: for<'t> FnOnce(&[Var<'t, T>]) -> Var<'t, T>,
{
    let tape = Tape::default();
    let leaves = tape.vars(point);
    let output = f(&leaves);
    let cotangents = output.gradient();
    let gradient = leaves.iter().map(|&leaf| cotangents.of(leaf)).collect();
    (output.value(), gradient)
}
