//! Labels as rows.

use super::targets::class_of;
use tape::formula;
use tape::formula::Formula;
use tape::{
    ForwardError, Op, OperandTangents, OutputSpec, Point, PointMut, Recorded, RecordedCotangents,
    RecordedPoint, Sample, Scalar, Shape, ShapeError, Sink, View, ViewMut,
};

/// Labels as rows with a 1 for the class that is wanted: `T: N×1 → N×C`, where C is part of the op.
/// Labels have no slope.
#[derive(Clone, Copy, Debug)]
pub struct OneHot {
    /// How many classes there are.
    pub classes: usize,
    /// A label, which need be no class, whose rows are zeros.
    pub ignored: Option<i64>,
}

impl OneHot {
    /// Targets as rows, which they may be already.
    pub(super) fn of<T: Scalar>(
        targets: Recorded<'_, T>,
        classes: usize,
        ignored: Option<i64>,
    ) -> Recorded<'_, T> {
        match targets.shape().cols {
            1 => Recorded::apply(OneHot { classes, ignored }, &[targets]),
            _ => targets,
        }
    }
}

impl<T: Scalar> Op<T> for OneHot {
    fn name(&self) -> &'static str {
        "one_hot"
    }

    fn symbol(&self) -> &'static str {
        "1 hot"
    }

    fn formula(&self) -> Formula {
        formula!(Y(T): dT = 0)
    }

    fn shape(&self, operands: &[Shape]) -> Result<OutputSpec, ShapeError> {
        match operands {
            [labels] if labels.cols == 1 => Ok(OutputSpec::matrix(labels.rows, self.classes)),
            _ => Err(ShapeError::new("takes labels, N×1")),
        }
    }

    fn forward(&self, at: &mut PointMut<'_, T>) -> Result<(), ForwardError> {
        let labels = at.operands.get(0);
        at.result.values_mut().fill(T::zero());
        for (i, &label) in labels.values().iter().enumerate() {
            if self
                .ignored
                .is_none_or(|ignored| label.to_f64() != ignored as f64)
            {
                let class = class_of(i, label, self.classes)?;
                at.result[(i, class)] = T::one();
            }
        }
        Ok(())
    }

    fn vjp(&self, _: &Point<'_, T>, _: View<'_, T>, _: &mut Sink<'_, T>) {}

    fn vjp_recorded<'g>(
        &self,
        _: &RecordedPoint<'g, T>,
        _: Recorded<'g, T>,
    ) -> Option<RecordedCotangents<'g, T>> {
        Some(vec![None])
    }

    fn jvp(&self, _: &Point<'_, T>, _: &OperandTangents<'_, T>, _: ViewMut<'_, T>) {}

    fn reads(&self, _: &[Shape], _: usize, _: &mut dyn FnMut(usize, usize)) -> bool {
        // Nothing that it varies with.
        true
    }

    fn samples(&self) -> Vec<Vec<Sample>> {
        let last = self.classes.saturating_sub(1) as f64;
        vec![vec![Sample::new(3, 1, &[last, 0.0, last]).held()]]
    }
}
