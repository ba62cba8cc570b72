//! ReLU and Sigmoid as layers: what they let through, and what they let back (the book's section
//! 5.5).
//!
//! ReLU is a switch: where the input was positive, the cotangent passes unchanged, elsewhere
//! nothing does. Sigmoid multiplies it by `y (1 − y)`. The output is a matrix, so the sweep is told
//! where to start: with a seed of the output's shape.
//!
//! ```text
//! x
//!     1.0000  -0.5000
//!    -2.0000   3.0000
//! relu
//!     1.0000   0.0000
//!     0.0000   3.0000
//! back through it
//!     1.0000   0.0000
//!     0.0000   4.0000
//! sigmoid
//!     0.7311   0.3775
//!     0.1192   0.9526
//! back through it
//!     0.1966   0.4700
//!     0.3150   0.1807
//! ```

use drawing::options;
use nalgebra::{DMatrix, dmatrix};
use picture::Draw;
use std::error::Error;
use tape::Tape;

pub fn main() -> Result<(), Box<dyn Error>> {
    let Some(options) = options(include_str!("relu_sigmoid.rs"), &["--player"])? else {
        return Ok(());
    };
    let tape = Tape::new();
    let x = tape.matrix(&dmatrix![1.0, -0.5; -2.0, 3.0]).named("x");
    show("x", &x.value());
    for (name, y) in [("relu", x.relu()), ("sigmoid", x.sigmoid())] {
        show(name, &y.value());
        let back = y.vjp(&dmatrix![1.0, 2.0; 3.0, 4.0]);
        show("back through it", &back.of(x).to_matrix());
    }
    let picture = tape.picture("ReLU and Sigmoid");
    Ok(options.save("--player", || picture.player())?)
}

fn show(name: &str, m: &DMatrix<f64>) {
    println!("{name}");
    for row in m.row_iter() {
        println!("  {:8.4} {:8.4}", row[0], row[1]);
    }
}
