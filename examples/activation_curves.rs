//! The step function, the sigmoid and ReLU, and their slopes (the book's chapter 3, and section
//! 5.5).
//!
//! The points of a curve are one row on the tape. The sum of the results is a scalar whose gradient
//! is the slope at every point, in one sweep. `-- --svg FILE` draws the curves.
//!
//! ```text
//!              at -4.0   -2.0    0.0    2.0    4.0
//! step          0.0000 0.0000 0.0000 1.0000 1.0000
//!   its slope   0.0000 0.0000 0.0000 0.0000 0.0000
//! sigmoid       0.0180 0.1192 0.5000 0.8808 0.9820
//!   its slope   0.0177 0.1050 0.2500 0.1050 0.0177
//! relu          0.0000 0.0000 0.0000 2.0000 4.0000
//!   its slope   0.0000 0.0000 0.0000 1.0000 1.0000
//! ```

use drawing::{Chart, Colour, beside, curve, options};
use nalgebra::RowDVector;
use picture::Draw;
use std::error::Error;
use tape::{MatrixVar, Tape};

/// An activation on the tape, element by element.
type Activation = for<'t> fn(MatrixVar<'t>) -> MatrixVar<'t>;

const ACTIVATIONS: [(&str, Activation); 3] = [("step", step), ("sigmoid", sigmoid), ("relu", relu)];

/// 1 where `x > 0`, else 0. It is made of constants, so no derivative comes back.
fn step(x: MatrixVar<'_>) -> MatrixVar<'_> {
    x.tape().input(&x.value().map(nn::step))
}

fn sigmoid(x: MatrixVar<'_>) -> MatrixVar<'_> {
    x.sigmoid()
}

fn relu(x: MatrixVar<'_>) -> MatrixVar<'_> {
    x.relu()
}

pub fn main() -> Result<(), Box<dyn Error>> {
    let Some(options) = options(include_str!("activation_curves.rs"), &["--svg", "--player"])?
    else {
        return Ok(());
    };
    let points = RowDVector::from_row_slice(&[-4.0, -2.0, 0.0, 2.0, 4.0]);
    println!("             at -4.0   -2.0    0.0    2.0    4.0");
    for (name, activation) in ACTIVATIONS {
        let (values, slopes) = values_and_slopes(activation, &points);
        println!("{name:12} {}", row(&values));
        println!("  its slope  {}", row(&slopes));
    }
    options.save("--svg", || beside(&ACTIVATIONS.map(chart)))?;
    Ok(options.save("--player", played)?)
}

/// A sigmoid and a ReLU of one number, to be watched.
fn played() -> String {
    let tape = Tape::new();
    let x = tape.var(0.5).named("x");
    let y = (x.sigmoid() + x.relu()).named("y");
    let picture = tape.picture_with("A sigmoid and a ReLU", &y.gradient());
    picture.player()
}

fn row(numbers: &[f64]) -> String {
    numbers.iter().map(|x| format!(" {x:.4}")).collect()
}

/// `f(x)` and `f′(x)` at every point.
fn values_and_slopes(activation: Activation, points: &RowDVector<f64>) -> (Vec<f64>, Vec<f64>) {
    let tape = Tape::new();
    let x = tape.matrix(points);
    let y = activation(x);
    let gradient = y.sum().gradient();
    (y.value().as_slice().into(), gradient.of(x).values().into())
}

/// An activation and, dashed, its slope.
fn chart((name, activation): (&str, Activation)) -> Chart {
    let x = RowDVector::from_iterator(961, curve(-6.0..6.0, 961));
    let (values, slopes) = values_and_slopes(activation, &x);
    let along = |y: Vec<f64>| x.iter().copied().zip(y).collect::<Vec<_>>();
    let mut chart = Chart::new(name, -6.0..6.0, -0.25..2.0)
        .size(300, 280)
        .labels(5, 8)
        .axes("x", "");
    chart.line(along(values), Colour::Blue);
    chart.dashed(along(slopes), Colour::Orange);
    chart.label((-5.4, 1.8), "y", Colour::Blue);
    chart.label((-5.4, 1.6), "dy/dx", Colour::Orange);
    chart
}
