//! Comparisons of scalars, which the tape keeps as guards.

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
    fn holds(self, other: Self, relation: Relation) -> bool {
        let held = relation.holds(&self.value, &other.value);
        self.compare(other, relation, held);
        held
    }
}

macro_rules! comparisons {
    ($([$($generics:tt)*] $other:ty, |$o:ident| $convert:expr);*) => {
        $(impl<$($generics)* T: Scalar> PartialEq<$other> for Var<'t, T> {
            #[track_caller]
            fn eq(&self, $o: &$other) -> bool {
                self.holds($convert, Relation::Equal)
            }
            // Not left to the default, which would ask `eq` at a place of its own.
            #[allow(clippy::partialeq_ne_impl)]
            #[track_caller]
            fn ne(&self, $o: &$other) -> bool {
                !self.holds($convert, Relation::Equal)
            }
        }

        impl<$($generics)* T: Scalar> PartialOrd<$other> for Var<'t, T> {
            #[track_caller]
            fn partial_cmp(&self, $o: &$other) -> Option<Ordering> {
                let other = $convert;
                let order = self.value.partial_cmp(&other.value);
                self.compare(other, Relation::Order(order), true);
                order
            }
            #[track_caller]
            fn lt(&self, $o: &$other) -> bool {
                self.holds($convert, Relation::Less)
            }
            #[track_caller]
            fn le(&self, $o: &$other) -> bool {
                self.holds($convert, Relation::LessOrEqual)
            }
            #[track_caller]
            fn gt(&self, $o: &$other) -> bool {
                self.holds($convert, Relation::Greater)
            }
            #[track_caller]
            fn ge(&self, $o: &$other) -> bool {
                self.holds($convert, Relation::GreaterOrEqual)
            }
        })*
    };
}
comparisons!(['t,] Var<'t, T>, |o| *o; ['t,] T, |o| Var::from(*o));
