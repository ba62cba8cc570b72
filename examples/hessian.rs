//! The Hessian of a small net's loss, drawn.
//!
//! Two numbers, two hidden units, one output, and the four points of "either, not both". The
//! function has named inputs: weights and biases are parameters, the examples data. `-- --svg FILE`
//! draws every second derivative as a square, orange where it is positive, blue where it is
//! negative, the stronger the larger.
//!
//! ```text
//! parameters: W1 2×2, b1 1×2, W2 2×1, b2 1×1
//! W1    1.397   0.051   0.702   0.042   1.397   0.702   0.015   0.364   0.893
//! W1    0.051   1.397   0.042   0.702   1.397   0.702   0.015   0.364   0.893
//! W1    0.702   0.042   2.911   0.546   0.702   2.911   2.750  -1.969   3.146
//! W1    0.042   0.702   0.546   2.911   0.702   2.911   2.750  -1.969   3.146
//! b1    1.397   1.397   0.702   0.702   3.171   1.647  -1.600   2.175   3.306
//! b1    0.702   0.702   2.911   2.911   1.647   5.706   3.781  -2.337   5.080
//! W2    0.015   0.015   2.750   2.750  -1.600   3.781   4.694  -0.341   4.095
//! W2    0.364   0.364  -1.969  -1.969   2.175  -2.337  -0.341   2.920   2.735
//! b2    0.893   0.893   3.146   3.146   3.306   5.080   4.095   2.735   8.000
//! curvatures: [-2.802, -0.990, 0.401, 0.804, 1.021, 2.690, 4.130, 8.721, 19.132]
//! ```

use drawing::{Chart, Colour, options};
use nalgebra::{DMatrix, dmatrix};
use picture::Draw;
use std::error::Error;
use tape::{Function, Structure, Tape, Values};

pub fn main() -> Result<(), Box<dyn Error>> {
    let Some(options) = options(include_str!("hessian.rs"), &["--svg", "--player"])? else {
        return Ok(());
    };
    let inputs = Structure::new()
        .matrix("W1", 2, 2)
        .matrix("b1", 1, 2)
        .matrix("W2", 2, 1)
        .matrix("b2", 1, 1)
        .data_matrix("x", 4, 2)
        .data_matrix("t", 4, 1);
    let loss = Function::new(inputs.clone(), |at| {
        let hidden = (at.matrix("x") * at.matrix("W1") + at.matrix("b1")).tanh();
        let y = hidden * at.matrix("W2") + at.matrix("b2");
        let off = y - at.matrix("t");
        off.component_mul(off).sum().into()
    });

    let mut point = Values::new(inputs.clone());
    point.set("W1", &dmatrix![1.5, -1.0; 1.5, -1.0]);
    point.set("b1", &dmatrix![-0.5, 1.5]);
    point.set("W2", &dmatrix![1.0; 1.0]);
    point.set("b2", &dmatrix![-1.0]);
    point.set("x", &dmatrix![0.0, 0.0; 0.0, 1.0; 1.0, 0.0; 1.0, 1.0]);
    point.set("t", &dmatrix![0.0; 1.0; 1.0; 0.0]);

    let hessian = loss.hessian(&point)?;
    let parameters = inputs.parameters();
    println!("parameters: {parameters}");
    for (part, row) in rows(&parameters).into_iter().zip(hessian.row_iter()) {
        let row: String = row.iter().map(|h| format!("{h:8.3}")).collect();
        println!("{part:2} {row}");
    }
    let mut curvatures = hessian.symmetric_eigenvalues().as_slice().to_vec();
    curvatures.sort_by(f64::total_cmp);
    println!("curvatures: {curvatures:.3?}");
    options.save("--svg", || chart(&parameters, &hessian).svg())?;
    Ok(options.save("--player", || played(&point))?)
}

/// The graph of the loss.
fn played(point: &Values) -> String {
    let tape = Tape::new();
    let parameter = |name| tape.matrix(&point.part(name).matrix()).named(name);
    let data = |name| tape.input(&point.part(name).matrix()).named(name);
    let hidden = (data("x") * parameter("W1") + parameter("b1")).tanh();
    let off = hidden * parameter("W2") + parameter("b2") - data("t");
    let loss = off.component_mul(off).sum().named("loss");
    tape.picture_with("A net's loss", &loss.gradient()).player()
}

/// The name of the part that each row is of.
fn rows(parameters: &Structure) -> Vec<&str> {
    let parts = parameters.parts().iter();
    parts
        .flat_map(|part| part.range().map(|_| &*part.name))
        .collect()
}

/// A square for each entry, and lines between the parts.
fn chart(parameters: &Structure, hessian: &DMatrix<f64>) -> Chart {
    let n = hessian.nrows() as f64;
    let mut chart = Chart::new("The Hessian of a net's loss", -1.0..n, n..-1.0)
        .size(560, 560)
        .labels(0, 0);
    let largest = hessian.amax();
    for (i, row) in hessian.row_iter().enumerate() {
        for (j, &h) in row.iter().enumerate() {
            let colour = if h > 0.0 {
                Colour::Orange
            } else {
                Colour::Blue
            };
            chart.square((j as f64, i as f64), colour, (h.abs() / largest).sqrt());
        }
    }
    for part in parameters.parts() {
        let (start, end) = (part.range().start as f64, part.range().end as f64);
        chart.line([(start, 0.0), (start, n)], Colour::Grey);
        chart.line([(0.0, start), (n, start)], Colour::Grey);
        let middle = (start + end) / 2.0;
        chart.label((middle - 0.2, -0.4), &part.name, Colour::Grey);
        chart.label((-0.7, middle), &part.name, Colour::Grey);
    }
    chart.line([(n, 0.0), (n, n)], Colour::Grey);
    chart.line([(0.0, n), (n, n)], Colour::Grey);
    chart
}
