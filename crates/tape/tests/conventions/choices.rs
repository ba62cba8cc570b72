//! What chooses among numbers, and what is made of lists of them.

use super::rows::rows;
use super::{INF, NAN, expect, same};
use nalgebra::{DMatrix, dmatrix};
use num_dual::Dual64;
use tape::{Scalar, Tape, Var, norm};

/// `select(condition, 2, 3)` and its slopes by all three, as a scalar and as an element.
fn selected<T: Scalar>(condition: f64) -> [[f64; 4]; 2] {
    let number = T::from_f64;
    let tape = Tape::<T>::default();
    let [c, a, b] = [condition, 2.0, 3.0].map(|x| tape.var(number(x)));
    let y = c.select(a, b);
    let gradient = y.gradient();
    let scalar = [y.value(), gradient.of(c), gradient.of(a), gradient.of(b)];
    let [c, a, b] = [condition, 2.0, 3.0].map(|x| tape.matrix(&dmatrix![number(x)]));
    let y = c.select(a, b);
    let gradient = y.sum().gradient();
    let [dc, da, db] = [c, a, b].map(|x| gradient.of(x).values()[0]);
    [scalar, [y.value()[0], dc, da, db]].map(|all| all.map(|x| x.to_f64()))
}

#[test]
fn select_decides_by_what_is_positive() {
    for (condition, expected) in [
        (1.0, [2.0, 0.0, 1.0, 0.0]),
        (1e-300, [2.0, 0.0, 1.0, 0.0]),
        (INF, [2.0, 0.0, 1.0, 0.0]),
        (0.0, [3.0, 0.0, 0.0, 1.0]),
        (-0.0, [3.0, 0.0, 0.0, 1.0]),
        (-1.0, [3.0, 0.0, 0.0, 1.0]),
        (NAN, [3.0, 0.0, 0.0, 1.0]),
    ] {
        for found in selected::<f64>(condition)
            .into_iter()
            .chain(selected::<Dual64>(condition))
        {
            assert_eq!(found, expected, "by {condition}");
        }
        if condition != 1e-300 {
            assert_eq!(selected::<f32>(condition)[0], expected, "by {condition}");
        }
        let number = Var::from(condition).select(2.0, 3.0).value();
        assert_eq!(number, expected[0]);
        let dual = Var::from(Dual64::new(condition, 5.0));
        let dual = dual.select(Dual64::new(2.0, 7.0), Dual64::new(3.0, 8.0));
        assert_eq!(dual.value().eps, 7.0 * expected[2] + 8.0 * expected[3]);
    }
}

#[test]
fn what_is_not_chosen_has_no_part() {
    let tape = Tape::new();
    let x = tape.var(0.0);
    // Slopes of ∞, NaN and −∞ at 0.
    for other in [x.sqrt(), x.ln() * 0.0, x.recip(), (x - 1.0).sqrt()] {
        let y = x.greater_than(0.0).select(other, x.exp());
        assert_eq!((y.value(), y.gradient().of(x)), (1.0, 1.0));
        let y = x.at_least(0.0).select(x.exp(), other);
        assert_eq!((y.value(), y.gradient().of(x)), (1.0, 1.0));
    }
    let y = x.recip().clamp(-5.0, 5.0);
    assert_eq!((y.value(), y.gradient().of(x)), (5.0, 0.0));
    let x = tape.matrix(&dmatrix![0.0, 4.0; -1.0, 0.25]);
    let y = x.greater_than(0.0).select(x.sqrt(), x * 2.0);
    assert_eq!(y.value(), dmatrix![0.0, 2.0; -2.0, 0.5]);
    let expected = dmatrix![2.0, 0.25; 2.0, 1.0];
    assert_eq!(y.sum().gradient().of(x), expected);
}

#[test]
fn clamp_at_its_ends() {
    let clamped = |x: f64, low: f64, high: f64| {
        let tape = Tape::new();
        let all = tape.vars(&[x, low, high]);
        let y = all[0].clamp(all[1], all[2]);
        let gradient = y.gradient();
        let slopes = [0, 1, 2].map(|i| gradient.of(all[i]));
        let x = tape.matrix(&dmatrix![x]);
        let element = x.clamp(all[1], all[2]);
        assert!(same(element.value()[0], y.value()));
        assert_eq!(element.sum().gradient().of(x).values()[0], slopes[0]);
        (y.value(), slopes)
    };
    let kept = [1.0, 0.0, 0.0];
    assert_eq!(clamped(-1.0, -1.0, 2.0), (-1.0, kept));
    assert_eq!(clamped(2.0, -1.0, 2.0), (2.0, kept));
    assert_eq!(clamped(2.5, -1.0, 2.0), (2.0, [0.0, 0.0, 1.0]));
    assert_eq!(clamped(-INF, -1.0, 2.0), (-1.0, [0.0, 1.0, 0.0]));
    let (value, slopes) = clamped(NAN, -1.0, 2.0);
    assert!(value.is_nan() && slopes == kept);
    // The ends the wrong way round.
    assert_eq!(clamped(0.0, 2.0, -1.0), (-1.0, [0.0, 0.0, 1.0]));
    assert_eq!(clamped(3.0, 2.0, -1.0).0, -1.0);
    assert_eq!(clamped(1.5, 2.0, -1.0), (-1.0, [0.0, 0.0, 1.0]));
    // A range of one point: the result is that point whatever `x` is.
    for x in [-1.0, 0.0, 3.0] {
        assert_eq!(clamped(x, 0.0, 0.0), (0.0, [0.0, 0.0, 1.0]));
    }
    assert_eq!(clamped(0.0, -0.0, 0.0), (0.0, [0.0, 0.0, 1.0]));
    let (value, slopes) = clamped(NAN, 2.0, 2.0);
    assert!(value.is_nan() && slopes == kept);
}

#[test]
fn comparisons_are_numbers_without_a_slope() {
    let tape = Tape::new();
    let (x, y) = (tape.var(0.0), tape.var(NAN));
    let masks = [
        x.greater_than(0.0),
        x.at_least(0.0),
        x.less_than(0.0),
        x.at_most(-0.0),
    ];
    assert_eq!(masks.map(Var::value), [0.0, 1.0, 0.0, 1.0]);
    let of_nan = [
        x.greater_than(y),
        x.at_least(y),
        x.less_than(y),
        y.at_most(y),
    ];
    assert_eq!(of_nan.map(Var::value), [0.0; 4]);
    // The slope of the root is ∞, and nobody asks for it.
    let gradient = (x.sqrt().at_least(0.0) * x.exp()).gradient();
    assert_eq!(gradient.of(x), 1.0);
    let m = tape.matrix(&dmatrix![0.0, 2.0]);
    let gradient = (m.sqrt().less_than(1.0) * 3.0).sum().gradient();
    assert_eq!(gradient.of(m), dmatrix![0.0, 0.0]);
}

#[test]
fn norm_at_the_origin() {
    let tape = Tape::new();
    let x = tape.vars(&[0.0, -0.0]);
    let length = norm(&x);
    let gradient = length.gradient();
    assert_eq!(length.value(), 0.0);
    assert_eq!([gradient.of(x[0]), gradient.of(x[1])], [0.0, 0.0]);
    let m = tape.matrix(&dmatrix![0.0, 0.0; 3.0, -4.0]);
    assert_eq!((m - m).norm().gradient().of(m), DMatrix::zeros(2, 2));
    rows(
        |x| x.row_norms(),
        |x| x.row_norms(),
        dmatrix![0.0, 0.0; 3.0, -4.0],
        dmatrix![0.0; 5.0],
        dmatrix![1.0; 2.0],
        dmatrix![0.0, 0.0; 1.2, -1.6],
    );
    let dual = norm(&[Dual64::new(0.0, 3.0), Dual64::new(0.0, 4.0)].map(Var::from));
    assert_eq!((dual.value().re, dual.value().eps), (0.0, 0.0));
}

#[test]
fn norm_of_large_small_and_infinite() {
    rows(
        |x| x.row_norms(),
        |x| x.row_norms(),
        dmatrix![3e200, -4e200; 3e-320, 4e-320; -INF, 1.0; 1.7e308, 1.7e308],
        dmatrix![5e200; 5e-320; INF; INF],
        dmatrix![1.0; 1.0; 1.0; 1.0],
        dmatrix![0.6, -0.8; 0.6, 0.8; -1.0, 0.0; 0.5_f64.sqrt(), 0.5_f64.sqrt()],
    );
    rows(
        |x| x.row_norms(),
        |x| x.row_norms(),
        dmatrix![INF, -INF; NAN, 1.0],
        dmatrix![INF; NAN],
        dmatrix![1.0; 1.0],
        dmatrix![NAN, NAN; NAN, NAN],
    );
}

#[test]
fn log_softmax_of_thousands() {
    rows(
        |x| x.log_softmax(),
        |x| x.log_softmax(),
        dmatrix![1000.0, 0.0; -1e5, -1e5],
        dmatrix![-0.0, -1000.0; -(2_f64.ln()), -(2_f64.ln())],
        dmatrix![1.0, 0.0; 1.0, 0.0],
        dmatrix![0.0, -0.0; 0.5, -0.5],
    );
    // Where 1 minus the share would be 0.
    let tape = Tape::new();
    let x = tape.matrix(&dmatrix![60.0, 0.0]);
    let y = x.log_softmax().element(0, 0);
    let missing = (-60_f64).exp();
    expect("the value", y.value(), -missing);
    let gradient = y.gradient();
    expect("a slope", gradient.of(x).values()[0], missing);
    expect("the other", gradient.of(x).values()[1], -missing);
}

#[test]
fn log_softmax_of_infinities() {
    rows(
        |x| x.log_softmax(),
        |x| x.log_softmax(),
        dmatrix![-INF, 0.0, 0.0; -INF, -INF, -INF; INF, 0.0, 0.0],
        dmatrix![-INF, -(2_f64.ln()), -(2_f64.ln()); NAN, NAN, NAN; NAN, NAN, NAN],
        dmatrix![0.0, 1.0, 0.0; 0.0, 1.0, 0.0; 0.0, 1.0, 0.0],
        dmatrix![0.0, 0.5, -0.5; NAN, NAN, NAN; NAN, NAN, NAN],
    );
}

#[test]
fn variances_are_of_the_numbers_themselves() {
    rows(
        |x| x.row_variances(),
        |x| x.row_variances(),
        dmatrix![1.0, 2.0, 6.0; 0.1, 0.1, 0.1],
        dmatrix![14.0 / 3.0; 0.0],
        dmatrix![1.0; 1.0],
        dmatrix![-4.0 / 3.0, -2.0 / 3.0, 2.0; 0.0, 0.0, 0.0],
    );
    rows(
        |x| x.column_variances(),
        |x| x.column_variances(),
        dmatrix![1e8, 7.0; 1e8 + 1.0, 7.0; 1e8 + 2.0, INF],
        dmatrix![2.0 / 3.0, NAN],
        dmatrix![3.0, 1.0],
        dmatrix![-2.0, NAN; 0.0, NAN; 2.0, NAN],
    );
    let tape = Tape::new();
    let one = tape.matrix(&dmatrix![5.0; -3.0]);
    assert_eq!(one.row_variances().value(), dmatrix![0.0; 0.0]);
}

#[test]
fn rows_by_index_add_up() {
    let tape = Tape::new();
    let x = tape.matrix(&dmatrix![1.0, 2.0; 3.0, 4.0; 5.0, 6.0]);
    let indices = tape.input(&dmatrix![2.0; -0.0; 2.0]);
    let gathered = x.gather_rows(indices).unwrap();
    assert_eq!(gathered.value(), dmatrix![5.0, 6.0; 1.0, 2.0; 5.0, 6.0]);
    let expected = dmatrix![1.0, 1.0; 0.0, 0.0; 2.0, 2.0];
    assert_eq!(gathered.sum().gradient().of(x), expected);
    let scattered = x.scatter_add_rows(indices, 4).unwrap();
    let expected = dmatrix![3.0, 4.0; 0.0, 0.0; 6.0, 8.0; 0.0, 0.0];
    assert_eq!(scattered.value(), expected);
    // One after the other, a million times 0.1 is off in the third digit.
    let tape = Tape::<f32>::default();
    let many = tape.matrix(&DMatrix::from_element(1_000_000, 1, 0.1));
    let all = tape.input(&DMatrix::from_element(1_000_000, 1, 0.0));
    let sum = many.scatter_add_rows(all, 1).unwrap();
    assert_eq!(sum.value()[0], (1e6 * f64::from(0.1_f32)) as f32);
    let infinite = tape.matrix(&dmatrix![f32::INFINITY; 1.0; f32::MAX; f32::MAX]);
    let indices = tape.input(&dmatrix![0.0; 0.0; 1.0; 1.0]);
    let sums = infinite.scatter_add_rows(indices, 2).unwrap();
    assert_eq!(sums.value(), dmatrix![f32::INFINITY; f32::INFINITY]);
}

#[test]
fn rows_by_index_are_refused_out_of_range() {
    let mut tape = Tape::new();
    let x = tape.matrix(&dmatrix![1.0, 2.0; 3.0, 4.0]);
    for (index, found) in [(2.0, "2"), (-1.0, "-1"), (0.5, "0.5"), (NAN, "NaN")] {
        let indices = tape.input(&dmatrix![0.0; index]);
        let expected = format!("index 1 is {found}, expected a whole number from 0 to 1");
        let refused = x.gather_rows(indices).unwrap_err().to_string();
        assert!(refused.ends_with(&expected), "{refused}");
        let refused = x.scatter_add_rows(indices, 2).unwrap_err().to_string();
        assert!(refused.ends_with(&expected), "{refused}");
    }
    let none = tape.matrix(&DMatrix::zeros(0, 2));
    let refused = none.gather_rows(tape.input(&dmatrix![0.0])).unwrap_err();
    assert!(refused.to_string().contains("there are no rows"));
    // In a replay, too, which then leaves what it was.
    let indices = tape.input(&dmatrix![0.0; 1.0]);
    let gathered = x.gather_rows(indices).unwrap();
    let (indices, gathered) = (indices.id(), gathered.id());
    tape.set_matrix(indices, &dmatrix![1.0; 7.0]).unwrap();
    assert!(
        tape.replay()
            .unwrap_err()
            .to_string()
            .contains("index 1 is 7")
    );
    tape.set_matrix(indices, &dmatrix![1.0; 1.0]).unwrap();
    tape.replay().unwrap();
    tape.read(gathered, |rows| {
        assert_eq!(rows, dmatrix![3.0, 4.0; 3.0, 4.0])
    })
    .unwrap();
}

/// The derivative of a scalar by a leaf, recorded.
fn recorded_slope<'t, T: Scalar>(y: Var<'t, T>, x: Var<'t, T>) -> Var<'t, T> {
    let tape = x.tape().unwrap();
    tape.differentiate(y, T::one(), &[x.into()]).unwrap()[0].scalar()
}

fn not_chosen<T: Scalar>() {
    let tape = Tape::<T>::default();
    let (zero, one) = (T::zero(), T::one());
    let x = tape.var(zero);
    // Slopes of ∞, NaN and −∞ at 0.
    for other in [x.sqrt(), x.ln() * zero, x.recip(), (x - one).sqrt()] {
        let y = x.greater_than(zero).select(other, x.exp());
        let first = recorded_slope(y, x);
        expect("the slope of exp", first.value().to_f64(), 1.0);
        let second = recorded_slope(first, x);
        expect("and its slope", second.value().to_f64(), 1.0);
        let third = recorded_slope(second, x).value().to_f64();
        expect("and the slope of that", third, 1.0);
    }
    let y = x.sqrt() * zero;
    expect("no choice", recorded_slope(y, x).value().to_f64(), NAN);
    let root = x.sqrt();
    let y = x.greater_than(zero).select(root, zero) + root * zero;
    expect("two ways", recorded_slope(y, x).value().to_f64(), NAN);
}

#[test]
fn a_recorded_cotangent_that_was_not_chosen_is_nothing() {
    not_chosen::<f64>();
    not_chosen::<f32>();
    not_chosen::<Dual64>();
}

#[test]
fn recorded_maxima_are_found_anew() {
    let mut tape = Tape::new();
    let x = tape.matrix(&dmatrix![1.0, 2.0, 3.0]);
    let y = x.maximum() + x.row_maxima().sum();
    let slopes = tape.differentiate(y, 1.0, &[x.into()]).unwrap()[0].matrix();
    let (x, slopes) = (x.id(), slopes.id());
    for (at, expected) in [
        (dmatrix![3.0, 2.0, 1.0], dmatrix![2.0, 0.0, 0.0]),
        (dmatrix![1.0, 3.0, 3.0], dmatrix![0.0, 2.0, 0.0]),
        (dmatrix![1.0, 2.0, NAN], dmatrix![0.0, 0.0, 2.0]),
        (dmatrix![-INF, -INF, -INF], dmatrix![2.0, 0.0, 0.0]),
    ] {
        tape.set_matrix(x, &at).unwrap();
        tape.replay().unwrap();
        assert_eq!(tape.matrix_value(slopes).unwrap(), expected, "at {at}");
    }
}
