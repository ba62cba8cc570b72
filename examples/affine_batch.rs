//! The Affine layer on a batch: the bias is added to every row, so its derivatives are summed over the rows (the
//! book's section 5.6.2).
//!
//! ```text
//! Y  = X·W + b
//!   [1 2 3]
//!   [11 12 13]
//! dY
//!   [1 2 3]
//!   [4 5 6]
//! dX = dY·Wᵀ
//!   [6]
//!   [15]
//! dW = Xᵀ·dY
//!   [40 50 60]
//! db = column sums of dY
//!   [5 7 9]
//! ```

use nalgebra::{DMatrix, dmatrix};
use tape::{Cotangents, Seed, Tape};

pub fn main() -> Result<(), tape::Error> {
    let tape = Tape::new();
    let x = tape.matrix(&dmatrix![0.0; 10.0]); // two examples of one number
    let w = tape.matrix(&dmatrix![1.0, 1.0, 1.0]);
    let b = tape.matrix(&dmatrix![1.0, 2.0, 3.0]);
    let y = nn::affine(x, w, b);
    show("Y  = X·W + b", &y.value());

    let dy = dmatrix![1.0, 2.0, 3.0; 4.0, 5.0, 6.0];
    show("dY", &dy);
    let mut cotangents = Cotangents::new();
    tape.sweep(Seed::matrix(y, &dy), &mut cotangents)?;
    show("dX = dY·Wᵀ", &cotangents.of(x).matrix().into_owned());
    show("dW = Xᵀ·dY", &cotangents.of(w).matrix().into_owned());
    show(
        "db = column sums of dY",
        &cotangents.of(b).matrix().into_owned(),
    );
    Ok(())
}

fn show(name: &str, m: &DMatrix<f64>) {
    println!("{name}");
    for row in m.row_iter() {
        let row: Vec<_> = row.iter().map(f64::to_string).collect();
        println!("  [{}]", row.join(" "));
    }
}
