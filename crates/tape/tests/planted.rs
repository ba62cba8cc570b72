//! The checks are checked: faults planted into an op in the middle of a recorded tape must be
//! found, called by their names, and pinned to the entry, the operand and the line.

#[path = "planted/dense.rs"]
mod dense;

use dense::{Bug, Dense};
use nalgebra::DMatrix;
use tape::check::{self, Finding, FindingKind, Report};
use tape::{MatrixVar, Op, Tape};

/// Every planted fault, the kind that must be named, and the operand.
const PLANTED: [(Bug, FindingKind, Option<usize>); 33] = [
    (Bug::Sign, FindingKind::WrongDerivative, Some(1)),
    (Bug::MissingFactor, FindingKind::WrongDerivative, Some(0)),
    (
        Bug::ThousandthTooLarge,
        FindingKind::WrongDerivative,
        Some(1),
    ),
    (
        Bug::TransposedOperand,
        FindingKind::WrongDerivative,
        Some(0),
    ),
    (Bug::TransposedResult, FindingKind::WrongDerivative, Some(1)),
    (Bug::SwappedOperands, FindingKind::WrongDerivative, Some(0)),
    (Bug::ForgottenOperand, FindingKind::WrongDerivative, Some(1)),
    (
        Bug::ForgottenBroadcastSum,
        FindingKind::WrongDerivative,
        Some(2),
    ),
    (Bug::MeanInsteadOfSum, FindingKind::WrongDerivative, Some(2)),
    (Bug::CountedTwice, FindingKind::WrongDerivative, Some(2)),
    (
        Bug::LastElementMissing,
        FindingKind::WrongDerivative,
        Some(1),
    ),
    (Bug::RowsShifted, FindingKind::WrongDerivative, Some(0)),
    (
        Bug::DerivativeFromTheWrongNumber,
        FindingKind::WrongDerivative,
        Some(0),
    ),
    (
        Bug::AveragedOverTheBatch,
        FindingKind::WrongDerivative,
        Some(0),
    ),
    (
        Bug::ConstantCotangent,
        FindingKind::IgnoresCotangent,
        Some(0),
    ),
    (Bug::SquaredCotangent, FindingKind::NotLinear, Some(0)),
    (Bug::SizeOfCotangent, FindingKind::NotLinear, Some(0)),
    (Bug::OneAdded, FindingKind::NotLinear, Some(0)),
    (Bug::ClippedCotangent, FindingKind::NotLinear, Some(0)),
    (Bug::Overwrites, FindingKind::Overwrites, Some(1)),
    (Bug::OverwritesTheBias, FindingKind::Overwrites, Some(2)),
    (Bug::AddsToGarbage, FindingKind::Unwritten, Some(1)),
    (Bug::ResultNotWhole, FindingKind::Unwritten, None),
    (Bug::ResidualNotWhole, FindingKind::Unwritten, None),
    (Bug::StaleResidual, FindingKind::Unwritten, None),
    (Bug::StaleResult, FindingKind::Unwritten, None),
    (Bug::TangentNotWhole, FindingKind::Tangent, Some(0)),
    (Bug::ForwardChanges, FindingKind::NotDeterministic, None),
    (Bug::ReverseChanges, FindingKind::NotDeterministic, Some(0)),
    (Bug::TangentForgetsAnOperand, FindingKind::Tangent, Some(1)),
    (Bug::TangentSign, FindingKind::Tangent, Some(0)),
    (Bug::TangentWithoutFactor, FindingKind::Tangent, Some(0)),
    (Bug::TangentOfPartsOnly, FindingKind::Tangent, None),
];

fn scattered(rows: usize, cols: usize, seed: usize) -> DMatrix<f64> {
    tape::Sample::scattered(rows, cols, -1.0, 1.0, seed).values
}

/// A small net with the layer in its middle; returns the report and the layer's entry and line.
fn check_a_net_with(bug: Bug) -> (Report, usize, u32) {
    let tape = Tape::new();
    let x = tape.matrix(&scattered(3, 3, 1)).named("x");
    let w = tape.matrix(&scattered(3, 3, 2)).named("W");
    let b = tape.matrix(&scattered(1, 3, 3)).named("b");
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
    for (bug, kind, operand) in PLANTED {
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
fn the_suite_finds_every_planted_fault() {
    for (bug, kind, operand) in PLANTED {
        let list: Vec<Box<dyn Op<f64>>> = vec![Box::new(Dense::with(bug))];
        let report = check::ops(&list);
        let right = |fault: &Finding| fault.kind == kind && fault.operand == operand;
        assert!(report.faults.iter().any(right), "{bug:?}: {report}");
    }
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
