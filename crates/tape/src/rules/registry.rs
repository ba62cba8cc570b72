//! The list of scalar rules: one line each.
//!
//! `scalar_rules!(macro_name)` hands the whole list to a macro. From it come the entry's code
//! ([`Code`]), the forward loop, the reverse loop, the tangent loop, the methods on the handles and
//! on [`Real`](crate::Real), and [`rules`], which the documentation and the tests walk over. There
//! is no wildcard arm anywhere: a rule without a derivative does not compile.
//!
//! A binary rule has three codes: both operands on the tape, a number on the right, a number on the
//! left.

macro_rules! registry {
    ($arm:tt $emit:ident) => {
        $crate::rules::registry! {
            $arm $emit
            // Written with an operator: no method bears their name.
            operators { Neg }
            {
                Add AddNumber NumberAdd,
                Sub SubNumber NumberSub,
                Mul MulNumber NumberMul,
                Div DivNumber NumberDiv
            }
            functions {
                Recip recip, Square square, Sqrt sqrt, Cbrt cbrt,
                Exp exp, Exp2 exp2, ExpM1 exp_m1, Ln ln, Ln1p ln_1p, Log2 log2, Log10 log10,
                Sin sin, Cos cos, Tan tan, Asin asin, Acos acos, Atan atan,
                Sinh sinh, Cosh cosh, Tanh tanh, Asinh asinh, Acosh acosh, Atanh atanh,
                Abs abs, Relu relu, Sigmoid sigmoid, Softplus softplus,
                LogSigmoid log_sigmoid
            }
            {
                Pow powf PowNumber NumberPow,
                Atan2 atan2 Atan2Number NumberAtan2,
                Max max MaxNumber NumberMax,
                Min min MinNumber NumberMin,
                Hypot hypot HypotNumber NumberHypot,
                Greater greater_than GreaterNumber NumberGreater,
                AtLeast at_least AtLeastNumber NumberAtLeast
            }
        }
    };
    (
        rules $emit:ident
        operators { $($ou:ident),* } { $($ob:ident $obr:ident $obl:ident),* }
        functions { $($u:ident $um:ident),* } { $($b:ident $bm:ident $br:ident $bl:ident),* }
    ) => {
        $emit! {
            unary { $($ou,)* $($u),* }
            binary { $($ob $obr $obl,)* $($b $br $bl),* }
        }
    };
    (
        functions $emit:ident
        operators { $($ou:ident),* } { $($ob:ident $obr:ident $obl:ident),* }
        functions { $($u:ident $um:ident),* } { $($b:ident $bm:ident $br:ident $bl:ident),* }
    ) => {
        $emit! {
            unary { $($u $um),* }
            binary { $($b $bm),* }
        }
    };
}

/// Hands every rule to a macro: `unary { Rule, … } binary { Rule CodeWithNumberRight
/// CodeWithNumberLeft, … }`.
macro_rules! scalar_rules {
    ($emit:ident) => {
        $crate::rules::registry! { rules $emit }
    };
}

/// Hands the rules that are methods of numbers and handles to a macro, with the methods' names:
/// `unary { Rule method, … } binary { Rule method, … }`.
macro_rules! scalar_functions {
    ($emit:ident) => {
        $crate::rules::registry! { functions $emit }
    };
}

pub(crate) use {registry, scalar_functions, scalar_rules};

use super::rule::{Binary, Unary};
use super::{
    activation::*, arithmetic::*, exponential::*, hyperbolic::*, piecewise::*, powers::*,
    trigonometric::*,
};
use crate::formula::Formula;

/// A scalar rule as data, for documentation, reports and generic tests.
#[derive(Clone, Copy, Debug)]
pub enum Rule {
    /// A function of one number.
    #[non_exhaustive]
    Unary {
        /// The rule's name.
        name: &'static str,
        /// The rule on paper.
        formula: Formula,
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
    #[non_exhaustive]
    Binary {
        /// The rule's name.
        name: &'static str,
        /// The rule on paper.
        formula: Formula,
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
            formula: R::FORMULA,
            points: R::POINTS,
            is_smooth: R::is_smooth,
            value: R::value::<f64>,
            derivative: R::derivative::<f64>,
        }
    }

    fn binary<R: Binary>() -> Self {
        Rule::Binary {
            name: R::NAME,
            formula: R::FORMULA,
            points: R::POINTS,
            is_smooth: R::is_smooth,
            value: R::value::<f64>,
            dx: R::dx::<f64>,
            dy: R::dy::<f64>,
        }
    }

    /// How many numbers it is a function of: 1 or 2.
    pub fn operands(&self) -> usize {
        match self {
            Rule::Unary { .. } => 1,
            Rule::Binary { .. } => 2,
        }
    }

    /// The rule on paper.
    pub fn formula(&self) -> Formula {
        match self {
            Rule::Unary { formula, .. } | Rule::Binary { formula, .. } => *formula,
        }
    }

    /// The name users see in reports and pictures.
    pub fn name(&self) -> &'static str {
        match self {
            Rule::Unary { name, .. } | Rule::Binary { name, .. } => name,
        }
    }
}

macro_rules! rules {
    (
        unary { $($u:ident),* }
        binary { $($b:ident $br:ident $bl:ident),* }
    ) => {
        /// Every scalar rule but [`PowI`], in the registry's order.
        pub fn all() -> Vec<Rule> {
            vec![

                $(Rule::unary::<$u>(),)* $(Rule::binary::<$b>(),)*
            ]
        }
    };
}
scalar_rules!(rules);
