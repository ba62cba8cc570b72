//! What an entry does, as one byte.

use super::registry::scalar_rules;
use super::rule::{Binary, Unary};
use super::{
    activation::*, arithmetic::*, exponential::*, hyperbolic::*, piecewise::*, powers::*,
    trigonometric::*,
};
use crate::formula::Formula;

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

macro_rules! codes {
    (
        unary { $($u:ident),* }
        binary { $($b:ident $br:ident $bl:ident),* }
    ) => {
        /// What an entry does: one byte on the tape.
        #[repr(u8)]
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Code {
            /// A scalar whose value is set from outside.
            Leaf,
            /// A scalar that never changes and has no cotangent: a number used as an operand of a
            /// matrix op.
            Constant,
            /// A matrix whose values are set from outside.
            MatrixLeaf,
            /// An application of an [`Op`](crate::Op).
            Apply,
            /// An integer power; the exponent stands where the second operand would.
            PowI,
            /// [`Mul`] of an entry by itself: one contribution in a sweep, not two.
            MulItself,
            $($u,)* $($b, $br, $bl,)*
        }

        $(impl CodedUnary for $u { const CODE: Code = Code::$u; })*
        $(impl CodedBinary for $b {
            const CODE: Code = Code::$b;
            const NUMBER_RIGHT: Code = Code::$br;
            const NUMBER_LEFT: Code = Code::$bl;
        })*

        impl Code {
            /// Name, symbol and formula.
            pub(crate) fn describe(self) -> Description {
                let (name, symbol, formula) = match self {
                    Code::Leaf | Code::MatrixLeaf => ("leaf", "", Formula::UNKNOWN),
                    Code::Constant => ("constant", "", Formula::UNKNOWN),
                    Code::Apply => ("op", "", Formula::UNKNOWN),
                    Code::PowI => (PowI::NAME, PowI::SYMBOL, PowI::FORMULA),
                    Code::MulItself => (Mul::NAME, Mul::SYMBOL, Mul::FORMULA),
                    $(Code::$u => ($u::NAME, $u::SYMBOL, $u::FORMULA),)*
                    $(Code::$b | Code::$br | Code::$bl => ($b::NAME, $b::SYMBOL, $b::FORMULA),)*
                };
                Description { name, symbol, formula }
            }

            /// What the slope by the first number of the rule, or by the second, reads: the first
            /// number, the second, the result.
            #[cfg(feature = "map")]
            pub(crate) fn reads(self, by_second: bool) -> [bool; 3] {
                let of_one = |[x, y]: [bool; 2]| [x, false, y];
                match self {
                    Code::Leaf | Code::Constant | Code::MatrixLeaf | Code::Apply => [false; 3],
                    Code::PowI | Code::MulItself => [true, false, false],
                    $(Code::$u => of_one(<$u as Unary>::READS),)*
                    $(
                        Code::$b | Code::$br | Code::$bl if by_second => <$b as Binary>::DY_READS,
                        Code::$b | Code::$br | Code::$bl => <$b as Binary>::DX_READS,
                    )*
                }
            }

            /// Whether the operands get nothing of the result's cotangent.
            #[cfg(feature = "map")]
            pub(crate) fn is_flat(self) -> bool {
                match self {
                    $(Code::$b | Code::$br | Code::$bl => <$b as Binary>::FLAT,)*
                    _ => false,
                }
            }

            /// The code of the same rule where no operand is a plain number.
            #[cfg(feature = "map")]
            pub(crate) fn of_entries(self) -> Code {
                match self {
                    $(Code::$b | Code::$br | Code::$bl => Code::$b,)*
                    code => code,
                }
            }

            /// Where the entry's operands are.
            pub(crate) fn form(self) -> Form {
                match self {
                    Code::Leaf | Code::Constant | Code::MatrixLeaf => Form::None,
                    Code::Apply => Form::Apply,
                    Code::PowI => Form::Power,
                    Code::MulItself => Form::Two,
                    $(Code::$u => Form::One,)*
                    $(
                        Code::$b => Form::Two,
                        Code::$br => Form::NumberRight,
                        Code::$bl => Form::NumberLeft,
                    )*
                }
            }
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
    pub formula: Formula,
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
