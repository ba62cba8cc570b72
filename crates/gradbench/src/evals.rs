//! The twelve evals of the suite, a file each: what is computed, and how it is differentiated.

use crate::timing::{Evaluated, timed};
use serde_json::Value;

mod ba;
mod det;
mod gmm;
mod hello;
mod ht;
mod kmeans;
mod llsq;
mod lse;
mod lstm;
mod nested;
mod ode;
mod particle;
mod saddle;

macro_rules! evals {
    ($($name:ident),*) => {
        /// The names of the evals.
        pub const NAMES: &[&str] = &[$(stringify!($name)),*];

        /// Evaluates a function of an eval.
        ///
        /// # Errors
        /// If there is no such eval or function, the input is not what it takes, or the tape
        /// refuses it.
        pub fn evaluate(module: &str, function: &str, input: &Value) -> Evaluated {
            match module {
                $(stringify!($name) => $name::evaluate(function, input),)*
                _ => Err(format!("there is no eval `{module}`, only {}", NAMES.join(", ")).into()),
            }
        }
    };
}
evals!(
    ba, det, gmm, hello, ht, kmeans, llsq, lse, lstm, ode, particle, saddle
);

fn no_function<T>(function: &str, known: &[&str]) -> Result<T, Box<dyn std::error::Error>> {
    Err(format!(
        "there is no function `{function}`, only {}",
        known.join(", ")
    )
    .into())
}
