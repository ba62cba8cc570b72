//! What reverse rules are made of when they record: operators, scalar rules, and the matrix ops
//! that undo repeating, summing and cutting.

use super::assemble::Assemble;
use super::choice::{Choice, ChoiceOf, Select};
use super::element::Element;
use super::gated_mul::GatedMul;
use super::matmul::MatMul;
use super::maximum::Maximum;
use super::range::{ColumnRange, RowRange};
use super::repeat::Repeat;
use super::reshape::Reshape;
use super::row_maxima::RowMaximaPlaces;
use super::softmax::Softmax;
use super::stack::{HStack, VStack};
use super::sum::Sum;
use super::sums::{ColumnSums, RowSums};
use super::transpose::Transpose;
use crate::number::{Arithmetic, Scalar, normal_range};
use crate::op::{Node, Op, Recorded};
use crate::rules;
use crate::rules::{CodedBinary, CodedUnary};
use crate::shape::Shape;

impl<'g, T: Scalar> Recorded<'g, T> {
    fn unary<R: CodedUnary>(self) -> Self {
        match self.node() {
            Node::Number(x) => R::value(x).into(),
            _ => self.graph().unary(R::CODE, self),
        }
    }

    fn binary<R: CodedBinary>(self, other: Self) -> Self {
        match (self.node(), other.node()) {
            (Node::Number(x), Node::Number(y)) => R::value(x, y).into(),
            _ => {
                let graph = Recorded::graph_of(&[self, other]).expect("one is an entry");
                graph.binary(R::CODE, self, other)
            }
        }
    }

    /// Whether it is this plain number, to the last bit.
    fn is(self, number: f64) -> bool {
        let number: T = Scalar::from_f64(number);
        let bits = |x: T| x.to_f64().to_bits();
        let is_same = |own: T| own == number && Scalar::is_finite(own) && bits(own) == bits(number);
        matches!(self.node(), Node::Number(own) if is_same(own))
    }

    /// `selfⁿ`, element by element.
    pub fn powi(self, n: i32) -> Self {
        match self.node() {
            Node::Number(x) => rules::PowI(n).value(x).into(),
            _ => self.graph().power(self, n),
        }
    }

    /// Applies an op to entries, of which one at least is no plain number.
    ///
    /// # Panics
    /// If all are plain numbers, or the op cannot take operands of these shapes.
    pub fn apply(op: impl Op<T> + 'static, operands: &[Self]) -> Self {
        let graph = Recorded::graph_of(operands).expect("an operand is an entry");
        let is_gated = operands.iter().any(|operand| operand.is_gated());
        graph.apply(Box::new(op), operands).gated_if(is_gated)
    }

    /// The matrix product; zeros of a cotangent that is all 0 because
    /// [nothing of it was chosen](Recorded::where_chosen).
    pub fn matmul(self, other: Self) -> Self {
        let product = Recorded::apply(MatMul, &[self, other]);
        let gated = [self, other].into_iter().filter(|factor| factor.is_gated());
        gated.fold(product, |product, gate| {
            let largest = Recorded::apply(Maximum, &[gate.abs()]);
            product.where_chosen(largest.is_above(Self::zero()))
        })
    }

    /// This where `chosen` is above 0, and nothing elsewhere; for the cotangents of what a choice
    /// was made among.
    ///
    /// Nothing is 0, and it stays nothing: in a product of it with a slope that is ∞ or NaN, the
    /// product is 0, and so it is in what is made of such products. Where no choice was made,
    /// 0 · ∞ is NaN, which shows that a derivative does not exist.
    pub fn where_chosen(self, chosen: Self) -> Self {
        chosen.select(self, Self::zero()).gated_if(true)
    }

    /// `x · y` of which nothing comes where `gate` is 0 and the product is no number.
    pub(super) fn gated_mul(gate: Self, x: Self, y: Self) -> Self {
        let operands = [gate, x, y];
        let of_scalars = !operands.iter().any(|operand| operand.is_matrix());
        Recorded::apply(GatedMul { of_scalars }, &operands).gated_if(true)
    }

    /// A gate that is shut where `gate` is, and where this is nothing.
    pub(super) fn gate_with(self, gate: Self) -> Self {
        if !self.is_gated() {
            return gate;
        }
        let size = self.abs();
        size.is_above(Self::zero()).select(gate, Self::zero())
    }

    /// One element of a matrix, a scalar.
    pub fn element(self, row: usize, col: usize) -> Self {
        Recorded::apply(Element { row, col }, &[self])
    }

    /// Scalars as a row, of which one at least is no plain number: 1×C.
    pub fn row_of(scalars: &[Self]) -> Self {
        let (rows, cols) = (1, scalars.len());
        Recorded::apply(Assemble { rows, cols }, scalars)
    }

    /// Of each row the element at the first place where `of` is largest, R×1.
    pub(super) fn largest_of_rows(self, of: Self) -> Self {
        let is_largest = Recorded::apply(RowMaximaPlaces, &[of]);
        is_largest.select(self, Self::zero()).row_sums()
    }

    /// The softmax of each row.
    pub fn softmax(self) -> Self {
        Recorded::apply(Softmax, &[self])
    }

    /// The transpose.
    pub fn transpose(self) -> Self {
        Recorded::apply(Transpose, &[self])
    }

    /// The same elements in another shape.
    pub fn reshape(self, shape: Shape) -> Self {
        let Shape { rows, cols } = shape;
        Recorded::apply(Reshape { rows, cols }, &[self])
    }

    /// The sum of all elements, a scalar.
    pub fn sum(self) -> Self {
        if self.is_matrix() {
            Recorded::apply(Sum, &[self])
        } else {
            self
        }
    }

    /// The sums of the rows, R×1.
    pub fn row_sums(self) -> Self {
        Recorded::apply(RowSums, &[self])
    }

    /// The sums of the columns, 1×C.
    pub fn column_sums(self) -> Self {
        Recorded::apply(ColumnSums, &[self])
    }

    /// Some rows.
    pub fn rows(self, start: usize, len: usize) -> Self {
        Recorded::apply(RowRange { start, len }, &[self])
    }

    /// Some columns.
    pub fn columns(self, start: usize, len: usize) -> Self {
        Recorded::apply(ColumnRange { start, len }, &[self])
    }

    /// A matrix of this shape, of which this is the one row, the one column, or every element.
    pub fn repeat(self, like: Self, shape: Shape) -> Self {
        if self.is_matrix() && self.shape() == shape {
            return self;
        }
        let Shape { rows, cols } = shape;
        let graph = Recorded::graph_of(&[self, like]).expect("one is an entry");
        let repeated = graph.apply(Box::new(Repeat { rows, cols }), &[self]);
        repeated.gated_if(self.is_gated())
    }

    /// This matrix within zeros: below `above` rows and above others, `rows` in all.
    pub fn within_rows(self, above: usize, rows: usize) -> Self {
        let Shape { rows: own, cols } = self.shape();
        let zeros = |rows| (rows > 0).then(|| self.zeros(Shape::new(rows, cols)));
        self.between(VStack, zeros(above), zeros(rows - above - own))
    }

    /// This matrix within zeros: right of `before` columns and left of others, `cols` in all.
    pub fn within_columns(self, before: usize, cols: usize) -> Self {
        let Shape { rows, cols: own } = self.shape();
        let zeros = |cols| (cols > 0).then(|| self.zeros(Shape::new(rows, cols)));
        self.between(HStack, zeros(before), zeros(cols - before - own))
    }

    fn zeros(self, shape: Shape) -> Self {
        Self::zero().repeat(self, shape)
    }

    fn between(self, op: impl Op<T> + 'static, first: Option<Self>, last: Option<Self>) -> Self {
        let parts: Vec<Self> = first.into_iter().chain([self]).chain(last).collect();
        match parts.len() {
            1 => self,
            _ => Recorded::apply(op, &parts),
        }
    }

    /// What an operand gets that was repeated: the sums of what its elements would get, in the
    /// shape of `operand`.
    pub fn summed_to(self, operand: Self) -> Self {
        if !operand.is_matrix() {
            return self.sum();
        }
        let (own, wanted) = (self.shape(), operand.shape());
        if !self.is_matrix() {
            return self.repeat(operand, wanted);
        }
        let by_column = if own.rows != wanted.rows {
            self.column_sums()
        } else {
            self
        };
        if own.cols != wanted.cols {
            by_column.row_sums()
        } else {
            by_column
        }
    }
}

impl<T: Scalar> std::ops::Add for Recorded<'_, T> {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        let sum = match (self.sign(), other.sign()) {
            ((false, x), (false, y)) => x.binary::<rules::Add>(y),
            ((false, x), (true, y)) => x.binary::<rules::Sub>(y),
            ((true, x), (false, y)) => y.binary::<rules::Sub>(x),
            ((true, x), (true, y)) => -x.binary::<rules::Add>(y),
        };
        // Behind a gate only if nothing else led there.
        sum.gated_if(self.is_gated() && other.is_gated())
    }
}

impl<T: Scalar> std::ops::Sub for Recorded<'_, T> {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        self + -other
    }
}

impl<T: Scalar> std::ops::Mul for Recorded<'_, T> {
    type Output = Self;
    /// Element by element. A factor of 1 or −1 takes no multiplication.
    fn mul(self, other: Self) -> Self {
        let ((is_negative, x), (is_other_negative, y)) = (self.sign(), other.sign());
        let is_finite =
            |x: Self| matches!(x.node(), Node::Number(number) if Scalar::is_finite(number));
        let product = match () {
            () if y.is(1.0) => x,
            () if x.is(1.0) => y,
            () if y.is(-1.0) => -x,
            () if x.is(-1.0) => -y,
            () if x.is_gated() && !is_finite(y) => Recorded::gated_mul(y.gate_with(x), x, y),
            () if y.is_gated() && !is_finite(x) => Recorded::gated_mul(y, x, y),
            () => {
                let is_gated = x.is_gated() || y.is_gated();
                x.binary::<rules::Mul>(y).gated_if(is_gated)
            }
        };
        product.with_sign(is_negative != is_other_negative)
    }
}

impl<T: Scalar> std::ops::Div for Recorded<'_, T> {
    type Output = Self;
    /// Element by element.
    fn div(self, other: Self) -> Self {
        let ((is_negative, x), (is_other_negative, y)) = (self.sign(), other.sign());
        let quotient = match x.is_gated() {
            true => x * (Self::one() / y),
            false => x.binary::<rules::Div>(y),
        };
        quotient.with_sign(is_negative != is_other_negative)
    }
}

impl<T: Scalar> Recorded<'_, T> {
    fn with_sign(self, is_negative: bool) -> Self {
        if is_negative { -self } else { self }
    }
}

impl<T: Scalar> std::ops::Neg for Recorded<'_, T> {
    type Output = Self;
    fn neg(self) -> Self {
        match self.node() {
            Node::Number(x) => Recorded::from(-x),
            _ => self.negated(),
        }
    }
}

macro_rules! functions {
    ($($method:ident $rule:ident),*) => {
        /// A truth is 1 or 0, or an entry that is.
        impl<'g, T: Scalar> Arithmetic for Recorded<'g, T> {
            type Truth = Recorded<'g, T>;

            fn from_f64(x: f64) -> Self {
                Recorded::from(<T as Scalar>::from_f64(x))
            }
            fn real(self) -> Self {
                self
            }
            fn over(self, other: Self) -> Self {
                self / other
            }
            $(fn $method(self) -> Self {
                self.unary::<rules::$rule>()
            })*
            fn powf(self, exponent: Self) -> Self {
                self.binary::<rules::Pow>(exponent)
            }
            fn hypot(self, other: Self) -> Self {
                self.binary::<rules::Hypot>(other)
            }
            fn is_above(self, other: Self) -> Self {
                self.binary::<rules::Greater>(other)
            }
            fn is_at_least(self, other: Self) -> Self {
                self.binary::<rules::AtLeast>(other)
            }
            fn is_number(self) -> Self {
                self.is_at_least(self)
            }
            fn is_bounded(self) -> Self {
                Self::from_f64(normal_range::<T>().1).is_at_least(self.abs())
            }
            fn is_normal(self) -> Self {
                let size = self.abs();
                let (smallest, largest) = normal_range::<T>();
                let is_large = size.is_at_least(Self::from_f64(smallest));
                Self::both(is_large, Self::from_f64(largest).is_at_least(size))
            }
            fn both(one: Self, other: Self) -> Self {
                if one.is(0.0) { one } else if other.is(0.0) { other } else { one * other }
            }
            fn not(truth: Self) -> Self {
                Self::one() - truth
            }
            fn choose(
                condition: Self,
                first: impl FnOnce() -> Self,
                second: impl FnOnce() -> Self,
            ) -> Self {
                match condition.node() {
                    Node::Number(truth) if truth > T::zero() => first(),
                    Node::Number(_) => second(),
                    _ => condition.select(first(), second()),
                }
            }
        }
    };
}
functions!(
    abs Abs, sqrt Sqrt, exp Exp, ln Ln, sin Sin, cos Cos, sinh Sinh, cosh Cosh
);

impl<T: Scalar> Recorded<'_, T> {
    /// `positive` where this is above 0, `otherwise` elsewhere.
    pub fn select(self, positive: Self, otherwise: Self) -> Self {
        let operands = [self, positive, otherwise];
        if operands.iter().any(|operand| operand.is_matrix()) {
            Recorded::apply(Choice::<Select>::default(), &operands)
        } else {
            Recorded::apply(ChoiceOf::<Select>::default(), &operands)
        }
    }
}

/// `n · xⁿ⁻¹`.
pub(crate) fn power_slope<T: Scalar>(x: Recorded<'_, T>, n: i32) -> Recorded<'_, T> {
    let slope = match n.checked_sub(1) {
        _ if n == 0 => return Recorded::zero(),
        Some(less) => x.powi(less),
        None => x.powi(n) / x,
    };
    Recorded::from_f64(f64::from(n)) * slope
}
