//! `z = x · y` behind a gate.
//!
//! In a sweep that is recorded, what a select did not choose has a cotangent like everything else:
//! it is 0, and a slope of ∞ or NaN times that would be NaN. From a choice on, cotangents are
//! therefore multiplied behind a gate, which is the cotangent itself.

use super::broadcast::{Broadcast, broadcast};
use super::choice::{reads_of_three, three};
use crate::error::{ForwardError, ShapeError};
use crate::formula;
use crate::formula::Formula;
use crate::number::Scalar;
use crate::op::{
    Op, OperandTangents, OutputSpec, Point, PointMut, Recorded, RecordedCotangents, RecordedPoint,
    Sample, Sink, View, ViewMut,
};
use crate::shape::Shape;

/// The product of the second and the third of three operands, element by element and repeating what
/// is smaller; where the first, the gate, is 0, a product that is no finite number is 0. The same
/// holds for what it hands on: `G, X, Y: R×C → R×C`.
///
/// Where the gate is 0, an operand gets nothing at all in place of 0, ∞ or NaN.
#[derive(Clone, Copy, Debug, Default)]
pub struct GatedMul {
    /// Whether all operands are scalars, and the result is one.
    pub of_scalars: bool,
}

/// A product, unless the gate is 0 and it is nothing that counts.
fn passed<T: Scalar>(gate: T, product: T) -> Option<T> {
    let is_nothing = gate == T::zero() && (is_zero(product) || !product.is_finite());
    (!is_nothing).then_some(product)
}

/// Whether every part is 0, dual parts too: of those the root at 0 would have the slope ∞.
fn is_zero<T: Scalar>(x: T) -> bool {
    x == T::zero() && x.sqrt().is_finite()
}

/// Three operands, read element by element.
struct Three<'a, T> {
    values: [&'a [T]; 3],
    places: [Broadcast; 3],
}

impl<'a, T: Scalar> Three<'a, T> {
    fn new(of: impl Fn(usize) -> View<'a, T>, result: Shape) -> Self {
        let operands = [0, 1, 2].map(of);
        Three {
            values: operands.map(|operand| operand.values()),
            places: operands.map(|operand| Broadcast::new(operand.shape(), result)),
        }
    }

    /// What operand `i` has for element `k` of the result.
    fn at(&self, i: usize, k: usize) -> T {
        self.values[i][self.places[i].at(k)]
    }
}

impl<T: Scalar> Op<T> for GatedMul {
    fn name(&self) -> &'static str {
        "gated_mul"
    }

    fn symbol(&self) -> &'static str {
        "×"
    }

    fn formula(&self) -> Formula {
        formula!(w(x, y, z): w = y * z, dx = 0, dy = dw * z, dz = dw * y)
            .noting("nothing where x is 0 and the product is 0 or no finite number")
    }

    fn shape(&self, operands: &[Shape]) -> Result<OutputSpec, ShapeError> {
        let [gate, x, y] = three(operands)?;
        let shape = broadcast(broadcast(gate, x)?, y)?;
        match self.of_scalars {
            true if shape != Shape::SCALAR => Err(ShapeError::new("all operands must be scalars")),
            true => Ok(OutputSpec::scalar()),
            false => Ok(OutputSpec::matrix(shape.rows, shape.cols)),
        }
    }

    fn forward(&self, at: &mut PointMut<'_, T>) -> Result<(), ForwardError> {
        let three = Three::new(|i| at.operands.get(i), at.result.shape());
        for (k, z) in at.result.values_mut().iter_mut().enumerate() {
            let [gate, x, y] = [0, 1, 2].map(|i| three.at(i, k));
            *z = passed(gate, x * y).unwrap_or_else(T::zero);
        }
        Ok(())
    }

    fn vjp(&self, at: &Point<'_, T>, cotangent: View<'_, T>, sink: &mut Sink<'_, T>) {
        let three = Three::new(|i| at.operands.get(i), at.result.shape());
        let (d, reached) = (cotangent.values(), sink.chosen());
        for (i, other) in [(1, 2), (2, 1)] {
            three.places[i].add_chosen(sink, i, |k| {
                let is_reached = reached.is_none_or(|reached| reached[k]);
                let given = || passed(three.at(0, k), d[k] * three.at(other, k));
                is_reached.then(given).flatten()
            });
        }
    }

    fn vjp_recorded<'g>(
        &self,
        at: &RecordedPoint<'g, T>,
        cotangent: Recorded<'g, T>,
    ) -> Option<RecordedCotangents<'g, T>> {
        let [gate, x, y] = [0, 1, 2].map(|i| at.operands[i]);
        let gate = cotangent.gate_with(gate);
        let given = |i: usize, other, operand| {
            at.wanted[i].then(|| Recorded::gated_mul(gate, cotangent, other).summed_to(operand))
        };
        Some(vec![None, given(1, y, x), given(2, x, y)])
    }

    fn jvp(
        &self,
        at: &Point<'_, T>,
        tangents: &OperandTangents<'_, T>,
        mut tangent: ViewMut<'_, T>,
    ) {
        let three = Three::new(|i| at.operands.get(i), tangent.shape());
        for (i, other) in [(1, 2), (2, 1)] {
            let Some(along) = tangents.get(i) else {
                continue;
            };
            for (k, dz) in tangent.values_mut().iter_mut().enumerate() {
                let moved = along.values()[three.places[i].at(k)] * three.at(other, k);
                *dz += passed(three.at(0, k), moved).unwrap_or_else(T::zero);
            }
        }
    }

    fn reads(
        &self,
        operands: &[Shape],
        element: usize,
        read: &mut dyn FnMut(usize, usize),
    ) -> bool {
        reads_of_three(operands, element, 1, read)
    }

    fn samples(&self) -> Vec<Vec<Sample>> {
        let one = |x: f64| Sample::new(1, 1, &[x]);
        if self.of_scalars {
            let points = [[0.5, 2.0, -1.5], [0.0, -0.25, 3.0]];
            return points.map(|point| point.map(one).to_vec()).to_vec();
        }
        let row = |numbers: [f64; 3]| Sample::new(1, 3, &numbers);
        vec![
            vec![
                row([1.0, 0.0, -0.5]),
                row([2.0, 0.5, -1.0]),
                row([0.5, -3.0, 1.5]),
            ],
            vec![
                Sample::new(2, 1, &[0.0, 2.0]),
                Sample::new(2, 2, &[2.0, 0.5, -1.0, 1.5]),
                one(0.75),
            ],
        ]
    }
}
