//! Lines that people wrote before they had read anything: each compiles, and does what it says.
//!
//! What cannot compile is in `docs/troubleshooting.md`, and its messages in `first_errors.rs`.

// Operators of what is borrowed are the matter of it.
#![allow(clippy::op_ref, clippy::needless_borrows_for_generic_args)]

use nalgebra::{DMatrix, dmatrix, dvector, matrix};
use num_dual::Dual64;
use tape::{Argument, Cotangents, Kind, MatrixVar, Operand, Real, Seed, Tangents, Tape, Var, ops};

#[test]
fn a_function_of_a_matrix_and_a_number() {
    let tape = Tape::new();
    let m = tape.matrix(&dmatrix![-1.0, 3.0]);
    assert_eq!(m.max(0.0).value(), dmatrix![0.0, 3.0]);
    assert_eq!(m.min(0.0).value(), dmatrix![-1.0, 0.0]);
    let squares = m.powf(2.0);
    assert_eq!(squares.value(), dmatrix![1.0, 9.0]);
    assert_eq!(squares.sum().gradient().of(m), dmatrix![-2.0, 6.0]);
    let (whole, single) = (m.hypot(4.0), tape.var(4.0));
    assert_eq!(whole.value(), m.hypot(single).value());
    assert_eq!(whole.value(), m.hypot(&single).value());
    assert_eq!(whole.value(), m.hypot(&tape.matrix(&dmatrix![4.0])).value());

    let tape = Tape::<f32>::default();
    let m = tape.matrix(&dmatrix![-1.0_f32, 3.0]);
    assert_eq!(m.max(0.0).value(), dmatrix![0.0_f32, 3.0]);
    let tape = Tape::default();
    let m = tape.matrix(&dmatrix![Dual64::new(3.0, 1.0)]);
    assert_eq!(m.powf(Dual64::from(2.0)).value()[0], Dual64::new(9.0, 6.0));
}

#[test]
fn an_op_of_a_handle_and_a_number() {
    let tape = Tape::new();
    let x = tape.var(2.0);
    let operands: [Operand<'_, f64>; 3] = [x.into(), (&x).into(), 5.0.into()];
    let sum = tape.apply(ops::SumOf, &operands).unwrap().scalar();
    assert_eq!((sum.value(), sum.gradient().of(x)), (9.0, 2.0));
}

/// Every form of an operator of two numbers, against the form without references.
macro_rules! every_form {
    ($x:expr, $y:expr; $($operator:tt)*) => {
        $({
            let (x, y) = ($x, $y);
            let expected = x $operator y;
            assert_eq!((&x $operator y).value(), expected.value());
            assert_eq!((x $operator &y).value(), expected.value());
            assert_eq!((&x $operator &y).value(), expected.value());
        })*
    };
}

#[test]
fn operators_of_what_is_borrowed() {
    let tape = Tape::new();
    let (x, y) = (tape.var(3.0), tape.var(-2.0));
    every_form!(x, y; + - * /);
    every_form!(x, 0.5; + - * /);
    every_form!(0.5, x; + - * /);
    assert_eq!((-&x).value(), -3.0);
    let m = tape.matrix(&dmatrix![1.0, 2.0; 3.0, 4.0]);
    every_form!(m, m; + - *);
    every_form!(m, x; + - * /);
    every_form!(x, m; + - * /);
    every_form!(m, 0.5; + - * /);
    every_form!(0.5, m; + - * /);
    assert_eq!((-&m).value(), -m.value());
    let dual = Dual64::new(0.5, 1.0);
    let tape = Tape::default();
    let z = tape.var(dual);
    every_form!(z, dual; + - * /);
    every_form!(dual, z; + - * /);
    every_form!(tape.matrix(&dmatrix![dual]), dual; + - * /);
    every_form!(dual, tape.matrix(&dmatrix![dual]); + - * /);
    let tape = Tape::<f32>::default();
    every_form!(tape.var(1.5_f32), 0.5_f32; + - * /);
    every_form!(0.5_f32, tape.var(1.5_f32); + - * /);
}

#[test]
fn handles_in_a_loop() {
    let tape = Tape::new();
    let v = tape.vars(&[2.0, 3.0, 5.0]);
    let mut s = tape.var(0.0);
    for x in &v {
        s += x;
    }
    let mut p = Var::from(1.0);
    for x in &v {
        p *= x;
        p -= x;
        p /= x;
        p = p.max(x) + x * x;
    }
    assert_eq!(s.value(), 10.0);
    let gradient = s.gradient();
    for x in &v {
        assert_eq!(gradient.of(x), 1.0);
    }
    let weights = [0.5, 0.25, 2.0];
    let weighted: Var = v.iter().zip(&weights).map(|(x, w)| x * w).sum();
    let squares = v.iter().fold(Var::from(0.0), |sum, x| sum + x * x);
    assert_eq!((weighted.value(), squares.value()), (11.75, 38.0));

    let (mut back, mut along) = (Cotangents::new(), Tangents::new());
    tape.sweep(Seed::one(&squares), &mut back).unwrap();
    let ids: Vec<_> = v.iter().map(|x| x.id()).collect();
    for (id, expected) in ids.iter().zip([4.0, 6.0, 10.0]) {
        assert_eq!(back.of(id), Ok(expected));
    }
    tape.push_forward(v.iter().map(Seed::one), &mut along)
        .unwrap();
    assert_eq!(along.of(&squares), 20.0);
}

#[test]
fn assignments_to_a_handle() {
    let tape = Tape::new();
    let (x, y) = (tape.var(3.0), tape.var(2.0));
    let mut z = x;
    z += y;
    z -= 1.0;
    z *= &y;
    z /= &4.0;
    assert_eq!((z.value(), z.gradient().of(x)), (2.0, 0.5));

    let m = tape.matrix(&dmatrix![1.0, 2.0; 3.0, 4.0]);
    let mut z = m;
    z += m;
    z -= &m;
    z += x;
    z -= 3.0;
    z *= y;
    z /= 4.0;
    z *= m;
    assert_eq!(z.value(), (m * m).value() * 0.5);
    z *= dmatrix![1.0, 0.0; 0.0, 1.0];
    z += &dmatrix![1.0, 1.0];
    z -= dvector![1.0, 1.0];
    assert_eq!(z.value(), (m * m).value() * 0.5);
    assert_eq!(
        z.sum().gradient().of(m),
        (m * m * 0.5).sum().gradient().of(m)
    );
}

#[test]
fn a_matrix_of_nalgebra_on_either_side() {
    let tape = Tape::new();
    let values = dmatrix![1.0, 2.0; 3.0, 4.0];
    let (m, d) = (tape.matrix(&values), dmatrix![0.5, -1.0; 2.0, 0.25]);
    let same = |made: MatrixVar<'_>, expected: DMatrix<f64>| assert_eq!(made.value(), expected);
    same(m * &d, &values * &d);
    same(&m * d.clone(), &values * &d);
    same(&d * m, &d * &values);
    same(d.clone() * &m, &d * &values);
    same(m + &d, &values + &d);
    same(d.clone() - m, &d - &values);
    // A view, a vector, a matrix of fixed size.
    same(
        d.columns(0, 1).transpose() * m,
        d.columns(0, 1).transpose() * &values,
    );
    same(m * dvector![1.0, 2.0], &values * dmatrix![1.0; 2.0]);
    same(m - matrix![1.0, 2.0; 3.0, 4.0], DMatrix::zeros(2, 2));

    let before = tape.len();
    let product = &d * m;
    let kinds: Vec<Kind> = tape.entries()[before..].iter().map(|e| e.kind).collect();
    assert_eq!(kinds, [Kind::Input, Kind::Operation]);
    let ones = DMatrix::from_element(2, 2, 1.0);
    assert_eq!(product.vjp(&ones).of(m), d.transpose() * ones);
}

#[test]
fn a_number_compared_with_a_handle_is_a_guard_as_the_other_way_round() {
    let mut tape = Tape::new();
    let x = tape.var(2.0);
    let held = [0.0 < x, 2.0 <= x, 3.0 > x, 2.0 >= x, 2.0 == x, 1.0 != x];
    assert_eq!(held, [true; 6]);
    let other = [2.0 < x, 3.0 <= x, 2.0 > x, 1.0 >= x, 1.0 == x, 2.0 != x];
    assert_eq!(other, [false; 6]);
    assert_eq!(0.5.partial_cmp(&x), Some(std::cmp::Ordering::Less));
    assert_eq!(2.0, x);
    let id = x.id();
    tape.set(id, -1.0).unwrap();
    let refused = tape.replay().unwrap_err().to_string();
    assert!(refused.contains("first_lines.rs"), "{refused}");
    assert!(refused.contains("0 < "), "{refused}");

    let tape = Tape::<f32>::default();
    assert!(1.0_f32 < tape.var(1.5));
    let tape = Tape::default();
    assert!(Dual64::new(1.0, 2.0) < tape.var(Dual64::new(1.5, 0.0)));
}

#[test]
fn a_real_number_and_a_plain_one() {
    fn f<R: Real<Number = f64>>(x: R) -> R {
        let mut y = if x > 0.0 {
            x * 2.0 + 1.0
        } else {
            x / 2.0 - 1.0
        };
        y += 1.0;
        y *= 2.0;
        y -= 1.0;
        y /= 2.0;
        y
    }
    assert_eq!((f(3.0), f(-2.0)), (7.5, -1.5));
    assert_eq!(tape::gradient(|x| f(x[0]), &[3.0]), [2.0]);
    fn of_any<R: Real>(x: R, scale: R::Number) -> R {
        (x * scale + R::from_f64(1.0)) / scale
    }
    assert_eq!(of_any(3.0_f32, 2.0), 3.5);
    assert_eq!(tape::gradient(|x| of_any(x[0], 2.0), &[3.0]), [1.0]);
}

#[test]
fn an_element_of_a_gradient_by_one_number() {
    let tape = Tape::new();
    let m = tape.matrix(&dmatrix![1.0, 2.0; 3.0, 4.0]);
    let gradient = (m * m).sum().gradient();
    let of_m = gradient.of(m);
    let same = gradient.of(m).to_matrix();
    // Column by column, as nalgebra counts.
    assert_eq!([of_m[0], of_m[1], of_m[2]], [same[0], same[1], same[2]]);
    assert_eq!(of_m[2], of_m[(0, 1)]);
    let id = m.id();
    let mut tape = tape;
    let mut leaf = tape.leaf_mut(id).unwrap();
    leaf[2] = 7.0;
    assert_eq!((leaf[2], leaf[(0, 1)]), (7.0, 7.0));
}

#[test]
fn what_is_borrowed_is_recorded_at_the_callers_line() {
    let tape = Tape::new().with_locations();
    let (x, m) = (tape.var(2.0), tape.matrix(&dmatrix![1.0, 2.0]));
    let d = dmatrix![1.0; 2.0];
    let mut sum = x;
    let first = line!() + 1;
    let _ = &x + &x;
    let _ = 2.0 * &x;
    sum += &x;
    let _ = &m * &d;
    let _ = 2.0 - &m;
    let line_of = |entry: &tape::EntryInfo<f64>| entry.place.map(|place| place.line());
    let lines: Vec<_> = tape.entries()[2..].iter().map(line_of).collect();
    // The product has two entries, the difference a number and itself.
    let expected = [0, 1, 2, 3, 3, 4, 4].map(|k| Some(first + k));
    assert_eq!(lines, expected);
    assert_eq!(sum.value(), 4.0);
}

#[test]
fn a_number_to_the_power_of_a_handle() {
    let tape = Tape::new();
    let x = tape.var(3.0);
    let power = Var::from(2.0).powf(x);
    assert_eq!(power.value(), 8.0);
    assert_eq!(power.gradient().of(x), 8.0 * 2.0_f64.ln());
    let last = &tape.entries()[1];
    assert_eq!(last.operands, [Argument::Number(2.0), Argument::Entry(0)]);
}

#[test]
fn a_literal_on_the_left_inside_a_gradient() {
    let left = tape::gradient(|x| (1.0 + x[0]).powf(2.0), &[3.0_f64]);
    let right = tape::gradient(|x| (x[0] + 1.0).powf(2.0), &[3.0]);
    assert_eq!((left, right), (vec![8.0], vec![8.0]));
}
