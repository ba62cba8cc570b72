//! A curve through measurements: a cup of tea that cools, `y = a · exp(−b t) + c`, by Gauss–Newton.
//!
//! The residuals are a function of the three parameters, with nine results; their Jacobian has a
//! row for each. A step solves the least-squares problem that is left when the curve is replaced by
//! its tangent. `-- --svg FILE` draws the measurements, the curve to
//! begin with, after one step, and at the end.
//!
//! ```text
//! step        a        b        c  ‖residuals‖
//!    0   60.000  0.06000   30.000    13.433023
//!    1   63.038  0.03151   25.397    12.493618
//!    2   67.859  0.03495   21.009     0.869436
//!    3   68.140  0.03461   20.731     0.846120
//!    4   68.141  0.03461   20.731     0.846100
//!    5   68.141  0.03461   20.731     0.846100
//!    6   68.141  0.03461   20.731     0.846100
//! recordings: 1
//! ```

use drawing::{Chart, Colour, curve, options};
use nalgebra::{DVector, dvector};
use picture::Draw;
use std::error::Error;
use tape::{Function, Real, Tape};

/// Minutes, and degrees.
const MEASURED: [(f64, f64); 9] = [
    (0.0, 88.6),
    (5.0, 78.4),
    (10.0, 69.2),
    (15.0, 60.9),
    (20.0, 55.0),
    (30.0, 44.5),
    (40.0, 38.1),
    (50.0, 32.6),
    (60.0, 29.4),
];

fn temperature<R: Real<Number = f64>>(p: &[R], t: f64) -> R {
    p[0] * (-p[1] * t).exp() + p[2]
}

pub fn main() -> Result<(), Box<dyn Error>> {
    let Some(options) = options(include_str!("curve_fit.rs"), &["--svg", "--player"])? else {
        return Ok(());
    };
    let residuals = Function::vector(|p| {
        let left = MEASURED.map(|(t, y)| temperature(p, t) - y);
        left.to_vec()
    });
    let mut p = dvector![60.0, 0.06, 30.0];
    let mut steps = vec![p.clone()];
    println!("step        a        b        c  ‖residuals‖");
    for step in 0..=6 {
        let r = DVector::from(residuals.values(&p)?);
        println!(
            "{step:4} {:8.3} {:8.5} {:8.3} {:12.6}",
            p[0],
            p[1],
            p[2],
            r.norm()
        );
        let j = residuals.jacobian(&p)?;
        let normal = j.tr_mul(&j).cholesky();
        let normal = normal.ok_or("two parameters do the same")?;
        p -= normal.solve(&j.tr_mul(&r));
        steps.push(p.clone());
    }
    println!("recordings: {}", residuals.recordings());
    options.save("--svg", || chart(&steps).svg())?;
    Ok(options.save("--player", played)?)
}

/// The graph of one residual, at the beginning.
fn played() -> String {
    let tape = Tape::new();
    let p = [
        tape.var(60.0).named("a"),
        tape.var(0.06).named("b"),
        tape.var(30.0).named("c"),
    ];
    let (t, y) = MEASURED[2];
    let residual = (temperature(&p, t) - y).named("residual");
    let picture = tape.picture_with("One residual", &residual.gradient());
    picture.player()
}

/// The measurements, the curve to begin with, after one step, and after the last.
fn chart(steps: &[DVector<f64>]) -> Chart {
    let mut chart = Chart::new("A cup of tea", 0.0..65.0, 0.0..100.0).axes("minutes", "°C");
    let along = |p: &DVector<f64>| -> Vec<(f64, f64)> {
        let at = curve(0.0..65.0, 131);
        at.map(|t| (t, temperature(p.as_slice(), t))).collect()
    };
    for early in &steps[..2] {
        chart.dashed(along(early), Colour::Grey);
    }
    chart.label((6.0, 57.0), "start", Colour::Grey);
    chart.label((42.0, 47.0), "after one step", Colour::Grey);
    chart.line(along(&steps[steps.len() - 1]), Colour::Orange);
    for at in MEASURED {
        chart.dot(at, Colour::Blue);
    }
    chart
}
