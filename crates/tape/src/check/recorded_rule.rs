//! Whether what an op records as its reverse rule is its reverse rule.

use super::comparison::{Comparison, numbers, rounding, worst};
use super::finding::{Finding, FindingKind};
use super::isolated::{BufferContents, IsolatedEntry, IsolatedOperand};
use super::random::Random;
use crate::handle::{Operand, Tape};
use crate::number::Scalar;
use crate::op::{Node, Op, Recorded, RecordedPoint};
use crate::shape::Shape;
use nalgebra::DMatrix;

/// Holds [`Op::vjp_recorded`], of an op that has it, against [`Op::vjp`]: at the operands given,
/// and after replays with others, for which nothing is recorded again.
pub(super) fn check_recorded_rule<T: Scalar>(
    op: &dyn Op<T>,
    given: &[IsolatedOperand<T>],
) -> Vec<Finding> {
    let Ok(mut isolated) = IsolatedEntry::of_op(op, given) else {
        return vec![];
    };
    if isolated.forward(T::zero()).is_err() {
        return vec![];
    }
    let shapes: Vec<Shape> = given.iter().map(|given| given.shape).collect();
    let is_scalar = op.shape(&shapes).is_ok_and(|output| output.is_scalar());
    let Some(mut rule) = RecordedRule::new(op, given, &isolated, is_scalar) else {
        return vec![];
    };
    let mut findings = rule.compare(op, given, &isolated, "");
    for (values, label) in moved(given) {
        for (i, values) in values.iter().enumerate() {
            for (element, &value) in values.iter().enumerate() {
                isolated.set(i, element, value);
            }
        }
        if findings.is_empty() && isolated.forward(T::zero()).is_ok() {
            rule.replay(&values, isolated.result());
            findings = rule.compare(op, given, &isolated, label);
        }
    }
    findings
}

/// Other values for the operands: the elements of each in another order, which moves what is
/// largest and turns choices round; and a little beside the given ones.
fn moved<T: Scalar>(given: &[IsolatedOperand<T>]) -> [(Vec<Vec<T>>, &'static str); 2] {
    let mut random = Random::new(11);
    let reversed = given.iter().map(|given| {
        let values = given.values.iter().rev();
        values.copied().collect()
    });
    let reversed = reversed.collect();
    let beside = given.iter().map(|given| {
        let moved = |&x: &T| match given.active {
            true => x * T::from_f64(1.0 + 0.01 * random.weight()),
            false => x,
        };
        given.values.iter().map(moved).collect()
    });
    [
        (reversed, ", replayed with the elements turned round"),
        (beside.collect(), ", replayed beside"),
    ]
}

/// A reverse rule that was recorded on a tape of its own, where operands, result and cotangent are
/// leaves.
struct RecordedRule<T: Scalar> {
    tape: Tape<T>,
    operands: Vec<u32>,
    result: u32,
    cotangent: Vec<T>,
    /// What each operand gets, in its shape or not; `None` of what gets nothing.
    contributions: Vec<Option<(Source<T>, Shape)>>,
}

/// Where a contribution stands.
enum Source<T> {
    Number(T),
    Entry(u32),
}

impl<T: Scalar> RecordedRule<T> {
    /// `None` if the op has no such rule.
    fn new(
        op: &dyn Op<T>,
        given: &[IsolatedOperand<T>],
        isolated: &IsolatedEntry<'_, T>,
        is_scalar: bool,
    ) -> Option<Self> {
        let tape = Tape::default();
        let leaf = |values: &[T], shape: Shape, is_scalar: bool| match is_scalar {
            true => Operand::from(tape.var(values[0])),
            false => tape
                .matrix(&DMatrix::from_column_slice(shape.rows, shape.cols, values))
                .into(),
        };
        let cotangent = Random::new(7).weights(isolated.result().len());
        let cotangent: Vec<T> = cotangent.into_iter().map(T::from_f64).collect();
        let shape = isolated.result_shape();
        let operands: Vec<_> = given
            .iter()
            .map(|given| leaf(&given.values, given.shape, given.scalar))
            .collect();
        let result = leaf(isolated.result(), shape, is_scalar);
        let along = leaf(&cotangent, shape, is_scalar);
        let at = RecordedPoint {
            operands: operands.iter().map(|leaf| leaf.recorded(&tape)).collect(),
            wanted: given.iter().map(|given| given.active).collect(),
            result: result.recorded(&tape),
        };
        let index = |leaf: &Operand<'_, T>| leaf.entry(&tape).expect("it is an entry") as u32;
        let (operands, result) = (operands.iter().map(index).collect(), index(&result));
        let contributions = op.vjp_recorded(&at, along.recorded(&tape))?;
        let place = |recorded: Recorded<'_, T>| {
            let source = match recorded.settled().node() {
                Node::Number(number) => Source::Number(number),
                Node::Scalar(index, _) | Node::Matrix(index, _) => Source::Entry(index),
            };
            (source, recorded.shape())
        };
        let contributions = contributions.into_iter().map(|given| given.map(place));
        let contributions = contributions.collect();
        Some(RecordedRule {
            tape,
            operands,
            result,
            cotangent,
            contributions,
        })
    }

    /// Computes it anew for other operands, which have this result.
    fn replay(&mut self, operands: &[Vec<T>], result: &[T]) {
        let store = self.tape.store.get_mut();
        let leaves = self.operands.iter().zip(operands.iter().map(Vec::as_slice));
        for (&index, values) in leaves.chain([(&self.result, result)]) {
            let leaf = store.primals.slice_mut(&store.program, index as usize);
            leaf.copy_from_slice(values);
        }
        let replayed = self.tape.replay();
        replayed.expect("what the op has taken, its reverse rule takes, and it has no guards");
    }

    fn compare(
        &self,
        op: &dyn Op<T>,
        given: &[IsolatedOperand<T>],
        isolated: &IsolatedEntry<'_, T>,
        label: &str,
    ) -> Vec<Finding> {
        let before = BufferContents::Arbitrary(T::from_f64(f64::NAN));
        let expected = isolated.vjp(&self.cotangent, &before);
        let wanted = (0..given.len()).filter(|&i| given[i].active);
        let found = wanted.filter_map(|i| {
            let comparison = self.compare_operand(i, given[i].shape, &numbers(&expected[i]))?;
            let (kind, shape) = (FindingKind::Recorded, given[i].shape);
            let finding = Finding::new(kind, op.name(), Some(i), shape, comparison);
            let label = label.to_string();
            Some(Finding { label, ..finding })
        });
        found.collect()
    }

    fn compare_operand(&self, i: usize, shape: Shape, expected: &[f64]) -> Option<Comparison> {
        let found = match self.contributions.get(i).and_then(Option::as_ref) {
            None => vec![0.0; expected.len()],
            Some((_, own)) if *own != shape => return Some(Comparison::without_numbers()),
            Some((Source::Number(number), _)) => vec![number.to_f64()],
            Some((Source::Entry(index), _)) => {
                let store = self.tape.store.borrow();
                numbers(store.primals.view(&store.program, *index as usize).values())
            }
        };
        let finite = expected.iter().filter(|x| x.is_finite());
        let size = finite.fold(0.0_f64, |most, x| most.max(x.abs()));
        let tolerance = 4.0 * rounding::<T>(self.cotangent.len() + expected.len()) * size;
        let each = found.iter().zip(expected).enumerate();
        worst(each.map(|(element, (&analytic, &numerical))| Comparison {
            element,
            analytic,
            numerical,
            tolerance,
        }))
    }
}
