//! The Affine layer on a batch: the bias is added to every row, so its derivatives are summed over
//! the rows (the book's section 5.6.2). `-- --svg FILE` draws the graph.
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

use drawing::options;
use nalgebra::{DMatrix, dmatrix};
use picture::Draw;
use std::error::Error;
use tape::Tape;

pub fn main() -> Result<(), Box<dyn Error>> {
    let Some(options) = options(include_str!("affine_batch.rs"), &["--svg", "--player"])? else {
        return Ok(());
    };
    let tape = Tape::new();
    let x = tape.matrix(&dmatrix![0.0; 10.0]).named("X"); // two examples of one number
    let w = tape.matrix(&dmatrix![1.0, 1.0, 1.0]).named("W");
    let b = tape.matrix(&dmatrix![1.0, 2.0, 3.0]).named("b");
    let y = (x * w + b).named("Y");
    show("Y  = X·W + b", &y.value());

    let dy = dmatrix![1.0, 2.0, 3.0; 4.0, 5.0, 6.0];
    show("dY", &dy);
    let back = y.vjp(&dy);
    show("dX = dY·Wᵀ", &back.of(x).to_matrix());
    show("dW = Xᵀ·dY", &back.of(w).to_matrix());
    show("db = column sums of dY", &back.of(b).to_matrix());

    let picture = tape.picture_with("Affine on a batch of two", &back);
    options.save("--svg", || picture.svg())?;
    Ok(options.save("--player", || picture.player())?)
}

fn show(name: &str, m: &DMatrix<f64>) {
    println!("{name}");
    for row in m.row_iter() {
        let row: Vec<_> = row.iter().map(f64::to_string).collect();
        println!("  [{}]", row.join(" "));
    }
}
