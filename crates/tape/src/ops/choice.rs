//! One of three numbers, chosen by their values: select and clamp.
//!
//! The operand that is chosen gets the whole cotangent, the others nothing at all, not even a zero:
//! so no NaN or ∞ of what was not chosen comes into a result or a derivative.

use super::broadcast::{Broadcast, broadcast};
use crate::error::{ForwardError, ShapeError};
use crate::formula;
use crate::formula::Formula;
use crate::number::{Arithmetic, Scalar};
use crate::op::{
    Op, OperandTangents, OutputSpec, Point, PointMut, Recorded, RecordedCotangents, RecordedPoint,
    Sample, Sink, View, ViewMut,
};
use crate::shape::Shape;
use std::marker::PhantomData;

/// How one of three numbers is chosen.
pub trait Chooser: Copy + Default + Send + Sync + 'static {
    /// The name users see in reports and pictures.
    const NAME: &'static str;
    /// What is said of it on paper.
    const FORMULA: Formula;
    /// Numbers to try it with, off the kinks.
    const POINTS: &'static [[f64; 3]];
    /// Whether the first operand decides and is never chosen: then it has no slope.
    const FIRST_DECIDES: bool;

    /// The place of the one that is chosen.
    fn chosen<T: Scalar>(numbers: [T; 3]) -> usize;
    /// Whether the same one is chosen when each number moves by a little.
    fn is_smooth(numbers: [f64; 3]) -> bool;
    /// 1 where the operand at a place is chosen, 0 elsewhere, for each of three operands that are
    /// being recorded; anything of the first where it is never chosen.
    fn places<'g, T: Scalar>(operands: [Recorded<'g, T>; 3]) -> [Recorded<'g, T>; 3];
}

/// The second of three numbers where the first is positive, the third elsewhere, also where the
/// first is NaN; NumPy's `where`. The first has no slope: it decides, and where it is about to
/// decide otherwise the result has a kink or a jump.
#[derive(Clone, Copy, Debug, Default)]
pub struct Select;

impl Chooser for Select {
    const NAME: &'static str = "select";
    const FORMULA: Formula = formula!(
        y(x, a, b):
        y = if x > 0 { a } else { b },
        dx = 0,
        da = if x > 0 { dy } else { 0 },
        db = if x > 0 { 0 } else { dy }
    );
    const POINTS: &'static [[f64; 3]] = &[[1.0, 0.5, -2.0], [0.5, 1.5, 3.0], [-1.0, 2.0, 0.25]];
    const FIRST_DECIDES: bool = true;

    #[inline(always)]
    fn chosen<T: Scalar>([condition, _, _]: [T; 3]) -> usize {
        if condition > T::zero() { 1 } else { 2 }
    }

    fn is_smooth([condition, _, _]: [f64; 3]) -> bool {
        condition.abs() > 0.05
    }

    fn places<'g, T: Scalar>([condition, _, _]: [Recorded<'g, T>; 3]) -> [Recorded<'g, T>; 3] {
        let first = condition.is_above(Recorded::zero());
        [Recorded::zero(), first, Recorded::not(first)]
    }
}

/// The first of three numbers, brought into the range from the second to the third: the second
/// where the first is below it, the third where it is above that. At the ends, and where it is NaN,
/// the first itself. If the second is not below the third, it is the third, as in NumPy's `clip`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Clamp;

impl Chooser for Clamp {
    const NAME: &'static str = "clamp";
    const FORMULA: Formula = formula!(
        y(x, a, b):
        y = min(max(x, a), b),
        dx = [dy "where it is in the range, 0 elsewhere"],
        da = if x < a { dy } else { 0 },
        db = if x > b { dy } else { 0 }
    );
    const POINTS: &'static [[f64; 3]] = &[[0.5, -1.0, 2.0], [3.0, 0.25, 1.5], [-2.0, -0.5, 1.0]];
    const FIRST_DECIDES: bool = false;

    #[inline(always)]
    fn chosen<T: Scalar>([x, low, high]: [T; 3]) -> usize {
        // A range of one point, or of none, is `high` wherever `x` is: `x` has no slope there.
        let is_high = low >= high && x.is_number();
        if is_high || x > high {
            2
        } else {
            usize::from(x < low)
        }
    }

    fn is_smooth([x, low, high]: [f64; 3]) -> bool {
        (x - low).abs() > 0.05 && (x - high).abs() > 0.05
    }

    fn places<'g, T: Scalar>([x, low, high]: [Recorded<'g, T>; 3]) -> [Recorded<'g, T>; 3] {
        let is_below = low.is_above(x);
        let is_high = Recorded::both(low.is_at_least(high), x.is_number());
        let not_above = Recorded::both(Recorded::not(is_high), Recorded::not(x.is_above(high)));
        let is_above = Recorded::not(not_above);
        let is_inside = Recorded::both(not_above, Recorded::not(is_below));
        [is_inside, Recorded::both(not_above, is_below), is_above]
    }
}

/// A [`Chooser`] of three scalars: the one that is chosen.
#[derive(Clone, Copy, Debug, Default)]
pub struct ChoiceOf<C>(PhantomData<C>);

pub(super) fn three(operands: &[Shape]) -> Result<[Shape; 3], ShapeError> {
    operands.try_into().map_err(|_| {
        let count = operands.len();
        ShapeError::new(format!("takes 3 operands, not {count}"))
    })
}

impl<C: Chooser, T: Scalar> Op<T> for ChoiceOf<C> {
    fn name(&self) -> &'static str {
        C::NAME
    }

    fn formula(&self) -> Formula {
        C::FORMULA
    }

    fn shape(&self, operands: &[Shape]) -> Result<OutputSpec, ShapeError> {
        if three(operands)?.iter().any(|x| *x != Shape::SCALAR) {
            return Err(ShapeError::new("all operands must be scalars"));
        }
        Ok(OutputSpec::scalar())
    }

    fn forward(&self, at: &mut PointMut<'_, T>) -> Result<(), ForwardError> {
        let numbers = [0, 1, 2].map(|i| at.operands.scalar(i));
        at.result.values_mut()[0] = numbers[C::chosen(numbers)];
        Ok(())
    }

    fn vjp(&self, at: &Point<'_, T>, cotangent: View<'_, T>, sink: &mut Sink<'_, T>) {
        let numbers = [0, 1, 2].map(|i| at.operands.scalar(i));
        sink.add_scalar(C::chosen(numbers), cotangent.scalar());
    }

    fn vjp_recorded<'g>(
        &self,
        at: &RecordedPoint<'g, T>,
        cotangent: Recorded<'g, T>,
    ) -> Option<RecordedCotangents<'g, T>> {
        Some(recorded::<C, T>(at, cotangent))
    }

    fn jvp(
        &self,
        at: &Point<'_, T>,
        tangents: &OperandTangents<'_, T>,
        mut tangent: ViewMut<'_, T>,
    ) {
        let numbers = [0, 1, 2].map(|i| at.operands.scalar(i));
        tangent.values_mut()[0] = tangents.scalar(C::chosen(numbers));
    }

    fn reads(
        &self,
        operands: &[Shape],
        element: usize,
        read: &mut dyn FnMut(usize, usize),
    ) -> bool {
        // What only decides has no slope.
        reads_of_three(operands, element, usize::from(C::FIRST_DECIDES), read)
    }

    fn is_smooth(&self, operands: &[View<'_, T>]) -> bool {
        C::is_smooth([0, 1, 2].map(|i| operands[i].scalar().to_f64()))
    }

    fn samples(&self) -> Vec<Vec<Sample>> {
        let sample = |point: &[f64; 3]| point.map(|x| Sample::new(1, 1, &[x])).to_vec();
        C::POINTS.iter().map(sample).collect()
    }
}

/// What is chosen gets the whole cotangent, what is not nothing: in the shape of each operand.
fn recorded<'g, C: Chooser, T: Scalar>(
    at: &RecordedPoint<'g, T>,
    cotangent: Recorded<'g, T>,
) -> RecordedCotangents<'g, T> {
    let operands = [0, 1, 2].map(|i| at.operands[i]);
    let places = C::places(operands);
    let given = |i: usize| {
        let is_chosen = i >= usize::from(C::FIRST_DECIDES) && at.wanted[i];
        is_chosen.then(|| cotangent.where_chosen(places[i]).summed_to(operands[i]))
    };
    [0, 1, 2].map(given).to_vec()
}

/// The elements of three operands, repeated where they are smaller, from operand `first` on.
pub(super) fn reads_of_three(
    operands: &[Shape],
    element: usize,
    first: usize,
    read: &mut dyn FnMut(usize, usize),
) -> bool {
    let &[x, y, z] = operands else { return false };
    let Ok(result) = broadcast(x, y).and_then(|xy| broadcast(xy, z)) else {
        return false;
    };
    for (i, &operand) in operands.iter().enumerate().skip(first) {
        read(i, Broadcast::new(operand, result).at(element));
    }
    true
}

/// A [`Chooser`] of every three elements: `R×C, R×C, R×C → R×C`. An operand with one row is
/// repeated for every row, one with one column for every column, a scalar for every element.
#[derive(Clone, Copy, Debug, Default)]
pub struct Choice<C>(PhantomData<C>);

/// Three operands read element by element.
struct Three<'a, T> {
    values: [&'a [T]; 3],
    places: [Broadcast; 3],
}

impl<'a, T: Scalar> Three<'a, T> {
    fn new(operands: [View<'a, T>; 3], result: Shape) -> Self {
        Three {
            values: operands.map(|x| x.values()),
            places: operands.map(|x| Broadcast::new(x.shape(), result)),
        }
    }

    #[inline]
    fn at(&self, k: usize) -> [T; 3] {
        [0, 1, 2].map(|i| self.values[i][self.places[i].at(k)])
    }
}

impl<C: Chooser, T: Scalar> Op<T> for Choice<C> {
    fn name(&self) -> &'static str {
        C::NAME
    }

    fn formula(&self) -> Formula {
        C::FORMULA
    }

    fn shape(&self, operands: &[Shape]) -> Result<OutputSpec, ShapeError> {
        let [x, y, z] = three(operands)?;
        let shape = broadcast(broadcast(x, y)?, z)?;
        Ok(OutputSpec::matrix(shape.rows, shape.cols))
    }

    fn forward(&self, at: &mut PointMut<'_, T>) -> Result<(), ForwardError> {
        let three = Three::new([0, 1, 2].map(|i| at.operands.get(i)), at.result.shape());
        for (k, y) in at.result.values_mut().iter_mut().enumerate() {
            let numbers = three.at(k);
            *y = numbers[C::chosen(numbers)];
        }
        Ok(())
    }

    fn vjp(&self, at: &Point<'_, T>, cotangent: View<'_, T>, sink: &mut Sink<'_, T>) {
        let three = Three::new([0, 1, 2].map(|i| at.operands.get(i)), at.result.shape());
        let (d, reached) = (cotangent.values(), sink.chosen());
        for i in usize::from(C::FIRST_DECIDES)..3 {
            three.places[i].add_chosen(sink, i, |k| {
                let is_reached = reached.is_none_or(|reached| reached[k]);
                (is_reached && C::chosen(three.at(k)) == i).then_some(d[k])
            });
        }
    }

    fn vjp_recorded<'g>(
        &self,
        at: &RecordedPoint<'g, T>,
        cotangent: Recorded<'g, T>,
    ) -> Option<RecordedCotangents<'g, T>> {
        Some(recorded::<C, T>(at, cotangent))
    }

    fn jvp(
        &self,
        at: &Point<'_, T>,
        tangents: &OperandTangents<'_, T>,
        mut tangent: ViewMut<'_, T>,
    ) {
        let three = Three::new([0, 1, 2].map(|i| at.operands.get(i)), tangent.shape());
        let along = [0, 1, 2].map(|i| tangents.get(i));
        for (k, dy) in tangent.values_mut().iter_mut().enumerate() {
            let i = C::chosen(three.at(k));
            if let Some(along) = along[i] {
                *dy = along.values()[three.places[i].at(k)];
            }
        }
    }

    fn reads(
        &self,
        operands: &[Shape],
        element: usize,
        read: &mut dyn FnMut(usize, usize),
    ) -> bool {
        // What only decides has no slope.
        reads_of_three(operands, element, usize::from(C::FIRST_DECIDES), read)
    }

    fn is_smooth(&self, operands: &[View<'_, T>]) -> bool {
        let [x, y, z] = [0, 1, 2].map(|i| operands[i]);
        let shapes = broadcast(x.shape(), y.shape()).and_then(|xy| broadcast(xy, z.shape()));
        let Ok(shape) = shapes else { return false };
        let three = Three::new([x, y, z], shape);
        (0..shape.len()).all(|k| C::is_smooth(three.at(k).map(|x| x.to_f64())))
    }

    fn samples(&self) -> Vec<Vec<Sample>> {
        let (points, [first, ..]) = (C::POINTS, C::POINTS) else {
            return vec![];
        };
        let row = |i: usize| {
            let each: Vec<f64> = points.iter().map(|point| point[i]).collect();
            Sample::new(1, each.len(), &each)
        };
        let one = |i: usize| Sample::new(1, 1, &[first[i]]);
        let column = |i: usize| Sample::new(2, 1, &[first[i]; 2]);
        let block = |i: usize| Sample::new(2, 2, &[first[i]; 4]);
        vec![
            vec![row(0), row(1), row(2)],
            vec![block(0), column(1), one(2)],
            vec![one(0), block(1), column(2)],
        ]
    }
}
