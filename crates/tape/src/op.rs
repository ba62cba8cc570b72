//! The trait of matrix operations, and what an operation gets to see.
//!
//! An [`Op`] is everything the tape must know of one operation: the shape rule, the forward run, the
//! reverse rule, the tangent rule and sample operands. There are no default bodies: an op that lacks a
//! part does not compile. The ops of this crate, the layers of `nn` and a user's own go through the same
//! trait; `docs/adding-an-op.md` walks through one.

use crate::entries::Entries;
use crate::error::{ForwardError, ShapeError};
use crate::ops::registry::Code;
use crate::product::{Product, Strided, StridedMut};
use crate::scalar::Scalar;
use crate::shape::{Shape, Signature};
use crate::store::{Block, Store};
use crate::view::{View, ViewMut};
use nalgebra::DMatrix;

/// An operation on matrices and scalars with one result.
///
/// The operands are seen as column-major matrices; a scalar operand is 1×1. All rules must hold for
/// repeated operands (`f(x, x)`) and for any cotangent, not only for ones: the tape adds up, the op
/// only says what to add.
pub trait Op<T: Scalar>: Send + Sync {
    /// The name users see in reports and pictures.
    fn name(&self) -> &'static str;

    /// The symbol drawn in a circle; short.
    fn symbol(&self) -> &'static str;

    /// The reverse rule as text, `"dX = dY · Wᵀ, dW = Xᵀ · dY"`.
    fn rule(&self) -> &'static str;

    /// The result's shape, and how many residuals the op keeps.
    ///
    /// # Errors
    /// Says what does not fit; the tape adds the op's name and every shape, and panics at the caller's line.
    fn shape(&self, operands: &[Shape]) -> Result<Signature, ShapeError>;

    /// Writes the result, and the residuals that the sweep will want to see again.
    ///
    /// Both buffers hold arbitrary numbers before; every element must be written.
    ///
    /// # Errors
    /// If the operands' values cannot be taken (a label out of range); says what was found and expected.
    fn forward(
        &self,
        operands: &Operands<'_, T>,
        result: ViewMut<'_, T>,
        residual: &mut [T],
    ) -> Result<(), ForwardError>;

    /// Adds the vector-Jacobian product: for each operand that [`Sink::wants`] one, its cotangent.
    ///
    /// Must be linear in `cotangent`.
    fn vjp(&self, at: &Point<'_, T>, cotangent: View<'_, T>, sink: &mut Sink<'_, T>);

    /// Writes the Jacobian-vector product: the result's tangent from the operands' tangents.
    ///
    /// An operand whose [`Tangents::get`] is `None` has a tangent of zero. Every element of `tangent` must be written.
    fn jvp(&self, at: &Point<'_, T>, tangents: &Tangents<'_, T>, tangent: ViewMut<'_, T>);

    /// Operands at which the generic tests try the op: inside its domain and away from kinks.
    fn samples(&self) -> Vec<Vec<Sample>>;
}

/// One sample operand of an op.
#[derive(Clone, Debug)]
pub struct Sample {
    /// The values, in `f64`; converted to the tape's numbers by the tests.
    pub values: DMatrix<f64>,
    /// Whether the op is differentiable by this operand; labels, for one, are not varied.
    pub differentiable: bool,
}

impl Sample {
    /// An operand whose derivative is tested.
    pub fn new(rows: usize, cols: usize, row_major: &[f64]) -> Self {
        Sample {
            values: DMatrix::from_row_slice(rows, cols, row_major),
            differentiable: true,
        }
    }

    /// An operand of smoothly scattered values between `low` and `high`, different for each `seed`.
    ///
    /// The values are the multiples of the golden ratio modulo 1: no two are close, which keeps
    /// maxima and other choices away from ties.
    pub fn scattered(rows: usize, cols: usize, low: f64, high: f64, seed: usize) -> Self {
        let golden = 0.618_033_988_749_894_9;
        let value = |k: usize| ((k + 1) as f64 * golden + seed as f64 * 0.377).fract();
        let values = DMatrix::from_fn(rows, cols, |i, j| low + (high - low) * value(i * cols + j));
        Sample {
            values,
            differentiable: true,
        }
    }

    /// The same operand, not to be varied by derivative tests: labels, for one.
    pub fn held(mut self) -> Self {
        self.differentiable = false;
        self
    }
}

/// The operands of an entry.
#[derive(Clone, Copy)]
pub struct Operands<'a, T> {
    pub(crate) ids: &'a [u32],
    pub(crate) entries: &'a Entries,
    pub(crate) blocks: &'a [Block],
    pub(crate) values: &'a [T],
    pub(crate) arena: &'a [T],
}

impl<'a, T: Scalar> Operands<'a, T> {
    /// The number of operands.
    #[inline]
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether there is no operand.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// Operand `i` as a matrix; a scalar is 1×1.
    ///
    /// # Panics
    /// If there is no operand `i`.
    #[inline(always)]
    pub fn get(&self, i: usize) -> View<'a, T> {
        let id = self.ids[i] as usize;
        match self.entries.at(id).block() {
            None => View::over(&self.values[id..=id], Shape::SCALAR),
            Some(block) => {
                let block = &self.blocks[block as usize];
                View::over(&self.arena[block.range()], block.shape())
            }
        }
    }

    /// Operand `i`, which must be a scalar or 1×1.
    ///
    /// # Panics
    /// If it is larger.
    #[inline(always)]
    pub fn scalar(&self, i: usize) -> T {
        let id = self.ids[i] as usize;
        if self.entries.codes()[id].may_be_matrix() {
            return self.only_element(i);
        }
        self.values[id]
    }

    /// [`scalar`](Operands::scalar) of what may be a matrix.
    #[cold]
    #[inline(never)]
    fn only_element(&self, i: usize) -> T {
        self.get(i).scalar()
    }
}

/// An entry after its forward run: operands, result and residuals.
#[derive(Clone, Copy)]
pub struct Point<'a, T> {
    /// The operands' primals.
    pub operands: Operands<'a, T>,
    /// The result's primal.
    pub result: View<'a, T>,
    /// What the forward run kept.
    pub residual: &'a [T],
}

/// The tangents of an entry's operands.
#[derive(Clone, Copy)]
pub struct Tangents<'a, T> {
    pub(crate) operands: Operands<'a, T>,
    pub(crate) reached: &'a [bool],
}

impl<'a, T: Scalar> Tangents<'a, T> {
    /// The tangent of operand `i`; `None` stands for zero.
    #[inline]
    pub fn get(&self, i: usize) -> Option<View<'a, T>> {
        self.reached[self.operands.ids[i] as usize].then(|| self.operands.get(i))
    }

    /// The tangent of operand `i`, which must be a scalar or 1×1; zero where nothing reached it.
    #[inline]
    pub fn scalar(&self, i: usize) -> T {
        if self.reached[self.operands.ids[i] as usize] {
            self.operands.scalar(i)
        } else {
            T::zero()
        }
    }
}

/// Where a reverse rule adds the cotangents of its operands.
///
/// The first contribution to a matrix overwrites what the buffer held, later ones are added; the sink knows
/// which it is, so that nothing is filled with zeros first.
pub struct Sink<'a, T> {
    pub(crate) ids: &'a [u32],
    pub(crate) store: &'a Store<T>,
    pub(crate) values: &'a mut [T],
    pub(crate) arena: &'a mut [T],
    pub(crate) reached: &'a mut [bool],
}

impl<T: Scalar> Sink<'_, T> {
    /// Whether operand `i` has a cotangent at all; constants and inputs have none.
    #[inline]
    pub fn wants(&self, i: usize) -> bool {
        self.store.is_active(self.ids[i])
    }

    /// The cotangent of operand `i`, its shape, and whether earlier contributions must be kept; `None` if it
    /// wants none.
    #[inline(always)]
    fn target(&mut self, i: usize) -> Option<(&mut [T], Shape, bool)> {
        let id = self.ids[i];
        let index = id as usize;
        let (target, shape) = match self.store.entries.at(index).block() {
            None if !self.store.is_active(id) => return None,
            None => (&mut self.values[index..=index], Shape::SCALAR),
            Some(block) => {
                let block = &self.store.blocks[block as usize];
                if !block.active {
                    return None;
                }
                (&mut self.arena[block.range()], block.shape())
            }
        };
        let keep = std::mem::replace(&mut self.reached[index], true);
        Some((target, shape, keep))
    }

    /// Hands the cotangent of operand `i` to `write`, column-major, with `true` where earlier contributions
    /// must be kept (added to) and `false` where every element must be overwritten.
    ///
    /// Does nothing for an operand that wants no cotangent.
    #[inline]
    pub fn accumulate(&mut self, i: usize, write: impl FnOnce(&mut [T], bool)) {
        if let Some((target, _, keep)) = self.target(i) {
            write(target, keep);
        }
    }

    /// Adds `values`, an element for each of the operand's, column by column.
    ///
    /// # Panics
    /// If `values` yields fewer elements than the operand has.
    #[inline]
    pub fn add(&mut self, i: usize, values: impl IntoIterator<Item = T>) {
        self.accumulate(i, |target, keep| {
            let len = target.len();
            let mut count = 0;
            if keep {
                for (t, v) in target.iter_mut().zip(values) {
                    *t += v;
                    count += 1;
                }
            } else {
                for (t, v) in target.iter_mut().zip(values) {
                    *t = v;
                    count += 1;
                }
            }
            assert_eq!(count, len, "a rule gave too few elements for operand {i}");
        });
    }

    /// Adds one number to a scalar operand, or to every element of a matrix.
    #[inline(always)]
    pub fn add_scalar(&mut self, i: usize, value: T) {
        let index = self.ids[i] as usize;
        let code = self.store.entries.codes()[index];
        if code.may_be_matrix() || code == Code::Constant {
            return self.add_everywhere(i, value);
        }
        let keep = std::mem::replace(&mut self.reached[index], true);
        let target = &mut self.values[index];
        *target = if keep { *target + value } else { value };
    }

    /// [`add_scalar`](Sink::add_scalar) to what may be a matrix, or want no cotangent.
    #[cold]
    #[inline(never)]
    fn add_everywhere(&mut self, i: usize, value: T) {
        self.accumulate(i, |target, keep| {
            for t in target {
                *t = if keep { *t + value } else { value };
            }
        });
    }

    /// Adds the matrix product `a · b`, whose shape must be the operand's.
    ///
    /// # Panics
    /// If the shapes do not fit.
    #[inline]
    pub fn add_product(&mut self, i: usize, a: Strided<'_, T>, b: Strided<'_, T>) {
        if let Some((target, shape, keep)) = self.target(i) {
            let target = StridedMut::column_major(target, shape.rows, shape.cols);
            Product::product(target, keep, T::one(), a, b);
        }
    }
}
