//! Recorded tangents, against those of a forward sweep, of every rule and every op.

use super::close;
use super::twice::{Listed, scattered};
use tape::rules::{self, Rule};
use tape::{Function, Operand, Output, Seed, Tangents, Tape, Var, apply_rule};

fn rule_along(name: &str, point: &[f64]) {
    let tape = Tape::new();
    let x: Vec<Var> = point.iter().map(|&x| tape.var(x)).collect();
    let y = apply_rule(name, &x).unwrap();
    let weights = [1.5, -0.25];
    let direction: Vec<_> = x
        .iter()
        .zip(weights)
        .map(|(&x, w)| (x.into(), w.into()))
        .collect();
    let recorded = tape.differentiate_along(&direction, &[y.into()]).unwrap()[0].scalar();
    let mut tangents = Tangents::new();
    let seeds = x.iter().zip(weights).map(|(&x, w)| Seed::scalar(x, w));
    tape.push_forward(seeds, &mut tangents).unwrap();
    close(
        recorded.value(),
        tangents.of(y),
        &format!("{name} at {point:?}"),
    );
}

#[test]
fn every_rule_along() {
    for rule in rules::all() {
        match rule {
            Rule::Unary { name, points, .. } => points.iter().for_each(|&x| rule_along(name, &[x])),
            Rule::Binary { name, points, .. } => {
                points.iter().for_each(|&(x, y)| rule_along(name, &[x, y]));
            }
        }
    }
}

#[test]
fn every_op_along() {
    for (k, op) in tape::ops::all::<f64>().iter().enumerate() {
        for (s, sample) in op.samples().iter().enumerate() {
            let tape = Tape::new();
            let leaves: Vec<Operand<f64>> = sample
                .iter()
                .map(|sample| match sample.differentiable {
                    true => tape.matrix(&sample.values).into(),
                    false => tape.input(&sample.values).into(),
                })
                .collect();
            let listed = Listed(tape::ops::all().swap_remove(k));
            let y: Operand<f64> = match tape.apply(listed, &leaves).unwrap() {
                Output::Scalar(y) => y.into(),
                Output::Matrix(y) => y.into(),
            };
            let varying: Vec<_> = (0..leaves.len())
                .filter(|&i| sample[i].differentiable)
                .collect();
            let matrices: Vec<_> = varying
                .iter()
                .map(|&i| scattered(leaves[i].shape(), i + 3))
                .collect();
            let direction: Vec<_> = varying
                .iter()
                .zip(&matrices)
                .map(|(&i, along)| (leaves[i], tape.input(along).into()))
                .collect();
            let recorded = tape.differentiate_along(&direction, &[y]).unwrap()[0];
            let seeds = varying
                .iter()
                .zip(&matrices)
                .map(|(&i, along)| Seed::matrix(leaves[i].matrix(), along));
            let mut tangents = Tangents::new();
            tape.push_forward(seeds, &mut tangents).unwrap();
            let (found, expected) = match (recorded, y) {
                (Operand::Matrix(found), Operand::Matrix(y)) => (
                    found.value().as_slice().to_vec(),
                    tangents.of(y).values().to_vec(),
                ),
                (found, y) => (vec![found.scalar().value()], vec![tangents.of(y.scalar())]),
            };
            assert_eq!(found.len(), expected.len());
            for (&found, &expected) in found.iter().zip(&expected) {
                close(found, expected, &format!("{}, sample {s}", op.name()));
            }
        }
    }
}

/// Along a computed entry, what comes before it stays as it is.
#[test]
fn from_the_middle() {
    let tape = Tape::new();
    let x = tape.var(3.0);
    let y = x * x;
    let z = y * x + x;
    let along = |of: Var| {
        let direction = [(of.into(), 1.0.into())];
        let all = [z.into(), x.into(), y.into()];
        let found = tape.differentiate_along(&direction, &all).unwrap();
        found
            .iter()
            .map(|of| of.scalar().value())
            .collect::<Vec<_>>()
    };
    assert_eq!(along(y), [3.0, 0.0, 1.0]);
    assert_eq!(along(x), [28.0, 1.0, 6.0]);
    assert_eq!(along(z), [1.0, 0.0, 0.0]);
}

/// A derivative within a function that is differentiated itself: forwards in reverse.
#[test]
fn within_a_function() {
    let f = Function::scalar(|x| {
        let tape = x[0].tape().unwrap();
        let y = (x[0] * x[1]).sin();
        let direction = [(x[0].into(), 1.0.into())];
        tape.differentiate_along(&direction, &[y.into()]).unwrap()[0].scalar()
    });
    let (x, y) = (0.3, 0.7);
    let (value, gradient) = f.value_and_gradient(&[x, y]).unwrap();
    let (sin, cos) = (x * y).sin_cos();
    close(value, y * cos, "d/dx");
    close(gradient[0], -y * y * sin, "d²/dx²");
    close(gradient[1], cos - x * y * sin, "d²/dxdy");
}

/// The walk is as long as what was recorded since the handle, not as the tape.
#[test]
fn derivatives_in_a_long_recording() {
    let tape = Tape::new();
    let mut x = tape.var(0.5);
    for _ in 0..1000 {
        let y = x.sin();
        let slope = tape.differentiate(y, 1.0, &[x.into()]).unwrap()[0].scalar();
        let along = tape.differentiate_along(&[(x.into(), 1.0.into())], &[y.into()]);
        assert_eq!(slope.value(), along.unwrap()[0].scalar().value());
        x = slope + 0.0;
    }
    close(x.value(), 0.739_085_133_215_160_6, "the fixed point of cos");
}
