//! Derivatives against numerical slopes, of one entry or of a whole tape.
//!
//! Small functions are compared element by element. Large ones are compared along random
//! directions, a few for each operand; where that fails, halving the direction again and again
//! leads to one element that is wrong, in as many steps as the number of elements has binary
//! digits.
//!
//! Most derivatives are confirmed by the first slope that is computed. What is not gets a
//! [second look](super::second_look), which takes more time and more care.

use super::comparison::Comparison;
use super::difference::{Slope, central};
use super::finding::FindingKind;
use super::options::Mode;
use super::perturb::{Coordinate, Direction, OperandGradient, Perturbable};
use super::perturb::{coordinates, evaluate_at, grain, power_of_two};
use super::random::Random;
use super::second_look::{FIRST, Judgement, Scales, is_judged, kink, second_look};

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

/// What the derivatives of a direction's elements add up to.
fn analytic(direction: Direction<'_>) -> f64 {
    let each = direction
        .iter()
        .map(|(c, weight)| c.analytic * c.step * weight);
    each.sum()
}

struct SlopeComparer<'f> {
    function: &'f mut dyn Perturbable,
    found: SlopeComparison,
}

impl SlopeComparer<'_> {
    /// The slope in units of the steps.
    fn slope(&mut self, direction: Direction<'_>, first: f64) -> Option<Slope> {
        let grain = grain(self.function, direction);
        let mut at = |t: f64| evaluate_at(self.function, direction, t);
        central(&mut at, first, grain)
    }

    /// Whether a slope confirms what is said of a direction, and says something.
    fn confirms(&mut self, slope: Slope, direction: Direction<'_>) -> bool {
        let parts = direction
            .iter()
            .map(|(c, weight)| (c.analytic * c.step * weight).abs());
        let size = parts.sum::<f64>().max(slope.value.abs());
        slope.agrees(analytic(direction)) && is_judged(self.function, direction, slope, size)
    }

    /// Compares one element.
    fn element(&mut self, c: Coordinate) {
        self.found.comparisons += 1;
        let own = if c.here == 0.0 {
            1.0
        } else {
            power_of_two(c.here.abs())
        };
        // A step that suits the operand as a whole may be too large or too small for this element.
        let own = own / c.step;
        let mut all = vec![1.0, own, 1.0 / c.step];
        all.dedup();
        let direction = [(c, 1.0)];
        self.function.turn_to(&direction);
        for &scale in &all {
            let Some(slope) = self.slope(&direction, FIRST * scale) else {
                continue;
            };
            if self.confirms(slope, &direction) {
                if slope.may_be_kinked {
                    // The mean of two different slopes, as at the tip of |x|.
                    if let Some(kinked) = kink(self.function, &direction, scale, slope.value) {
                        self.push(c, Judgement::Kinked(slope, kinked));
                    }
                }
                return;
            }
        }
        let scales = Scales { all: &all, own };
        let judgement = second_look(self.function, &direction, analytic(&direction), &scales);
        self.push(c, judgement);
    }

    /// Keeps what is to be said of an element.
    fn push(&mut self, c: Coordinate, judgement: Judgement) {
        let (kind, slope) = match judgement {
            Judgement::Right => return,
            Judgement::Wrong(slope) => (FindingKind::WrongDerivative, Some(slope)),
            Judgement::NotJudged(slope) => (FindingKind::NotJudged, slope),
            Judgement::Kinked(slope, (left, right)) => {
                let (left, right) = (left / c.step, right / c.step);
                (FindingKind::Kink { left, right }, Some(slope))
            }
        };
        let in_steps = |x: Option<f64>| x.map_or(f64::NAN, |x| x / c.step);
        self.found.unconfirmed.push(Unconfirmed {
            operand: c.operand,
            kind,
            comparison: Comparison {
                element: c.element,
                analytic: c.analytic,
                numerical: in_steps(slope.map(|slope| slope.value)),
                tolerance: in_steps(slope.map(|slope| slope.tolerance())),
            },
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
        let rest = coordinates.iter().filter(|c| !is_known(c));
        let mut direction: Vec<_> = rest.map(|&c| (c, random.weight())).collect();
        self.found.comparisons += 1;
        for _ in 0..EXCEPTIONS {
            if direction.is_empty() || self.confirmed(&direction) {
                return;
            }
            let mut range = 0..direction.len();
            while range.len() > 1 {
                let middle = range.start + range.len() / 2;
                let first = self.confirmed(&direction[range.start..middle]);
                range = if first {
                    middle..range.end
                } else {
                    range.start..middle
                };
            }
            let unconfirmed = self.found.unconfirmed.len();
            self.element(direction[range.start].0);
            let found = self.found.unconfirmed.get(unconfirmed);
            if found.is_some_and(|found| found.kind.is_fault()) {
                return;
            }
            direction.remove(range.start);
        }
        // So many elements that cannot be judged.
        self.push(coordinates[0], Judgement::NotJudged(None));
    }

    fn confirmed(&mut self, direction: Direction<'_>) -> bool {
        self.function.turn_to(direction);
        let slope = self.slope(direction, FIRST);
        slope.is_some_and(|slope| self.confirms(slope, direction))
    }
}

#[cfg(test)]
mod tests;
