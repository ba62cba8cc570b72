//! Operators whose operands are borrowed, as in `for x in &handles`.
//!
//! Handles and numbers are `Copy`, and the standard library's numbers have these operators too:
//! whoever iterates over a slice need not write `*x`.

/// An operator with its left operand, its right one, and both behind a reference, from the one with
/// neither.
macro_rules! by_reference {
    ($trait:ident $method:ident, [$($generics:tt)*] $left:ty, $right:ty => $output:ty) => {
        impl<'l, $($generics)*> std::ops::$trait<$right> for &'l $left {
            type Output = $output;
            #[inline(always)]
            #[track_caller]
            fn $method(self, other: $right) -> $output {
                std::ops::$trait::$method(*self, other)
            }
        }

        impl<'r, $($generics)*> std::ops::$trait<&'r $right> for $left {
            type Output = $output;
            #[inline(always)]
            #[track_caller]
            fn $method(self, other: &'r $right) -> $output {
                std::ops::$trait::$method(self, *other)
            }
        }

        impl<'l, 'r, $($generics)*> std::ops::$trait<&'r $right> for &'l $left {
            type Output = $output;
            #[inline(always)]
            #[track_caller]
            fn $method(self, other: &'r $right) -> $output {
                std::ops::$trait::$method(*self, *other)
            }
        }
    };
}
pub(crate) use by_reference;

/// The assignment that belongs to an operator, with the other operand as it is and behind a
/// reference: `x += y` is `x = x + y`.
macro_rules! assignment {
    ($trait:ident $method:ident $assign:ident $assign_method:ident,
        [$($generics:tt)*] $left:ty, $right:ty) => {
        impl<$($generics)*> std::ops::$assign<$right> for $left {
            #[inline(always)]
            #[track_caller]
            fn $assign_method(&mut self, other: $right) {
                *self = std::ops::$trait::$method(*self, other);
            }
        }

        impl<'r, $($generics)*> std::ops::$assign<&'r $right> for $left {
            #[inline(always)]
            #[track_caller]
            fn $assign_method(&mut self, other: &'r $right) {
                *self = std::ops::$trait::$method(*self, *other);
            }
        }
    };
}
pub(crate) use assignment;
