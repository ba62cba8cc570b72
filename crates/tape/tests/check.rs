//! What a gradient check says, of tapes and closures that are right and of points where nobody can
//! say.

use nalgebra::{DMatrix, dmatrix};
use tape::check::{self, Check, FindingKind, Mode};
use tape::formula;
use tape::formula::Formula;
use tape::{ForwardError, Op, OutputSpec, Point, PointMut, Sample, Shape, ShapeError};
use tape::{OperandTangents, Sink, Tape, Var, View, ViewMut};

fn scattered(rows: usize, cols: usize, seed: usize) -> DMatrix<f64> {
    Sample::scattered(rows, cols, -1.0, 1.0, seed).values
}

#[test]
fn a_recorded_tape_passes_and_is_left_as_it_was() {
    let tape = Tape::new();
    let (x, w) = (
        tape.matrix(&scattered(4, 3, 1)),
        tape.matrix(&scattered(3, 2, 2)),
    );
    let s = tape.var(0.7);
    let y = ((x * w).tanh() * s).row_log_sum_exp().sum() * s.exp() / 3.0;
    let before = (y.value(), x.value(), tape.handle(y.id()).unwrap().value());
    let report = tape.check(y);
    report.assert_complete();
    assert_eq!(report.entries, 8);
    assert_eq!(
        before,
        (y.value(), x.value(), tape.handle(y.id()).unwrap().value())
    );
}

#[test]
fn every_mode_accepts_what_is_right() {
    let tape = Tape::new();
    let (x, w) = (
        tape.matrix(&scattered(5, 4, 1)),
        tape.matrix(&scattered(4, 3, 2)),
    );
    let y = (x * w).softmax();
    for mode in [Mode::Auto, Mode::Full, Mode::Fast(1), Mode::Fast(5)] {
        let report = Check::default().mode(mode).seed(3).tape(&tape, y);
        report.assert_complete();
    }
    let full = Check::default().mode(Mode::Full).tape(&tape, y);
    let fast = Check::default().mode(Mode::Fast(1)).tape(&tape, y);
    // The whole Jacobian of 15 results by 32 leaves' elements, and each entry alone three times.
    assert_eq!(full.comparisons, 15 * 32 + 3 * (20 + 12 + 15));
    assert!(fast.comparisons < 20);
}

#[test]
fn single_precision_passes() {
    let tape = Tape::<f32>::default();
    let x = tape.matrix(&scattered(4, 3, 1).map(|x| x as f32));
    tape.check((x.sigmoid() * x.transpose()).sum()).assert_ok();
}

#[test]
fn a_closure_is_checked_entry_by_entry_and_as_a_whole() {
    let report = check::gradient(|x| (x[0] * x[1]).exp() - x[1].sqrt() / x[0], &[0.5, 2.0]);
    report.assert_complete();
    assert_eq!(
        (report.entries, report.comparisons),
        (5, 3 * (2 + 1 + 1 + 2 + 2) + 2)
    );
    // A branch is taken anew in every call.
    fn one<'t>(x: &[Var<'t, f64>]) -> Var<'t, f64> {
        if x[0] > 1.0 { x[0] } else { x[0] * x[0] }
    }
    let report = check::gradient(one, &[1.0]);
    assert!(report.is_ok(), "{report}");
    assert!(
        matches!(report.remarks[..], [ref kink] if matches!(kink.kind, FindingKind::Kink { .. }))
    );
    check::gradient(one, &[0.999_999]).assert_complete();
}

#[test]
fn a_plain_number_has_nothing_to_check() {
    let report = Tape::new().check(Var::from(3.0));
    assert_eq!((report.entries, report.comparisons), (0, 0));
}

#[test]
fn kinks_are_told_apart_and_not_counted_as_faults() {
    for (name, at) in [("relu", 0.0), ("abs", 0.0), ("max", 2.0), ("min", 2.0)] {
        let tape = Tape::new();
        let x = tape.var(at);
        let two = tape.var(2.0);
        let y = match name {
            "relu" => x.relu(),
            "abs" => x.abs(),
            "max" => x.max(two),
            _ => x.min(two),
        };
        let report = tape.check(y);
        assert!(report.is_ok(), "{report}");
        let kink = &report.remarks[0];
        assert!(
            matches!(kink.kind, FindingKind::Kink { left, right } if (right - left).abs() > 0.9),
            "{report}"
        );
        assert_eq!(kink.op, name);
        assert!(report.to_string().contains("at a kink"), "{report}");
    }
}

#[test]
fn the_edge_of_a_domain_is_said() {
    let tape = Tape::new();
    let y = tape.var(0.0).sqrt();
    let report = tape.check(y);
    assert!(
        report.is_ok() && report.remarks[0].kind == FindingKind::NotJudged,
        "{report}"
    );
}

#[test]
fn close_to_a_kink_the_slope_is_still_found() {
    for x in [1e-6, -1e-6, 1e-12] {
        let tape = Tape::new();
        tape.check(tape.var(x).relu()).assert_complete();
        tape.check(tape.var(x).abs()).assert_complete();
    }
}

#[test]
fn many_elements_at_kinks_do_not_hide_the_others() {
    let tape = Tape::new();
    let mut values = scattered(40, 30, 1);
    values[(7, 3)] = 0.0;
    values[(20, 29)] = 0.0;
    let y = tape.matrix(&values).relu().sum();
    let report = tape.check(y);
    assert!(report.is_ok(), "{report}");
    let kinks = |index| {
        report
            .remarks
            .iter()
            .filter(move |kink| kink.entry == Some(index))
            .count()
    };
    assert_eq!((kinks(0), kinks(1)), (2, 2), "{report}");
    assert!(
        report.comparisons < 100,
        "1,200 elements are compared along directions: {report}"
    );
}

#[test]
fn a_guard_that_turns_out_otherwise_is_not_a_fault() {
    let tape = Tape::new();
    let x = tape.var(1.0);
    let y = if x <= 1.0 { x * 2.0 } else { x * 3.0 };
    let report = tape.check(y);
    assert!(
        report.is_ok() && report.remarks[0].kind == FindingKind::NotJudged,
        "{report}"
    );
}

/// `Y = 2 X`, whose reverse rule is wrong in one element.
#[derive(Debug, Default)]
struct Doubled {
    wrong: usize,
    samples: Vec<Vec<Sample>>,
}

/// Without samples.
fn doubled(wrong: usize) -> Doubled {
    Doubled {
        wrong,
        ..Default::default()
    }
}

impl Op<f64> for Doubled {
    fn name(&self) -> &'static str {
        "doubled"
    }
    fn symbol(&self) -> &'static str {
        "2×"
    }
    fn formula(&self) -> Formula {
        formula!(Y(X): dX = 2 * dY)
    }
    fn shape(&self, operands: &[Shape]) -> Result<OutputSpec, ShapeError> {
        Ok(OutputSpec::matrix(operands[0].rows, operands[0].cols))
    }
    fn forward(&self, at: &mut PointMut<'_, f64>) -> Result<(), ForwardError> {
        at.result
            .matrix()
            .copy_from(&(at.operands.get(0).matrix() * 2.0));
        Ok(())
    }
    fn vjp(&self, _: &Point<'_, f64>, cotangent: View<'_, f64>, sink: &mut Sink<'_, f64>) {
        let each = cotangent.values().iter().enumerate();
        sink.add(
            0,
            each.map(|(k, d)| if k == self.wrong { 2.01 * d } else { 2.0 * d }),
        );
    }
    fn jvp(
        &self,
        _: &Point<'_, f64>,
        tangents: &OperandTangents<'_, f64>,
        mut tangent: ViewMut<'_, f64>,
    ) {
        for (k, dy) in tangent.values_mut().iter_mut().enumerate() {
            *dy = 2.0 * tangents.get(0).map_or(0.0, |dx| dx.values()[k]);
        }
    }
    fn samples(&self) -> Vec<Vec<Sample>> {
        self.samples.clone()
    }
}

#[test]
fn one_wrong_element_among_thousands_is_found() {
    let tape = Tape::new();
    let x = tape.matrix(&scattered(100, 50, 1)).named("x");
    for wrong in [0, 1234, 4999] {
        tape.apply(doubled(wrong), &[x.into()]).unwrap();
        let report = Check::default().mode(Mode::Fast(1)).entries(&tape);
        let fault = report.faults.last().unwrap();
        assert_eq!(fault.element, (wrong % 100, wrong / 100), "{report}");
        assert!(
            (fault.numerical * 1.005 - fault.analytic).abs() < 1e-9,
            "{report}"
        );
        assert!(report.comparisons < 40, "{report}");
    }
}

#[test]
fn an_op_without_samples_is_refused_by_the_suite() {
    let list: Vec<Box<dyn Op<f64>>> = vec![Box::new(doubled(0))];
    assert_eq!(check::ops(&list).faults[0].kind, FindingKind::Refused);
}

#[test]
fn an_operand_of_one_element_is_given_as_a_scalar_too() {
    let labels = |rows| {
        let samples = vec![vec![Sample::scattered(rows, 1, 0.5, 2.0, 0)]];
        let list: Vec<Box<dyn Op<f64>>> = vec![Box::new(Doubled { wrong: 0, samples })];
        let faults = check::ops(&list).faults;
        let wrong = faults
            .into_iter()
            .filter(|fault| fault.kind == FindingKind::WrongDerivative);
        wrong.map(|fault| fault.label).collect::<Vec<_>>()
    };
    assert_eq!(labels(1), ["sample 0", "sample 0, 1×1 as scalar"]);
    assert_eq!(labels(2), ["sample 0"]);
}

#[test]
fn numbers_that_are_not_finite_are_not_judged() {
    let tape = Tape::new();
    let y = tape.matrix(&dmatrix![1.0, f64::NAN]).exp().sum();
    let report = tape.check(y);
    assert!(report.is_ok() && !report.remarks.is_empty(), "{report}");
}

#[test]
fn a_seed_decides_the_random_cotangents() {
    let tape = Tape::new();
    let x = tape.matrix(&scattered(2, 2, 1));
    tape.apply(doubled(1), &[x.into()]).unwrap();
    let shown = |seed| Check::default().seed(seed).entries(&tape).faults[0].analytic;
    assert_eq!(shown(5), shown(5));
    assert_ne!(shown(5), shown(6));
}

#[test]
fn remarks_and_faults_are_counted_apart() {
    let tape = Tape::new();
    let mut report = tape.check(tape.var(0.0).relu());
    assert!(report.is_ok() && !report.remarks.is_empty());
    assert!(
        std::panic::catch_unwind(|| report.assert_complete()).is_err(),
        "a remark is not complete"
    );
    report.assert_ok();
    let x = tape.matrix(&scattered(2, 2, 1));
    let y = tape.apply(doubled(1), &[x.into()]).unwrap().matrix();
    let other = tape.check(y);
    let (faults, entries) = (other.faults.len(), report.entries + other.entries);
    let comparisons = report.comparisons + other.comparisons;
    report.extend(other);
    assert_eq!(
        (report.faults.len(), report.entries, report.comparisons),
        (faults, entries, comparisons)
    );
    assert!(std::panic::catch_unwind(|| report.assert_ok()).is_err());
    let sentence = report.faults[0].to_string();
    assert!(
        sentence.contains("doubled, operand 0 = entry 2 [1,0]: wrong derivative"),
        "{sentence}"
    );
}

#[test]
fn a_long_table_says_what_it_leaves_out() {
    let tape = Tape::new();
    let y = tape.matrix(&DMatrix::<f64>::zeros(7, 7)).relu().sum();
    let report = tape.check(y);
    assert_eq!(
        report.remarks.len(),
        98,
        "49 elements of the entry, 49 of the leaf"
    );
    let table = report.to_string();
    assert!(
        table.contains("not judged, and no faults: 98") && table.contains("… and 58 more"),
        "{table}"
    );
}

#[test]
fn a_small_difference_of_large_numbers_is_no_fault() {
    // The elements add up to 0, and so do the nine products of each pair of columns: only rounding
    // is left.
    let tape = Tape::new();
    let x = tape.matrix(&dmatrix![
        1.1797969253375789,
        0.5898984626687894,
        -1.7696953880063684
    ]);
    let wide = tape::MatrixVar::hstack(&[x, x, x]);
    let y = (wide.transpose() * x).mean();
    assert!(y.value().abs() < 1e-15);
    tape.check(y).assert_complete();
}

#[test]
fn closures_of_many_numbers_are_checked_along_directions() {
    let point: Vec<f64> = (0..1000).map(|k| (f64::from(k)).sin()).collect();
    let report = check::gradient(|x| tape::sum(x).tanh(), &point);
    report.assert_complete();
    assert!(report.comparisons < 20, "{report}");
    assert_eq!(
        Check::default()
            .mode(Mode::Fast(7))
            .gradient(|x| x[0] * 2.0, &[1.0])
            .comparisons,
        3 * 7 + 7
    );
}

#[test]
fn a_wrong_gradient_is_pinned_to_a_leafs_element() {
    let tape = Tape::new();
    let x = tape.matrix(&scattered(3, 4, 1)).named("x");
    for wrong in [0, 5, 10] {
        let y = tape.apply(doubled(wrong), &[x.into()]).unwrap();
        let report = tape.check(y.matrix().sum());
        let leaf = &report.gradient[0];
        assert_eq!(
            (leaf.entry, leaf.label.as_str()),
            (Some(0), "x"),
            "{report}"
        );
        assert_eq!(leaf.element, (wrong % 3, wrong / 3), "{report}");
        assert!((leaf.analytic - 2.01).abs() < 1e-12, "{report}");
        assert!((leaf.numerical - 2.0).abs() < 1e-9, "{report}");
    }
}

#[test]
fn every_seed_has_cotangents_of_its_own() {
    let tape = Tape::new();
    let x = tape.matrix(&scattered(2, 2, 1));
    let y = tape.apply(doubled(1), &[x.into()]).unwrap().matrix();
    let shown = |seed| {
        Check::default().seed(seed).tape(&tape, y).gradient[0]
            .analytic
            .to_bits()
    };
    let distinct: std::collections::BTreeSet<u64> = (0..16).map(shown).collect();
    assert_eq!(distinct.len(), 16);
}

#[test]
fn fast_means_so_many_directions_for_each_operand_and_leaf() {
    let tape = Tape::new();
    let x = tape.matrix(&scattered(4, 3, 1));
    let w = tape.matrix(&scattered(3, 2, 2));
    let input = tape.input(&scattered(4, 2, 3));
    let y = (x * w + input).sum();
    for directions in [1, 4] {
        let report = Check::default().mode(Mode::Fast(directions)).tape(&tape, y);
        report.assert_complete();
        // Three cotangents for the product's two operands, the sum's one and the total's one; then
        // two leaves.
        assert_eq!(
            report.comparisons,
            directions * (3 * (2 + 1 + 1) + 2),
            "{report}"
        );
        assert_eq!(report.entries, 3);
    }
}

#[test]
fn the_matrix_output_of_a_tape_is_weighed_anew() {
    // One cotangent could miss a fault that two find; the whole Jacobian has a row for each result.
    let tape = Tape::new();
    let y = tape.matrix(&scattered(2, 3, 1)).exp();
    let compared = |mode| Check::default().mode(mode).tape(&tape, y).comparisons;
    assert_eq!(compared(Mode::Full), 3 * 6 + 6 * 6);
    assert_eq!(compared(Mode::Auto), 3 * 6 + 2 * 6);
    assert_eq!(compared(Mode::Fast(1)), 3 + 2);
}
