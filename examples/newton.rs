//! Newton's method in Rosenbrock's valley, `(1 − x₀)² + 100 (x₁ − x₀²)²`, from (−1.2, 1).
//!
//! Each step goes where the parabola that fits best at this point has its bottom: value, gradient
//! and Hessian are all of it. Gradient descent needs thousands of steps here. `-- --svg FILE` draws
//! the valley and the way.
//!
//! ```text
//! step 0  x = (-1.200000000,  1.000000000)  f = 2.4e1  ‖gradient‖ = 2.3e2
//! step 1  x = (-1.175280899,  1.380674157)  f = 4.7e0  ‖gradient‖ = 4.6e0
//! step 2  x = ( 0.763114871, -3.175033855)  f = 1.4e3  ‖gradient‖ = 1.4e3
//! step 3  x = ( 0.763429679,  0.582824775)  f = 5.6e-2  ‖gradient‖ = 4.7e-1
//! step 4  x = ( 0.999995311,  0.944027324)  f = 3.1e-1  ‖gradient‖ = 2.5e1
//! step 5  x = ( 0.999995696,  0.999991391)  f = 1.9e-11  ‖gradient‖ = 8.6e-6
//! step 6  x = ( 1.000000000,  1.000000000)  f = 3.4e-20  ‖gradient‖ = 8.3e-9
//! ```

use drawing::{Chart, Colour, curve, options};
use nalgebra::{DVector, dvector};
use picture::Draw;
use std::error::Error;
use tape::{Function, Tape, Var};

pub fn main() -> Result<(), Box<dyn Error>> {
    let Some(options) = options(include_str!("newton.rs"), &["--svg", "--player"])? else {
        return Ok(());
    };
    let f = Function::scalar(valley);
    let mut x = dvector![-1.2, 1.0];
    let mut way = vec![(x[0], x[1])];
    for step in 0..=6 {
        let (value, gradient) = f.value_and_gradient(&x)?;
        let gradient = DVector::from(gradient);
        println!(
            "step {step}  x = ({:12.9}, {:12.9})  f = {value:.1e}  ‖gradient‖ = {:.1e}",
            x[0],
            x[1],
            gradient.norm()
        );
        let hessian = f.hessian(&x)?;
        x -= hessian.lu().solve(&gradient).ok_or("no inverse")?;
        way.push((x[0], x[1]));
    }
    options.save("--svg", || chart(&way).svg())?;
    Ok(options.save("--player", played)?)
}

/// Rosenbrock's function.
fn valley<'t>(x: &[Var<'t>]) -> Var<'t> {
    (1.0 - x[0]).square() + 100.0 * (x[1] - x[0].square()).square()
}

/// The graph of it where the way begins.
fn played() -> String {
    let tape = Tape::new();
    let x = [tape.var(-1.2).named("x₀"), tape.var(1.0).named("x₁")];
    let f = valley(&x).named("f");
    tape.picture_with("A valley", &f.gradient()).player()
}

/// Lines of equal height, and the way.
fn chart(way: &[(f64, f64)]) -> Chart {
    let mut chart = Chart::new("Newton's method in a valley", -1.6..1.6, -3.5..2.5)
        .size(560, 560)
        .axes("x₀", "x₁");
    for height in [1.0, 10.0, 100.0, 400.0_f64] {
        // Where (1 − x₀)² = height sin², 100 (x₁ − x₀²)² = height cos².
        let around = curve(0.0..std::f64::consts::TAU, 2881).map(|angle| {
            let x0 = 1.0 - height.sqrt() * angle.sin();
            (x0, x0 * x0 + height.sqrt() / 10.0 * angle.cos())
        });
        chart.dashed(around, Colour::Grey);
    }
    chart.line(way.iter().copied(), Colour::Orange);
    for &at in way {
        chart.dot(at, Colour::Orange);
    }
    chart
}
