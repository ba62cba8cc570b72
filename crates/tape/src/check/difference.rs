//! Numerical slopes with an error that is estimated, not guessed.
//!
//! Differences with steps `h, h/4, h/16, …` are extrapolated to `h = 0` (Richardson); the entry of
//! the tableau whose neighbours agree best is the answer, and their disagreement its error (Ridders
//! 1982). To it comes what rounding does: a step of `h` turns a rounding error `e` of the function
//! into one of `e / h` in the slope. Steps stop shrinking where that exceeds the error already
//! reached.

/// What a function gave at a point: its value, and what rounding may have done to it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Evaluation {
    pub value: f64,
    pub noise: f64,
}

impl Evaluation {
    pub fn is_finite(&self) -> bool {
        self.value.is_finite() && self.noise.is_finite()
    }
}

/// A slope and its error: of truncation, as the tableau shows it, and of rounding.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slope {
    pub value: f64,
    pub error: f64,
    /// The part of the error that is rounding.
    pub rounding: f64,
    /// The largest step it is made from: smaller than the first one where that leaves the domain.
    pub largest_step: f64,
    /// What the slopes on the two sides may differ by at most, as far as the smallest steps tell.
    pub sides_apart: f64,
    /// Whether second differences do not shrink as fast as a smooth function's: the sides deserve a
    /// look.
    pub may_be_kinked: bool,
}

/// Estimates of an error are themselves uncertain: a disagreement counts beyond this multiple.
const SAFETY: f64 = 10.0;
/// Disagreement in a tableau comes to that of a few numbers' rounding.
const SETTLED: f64 = 8.0;

impl Slope {
    /// What a derivative may differ by before it counts as wrong.
    pub fn tolerance(&self) -> f64 {
        SAFETY * self.error
    }

    /// Whether the error is hardly more than that of rounding: smaller steps would not have seen a
    /// function that bends otherwise.
    pub fn is_settled(&self) -> bool {
        self.error <= SETTLED * self.rounding
    }

    pub fn agrees(&self, found: f64) -> bool {
        let apart = (found - self.value).abs();
        apart.is_finite() && apart <= self.tolerance()
    }
}

const SHRINK: f64 = 4.0;
const LEVELS: usize = 14;

/// The slope at 0 from both sides; `None` where no step stays inside the domain. `grain` is the
/// rounding of the steps.
pub(super) fn central(
    f: &mut dyn FnMut(f64) -> Option<Evaluation>,
    first: f64,
    grain: f64,
) -> Option<Slope> {
    let here = f(0.0)?;
    // How far the slopes to both sides are apart: of order h where the function is smooth, and of
    // no order at all at a kink.
    let mut bends: Vec<f64> = Vec::new();
    let (mut above, mut sides_apart) = (f64::NAN, f64::INFINITY);
    // The error is a series in h².
    let slope = extrapolate(first, SHRINK * SHRINK, grain, &mut |h| {
        let (ahead, behind) = (f(h)?, f(-h)?);
        let noise = ahead.noise.max(behind.noise);
        let bend = ((ahead.value - here.value) + (behind.value - here.value)) / h;
        let uncertain = SAFETY * (noise + here.noise) / h.abs();
        let distinct = if bend.abs() > uncertain {
            bend.abs()
        } else {
            0.0
        };
        bends.push(distinct);
        // It may still change by as much as it did since the last step.
        sides_apart = sides_apart.min(bend.abs() + (bend - above).abs() + uncertain);
        above = bend;
        Some(((ahead.value - behind.value) / (2.0 * h), noise))
    })?;
    let may_be_kinked = match bends[..] {
        [first, .., last] => last > first / SHRINK,
        _ => false,
    };
    Some(Slope {
        may_be_kinked,
        sides_apart,
        ..slope
    })
}

/// The slope at 0 from the right; with a negative `first`, from the left.
pub(super) fn one_sided(
    f: &mut dyn FnMut(f64) -> Option<Evaluation>,
    first: f64,
    grain: f64,
) -> Option<Slope> {
    let here = f(0.0)?;
    // The error is a series in h.
    extrapolate(first, SHRINK, grain, &mut |h| {
        let there = f(h)?;
        let noise = there.noise.max(here.noise);
        Some(((there.value - here.value) / h, noise))
    })
}

fn extrapolate(
    first: f64,
    gain: f64,
    grain: f64,
    quotient: &mut dyn FnMut(f64) -> Option<(f64, f64)>,
) -> Option<Slope> {
    let mut best: Option<Slope> = None;
    let mut above: Vec<f64> = Vec::new();
    let (mut h, mut largest_step) = (first, first);
    for _ in 0..LEVELS {
        let Some((slope, noise)) = quotient(h) else {
            above.clear();
            h /= SHRINK;
            continue;
        };
        if above.is_empty() {
            largest_step = h.abs();
        }
        let rounding = (noise + grain * slope.abs()) / h.abs();
        if best.is_some_and(|best| best.error <= rounding) {
            break;
        }
        let mut row = vec![slope];
        let mut factor = 1.0;
        for &previous in &above {
            factor *= gain;
            let left = *row.last().expect("the row starts with the quotient");
            let value = left + (left - previous) / (factor - 1.0);
            let error = (value - left).abs().max((value - previous).abs()) + rounding;
            if best.is_none_or(|best| error < best.error) {
                best = Some(Slope {
                    value,
                    error,
                    rounding,
                    largest_step,
                    sides_apart: f64::INFINITY,
                    may_be_kinked: false,
                });
            }
            row.push(value);
        }
        above = row;
        h /= SHRINK;
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(f: fn(f64) -> f64, x: f64) -> Slope {
        let mut reading = |t: f64| {
            let value = f(x + t);
            value.is_finite().then_some(Evaluation {
                value,
                noise: value.abs() * f64::EPSILON,
            })
        };
        central(&mut reading, 1.0 / 64.0, f64::EPSILON).unwrap()
    }

    #[test]
    fn the_error_covers_the_truth_and_is_small() {
        for (f, x, truth) in [
            (f64::sin as fn(f64) -> f64, 1.0, 1.0_f64.cos()),
            (f64::exp, 3.0, 3.0_f64.exp()),
            (|x| 1.0 / x, 0.02, -2500.0),
            (f64::ln, 0.001, 1000.0),
            (|x| x, 5.0, 1.0),
        ] {
            let slope = of(f, x);
            assert!(slope.agrees(truth), "{slope:?} for {truth}");
            assert!(
                slope.tolerance() < 1e-6 * truth.abs(),
                "{slope:?} for {truth}"
            );
        }
    }

    #[test]
    fn polynomials_are_extrapolated_exactly() {
        // After a few steps, long before they are so small that any extrapolation, or none, would
        // do.
        let epsilon = 0.5_f64.powi(40);
        let of = |f: fn(f64) -> f64| {
            move |t: f64| {
                Some(Evaluation {
                    value: f(t),
                    noise: 0.0,
                })
            }
        };
        let exact = |slope: Slope, truth: f64| {
            let close = (slope.value - truth).abs() < 1e-14 * truth.abs();
            assert!(close && slope.error < 1e-7, "{slope:?} for {truth}");
        };
        for first in [1.0, -0.25] {
            let mut quotient = |h: f64| Some((3.0 + 2.0 * h + 5.0 * h * h, 0.0));
            exact(
                extrapolate(first, SHRINK, epsilon, &mut quotient).unwrap(),
                3.0,
            );
        }
        // Central slopes have an error that is a series in h², one-sided ones in h.
        let mut odd = of(|t| 3.0 + 7.0 * t + t * t * t);
        exact(central(&mut odd, 1.0, epsilon).unwrap(), 7.0);
        let mut odd = of(|t| 7.0 * t + t.powi(3) - 2.0 * t.powi(5));
        exact(central(&mut odd, 1.0, epsilon).unwrap(), 7.0);
        let mut parabola = of(|t| 3.0 + 7.0 * t + t * t);
        exact(one_sided(&mut parabola, 1.0, epsilon).unwrap(), 7.0);
        exact(one_sided(&mut parabola, -1.0, epsilon).unwrap(), 7.0);
    }

    #[test]
    fn rounding_grows_as_steps_shrink() {
        // 2⁻²⁰ of (11 + 5), over the second step; the third step's would be larger, so it is not
        // taken.
        let mut steps = Vec::new();
        let mut constant = |h: f64| {
            steps.push(h);
            Some((-5.0, 11.0 * 0.5_f64.powi(20)))
        };
        let slope = extrapolate(1.0 / 64.0, SHRINK, 0.5_f64.powi(20), &mut constant).unwrap();
        assert_eq!((slope.value, slope.error), (-5.0, 16.0 * 0.5_f64.powi(12)));
        assert_eq!(steps, [1.0 / 64.0, 1.0 / 256.0, 1.0 / 1024.0]);
    }

    #[test]
    fn steps_outside_the_domain_are_passed_over() {
        let mut inside = |h: f64| (h.abs() < 0.01).then_some((2.0 + h, f64::EPSILON));
        let slope = extrapolate(1.0, SHRINK, f64::EPSILON, &mut inside).unwrap();
        assert!((slope.value - 2.0).abs() <= slope.tolerance(), "{slope:?}");
        assert_eq!(slope.largest_step, 1.0 / 256.0);
        assert!(extrapolate(1.0, SHRINK, f64::EPSILON, &mut |_| None).is_none());
        // A hole in the middle: the tableau starts anew below it.
        let mut hole = |h: f64| (h != 0.25).then_some((if h > 0.25 { 9.0 } else { 2.0 }, 1e-16));
        let slope = extrapolate(1.0, SHRINK, f64::EPSILON, &mut hole).unwrap();
        assert!((slope.value - 2.0).abs() < 1e-12, "{slope:?}");
    }

    #[test]
    fn a_derivative_agrees_within_ten_errors() {
        let slope = |error| Slope {
            value: -2.0,
            error,
            rounding: error,
            largest_step: 1.0,
            sides_apart: 0.0,
            may_be_kinked: false,
        };
        assert!(slope(0.01).agrees(-2.09) && slope(0.01).agrees(-1.91));
        assert!(!slope(0.01).agrees(-2.11) && !slope(0.01).agrees(-1.89));
        assert!(!slope(f64::NAN).agrees(-2.0));
    }

    #[test]
    fn second_differences_bound_how_far_the_sides_are_apart() {
        let apart = of(|x| x.exp() + x.abs(), 0.0).sides_apart;
        assert!((2.0..2.1).contains(&apart), "{apart}");
        let apart = of(f64::exp, 0.0).sides_apart;
        assert!(apart < 1e-3, "{apart}");
    }

    #[test]
    fn the_two_sides_of_a_kink_differ() {
        let mut f = |t: f64| {
            Some(Evaluation {
                value: t.abs(),
                noise: t.abs() * f64::EPSILON,
            })
        };
        let right = one_sided(&mut f, 0.01, f64::EPSILON).unwrap();
        let left = one_sided(&mut f, -0.01, f64::EPSILON).unwrap();
        assert!(right.agrees(1.0) && left.agrees(-1.0) && !left.agrees(1.0));
    }

    #[test]
    fn a_jump_has_no_slope() {
        let slope = of(|x| if x > 0.0 { 1.0 } else { 0.0 }, 0.0);
        assert!(slope.error > 1.0, "{slope:?}");
        assert!(of(f64::exp, 0.5).error < 1e-9);
    }

    #[test]
    fn only_kinks_look_kinked() {
        assert!(of(f64::abs, 0.0).may_be_kinked);
        assert!(of(|x| x.max(0.0) + x, 0.0).may_be_kinked);
        for f in [f64::sin, f64::exp, |x| x * x, |x| 3.0 * x] {
            assert!(!of(f, 0.7).may_be_kinked && !of(f, 0.0).may_be_kinked);
        }
    }
}
