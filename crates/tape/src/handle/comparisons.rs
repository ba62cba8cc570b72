//! Comparisons of scalars, which the tape keeps as guards; with numbers on either side.

use super::var::Var;
use crate::error::Place;
use crate::list::{Relation, Side};
use crate::number::Scalar;
use std::cmp::Ordering;
use std::panic::Location;

impl<T: Scalar> Var<'_, T> {
    #[track_caller]
    fn compare(self, other: Self, relation: Relation, held: bool) {
        let Some(tape) = self.tape.or(other.tape) else {
            return;
        };
        let side = |var: Self| match var.tape {
            None => Side::Number(var.value),
            Some(own) => {
                tape.assert_same(own, "comparison");
                Side::Entry(var.index)
            }
        };
        let place = Place(Location::caller());
        tape.guard(side(self), side(other), relation, held, place);
    }

    #[inline]
    #[track_caller]
    pub(super) fn holds(self, other: Self, relation: Relation) -> bool {
        let held = relation.holds(&self.value, &other.value);
        self.compare(other, relation, held);
        held
    }

    #[track_caller]
    pub(super) fn order(self, other: Self) -> Option<Ordering> {
        let order = self.value.partial_cmp(&other.value);
        self.compare(other, Relation::Order(order), true);
        order
    }
}

/// The two traits of comparisons between `$left` and `$right`, each made a handle as shown.
macro_rules! comparisons {
    ([$($generics:tt)*] $left:ty, $right:ty, |$x:ident, $y:ident| $x_var:expr, $y_var:expr) => {
        impl<$($generics)*> PartialEq<$right> for $left {
            #[track_caller]
            fn eq(&self, $y: &$right) -> bool {
                let $x = self;
                $x_var.holds($y_var, $crate::list::Relation::Equal)
            }
            // Not left to the default, which would ask `eq` at a place of its own.
            #[allow(clippy::partialeq_ne_impl)]
            #[track_caller]
            fn ne(&self, $y: &$right) -> bool {
                let $x = self;
                !$x_var.holds($y_var, $crate::list::Relation::Equal)
            }
        }

        impl<$($generics)*> PartialOrd<$right> for $left {
            #[track_caller]
            fn partial_cmp(&self, $y: &$right) -> Option<std::cmp::Ordering> {
                let $x = self;
                $x_var.order($y_var)
            }
            #[track_caller]
            fn lt(&self, $y: &$right) -> bool {
                let $x = self;
                $x_var.holds($y_var, $crate::list::Relation::Less)
            }
            #[track_caller]
            fn le(&self, $y: &$right) -> bool {
                let $x = self;
                $x_var.holds($y_var, $crate::list::Relation::LessOrEqual)
            }
            #[track_caller]
            fn gt(&self, $y: &$right) -> bool {
                let $x = self;
                $x_var.holds($y_var, $crate::list::Relation::Greater)
            }
            #[track_caller]
            fn ge(&self, $y: &$right) -> bool {
                let $x = self;
                $x_var.holds($y_var, $crate::list::Relation::GreaterOrEqual)
            }
        }
    };
}
pub(crate) use comparisons;
comparisons!(['t, T: Scalar] Var<'t, T>, Var<'t, T>, |x, y| *x, *y);
comparisons!(['t, T: Scalar] Var<'t, T>, T, |x, y| *x, Var::from(*y));

/// A number on the left of a handle; one list of concrete types, because Rust has no other way.
macro_rules! number_on_the_left {
    ([$($generics:tt)*] $number:ty) => {
        $crate::handle::comparisons::comparisons!(
            ['t, $($generics)*] $number, $crate::Var<'t, $number>,
            |x, y| $crate::Var::from(*x), *y
        );
    };
}
#[cfg(feature = "num-dual")]
pub(crate) use number_on_the_left;
number_on_the_left!([] f32);
number_on_the_left!([] f64);
