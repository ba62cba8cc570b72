//! The reverse rule of one entry against numerical slopes.
//!
//! Small entries are compared element by element. Large ones are compared along random directions, a few for
//! each operand; where that fails, halving the direction again and again leads to one element that is wrong, in
//! as many steps as the number of elements has binary digits.

use super::bench::Bench;
use super::difference::{Reading, Slope, central, one_sided};
use super::pair::Pair;
use super::random::Random;
use super::report::Cause;
use crate::scalar::Scalar;

/// Something that is wrong, or could not be judged, at one element of an operand.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Verdict {
    pub operand: usize,
    pub cause: Cause,
    pub pair: Pair,
}

#[derive(Debug, Default)]
pub(crate) struct Judged {
    pub verdicts: Vec<Verdict>,
    pub comparisons: usize,
}

/// The first step, as a part of the element's size.
const FIRST: f64 = 1.0 / 64.0;
/// Elements times numbers read and written by a forward run, up to which every element is compared.
const WORK: usize = 200_000;
/// Random directions for each operand of a larger entry.
const DIRECTIONS: usize = 2;
/// Elements told apart from a direction, as kinks or otherwise unjudged, before the direction is given up.
const EXCEPTIONS: usize = 16;

/// An element of an operand, with the step that is a unit for it.
#[derive(Clone, Copy, Debug)]
struct Coordinate {
    operand: usize,
    element: usize,
    here: f64,
    step: f64,
    analytic: f64,
}

/// Compares `bars`, the cotangents that the rule gives for `cotangent`, with slopes of `⟨cotangent, result⟩`.
pub(crate) fn judge<T: Scalar>(
    bench: &mut Bench<'_, T>,
    cotangent: &[T],
    bars: &[Vec<T>],
    random: &mut Random,
) -> Judged {
    let operands = (0..bench.len()).filter(|&i| bench.is_active(i));
    let coordinates: Vec<_> = operands.map(|i| coordinates(bench, i, &bars[i])).collect();
    let size: usize = (0..bench.len()).map(|i| bench.operand_shape(i).len()).sum();
    let elements: usize = coordinates.iter().map(Vec::len).sum();
    let weights = cotangent.iter().map(|x| x.to_f64()).collect();
    let mut judge = Judge {
        bench,
        weights,
        judged: Judged::default(),
    };
    if elements * (size + cotangent.len()) <= WORK {
        for coordinate in coordinates.into_iter().flatten() {
            judge.element(coordinate);
        }
    } else {
        for operand in coordinates {
            for _ in 0..DIRECTIONS {
                judge.direction(&operand, random);
            }
        }
    }
    // The bench is left as it was found.
    let _ = judge.bench.forward(T::zero());
    judge.judged
}

fn coordinates<T: Scalar>(bench: &Bench<'_, T>, operand: usize, bar: &[T]) -> Vec<Coordinate> {
    let values = bench.operand(operand);
    let sizes = values.iter().map(|x| x.to_f64().abs()).sum::<f64>();
    let typical = if sizes > 0.0 {
        sizes / values.len() as f64
    } else {
        1.0
    };
    let each = values.iter().zip(bar).enumerate();
    each.map(|(element, (x, bar))| Coordinate {
        operand,
        element,
        here: x.to_f64(),
        step: power_of_two(x.to_f64().abs().max(typical)),
        analytic: bar.to_f64(),
    })
    .collect()
}

/// The power of two below `x`: adding it to a number of `x`'s size rounds little or not at all.
fn power_of_two(x: f64) -> f64 {
    x.log2().floor().clamp(-1000.0, 1000.0).exp2()
}

struct Judge<'j, 'a, T: Scalar> {
    bench: &'j mut Bench<'a, T>,
    weights: Vec<f64>,
    judged: Judged,
}

impl<T: Scalar> Judge<'_, '_, T> {
    /// `⟨ȳ, y⟩` with every coordinate moved by `t` times its step and sign.
    fn read(&mut self, moved: &[(Coordinate, f64)], t: f64) -> Option<Reading> {
        for &(
            Coordinate {
                operand,
                element,
                here,
                step,
                ..
            },
            sign,
        ) in moved
        {
            self.bench
                .set(operand, element, T::from_f64(here + t * step * sign));
        }
        let refused = self.bench.forward(T::zero()).is_err();
        for &(
            Coordinate {
                operand,
                element,
                here,
                ..
            },
            _,
        ) in moved
        {
            self.bench.set(operand, element, T::from_f64(here));
        }
        let mut reading = Reading {
            value: 0.0,
            size: 0.0,
        };
        for (weight, y) in self.weights.iter().zip(self.bench.result()) {
            reading.value += weight * y.to_f64();
            reading.size += (weight * y.to_f64()).abs();
        }
        (!refused && reading.size.is_finite()).then_some(reading)
    }

    /// The slope in units of the steps.
    fn slope(&mut self, moved: &[(Coordinate, f64)]) -> Option<Slope> {
        central(&mut |t| self.read(moved, t), FIRST, T::EPSILON)
    }

    /// Compares one element.
    fn element(&mut self, coordinate: Coordinate) {
        self.judged.comparisons += 1;
        let own = if coordinate.here == 0.0 {
            1.0
        } else {
            power_of_two(coordinate.here.abs())
        };
        let mut best: Option<(Coordinate, Slope)> = None;
        // A step that suits the operand as a whole may be too large or too small for this element.
        for step in [coordinate.step, own, 1.0] {
            let tried = Coordinate { step, ..coordinate };
            let analytic = tried.analytic * tried.step;
            let Some(slope) = self.slope(&[(tried, 1.0)]) else {
                continue;
            };
            let resolved = slope.is_resolved(T::EPSILON);
            if resolved && slope.agrees(analytic) {
                return;
            }
            let relative = |(c, s): (Coordinate, Slope)| s.error / c.step;
            if resolved && best.is_none_or(|best| relative((tried, slope)) < relative(best)) {
                best = Some((tried, slope));
            }
        }
        self.disagrees(coordinate, best);
    }

    /// Says why an element could not be confirmed: a fault, a kink, or a slope that does not settle.
    fn disagrees(&mut self, coordinate: Coordinate, best: Option<(Coordinate, Slope)>) {
        let (tried, slope) = best.unwrap_or((
            coordinate,
            Slope {
                value: f64::NAN,
                error: f64::NAN,
                size: f64::NAN,
            },
        ));
        let step = tried.step;
        let pair = Pair {
            element: coordinate.element,
            analytic: coordinate.analytic,
            numerical: slope.value / step,
            tolerance: slope.tolerance() / step,
        };
        let moved = [(tried, 1.0)];
        let right = one_sided(&mut |t| self.read(&moved, t), FIRST, T::EPSILON);
        let left = one_sided(&mut |t| self.read(&moved, t), -FIRST, T::EPSILON);
        let cause = match (left, right) {
            (Some(left), Some(right)) => {
                between(coordinate.analytic * step, left, right, best.is_some()).scaled(step)
            }
            _ => Cause::Unresolved,
        };
        let operand = coordinate.operand;
        self.judged.verdicts.push(Verdict {
            operand,
            cause,
            pair,
        });
    }

    /// Compares an operand along a random direction, leaving out elements that turn out to be exceptions.
    fn direction(&mut self, coordinates: &[Coordinate], random: &mut Random) {
        let mut moved: Vec<_> = coordinates.iter().map(|&c| (c, random.weight())).collect();
        self.judged.comparisons += 1;
        for _ in 0..EXCEPTIONS {
            if self.confirmed(&moved) {
                return;
            }
            let mut range = 0..moved.len();
            while range.len() > 1 {
                let middle = range.start + range.len() / 2;
                let first = self.confirmed(&moved[range.start..middle]);
                range = if first {
                    middle..range.end
                } else {
                    range.start..middle
                };
            }
            let verdicts = self.judged.verdicts.len();
            self.element(moved[range.start].0);
            let found = self.judged.verdicts.get(verdicts);
            if found.is_some_and(|found| found.cause.is_fault()) {
                return;
            }
            moved.remove(range.start);
        }
    }

    fn confirmed(&mut self, moved: &[(Coordinate, f64)]) -> bool {
        let analytic = moved
            .iter()
            .map(|(c, sign)| c.analytic * c.step * sign)
            .sum();
        self.slope(moved)
            .is_some_and(|slope| slope.agrees(analytic) && slope.is_resolved(T::EPSILON))
    }
}

/// The verdict on a slope that is not the central one, from the slopes on its two sides.
fn between(analytic: f64, left: Slope, right: Slope, resolved: bool) -> Cause {
    let apart = (left.value - right.value).abs() > left.tolerance() + right.tolerance();
    let (low, high) = if left.value < right.value {
        (left, right)
    } else {
        (right, left)
    };
    let inside =
        analytic >= low.value - low.tolerance() && analytic <= high.value + high.tolerance();
    match (apart, inside) {
        (true, true) => Cause::Kink {
            left: left.value,
            right: right.value,
        },
        (true, false) => Cause::WrongDerivative,
        (false, _) if resolved => Cause::WrongDerivative,
        (false, _) => Cause::Unresolved,
    }
}

impl Cause {
    fn scaled(self, step: f64) -> Self {
        match self {
            Cause::Kink { left, right } => Cause::Kink {
                left: left / step,
                right: right / step,
            },
            other => other,
        }
    }
}
