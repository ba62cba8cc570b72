//! The checks are checked: faults planted into an op in the middle of a recorded tape must be
//! found, called by their names, and pinned to the entry, the operand and the line.

#[path = "planted/dense.rs"]
mod dense;
#[path = "planted/recorded.rs"]
mod recorded;

use dense::{Bug, Dense};
use nalgebra::DMatrix;
use recorded::{RecordedBug, SquareTimes};
use tape::check::{self, Finding, FindingKind, Report};
use tape::{MatrixVar, Op, Tape};

/// A fault, the kind that must be named, and the operand.
type Planted = (Bug, FindingKind, Option<usize>);

const NAMED: [Planted; 34] = {
    use FindingKind::*;
    [
        (Bug::Sign, WrongDerivative, Some(1)),
        (Bug::MissingFactor, WrongDerivative, Some(0)),
        (Bug::ThousandthTooLarge, WrongDerivative, Some(1)),
        (Bug::TransposedOperand, WrongDerivative, Some(0)),
        (Bug::TransposedResult, WrongDerivative, Some(1)),
        (Bug::SwappedOperands, WrongDerivative, Some(0)),
        (Bug::ForgottenOperand, WrongDerivative, Some(1)),
        (Bug::ForgottenBroadcastSum, WrongDerivative, Some(2)),
        (Bug::MeanInsteadOfSum, WrongDerivative, Some(2)),
        (Bug::CountedTwice, WrongDerivative, Some(2)),
        (Bug::LastElementMissing, WrongDerivative, Some(1)),
        (Bug::RowsShifted, WrongDerivative, Some(0)),
        (Bug::DerivativeFromTheWrongNumber, WrongDerivative, Some(0)),
        (Bug::AveragedOverTheBatch, WrongDerivative, Some(0)),
        (Bug::ConstantCotangent, IgnoresCotangent, Some(0)),
        (Bug::SquaredCotangent, NotLinear, Some(0)),
        (Bug::SizeOfCotangent, NotLinear, Some(0)),
        (Bug::OneAdded, NotLinear, Some(0)),
        (Bug::ClippedCotangent, NotLinear, Some(0)),
        (Bug::Overwrites, Overwrites, Some(1)),
        (Bug::OverwritesTheBias, Overwrites, Some(2)),
        (Bug::AddsToGarbage, Unwritten, Some(1)),
        (Bug::ResultNotWhole, Unwritten, None),
        (Bug::ResidualNotWhole, Unwritten, None),
        (Bug::StaleResidual, Unwritten, None),
        (Bug::StaleResult, Unwritten, None),
        (Bug::ResultEverySecondTime, Unwritten, None),
        (Bug::TangentNotWhole, Tangent, Some(0)),
        (Bug::ForwardChanges, NotDeterministic, None),
        (Bug::ReverseChanges, NotDeterministic, Some(0)),
        (Bug::TangentForgetsAnOperand, Tangent, Some(1)),
        (Bug::TangentSign, Tangent, Some(0)),
        (Bug::TangentWithoutFactor, Tangent, Some(0)),
        (Bug::TangentOfPartsOnly, Tangent, None),
    ]
};

/// Every planted fault: those with a name, and factors that are more or less off.
fn planted() -> Vec<Planted> {
    let mut planted = NAMED.to_vec();
    for operand in 0..3 {
        for factor in [1.001, 0.999, 1.01, 0.9, 2.0] {
            let bug = Bug::Factor(operand, factor);
            planted.push((bug, FindingKind::WrongDerivative, Some(operand)));
        }
        for factor in [1.001, 0.99, 0.0] {
            let bug = Bug::FactorOfAnElement(operand, factor);
            planted.push((bug, FindingKind::WrongDerivative, Some(operand)));
        }
    }
    for factor in [1.001, 0.999, 1.1] {
        planted.push((Bug::TangentFactor(factor), FindingKind::Tangent, Some(0)));
    }
    planted.push((
        Bug::TangentFactorOfAnElement(1.001),
        FindingKind::Tangent,
        Some(0),
    ));
    for factor in [1.001, 0.9] {
        let there = Bug::FactorOfWhatIsThere(factor);
        planted.push((there, FindingKind::Overwrites, Some(1)));
        let added = Bug::FactorOfWhatIsAdded(factor);
        planted.push((added, FindingKind::Overwrites, Some(1)));
    }
    assert!(planted.len() >= 60, "{} faults", planted.len());
    planted
}

fn scattered(rows: usize, cols: usize, seed: usize) -> DMatrix<f64> {
    tape::Sample::scattered(rows, cols, -1.0, 1.0, seed).values
}

/// A small net with the layer in its middle; returns the report and the layer's entry and line.
fn check_a_net_with(bug: Bug) -> (Report, usize, u32) {
    check_a_net_of(1.0, bug)
}

/// The same with weights so many times as large: the larger, the nearer is every `tanh` to ±1.
fn check_a_net_of(size: f64, bug: Bug) -> (Report, usize, u32) {
    let tape = Tape::new();
    let x = tape.matrix(&scattered(3, 3, 1)).named("x");
    let w = tape.matrix(&(scattered(3, 3, 2) * size)).named("W");
    let b = tape.matrix(&(scattered(1, 3, 3) * size)).named("b");
    let before = (x * w).sigmoid();
    let entry = tape.len();
    let operands = [before.into(), w.into(), b.into()];
    let line = line!() + 1;
    let layer: MatrixVar<'_> = tape.apply(Dense::with(bug), &operands).unwrap().matrix();
    let loss = (layer * w).softmax().component_mul(x).sum() + b.sum();
    (tape.check(loss), entry, line)
}

#[test]
fn a_right_layer_passes() {
    let (report, ..) = check_a_net_with(Bug::None);
    report.assert_complete();
    assert_eq!((report.entries, report.faults.len()), (9, 0));
}

#[test]
fn every_planted_fault_is_found_and_named() {
    let mut missed = String::new();
    for (bug, kind, operand) in planted() {
        let (report, entry, line) = check_a_net_with(bug);
        let right = |fault: &Finding| {
            fault.entry == Some(entry)
                && fault.op == "dense"
                && fault.kind == kind
                && fault.operand == operand
                && fault.place.is_some_and(|place| place.line() == line)
        };
        let elsewhere = report.faults.iter().any(|fault| fault.entry != Some(entry));
        if elsewhere || !report.faults.first().is_some_and(right) {
            missed += &format!("{bug:?}, {kind} of operand {operand:?}, gave {report}\n");
        }
    }
    assert!(missed.is_empty(), "{missed}");
}

#[test]
fn every_planted_fault_is_found_in_a_saturated_net() {
    let size = 6.0;
    let (right, ..) = check_a_net_of(size, Bug::None);
    assert!(right.is_ok(), "{right}");
    let mut missed = String::new();
    for (bug, _, _) in planted() {
        let (report, entry, _) = check_a_net_of(size, bug);
        let found = report.faults.iter().any(|fault| fault.entry == Some(entry));
        let elsewhere = report.faults.iter().any(|fault| fault.entry != Some(entry));
        if !found || elsewhere {
            missed += &format!("{bug:?} gave {report}\n");
        }
    }
    assert!(missed.is_empty(), "{missed}");
}

#[test]
fn the_suite_finds_every_planted_fault() {
    for (bug, kind, operand) in planted() {
        let list: Vec<Box<dyn Op<f64>>> = vec![Box::new(Dense::with(bug))];
        let report = check::ops(&list);
        let right = |fault: &Finding| fault.kind == kind && fault.operand == operand;
        assert!(report.faults.iter().any(right), "{bug:?}: {report}");
    }
}

#[test]
fn the_suite_finds_every_fault_of_a_recorded_rule() {
    let suite = |bug| {
        let list: Vec<Box<dyn Op<f64>>> = vec![Box::new(SquareTimes::with(bug))];
        check::ops(&list)
    };
    suite(RecordedBug::None).assert_complete();
    for (bug, operand, when) in [
        (RecordedBug::Sign, 0, "sample 0"),
        (RecordedBug::ThousandthTooLarge, 1, "sample 0"),
        (RecordedBug::LastElement, 0, "sample 0"),
        (RecordedBug::SwappedOperands, 0, "sample 0"),
        (RecordedBug::ForgottenOperand, 1, "sample 0"),
        (RecordedBug::TransposedResult, 0, "sample 0"),
        (RecordedBug::IgnoresCotangent, 0, "sample 0"),
        (
            RecordedBug::KeepsNumbers,
            1,
            "sample 0, replayed with the elements turned round",
        ),
    ] {
        let report = suite(bug);
        let right = |fault: &Finding| fault.operand == Some(operand) && fault.label == when;
        assert!(report.faults.iter().any(right), "{bug:?}: {report}");
        let named = |fault: &Finding| fault.kind == FindingKind::Recorded;
        assert!(report.faults.iter().all(named), "{bug:?}: {report}");
    }
    let report = suite(RecordedBug::Sign).to_string();
    assert!(
        report.contains("recorded reverse rule disagrees"),
        "{report}"
    );
}

#[test]
fn a_wrong_derivative_is_shown_with_both_numbers() {
    let (report, entry, line) = check_a_net_with(Bug::Sign);
    let fault = &report.faults[0];
    assert!((fault.analytic + fault.numerical).abs() < 1e-8, "{report}");
    assert_eq!((fault.reads.as_str(), fault.element), ("W", (0, 0)));
    let table = report.to_string();
    let row = table.lines().find(|line| line.contains("dense")).unwrap();
    for part in [
        entry.to_string(),
        "1 = W [0,0]".into(),
        format!("{:.9e}", fault.analytic),
        format!("{:.9e}", fault.numerical),
        "wrong derivative".into(),
        format!("planted.rs:{line}"),
    ] {
        assert!(row.contains(&part), "{part} is not in {row}");
    }
    // The gradient as a whole is wrong too, but for the bias, which the fault does not touch.
    let wrong: Vec<&str> = report
        .gradient
        .iter()
        .map(|leaf| leaf.label.as_str())
        .collect();
    assert!(wrong.contains(&"W") && !wrong.contains(&"b"), "{report}");
}

#[test]
fn a_fault_that_has_a_name_is_shown_by_its_slope() {
    // That the rule ignores the cotangent is known from three sweeps; the numbers shown are those
    // of the derivative.
    let (right, ..) = check_a_net_with(Bug::Sign);
    for bug in [Bug::ConstantCotangent, Bug::OneAdded] {
        let (report, ..) = check_a_net_with(bug);
        let fault = &report.faults[0];
        let digits = fault.tolerance / fault.numerical.abs();
        assert!(digits > 0.0 && digits < 1e-4, "{report}");
        let apart = (fault.analytic - fault.numerical).abs();
        assert!(apart > fault.tolerance, "{report}");
        // Not the sum of three cotangents' contributions, which the rule of one gives thrice.
        let thrice = (fault.numerical / fault.analytic - 3.0).abs();
        assert!(thrice > 1e-3, "{report}");
        assert!(report.comparisons <= right.comparisons, "{report}");
    }
}

#[test]
fn faults_are_found_and_only_they_at_every_size() {
    // Relative errors are what counts: operands of these sizes, and a cotangent of another.
    let sizes = [1e-30, 1e-9, 1e9, 1e30];
    let balanced = sizes.map(|size| [size, 1.0 / size, 1.0]);
    let all_small = [1e-30, 1e-9].map(|size| [1.0, size, size]);
    for [of_x, of_w, of_b] in balanced.into_iter().chain(all_small) {
        let tape = Tape::new();
        let x = tape.matrix(&(scattered(3, 4, 1) * of_x));
        let w = tape.matrix(&(scattered(4, 2, 2) * of_b));
        tape.check((x * w).sum() * of_w.sqrt()).assert_complete();
        for wrong in [false, true] {
            let tangent = if wrong { Bug::TangentSign } else { Bug::None };
            let x = tape.matrix(&(scattered(3, 3, 4) * of_x));
            let (w, b) = (scattered(3, 3, 5) * of_w, scattered(1, 3, 6) * of_b);
            // Where all is small, what is wrong must show in the tangent of `x` alone: `W`'s is not
            // small.
            let (w, b) = if of_b < 1.0 {
                (tape.input(&w), tape.input(&b))
            } else {
                (tape.matrix(&w), tape.matrix(&b))
            };
            let operands = [x.into(), w.into(), b.into()];
            let layer = tape.apply(Dense::with(tangent), &operands).unwrap();
            let report = tape.check(layer.matrix());
            let kinds: Vec<FindingKind> = report.faults.iter().map(|fault| fault.kind).collect();
            let expected: &[FindingKind] = if wrong { &[FindingKind::Tangent] } else { &[] };
            assert_eq!(kinds, expected, "{of_x}, {of_w}, {of_b}: {report}");
        }
    }
}
