//! The tape as what rules record on, when a derivative shall be a recording.

use super::matrix_var::MatrixVar;
use super::operand::{Operand, Output};
use super::tape::Tape;
use super::var::Var;
use crate::number::Scalar;
use crate::op::{Graph, Node, Op, Recorded};
use crate::ops::MapPowI;
use crate::rules::*;

impl<'g, T: Scalar> Operand<'g, T> {
    /// The handle as a rule sees it that records on its tape.
    pub(crate) fn recorded(self, tape: &'g Tape<T>) -> Recorded<'g, T> {
        let node = match self {
            Operand::Scalar(var) if var.tape.is_none() => Node::Number(var.value),
            Operand::Scalar(var) => Node::Scalar(var.index, var.value),
            Operand::Matrix(matrix) => Node::Matrix(matrix.index, matrix.shape()),
        };
        Recorded::on(tape, node)
    }

    /// The handle of what a rule has recorded on a tape.
    pub(crate) fn of_recorded(tape: &'g Tape<T>, recorded: Recorded<'g, T>) -> Self {
        match recorded.settled().node() {
            Node::Number(number) => Operand::Scalar(Var::from(number)),
            Node::Scalar(index, value) => Operand::Scalar(Var::on(tape, index, value)),
            Node::Matrix(index, shape) => Operand::Matrix(MatrixVar::on(tape, index, shape)),
        }
    }
}

/// A scalar rule of one or of two handles, by its code.
macro_rules! graph {
    (
        unary { $($u:ident),* }
        binary { $($b:ident $br:ident $bl:ident),* }
    ) => {
        fn unary_of<T: Scalar>(code: Code, x: Operand<'_, T>) -> Operand<'_, T> {
            match (code, x) {
                $(
                    (Code::$u, Operand::Scalar(x)) => x.unary::<$u>().into(),
                    (Code::$u, Operand::Matrix(x)) => x.map::<$u>().into(),
                )*
                (code, _) => unreachable!("`{}` is no rule of one operand", code.describe().name),
            }
        }

        fn binary_of<'g, T: Scalar>(
            code: Code,
            x: Operand<'g, T>,
            y: Operand<'g, T>,
        ) -> Operand<'g, T> {
            match (code, x, y) {
                $(
                    (Code::$b, Operand::Scalar(x), Operand::Scalar(y)) => x.binary::<$b>(y).into(),
                    (Code::$b, x, y) => MatrixVar::zip::<$b>(x, y).into(),
                )*
                (code, ..) => unreachable!("`{}` is no rule of two operands", code.describe().name),
            }
        }
    };
}
scalar_rules!(graph);

impl<T: Scalar> Graph<T> for Tape<T> {
    fn unary<'g>(&'g self, code: Code, x: Recorded<'g, T>) -> Recorded<'g, T> {
        unary_of(code, Operand::of_recorded(self, x)).recorded(self)
    }

    fn binary<'g>(&'g self, code: Code, x: Recorded<'g, T>, y: Recorded<'g, T>) -> Recorded<'g, T> {
        let [x, y] = [x, y].map(|operand| Operand::of_recorded(self, operand));
        binary_of(code, x, y).recorded(self)
    }

    fn power<'g>(&'g self, x: Recorded<'g, T>, n: i32) -> Recorded<'g, T> {
        let power: Operand<'g, T> = match Operand::of_recorded(self, x) {
            Operand::Scalar(x) => x.powi(n).into(),
            Operand::Matrix(x) => x
                .tape
                .matrix_of(MapPowI(n), std::iter::once(Operand::from(x)))
                .into(),
        };
        power.recorded(self)
    }

    fn apply<'g>(&'g self, op: Box<dyn Op<T>>, operands: &[Recorded<'g, T>]) -> Recorded<'g, T> {
        let operands: Vec<_> = operands
            .iter()
            .map(|&operand| Operand::of_recorded(self, operand))
            .collect();
        let recorded = match self.apply_boxed(op, &operands) {
            Ok(recorded) => recorded,
            Err(error) => panic!("a reverse rule recorded what cannot be computed: {error}"),
        };
        let operand = match recorded {
            Output::Scalar(var) => Operand::Scalar(var),
            Output::Matrix(matrix) => Operand::Matrix(matrix),
        };
        operand.recorded(self)
    }
}
