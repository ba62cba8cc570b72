//! Derivatives against numerical slopes, of one entry or of a whole tape.
//!
//! Small functions are compared element by element. Large ones are compared along random directions, a few for
//! each operand; where that fails, halving the direction again and again leads to one element that is wrong, in
//! as many steps as the number of elements has binary digits.

use super::Mode;
use super::difference::{Reading, Slope, central, one_sided};
use super::pair::Pair;
use super::random::Random;
use super::report::Cause;

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

/// A function of the elements of some operands, whose slope is asked for.
pub(crate) trait Function {
    /// Gives an element another value.
    fn set(&mut self, operand: usize, element: usize, value: f64);
    /// Gives an element the value it had at first.
    fn reset(&mut self, operand: usize, element: usize);
    /// The function's value; `None` outside its domain.
    fn read(&mut self) -> Option<Reading>;
    /// The rounding of its numbers.
    fn epsilon(&self) -> f64;
    /// How many numbers a reading reads and writes.
    fn work(&self) -> usize;
}

/// An operand: where the function is taken, and what the rule says its derivatives are.
#[derive(Clone, Debug)]
pub(crate) struct Claim {
    pub operand: usize,
    pub values: Vec<f64>,
    pub derivatives: Vec<f64>,
}

/// `Σ |x̄ · x|`: what relative errors of rounding in the numbers `x` may add up to in the function, even where the function
/// itself is a small difference of large numbers.
pub(crate) fn spread(bars: &[f64], values: &[f64]) -> f64 {
    let each = bars.iter().zip(values).map(|(bar, x)| (bar * x).abs());
    each.filter(|product| product.is_finite()).sum()
}

/// Compares claimed derivatives with slopes of the function.
pub(crate) fn judge(
    function: &mut dyn Function,
    claims: &[Claim],
    mode: Mode,
    random: &mut Random,
) -> Judged {
    let operands: Vec<_> = claims.iter().map(coordinates).collect();
    let elements: usize = operands.iter().map(Vec::len).sum();
    let directions = match mode {
        Mode::Full => None,
        Mode::Auto if elements * function.work() <= WORK => None,
        Mode::Auto => Some(DIRECTIONS),
        Mode::Fast(directions) => Some(directions),
    };
    let mut judge = Judge {
        function,
        judged: Judged::default(),
    };
    match directions {
        None => operands
            .into_iter()
            .flatten()
            .for_each(|c| judge.element(c)),
        Some(directions) => {
            for operand in gathered(operands) {
                (0..directions).for_each(|_| judge.direction(&operand, random));
            }
        }
    }
    judge.judged
}

/// Each operand's coordinates; all together where there are so many operands that each alone is too much work.
fn gathered(operands: Vec<Vec<Coordinate>>) -> Vec<Vec<Coordinate>> {
    if operands.len() <= EXCEPTIONS {
        operands
    } else {
        vec![operands.concat()]
    }
}

fn coordinates(claim: &Claim) -> Vec<Coordinate> {
    let sizes = claim.values.iter().map(|x| x.abs()).sum::<f64>();
    let typical = if sizes > 0.0 {
        sizes / claim.values.len() as f64
    } else {
        1.0
    };
    let each = claim.values.iter().zip(&claim.derivatives).enumerate();
    each.map(|(element, (&here, &analytic))| Coordinate {
        operand: claim.operand,
        element,
        here,
        step: power_of_two(here.abs().max(typical)),
        analytic,
    })
    .collect()
}
/// The power of two below `x`: adding it to a number of `x`'s size rounds little or not at all.
fn power_of_two(x: f64) -> f64 {
    x.log2().floor().clamp(-1000.0, 1000.0).exp2()
}

struct Judge<'j> {
    function: &'j mut dyn Function,
    judged: Judged,
}

impl Judge<'_> {
    /// The function with every coordinate moved by `t` times its step and weight.
    fn read(&mut self, moved: &[(Coordinate, f64)], t: f64) -> Option<Reading> {
        for &(c, weight) in moved {
            self.function
                .set(c.operand, c.element, c.here + t * c.step * weight);
        }
        let reading = self.function.read();
        for &(c, _) in moved {
            self.function.reset(c.operand, c.element);
        }
        reading.filter(|reading| reading.size.is_finite())
    }

    /// The slope in units of the steps.
    fn slope(&mut self, moved: &[(Coordinate, f64)]) -> Option<Slope> {
        let epsilon = self.function.epsilon();
        central(&mut |t| self.read(moved, t), FIRST, epsilon)
    }

    /// Compares one element.
    fn element(&mut self, coordinate: Coordinate) {
        self.judged.comparisons += 1;
        let epsilon = self.function.epsilon();
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
            let resolved = slope.is_resolved(epsilon);
            if resolved && slope.agrees(analytic) {
                if slope.may_be_kinked {
                    self.symmetric_kink(tried, slope);
                }
                return;
            }
            let relative = |(c, s): (Coordinate, Slope)| s.error / c.step;
            if resolved && best.is_none_or(|best| relative((tried, slope)) < relative(best)) {
                best = Some((tried, slope));
            }
        }
        self.disagrees(coordinate, best);
    }

    /// Says so where the rule gives the mean of two different slopes, as at the tip of |x|.
    fn symmetric_kink(&mut self, tried: Coordinate, slope: Slope) {
        if let Some((left, right)) = self.sides(tried) {
            if between(slope.value, left, right, true).is_fault() {
                return;
            }
            let Coordinate {
                operand,
                element,
                analytic,
                step,
                ..
            } = tried;
            let (numerical, tolerance) = (slope.value / step, slope.tolerance() / step);
            let pair = Pair {
                element,
                analytic,
                numerical,
                tolerance,
            };
            let cause = Cause::Kink {
                left: left.value / step,
                right: right.value / step,
            };
            self.judged.verdicts.push(Verdict {
                operand,
                cause,
                pair,
            });
        }
    }

    /// The slopes on the left and on the right.
    fn sides(&mut self, tried: Coordinate) -> Option<(Slope, Slope)> {
        let (epsilon, moved) = (self.function.epsilon(), [(tried, 1.0)]);
        let right = one_sided(&mut |t| self.read(&moved, t), FIRST, epsilon)?;
        let left = one_sided(&mut |t| self.read(&moved, t), -FIRST, epsilon)?;
        Some((left, right))
    }

    /// Says why an element could not be confirmed: a fault, a kink, or a slope that does not settle.
    fn disagrees(&mut self, coordinate: Coordinate, best: Option<(Coordinate, Slope)>) {
        let (tried, slope) = best.unwrap_or((
            coordinate,
            Slope {
                value: f64::NAN,
                error: f64::NAN,
                size: f64::NAN,
                may_be_kinked: false,
            },
        ));
        let step = tried.step;
        let pair = Pair {
            element: coordinate.element,
            analytic: coordinate.analytic,
            numerical: slope.value / step,
            tolerance: slope.tolerance() / step,
        };
        let cause = match self.sides(tried) {
            Some((left, right)) => {
                between(coordinate.analytic * step, left, right, best.is_some()).scaled(step)
            }
            None => Cause::Unresolved,
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
        if coordinates.is_empty() {
            return;
        }
        let known = &self.judged.verdicts;
        let is_known = |c: &&Coordinate| {
            let same = |verdict: &Verdict| {
                verdict.operand == c.operand && verdict.pair.element == c.element
            };
            known.iter().any(same)
        };
        let moved = coordinates.iter().filter(|c| !is_known(c));
        let mut moved: Vec<_> = moved.map(|&c| (c, random.weight())).collect();
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
        self.given_up(coordinates[0]);
    }

    /// Says that an operand has too many elements that cannot be judged.
    fn given_up(
        &mut self,
        Coordinate {
            operand,
            element,
            analytic,
            ..
        }: Coordinate,
    ) {
        let (numerical, tolerance) = (f64::NAN, f64::NAN);
        self.judged.verdicts.push(Verdict {
            operand,
            cause: Cause::Unresolved,
            pair: Pair {
                element,
                analytic,
                numerical,
                tolerance,
            },
        });
    }

    fn confirmed(&mut self, moved: &[(Coordinate, f64)]) -> bool {
        let epsilon = self.function.epsilon();
        let analytic = moved
            .iter()
            .map(|(c, sign)| c.analytic * c.step * sign)
            .sum();
        self.slope(moved)
            .is_some_and(|slope| slope.agrees(analytic) && slope.is_resolved(epsilon))
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

#[cfg(test)]
mod tests;
