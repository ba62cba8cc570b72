//! One thing that a check found, with the numbers that show it.

use super::comparison::Comparison;
use crate::error::Place;
use crate::shape::Shape;
use std::fmt;

/// What is wrong, or could not be judged.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum FindingKind {
    /// The reverse rule and the numerical derivative disagree.
    WrongDerivative,
    /// The reverse rule gives the same whatever the cotangent.
    IgnoresCotangent,
    /// The reverse rule depends on the cotangent, but not linearly.
    NotLinear,
    /// The reverse rule replaces earlier contributions to an operand's cotangent.
    Overwrites,
    /// The result, a residual, a cotangent or a tangent depends on what its buffer held before:
    /// elements are not written, or added to when they should be overwritten.
    Unwritten,
    /// The same operands give another result, or the same cotangent another contribution, the
    /// second time.
    NotDeterministic,
    /// The tangent rule disagrees with the reverse rule, or with `forward` on dual numbers.
    Tangent,
    /// An element of the result depends on one that the op does not say it
    /// [reads](crate::Op::reads).
    Reads,
    /// What the op records as its reverse rule, [`Op::vjp_recorded`](crate::Op::vjp_recorded), is
    /// another one than its reverse rule, or becomes another one in a replay.
    Recorded,
    /// The shape rule or the forward run refused the op's own samples.
    Refused,
    /// Not a fault: the slopes on the two sides differ, and the rule gives one of them or one in
    /// between.
    Kink {
        /// The slope on the left.
        left: f64,
        /// The slope on the right.
        right: f64,
    },
    /// Not a fault: the numerical derivative does not settle (a pole, the edge of the domain,
    /// noise), or a value is not finite.
    NotJudged,
}

impl FindingKind {
    /// Whether it is a fault, and not a remark on what could not be judged.
    pub fn is_fault(self) -> bool {
        !matches!(self, FindingKind::Kink { .. } | FindingKind::NotJudged)
    }
}

impl fmt::Display for FindingKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            FindingKind::WrongDerivative => "wrong derivative",
            FindingKind::IgnoresCotangent => "ignores the cotangent",
            FindingKind::NotLinear => "not linear in the cotangent",
            FindingKind::Overwrites => "overwrites instead of adding",
            FindingKind::Unwritten => "depends on what a buffer held before",
            FindingKind::NotDeterministic => "not deterministic",
            FindingKind::Tangent => "tangent rule disagrees",
            FindingKind::Reads => "depends on what it does not say it reads",
            FindingKind::Recorded => "recorded reverse rule disagrees",
            FindingKind::Refused => "refused",
            FindingKind::Kink { left, right } => {
                return write!(f, "at a kink: slopes {left:.6} and {right:.6}");
            }
            FindingKind::NotJudged => "could not be judged",
        })
    }
}

/// One thing found: where, what, and the numbers that show it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Finding {
    /// What is wrong.
    pub kind: FindingKind,
    /// The op's name.
    pub op: &'static str,
    /// The entry's index on its tape; `None` for a check that is not of a recorded tape.
    pub entry: Option<usize>,
    /// The entry's name with its scopes, `"affine1/y"`, or the sample of an op, `"sample 2"`; may
    /// be empty.
    pub label: String,
    /// The operand whose cotangent it is, counted from 0; `None` where it is the entry's own
    /// result, or a leaf.
    pub operand: Option<usize>,
    /// What that operand is: the name of its entry, or `"entry 3"`; empty where it is not of a
    /// recorded tape.
    pub reads: String,
    /// The element, row and column counted from 0.
    pub element: (usize, usize),
    /// The caller's file and line, where the tape keeps it.
    pub place: Option<Place>,
    /// What the rule gives.
    pub analytic: f64,
    /// What it should give: by differences, or by the rule that the kind names.
    pub numerical: f64,
    /// What the two may differ by.
    pub tolerance: f64,
}

impl Finding {
    /// A finding at an element of a matrix of `shape`: of an operand, or of the result. Whoever
    /// knows on which tape, or at which sample, adds that.
    pub(super) fn new(
        kind: FindingKind,
        op: &'static str,
        operand: Option<usize>,
        shape: Shape,
        comparison: Comparison,
    ) -> Self {
        let rows = shape.rows.max(1);
        Finding {
            kind,
            op,
            entry: None,
            label: String::new(),
            operand,
            reads: String::new(),
            element: (comparison.element % rows, comparison.element / rows),
            place: None,
            analytic: comparison.analytic,
            numerical: comparison.numerical,
            tolerance: comparison.tolerance,
        }
    }

    /// What the columns of a report's table say.
    pub(super) fn cells(&self) -> [String; 7] {
        let entry = self.entry.map_or(String::new(), |entry| entry.to_string());
        let label = if self.label.is_empty() {
            String::new()
        } else {
            format!(" ({})", self.label)
        };
        let (row, col) = self.element;
        let operand = match (self.operand, self.reads.as_str()) {
            (None, _) => format!("itself [{row},{col}]"),
            (Some(operand), "") => format!("{operand} [{row},{col}]"),
            (Some(operand), reads) => format!("{operand} = {reads} [{row},{col}]"),
        };
        let place = self.place.map_or(String::new(), |place| place.to_string());
        [
            entry,
            format!("{}{label}", self.op),
            operand,
            format!("{:.9e}", self.analytic),
            format!("{:.9e}", self.numerical),
            self.kind.to_string(),
            place,
        ]
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [entry, op, operand, analytic, numerical, kind, place] = self.cells();
        if !entry.is_empty() {
            write!(f, "entry {entry}, ")?;
        }
        write!(
            f,
            "{op}, operand {operand}: {kind}: {analytic}, should be {numerical}"
        )?;
        write!(f, " ± {:.1e}", self.tolerance)?;
        if !place.is_empty() {
            write!(f, " ({place})")?;
        }
        Ok(())
    }
}
