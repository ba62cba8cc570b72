//! Convolutions and poolings against JAX: values and gradients, which `scripts/golden/images.py`
//! writes.

use nalgebra::DMatrix;
use nn::ImageShape;
use nn::ops::{AveragePool, Convolution, MaxPool, Window};
use tape::{MatrixVar, Scalar, Tape};

/// The numbers that the script computes with, in its order.
fn golden(count: usize, seed: usize) -> Vec<f64> {
    let number = |k: usize| (k + 1) as f64 * 0.618_033_988_749_894_9 + 0.377 * seed as f64;
    (0..count).map(|k| 2.0 * number(k).fract() - 1.0).collect()
}

/// A matrix of rows.
fn matrix<T: Scalar>(rows: usize, cols: usize, seed: usize) -> DMatrix<T> {
    let numbers = golden(rows * cols, seed);
    DMatrix::from_row_slice(rows, cols, &numbers).map(T::from_f64)
}

/// Result and gradients, row by row.
fn found<'t, T: Scalar>(
    tape: &'t Tape<T>,
    y: MatrixVar<'t, T>,
    operands: &[(MatrixVar<'t, T>, bool)],
) -> Vec<f64> {
    let weights = tape.input(&matrix(y.shape().rows, y.shape().cols, 9));
    let gradient = y.dot(weights).gradient();
    let mut all = vec![y.value().transpose()];
    for &(operand, by_columns) in operands {
        let slope = gradient.of(operand).to_matrix();
        all.push(if by_columns { slope } else { slope.transpose() });
    }
    all.iter().flatten().map(|x| x.to_f64()).collect()
}

fn check<T: Scalar>(tolerance: f64) {
    let mut cases = 0;
    for line in include_str!("golden/images.txt").lines() {
        let mut words = line.split(' ');
        let name = words.next().unwrap();
        let count = if name == "convolution" { 9 } else { 7 };
        let sizes: Vec<usize> = words
            .by_ref()
            .take(count)
            .map(|w| w.parse().unwrap())
            .collect();
        let expected: Vec<f64> = words.map(|word| word.parse().unwrap()).collect();
        let (n, images) = (
            sizes[0],
            ImageShape {
                channels: sizes[1],
                height: sizes[2],
                width: sizes[3],
            },
        );
        let tape = Tape::<T>::default();
        let found = if name == "convolution" {
            let [o, kh, kw, stride, pad] = sizes[4..] else {
                panic!("{line}")
            };
            let x = tape.matrix(&matrix(n, images.len(), 0));
            // Filter after filter, as PyTorch and JAX have them: column after column here.
            let filters = matrix::<T>(o, images.channels * kh * kw, 1).transpose();
            let (w, b) = (tape.matrix(&filters), tape.matrix(&matrix(1, o, 2)));
            let window = Window::new(kh, kw).moving(stride).padded(pad);
            let op = Convolution::new(images, o, window).unwrap();
            let y = tape.apply(op, &[x.into(), w.into(), b.into()]).unwrap();
            found(&tape, y.matrix(), &[(x, false), (w, true), (b, false)])
        } else {
            let [side, stride, pad] = sizes[4..] else {
                panic!("{line}")
            };
            let x = tape.matrix(&matrix(n, images.len(), 3));
            let window = Window::square(side).moving(stride).padded(pad);
            let y = match name {
                "max_pool" => tape.apply(MaxPool::new(images, window).unwrap(), &[x.into()]),
                _ => tape.apply(AveragePool::new(images, window).unwrap(), &[x.into()]),
            };
            found(&tape, y.unwrap().matrix(), &[(x, false)])
        };
        assert_eq!(found.len(), expected.len(), "{name} {sizes:?}");
        for (found, expected) in found.iter().zip(&expected) {
            let error = (found - expected).abs();
            assert!(
                error <= tolerance,
                "{name} {sizes:?}: {found}, expected {expected}"
            );
        }
        cases += 1;
    }
    assert_eq!(cases, 14);
}

#[test]
fn as_in_jax() {
    check::<f64>(1e-13);
}

#[test]
fn as_in_jax_in_single_precision() {
    // Sums of up to 170 products of numbers below 1.
    check::<f32>(2e-5);
}
