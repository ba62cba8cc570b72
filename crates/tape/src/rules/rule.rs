//! Scalar rules: one block for each function of one or two numbers.
//!
//! A rule is a zero-sized type that implements [`Unary`], [`Binary`] or [`Power`](powers::PowI).
//! From the rule and one line in `registry.rs` come the entry's code, the forward and the
//! reverse loop, the tangent, the method on [`Var`](crate::Var), on [`MatrixVar`](crate::MatrixVar)
//! and on [`Real`](crate::Real), the table in the documentation and the tests.
//!
//! Every rule is a formula over [`Scalar`], so it holds for `f32`, `f64` and dual numbers alike,
//! and it is written in its numerically stable form. Slopes ask for less, for [`Arithmetic`]: so
//! they can be recorded, and differentiated again.

use crate::cold::apart;
use crate::formula::Formula;
use crate::number::{Arithmetic, Scalar};

/// A differentiable function of one number, `y = f(x)`.
pub trait Unary: Copy + Default + Send + Sync + 'static {
    /// The name users see in reports and pictures, `"sin"`.
    const NAME: &'static str;
    /// The symbol drawn in a circle, `"sin"` or `"−"`.
    const SYMBOL: &'static str;
    /// `dx` in terms of `x`, `y` and `dy`; and `y`, unless symbol and operand say it.
    const FORMULA: Formula;
    /// Points of the domain, off the kinks, at which the rule is tested.
    const POINTS: &'static [f64];

    /// Whether the slope reads `x`, and whether it reads `y`; both, unless the rule says less.
    const READS: [bool; 2] = [true; 2];

    /// `f(x)`.
    fn value<T: Scalar>(x: T) -> T;
    /// `f′(x)`, where `y = f(x)` is at hand.
    fn derivative<T: Arithmetic>(x: T, y: T) -> T;
    /// Whether the slope may overflow or vanish where its product with a cotangent does not:
    /// [`far`](Unary::far) has that product then.
    const GUARDED: bool = false;
    /// Whether a slope of a guarded rule has kept its digits and its size.
    #[inline(always)]
    fn is_kept<T: Arithmetic>(slope: T) -> T::Truth {
        slope.is_normal()
    }
    /// `d · f′(x)` in another order, for where `f′(x)` has not.
    #[inline(always)]
    fn far<T: Scalar>(x: T, y: T, d: T) -> T {
        d * Self::derivative(x, y)
    }
    /// What the operand gets of the result's cotangent `d`, `d · f′(x)`; also what the result gets
    /// of the operand's tangent.
    #[inline(always)]
    fn pull<T: Scalar>(x: T, y: T, d: T) -> T {
        let slope = Self::derivative(x, y);
        if !Self::GUARDED || Self::is_kept(slope) {
            return d * slope;
        }
        apart(|| Self::far(x, y, d))
    }
    /// Whether `f` is defined and smooth in a neighbourhood of `x` (of about 0.01 on a kink's
    /// side): where finite differences must agree with the rule.
    fn is_smooth(x: f64) -> bool;
}

/// A differentiable function of two numbers, `z = f(x, y)`.
pub trait Binary: Copy + Default + Send + Sync + 'static {
    /// The name users see in reports and pictures, `"add"`.
    const NAME: &'static str;
    /// The symbol drawn in a circle, `"+"`.
    const SYMBOL: &'static str;
    /// `dx` and `dy` in terms of `x`, `y`, `z` and `dz`; and `z`, unless symbol and operands say
    /// it.
    const FORMULA: Formula;
    /// Points of the domain, off the kinks, at which the rule is tested.
    const POINTS: &'static [(f64, f64)];

    /// Which of `x`, `y` and `z` the slope by `x` reads; all, unless the rule says less.
    const DX_READS: [bool; 3] = [true; 3];
    /// Which of them the slope by `y` reads.
    const DY_READS: [bool; 3] = [true; 3];

    /// `f(x, y)`.
    fn value<T: Scalar>(x: T, y: T) -> T;
    /// `∂f/∂x`, where `z = f(x, y)` is at hand.
    fn dx<T: Arithmetic>(x: T, y: T, z: T) -> T;
    /// `∂f/∂y`, where `z = f(x, y)` is at hand.
    fn dy<T: Arithmetic>(x: T, y: T, z: T) -> T;
    /// Whether the slopes are 0 wherever there are any: then the operands get nothing at all, not
    /// even 0 · ∞, and a sweep does not go on to them.
    const FLAT: bool = false;
    /// Whether a slope may leave the number range, as [`Unary::GUARDED`] has it.
    const GUARDED: bool = false;
    /// `d · ∂f/∂x` in another order, for where `∂f/∂x` is no normal number.
    #[inline(always)]
    fn far_x<T: Scalar>(x: T, y: T, z: T, d: T) -> T {
        d * Self::dx(x, y, z)
    }
    /// `d · ∂f/∂y` in another order, for where `∂f/∂y` is no normal number.
    #[inline(always)]
    fn far_y<T: Scalar>(x: T, y: T, z: T, d: T) -> T {
        d * Self::dy(x, y, z)
    }
    /// What the first operand gets of the result's cotangent `d`, `d · ∂f/∂x`.
    #[inline(always)]
    fn pull_x<T: Scalar>(x: T, y: T, z: T, d: T) -> T {
        if Self::FLAT {
            return T::zero();
        }
        guarded(Self::GUARDED, d, Self::dx(x, y, z), || {
            Self::far_x(x, y, z, d)
        })
    }
    /// What the second operand gets, `d · ∂f/∂y`.
    #[inline(always)]
    fn pull_y<T: Scalar>(x: T, y: T, z: T, d: T) -> T {
        if Self::FLAT {
            return T::zero();
        }
        guarded(Self::GUARDED, d, Self::dy(x, y, z), || {
            Self::far_y(x, y, z, d)
        })
    }
    /// Whether `f` is defined and smooth in a neighbourhood of the point.
    fn is_smooth(x: f64, y: f64) -> bool;
}

/// Writes a [`Unary`] rule as one block: name and symbol, value, derivative, the
/// [formula](crate::formula!) that says the same on paper, the smooth part of the domain, and the
/// sample points; and as `reference` the function in words of mpmath, with the lists of points at
/// which `scripts/golden/ops.py`, which reads it here, computes it for the tests. The block's
/// comment becomes the type's documentation.
macro_rules! unary {
    ($(#[$doc:meta])* $rule:ident $name:literal $symbol:literal
     value |$x:ident| $value:expr;
     derivative |$dx:pat_param, $dy:pat_param| $derivative:expr;
     $(far |$px:pat_param, $py:pat_param, $pd:pat_param| $far:expr;)?
     $(kept |$k:pat_param| $kept:expr;)?
     rule ( $($formula:tt)* ) $(. $modifier:ident ( $($argument:tt)* ))*;
     smooth |$s:pat_param| $smooth:expr;
     points $points:expr;
     reference $reference:literal on $on:literal;) => {
        $(#[$doc])*
        #[doc = ""]
        #[doc = concat!("Reverse rule: `", stringify!($($formula)*), "`.")]
        #[derive(Clone, Copy, Debug, Default)]
        pub struct $rule;

        impl $crate::rules::Unary for $rule {
            const NAME: &'static str = $name;
            const SYMBOL: &'static str = $symbol;
            const FORMULA: $crate::formula::Formula =
                $crate::formula!(y(x): $($formula)*)$(.$modifier($($argument)*))*;
            const POINTS: &'static [f64] = &$points;
            const READS: [bool; 2] = [
                $crate::rules::is_read(&[stringify!($dx) $(, stringify!($px))?]),
                $crate::rules::is_read(&[stringify!($dy) $(, stringify!($py))?]),
            ];

            #[inline(always)]
            fn value<T: $crate::Scalar>(x: T) -> T {
                T::apply($rule, x)
            }
            #[inline(always)]
            fn derivative<T: $crate::Arithmetic>($dx: T, $dy: T) -> T {
                $derivative
            }
            $(const GUARDED: bool = true;
            #[inline(always)]
            fn far<T: $crate::Scalar>($px: T, $py: T, $pd: T) -> T {
                $far
            })?
            $(#[inline(always)]
            fn is_kept<T: $crate::Arithmetic>($k: T) -> T::Truth {
                $kept
            })?
            fn is_smooth($s: f64) -> bool {
                $smooth
            }
        }

        impl $crate::number::UnaryFunction for $rule {
            #[inline(always)]
            fn value<T: $crate::Scalar>(self, $x: T) -> T {
                $value
            }
            #[inline(always)]
            fn pull<T: $crate::Scalar>(self, x: T, y: T, d: T) -> T {
                <$rule as $crate::rules::Unary>::pull(x, y, d)
            }
        }
    };
}

/// Writes a [`Binary`] rule as one block, like [`unary!`].
macro_rules! binary {
    ($(#[$doc:meta])* $rule:ident $name:literal $symbol:literal
     value |$x:ident, $y:ident| $value:expr;
     dx |$ax:pat_param, $ay:pat_param, $az:pat_param| $dx:expr;
     dy |$bx:pat_param, $by:pat_param, $bz:pat_param| $dy:expr;
     $(
         far_x |$px:pat_param, $py:pat_param, $pz:pat_param, $pd:pat_param| $far_x:expr;
         far_y |$qx:pat_param, $qy:pat_param, $qz:pat_param, $qd:pat_param| $far_y:expr;
     )?
     $(flat $flat:literal;)?
     rule ( $($formula:tt)* ) $(. $modifier:ident ( $($argument:tt)* ))*;
     smooth |$sx:pat_param, $sy:pat_param| $smooth:expr;
     points $points:expr;
     reference $reference:literal on $on:literal;) => {
        $(#[$doc])*
        #[doc = ""]
        #[doc = concat!("Reverse rule: `", stringify!($($formula)*), "`.")]
        #[derive(Clone, Copy, Debug, Default)]
        pub struct $rule;

        impl $crate::rules::Binary for $rule {
            const NAME: &'static str = $name;
            const SYMBOL: &'static str = $symbol;
            const FORMULA: $crate::formula::Formula =
                $crate::formula!(z(x, y): $($formula)*)$(.$modifier($($argument)*))*;
            const POINTS: &'static [(f64, f64)] = &$points;
            const DX_READS: [bool; 3] = [
                $crate::rules::is_read(&[stringify!($ax) $(, stringify!($px))?]),
                $crate::rules::is_read(&[stringify!($ay) $(, stringify!($py))?]),
                $crate::rules::is_read(&[stringify!($az) $(, stringify!($pz))?]),
            ];
            const DY_READS: [bool; 3] = [
                $crate::rules::is_read(&[stringify!($bx) $(, stringify!($qx))?]),
                $crate::rules::is_read(&[stringify!($by) $(, stringify!($qy))?]),
                $crate::rules::is_read(&[stringify!($bz) $(, stringify!($qz))?]),
            ];

            #[inline(always)]
            fn value<T: $crate::Scalar>(x: T, y: T) -> T {
                T::apply_to_two($rule, x, y)
            }
            #[inline(always)]
            fn dx<T: $crate::Arithmetic>($ax: T, $ay: T, $az: T) -> T {
                $dx
            }
            #[inline(always)]
            fn dy<T: $crate::Arithmetic>($bx: T, $by: T, $bz: T) -> T {
                $dy
            }
            $(const GUARDED: bool = true;
            #[inline(always)]
            fn far_x<T: $crate::Scalar>($px: T, $py: T, $pz: T, $pd: T) -> T {
                $far_x
            }
            #[inline(always)]
            fn far_y<T: $crate::Scalar>($qx: T, $qy: T, $qz: T, $qd: T) -> T {
                $far_y
            })?
            $(const FLAT: bool = $flat;)?
            fn is_smooth($sx: f64, $sy: f64) -> bool {
                $smooth
            }
        }

        impl $crate::number::BinaryFunction for $rule {
            #[inline(always)]
            fn value<T: $crate::Scalar>(self, $x: T, $y: T) -> T {
                $value
            }
            #[inline(always)]
            fn pull_x<T: $crate::Scalar>(self, x: T, y: T, z: T, d: T) -> T {
                <$rule as $crate::rules::Binary>::pull_x(x, y, z, d)
            }
            #[inline(always)]
            fn pull_y<T: $crate::Scalar>(self, x: T, y: T, z: T, d: T) -> T {
                <$rule as $crate::rules::Binary>::pull_y(x, y, z, d)
            }
        }
    };
}

/// Whether one of the patterns that slopes name a number by is more than `_`.
pub(crate) const fn is_read(patterns: &[&str]) -> bool {
    let mut k = 0;
    while k < patterns.len() {
        if !matches!(patterns[k].as_bytes(), b"_") {
            return true;
        }
        k += 1;
    }
    false
}

/// `d · slope`; of a guarded rule what `far` computes, where the slope has left the number range.
#[inline(always)]
fn guarded<T: Scalar>(is_guarded: bool, d: T, slope: T, far: impl FnOnce() -> T) -> T {
    if !is_guarded || slope.is_normal() {
        return d * slope;
    }
    apart(far)
}

pub(crate) use {binary, unary};
