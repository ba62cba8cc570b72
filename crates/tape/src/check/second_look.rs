//! A second look at a derivative that the first slope did not confirm.
//!
//! Three things can be the matter. The rule is wrong. Or the slope is: the function bends at a
//! scale that the steps did not see, has a kink or a pole near by, or rounds more than was assumed.
//! Or nobody can say, since the derivative is smaller than what rounding does to its slope.
//!
//! A derivative is called wrong only by slopes that can tell: taken with steps of scales far apart,
//! with the rounding measured where the function was evaluated, agreeing with one another, and all
//! of them disagreeing with the derivative by more than their errors, its own rounding, and any
//! kink that second differences leave room for. It is called right by a slope that is known well
//! enough. Everything else could not be judged, and is said to be so.

use super::comparison::largest;
use super::difference::{Evaluation, Slope, central, one_sided};
use super::noise::{POINTS, measured_noise};
use super::perturb::{Direction, Perturbable, evaluate_at, grain, moved};

/// The first step, as a part of the element's size.
pub(super) const FIRST: f64 = 1.0 / 64.0;
/// Where the steps of a second look begin, in terms of the first one: larger, for what is nearly
/// straight; and at smaller scales, for what is not.
const STARTS: [f64; 4] = [1.0, 16.0, 1.0 / 64.0, 1.0 / 4096.0];

/// Movements of a function that are so small, in roundings of the largest number around, can be
/// lost beside it.
const LOST: f64 = 64.0;

/// The part of a derivative that its noise from one number to the next may be.
const NO_DIGITS: f64 = 0.05;
/// Where a derivative is looked at between a point and the end of a step: at so many places, each
/// nearer by this factor.
const SAMPLES: i32 = 12;
const SAMPLED: f64 = 1.0 / 16.0;
/// The part of a disagreement by which the derivative may vary on the sides of a kink.
const CLEAN: f64 = 0.1;
/// A kink's rule may give half of what its sides are apart, beside the mean; and rounding.
const HALF: f64 = 0.501;

/// What is to be said of a derivative; slopes are in units of the steps.
#[derive(Clone, Copy, Debug)]
pub(super) enum Judgement {
    Right,
    Wrong(Slope),
    /// At a kink, with the slopes on the left and on the right.
    Kinked(Slope, (f64, f64)),
    NotJudged(Option<Slope>),
}

/// Whether a slope is known well enough to confirm or refute a derivative: to a quarter of the
/// digits. `size` is that of the derivative; where the parts of a derivative cancel, their sizes
/// count.
pub(super) fn is_judged(
    function: &mut dyn Perturbable,
    direction: Direction<'_>,
    slope: Slope,
    size: f64,
) -> bool {
    let digits = function.epsilon().powf(0.25);
    let unmoved = slope.value == 0.0 && size == 0.0;
    unmoved
        || slope.tolerance() <= digits * size
        || slope.tolerance() <= digits * function.flow(direction).size
}

/// The slopes on the left and on the right, if they differ; `between` must lie between them.
pub(super) fn kink(
    function: &mut dyn Perturbable,
    direction: Direction<'_>,
    scale: f64,
    between: f64,
) -> Option<(f64, f64)> {
    let grain = grain(function, direction);
    let mut at = |t: f64| evaluate_at(function, direction, t);
    let right = one_sided(&mut at, FIRST * scale, grain)?;
    let left = one_sided(&mut at, -FIRST * scale, grain)?;
    let apart = (left.value - right.value).abs() > left.tolerance() + right.tolerance();
    let (low, high) = if left.value < right.value {
        (left, right)
    } else {
        (right, left)
    };
    let inside = between >= low.value - low.tolerance() && between <= high.value + high.tolerance();
    (apart && inside).then_some((left.value, right.value))
}

/// The scales of the steps, in terms of the usual ones.
pub(super) struct Scales<'s> {
    /// Those to begin with.
    pub all: &'s [f64],
    /// That of the element itself, where its operand's other elements are larger.
    pub own: f64,
}

/// The usual steps, and no others.
pub(super) const USUAL: Scales<'_> = Scales {
    all: &[1.0],
    own: 1.0,
};

/// Judges a derivative along a direction by slopes with steps of several scales.
pub(super) fn second_look(
    function: &mut dyn Perturbable,
    direction: Direction<'_>,
    analytic: f64,
    scales: &Scales<'_>,
) -> Judgement {
    function.turn_to(direction);
    let doubt = Doubt::of(function, direction, scales.own);
    let mut slopes = Vec::new();
    let starts = scales
        .all
        .iter()
        .flat_map(|scale| STARTS.map(|start| scale * start));
    for scale in starts {
        let Some(slope) = doubt.slope(function, direction, scale) else {
            continue;
        };
        let size = analytic.abs().max(slope.value.abs());
        if slope.agrees(analytic) && is_judged(function, direction, slope, size) {
            return match kinked(function, direction, scale, slope) {
                Some(sides) => Judgement::Kinked(slope, sides),
                None => Judgement::Right,
            };
        }
        // Where the first steps leave the domain, those of several scales end up the same.
        slopes.push((scale.min(slope.largest_step / FIRST), slope));
    }
    let judgement = judge(function, direction, analytic, scales.own, &slopes);
    match judgement {
        Judgement::Wrong(slope) if doubt.no_digits => Judgement::NotJudged(Some(slope)),
        other => other,
    }
}

fn kinked(
    function: &mut dyn Perturbable,
    direction: Direction<'_>,
    scale: f64,
    slope: Slope,
) -> Option<(f64, f64)> {
    if slope.may_be_kinked {
        kink(function, direction, scale, slope.value)
    } else {
        None
    }
}

/// Says why no slope confirmed a derivative.
fn judge(
    function: &mut dyn Perturbable,
    direction: Direction<'_>,
    analytic: f64,
    own: f64,
    slopes: &[(f64, Slope)],
) -> Judgement {
    let settled = slopes.iter().filter(|(_, slope)| slope.is_settled());
    let best = settled
        .clone()
        .min_by(|(_, x), (_, y)| x.error.total_cmp(&y.error));
    let Some(&(_, best)) = best else {
        return kink_or_nothing(function, direction, analytic, slopes);
    };
    if best.agrees(analytic) {
        return Judgement::NotJudged(Some(best));
    }
    let gap = |slope: &Slope| {
        let gap = (analytic - slope.value).abs();
        if gap.is_nan() { f64::INFINITY } else { gap }
    };
    let telling = settled.filter(|(_, slope)| slope.tolerance() < gap(slope) / 2.0);
    let (fine, coarse) = telling
        .clone()
        .fold((f64::INFINITY, 0.0_f64), |(low, high), (s, _)| {
            (low.min(*s), high.max(*s))
        });
    if fine > own || coarse < STARTS[1] * fine {
        return Judgement::NotJudged(Some(best));
    }
    // A kink gives its rule the choice of every slope between those of its sides.
    let finest = telling.clone().min_by(|(x, _), (y, _)| x.total_cmp(y));
    let apart = finest.map_or(f64::INFINITY, |(_, slope)| slope.sides_apart);
    if gap(&best) <= best.tolerance() + apart {
        // Half of it is the most, unless the kink is a little aside; the sides tell.
        if let Some(sides) = kink(function, direction, fine, analytic) {
            return Judgement::Kinked(best, sides);
        }
        if gap(&best) <= best.tolerance() + HALF * apart {
            return Judgement::NotJudged(Some(best));
        }
    }
    let agree = |(_, slope): &(f64, Slope)| {
        (slope.value - best.value).abs() <= slope.tolerance() + best.tolerance()
    };
    let contradicted = !slopes
        .iter()
        .filter(|(_, slope)| slope.error.is_finite())
        .all(agree);
    let overflow = !analytic.is_finite() && !is_finite_derivative(function, direction, best.value);
    // A function that does not move at all may have lost its movement beside a larger number.
    let unmoved = telling.clone().all(|(_, slope)| slope.agrees(0.0));
    let seen = LOST * function.epsilon() * function.largest_around();
    let lost = unmoved && analytic.abs() * FIRST * STARTS[1] * own <= seen;
    let mut varies = || gap(&best) <= 2.0 * variation(function, direction, fine, gap(&best));
    if contradicted || overflow || lost || varies() {
        Judgement::NotJudged(Some(best))
    } else {
        Judgement::Wrong(best)
    }
}

/// How much the derivative varies, by what the rules say, between the point and the ends of the
/// finest steps: such a derivative need not be the slope. At a kink only the sides count, if
/// nothing else happens there.
fn variation(
    function: &mut dyn Perturbable,
    direction: Direction<'_>,
    scale: f64,
    gap: f64,
) -> f64 {
    let mut at = |t: f64| moved(function, direction, t, |f| f.derivative(direction));
    let mut side = |sign: f64| -> Vec<f64> {
        let steps = (0..SAMPLES).map(|k| sign * FIRST * scale * SAMPLED.powi(k));
        steps
            .filter_map(&mut at)
            .filter(|d| d.is_finite())
            .collect()
    };
    let sides = [side(1.0), side(-1.0)];
    let width = |numbers: &[f64]| {
        let least = numbers.iter().fold(f64::INFINITY, |x, &y| x.min(y));
        let greatest = numbers.iter().fold(f64::NEG_INFINITY, |x, &y| x.max(y));
        (greatest - least).max(0.0)
    };
    let aside = width(&sides[0]).max(width(&sides[1]));
    if aside <= CLEAN * gap {
        return aside;
    }
    let here = at(0.0).filter(|d| d.is_finite());
    let all: Vec<f64> = sides.concat().into_iter().chain(here).collect();
    width(&all)
}

/// A kink, if the slopes on the two sides say so; else nobody can say.
fn kink_or_nothing(
    function: &mut dyn Perturbable,
    direction: Direction<'_>,
    analytic: f64,
    slopes: &[(f64, Slope)],
) -> Judgement {
    for &(scale, slope) in slopes {
        if let Some(sides) = kink(function, direction, scale, analytic) {
            return Judgement::Kinked(slope, sides);
        }
    }
    Judgement::NotJudged(slopes.first().map(|&(_, slope)| slope))
}

/// Whether the derivatives of a direction's elements are numbers that can be written down.
fn is_finite_derivative(
    function: &mut dyn Perturbable,
    direction: Direction<'_>,
    slope: f64,
) -> bool {
    let smallest = direction.iter().map(|(c, weight)| (c.step * weight).abs());
    let derivative = slope / smallest.fold(f64::INFINITY, f64::min);
    derivative.abs() <= function.largest()
}

/// What rounding does to the function and to the derivative, measured.
struct Doubt {
    /// Of the function's values.
    noise: f64,
    /// Of the derivative.
    derivative: f64,
    /// Whether the derivative is another with each last digit of the arguments.
    no_digits: bool,
}

impl Doubt {
    fn of(function: &mut dyn Perturbable, direction: Direction<'_>, scale: f64) -> Self {
        let (epsilon, grain) = (function.epsilon(), grain(function, direction));
        let mut along = |spacing: f64, look: &dyn Fn(&mut dyn Perturbable) -> Option<f64>| {
            let points = (1..=POINTS).map(|k| {
                let t = k as f64 * spacing;
                moved(function, direction, t, |f| look(f)).unwrap_or(f64::NAN)
            });
            let points: Vec<f64> = points.collect();
            (measured_noise(&points), largest(&points))
        };
        // So close together that a smooth function hardly bends between them, and at several
        // distances: the rounding of a small difference of large numbers comes in lumps.
        let spacings = [64.0 * epsilon, epsilon.sqrt(), epsilon.cbrt() / 8.0];
        let spacings = spacings.map(|spacing| scale * spacing);
        let noises = spacings.map(|spacing| along(spacing, &|f| Some(f.evaluate()?.value)).0);
        let noise = noises.into_iter().fold(0.0, f64::max);
        let derivative = |f: &mut dyn Perturbable| f.derivative(direction);
        let (in_last_digits, size) = along(grain, &derivative);
        let (further, _) = along(spacings[2], &derivative);
        Doubt {
            noise,
            derivative: further + function.flow(direction).underflow,
            no_digits: in_last_digits > NO_DIGITS * size,
        }
    }

    /// A slope whose error knows of all that.
    fn slope(
        &self,
        function: &mut dyn Perturbable,
        direction: Direction<'_>,
        scale: f64,
    ) -> Option<Slope> {
        let grain = grain(function, direction);
        let mut at = |t: f64| {
            let there = moved(function, direction, t, |f| f.evaluate_carefully());
            let there = there.filter(Evaluation::is_finite)?;
            Some(Evaluation {
                noise: there.noise.max(self.noise),
                ..there
            })
        };
        let slope = central(&mut at, FIRST * scale, grain)?;
        Some(Slope {
            error: slope.error + self.derivative,
            ..slope
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::perturb::{Coordinate, Flow};
    use super::*;

    /// A function that stays 0, though its rule says that it has a slope; it reads a number of
    /// this size.
    struct Unmoved(f64);

    impl Perturbable for Unmoved {
        fn set(&mut self, _: usize, _: usize, _: f64) {}
        fn reset(&mut self, _: usize, _: usize) {}
        fn evaluate(&mut self) -> Option<Evaluation> {
            Some(Evaluation {
                value: 0.0,
                noise: 0.0,
            })
        }
        fn derivative(&mut self, _: Direction<'_>) -> Option<f64> {
            Some(1.0)
        }
        fn flow(&mut self, _: Direction<'_>) -> Flow {
            Flow {
                size: 1.0,
                underflow: 0.0,
            }
        }
        fn largest_around(&self) -> f64 {
            self.0
        }
        fn epsilon(&self) -> f64 {
            f64::EPSILON
        }
        fn work(&self) -> usize {
            1
        }
    }

    #[test]
    fn a_small_elements_movement_may_be_lost_beside_a_large_number() {
        let own = 1.0 / 1024.0;
        let look = |beside| {
            let element = Coordinate {
                operand: 0,
                element: 0,
                here: own,
                step: 1.0,
                analytic: 1.0,
            };
            let all = &[1.0, own];
            let scales = Scales { all, own };
            second_look(&mut Unmoved(beside), &[(element, 1.0)], 1.0, &scales)
        };
        // A quarter of the element is 64 roundings of 1.7e10.
        assert!(matches!(look(3e10), Judgement::NotJudged(_)));
        assert!(matches!(look(1e10), Judgement::Wrong(_)));
    }
}
