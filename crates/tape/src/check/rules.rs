//! The suite for the scalar rules, as entries on a tape: with two handles, with a number on the
//! right, with a number on the left.

use super::entry::check_entry;
use super::finding::Finding;
use super::isolated::IsolatedEntry;
use super::options::Mode;
use super::random::Random;
use super::report::Report;
use crate::handle::{Tape, Var};
use crate::number::Scalar;
use crate::rules::{self, Binary, Unary, scalar_rules};

/// Integer exponents at which `powi` is tried, and numbers to raise.
const EXPONENTS: [i32; 7] = [-3, -1, 0, 1, 2, 5, 10];
const BASES: [f64; 4] = [-1.5, 0.25, 1.0, 3.0];

/// Puts every scalar rule through the generic suite, as an entry on a tape, at each of its points
/// and in each of its forms: two handles, a number on the right, a number on the left.
pub fn rules<T: Scalar>() -> Report {
    let mut report = Report::default();
    record_each::<T>(&mut |label, record| {
        let tape = Tape::default();
        record(&tape);
        let store = tape.store.borrow();
        let index = store.program.entries.len() - 1;
        let mut isolated =
            IsolatedEntry::of_entry(&store, index).expect("the last entry is an operation");
        let mut random = Random::new(index as u64);
        let found = check_entry(&mut isolated, Mode::Full, &mut random);
        report.extend(found.map(|finding| Finding {
            label: label.clone(),
            ..finding
        }));
    });
    report
}

pub(super) type Record<'r, T> = &'r dyn for<'t> Fn(&'t Tape<T>) -> Var<'t, T>;

macro_rules! record_each {
    (
        unary { $($u:ident),* }
        binary { $($b:ident $br:ident $bl:ident),* }
    ) => {
        /// Hands over a recording of every rule at every point.
        pub(super) fn record_each<T: Scalar>(each: &mut dyn FnMut(String, Record<'_, T>)) {
            for n in EXPONENTS {
                for x in BASES {
                    each(format!("powi {n} at {x}"), &|tape| tape.var(T::from_f64(x)).powi(n));
                }
            }
            $(unary::<rules::$u, T>(each);)*
            $(binary::<rules::$b, T>(each);)*
        }
    };
}
scalar_rules!(record_each);

fn unary<R: rules::CodedUnary, T: Scalar>(each: &mut dyn FnMut(String, Record<'_, T>)) {
    for &x in <R as Unary>::POINTS {
        each(format!("at {x}"), &|tape| {
            tape.var(T::from_f64(x)).unary::<R>()
        });
    }
}

fn binary<R: rules::CodedBinary, T: Scalar>(each: &mut dyn FnMut(String, Record<'_, T>)) {
    for &(x, y) in <R as Binary>::POINTS {
        let (left, right) = (T::from_f64(x), T::from_f64(y));
        each(format!("at {x}, {y}"), &|tape| {
            tape.var(left).binary::<R>(tape.var(right))
        });
        each(format!("at {x}, number {y}"), &|tape| {
            tape.var(left).binary::<R>(right.into())
        });
        each(format!("number {x}, at {y}"), &|tape| {
            Var::from(left).binary::<R>(tape.var(right))
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bench_repeats_what_was_recorded() {
        let mut forms = 0;
        record_each::<f64>(&mut |label, record| {
            let tape = Tape::default();
            let recorded = record(&tape).value();
            let store = tape.store.borrow();
            let mut isolated =
                IsolatedEntry::of_entry(&store, store.program.entries.len() - 1).unwrap();
            isolated.forward(f64::NAN).unwrap();
            let again = isolated.result()[0];
            assert_eq!(again.to_bits(), recorded.to_bits(), "{label}");
            forms += 1;
        });
        assert_eq!(forms, rules::<f64>().entries);
    }
}
