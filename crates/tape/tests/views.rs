//! What an op sees of its operands: views, shapes, and the lists they come in.

use nalgebra::{DMatrix, dmatrix};
use std::panic::catch_unwind;
use tape::{ForwardError, Op, OutputSpec, Point, PointMut, Sample, Shape, ShapeError};
use tape::{OperandTangents, Sink, Tape, View, ViewMut};

const COLUMNS: [f64; 6] = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
const SHAPE: Shape = Shape::new(2, 3);

#[test]
fn a_view_is_column_major() {
    let view = View::new(&COLUMNS, SHAPE);
    assert_eq!((view.rows(), view.cols(), view.shape()), (2, 3, SHAPE));
    assert_eq!(
        (view.values(), view.column(1)),
        (&COLUMNS[..], &[3.0, 4.0][..])
    );
    assert_eq!((view[(1, 0)], view[(0, 2)]), (2.0, 5.0));
    assert_eq!(
        view.matrix().into_owned(),
        dmatrix![1.0, 3.0, 5.0; 2.0, 4.0, 6.0]
    );
    assert_eq!(View::new(&COLUMNS[..1], Shape::SCALAR).scalar(), 1.0);
}

#[test]
fn a_mutable_view_is_column_major() {
    let mut numbers = COLUMNS;
    let mut view = ViewMut::new(&mut numbers, SHAPE);
    assert_eq!((view.rows(), view.cols(), view.shape()), (2, 3, SHAPE));
    view[(1, 2)] = 60.0;
    view.column_mut(1)[0] = 30.0;
    assert_eq!(view[(0, 1)], 30.0);
    view.matrix()[(0, 0)] = 10.0;
    assert_eq!(view.values(), [10.0, 2.0, 30.0, 4.0, 5.0, 60.0]);
    view.values_mut()[1] = 20.0;
    assert_eq!(view.into_values(), [10.0, 20.0, 30.0, 4.0, 5.0, 60.0]);
}

#[test]
fn a_view_of_another_length_is_refused() {
    assert!(catch_unwind(|| View::new(&COLUMNS, Shape::new(2, 2))).is_err());
    assert!(catch_unwind(|| ViewMut::new(&mut [0.0; 3], SHAPE).shape()).is_err());
    assert!(catch_unwind(|| View::new(&COLUMNS, SHAPE).scalar()).is_err());
}

#[test]
fn shapes_know_their_size() {
    assert_eq!(
        (SHAPE.len(), SHAPE.is_empty(), SHAPE.to_string()),
        (6, false, "2×3".into())
    );
    assert!(Shape::new(0, 3).is_empty() && Shape::new(3, 0).is_empty());
    let signature = OutputSpec::matrix(2, 3).with_residual(4);
    assert_eq!(
        (
            signature.shape(),
            signature.residual(),
            signature.is_scalar()
        ),
        (SHAPE, 4, false)
    );
    assert!(OutputSpec::scalar().is_scalar() && OutputSpec::scalar().residual() == 0);
}

#[test]
fn a_tape_knows_whether_it_is_empty() {
    let mut tape = Tape::new();
    assert!(tape.is_empty());
    tape.var(1.0);
    assert_eq!((tape.is_empty(), tape.len()), (false, 1));
    tape.clear();
    assert!(tape.is_empty());
}

/// How many operands it has, and which of them have a tangent: `10 · count + reached`.
struct Counting;

impl Op<f64> for Counting {
    fn name(&self) -> &'static str {
        "counting"
    }
    fn symbol(&self) -> &'static str {
        "#"
    }
    fn shape(&self, _: &[Shape]) -> Result<OutputSpec, ShapeError> {
        Ok(OutputSpec::scalar())
    }
    fn forward(&self, at: &mut PointMut<'_, f64>) -> Result<(), ForwardError> {
        let empty = if at.operands.is_empty() { 0.5 } else { 0.0 };
        at.result.values_mut()[0] = at.operands.len() as f64 + empty;
        Ok(())
    }
    fn vjp(&self, at: &Point<'_, f64>, cotangent: View<'_, f64>, sink: &mut Sink<'_, f64>) {
        for i in 0..at.operands.len() {
            let wanted = if sink.wants(i) { 1.0 } else { 0.0 };
            sink.add_scalar(i, wanted * cotangent.scalar());
        }
    }
    fn jvp(
        &self,
        at: &Point<'_, f64>,
        tangents: &OperandTangents<'_, f64>,
        mut tangent: ViewMut<'_, f64>,
    ) {
        let count = at.operands.len();
        let reached = (0..count).filter(|&i| tangents.get(i).is_some()).count();
        let sum: f64 = (0..count).map(|i| tangents.scalar(i)).sum();
        tangent.values_mut()[0] = 10.0 * reached as f64 + sum;
    }
    fn samples(&self) -> Vec<Vec<Sample>> {
        vec![]
    }
}

#[test]
fn an_op_sees_what_it_is_given() {
    let tape = Tape::new();
    let (x, m) = (tape.var(1.0), tape.matrix(&dmatrix![2.0]));
    let input = tape.input(&DMatrix::<f64>::zeros(1, 1));
    let y = tape
        .apply(Counting, &[x.into(), m.into(), input.into()])
        .unwrap()
        .scalar();
    assert_eq!(y.value(), 3.0);
    let gradient = y.gradient();
    assert_eq!(
        (
            gradient.of(x),
            gradient.of(m).values(),
            gradient.of(input).values()
        ),
        (1.0, &[1.0][..], &[0.0][..])
    );
    let mut along = tape::Tangents::new();
    tape.push_forward(tape::Seed::scalar(x, 0.25), &mut along)
        .unwrap();
    assert_eq!(along.of(y), 10.25);
    let none = tape.apply(Counting, &[]).unwrap().scalar();
    assert_eq!(none.value(), 0.5);
    assert_eq!(none.gradient().of(x), 0.0);
}

#[test]
fn a_rule_that_gives_too_few_elements_is_caught() {
    /// The sum of two elements whose rule forgets one.
    struct Short;
    impl Op<f64> for Short {
        fn name(&self) -> &'static str {
            "short"
        }
        fn symbol(&self) -> &'static str {
            "s"
        }
        fn shape(&self, _: &[Shape]) -> Result<OutputSpec, ShapeError> {
            Ok(OutputSpec::scalar())
        }
        fn forward(&self, at: &mut PointMut<'_, f64>) -> Result<(), ForwardError> {
            at.result.values_mut()[0] = at.operands.get(0).values().iter().sum();
            Ok(())
        }
        fn vjp(&self, _: &Point<'_, f64>, d: View<'_, f64>, sink: &mut Sink<'_, f64>) {
            sink.add(0, [d.scalar()]);
        }
        fn jvp(&self, _: &Point<'_, f64>, _: &OperandTangents<'_, f64>, _: ViewMut<'_, f64>) {}
        fn samples(&self) -> Vec<Vec<Sample>> {
            vec![]
        }
    }
    let found = catch_unwind(|| {
        let tape = Tape::new();
        let x = tape.matrix(&dmatrix![1.0, 2.0]);
        let y = tape.apply(Short, &[x.into()]).unwrap().scalar();
        let _ = y.gradient();
    });
    let message = *found.unwrap_err().downcast::<String>().unwrap();
    assert!(
        message.contains("too few elements for operand 0"),
        "{message}"
    );
}
