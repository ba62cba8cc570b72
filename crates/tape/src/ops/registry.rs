//! The list of scalar rules: one line each.
//!
//! `scalar_rules!(macro_name)` hands the whole list to a macro. From it come the entry's code
//! ([`Code`]), the forward loop, the reverse loop, the tangent loop, the methods on the handles and on
//! [`Real`](crate::Real), and [`rules`], which the documentation and the tests walk over. There is no
//! wildcard arm anywhere: a rule without a derivative does not compile.
//!
//! A binary rule has three codes: both operands on the tape, a number on the right, a number on the left.

macro_rules! scalar_rules {
    ($emit:ident) => {
        $emit! {
            operator_unary { Neg }
            operator_binary {
                Add AddNumber NumberAdd,
                Sub SubNumber NumberSub,
                Mul MulNumber NumberMul,
                Div DivNumber NumberDiv
            }
            unary {
                Recip recip, Square square, Sqrt sqrt, Cbrt cbrt,
                Exp exp, Exp2 exp2, ExpM1 exp_m1, Ln ln, Ln1p ln_1p, Log2 log2, Log10 log10,
                Sin sin, Cos cos, Tan tan, Asin asin, Acos acos, Atan atan,
                Sinh sinh, Cosh cosh, Tanh tanh, Asinh asinh, Acosh acosh, Atanh atanh,
                Abs abs, Relu relu, Sigmoid sigmoid, Softplus softplus
            }
            binary {
                Pow powf PowNumber NumberPow,
                Atan2 atan2 Atan2Number NumberAtan2,
                Max max MaxNumber NumberMax,
                Min min MinNumber NumberMin,
                Hypot hypot HypotNumber NumberHypot
            }
        }
    };
}
pub(crate) use scalar_rules;

use super::scalar::{Binary, Unary};

pub use super::scalar::activation::{Relu, Sigmoid, Softplus};
pub use super::scalar::arithmetic::{Add, Div, Mul, Neg, Recip, Sub};
pub use super::scalar::exponential::{Exp, Exp2, ExpM1, Ln, Ln1p, Log2, Log10};
pub use super::scalar::hyperbolic::{Acosh, Asinh, Atanh, Cosh, Sinh, Tanh};
pub use super::scalar::piecewise::{Abs, Hypot, Max, Min};
pub use super::scalar::powers::{Cbrt, Pow, PowI, Sqrt, Square};
pub use super::scalar::trigonometric::{Acos, Asin, Atan, Atan2, Cos, Sin, Tan};

/// A unary rule that has a code on the tape.
pub(crate) trait CodedUnary: Unary {
    const CODE: Code;
}

/// A binary rule that has its three codes on the tape.
pub(crate) trait CodedBinary: Binary {
    const CODE: Code;
    const NUMBER_RIGHT: Code;
    const NUMBER_LEFT: Code;
    /// The code where both operands are one entry.
    const OF_ITSELF: Code = Self::CODE.of_itself();
}

/// A scalar rule as data, for documentation, reports and generic tests.
#[derive(Clone, Copy, Debug)]
pub enum Rule {
    /// A function of one number.
    Unary {
        /// The rule's name.
        name: &'static str,
        /// The reverse rule as text.
        rule: &'static str,
        /// Points at which it is tested.
        points: &'static [f64],
        /// Whether it is smooth around a point.
        is_smooth: fn(f64) -> bool,
        /// Its value in `f64`.
        value: fn(f64) -> f64,
        /// Its derivative in `f64`, from `x` and `y = f(x)`.
        derivative: fn(f64, f64) -> f64,
    },
    /// A function of two numbers.
    Binary {
        /// The rule's name.
        name: &'static str,
        /// The reverse rule as text.
        rule: &'static str,
        /// Points at which it is tested.
        points: &'static [(f64, f64)],
        /// Whether it is smooth around a point.
        is_smooth: fn(f64, f64) -> bool,
        /// Its value in `f64`.
        value: fn(f64, f64) -> f64,
        /// Its derivative by the first operand, from `x`, `y` and `z = f(x, y)`.
        dx: fn(f64, f64, f64) -> f64,
        /// Its derivative by the second operand.
        dy: fn(f64, f64, f64) -> f64,
    },
}

impl Rule {
    fn unary<R: Unary>() -> Self {
        Rule::Unary {
            name: R::NAME,
            rule: R::RULE,
            points: R::POINTS,
            is_smooth: R::is_smooth,
            value: R::value::<f64>,
            derivative: R::derivative::<f64>,
        }
    }

    fn binary<R: Binary>() -> Self {
        Rule::Binary {
            name: R::NAME,
            rule: R::RULE,
            points: R::POINTS,
            is_smooth: R::is_smooth,
            value: R::value::<f64>,
            dx: R::dx::<f64>,
            dy: R::dy::<f64>,
        }
    }

    /// The name users see in reports and pictures.
    pub fn name(&self) -> &'static str {
        match self {
            Rule::Unary { name, .. } | Rule::Binary { name, .. } => name,
        }
    }
}

macro_rules! codes {
    (
        operator_unary { $($ou:ident),* }
        operator_binary { $($ob:ident $obr:ident $obl:ident),* }
        unary { $($u:ident $um:ident),* }
        binary { $($b:ident $bm:ident $br:ident $bl:ident),* }
    ) => {
        /// What an entry does: one byte on the tape.
        #[repr(u8)]
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Code {
            /// A scalar whose value is set from outside.
            Leaf,
            /// A scalar that never changes and has no cotangent: a number used as an operand of a matrix op.
            Constant,
            /// A matrix whose values are set from outside.
            MatrixLeaf,
            /// An application of an [`Op`](crate::Op).
            Apply,
            /// An integer power; the exponent stands where the second operand would.
            PowI,
            /// [`Mul`] of an entry by itself: one contribution in a sweep, not two.
            MulItself,
            $($ou,)* $($u,)* $($ob, $obr, $obl,)* $($b, $br, $bl,)*
        }

        $(impl CodedUnary for $ou { const CODE: Code = Code::$ou; })*
        $(impl CodedUnary for $u { const CODE: Code = Code::$u; })*
        $(impl CodedBinary for $ob {
            const CODE: Code = Code::$ob;
            const NUMBER_RIGHT: Code = Code::$obr;
            const NUMBER_LEFT: Code = Code::$obl;
        })*
        $(impl CodedBinary for $b {
            const CODE: Code = Code::$b;
            const NUMBER_RIGHT: Code = Code::$br;
            const NUMBER_LEFT: Code = Code::$bl;
        })*

        impl Code {
            /// Name, symbol and reverse rule.
            pub(crate) fn describe(self) -> Description {
                let (name, symbol, rule) = match self {
                    Code::Leaf | Code::MatrixLeaf => ("leaf", "", ""),
                    Code::Constant => ("constant", "", ""),
                    Code::Apply => ("op", "", ""),
                    Code::PowI => (PowI::NAME, PowI::SYMBOL, PowI::RULE),
                    Code::MulItself => (Mul::NAME, Mul::SYMBOL, Mul::RULE),
                    $(Code::$ou => ($ou::NAME, $ou::SYMBOL, $ou::RULE),)*
                    $(Code::$u => ($u::NAME, $u::SYMBOL, $u::RULE),)*
                    $(Code::$ob | Code::$obr | Code::$obl => ($ob::NAME, $ob::SYMBOL, $ob::RULE),)*
                    $(Code::$b | Code::$br | Code::$bl => ($b::NAME, $b::SYMBOL, $b::RULE),)*
                };
                Description { name, symbol, rule }
            }

            /// Where the entry's operands are.
            pub(crate) fn form(self) -> Form {
                match self {
                    Code::Leaf | Code::Constant | Code::MatrixLeaf => Form::None,
                    Code::Apply => Form::Apply,
                    Code::PowI => Form::Power,
                    Code::MulItself => Form::Two,
                    $(Code::$ou => Form::One,)*
                    $(Code::$u => Form::One,)*
                    $(Code::$ob => Form::Two, Code::$obr => Form::NumberRight, Code::$obl => Form::NumberLeft,)*
                    $(Code::$b => Form::Two, Code::$br => Form::NumberRight, Code::$bl => Form::NumberLeft,)*
                }
            }
        }

        /// Every scalar rule but [`PowI`], in the registry's order.
        pub fn rules() -> Vec<Rule> {
            vec![
                $(Rule::unary::<$ou>(),)* $(Rule::binary::<$ob>(),)*
                $(Rule::unary::<$u>(),)* $(Rule::binary::<$b>(),)*
            ]
        }
    };
}
scalar_rules!(codes);

impl Code {
    /// The code of the same rule where both operands are one entry.
    const fn of_itself(self) -> Self {
        match self {
            Code::Mul => Code::MulItself,
            code => code,
        }
    }

    /// Whether the result may lie in a block; of other entries it is a number.
    #[inline]
    pub(crate) const fn may_be_matrix(self) -> bool {
        matches!(self, Code::MatrixLeaf | Code::Apply)
    }

    /// The code of the same rule where the operands are two entries.
    pub(crate) const fn of_two(self) -> Self {
        match self {
            Code::MulItself => Code::Mul,
            code => code,
        }
    }
}

/// What a code is called, drawn as and differentiated by.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Description {
    pub name: &'static str,
    pub symbol: &'static str,
    pub rule: &'static str,
}

/// Where the operands of a scalar entry are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// No operand: a leaf or a constant.
    None,
    /// One entry.
    One,
    /// One entry and an integer exponent.
    Power,
    /// Two entries.
    Two,
    /// An entry, then a number.
    NumberRight,
    /// A number, then an entry.
    NumberLeft,
    /// A range of the operand list.
    Apply,
}
