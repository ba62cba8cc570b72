//! The slope of `0.01 x² + 0.1 x` at 5 and at 10, from a difference and from the tape (the book's
//! section 4.3).
//!
//! A chord of a parabola is parallel to the tangent in its middle, so the central difference has no
//! error but rounding: the shorter its step `h`, the fewer digits the difference of two nearly
//! equal numbers has left. The tape applies the rules and is exact to the last digit or so. `--
//! --svg FILE` draws the tangents.
//!
//! ```text
//! at  5  from the tape        0.2
//!        with h =    1e-1  0.19999999999999962
//!        with h =    1e-4  0.1999999999990898
//!        with h =    1e-7  0.19999999989472883
//!        with h =   1e-10  0.2000000165480742
//!        with h =   1e-13  0.20095036745715333
//! at 10  from the tape        0.30000000000000004
//!        with h =    1e-1  0.29999999999999916
//!        with h =    1e-4  0.2999999999986347
//!        with h =    1e-7  0.2999999981767587
//!        with h =   1e-10  0.3000000248221113
//!        with h =   1e-13  0.29976021664879227
//! ```

use drawing::{Chart, Colour, curve, options};
use picture::Draw;
use std::error::Error;
use tape::{Real, value_and_gradient};

fn f<R: Real>(x: R) -> R {
    R::from_f64(0.01) * x.square() + R::from_f64(0.1) * x
}

/// The book's `numerical_diff`, with its step.
fn central_difference(x: f64, h: f64) -> f64 {
    (f(x + h) - f(x - h)) / (2.0 * h)
}

pub fn main() -> Result<(), Box<dyn Error>> {
    let Some(options) = options(include_str!("tangent.rs"), &["--svg", "--player"])? else {
        return Ok(());
    };
    let tangents = [5.0, 10.0].map(|x| {
        let (y, slope) = value_and_gradient(|x| f(x[0]), &[x]);
        (x, y, slope[0])
    });
    for (x, _, slope) in tangents {
        println!("at {x:>2}  from the tape        {slope}");
        for h in [1e-1, 1e-4, 1e-7, 1e-10, 1e-13] {
            println!("       with h = {h:7.0e}  {}", central_difference(x, h));
        }
    }
    options.save("--svg", || chart(&tangents).svg())?;
    Ok(options.save("--player", played)?)
}

/// The slope at 5, as the tape finds it.
fn played() -> String {
    let tape = tape::Tape::new();
    let y = f(tape.var(5.0).named("x")).named("y");
    tape.picture_with("0.01 x² + 0.1 x at 5", &y.gradient())
        .player()
}

/// The curve, and a tangent at each `(x, y, slope)`.
fn chart(tangents: &[(f64, f64, f64)]) -> Chart {
    let mut chart =
        Chart::new("0.01 x² + 0.1 x and two tangents", 0.0..20.0, -1.0..6.0).axes("x", "");
    chart.line(curve(0.0..20.0, 201).map(|x| (x, f(x))), Colour::Blue);
    for &(x, y, slope) in tangents {
        let tangent = curve(0.0..20.0, 201).map(|at| (at, y + slope * (at - x)));
        chart.dashed(tangent, Colour::Orange);
        chart.dot((x, y), Colour::Orange);
        chart.label(
            (x - 2.6, y + 0.5),
            &format!("slope {slope:.1}"),
            Colour::Orange,
        );
    }
    chart
}
