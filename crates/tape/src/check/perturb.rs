//! Functions whose arguments can be moved: an entry, a recorded tape, a closure.

use super::difference::Evaluation;

/// A function of the elements of some operands, whose slope is asked for.
pub(super) trait Perturbable {
    /// Gives an element another value.
    fn set(&mut self, operand: usize, element: usize, value: f64);
    /// Gives an element the value it had at first.
    fn reset(&mut self, operand: usize, element: usize);
    /// The function's value; `None` outside its domain.
    fn evaluate(&mut self) -> Option<Evaluation>;
    /// The rounding of its numbers.
    fn epsilon(&self) -> f64;
    /// How many numbers an evaluation reads and writes.
    fn work(&self) -> usize;
}

/// An operand, or a leaf: where the function is taken, and what the rules say its derivatives are.
#[derive(Clone, Debug)]
pub(super) struct OperandGradient {
    pub operand: usize,
    pub values: Vec<f64>,
    pub derivatives: Vec<f64>,
}

/// `Σ |x̄ · x|`: what relative errors of rounding in the numbers `x` may add up to in the function,
/// even where the function itself is a small difference of large numbers.
pub(super) fn rounding_reach(cotangents: &[f64], values: &[f64]) -> f64 {
    let products = cotangents.iter().zip(values).map(|(d, x)| (d * x).abs());
    products.filter(|product| product.is_finite()).sum()
}

/// An element of an operand, with the step that is a unit for it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Coordinate {
    pub operand: usize,
    pub element: usize,
    pub here: f64,
    pub step: f64,
    pub analytic: f64,
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

/// The function with every coordinate moved by `t` times its step and weight; then each is put
/// back.
pub(super) fn evaluate_moved(
    function: &mut dyn Perturbable,
    moved: &[(Coordinate, f64)],
    t: f64,
) -> Option<Evaluation> {
    for &(c, weight) in moved {
        function.set(c.operand, c.element, c.here + t * c.step * weight);
    }
    let evaluation = function.evaluate();
    for &(c, _) in moved {
        function.reset(c.operand, c.element);
    }
    evaluation.filter(|evaluation| evaluation.size.is_finite())
}
