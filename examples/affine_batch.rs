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
use tape::Tape;

pub fn main() {
    let tape = Tape::new();
    let x = tape.matrix(&dmatrix![0.0; 10.0]); // two examples of one number
    let w = tape.matrix(&dmatrix![1.0, 1.0, 1.0]);
    let b = tape.matrix(&dmatrix![1.0, 2.0, 3.0]);
    let y = nn::affine(x, w, b);
    show("Y  = X·W + b", &y.value());

    let dy = dmatrix![1.0, 2.0, 3.0; 4.0, 5.0, 6.0];
    show("dY", &dy);
    let back = y.vjp(&dy);
    show("dX = dY·Wᵀ", &back.of(x).to_matrix());
    show("dW = Xᵀ·dY", &back.of(w).to_matrix());
    show("db = column sums of dY", &back.of(b).to_matrix());
}

fn show(name: &str, m: &DMatrix<f64>) {
    println!("{name}");
    for row in m.row_iter() {
        let row: Vec<_> = row.iter().map(f64::to_string).collect();
        println!("  [{}]", row.join(" "));
    }
}
