//! The square of the hyperbolic secant, the slope of `tanh` and, up to a factor, of the sigmoid.

use super::arithmetic::Arithmetic;
use super::scalar::{Scalar, UnaryFunction};

/// `exp(−|x|)`, smooth in each half so that dual numbers see the right slope on both sides.
#[inline(always)]
pub(crate) fn decay<T: Arithmetic>(x: T) -> T {
    T::choose(x.is_at_least(T::zero()), || -x, || x).exp()
}

/// `1 / cosh²x` as `4e / (1 + e)²` with `e = exp(−2|x|)`: one exponential, which cannot overflow.
/// The derivative of that form vanishes at 0 as the difference of two numbers that do not, so it
/// is stated apart.
#[derive(Clone, Copy)]
pub(crate) struct SquareOfSech;

impl UnaryFunction for SquareOfSech {
    #[inline(always)]
    fn value<T: Scalar>(self, x: T) -> T {
        let e = decay(x + x);
        let s = T::from_f64(2.0).over(T::one() + e);
        e * s * s
    }

    #[inline(always)]
    fn pull<T: Scalar>(self, x: T, y: T, d: T) -> T {
        d * (y * x.tanh() * T::from_f64(-2.0))
    }
}

impl SquareOfSech {
    /// The same of rules that can be recorded: near 0 as it stands, so that no digit of what it
    /// changes by is lost; else as [`value`](UnaryFunction::value) has it, because `cosh x`
    /// overflows.
    pub(crate) fn of_rules<T: Arithmetic>(x: T) -> T {
        let near = || {
            let sech = T::one().over(x.cosh());
            sech * sech
        };
        let far = || {
            let e = decay(x + x);
            let s = T::from_f64(2.0).over(T::one() + e);
            e * s * s
        };
        T::choose(T::one().is_above(x.abs()), near, far)
    }
}
