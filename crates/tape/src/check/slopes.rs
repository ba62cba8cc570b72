//! Derivatives against numerical slopes, of one entry or of a whole tape.
//!
//! Small functions are compared element by element. Large ones are compared along random
//! directions, a few for each operand; where that fails, halving the direction again and again
//! leads to one element that is wrong, in as many steps as the number of elements has binary
//! digits.

use super::comparison::Comparison;
use super::difference::{Slope, central, one_sided};
use super::finding::FindingKind;
use super::options::Mode;
use super::perturb::{Coordinate, OperandGradient, Perturbable};
use super::perturb::{coordinates, evaluate_moved, power_of_two};
use super::random::Random;

/// An element of an operand whose derivative no slope confirms: it is wrong, or at a kink, or could
/// not be judged.
#[derive(Clone, Copy, Debug)]
pub(super) struct Unconfirmed {
    pub operand: usize,
    pub kind: FindingKind,
    pub comparison: Comparison,
}

/// What came of comparing derivatives with slopes.
#[derive(Debug, Default)]
pub(super) struct SlopeComparison {
    pub unconfirmed: Vec<Unconfirmed>,
    /// How many derivatives were compared, along directions or alone.
    pub comparisons: usize,
}

/// The first step, as a part of the element's size.
const FIRST: f64 = 1.0 / 64.0;
/// Elements times numbers read and written by a forward run, up to which every element is
/// compared.
const WORK: usize = 200_000;
/// Random directions for each operand of a larger entry.
const DIRECTIONS: usize = 2;
/// Elements told apart from a direction, as kinks or otherwise unjudged, before the direction is
/// given up.
const EXCEPTIONS: usize = 16;

/// Compares derivatives with slopes of the function.
pub(super) fn compare_slopes(
    function: &mut dyn Perturbable,
    gradients: &[OperandGradient],
    mode: Mode,
    random: &mut Random,
) -> SlopeComparison {
    let operands: Vec<_> = gradients.iter().map(coordinates).collect();
    let elements: usize = operands.iter().map(Vec::len).sum();
    let directions = match mode {
        Mode::Full => None,
        Mode::Auto if elements * function.work() <= WORK => None,
        Mode::Auto => Some(DIRECTIONS),
        Mode::Fast(directions) => Some(directions),
    };
    let mut comparer = SlopeComparer {
        function,
        found: SlopeComparison::default(),
    };
    match directions {
        None => operands
            .into_iter()
            .flatten()
            .for_each(|c| comparer.element(c)),
        Some(directions) => {
            for operand in gathered(operands) {
                (0..directions).for_each(|_| comparer.direction(&operand, random));
            }
        }
    }
    comparer.found
}

/// Each operand's coordinates; all together where there are so many operands that each alone is too
/// much work.
fn gathered(operands: Vec<Vec<Coordinate>>) -> Vec<Vec<Coordinate>> {
    if operands.len() <= EXCEPTIONS {
        operands
    } else {
        vec![operands.concat()]
    }
}

struct SlopeComparer<'f> {
    function: &'f mut dyn Perturbable,
    found: SlopeComparison,
}

impl SlopeComparer<'_> {
    /// The slope in units of the steps.
    fn slope(&mut self, moved: &[(Coordinate, f64)]) -> Option<Slope> {
        let epsilon = self.function.epsilon();
        central(
            &mut |t| evaluate_moved(self.function, moved, t),
            FIRST,
            epsilon,
        )
    }

    /// Compares one element.
    fn element(&mut self, coordinate: Coordinate) {
        self.found.comparisons += 1;
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
            if kind_of_disagreement(slope.value, left, right, true).is_fault() {
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
            let comparison = Comparison {
                element,
                analytic,
                numerical,
                tolerance,
            };
            let kind = FindingKind::Kink {
                left: left.value / step,
                right: right.value / step,
            };
            self.found.unconfirmed.push(Unconfirmed {
                operand,
                kind,
                comparison,
            });
        }
    }

    /// The slopes on the left and on the right.
    fn sides(&mut self, tried: Coordinate) -> Option<(Slope, Slope)> {
        let (epsilon, moved) = (self.function.epsilon(), [(tried, 1.0)]);
        let right = one_sided(
            &mut |t| evaluate_moved(self.function, &moved, t),
            FIRST,
            epsilon,
        )?;
        let left = one_sided(
            &mut |t| evaluate_moved(self.function, &moved, t),
            -FIRST,
            epsilon,
        )?;
        Some((left, right))
    }

    /// Says why an element could not be confirmed: a fault, a kink, or a slope that does not
    /// settle.
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
        let comparison = Comparison {
            element: coordinate.element,
            analytic: coordinate.analytic,
            numerical: slope.value / step,
            tolerance: slope.tolerance() / step,
        };
        let kind = match self.sides(tried) {
            Some((left, right)) => {
                kind_of_disagreement(coordinate.analytic * step, left, right, best.is_some())
                    .scaled(step)
            }
            None => FindingKind::NotJudged,
        };
        let operand = coordinate.operand;
        self.found.unconfirmed.push(Unconfirmed {
            operand,
            kind,
            comparison,
        });
    }

    /// Compares an operand along a random direction, leaving out elements that turn out to be
    /// exceptions.
    fn direction(&mut self, coordinates: &[Coordinate], random: &mut Random) {
        if coordinates.is_empty() {
            return;
        }
        let known = &self.found.unconfirmed;
        let is_known = |c: &&Coordinate| {
            let same = |known: &Unconfirmed| {
                known.operand == c.operand && known.comparison.element == c.element
            };
            known.iter().any(same)
        };
        let moved = coordinates.iter().filter(|c| !is_known(c));
        let mut moved: Vec<_> = moved.map(|&c| (c, random.weight())).collect();
        self.found.comparisons += 1;
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
            let unconfirmed = self.found.unconfirmed.len();
            self.element(moved[range.start].0);
            let found = self.found.unconfirmed.get(unconfirmed);
            if found.is_some_and(|found| found.kind.is_fault()) {
                return;
            }
            moved.remove(range.start);
        }
        self.give_up(coordinates[0]);
    }

    /// Says that an operand has too many elements that cannot be judged.
    fn give_up(
        &mut self,
        Coordinate {
            operand,
            element,
            analytic,
            ..
        }: Coordinate,
    ) {
        let (numerical, tolerance) = (f64::NAN, f64::NAN);
        self.found.unconfirmed.push(Unconfirmed {
            operand,
            kind: FindingKind::NotJudged,
            comparison: Comparison {
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

/// What a derivative is that is not the central slope, from the slopes on the two sides.
fn kind_of_disagreement(analytic: f64, left: Slope, right: Slope, resolved: bool) -> FindingKind {
    let apart = (left.value - right.value).abs() > left.tolerance() + right.tolerance();
    let (low, high) = if left.value < right.value {
        (left, right)
    } else {
        (right, left)
    };
    let inside =
        analytic >= low.value - low.tolerance() && analytic <= high.value + high.tolerance();
    match (apart, inside) {
        (true, true) => FindingKind::Kink {
            left: left.value,
            right: right.value,
        },
        (true, false) => FindingKind::WrongDerivative,
        (false, _) if resolved => FindingKind::WrongDerivative,
        (false, _) => FindingKind::NotJudged,
    }
}

impl FindingKind {
    fn scaled(self, step: f64) -> Self {
        match self {
            FindingKind::Kink { left, right } => FindingKind::Kink {
                left: left / step,
                right: right / step,
            },
            other => other,
        }
    }
}

#[cfg(test)]
mod tests;
