//! The examination of one entry on the bench: everything the tape relies on in a rule.

use super::Mode;
use super::alone::Alone;
use super::bench::{Before, Bench};
use super::pair::{Pair, rounding, same, worst};
use super::random::Random;
use super::report::Cause;
use super::slopes::{self, Claim};
use crate::number::Scalar;

/// What was found about an entry; the caller knows which entry it is.
#[derive(Clone, Debug)]
pub(crate) struct Symptom {
    pub cause: Cause,
    /// The operand's position in the rule.
    pub operand: Option<usize>,
    pub element: (usize, usize),
    pub analytic: f64,
    pub numerical: f64,
    pub tolerance: f64,
}

#[derive(Debug, Default)]
pub(crate) struct Examined {
    pub symptoms: Vec<Symptom>,
    pub comparisons: usize,
}

/// How many random cotangents each rule is tried with.
const COTANGENTS: usize = 3;
/// What buffers are filled with before a rule runs, besides NaN.
const GARBAGE: f64 = 7.25e3;

/// Examines a rule at the operands on the bench.
pub(crate) fn examine<T: Scalar>(
    bench: &mut Bench<'_, T>,
    mode: Mode,
    random: &mut Random,
) -> Examined {
    let mut exam = Exam {
        bench,
        mode,
        found: Examined::default(),
    };
    if exam.forward_runs() {
        exam.rules(random);
    }
    exam.found
}

struct Exam<'e, 'a, T: Scalar> {
    bench: &'e mut Bench<'a, T>,
    mode: Mode,
    found: Examined,
}

/// A cotangent and what the reverse rule makes of it.
struct Case<T> {
    cotangent: Vec<T>,
    bars: Vec<Vec<T>>,
    /// `Σ |ȳ · y|`: rounding in the result moves derivatives by about this times ε.
    size: f64,
}

/// The first element in which two lists differ at all.
fn differing<T: Scalar>(analytic: &[T], numerical: &[T]) -> Option<Pair> {
    let each = analytic
        .iter()
        .zip(numerical)
        .map(|(x, y)| (x.to_f64(), y.to_f64()));
    let at = each.enumerate().find(|&(_, (x, y))| !same(x, y));
    at.map(|(element, (analytic, numerical))| Pair {
        element,
        analytic,
        numerical,
        tolerance: 0.0,
    })
}

fn largest<T: Scalar>(values: &[T]) -> f64 {
    values
        .iter()
        .fold(0.0, |most: f64, x| most.max(x.to_f64().abs()))
}

fn sum_of_sizes<T: Scalar>(x: &[T], y: &[T]) -> f64 {
    x.iter()
        .zip(y)
        .map(|(x, y)| (x.to_f64() * y.to_f64()).abs())
        .sum()
}

impl<T: Scalar> Exam<'_, '_, T> {
    fn push(&mut self, cause: Cause, operand: Option<usize>, pair: Pair) {
        let shape = match operand {
            Some(i) => self.bench.operand_shape(i),
            None => self.bench.result_shape(),
        };
        let rows = shape.rows.max(1);
        self.found.symptoms.push(Symptom {
            cause,
            operand: operand.map(|i| self.bench.positions[i]),
            element: (pair.element % rows, pair.element / rows),
            analytic: pair.analytic,
            numerical: pair.numerical,
            tolerance: pair.tolerance,
        });
    }

    fn no_numbers(&mut self, cause: Cause) {
        let (element, numbers) = (0, f64::NAN);
        let pair = Pair {
            element,
            analytic: numbers,
            numerical: numbers,
            tolerance: 0.0,
        };
        self.push(cause, None, pair);
    }

    /// Whether the forward run is deterministic, writes everything, and gives numbers that can be differentiated.
    fn forward_runs(&mut self) -> bool {
        let mut runs = Vec::new();
        for garbage in [f64::NAN, f64::NAN, GARBAGE] {
            if self.bench.forward(T::from_f64(garbage)).is_err() {
                self.no_numbers(Cause::Refused);
                return false;
            }
            let numbers = self
                .bench
                .result()
                .iter()
                .chain(self.bench.residual())
                .copied();
            runs.push(numbers.collect::<Vec<T>>());
        }
        let last = self.bench.result().len().saturating_sub(1);
        let clip = |pair: Pair| Pair {
            element: pair.element.min(last),
            ..pair
        };
        if let Some(pair) = differing(&runs[1], &runs[0]) {
            // The buffers' NaN in one of two runs: it wrote in the other.
            let unwritten = pair.analytic.is_nan() || pair.numerical.is_nan();
            let cause = if unwritten {
                Cause::Unwritten
            } else {
                Cause::NotDeterministic
            };
            self.push(cause, None, clip(pair));
            return false;
        }
        if let Some(pair) = differing(&runs[0], &runs[2]) {
            self.push(Cause::Unwritten, None, clip(pair));
            return false;
        }
        let operands = (0..self.bench.len()).flat_map(|i| self.bench.operand(i));
        let numbers = operands.chain(self.bench.result().iter().copied());
        let finite = numbers.into_iter().all(|x| x.is_finite());
        if !finite {
            self.no_numbers(Cause::Unresolved);
        }
        finite
    }

    fn case(&self, random: &mut Random) -> Case<T> {
        let len = self.bench.result().len();
        let cotangent: Vec<T> = random.weights(len).into_iter().map(T::from_f64).collect();
        let bars = self
            .bench
            .vjp(&cotangent, &Before::Garbage(T::from_f64(f64::NAN)));
        let size = sum_of_sizes(&cotangent, self.bench.result());
        Case {
            cotangent,
            bars,
            size,
        }
    }

    /// The reverse rule, operand by operand: how it treats cotangents and buffers, and whether it is right;
    /// then the tangent rule.
    fn rules(&mut self, random: &mut Random) {
        let cases: Vec<_> = (0..COTANGENTS).map(|_| self.case(random)).collect();
        let operands = (0..self.bench.len()).filter(|&i| self.bench.is_active(i));
        let operands: Vec<usize> = operands.collect();
        let mut faults: Vec<Option<(Cause, Pair)>> = vec![None; self.bench.len()];
        for &operand in &operands {
            faults[operand] = self.structure(operand, &cases);
        }
        let mut remarks = Vec::new();
        for case in &cases {
            let judged = self.judge(case, &operands, random);
            self.found.comparisons += judged.comparisons;
            for slopes::Verdict {
                operand,
                cause,
                pair,
            } in judged.verdicts
            {
                match &mut faults[operand] {
                    _ if !cause.is_fault() => remarks.push((cause, operand, pair)),
                    // What is wrong with it is known by name already; these numbers show it.
                    Some((Cause::IgnoresCotangent | Cause::NotLinear, shown)) => *shown = pair,
                    Some(_) => {}
                    none => *none = Some((cause, pair)),
                }
            }
        }
        remarks.sort_by_key(|(_, operand, pair)| (*operand, pair.element));
        remarks.dedup_by_key(|(_, operand, pair)| (*operand, pair.element));
        for (operand, fault) in faults.iter().enumerate() {
            if let Some((cause, pair)) = *fault {
                self.push(cause, Some(operand), pair);
            }
        }
        for (cause, operand, pair) in remarks {
            self.push(cause, Some(operand), pair);
        }
        let sound: Vec<_> = operands
            .into_iter()
            .filter(|&i| faults[i].is_none())
            .collect();
        self.tangents(&cases[0], &sound, random);
    }

    /// The reverse rule against slopes of `⟨ȳ, y⟩`.
    fn judge(&mut self, case: &Case<T>, operands: &[usize], random: &mut Random) -> slopes::Judged {
        let numbers = |list: &[T]| list.iter().map(|x| x.to_f64()).collect::<Vec<f64>>();
        let claims = operands.iter().map(|&operand| Claim {
            operand,
            values: numbers(&self.bench.operand(operand)),
            derivatives: numbers(&case.bars[operand]),
        });
        let claims: Vec<_> = claims.collect();
        let weights = numbers(&case.cotangent);
        let spreads = claims
            .iter()
            .map(|claim| slopes::spread(&claim.derivatives, &claim.values));
        let spread = spreads.sum();
        let mut alone = Alone {
            bench: self.bench,
            claims: &claims,
            weights,
            spread,
        };
        let judged = slopes::judge(&mut alone, &claims, self.mode, random);
        // The bench is left as it was found.
        let _ = self.bench.forward(T::zero());
        judged
    }

    /// Whether the cotangent of one operand is deterministic, written whole, added up, and linear.
    fn structure(&self, i: usize, cases: &[Case<T>]) -> Option<(Cause, Pair)> {
        let bench = &self.bench;
        let first = &cases[0];
        let again = bench.vjp(&first.cotangent, &Before::Garbage(T::from_f64(f64::NAN)));
        if let Some(pair) = differing(&again[i], &first.bars[i]) {
            return Some((Cause::NotDeterministic, pair));
        }
        let other = bench.vjp(&first.cotangent, &Before::Garbage(T::from_f64(GARBAGE)));
        if let Some(pair) = differing(&first.bars[i], &other[i]) {
            return Some((Cause::Unwritten, pair));
        }
        self.accumulation(i, cases)
            .map(|pair| (Cause::Overwrites, pair))
            .or_else(|| self.linearity(i, cases))
    }

    /// A second contribution is added to the first.
    fn accumulation(&self, i: usize, cases: &[Case<T>]) -> Option<Pair> {
        let [first, second, ..] = cases else {
            return None;
        };
        let before = Before::Contributions(&second.bars);
        let both = self.bench.vjp(&first.cotangent, &before);
        let len = both[i].len() + first.cotangent.len();
        let size = largest(&first.bars[i]) + largest(&second.bars[i]) + first.size + second.size;
        let tolerance = rounding::<T>(len) * size;
        let pairs = both[i].iter().zip(&first.bars[i]).zip(&second.bars[i]);
        worst(
            pairs
                .enumerate()
                .map(|(element, ((both, first), second))| Pair {
                    element,
                    analytic: both.to_f64(),
                    numerical: first.to_f64() + second.to_f64(),
                    tolerance,
                }),
        )
    }

    /// The rule of `ȳ₁ + 2 ȳ₂` is the rule of `ȳ₁` and twice the rule of `ȳ₂`.
    fn linearity(&self, i: usize, cases: &[Case<T>]) -> Option<(Cause, Pair)> {
        let [first, second, ..] = cases else {
            return None;
        };
        let two = T::from_f64(2.0);
        let mixed = first.cotangent.iter().zip(&second.cotangent);
        let mixed: Vec<T> = mixed.map(|(&x, &y)| x + two * y).collect();
        let found = self.bench.vjp(&mixed, &Before::Garbage(T::zero()));
        let len = found[i].len() + mixed.len();
        let size = largest(&first.bars[i]) + 2.0 * largest(&second.bars[i]);
        let tolerance = rounding::<T>(len) * (size + first.size + 2.0 * second.size);
        let pairs = found[i].iter().zip(&first.bars[i]).zip(&second.bars[i]);
        let pair = worst(
            pairs
                .enumerate()
                .map(|(element, ((found, first), second))| Pair {
                    element,
                    analytic: found.to_f64(),
                    numerical: first.to_f64() + 2.0 * second.to_f64(),
                    tolerance,
                }),
        )?;
        let constant = differing(&first.bars[i], &second.bars[i]).is_none()
            && differing(&first.bars[i], &found[i]).is_none();
        Some(if constant {
            (Cause::IgnoresCotangent, pair)
        } else {
            (Cause::NotLinear, pair)
        })
    }

    /// The tangent rule against the reverse rule, `⟨ȳ, J ẋ⟩ = ⟨Jᵀ ȳ, ẋ⟩`, one operand at a time, and all
    /// operands together against the sum of each alone.
    fn tangents(&mut self, case: &Case<T>, operands: &[usize], random: &mut Random) {
        let none = vec![None; self.bench.len()];
        let mut all = none.clone();
        let mut sum = vec![0.0; self.bench.result().len()];
        let mut size = case.size + largest(self.bench.result());
        for &i in operands {
            let direction = random.weights(self.bench.operand_shape(i).len());
            let direction: Vec<T> = direction.into_iter().map(T::from_f64).collect();
            let mut alone = none.clone();
            alone[i] = Some(direction.clone());
            let tangent = self.bench.jvp(&alone, T::from_f64(f64::NAN));
            let other = self.bench.jvp(&alone, T::from_f64(GARBAGE));
            if let Some(pair) = differing(&tangent, &other) {
                return self.push(Cause::Unwritten, None, pair);
            }
            if let Some(pair) = self.adjoint(case, i, &direction, &tangent) {
                self.push(Cause::Tangent, Some(i), pair);
                return;
            }
            all[i] = alone[i].take();
            size += largest(&tangent);
            for (sum, part) in sum.iter_mut().zip(&tangent) {
                *sum += part.to_f64();
            }
        }
        let together = self.bench.jvp(&all, T::from_f64(f64::NAN));
        let tolerance = rounding::<T>(operands.len() + self.bench.elements()) * size;
        let pairs = together.iter().zip(&sum).enumerate();
        let pair = worst(pairs.map(|(element, (found, &sum))| Pair {
            element,
            analytic: found.to_f64(),
            numerical: sum,
            tolerance,
        }));
        if let Some(pair) = pair {
            self.push(Cause::Tangent, None, pair);
        }
    }

    fn adjoint(&self, case: &Case<T>, i: usize, direction: &[T], tangent: &[T]) -> Option<Pair> {
        let inner = |x: &[T], y: &[T]| -> f64 {
            x.iter().zip(y).map(|(x, y)| x.to_f64() * y.to_f64()).sum()
        };
        let bar = &case.bars[i];
        let len = direction.len() + tangent.len();
        let size = sum_of_sizes(&case.cotangent, tangent) + sum_of_sizes(bar, direction);
        let pair = Pair {
            element: 0,
            analytic: inner(&case.cotangent, tangent),
            numerical: inner(bar, direction),
            tolerance: rounding::<T>(len) * (size + case.size),
        };
        worst(std::iter::once(pair))
    }
}
