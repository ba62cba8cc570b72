//! Random programs.

use super::operations::{BinaryStep, Operations, UnaryStep};
use super::pick::{Handle, Pick};
use super::values::matrices;
use crate::handle::{Tape, Var};
use crate::number::Scalar;
use crate::shape::Shape;
use nalgebra::DMatrix;
use proptest::collection::vec;
use proptest::prelude::*;
use std::fmt;

/// A random program of scalars and matrices: leaves, and steps that each use earlier results.
///
/// Any list of steps is a program: a step whose operands do not fit, or lie near a kink or outside
/// the domain, first brings them inside, and is left out where that fails. So a failing program
/// shrinks by dropping steps. Its `Debug` output lists the entries that it records.
#[derive(Clone)]
pub struct Graph {
    scalars: Vec<f64>,
    matrices: Vec<DMatrix<f64>>,
    steps: Vec<Chosen>,
}

/// A step: which operation, and which earlier results, all modulo how many there are.
#[derive(Clone, Debug)]
struct Chosen {
    operation: usize,
    operands: [usize; 2],
    parameter: usize,
}

/// Programs of up to `most` steps on two scalars and up to three small matrices.
///
/// ```
/// use proptest::prelude::ProptestConfig;
/// use tape::strategies::{assert_property, graphs};
/// use tape::Tape;
///
/// assert_property(ProptestConfig::with_cases(20), graphs(5), |graph| {
///     let tape = Tape::new();
///     let report = tape.check(graph.record(&tape));
///     if report.is_ok() { Ok(()) } else { Err(report.to_string()) }
/// });
/// ```
pub fn graphs(most: usize) -> impl Strategy<Value = Graph> {
    let step = (0..4096_usize, [0..64_usize, 0..64], 0..12_usize);
    let step = step.prop_map(|(operation, operands, parameter)| Chosen {
        operation,
        operands,
        parameter,
    });
    let scalars = super::points(2);
    (scalars, vec(matrices(3), 1..=3), vec(step, 0..=most)).prop_map(
        |(scalars, matrices, steps)| Graph {
            scalars,
            matrices,
            steps,
        },
    )
}

impl Graph {
    /// Records the program, on a tape of any numbers; returns its last result, as a scalar: a
    /// matrix is summed. The leaves come first, scalars and then matrices.
    pub fn record<'t, T: Scalar>(&self, tape: &'t Tape<T>) -> Var<'t, T> {
        let mut results: Vec<Handle<'t, T>> = Vec::new();
        let scalars = self.scalars.iter().map(|&x| tape.var(T::from_f64(x)));
        results.extend(scalars.map(Handle::Scalar));
        let matrices = self
            .matrices
            .iter()
            .map(|x| tape.matrix(&x.map(T::from_f64)));
        results.extend(matrices.map(Handle::Matrix));
        for step in &self.steps {
            let pick = Pick {
                results: &results,
                operands: step.operands,
                parameter: step.parameter,
            };
            if let Some(result) = take(step.operation, &pick) {
                results.push(bounded(result));
            }
        }
        match results[results.len() - 1] {
            Handle::Scalar(x) => x,
            Handle::Matrix(x) => x.sum(),
        }
    }
}

impl fmt::Debug for Graph {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tape = Tape::new();
        self.record(&tape);
        for entry in tape.entries() {
            let operands: Vec<String> = entry.operands.iter().map(|x| format!("{x:?}")).collect();
            let values = match entry.id {
                crate::EntryId::Scalar(id) => tape.value(id).map(|x| x.to_string()),
                crate::EntryId::Matrix(id) => tape.read(id, |view| format!("{:?}", view.values())),
            };
            let values = values.map_err(|_| fmt::Error)?;
            let (index, op, operands) = (entry.index, entry.op, operands.join(", "));
            writeln!(f, "{index}: {op}({operands}) = {} {values}", entry.shape)?;
        }
        Ok(())
    }
}

/// Results beyond this are brought back, so that slopes stay well conditioned.
const BOUND: f64 = 20.0;

fn map<'t, T: Scalar>(handle: Handle<'t, T>, step: &UnaryStep<T>) -> Handle<'t, T> {
    match handle {
        Handle::Scalar(x) => Handle::Scalar((step.scalar)(x)),
        Handle::Matrix(x) => Handle::Matrix((step.matrix)(x)),
    }
}

fn bounded<T: Scalar>(handle: Handle<'_, T>) -> Handle<'_, T> {
    if handle.values().iter().all(|x| x.abs() <= BOUND) {
        return handle;
    }
    let bound = T::from_f64(BOUND);
    match handle {
        Handle::Scalar(x) => Handle::Scalar((x / bound).tanh()),
        Handle::Matrix(x) => Handle::Matrix((x / bound).tanh()),
    }
}

/// The same, positive; then between −0.7 and 0.7; then above 1: where functions with a narrow
/// domain live.
fn inside<T: Scalar>(handle: Handle<'_, T>, way: usize) -> Handle<'_, T> {
    let number = |x: f64| T::from_f64(x);
    match (handle, way) {
        (x, 0) => x,
        (Handle::Scalar(x), 1) => Handle::Scalar(x.softplus() + number(0.2)),
        (Handle::Matrix(x), 1) => Handle::Matrix(x.softplus() + number(0.2)),
        (Handle::Scalar(x), 2) => Handle::Scalar(x.tanh() * number(0.7)),
        (Handle::Matrix(x), 2) => Handle::Matrix(x.tanh() * number(0.7)),
        (Handle::Scalar(x), _) => Handle::Scalar(x.softplus() + number(1.2)),
        (Handle::Matrix(x), _) => Handle::Matrix(x.softplus() + number(1.2)),
    }
}

/// Records an operation on what fits.
fn take<'t, T: Scalar>(operation: usize, pick: &Pick<'_, 't, T>) -> Option<Handle<'t, T>> {
    let (of_one, of_two) = (Operations::<T>::UNARY, Operations::<T>::BINARY);
    let (of_matrices, others) = (Operations::<T>::MATRIX, Operations::<T>::OTHERS);
    let count = of_one.len() + of_two.len() + of_matrices.len() + others.len();
    let operation = operation % count;
    if let Some(step) = of_one.get(operation) {
        return unary(step, pick);
    }
    let operation = operation - of_one.len();
    if let Some(step) = of_two.get(operation) {
        return binary(step, pick);
    }
    let operation = operation - of_two.len();
    let step = of_matrices
        .get(operation)
        .or_else(|| others.get(operation - of_matrices.len()));
    step.expect("an operation below their number")(pick)
}

fn unary<'t, T: Scalar>(step: &UnaryStep<T>, pick: &Pick<'_, 't, T>) -> Option<Handle<'t, T>> {
    let smooth = |x: &Handle<'t, T>| x.values().into_iter().all(step.smooth);
    let operand = (0..4).map(|way| inside(pick.any(0), way)).find(smooth)?;
    Some(map(operand, step))
}

fn binary<'t, T: Scalar>(step: &BinaryStep<T>, pick: &Pick<'_, 't, T>) -> Option<Handle<'t, T>> {
    let smooth = |x: &[f64], y: &[f64]| x.iter().all(|&x| y.iter().all(|&y| (step.smooth)(x, y)));
    match (pick.any(0), pick.any(1)) {
        (Handle::Matrix(x), Handle::Matrix(y)) => {
            let ways = (0..4).map(|way| (inside(Handle::Matrix(x), way), y));
            let fits = broadcast(x.shape(), y.shape());
            let mut ways =
                ways.filter(|(x, y)| fits && smooth(&x.values(), &Handle::Matrix(*y).values()));
            let (Handle::Matrix(x), y) = ways.next()? else {
                return None;
            };
            Some(Handle::Matrix((step.matrix)(x, y)))
        }
        (Handle::Scalar(x), _) | (_, Handle::Scalar(x)) => {
            let (x, y) = (x, pick.scalar(1)?);
            // A handle or a number on either side.
            let (x, y) = match pick.parameter % 3 {
                0 => (x, y),
                1 => (x, Var::from(y.value())),
                _ => (Var::from(x.value()), y),
            };
            let smooth = |x: Var<'t, T>| smooth(&[x.value().to_f64()], &[y.value().to_f64()]);
            if smooth(x) {
                return Some(Handle::Scalar((step.scalar)(x, y)));
            }
            let x = x.softplus() + T::from_f64(0.2);
            smooth(x).then(|| Handle::Scalar((step.scalar)(x, y)))
        }
    }
}

fn broadcast(x: Shape, y: Shape) -> bool {
    let fits = |x: usize, y: usize| x == y || x == 1 || y == 1;
    fits(x.rows, y.rows) && fits(x.cols, y.cols)
}
