//! Derivatives that are recordings, where something is chosen: replayed where the choice turns out
//! otherwise, and where what is not chosen has no slope.

use nalgebra::{DMatrix, dmatrix};
use tape::{Error, ForwardError, MatrixVar, Op, OutputSpec, Point, PointMut, Recorded};
use tape::{RecordedCotangents, RecordedPoint, Shape, ShapeError, Sink, Tape, Var, View};

/// `y = f(x)` and its first two derivatives at other numbers than those it was recorded at.
fn replayed(f: impl Fn(Var<'_>) -> Var<'_>, recorded_at: f64, at: f64) -> [f64; 3] {
    let mut tape = Tape::new();
    let x = tape.var(recorded_at);
    let y = f(x);
    let slope = tape.differentiate(y, 1.0, &[x.into()]).unwrap()[0].scalar();
    let curvature = tape.differentiate(slope, 1.0, &[x.into()]).unwrap()[0].scalar();
    // What does not depend on `x` is no entry.
    let [slope, curvature] = [slope, curvature].map(|of| of + x * 0.0);
    let ids = [y.id(), slope.id(), curvature.id()];
    let x = x.id();
    tape.set(x, at).unwrap();
    tape.replay().unwrap();
    let swept = tape.handle(ids[1]).unwrap().gradient();
    let [y, slope, curvature] = ids.map(|id| tape.value(id).unwrap());
    let swept = swept.of(tape.handle(x).unwrap());
    // To the last bit, but for the sign of a zero: what is recorded takes signs out of products.
    assert_eq!(
        (swept + 0.0).to_bits(),
        (curvature + 0.0).to_bits(),
        "swept and recorded at {at}"
    );
    [y, slope, curvature]
}

#[test]
fn a_replay_on_the_other_side_of_a_kink() {
    for (at, slope) in [(2.0, 4.0), (-2.0, 0.0), (0.0, 0.0)] {
        let [_, first, second] = replayed(|x| x.relu().square(), -at - 1.0, at);
        assert_eq!((first, second), (slope, if at > 0.0 { 2.0 } else { 0.0 }));
        let [_, first, second] = replayed(|x| x.abs() * x, 1.0 - at, at);
        assert_eq!(
            (first, second),
            (2.0 * at.abs(), 2.0 * at.signum() * f64::from(at != 0.0))
        );
    }
    let [_, first, second] = replayed(|x| x.square().max(x.exp()), 0.0, -3.0);
    assert_eq!((first, second), (-6.0, 2.0));
}

#[test]
fn a_replay_in_which_a_choice_turns() {
    fn branches(x: Var<'_>) -> Var<'_> {
        x.less_than(1.0).select(x.powi(3), x.sin())
    }
    for recorded_at in [0.5, 2.0] {
        assert_eq!(
            replayed(branches, recorded_at, 0.25),
            [0.015625, 0.1875, 1.5]
        );
        let expected = [3_f64.sin(), 3_f64.cos(), -3_f64.sin()];
        assert_eq!(replayed(branches, recorded_at, 3.0), expected);
    }
    fn clamped(x: Var<'_>) -> Var<'_> {
        x.square().clamp(x, x.exp())
    }
    for recorded_at in [0.5, 2.0, 20.0] {
        assert_eq!(replayed(clamped, recorded_at, 0.25), [0.25, 1.0, 0.0]);
        assert_eq!(replayed(clamped, recorded_at, 2.0), [4.0, 4.0, 2.0]);
        assert_eq!(replayed(clamped, recorded_at, -10.0), [(-10_f64).exp(); 3]);
    }
}

#[test]
fn a_replay_with_the_largest_element_elsewhere() {
    let mut tape = Tape::new();
    let x = tape.matrix(&dmatrix![3.0, 1.0; 0.5, 2.0]);
    let y = x.square().maximum() + x.powi(3).row_maxima().sum();
    let slopes = tape.differentiate(y, 1.0, &[x.into()]).unwrap()[0].matrix();
    assert_eq!(slopes.value(), dmatrix![6.0 + 27.0, 0.0; 0.0, 12.0]);
    let (x, y, slopes) = (x.id(), y.id(), slopes.id());
    let second = {
        let sum = tape.handle(slopes).unwrap().sum();
        let by = [tape.handle(x).unwrap().into()];
        tape.differentiate(sum, 1.0, &by).unwrap()[0].matrix().id()
    };
    let cases = [
        (
            dmatrix![1.0, 2.0; 0.5, 4.0],
            dmatrix![0.0, 12.0; 0.0, 8.0 + 48.0],
            dmatrix![0.0, 12.0; 0.0, 2.0 + 24.0],
        ),
        // At a tie the first, column by column, and the leftmost.
        (
            dmatrix![2.0, 2.0; 2.0, 1.0],
            dmatrix![4.0 + 12.0, 0.0; 12.0, 0.0],
            dmatrix![2.0 + 12.0, 0.0; 12.0, 0.0],
        ),
    ];
    for (at, first, curvatures) in cases {
        tape.set_matrix(x, &at).unwrap();
        tape.replay().unwrap();
        assert_eq!(tape.matrix_value(slopes).unwrap(), first);
        let swept = tape.handle(y).unwrap().gradient();
        assert_eq!(swept.of(tape.handle(x).unwrap()), first);
        assert_eq!(tape.matrix_value(second).unwrap(), curvatures);
    }
}

#[test]
fn what_is_not_chosen_has_no_derivative() {
    fn root(x: Var<'_>) -> Var<'_> {
        x.greater_than(0.0).select(x.sqrt(), 0.0)
    }
    for recorded_at in [0.0, 4.0] {
        assert_eq!(replayed(root, recorded_at, 0.0), [0.0; 3]);
        assert_eq!(replayed(root, recorded_at, 4.0), [2.0, 0.25, -1.0 / 32.0]);
        assert_eq!(replayed(root, recorded_at, -1.0), [0.0; 3]);
    }
    // Also some steps further, and where another way leads to the same entry.
    fn far(x: Var<'_>) -> Var<'_> {
        let ln = (x.sqrt().exp() * 3.0).ln().square() / x;
        x.greater_than(0.0).select(ln, x * x)
    }
    assert_eq!(replayed(far, 1.0, 0.0), [0.0, 0.0, 2.0]);
    assert_eq!(replayed(far, 1.0, -1.0), [1.0, -2.0, 2.0]);
    // Where nothing was chosen, the slope at 0 shows.
    let [_, slope, _] = replayed(|x| x.sqrt().abs() * x, 1.0, 0.0);
    assert!(slope.is_nan(), "{slope}");
}

/// Derivatives of a scalar by a matrix: the first, and the second of their sum, recorded and swept.
fn twice(f: impl for<'t> Fn(MatrixVar<'t>) -> Var<'t>, at: &DMatrix<f64>) -> [DMatrix<f64>; 2] {
    let tape = Tape::new();
    let x = tape.matrix(at);
    let slopes = tape.differentiate(f(x), 1.0, &[x.into()]).unwrap()[0].matrix();
    let sum = slopes.sum();
    let second = tape.differentiate(sum, 1.0, &[x.into()]).unwrap()[0].matrix();
    let swept = sum.gradient();
    assert_eq!(swept.of(x), second.value());
    [slopes.value(), second.value()]
}

#[test]
fn what_is_not_chosen_of_a_matrix_has_no_derivative() {
    let at = dmatrix![0.0, 4.0; -1.0, 1.0];
    fn by_element(x: MatrixVar<'_>) -> Var<'_> {
        x.greater_than(0.0).select(x.sqrt(), 0.0).sum()
    }
    let [first, second] = twice(by_element, &at);
    assert_eq!(first, dmatrix![0.0, 0.25; 0.0, 0.5]);
    assert_eq!(second, dmatrix![0.0, -1.0 / 32.0; 0.0, -0.25]);
    // A scalar decides about all of it, through sums, products and parts.
    fn as_a_whole(x: MatrixVar<'_>) -> Var<'_> {
        let all = (x.sqrt() * x.recip().transpose())
            .rows(0..1)
            .row_sums()
            .sum();
        let norm = x.ln().row_norms().element(0, 0) + x.softmax().ln().maximum();
        let x00 = x.element(0, 0);
        x00.greater_than(0.0).select(all * norm, x.square().sum())
    }
    let [first, second] = twice(as_a_whole, &at);
    assert_eq!(first, at.map(|x| 2.0 * x));
    assert_eq!(second, at.map(|_| 2.0));
}

/// `y = x²`, which does not say how its reverse rule is recorded.
struct Squared;

impl Op<f64> for Squared {
    fn name(&self) -> &'static str {
        "squared"
    }
    fn shape(&self, operands: &[Shape]) -> Result<OutputSpec, ShapeError> {
        Ok(OutputSpec::matrix(operands[0].rows, operands[0].cols))
    }
    fn forward(&self, at: &mut PointMut<'_, f64>) -> Result<(), ForwardError> {
        let x = at.operands.get(0).values();
        at.result
            .values_mut()
            .iter_mut()
            .zip(x)
            .for_each(|(y, x)| *y = x * x);
        Ok(())
    }
    fn vjp(&self, at: &Point<'_, f64>, cotangent: View<'_, f64>, sink: &mut Sink<'_, f64>) {
        let x = at.operands.get(0).values();
        sink.add(
            0,
            x.iter().zip(cotangent.values()).map(|(x, d)| 2.0 * x * d),
        );
    }
}

#[test]
fn an_op_without_a_recorded_rule_says_so_and_works_in_everything_else() {
    let mut tape = Tape::new();
    let x = tape.matrix(&dmatrix![1.0, 2.0]);
    let squared = tape.apply(Squared, &[x.into()]).unwrap().matrix();
    let y = squared.sum() + x.powi(3).sum();
    let entries = tape.len();
    let error = tape.differentiate(y, 1.0, &[x.into()]).unwrap_err();
    assert!(
        matches!(
            error,
            Error::NotRecordable {
                entry: 1,
                op: "squared"
            }
        ),
        "{error}"
    );
    let message = "entry 1 (`squared`) cannot be differentiated by recording: implement \
                   `Op::vjp_recorded` for it";
    assert!(error.to_string().starts_with(message), "{error}");
    assert!(tape.len() >= entries);
    // Derivatives that do not go through it are recorded.
    let of_result = tape.differentiate(y, 1.0, &[squared.into()]).unwrap()[0].matrix();
    assert_eq!(of_result.value(), dmatrix![1.0, 1.0]);
    assert_eq!(y.gradient().of(x), dmatrix![5.0, 16.0]);
    let (x, y) = (x.id(), y.id());
    tape.set_matrix(x, &dmatrix![3.0, 0.0]).unwrap();
    tape.replay().unwrap();
    assert_eq!(tape.value(y).unwrap(), 36.0);
    let gradient = tape.handle(y).unwrap().gradient();
    assert_eq!(gradient.of(tape.handle(x).unwrap()), dmatrix![33.0, 0.0]);
}

/// `Y = ln X`, with a recorded rule that divides the cotangent.
#[derive(Debug)]
struct Logarithm;

impl Op<f64> for Logarithm {
    fn name(&self) -> &'static str {
        "logarithm"
    }
    fn shape(&self, operands: &[Shape]) -> Result<OutputSpec, ShapeError> {
        Ok(OutputSpec::matrix(operands[0].rows, operands[0].cols))
    }
    fn forward(&self, at: &mut PointMut<'_, f64>) -> Result<(), ForwardError> {
        let x = at.operands.get(0);
        at.result.matrix().copy_from(&x.matrix().map(f64::ln));
        Ok(())
    }
    fn vjp(&self, _: &Point<'_, f64>, _: View<'_, f64>, _: &mut Sink<'_, f64>) {
        unreachable!("nothing is swept")
    }
    fn vjp_recorded<'g>(
        &self,
        at: &RecordedPoint<'g, f64>,
        cotangent: Recorded<'g, f64>,
    ) -> Option<RecordedCotangents<'g, f64>> {
        Some(vec![Some(cotangent / at.operands[0])])
    }
}

#[test]
fn what_was_not_chosen_is_nothing_after_a_division_too() {
    let tape = Tape::new();
    let x = tape.matrix(&dmatrix![2.0, 0.0]);
    let logarithm = tape.apply(Logarithm, &[x.into()]).unwrap().matrix();
    let y = x.select(logarithm, x).sum();
    let slopes = tape.differentiate(y, 1.0, &[x.into()]).unwrap()[0].matrix();
    assert_eq!(slopes.value(), dmatrix![0.5, 1.0]);
}
