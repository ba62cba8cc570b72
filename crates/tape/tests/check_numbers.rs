//! What a check says where numbers cancel, overflow, underflow or saturate: right derivatives are
//! never called wrong, and what nobody can judge is called that.

use nalgebra::dmatrix;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use tape::check::{Check, FindingKind, Mode};
use tape::{ForwardError, Op, OperandTangents, OutputSpec, Point, PointMut, Shape, ShapeError};
use tape::{Sink, Tape, View, ViewMut};

#[test]
fn a_slope_beyond_the_largest_number_is_not_judged() {
    let tape = Tape::new();
    let x = tape.var(1e-100);
    let y = 1.0 / (x * x);
    let report = tape.check(y);
    assert!(report.is_ok(), "{report}");
    let remark = &report.remarks[0];
    assert_eq!(remark.kind, FindingKind::NotJudged, "{report}");
    // Where its slope is a number, it is judged.
    let tape = Tape::new();
    let x = tape.var(1e-90);
    tape.check(x.powi(-2)).assert_complete();
}

#[test]
fn a_slope_that_rounding_hides_is_not_judged() {
    // 1 + 1e-20 x: no difference quotient sees the second term.
    let tape = Tape::new();
    let x = tape.var(0.5);
    let report = tape.check(1.0 + x * 1e-20);
    assert!(report.is_ok(), "{report}");
    let leaf = report.remarks.iter().find(|remark| remark.op == "leaf");
    assert_eq!(leaf.unwrap().kind, FindingKind::NotJudged, "{report}");
    // A sigmoid at 40 is 1, and its slope 4e-18.
    let tape = Tape::new();
    let report = tape.check(tape.var(40.0).sigmoid());
    assert!(report.is_ok() && report.remarks.len() >= 2, "{report}");
    assert!(
        report.to_string().contains("could not be judged"),
        "{report}"
    );
}

#[test]
fn a_derivative_that_cancels_is_judged_by_its_terms() {
    // The derivative is 0, and made of terms that are not.
    let tape = Tape::new();
    let x = tape.matrix(&dmatrix![0.3, -1.2, 0.7]);
    tape.check(x.softmax().sum()).assert_complete();
    let tape = Tape::new();
    let x = tape.var(0.7);
    tape.check(x.sin().square() + x.cos().square())
        .assert_complete();
}

#[test]
fn what_rounds_on_the_way_counts_where_the_slope_is_taken() {
    // The argument of the square is 3e-8, but its last digit is that of 3.
    let tape = Tape::new();
    let x = tape.var(1.0 + 1e-8);
    let report = tape.check((x * 3.0 - 3.0).square());
    assert!(report.is_ok(), "{report}");
    let tape = Tape::new();
    let x = tape.var(0.25);
    let report = tape.check((x + 1e16).sin());
    assert!(report.is_ok(), "{report}");
}

/// `y = (x + 1e6) − 1e6`, which loses ten digits inside, `y = x` to whoever looks from outside.
struct Lossy;

impl Op<f64> for Lossy {
    fn name(&self) -> &'static str {
        "lossy"
    }
    fn shape(&self, operands: &[Shape]) -> Result<OutputSpec, ShapeError> {
        Ok(OutputSpec::matrix(operands[0].rows, operands[0].cols))
    }
    fn forward(&self, at: &mut PointMut<'_, f64>) -> Result<(), ForwardError> {
        let x = at.operands.get(0).values();
        for (y, x) in at.result.values_mut().iter_mut().zip(x) {
            *y = (x + 1e6) - 1e6;
        }
        Ok(())
    }
    fn vjp(&self, _: &Point<'_, f64>, dy: View<'_, f64>, sink: &mut Sink<'_, f64>) {
        sink.add(0, dy.values().iter().map(|d| (d + 1e6) - 1e6));
    }
    fn jvp(
        &self,
        _: &Point<'_, f64>,
        tangents: &OperandTangents<'_, f64>,
        mut dy: ViewMut<'_, f64>,
    ) {
        if let Some(dx) = tangents.get(0) {
            dy.values_mut().copy_from_slice(dx.values());
        }
    }
}

#[test]
fn rounding_inside_of_a_rule_is_no_fault() {
    for k in 0..20 {
        let tape = Tape::new();
        let x = tape.matrix(&dmatrix![0.3 + f64::from(k) * 0.01, -1.7; 0.013, 2.9]);
        let y = tape.apply(Lossy, &[x.into()]).unwrap().matrix();
        let report = tape.check(y.sum());
        assert!(report.is_ok(), "{report}");
    }
}

/// The square of a scalar, which panics in its `panics_at`-th forward run.
struct Fragile {
    runs: AtomicUsize,
    panics_at: usize,
}

impl Op<f64> for Fragile {
    fn name(&self) -> &'static str {
        "fragile"
    }
    fn shape(&self, _: &[Shape]) -> Result<OutputSpec, ShapeError> {
        Ok(OutputSpec::scalar().with_residual(1))
    }
    fn forward(&self, at: &mut PointMut<'_, f64>) -> Result<(), ForwardError> {
        let run = self.runs.fetch_add(1, Ordering::Relaxed);
        let x = at.operands.scalar(0);
        at.residual[0] = 2.0 * x;
        assert!(run != self.panics_at, "the op's own panic");
        at.result.values_mut()[0] = x * x;
        Ok(())
    }
    fn vjp(&self, at: &Point<'_, f64>, dy: View<'_, f64>, sink: &mut Sink<'_, f64>) {
        sink.add_scalar(0, dy.scalar() * at.residual[0]);
    }
    fn jvp(
        &self,
        at: &Point<'_, f64>,
        tangents: &OperandTangents<'_, f64>,
        mut dy: ViewMut<'_, f64>,
    ) {
        dy.values_mut()[0] = tangents.scalar(0) * at.residual[0];
    }
}

#[test]
fn a_panic_half_way_leaves_the_tape_as_it_was() {
    let mut panics = 0;
    for panics_at in 1..400 {
        let tape = Tape::new();
        let (x, m) = (tape.var(0.75), tape.matrix(&dmatrix![0.5, -0.25]));
        let before = x.exp();
        let op = Fragile {
            runs: AtomicUsize::new(0),
            panics_at,
        };
        let squared = tape.apply(op, &[before.into()]).unwrap().scalar();
        let y = (squared * m).sum().sin() + before;
        let (value, gradient) = (y.value(), y.gradient());
        let numbers = || {
            let scalar = |entry: &tape::EntryInfo<f64>| match entry.id {
                tape::EntryId::Scalar(id) => vec![tape.value(id).unwrap()],
                tape::EntryId::Matrix(id) => tape.read(id, |m| m.values().to_vec()).unwrap(),
            };
            let each = tape.entries();
            each.iter()
                .flat_map(scalar)
                .map(f64::to_bits)
                .collect::<Vec<u64>>()
        };
        let first = numbers();
        let full = Check::default().mode(Mode::Full);
        panics += usize::from(catch_unwind(AssertUnwindSafe(|| full.tape(&tape, y))).is_err());
        assert_eq!(numbers(), first, "panicked in run {panics_at}");
        assert_eq!(y.value().to_bits(), value.to_bits());
        let again = y.gradient();
        assert_eq!(
            again.of(x).to_bits(),
            gradient.of(x).to_bits(),
            "residuals too"
        );
    }
    assert!(panics > 50, "{panics} runs panicked");
}

#[test]
fn a_check_leaves_the_last_bit_of_every_number() {
    // Also of a tape whose leaves were moved, and where a run would be refused.
    let tape = Tape::new();
    let x = tape.var(1.0);
    let y = if x <= 1.0 { x.exp() } else { x };
    let report = tape.check(y);
    assert!(report.is_ok(), "{report}");
    assert_eq!((x.value(), y.value()), (1.0, 1.0_f64.exp()));
}
