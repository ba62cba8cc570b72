//! Down the bowl `x₀² + x₁²`, from (−3, 4), a hundred steps at a learning rate of 0.1 (the book's
//! section 4.4).
//!
//! The function is a closure over a slice; its value and gradient come from a tape nobody has to
//! see. Each step shrinks both coordinates by a fifth. `-- --svg FILE` draws the gradients of the
//! bowl, pointing down, and the path.
//!
//! ```text
//! step   0  x = (  -3.00e0,    4.00e0)  y = 2.50e1
//! step  10  x = ( -3.22e-1,   4.29e-1)  y = 2.88e-1
//! step  20  x = ( -3.46e-2,   4.61e-2)  y = 3.32e-3
//! step  30  x = ( -3.71e-3,   4.95e-3)  y = 3.83e-5
//! step  40  x = ( -3.99e-4,   5.32e-4)  y = 4.42e-7
//! step  50  x = ( -4.28e-5,   5.71e-5)  y = 5.09e-9
//! step  60  x = ( -4.60e-6,   6.13e-6)  y = 5.87e-11
//! step  70  x = ( -4.94e-7,   6.58e-7)  y = 6.77e-13
//! step  80  x = ( -5.30e-8,   7.07e-8)  y = 7.80e-15
//! step  90  x = ( -5.69e-9,   7.59e-9)  y = 9.00e-17
//! step 100  x = (-6.11e-10,  8.15e-10)  y = 1.04e-18
//! ```

use drawing::{Chart, Colour, curve, options};
use picture::Draw;
use std::error::Error;
use tape::{Real, Tape, value_and_gradient};

fn bowl<R: Real>(x: &[R]) -> R {
    x[0].square() + x[1].square()
}

pub fn main() -> Result<(), Box<dyn Error>> {
    let Some(options) = options(include_str!("gradient_descent.rs"), &["--svg", "--player"])?
    else {
        return Ok(());
    };
    let mut x = [-3.0, 4.0];
    let rate = 0.1;
    let mut path = Vec::new();
    for step in 0..=100 {
        let (y, slope) = value_and_gradient(|x| bowl(x), &x);
        if step % 10 == 0 {
            println!(
                "step {step:3}  x = ({:9.2e}, {:9.2e})  y = {y:.2e}",
                x[0], x[1]
            );
        }
        path.push((x[0], x[1]));
        for (x, slope) in x.iter_mut().zip(slope) {
            *x -= rate * slope;
        }
    }
    options.save("--svg", || chart(&path).svg())?;
    Ok(options.save("--player", played)?)
}

/// One step downhill, to be watched.
fn played() -> String {
    let tape = Tape::new();
    let x = [("x₀", -3.0), ("x₁", 4.0)].map(|(name, x)| tape.var(x).named(name));
    let y = bowl(&x).named("y");
    tape.picture_with("The bowl", &y.gradient()).player()
}

/// Circles of equal height, an arrow downhill at every half, a tenth as long as the gradient, and
/// the path.
fn chart(path: &[(f64, f64)]) -> Chart {
    let mut chart = Chart::new("Down the bowl x₀² + x₁²", -4.5..4.5, -4.5..4.5)
        .size(560, 560)
        .axes("x₀", "x₁");
    for radius in 1..=6 {
        let circle = curve(0.0..std::f64::consts::TAU, 181);
        let radius = f64::from(radius);
        chart.dashed(
            circle.map(|angle| (radius * angle.cos(), radius * angle.sin())),
            Colour::Grey,
        );
    }
    for (x0, x1) in curve(-4.0..4.0, 9).flat_map(|x0| curve(-4.0..4.0, 9).map(move |x1| (x0, x1))) {
        let slope = tape::gradient(|x| bowl(x), &[x0, x1]);
        if slope != [0.0, 0.0] {
            let to = (x0 - 0.1 * slope[0], x1 - 0.1 * slope[1]);
            chart.arrow((x0, x1), to, Colour::Blue);
        }
    }
    chart.line(path.iter().copied(), Colour::Orange);
    for &at in path {
        chart.dot(at, Colour::Orange);
    }
    chart.label((-3.95, 4.28), "start", Colour::Orange);
    chart
}
