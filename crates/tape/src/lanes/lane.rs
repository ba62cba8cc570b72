//! What the loops over lanes compute with.

use super::straight::Straight;
use crate::number::Scalar;

/// The numbers that a loop over lanes of `T` computes with: `T` itself, or numbers whose elementary
/// functions have no branches, and which may be NaN where `T` has an answer.
pub(super) trait Lane<T>: Scalar {
    /// Whether it is `T` itself: then no answer is missing.
    const PLAIN: bool;

    fn of(number: T) -> Self;
    fn number(self) -> T;
}

impl<T: Scalar> Lane<T> for T {
    const PLAIN: bool = true;

    #[inline(always)]
    fn of(number: T) -> Self {
        number
    }
    #[inline(always)]
    fn number(self) -> T {
        self
    }
}

macro_rules! lane {
    ($($Float:ident)*) => {
        $(impl<const FUSED: bool> Lane<$Float> for Straight<$Float, FUSED> {
            const PLAIN: bool = false;

            #[inline(always)]
            fn of(number: $Float) -> Self {
                Straight(number)
            }
            #[inline(always)]
            fn number(self) -> $Float {
                self.0
            }
        })*
    };
}
lane!(f32 f64);
