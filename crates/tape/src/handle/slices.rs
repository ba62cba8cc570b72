//! Functions of a slice of scalars as one entry: sum, dot product, log-sum-exp,
//! length.

use super::operand::Operand;
use super::var::Var;
use crate::number::{Scalar, pairwise_sum};
use crate::op::Op;
use crate::ops;

/// The sum of a slice as one entry with that many operands; 0 for an empty slice. Quicker to replay
/// than additions and smaller, slower to record: worth it where a recording is replayed.
#[track_caller]
pub fn sum<'t, T: Scalar>(handles: &[Var<'t, T>]) -> Var<'t, T> {
    nary(ops::SumOf, handles.iter().copied(), || {
        pairwise_sum(handles.len(), |i| handles[i].value)
    })
}

/// The dot product of two slices as one entry; 0 for empty slices. As with [`sum`], worth it where
/// a recording is replayed.
///
/// # Panics
/// If the slices have different lengths.
#[track_caller]
pub fn dot<'t, T: Scalar>(x: &[Var<'t, T>], y: &[Var<'t, T>]) -> Var<'t, T> {
    assert_eq!(
        x.len(),
        y.len(),
        "dot: the slices have {} and {} elements",
        x.len(),
        y.len()
    );
    nary(ops::DotOf, x.iter().chain(y).copied(), || {
        pairwise_sum(x.len(), |i| x[i].value * y[i].value)
    })
}

/// `ln Σ exp xᵢ` of a slice as one entry, shifted by the largest so that nothing overflows; −∞ for
/// an empty slice.
#[track_caller]
pub fn log_sum_exp<'t, T: Scalar>(handles: &[Var<'t, T>]) -> Var<'t, T> {
    nary(ops::LogSumExpOf, handles.iter().copied(), || {
        ops::log_sum_exp(handles.len(), |i| handles[i].value)
    })
}

/// The length `√(Σ xᵢ²)` of a slice as one entry, without overflow; 0 for an empty slice. Its
/// slopes at the origin are 0.
///
/// ```
/// let tape = tape::Tape::new();
/// let x = tape.vars(&[3e200, 0.0, 4e200]);
/// let length = tape::norm(&x);
/// assert_eq!(format!("{:.6e}", length.value()), "5.000000e200");
/// assert_eq!(length.gradient().of(x[1]), 0.0);
/// assert_eq!(tape::norm(&x[1..2]).gradient().of(x[1]), 0.0);
/// ```
#[track_caller]
pub fn norm<'t, T: Scalar>(handles: &[Var<'t, T>]) -> Var<'t, T> {
    nary(ops::NormOf, handles.iter().copied(), || {
        ops::length(handles.len(), |i| handles[i].value)
    })
}

/// An entry of `op` on the tape the operands are on, or the plain value if all are numbers.
#[track_caller]
pub(super) fn nary<'t, T: Scalar>(
    op: impl Op<T> + 'static,
    operands: impl Iterator<Item = Var<'t, T>> + Clone,
    plain: impl FnOnce() -> T,
) -> Var<'t, T> {
    match operands.clone().find_map(|x| x.tape) {
        None => Var::from(plain()),
        Some(tape) => tape.scalar_of(op, operands.map(Operand::Scalar)),
    }
}
