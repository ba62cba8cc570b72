//! Rules by their names.

use super::var::Var;
use crate::number::Scalar;
use crate::rules::*;

macro_rules! by_name {
    (
        unary { $($u:ident),* }
        binary { $($b:ident $br:ident $bl:ident),* }
    ) => {
        /// Applies the scalar rule of that [name](crate::rules::Rule::name); `None` if no rule of
        /// so many operands has it. For whoever reads expressions from elsewhere: tables, other
        /// languages.
        ///
        /// ```
        /// use tape::{Tape, apply_rule};
        /// let tape = Tape::new();
        /// let x = tape.var(2.0);
        /// let y = apply_rule("powf", &[x, 3.0.into()]).unwrap();
        /// assert_eq!((y.value(), y.gradient().of(x)), (8.0, 12.0));
        /// assert!(apply_rule("powf", &[x]).is_none());
        /// ```
        #[track_caller]
        pub fn apply_rule<'t, T: Scalar>(
            name: &str,
            operands: &[Var<'t, T>],
        ) -> Option<Var<'t, T>> {
            match *operands {
                [x] => match name {
                    $(<$u as Unary>::NAME => Some(x.unary::<$u>()),)*
                    _ => None,
                },
                [x, y] => match name {
                    $(<$b as Binary>::NAME => Some(x.binary::<$b>(y)),)*
                    _ => None,
                },
                _ => None,
            }
        }
    };
}
scalar_rules!(by_name);
