//! The comparison on functions whose slopes are known, with claims that are right, wrong, or beside the point.

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
    fn judge(&mut self, derivatives: &[&[f64]], mode: Mode) -> Judged {
        let each = self.first.iter().zip(derivatives).enumerate();
        let claims: Vec<Claim> = each
            .map(|(operand, (values, derivatives))| Claim {
                operand,
                values: values.clone(),
                derivatives: derivatives.to_vec(),
            })
            .collect();
        let judged = judge(self, &claims, mode, &mut Random::new(3));
        assert_eq!(self.at, self.first, "every number is put back");
        judged
    }

    /// The one verdict on a function of one number.
    fn verdict(x: f64, f: fn(&[Vec<f64>]) -> f64, claimed: f64) -> Option<Verdict> {
        let judged = Known::new(&[&[x]], f).judge(&[&[claimed]], Mode::Full);
        assert!(judged.verdicts.len() <= 1, "{judged:?}");
        judged.verdicts.first().copied()
    }
}

impl Function for Known {
    fn set(&mut self, operand: usize, element: usize, value: f64) {
        self.at[operand][element] = value;
    }

    fn reset(&mut self, operand: usize, element: usize) {
        self.at[operand][element] = self.first[operand][element];
    }

    fn read(&mut self) -> Option<Reading> {
        self.reads += 1;
        let value = (self.f)(&self.at);
        let size = value.abs();
        value.is_finite().then_some(Reading { value, size })
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
    let claim = |values: &[f64]| Claim {
        operand: 7,
        values: values.to_vec(),
        derivatives: vec![0.5; values.len()],
    };
    let steps = |values: &[f64]| -> Vec<f64> {
        coordinates(&claim(values)).iter().map(|c| c.step).collect()
    };
    // The larger of the element and the mean size of all of them.
    assert_eq!(steps(&[-9.0, 0.0, 0.5]), [8.0, 2.0, 2.0]);
    assert_eq!(steps(&[0.0, 0.0]), [1.0, 1.0]);
    assert_eq!(steps(&[]), [0.0; 0]);
    let second = coordinates(&claim(&[1.0, 3.0]))[1];
    assert_eq!(
        (second.operand, second.element, second.here, second.analytic),
        (7, 1, 3.0, 0.5)
    );
}

#[test]
fn a_spread_adds_sizes_and_leaves_out_what_is_not_finite() {
    assert_eq!(spread(&[2.0, -3.0, 1.0], &[-5.0, 7.0, 0.0]), 31.0);
    assert_eq!(spread(&[f64::INFINITY, 1.0], &[0.0, 4.0]), 4.0);
}

#[test]
fn every_element_is_compared_once() {
    let f = |x: &[Vec<f64>]| x[0][0].powi(3) * x[1][1] + x[1][0].sin();
    let mut known = Known::new(&[&[2.0], &[0.3, -5.0]], f);
    let right: [&[f64]; 2] = [&[-60.0], &[0.3_f64.cos(), 8.0]];
    let judged = known.judge(&right, Mode::Full);
    assert!(
        judged.verdicts.is_empty() && judged.comparisons == 3,
        "{judged:?}"
    );
    let judged = known.judge(&[&[-60.0], &[0.3_f64.cos(), 8.001]], Mode::Full);
    let [verdict] = judged.verdicts[..] else {
        panic!("{judged:?}")
    };
    assert_eq!((verdict.operand, verdict.pair.element), (1, 1));
    assert_eq!(
        (verdict.cause, verdict.pair.analytic),
        (Cause::WrongDerivative, 8.001)
    );
    assert!((verdict.pair.numerical - 8.0).abs() < 1e-9, "{verdict:?}");
    assert!(
        verdict.pair.tolerance > 0.0 && verdict.pair.tolerance < 1e-6,
        "{verdict:?}"
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
        let judged = known.judge(&[&slopes, &slopes], mode);
        assert!(judged.verdicts.is_empty(), "{judged:?}");
        judged.comparisons
    };
    assert_eq!(compared(WORK / 200, Mode::Auto), 200);
    assert_eq!(compared(WORK / 200 + 1, Mode::Auto), 2 * DIRECTIONS);
    assert_eq!(compared(WORK, Mode::Full), 200);
    assert_eq!(compared(1, Mode::Fast(3)), 6);
}

#[test]
fn many_small_operands_share_their_directions() {
    let operands = |count: usize| -> Vec<Vec<Coordinate>> {
        let claim = |operand| Claim {
            operand,
            values: vec![1.0],
            derivatives: vec![1.0],
        };
        (0..count).map(|k| coordinates(&claim(k))).collect()
    };
    assert_eq!(gathered(operands(16)).len(), 16);
    assert_eq!(gathered(operands(17)).len(), 1);
    assert_eq!(gathered(operands(17))[0].len(), 17);
}

#[test]
fn a_step_that_suits_the_operand_may_not_suit_the_element() {
    // The first is so large that its smallest step is a hundred; the second's function turns over within a thousandth.
    let small = 1.5e-3_f64;
    let slope = 1e4 * (1e4 * small).cos();
    let mut known = Known::new(&[&[2e12, small]], |x| (1e4 * x[0][1]).sin());
    let judged = known.judge(&[&[0.0, slope]], Mode::Full);
    assert!(judged.verdicts.is_empty(), "{judged:?}");
    // Nothing tells how large a step from 0 should be but the other elements, or 1.
    let mut known = Known::new(&[&[3e14, 0.0]], |x| x[0][1].exp());
    let judged = known.judge(&[&[0.0, 1.0]], Mode::Full);
    assert!(judged.verdicts.is_empty(), "{judged:?}");
}

#[test]
fn kinks_edges_and_faults_are_told_apart() {
    let kink = |verdict: Option<Verdict>| match verdict.map(|verdict| verdict.cause) {
        Some(Cause::Kink { left, right }) => Some((left, right)),
        _ => None,
    };
    let cause = |verdict: Option<Verdict>| verdict.map(|verdict| verdict.cause);
    let near = |found: Option<(f64, f64)>, left: f64, right: f64| {
        found.is_some_and(|(l, r)| (l - left).abs() < 1e-6 && (r - right).abs() < 1e-6)
    };
    let tip = |x: &[Vec<f64>]| (x[0][0] - 3.0).abs() * 2.0;
    for claimed in [-2.0, -1.0, 0.0, 0.5, 2.0] {
        let found = kink(Known::verdict(3.0, tip, claimed));
        assert!(near(found, -2.0, 2.0), "{claimed}: {found:?}");
    }
    for claimed in [-2.01, 2.01, 40.0] {
        let found = cause(Known::verdict(3.0, tip, claimed));
        assert_eq!(found, Some(Cause::WrongDerivative), "{claimed}");
    }
    // A kink the other way round, and not level.
    let corner = |x: &[Vec<f64>]| (3.0 * x[0][0]).min(5.0 * x[0][0]);
    assert!(near(kink(Known::verdict(0.0, corner, 4.5)), 5.0, 3.0));
    assert_eq!(
        cause(Known::verdict(0.0, corner, 2.9)),
        Some(Cause::WrongDerivative)
    );
    // The mean of the two sides is what central differences give; it is a kink all the same.
    assert!(near(kink(Known::verdict(0.0, corner, 4.0)), 5.0, 3.0));
    // Outside of the domain on one side, or a pole: nobody can say.
    let root = |x: &[Vec<f64>]| x[0][0].sqrt();
    assert_eq!(
        cause(Known::verdict(0.0, root, f64::INFINITY)),
        Some(Cause::Unresolved)
    );
    let pole = |x: &[Vec<f64>]| 1.0 / x[0][0];
    assert_eq!(
        cause(Known::verdict(0.0, pole, 0.0)),
        Some(Cause::Unresolved)
    );
    // Smooth, and beyond doubt.
    assert_eq!(
        cause(Known::verdict(2.0, |x| x[0][0].exp(), 7.389)),
        Some(Cause::WrongDerivative)
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
        let judged = known.judge(&[&claimed], Mode::Fast(1));
        let [verdict] = judged.verdicts[..] else {
            panic!("{wrong}: {judged:?}")
        };
        assert_eq!(verdict.pair.element, wrong);
        assert_eq!(verdict.cause, Cause::WrongDerivative);
        assert_eq!(judged.comparisons, 2, "a direction and an element");
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
        Known::new(&[&values], f).judge(&[&slopes], Mode::Fast(1))
    };
    let kinks = |judged: &Judged| {
        let kinks = judged.verdicts.iter();
        kinks
            .filter(|verdict| matches!(verdict.cause, Cause::Kink { .. }))
            .count()
    };
    let few = with(3);
    assert_eq!((kinks(&few), few.verdicts.len()), (3, 3), "{few:?}");
    let elements: Vec<usize> = few.verdicts.iter().map(|v| v.pair.element).collect();
    assert_eq!(elements, [10, 11, 12]);
    let most = with(EXCEPTIONS - 1);
    assert_eq!((kinks(&most), most.verdicts.len()), (15, 15), "{most:?}");
    let many = with(EXCEPTIONS + 4);
    assert_eq!((kinks(&many), many.verdicts.len()), (16, 17), "{many:?}");
    assert_eq!(many.verdicts[16].cause, Cause::Unresolved);
}

#[test]
fn a_wrong_element_among_kinks_is_found() {
    let f = |x: &[Vec<f64>]| x[0].iter().map(|x| x.max(0.0)).sum();
    let mut values: Vec<f64> = (0..40).map(|k| 1.0 + f64::from(k) / 16.0).collect();
    values[5] = 0.0;
    let mut slopes = vec![1.0; 40];
    (slopes[5], slopes[30]) = (0.0, 1.5);
    let judged = Known::new(&[&values], f).judge(&[&slopes], Mode::Fast(2));
    let causes: Vec<(usize, bool)> = judged
        .verdicts
        .iter()
        .map(|verdict| (verdict.pair.element, verdict.cause.is_fault()))
        .collect();
    assert_eq!(causes[..2], [(5, false), (30, true)], "{judged:?}");
}
