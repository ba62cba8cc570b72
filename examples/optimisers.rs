//! Four optimisers in a narrow valley, `x²/20 + y²`, from (−7, 2), thirty steps each (the book's
//! section 6.1).
//!
//! Downhill is the wrong way here: on both slopes it points at the other one, and hardly along the
//! valley. SGD goes to and fro. Momentum keeps the part of its speed that always points the same
//! way. AdaGrad and Adam give each coordinate a step of its own size. Learning rates are the
//! book's. `-- --svg FILE` draws the paths.
//!
//! ```text
//!             step 0          step 10         step 20         step 30
//! SGD       (-7.00,  2.00)  (-2.58,  0.70)  (-0.95,  0.24)  (-0.35,  0.08)
//! Momentum  (-7.00,  2.00)  (-4.35,  0.01)  (-0.82, -0.70)  ( 0.90,  0.09)
//! AdaGrad   (-7.00,  2.00)  (-1.49,  0.00)  (-0.42,  0.00)  (-0.12,  0.00)
//! Adam      (-7.00,  2.00)  (-4.06, -0.49)  (-1.52, -0.28)  ( 0.14,  0.32)
//! ```

use drawing::{Chart, Colour, beside, curve, options};
use nalgebra::dmatrix;
use nn::{Learner, Method, Optimiser, Rule};
use picture::Draw;
use std::error::Error;
use tape::{Cotangents, MatrixVar, Seed, Tape, Var};

const STEPS: usize = 30;

/// The optimisers and their learning rates.
const OPTIMISERS: [(&str, Method, f64); 4] = [
    ("SGD", Method::Sgd, 0.95),
    ("Momentum", Method::Momentum { momentum: 0.9 }, 0.1),
    ("AdaGrad", Method::AdaGrad, 1.5),
    (
        "Adam",
        Method::Adam {
            beta1: 0.9,
            beta2: 0.999,
        },
        0.3,
    ),
];

/// `x²/20 + y²` of a point, a row of two numbers.
fn valley<'t>(tape: &'t Tape, point: MatrixVar<'t>) -> Var<'t> {
    let weights = tape.input(&dmatrix![0.05, 1.0]);
    point.square().dot(weights)
}

pub fn main() -> Result<(), Box<dyn Error>> {
    let Some(options) = options(include_str!("optimisers.rs"), &["--svg", "--player"])? else {
        return Ok(());
    };
    println!("            step 0          step 10         step 20         step 30");
    let mut charts = Vec::new();
    for (name, method, rate) in OPTIMISERS {
        let path = path(Rule::new(method, rate))?;
        let at = |step: usize| format!("  ({:5.2}, {:5.2})", path[step].0, path[step].1);
        println!("{name:8}{}{}{}{}", at(0), at(10), at(20), at(30));
        charts.push(chart(name, &path));
    }
    options.save("--svg", || beside(&charts))?;
    Ok(options.save("--player", played)?)
}

/// The points an optimiser comes by.
fn path(rule: Rule) -> Result<Vec<(f64, f64)>, tape::Error> {
    let mut tape = Tape::new();
    let point = tape.matrix(&dmatrix![-7.0, 2.0]);
    let (f, point) = (valley(&tape, point).id(), point.id());
    let mut learner = Learner::new(rule);
    let mut gradient = Cotangents::new();
    let mut path = Vec::new();
    for _ in 0..=STEPS {
        tape.replay()?;
        tape.read(point, |at| path.push((at[(0, 0)], at[(0, 1)])))?;
        tape.sweep(Seed::one(f), &mut gradient)?;
        learner.update(&mut tape, &[point], &gradient)?;
    }
    Ok(path)
}

/// Lines of equal height, and the path.
fn chart(name: &str, path: &[(f64, f64)]) -> Chart {
    let mut chart = Chart::new(name, -8.0..8.0, -4.0..4.0)
        .size(280, 240)
        .labels(5, 5)
        .axes("x", "y");
    for height in [0.25, 1.0, 2.5, 5.0, 8.0] {
        let ellipse = curve(0.0..std::f64::consts::TAU, 181);
        let [a, b] = [f64::sqrt(20.0 * height), f64::sqrt(height)];
        chart.dashed(
            ellipse.map(|angle| (a * angle.cos(), b * angle.sin())),
            Colour::Grey,
        );
    }
    chart.line(path.iter().copied(), Colour::Orange);
    for &at in path {
        chart.dot(at, Colour::Orange);
    }
    chart
}

/// The valley at its start, to be watched.
fn played() -> String {
    let tape = Tape::new();
    let point = tape.matrix(&dmatrix![-7.0, 2.0]).named("point");
    let f = valley(&tape, point).named("f");
    tape.picture_with("The valley", &f.gradient()).player()
}
