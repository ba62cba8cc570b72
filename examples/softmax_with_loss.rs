//! Why `y − t` comes back from softmax with cross-entropy (the book's section 5.6.3).
//!
//! Of `−ln y` for the right class, with `y = exp aⱼ / Σ exp aᵢ`, remains `ln Σ exp aᵢ − aⱼ`: two
//! operations. The first hands back the probabilities y, the second −1 to the right class alone,
//! which is −t. The last column is the same from a matrix of logits and nn's layer, one entry for
//! all of it. `-- --svg FILE` draws the two operations.
//!
//! ```text
//! loss 1.4057
//! class     a       y  t    y - t    dL/da    by nn
//!     0  0.3  0.0182  0   0.0182   0.0182   0.0182
//!     1  2.9  0.2452  1  -0.7548  -0.7548  -0.7548
//!     2  4.0  0.7366  0   0.7366   0.7366   0.7366
//! ```

use drawing::options;
use nalgebra::dmatrix;
use picture::Draw;
use std::error::Error;
use tape::{Tape, log_sum_exp};

pub fn main() -> Result<(), Box<dyn Error>> {
    let Some(options) = options(include_str!("softmax_with_loss.rs"), &["--svg", "--player"])?
    else {
        return Ok(());
    };
    let tape = Tape::new();
    let a = [("a₀", 0.3), ("a₁", 2.9), ("a₂", 4.0)].map(|(name, x)| tape.var(x).named(name));
    let loss = (log_sum_exp(&a) - a[1]).named("loss"); // class 1 is right
    let gradient = loss.gradient();
    let picture = tape.picture_with("ln Σ exp a − a₁: softmax with cross-entropy", &gradient);

    let logits = tape.matrix(&dmatrix![0.3, 2.9, 4.0]);
    let fused = nn::softmax_cross_entropy(logits, tape.input(&dmatrix![0.0, 1.0, 0.0]))?;
    let fused = fused.gradient();

    println!("loss {loss:.4}");
    println!("class     a       y  t    y - t    dL/da    by nn");
    let y = logits.softmax().value();
    for (class, t) in [0.0, 1.0, 0.0].into_iter().enumerate() {
        let (a, y, found) = (a[class], y[class], gradient.of(a[class]));
        let by_nn = fused.of(logits)[(0, class)];
        println!(
            "{class:5}  {a:.1}  {y:.4}  {t:.0}  {:7.4}  {found:7.4}  {by_nn:7.4}",
            y - t
        );
    }
    options.save("--svg", || picture.svg())?;
    Ok(options.save("--player", || picture.player())?)
}
