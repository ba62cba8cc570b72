//! The square of the hyperbolic secant, the slope of `tanh` and, up to a factor, of the sigmoid.

use super::scalar::{Scalar, UnaryFunction};

/// `1 / cosh²x` as `4e / (1 + e)²` with `e = exp(−2|x|)`: one exponential, which cannot overflow.
/// The derivative of that form vanishes at 0 as the difference of two numbers that do not, so it
/// is stated apart.
#[derive(Clone, Copy)]
pub(crate) struct SquareOfSech;

impl UnaryFunction for SquareOfSech {
    #[inline(always)]
    fn value<T: Scalar>(self, x: T) -> T {
        let e = (-(x + x).abs()).exp();
        let s = T::from_f64(2.0).over(T::one() + e);
        e * s * s
    }

    #[inline(always)]
    fn pull<T: Scalar>(self, x: T, y: T, d: T) -> T {
        d * (y * x.tanh() * T::from_f64(-2.0))
    }
}
