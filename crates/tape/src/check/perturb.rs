//! Functions whose arguments can be moved: an entry, a recorded tape, a closure.

use super::difference::Evaluation;
use crate::number::Scalar;

/// An element of an operand, with the step that is a unit for it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Coordinate {
    pub operand: usize,
    pub element: usize,
    pub here: f64,
    pub step: f64,
    pub analytic: f64,
}

/// A direction: coordinates with their weights, in units of their steps.
pub(super) type Direction<'d> = &'d [(Coordinate, f64)];

/// A function of the elements of some operands, whose slope is asked for.
pub(super) trait Perturbable {
    /// Gives an element another value.
    fn set(&mut self, operand: usize, element: usize, value: f64);
    /// Gives an element the value it had at first.
    fn reset(&mut self, operand: usize, element: usize);
    /// Prepares for evaluations along a direction.
    fn turn_to(&mut self, _direction: Direction<'_>) {}
    /// The function's value; `None` outside its domain.
    fn evaluate(&mut self) -> Option<Evaluation>;
    /// The same, with the rounding of every number on the way looked up here, where the arguments
    /// are now, and not where they were at first.
    fn evaluate_carefully(&mut self) -> Option<Evaluation> {
        self.evaluate()
    }
    /// What the rules say the derivative is, where the arguments are now.
    fn derivative(&mut self, direction: Direction<'_>) -> Option<f64>;
    /// What adds up in the derivative at the first values of the arguments.
    fn flow(&mut self, direction: Direction<'_>) -> Flow;
    /// The size of the largest number it reads or writes at the first values of the arguments.
    fn largest_around(&self) -> f64;
    /// The rounding of its numbers.
    fn epsilon(&self) -> f64;
    /// The largest number that it can have.
    fn largest(&self) -> f64 {
        if self.epsilon() < 1e-10 {
            f64::MAX
        } else {
            f32::MAX.into()
        }
    }
    /// How many numbers an evaluation reads and writes.
    fn work(&self) -> usize;
}

/// What adds up, perhaps to nearly nothing, in a derivative.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Flow {
    /// The sum of the sizes of the summands.
    pub size: f64,
    /// What may be missing because a cotangent was too small to be a number.
    pub underflow: f64,
}

/// An operand, or a leaf: where the function is taken, and what the rules say its derivatives are.
#[derive(Clone, Debug)]
pub(super) struct OperandGradient {
    pub operand: usize,
    pub values: Vec<f64>,
    pub derivatives: Vec<f64>,
}

/// The smallest positive number of a kind: what underflow rounds to.
fn smallest<T: Scalar>() -> f64 {
    if T::EPSILON < 1e-10 {
        f64::from_bits(1)
    } else {
        f32::from_bits(1).into()
    }
}

/// `Σ |x̄ · x| ε`: what the rounding of the numbers `x` may add up to in the function, even where
/// the function itself is a small difference of large numbers. Where a number is so small that it
/// has fewer digits, the least one counts instead.
pub(super) fn rounding_noise<T: Scalar>(cotangents: &[f64], values: &[f64]) -> f64 {
    let least = smallest::<T>();
    let each = cotangents.iter().zip(values);
    let each = each.map(|(d, x)| (d * x).abs() * T::EPSILON + d.abs() * least);
    each.filter(|noise| noise.is_finite()).sum()
}

/// `Σ |x̄ · ẋ|`, and what cotangents too small to be numbers may add up to.
pub(super) fn flow_through<T: Scalar>(cotangents: &[f64], tangents: &[f64]) -> Flow {
    let products = cotangents.iter().zip(tangents).map(|(d, x)| (d * x).abs());
    // A tangent may be NaN where the output does not depend on it: what a select did not choose.
    let steps = cotangents.iter().zip(tangents);
    let steps = steps.filter(|(d, x)| **d != 0.0 || !x.is_nan());
    Flow {
        size: products.filter(|product| product.is_finite()).sum(),
        underflow: steps.map(|(_, x)| x.abs()).sum::<f64>() * smallest::<T>(),
    }
}

/// The elements of an operand, with steps that suit the larger of each and of all on average.
pub(super) fn coordinates(gradient: &OperandGradient) -> Vec<Coordinate> {
    let sizes = gradient.values.iter().map(|x| x.abs()).sum::<f64>();
    let typical = if sizes > 0.0 {
        sizes / gradient.values.len() as f64
    } else {
        1.0
    };
    let each = gradient.values.iter().zip(&gradient.derivatives);
    let each = each.enumerate();
    each.map(|(element, (&here, &analytic))| Coordinate {
        operand: gradient.operand,
        element,
        here,
        step: power_of_two(here.abs().max(typical)),
        analytic,
    })
    .collect()
}

/// The power of two below `x`: adding it to a number of `x`'s size rounds little or not at all.
pub(super) fn power_of_two(x: f64) -> f64 {
    x.log2().floor().clamp(-1000.0, 1000.0).exp2()
}

/// The rounding of a step along a direction, in units of the steps.
pub(super) fn grain(function: &dyn Perturbable, direction: Direction<'_>) -> f64 {
    let sizes = direction.iter().map(|(c, _)| c.here.abs() / c.step);
    function.epsilon() * sizes.fold(0.0, f64::max)
}

/// The function with every coordinate moved by `t` times its step and weight; `None` where it is
/// not finite, too.
pub(super) fn evaluate_at(
    function: &mut dyn Perturbable,
    direction: Direction<'_>,
    t: f64,
) -> Option<Evaluation> {
    let there = moved(function, direction, t, |f| f.evaluate());
    there.filter(Evaluation::is_finite)
}

/// What `look` sees with every coordinate moved by `t` times its step and weight; then each is put
/// back.
pub(super) fn moved<R>(
    function: &mut dyn Perturbable,
    direction: Direction<'_>,
    t: f64,
    look: impl FnOnce(&mut dyn Perturbable) -> R,
) -> R {
    for &(c, weight) in direction {
        function.set(c.operand, c.element, c.here + t * c.step * weight);
    }
    let seen = look(function);
    for &(c, _) in direction {
        function.reset(c.operand, c.element);
    }
    seen
}
