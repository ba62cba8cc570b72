//! Sums of functions over examples, beside the examples one by one.

use nalgebra::DMatrix;
use tape::{Error, Function, Mapper, Outputs, Structure};

#[test]
fn sums_over_examples_on_any_number_of_threads() {
    let inputs = Structure::new()
        .scalars("w", 3)
        .data_scalars("x", 3)
        .data_scalar("label");
    let f = Function::new(inputs, |at| {
        let (w, x, label) = (at.scalars("w"), at.scalars("x"), at.scalar("label"));
        let score = tape::dot(w, x);
        // Points far away count less.
        let cost = (score * (1.0 - 2.0 * label)).softplus();
        Outputs::from(if score.abs() < 1.5 { cost } else { cost * 0.5 })
    });
    let examples = DMatrix::from_fn(5000, 4, |i, j| match j {
        3 => (i % 2) as f64,
        _ => ((i * 7 + j * 13) % 101) as f64 / 25.0 - 2.0,
    });
    let w = [0.3, -0.8, 0.9];
    let (mut value, mut gradient) = (0.0, [0.0; 3]);
    for row in examples.row_iter() {
        let point: Vec<f64> = w.iter().chain(row.iter()).copied().collect();
        let (own, slopes) = f.value_and_gradient(&point).unwrap();
        value += own;
        gradient
            .iter_mut()
            .zip(slopes)
            .for_each(|(sum, slope)| *sum += slope);
    }
    assert_eq!(f.recordings(), 2);
    let (one, slopes) = Mapper::new().sum(&f, &w, &examples).unwrap();
    assert!((one - value).abs() < 1e-12 * value, "{one} is not {value}");
    for (slope, expected) in slopes.iter().zip(gradient) {
        assert!(
            (slope - expected).abs() < 1e-11 * value,
            "{slope} is not {expected}"
        );
    }
    for threads in [2, 3] {
        let again = Mapper::new()
            .threads(threads)
            .sum(&f, &w, &examples)
            .unwrap();
        assert_eq!(again, (one, slopes.clone()));
    }
    let narrow = Mapper::new()
        .sum(&f, &w, &DMatrix::zeros(5, 3))
        .unwrap_err();
    assert_eq!(
        narrow.to_string(),
        "the examples have 3 columns, where 4 belong: x (3 scalars) (data), label (data)"
    );
    let none = Mapper::new().sum(&f, &w, &DMatrix::zeros(0, 4)).unwrap();
    assert_eq!(none, (0.0, vec![0.0; 3]));
    let vector = nalgebra::DVector::from_row_slice(&w);
    assert_eq!(
        Mapper::new().sum(&f, &vector, &examples).unwrap(),
        (one, slopes)
    );
    let short = Mapper::new().sum(&f, &w[..2], &examples).unwrap_err();
    assert_eq!(
        short,
        Error::Length {
            found: 2,
            expected: 3
        }
    );
}

/// Parts that depend on the parameters alone: scalars and matrices, compared with one another, read
/// by what depends on an example, and a result's summand by themselves.
#[test]
fn what_examples_share_is_summed_as_if_it_were_computed_for_each() {
    let inputs = Structure::new()
        .data_scalar("unread")
        .scalar("width")
        .matrix("m", 2, 2)
        .data_scalars("x", 2)
        .scalar("unused");
    let f = Function::new(inputs, |at| {
        let (width, m, x) = (at.scalar("width"), at.matrix("m"), at.scalars("x"));
        let factor = if width > 0.0 {
            width.exp()
        } else {
            width.cos()
        };
        let square = m * m.transpose();
        let scale = square.sum() * factor;
        let place = at.tape().assemble(2, 1, x);
        let spread = (square * place).component_mul(place).sum();
        let far = if x[0] > 1.0 {
            x[0].square()
        } else {
            x[1] * scale.ln()
        };
        Outputs::from((spread / scale).tanh() + far * factor + scale)
    });
    let examples = DMatrix::from_fn(700, 3, |i, j| ((i * 7 + j * 13) % 101) as f64 / 40.0 - 1.0);
    for width in [0.7, -0.4] {
        let parameters = [width, 0.4, -1.2, 0.9, 0.1, 3.0];
        let mut expected = vec![0.0; 7];
        for row in examples.row_iter() {
            let mut point = vec![row[0]];
            point.extend(&parameters[..5]);
            point.extend([row[1], row[2], parameters[5]]);
            let (value, gradient) = f.value_and_gradient(&point).unwrap();
            let total = std::iter::once(value).chain(gradient);
            expected
                .iter_mut()
                .zip(total)
                .for_each(|(sum, own)| *sum += own);
        }
        for threads in [1, 2] {
            let mut mapper = Mapper::new().threads(threads);
            let (value, gradient) = mapper.sum(&f, &parameters, &examples).unwrap();
            let found = std::iter::once(value).chain(gradient);
            for (k, (found, expected)) in found.zip(&expected).enumerate() {
                let size = expected.abs().max(1.0);
                assert!(
                    (found - expected).abs() < 1e-11 * size,
                    "{k}: {found}, {expected}"
                );
            }
        }
    }
}

/// Examples of three branches, in turn: each goes to its recording, and the sum is that of all.
#[test]
fn a_sum_over_examples_on_several_branches() {
    let inputs = Structure::new().scalars("w", 2).data_scalars("x", 2);
    let f = Function::new(inputs, |at| {
        let (w, x) = (at.scalars("w"), at.scalars("x"));
        let score = w[0].exp() * x[0] + w[1] * x[1];
        Outputs::from(if x[1] < -0.5 {
            score.square()
        } else if x[1] < 0.5 {
            score.abs() * w[1]
        } else {
            score.sin()
        })
    });
    let examples = DMatrix::from_fn(1000, 2, |i, j| match j {
        0 => ((i * 37) % 101) as f64 / 50.0 - 1.0,
        _ => (i % 3) as f64 - 1.0,
    });
    let w = [0.3, -0.8];
    let mut expected = [0.0; 3];
    for row in examples.row_iter() {
        let (value, gradient) = f.value_and_gradient(&[w[0], w[1], row[0], row[1]]).unwrap();
        let own = [value, gradient[0], gradient[1]];
        expected
            .iter_mut()
            .zip(own)
            .for_each(|(sum, own)| *sum += own);
    }
    for exact in [false, true] {
        let mapper = Mapper::new();
        let mut mapper = if exact { mapper.exact() } else { mapper };
        let (value, gradient) = mapper.sum(&f, &w, &examples).unwrap();
        for (found, expected) in [value, gradient[0], gradient[1]].iter().zip(expected) {
            assert!(
                (found - expected).abs() < 1e-10,
                "{found} is not {expected}"
            );
        }
    }
}

/// A sum whose result no example has a part in is that result as often as there are examples.
#[test]
fn a_sum_of_what_depends_on_no_example() {
    let inputs = Structure::new().scalar("p").data_scalar("x");
    let f = Function::new(inputs, |at| Outputs::from(at.scalar("p").square()));
    let examples = DMatrix::from_element(10, 1, 1.0);
    let total = Mapper::new().sum(&f, &[3.0], &examples).unwrap();
    assert_eq!(total, (90.0, vec![60.0]));
}
