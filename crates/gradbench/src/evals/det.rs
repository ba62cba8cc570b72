//! A determinant by expansion along the first row, of a matrix that is small enough for it.

use super::{Evaluated, Value, no_function, timed};
use serde::Deserialize;
use tape::{Function, Real};

#[derive(Deserialize)]
struct Input {
    #[serde(rename = "A")]
    a: Vec<f64>,
    ell: usize,
}

/// The determinant of the rows from `row` on, of the columns that are left: a list in which each
/// column names the next one, and the place behind the last column the first.
fn minor<R: Real>(a: &[R], size: usize, row: usize, next: &mut [usize]) -> R {
    let (mut before, mut column) = (size, next[size]);
    if row + 1 == size {
        return a[row * size + column];
    }
    let mut sum = None;
    for j in row..size {
        next[before] = next[column];
        let term = a[row * size + column] * minor(a, size, row + 1, next);
        next[before] = column;
        sum = Some(match sum {
            None => term,
            Some(sum) if (j - row).is_multiple_of(2) => sum + term,
            Some(sum) => sum - term,
        });
        (before, column) = (column, next[column]);
    }
    sum.expect("there are columns left")
}

fn determinant<R: Real>(a: &[R], size: usize) -> R {
    let mut next: Vec<usize> = (1..=size).chain([0]).collect();
    minor(a, size, 0, &mut next)
}

pub fn evaluate(function: &str, input: &Value) -> Evaluated {
    let Input { a, ell } = Input::deserialize(input)?;
    match function {
        "primal" => timed(input, |_| Ok(determinant(&a, ell)), |y| y),
        "gradient" => {
            let f = Function::scalar(move |a| determinant(a, ell));
            timed(input, |_| f.gradient(&a), |g| g)
        }
        _ => no_function(function, &["primal", "gradient"]),
    }
}
