//! The comparison on functions whose slopes are known, with derivatives that are right, wrong, or
//! beside the point.

use super::super::difference::Evaluation;
use super::super::perturb::{Flow, rounding_noise};
use super::*;

/// A function of numbers in operands, with the size of what it adds up.
struct Known {
    at: Vec<Vec<f64>>,
    first: Vec<Vec<f64>>,
    f: fn(&[Vec<f64>]) -> f64,
    work: usize,
    reads: usize,
}

impl Known {
    fn new(at: &[&[f64]], f: fn(&[Vec<f64>]) -> f64) -> Self {
        let at: Vec<Vec<f64>> = at.iter().map(|operand| operand.to_vec()).collect();
        let first = at.clone();
        Known {
            at,
            first,
            f,
            work: 1,
            reads: 0,
        }
    }

    /// What is said of these derivatives.
    fn compare(&mut self, derivatives: &[&[f64]], mode: Mode) -> SlopeComparison {
        let each = self.first.iter().zip(derivatives).enumerate();
        let gradients: Vec<OperandGradient> = each
            .map(|(operand, (values, derivatives))| OperandGradient {
                operand,
                values: values.clone(),
                derivatives: derivatives.to_vec(),
            })
            .collect();
        let compared = compare_slopes(self, &gradients, mode, &mut Random::new(3));
        assert_eq!(self.at, self.first, "every number is put back");
        compared
    }

    /// The one found on a function of one number.
    fn found(x: f64, f: fn(&[Vec<f64>]) -> f64, claimed: f64) -> Option<Unconfirmed> {
        let compared = Known::new(&[&[x]], f).compare(&[&[claimed]], Mode::Full);
        assert!(compared.unconfirmed.len() <= 1, "{compared:?}");
        compared.unconfirmed.first().copied()
    }
}

impl Perturbable for Known {
    fn set(&mut self, operand: usize, element: usize, value: f64) {
        self.at[operand][element] = value;
    }

    fn reset(&mut self, operand: usize, element: usize) {
        self.at[operand][element] = self.first[operand][element];
    }

    fn evaluate(&mut self) -> Option<Evaluation> {
        self.reads += 1;
        let value = (self.f)(&self.at);
        let noise = value.abs() * f64::EPSILON;
        value.is_finite().then_some(Evaluation { value, noise })
    }

    fn derivative(&mut self, _: Direction<'_>) -> Option<f64> {
        None
    }

    fn flow(&mut self, _: Direction<'_>) -> Flow {
        Flow::default()
    }

    fn largest_around(&self) -> f64 {
        self.first
            .iter()
            .flatten()
            .fold(0.0, |most, x| most.max(x.abs()))
    }

    fn epsilon(&self) -> f64 {
        f64::EPSILON
    }

    fn work(&self) -> usize {
        self.work
    }
}

#[test]
fn steps_are_powers_of_two_of_the_right_size() {
    let powers = [5.0, 4.0, 3.99, 0.3, 1.0].map(power_of_two);
    assert_eq!(powers, [4.0, 4.0, 2.0, 0.25, 1.0]);
    let gradient = |values: &[f64]| OperandGradient {
        operand: 7,
        values: values.to_vec(),
        derivatives: vec![0.5; values.len()],
    };
    let steps = |values: &[f64]| -> Vec<f64> {
        coordinates(&gradient(values))
            .iter()
            .map(|c| c.step)
            .collect()
    };
    // The larger of the element and the mean size of all of them.
    assert_eq!(steps(&[-9.0, 0.0, 0.5]), [8.0, 2.0, 2.0]);
    assert_eq!(steps(&[0.0, 0.0]), [1.0, 1.0]);
    assert_eq!(steps(&[]), [0.0; 0]);
    let second = coordinates(&gradient(&[1.0, 3.0]))[1];
    assert_eq!(
        (second.operand, second.element, second.here, second.analytic),
        (7, 1, 3.0, 0.5)
    );
}

#[test]
fn noise_adds_sizes_and_leaves_out_what_is_not_finite() {
    let noise = rounding_noise::<f64>(&[2.0, -3.0, 1.0], &[-5.0, 7.0, 0.0]);
    assert_eq!(noise, 31.0 * f64::EPSILON);
    let noise = rounding_noise::<f64>(&[f64::INFINITY, 1.0], &[0.0, 4.0]);
    assert_eq!(noise, 4.0 * f64::EPSILON);
    // What is too small to have all its digits is as far off as the least number.
    let noise = rounding_noise::<f32>(&[1.0], &[1e-44]);
    assert_eq!(
        noise,
        f64::from(f32::from_bits(1)) + 1e-44 * f64::from(f32::EPSILON)
    );
}

#[test]
fn every_element_is_compared_once() {
    let f = |x: &[Vec<f64>]| x[0][0].powi(3) * x[1][1] + x[1][0].sin();
    let mut known = Known::new(&[&[2.0], &[0.3, -5.0]], f);
    let right: [&[f64]; 2] = [&[-60.0], &[0.3_f64.cos(), 8.0]];
    let compared = known.compare(&right, Mode::Full);
    assert!(
        compared.unconfirmed.is_empty() && compared.comparisons == 3,
        "{compared:?}"
    );
    let compared = known.compare(&[&[-60.0], &[0.3_f64.cos(), 8.001]], Mode::Full);
    let [found] = compared.unconfirmed[..] else {
        panic!("{compared:?}")
    };
    assert_eq!((found.operand, found.comparison.element), (1, 1));
    assert_eq!(
        (found.kind, found.comparison.analytic),
        (FindingKind::WrongDerivative, 8.001)
    );
    assert!((found.comparison.numerical - 8.0).abs() < 1e-9, "{found:?}");
    assert!(
        found.comparison.tolerance > 0.0 && found.comparison.tolerance < 1e-6,
        "{found:?}"
    );
}

#[test]
fn little_work_is_done_whole_and_much_along_directions() {
    let f = |x: &[Vec<f64>]| x.iter().flatten().map(|x| x * x).sum();
    let values: Vec<f64> = (0..100).map(|k| f64::from(k) * 0.25 - 12.0).collect();
    let slopes: Vec<f64> = values.iter().map(|x| 2.0 * x).collect();
    let operands: [&[f64]; 2] = [&values, &values];
    let compared = |work, mode| {
        let mut known = Known::new(&operands, f);
        known.work = work;
        let compared = known.compare(&[&slopes, &slopes], mode);
        assert!(compared.unconfirmed.is_empty(), "{compared:?}");
        compared.comparisons
    };
    assert_eq!(compared(WORK / 200, Mode::Auto), 200);
    assert_eq!(compared(WORK / 200 + 1, Mode::Auto), 2 * DIRECTIONS);
    assert_eq!(compared(WORK, Mode::Full), 200);
    assert_eq!(compared(1, Mode::Fast(3)), 6);
}

#[test]
fn many_small_operands_share_their_directions() {
    let operands = |count: usize| -> Vec<Vec<Coordinate>> {
        let gradient = |operand| OperandGradient {
            operand,
            values: vec![1.0],
            derivatives: vec![1.0],
        };
        (0..count).map(|k| coordinates(&gradient(k))).collect()
    };
    assert_eq!(gathered(operands(16)).len(), 16);
    assert_eq!(gathered(operands(17)).len(), 1);
    assert_eq!(gathered(operands(17))[0].len(), 17);
}

#[test]
fn a_step_that_suits_the_operand_may_not_suit_the_element() {
    // The first is so large that its smallest step is a hundred; the second's function turns over
    // within a thousandth.
    let small = 1.5e-3_f64;
    let slope = 1e4 * (1e4 * small).cos();
    let mut known = Known::new(&[&[2e12, small]], |x| (1e4 * x[0][1]).sin());
    let compared = known.compare(&[&[0.0, slope]], Mode::Full);
    assert!(compared.unconfirmed.is_empty(), "{compared:?}");
    // Nothing tells how large a step from 0 should be but the other elements, or 1.
    let mut known = Known::new(&[&[3e14, 0.0]], |x| x[0][1].exp());
    let compared = known.compare(&[&[0.0, 1.0]], Mode::Full);
    assert!(compared.unconfirmed.is_empty(), "{compared:?}");
}

#[test]
fn kinks_edges_and_faults_are_told_apart() {
    let kink = |found: Option<Unconfirmed>| match found.map(|found| found.kind) {
        Some(FindingKind::Kink { left, right }) => Some((left, right)),
        _ => None,
    };
    let kind = |found: Option<Unconfirmed>| found.map(|found| found.kind);
    let near = |found: Option<(f64, f64)>, left: f64, right: f64| {
        found.is_some_and(|(l, r)| (l - left).abs() < 1e-6 && (r - right).abs() < 1e-6)
    };
    let tip = |x: &[Vec<f64>]| (x[0][0] - 3.0).abs() * 2.0;
    for claimed in [-2.0, -1.0, 0.0, 0.5, 2.0] {
        let found = kink(Known::found(3.0, tip, claimed));
        assert!(near(found, -2.0, 2.0), "{claimed}: {found:?}");
    }
    for claimed in [-2.01, 2.01, 40.0] {
        let found = kind(Known::found(3.0, tip, claimed));
        assert_eq!(found, Some(FindingKind::WrongDerivative), "{claimed}");
    }
    // A kink the other way round, and not level.
    let corner = |x: &[Vec<f64>]| (3.0 * x[0][0]).min(5.0 * x[0][0]);
    assert!(near(kink(Known::found(0.0, corner, 4.5)), 5.0, 3.0));
    assert_eq!(
        kind(Known::found(0.0, corner, 2.9)),
        Some(FindingKind::WrongDerivative)
    );
    // The mean of the two sides is what central differences give; it is a kink all the same.
    assert!(near(kink(Known::found(0.0, corner, 4.0)), 5.0, 3.0));
    // Outside of the domain on one side, or a pole: nobody can say.
    let root = |x: &[Vec<f64>]| x[0][0].sqrt();
    assert_eq!(
        kind(Known::found(0.0, root, f64::INFINITY)),
        Some(FindingKind::NotJudged)
    );
    let pole = |x: &[Vec<f64>]| 1.0 / x[0][0];
    assert_eq!(
        kind(Known::found(0.0, pole, 0.0)),
        Some(FindingKind::NotJudged)
    );
    // Smooth, and beyond doubt.
    assert_eq!(
        kind(Known::found(2.0, |x| x[0][0].exp(), 7.389)),
        Some(FindingKind::WrongDerivative)
    );
}

#[test]
fn one_wrong_element_is_found_along_a_direction() {
    let f = |x: &[Vec<f64>]| x[0].iter().enumerate().map(|(k, x)| k as f64 * x * x).sum();
    let values: Vec<f64> = (0..37).map(|k| 1.0 + f64::from(k) / 64.0).collect();
    let right: Vec<f64> = (0..37).map(|k| 2.0 * k as f64 * values[k]).collect();
    for wrong in [0, 1, 17, 18, 35, 36] {
        let mut claimed = right.clone();
        claimed[wrong] += 0.01;
        let mut known = Known::new(&[&values], f);
        let compared = known.compare(&[&claimed], Mode::Fast(1));
        let [found] = compared.unconfirmed[..] else {
            panic!("{wrong}: {compared:?}")
        };
        assert_eq!(found.comparison.element, wrong);
        assert_eq!(found.kind, FindingKind::WrongDerivative);
        assert_eq!(compared.comparisons, 2, "a direction and an element");
        // Halving takes six more slopes, each of a handful of readings.
        assert!(known.reads < 200, "{} readings", known.reads);
    }
}

#[test]
fn directions_go_around_kinks_and_give_up_on_too_many() {
    let f = |x: &[Vec<f64>]| x[0].iter().map(|x| x.max(0.0)).sum();
    let with = |kinks: usize| {
        let mut values: Vec<f64> = (0..60).map(|k| 1.0 + f64::from(k) / 16.0).collect();
        values[10..10 + kinks].fill(0.0);
        let slopes: Vec<f64> = values
            .iter()
            .map(|x| if *x > 0.0 { 1.0 } else { 0.0 })
            .collect();
        Known::new(&[&values], f).compare(&[&slopes], Mode::Fast(1))
    };
    let kinks = |compared: &SlopeComparison| {
        let kinks = compared.unconfirmed.iter();
        kinks
            .filter(|found| matches!(found.kind, FindingKind::Kink { .. }))
            .count()
    };
    let few = with(3);
    assert_eq!((kinks(&few), few.unconfirmed.len()), (3, 3), "{few:?}");
    let elements: Vec<usize> = few
        .unconfirmed
        .iter()
        .map(|v| v.comparison.element)
        .collect();
    assert_eq!(elements, [10, 11, 12]);
    let most = with(EXCEPTIONS - 1);
    assert_eq!((kinks(&most), most.unconfirmed.len()), (15, 15), "{most:?}");
    let many = with(EXCEPTIONS + 4);
    assert_eq!((kinks(&many), many.unconfirmed.len()), (16, 17), "{many:?}");
    assert_eq!(many.unconfirmed[16].kind, FindingKind::NotJudged);
}

#[test]
fn a_wrong_element_among_kinks_is_found() {
    let f = |x: &[Vec<f64>]| x[0].iter().map(|x| x.max(0.0)).sum();
    let mut values: Vec<f64> = (0..40).map(|k| 1.0 + f64::from(k) / 16.0).collect();
    values[5] = 0.0;
    let mut slopes = vec![1.0; 40];
    (slopes[5], slopes[30]) = (0.0, 1.5);
    let compared = Known::new(&[&values], f).compare(&[&slopes], Mode::Fast(2));
    let kinds: Vec<(usize, bool)> = compared
        .unconfirmed
        .iter()
        .map(|found| (found.comparison.element, found.kind.is_fault()))
        .collect();
    assert_eq!(kinds[..2], [(5, false), (30, true)], "{compared:?}");
}
