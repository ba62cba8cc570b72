//! Where a NaN comes from: the logarithm of a softmax that underflowed.
//!
//! A net that is sure, and wrong: logits 1000 and 0 for an example of the second class. Its
//! probability is e⁻¹⁰⁰⁰, which underflows to 0, and the loss is −ln 0 = ∞. Going back, ln hands on
//! −1/0 = −∞, which softmax multiplies by 0: NaN, and after one step every weight is. The tape
//! names the entry at which the numbers stop being finite, forward and back.
//!
//! The remedy is never to take the logarithm of a softmax: `ln softmax(x)ⱼ = xⱼ − ln Σ exp(x)`, and
//! [`row_log_sum_exp`](tape::MatrixVar::row_log_sum_exp) neither overflows nor underflows.
//! `nn::softmax_cross_entropy` does the same in one entry.
//!
//! ```text
//! == −Σ t · ln softmax(x)
//! loss inf, gradient [NaN, NaN]
//! (entry 3, ln at examples/nan_origin.rs:35) is the first result that is not finite: -inf at [0,1], from `y` (entry 2), between 0 and 1
//! (entry 3, ln at examples/nan_origin.rs:35) is the first to give a cotangent that is not finite: -inf at [0,1] to `y` (entry 2), between 0 and 1; it had got between -1 and -0 and had read `y` (entry 2), between 0 and 1
//! == Σ t · (ln Σ exp(x) − x)
//! loss 1000, gradient [1.0, -1.0]
//! == softmax_cross_entropy
//! loss 1000, gradient [1.0, -1.0]
//! ```

use drawing::options;
use nalgebra::dmatrix;
use picture::Draw;
use std::error::Error;
use tape::{MatrixVar, Tape, Var};

pub fn main() -> Result<(), Box<dyn Error>> {
    let Some(options) = options(include_str!("nan_origin.rs"), &["--player"])? else {
        return Ok(());
    };
    report("−Σ t · ln softmax(x)", |x, t| {
        let y = x.softmax().named("y");
        Ok(-t.component_mul(y.ln()).sum())
    })?;
    report("Σ t · (ln Σ exp(x) − x)", |x, t| {
        Ok(t.component_mul(x.row_log_sum_exp() - x).sum())
    })?;
    report("softmax_cross_entropy", nn::softmax_cross_entropy)?;
    Ok(options.save("--player", played)?)
}

/// The loss that overflows, to be watched: what is no number any more is marked.
fn played() -> String {
    let tape = Tape::new();
    let x = tape.matrix(&dmatrix![1000.0, 0.0]).named("x");
    let t = tape.input(&dmatrix![0.0, 1.0]).named("t");
    let y = x.softmax().named("y");
    let loss = (-t.component_mul(y.ln()).sum()).named("loss");
    let picture = tape.picture_with("Where a NaN comes from", &loss.gradient());
    picture.player()
}

/// Computes a loss and its gradient, and says where they stop being finite.
fn report(
    name: &str,
    loss: impl for<'t> Fn(MatrixVar<'t>, MatrixVar<'t>) -> Result<Var<'t>, tape::Error>,
) -> Result<(), tape::Error> {
    let tape = Tape::new();
    let x = tape.matrix(&dmatrix![1000.0, 0.0]).named("x");
    let t = tape.input(&dmatrix![0.0, 1.0]).named("t");
    let loss = loss(x, t)?;
    let gradient = loss.gradient();
    println!("== {name}");
    println!("loss {loss}, gradient {:?}", gradient.of(x).values());
    if let Some(origin) = tape.first_non_finite() {
        println!("{origin}");
    }
    if let Some(origin) = tape.first_non_finite_cotangent(&gradient) {
        println!("{origin}");
    }
    Ok(())
}
