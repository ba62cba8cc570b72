//! What is not chosen hands nothing on, through operations that work element by element; and a
//! replay chooses anew.

use nalgebra::{DMatrix, dmatrix};
use tape::{Cotangents, MatrixVar, Real, Seed, Tape, check};

/// √x where x > 0, 0 elsewhere, by several steps whose slopes at 0 and below are no numbers.
fn roots<'t>(x: MatrixVar<'t>, way: usize) -> MatrixVar<'t> {
    match way {
        0 => x.sqrt(),
        1 => -(-x.sqrt()),
        2 => x.ln().component_mul(x.square()) * 0.0 + x.sqrt() * 2.0 - x.sqrt(),
        3 => x.recip().powi(2).sqrt().recip().sqrt(),
        4 => x.component_div(x.sqrt()),
        5 => x.sqrt().clamp(-9.0, 9.0),
        6 => x.powf(0.5).max(x.sqrt()),
        _ => x.less_than(0.0).select(f64::NAN, x.sqrt()),
    }
}

#[test]
fn what_was_not_chosen_is_passed_over_by_every_elementwise_step() {
    let tape = Tape::new();
    let x = tape.matrix(&dmatrix![0.0, 4.0; -1.0, 0.25]);
    let expected = dmatrix![0.0, 0.25; 0.0, 1.0];
    for way in 0..8 {
        let y = x.greater_than(0.0).select(roots(x, way), 0.0);
        assert_eq!(y.value(), dmatrix![0.0, 2.0; 0.0, 0.5], "way {way}");
        let gradient = y.sum().gradient();
        let found = gradient.of(x).to_matrix();
        // A NaN is not near.
        let near = found
            .iter()
            .zip(&expected)
            .all(|(x, y)| (x - y).abs() < 1e-15);
        assert!(near, "way {way}: {found}");
    }
}

#[test]
fn an_element_reached_from_elsewhere_is_reached() {
    let tape = Tape::new();
    let x = tape.matrix(&dmatrix![0.0, 4.0, 9.0]);
    let root = x.sqrt();
    let mask = tape.input(&dmatrix![0.0, 1.0, 0.0]);
    let other = tape.input(&dmatrix![0.0, 0.0, 1.0]);
    let zero = tape.input(&DMatrix::zeros(1, 3));
    // Two choices that share no element, in either order with what takes all of them.
    let both = mask.select(root, 0.0) + other.select(root, 0.0);
    let expected = dmatrix![0.0, 0.25, 1.0 / 6.0];
    assert_eq!(both.sum().gradient().of(x), expected);
    let none = zero.select(root, 1.0).sum();
    assert_eq!(none.gradient().of(x), dmatrix![0.0, 0.0, 0.0]);
    assert!(!none.gradient().of(x).values()[0].is_nan());
    for all in [both.sum() + root.sum(), root.sum() + both.sum()] {
        let found = all.gradient().of(x).to_matrix();
        assert_eq!(found, dmatrix![f64::INFINITY, 0.5, 2.0 / 6.0]);
    }
    // All of them together are as good as all at once.
    let first = tape.input(&dmatrix![1.0, 0.0, 0.0]);
    let whole = (both + first.select(root, 0.0)).sum();
    let found = whole.gradient().of(x).to_matrix();
    assert_eq!(found, dmatrix![f64::INFINITY, 0.25, 1.0 / 6.0]);
}

#[test]
fn repeated_operands_get_the_sum_of_what_was_chosen() {
    let tape = Tape::new();
    let mask = tape.input(&dmatrix![1.0, 0.0; 0.0, 0.0]);
    let row = tape.matrix(&dmatrix![4.0, 0.0]);
    let column = tape.matrix(&dmatrix![1.0; 2.0]);
    let (s, t) = (tape.var(3.0), tape.var(0.0));
    let y = mask.select(
        row.sqrt().component_mul(column),
        s + t.sqrt() * 0.0 + column * 0.0,
    );
    assert_eq!(y.value(), dmatrix![2.0, 3.0; 3.0, 3.0]);
    let gradient = y.sum().gradient();
    assert_eq!(gradient.of(row), dmatrix![0.25, 0.0]);
    assert_eq!(gradient.of(column), dmatrix![2.0; 0.0]);
    assert_eq!(gradient.of(s), 3.0);
    // A scalar that nothing chose is not reached.
    let all = tape.input(&DMatrix::from_element(2, 2, 1.0));
    let gradient = all.select(row.exp(), t.sqrt()).sum().gradient();
    assert_eq!(gradient.of(t), 0.0);
}

#[test]
fn a_replay_chooses_anew_and_a_sweep_forgets_the_last() {
    let mut tape = Tape::new();
    let x = tape.matrix(&dmatrix![0.0, 4.0]);
    let loss = x.greater_than(0.0).select(x.sqrt(), x * 3.0).sum();
    let (x, loss) = (x.id(), loss.id());
    let mut cotangents = Cotangents::new();
    for (values, expected) in [
        (dmatrix![0.0, 4.0], dmatrix![3.0, 0.25]),
        (dmatrix![1.0, 0.0], dmatrix![0.5, 3.0]),
        (dmatrix![1.0, 4.0], dmatrix![0.5, 0.25]),
        (dmatrix![0.0, -4.0], dmatrix![3.0, 3.0]),
        (dmatrix![0.0, 4.0], dmatrix![3.0, 0.25]),
    ] {
        tape.set_matrix(x, &values).unwrap();
        tape.replay().unwrap();
        tape.sweep(Seed::scalar(loss, 1.0), &mut cotangents)
            .unwrap();
        assert_eq!(cotangents.of(x).unwrap(), expected, "at {values}");
    }
}

#[test]
fn numeric_code_chooses_on_numbers_duals_and_tapes() {
    fn huber<R: Real>(x: R) -> R {
        let (one, half) = (R::from_f64(1.0), R::from_f64(0.5));
        let size = x.abs();
        size.at_least(one).select(size - half, half * x.square())
    }
    assert_eq!((huber(0.5), huber(-3.0)), (0.125, 2.5));
    let slope = |x: f64| tape::gradient(|v| huber(v[0]), &[x])[0];
    assert_eq!((slope(0.5), slope(-3.0)), (0.5, -1.0));
    assert_eq!(Real::clamp(7.0, 0.0, 2.5), 2.5);
    let clamped = |x: f64| tape::gradient(|v| Real::clamp(v[0], 0.0.into(), 2.0.into()), &[x])[0];
    assert_eq!((clamped(1.0), clamped(3.0)), (1.0, 0.0));
    let tape = Tape::new();
    let x = tape.var(0.7);
    check::Check::default().tape(&tape, huber(x)).assert_ok();
}

#[test]
#[should_panic(expected = "select of 2×2, 1×3, 1×1: 2 and 3 columns")]
fn shapes_that_do_not_broadcast_are_refused() {
    let tape = Tape::new();
    let (x, y) = (
        tape.matrix(&DMatrix::zeros(2, 2)),
        tape.matrix(&DMatrix::zeros(1, 3)),
    );
    x.select(y, 0.0);
}
