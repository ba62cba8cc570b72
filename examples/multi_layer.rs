//! A net of three layers, 4-2-3-5, learns one answer: of five classes, the fourth.
//!
//! The gradient of all six parameters is one sweep, however many layers there are. The net is
//! recorded once and the step taken 500 times. `-- --svg FILE` draws the loss.
//!
//! ```text
//! step   0  loss 0.8611  y = [0.096, 0.087, 0.281, 0.423, 0.113]
//! step 100  loss 0.0307  y = [0.006, 0.006, 0.011, 0.970, 0.007]
//! step 200  loss 0.0143  y = [0.003, 0.003, 0.005, 0.986, 0.003]
//! step 300  loss 0.0092  y = [0.002, 0.002, 0.003, 0.991, 0.002]
//! step 400  loss 0.0067  y = [0.001, 0.001, 0.002, 0.993, 0.002]
//! step 500  loss 0.0053  y = [0.001, 0.001, 0.002, 0.995, 0.001]
//! ```

use drawing::{Chart, Colour, options};
use nalgebra::dmatrix;
use nn::{Activation, Init, Net, Sgd, softmax_cross_entropy};
use picture::Draw;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use std::error::Error;
use tape::{Cotangents, Seed, Tape};

pub fn main() -> Result<(), Box<dyn Error>> {
    let Some(options) = options(include_str!("multi_layer.rs"), &["--svg", "--player"])? else {
        return Ok(());
    };
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let net = Net::random(&[4, 2, 3, 5], Activation::Sigmoid, Init::Xavier, &mut rng);

    let mut tape = Tape::new();
    let x = tape.input(&dmatrix![1.0, 0.5, -1.5, 2.0]).named("x");
    let t = tape.input(&dmatrix![0.0, 0.0, 0.0, 1.0, 0.0]).named("t");
    let recorded = net.record(&tape, x);
    let y = recorded.logits().softmax().id();
    let loss = softmax_cross_entropy(recorded.logits(), t)?.id();
    let parameters: Vec<_> = recorded.parameters.iter().map(|p| p.id()).collect();

    let mut gradient = Cotangents::new();
    let mut losses = Vec::new();
    for step in 0..=500 {
        tape.replay()?;
        losses.push((f64::from(step), tape.value(loss)?));
        if step % 100 == 0 {
            let y = tape.matrix_value(y)?;
            println!(
                "step {step:3}  loss {:.4}  y = {:.3?}",
                tape.value(loss)?,
                y.as_slice()
            );
        }
        tape.sweep(Seed::one(loss), &mut gradient)?;
        Sgd { rate: 0.1 }.update(&mut tape, &parameters, &gradient)?;
    }
    let mut chart =
        Chart::new("The net 4-2-3-5 learns one answer", 0.0..500.0, 0.0..1.0).axes("step", "loss");
    chart.line(losses, Colour::Blue);
    options.save("--svg", || chart.svg())?;
    tape.replay()?;
    tape.sweep(Seed::one(loss), &mut gradient)?;
    let picture = tape.picture_with("The net 4-2-3-5, trained", &gradient);
    Ok(options.save("--player", || picture.player())?)
}
