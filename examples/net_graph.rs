//! The graph of a two-layer net: a node for each layer, the values' shapes on the edges.
//!
//! The net of the book, 784-50-10, on a batch of three images, in plain matrix operations. What is
//! recorded in a scope folds into one node, so the picture has the layers and not every entry. Here
//! is its form for a terminal; `-- --svg FILE` draws it.
//!
//! ```text
//! A two-layer net
//!     node                               uses            value      derivative
//!  0  x                                          3×784 ‖15.71‖
//!  1  t                                           3×10 ‖1.732‖
//!  2  W1                                         784×50 ‖1.98‖  784×50 ‖0.247‖
//!  3  b1                                              1×50 ‖0‖  1×50 ‖0.02746‖
//!  4  W2                                        50×10 ‖0.2305‖  50×10 ‖0.2235‖
//!  5  b2                                              1×10 ‖0‖   1×10 ‖0.4829‖
//!  6  affine1 (·, +)                     0 2 3    3×50 ‖1.071‖  3×50 ‖0.02738‖
//!  7  relu                               6       3×50 ‖0.7536‖  3×50 ‖0.03796‖
//!  8  affine2 (·, +)                     4 5 7   3×10 ‖0.0249‖   3×10 ‖0.5476‖
//!  9  softmax with loss (lse→, −, ×, …)  1 8               2.3               1
//! 10  loss                               9
//! ```

use drawing::options;
use mnist::dataset::Scale;
use mnist::digits;
use nalgebra::DMatrix;
use nn::TwoLayerNet;
use picture::{Draw, Picture};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use std::error::Error;
use tape::Tape;

pub fn main() -> Result<(), Box<dyn Error>> {
    let Some(options) = options(include_str!("net_graph.rs"), &["--svg", "--player"])? else {
        return Ok(());
    };
    let picture = net();
    println!("{}", picture.text(100).trim_end());
    options.save("--svg", || picture.svg())?;
    Ok(options.save("--player", || picture.player())?)
}

/// The net after a forward run and a sweep, folded by layer.
fn net() -> Picture {
    let data = digits::dataset(10, 10, digits::SEED);
    let (mut x, mut t) = (DMatrix::zeros(3, 784), DMatrix::zeros(3, 10));
    data.train()
        .gather(&[0, 1, 2], Scale::Unit, x.as_mut_slice());
    data.train()
        .gather_one_hot(&[0, 1, 2], 10, t.as_mut_slice());
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let book = TwoLayerNet::<f64>::new(784, 50, 10, 0.01, &mut rng);
    let layers = book.net.affines();
    let [first, second] = &layers[..] else {
        unreachable!("a two-layer net")
    };

    let tape = Tape::new();
    let (x, t) = (tape.input(&x).named("x"), tape.input(&t).named("t"));
    let (w1, b1) = (
        tape.matrix(&first.weights).named("W1"),
        tape.matrix(&first.bias).named("b1"),
    );
    let (w2, b2) = (
        tape.matrix(&second.weights).named("W2"),
        tape.matrix(&second.bias).named("b2"),
    );

    let scope = tape.scope("affine1");
    let hidden = x * w1 + b1;
    drop(scope);
    let hidden = hidden.relu();
    let scope = tape.scope("affine2");
    let logits = hidden * w2 + b2;
    drop(scope);
    let scope = tape.scope("softmax with loss");
    let loss = t.component_mul(logits.row_log_sum_exp() - logits).sum() / 3.0;
    drop(scope);

    let loss = loss.named("loss");
    tape.picture_with("A two-layer net", &loss.gradient())
        .folded(1)
}
