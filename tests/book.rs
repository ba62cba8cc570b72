//! The numbers printed in "Deep Learning from Scratch", from this tape and these layers.
//!
//! The book prints eight or nine digits; a test holds as many.

use nalgebra::{DMatrix, RowDVector, dmatrix, matrix};
use nn::{Activation, AffineParameters, Net, TwoLayerNet};
use nn::{affine, cross_entropy, half_sum_of_squares};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use tape::Tape;

/// Half a unit in the eighth digit after the point.
const PRINTED: f64 = 5e-9;

fn assert_printed(found: &DMatrix<f64>, printed: &DMatrix<f64>) {
    assert_eq!(found.shape(), printed.shape());
    let difference = (found - printed).amax();
    assert!(difference < PRINTED, "{found}{printed}");
}

/// Section 3.4.3: three layers with the sigmoid, and two outputs.
#[test]
fn the_three_layers_of_chapter_3() {
    let layer = |weights, bias: &[f64]| AffineParameters {
        weights,
        bias: RowDVector::from_row_slice(bias),
    };
    let layers = vec![
        layer(dmatrix![0.1, 0.3, 0.5; 0.2, 0.4, 0.6], &[0.1, 0.2, 0.3]),
        layer(dmatrix![0.1, 0.4; 0.2, 0.5; 0.3, 0.6], &[0.1, 0.2]),
        layer(dmatrix![0.1, 0.3; 0.2, 0.4], &[0.1, 0.2]),
    ];
    let net = Net::new(layers, Activation::Sigmoid);
    let outputs = net.predict(&dmatrix![1.0, 0.5]);
    assert_printed(&outputs, &dmatrix![0.31682708, 0.69627909]);
}

/// Section 3.5.1, and 3.5.2: the same for numbers whose exponentials overflow.
#[test]
fn softmax_of_chapter_3() {
    let tape = Tape::new();
    let small = tape.matrix(&matrix![0.3, 2.9, 4.0]).softmax();
    assert_printed(
        &small.value(),
        &dmatrix![0.01821127, 0.24519181, 0.73659691],
    );
    let large = tape.matrix(&matrix![1010.0, 1000.0, 990.0]).softmax();
    let printed = dmatrix![9.99954600e-01, 4.53978686e-05, 2.06106005e-09];
    assert_printed(&large.value(), &printed);
}

/// Sections 4.2.1 and 4.2.2. The book adds 1e-7 inside the logarithm, and prints what that makes of
/// −ln 0.6 and −ln 0.1.
#[test]
fn the_losses_of_chapter_4() {
    let tape = Tape::new();
    let t = tape.input(&matrix![0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
    let at_2 = tape.matrix(&matrix![0.1, 0.05, 0.6, 0.0, 0.05, 0.1, 0.0, 0.1, 0.0, 0.0]);
    let at_7 = tape.matrix(&matrix![0.1, 0.05, 0.1, 0.0, 0.05, 0.1, 0.0, 0.6, 0.0, 0.0]);
    assert!((half_sum_of_squares(at_2, t).value() - 0.0975).abs() < 1e-15);
    assert!((half_sum_of_squares(at_7, t).value() - 0.5975).abs() < 1e-15);
    for (y, p, printed) in [
        (at_2, 0.6, 0.510825457099338),
        (at_7, 0.1, 2.302584092994546),
    ] {
        let loss = cross_entropy(y, t).unwrap().value();
        assert!((loss + f64::ln(p)).abs() < 1e-15);
        // The derivative of the logarithm, times the 1e-7.
        assert!((loss - printed - 1e-7 / p).abs() < 1e-12, "{loss}");
    }
}

/// Section 4.4.2: `simpleNet`, an affine layer without bias.
#[test]
fn the_simple_net_of_chapter_4() {
    let weights = dmatrix![
        0.47355232, 0.9977393, 0.84668094;
        0.85557411, 0.03563661, 0.69422093
    ];
    let layer = AffineParameters {
        weights,
        bias: RowDVector::zeros(3),
    };
    let net = Net::new(vec![layer], Activation::Relu);
    let (x, t) = (dmatrix![0.6, 0.9], dmatrix![0.0, 0.0, 1.0]);
    assert_printed(
        &net.predict(&x),
        &dmatrix![1.05414809, 0.63071653, 1.1328074],
    );
    // Here too the book's loss has the 1e-7 in it.
    let loss = net.loss(&x, &t).unwrap();
    assert!((loss - 0.928068536634113).abs() < 1e-6, "{loss}");
    let printed = dmatrix![
        0.21924763, 0.14356247, -0.36281009;
        0.32887144, 0.2153437, -0.54421514
    ];
    // The book's are numerical, with the 1e-7.
    let gradient = &net.gradient(&x, &t).unwrap()[0];
    assert!((gradient - printed).amax() < 1e-7, "{gradient}");
}

/// Sections 5.1 to 5.4: apples and oranges, with tax.
#[test]
fn the_shopping_of_chapter_5() {
    let tape = Tape::new();
    let [apple, apples, orange, oranges, tax] = [100.0, 2.0, 150.0, 3.0, 1.1].map(|x| tape.var(x));
    let price = (apple * apples + orange * oranges) * tax;
    let gradient = price.gradient();
    assert!((price.value() - 715.0).abs() < 1e-12);
    let found = [apple, apples, orange, oranges, tax].map(|x| gradient.of(x));
    for (found, printed) in found.into_iter().zip([2.2, 110.0, 3.3, 165.0, 650.0]) {
        assert!((found - printed).abs() < 1e-12, "{found} {printed}");
    }
}

/// Section 5.6.2: the derivative of a batch's bias is the sum over the batch.
#[test]
fn the_bias_of_a_batch_of_chapter_5() {
    let tape = Tape::new();
    let x = tape.input(&matrix![0.0, 0.0, 0.0; 10.0, 10.0, 10.0]);
    let w = tape.matrix(&DMatrix::identity(3, 3));
    let b = tape.matrix(&matrix![1.0, 2.0, 3.0]);
    let y = affine(x, w, b);
    assert_eq!(y.value(), dmatrix![1.0, 2.0, 3.0; 11.0, 12.0, 13.0]);
    let weights = tape.input(&matrix![1.0, 2.0, 3.0; 4.0, 5.0, 6.0]);
    let gradient = y.component_mul(weights).sum().gradient();
    assert_eq!(gradient.of(b).values(), [5.0, 7.0, 9.0]);
}

/// Section 5.7.2: the parameters' shapes, and gradients of the same.
#[test]
fn the_two_layer_net_of_chapter_5() {
    let mut random = ChaCha8Rng::seed_from_u64(1);
    let book = TwoLayerNet::<f64>::new(784, 100, 10, 0.01, &mut random);
    let x = DMatrix::from_fn(3, 784, |i, j| ((i + j) % 7) as f64 / 7.0);
    let gradient = book.gradient(&x, &dmatrix![5.0; 0.0; 4.0]).unwrap();
    let found: Vec<_> = gradient.iter().map(|slope| slope.shape()).collect();
    assert_eq!(found, [(784, 100), (1, 100), (100, 10), (1, 10)]);
    let shapes = book.net.parameters().map(|(_, value)| value.shape());
    assert_eq!(found, shapes.collect::<Vec<_>>());
}
