//! What convolutions and poolings do at ties, with NaN, at edges; what they refuse.

use nalgebra::{DMatrix, dmatrix};
use nn::ImageShape;
use nn::ops::{AveragePool, Convolution, MaxPool, Window};
use tape::{MatrixVar, Op, Shape, Tape};

const NAN: f64 = f64::NAN;

fn images(channels: usize, height: usize, width: usize) -> ImageShape {
    ImageShape {
        channels,
        height,
        width,
    }
}

/// What an op gives for one operand, and the gradient of the sum.
fn both(op: impl Op<f64> + 'static, x: &DMatrix<f64>) -> (DMatrix<f64>, DMatrix<f64>) {
    let tape = Tape::new();
    let x: MatrixVar = tape.matrix(x);
    let y = tape.apply(op, &[x.into()]).unwrap().matrix();
    (y.value(), y.sum().gradient().of(x).to_matrix())
}

#[test]
fn max_pool_at_a_tie_and_of_nan() {
    let pool = MaxPool::new(images(1, 2, 2), Window::square(2)).unwrap();
    let (y, dx) = both(pool, &dmatrix![1.0, 3.0, 3.0, 3.0]);
    assert_eq!((y, dx), (dmatrix![3.0], dmatrix![0.0, 1.0, 0.0, 0.0]));
    let (y, dx) = both(pool, &dmatrix![9.0, NAN, 1.0, NAN]);
    assert!(y[0].is_nan());
    assert_eq!(dx, dmatrix![0.0, 1.0, 0.0, 0.0]);
    let infinite = f64::NEG_INFINITY;
    let (y, dx) = both(pool, &DMatrix::from_element(1, 4, infinite));
    assert_eq!((y, dx), (dmatrix![infinite], dmatrix![1.0, 0.0, 0.0, 0.0]));
}

#[test]
fn windows_over_the_edge_see_the_image_alone() {
    let window = Window::square(2).moving(2).padded(1);
    let x = dmatrix![-1.0, -2.0, -3.0, -4.0];
    let (y, dx) = both(MaxPool::new(images(1, 2, 2), window).unwrap(), &x);
    assert_eq!((y, dx), (x.clone(), DMatrix::from_element(1, 4, 1.0)));
    let (y, dx) = both(AveragePool::new(images(1, 2, 2), window).unwrap(), &x);
    assert_eq!((y, dx), (x, DMatrix::from_element(1, 4, 1.0)));
}

#[test]
fn windows_that_leave_out_pixels_give_them_no_slope() {
    let window = Window::new(1, 1).moving(2);
    let x = dmatrix![1.0, 2.0, 3.0, 4.0, 5.0];
    let expected = (dmatrix![1.0, 3.0, 5.0], dmatrix![1.0, 0.0, 1.0, 0.0, 1.0]);
    assert_eq!(
        both(MaxPool::new(images(1, 1, 5), window).unwrap(), &x),
        expected
    );
    assert_eq!(
        both(AveragePool::new(images(1, 1, 5), window).unwrap(), &x),
        expected
    );
}

#[test]
fn an_image_that_is_used_twice_gets_both_cotangents() {
    let tape = Tape::new();
    let x = tape.matrix(&dmatrix![1.0, 5.0, 2.0, 3.0]);
    let pool = MaxPool::new(images(1, 2, 2), Window::square(2)).unwrap();
    let w = tape.input(&dmatrix![1.0; 2.0; 3.0; 4.0]);
    let convolution = Convolution::new(images(1, 2, 2), 1, Window::square(2)).unwrap();
    let y = tape.apply(pool, &[x.into()]).unwrap().matrix();
    let z = tape
        .apply(convolution, &[x.into(), w.into()])
        .unwrap()
        .matrix();
    let gradient = (y + z).sum().gradient();
    assert_eq!(gradient.of(x), dmatrix![1.0, 3.0, 3.0, 4.0]);
}

#[test]
fn what_does_not_fit_is_refused() {
    let refused = |image, window: Window| window.places(image).unwrap_err().to_string();
    let found = refused(images(1, 4, 4), Window::new(5, 2));
    assert!(
        found.contains("a window of 5×2 does not fit into images of 4×4 with 0 more"),
        "{found}"
    );
    let found = refused(images(1, 4, 4), Window::square(2).moving(0));
    assert!(
        found.contains("a window of 2×2 that moves by 0: expected 1 or more"),
        "{found}"
    );
    let found = refused(images(1, 4, 4), Window::square(2).padded(2));
    assert!(
        found.contains("may stand 2 pixels over an edge: expected fewer"),
        "{found}"
    );
    let none = Convolution::new(images(1, 4, 4), 0, Window::square(2)).unwrap_err();
    assert!(
        none.to_string()
            .contains("0 filters over 1 channels: expected 1 or more"),
        "{none}"
    );

    let op = Convolution::new(images(2, 4, 4), 3, Window::square(2)).unwrap();
    let shape = |operands: &[(usize, usize)]| {
        let shapes = operands.iter().map(|&(rows, cols)| Shape::new(rows, cols));
        let found = Op::<f64>::shape(&op, &shapes.collect::<Vec<_>>());
        found.unwrap_err().to_string()
    };
    let found = shape(&[(5, 31), (8, 3)]);
    assert!(
        found.contains("X has 31 columns: images of 2×4×4 have 32 numbers"),
        "{found}"
    );
    let found = shape(&[(5, 32), (3, 8)]);
    assert!(
        found.contains("W is 3×8: 3 filters of 2×2 for 2 channels are 8×3"),
        "{found}"
    );
    let found = shape(&[(5, 32), (8, 3), (3, 1)]);
    assert!(
        found.contains("b must be 1×3, a number for each filter"),
        "{found}"
    );
    let found = shape(&[(5, 32)]);
    assert!(
        found.contains("takes X, W and, if wanted, b, not 1 operands"),
        "{found}"
    );
}

#[test]
fn batches_without_images_are_no_trouble() {
    let op = Convolution::new(images(1, 3, 3), 2, Window::square(2)).unwrap();
    let tape = Tape::new();
    let (x, w) = (
        tape.matrix(&DMatrix::zeros(0, 9)),
        tape.matrix(&DMatrix::zeros(4, 2)),
    );
    let y = tape.apply(op, &[x.into(), w.into()]).unwrap().matrix();
    assert_eq!(y.shape(), Shape::new(0, 8));
    assert_eq!(y.sum().gradient().of(w), DMatrix::zeros(4, 2));
}
