//! Two losses of a softmax, and the slope each hands back to the logits (the book's section 4.2).
//!
//! Two classes, the right one has the probability p. Cross-entropy is −ln p; the squared error is
//! half the sum of squares of `y − t`. Where the net is sure and wrong, on the left, cross-entropy
//! is steep and the squared error is flat: one hands back almost the whole mistake, the other
//! almost nothing. `-- --svg FILE` draws both.
//!
//! ```text
//!                     p = 0.01    0.10    0.50    0.90    0.99
//! cross-entropy           4.6052  2.3026  0.6931  0.1054  0.0101
//!   slope w.r.t. logit   -0.9900 -0.9000 -0.5000 -0.1000 -0.0100
//! squared error           0.9801  0.8100  0.2500  0.0100  0.0001
//!   slope w.r.t. logit   -0.0196 -0.1620 -0.2500 -0.0180 -0.0002
//! ```

use drawing::{Chart, Colour, beside, curve, options};
use nalgebra::dmatrix;
use picture::Draw;
use std::error::Error;
use tape::{MatrixVar, Tape, Var};

/// A loss of logits for one-hot targets.
type Loss = for<'t> fn(MatrixVar<'t>, MatrixVar<'t>) -> Result<Var<'t>, tape::Error>;

const LOSSES: [(&str, Loss, Colour); 2] = [
    ("cross-entropy", nn::softmax_cross_entropy, Colour::Blue),
    ("squared error", squared_error, Colour::Green),
];

fn squared_error<'t>(logits: MatrixVar<'t>, t: MatrixVar<'t>) -> Result<Var<'t>, tape::Error> {
    Ok(nn::half_sum_of_squares(logits.softmax(), t))
}

pub fn main() -> Result<(), Box<dyn Error>> {
    let Some(options) = options(include_str!("loss_curves.rs"), &["--svg", "--player"])? else {
        return Ok(());
    };
    println!("                    p = 0.01    0.10    0.50    0.90    0.99");
    for (name, loss, _) in LOSSES {
        let mut values = String::new();
        let mut slopes = String::new();
        for p in [0.01, 0.1, 0.5, 0.9, 0.99] {
            let (value, slope) = at(loss, p)?;
            values += &format!(" {value:7.4}");
            slopes += &format!(" {slope:7.4}");
        }
        println!("{name:21} {values}\n  slope w.r.t. logit  {slopes}");
    }
    options.save("--svg", charts)?;
    if options.get("--player").is_some() {
        let tape = Tape::new();
        let logits = tape.matrix(&dmatrix![0.5, 0.0]).named("logits");
        let t = tape.input(&dmatrix![1.0, 0.0]).named("t");
        let loss = squared_error(logits, t)?.named("loss");
        let picture = tape.picture_with("The squared error", &loss.gradient());
        options.save("--player", || picture.player())?;
    }
    Ok(())
}

/// The loss where the right class has the probability `p`, and its derivative with respect to that
/// class's logit.
fn at(loss: Loss, p: f64) -> Result<(f64, f64), tape::Error> {
    let tape = Tape::new();
    let logits = tape.matrix(&dmatrix![(p / (1.0 - p)).ln(), 0.0]);
    let loss = loss(logits, tape.input(&dmatrix![1.0, 0.0]))?;
    Ok((loss.value(), loss.gradient().of(logits)[(0, 0)]))
}

/// The losses on the left, the slopes on the right.
fn charts() -> String {
    let chart = |title, y| {
        Chart::new(title, 0.0..1.0, y)
            .size(440, 330)
            .axes("probability of the right class", "")
    };
    let mut values = chart("The loss", 0.0..5.0);
    let mut slopes = chart(
        "Its slope with respect to the right class's logit",
        -1.0..0.2,
    );
    for (_, loss, colour) in LOSSES {
        let inner = curve(0.0..1.0, 401).skip(1).take(399);
        let found: Vec<_> = inner
            .filter_map(|p| at(loss, p).ok().map(|(value, slope)| (p, value, slope)))
            .collect();
        values.line(found.iter().map(|&(p, value, _)| (p, value)), colour);
        slopes.line(found.iter().map(|&(p, _, slope)| (p, slope)), colour);
    }
    let [(cross_entropy, _, blue), (squared_error, _, green)] = LOSSES;
    values.label((0.24, 1.85), cross_entropy, blue);
    values.label((0.06, 0.32), squared_error, green);
    slopes.label((0.24, -0.86), cross_entropy, blue);
    slopes.label((0.06, -0.03), squared_error, green);
    beside(&[values, slopes])
}
