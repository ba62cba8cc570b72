//! What a check found, as data and as a table.

use crate::error::Place;
use std::fmt;

/// What is wrong, or could not be judged.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Cause {
    /// The reverse rule and the numerical derivative disagree.
    WrongDerivative,
    /// The reverse rule gives the same whatever the cotangent.
    IgnoresCotangent,
    /// The reverse rule depends on the cotangent, but not linearly.
    NotLinear,
    /// The reverse rule replaces earlier contributions to an operand's cotangent.
    Overwrites,
    /// The result, a residual, a cotangent or a tangent depends on what its buffer held before: elements are
    /// not written, or added to when they should be overwritten.
    Unwritten,
    /// The same operands give another result, or the same cotangent another contribution, the second time.
    NotDeterministic,
    /// The tangent rule disagrees with the reverse rule, or with `forward` on dual numbers.
    Tangent,
    /// The shape rule or the forward run refused the op's own samples.
    Refused,
    /// Not a fault: the slopes on the two sides differ, and the rule gives one of them or one in between.
    Kink {
        /// The slope on the left.
        left: f64,
        /// The slope on the right.
        right: f64,
    },
    /// Not a fault: the numerical derivative does not settle (a pole, the edge of the domain, noise), or a value is not finite.
    Unresolved,
}

impl Cause {
    /// Whether it is a fault, and not a remark on what could not be judged.
    pub fn is_fault(self) -> bool {
        !matches!(self, Cause::Kink { .. } | Cause::Unresolved)
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Cause::WrongDerivative => "wrong derivative",
            Cause::IgnoresCotangent => "ignores the cotangent",
            Cause::NotLinear => "not linear in the cotangent",
            Cause::Overwrites => "overwrites instead of adding",
            Cause::Unwritten => "depends on what a buffer held before",
            Cause::NotDeterministic => "not deterministic",
            Cause::Tangent => "tangent rule disagrees",
            Cause::Refused => "refused",
            Cause::Kink { left, right } => {
                return write!(f, "at a kink: slopes {left:.6} and {right:.6}");
            }
            Cause::Unresolved => "could not be judged",
        })
    }
}

/// One thing found: where, what, and the numbers that show it.
#[derive(Clone, Debug)]
pub struct Finding {
    /// What is wrong.
    pub cause: Cause,
    /// The op's name.
    pub op: &'static str,
    /// The entry's index on its tape; `None` for a check that is not of a recorded tape.
    pub entry: Option<usize>,
    /// The entry's name with its scopes, `"affine1/y"`, or the sample of an op, `"sample 2"`; may be empty.
    pub label: String,
    /// The operand whose cotangent it is, counted from 0; `None` where it is the entry's own result, or a leaf.
    pub operand: Option<usize>,
    /// What that operand is: the name of its entry, or `"entry 3"`; empty where it is not of a recorded tape.
    pub reads: String,
    /// The element, row and column counted from 0.
    pub element: (usize, usize),
    /// The caller's file and line, where the tape keeps it.
    pub place: Option<Place>,
    /// What the rule gives.
    pub analytic: f64,
    /// What it should give: by differences, or by the rule that the cause names.
    pub numerical: f64,
    /// What the two may differ by.
    pub tolerance: f64,
}

impl Finding {
    fn cells(&self) -> [String; 7] {
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
            self.cause.to_string(),
            place,
        ]
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [entry, op, operand, analytic, numerical, cause, place] = self.cells();
        if !entry.is_empty() {
            write!(f, "entry {entry}, ")?;
        }
        write!(
            f,
            "{op}, operand {operand}: {cause}: {analytic}, should be {numerical}"
        )?;
        write!(f, " ± {:.1e}", self.tolerance)?;
        if !place.is_empty() {
            write!(f, " ({place})")?;
        }
        Ok(())
    }
}

/// The outcome of a check. Its [`Display`](fmt::Display) is a table of what was found.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// The entries (or ops) at fault, in the order of the tape.
    pub faults: Vec<Finding>,
    /// The leaves whose gradient is wrong as a whole, from the output back; most often because of the faults.
    pub gradient: Vec<Finding>,
    /// Kinks and other points at which a derivative could not be judged.
    pub remarks: Vec<Finding>,
    /// How many entries, or samples of ops, were checked.
    pub entries: usize,
    /// How many derivatives were compared with numerical ones.
    pub comparisons: usize,
}

impl Report {
    /// Whether nothing wrong was found.
    pub fn is_ok(&self) -> bool {
        self.faults.is_empty() && self.gradient.is_empty()
    }

    /// Panics with the report if there are faults.
    ///
    /// # Panics
    /// If there are faults.
    #[track_caller]
    pub fn assert_ok(&self) {
        assert!(self.is_ok(), "{self}");
    }

    /// [`assert_ok`](Report::assert_ok), and nothing was left unjudged: what the samples of an op must pass.
    ///
    /// # Panics
    /// If there are faults or remarks, or if nothing was checked.
    #[track_caller]
    pub fn assert_complete(&self) {
        assert!(self.is_ok() && self.remarks.is_empty(), "{self}");
        assert!(self.entries > 0, "nothing was checked");
    }

    /// Takes over what another check found.
    pub fn extend(&mut self, other: Report) {
        self.faults.extend(other.faults);
        self.gradient.extend(other.gradient);
        self.remarks.extend(other.remarks);
        self.entries += other.entries;
        self.comparisons += other.comparisons;
    }

    pub(crate) fn push(&mut self, finding: Finding) {
        if finding.cause.is_fault() {
            self.faults.push(finding);
        } else {
            self.remarks.push(finding);
        }
    }
}

const HEADINGS: [&str; 7] = [
    "entry",
    "op",
    "operand",
    "analytic",
    "numerical",
    "what",
    "where",
];
/// A table longer than this says how much it leaves out; the data does not.
const ROWS: usize = 40;

fn table(f: &mut fmt::Formatter<'_>, findings: &[Finding]) -> fmt::Result {
    let mut rows = vec![HEADINGS.map(String::from)];
    rows.extend(findings.iter().take(ROWS).map(Finding::cells));
    // A column without a cell but its heading is left out.
    let width = |column: usize| {
        let cells = || rows.iter().map(|row| row[column].chars().count());
        if cells().skip(1).all(|width| width == 0) {
            0
        } else {
            cells().max().unwrap_or(0)
        }
    };
    let widths: [usize; 7] = std::array::from_fn(width);
    for row in &rows {
        let cells = row.iter().zip(widths).filter(|(_, width)| *width > 0);
        let line: Vec<String> = cells
            .map(|(cell, width)| format!("{cell:width$}"))
            .collect();
        writeln!(f, "  {}", line.join("  ").trim_end())?;
    }
    if findings.len() > ROWS {
        writeln!(f, "  … and {} more", findings.len() - ROWS)?;
    }
    Ok(())
}

fn plural(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "gradient check: {}, {}, {}",
            plural(self.entries, "entry", "entries"),
            plural(
                self.comparisons,
                "derivative compared",
                "derivatives compared"
            ),
            plural(self.faults.len(), "fault", "faults"),
        )?;
        if !self.faults.is_empty() {
            writeln!(
                f,
                "at fault, each alone, for a random cotangent of its result:"
            )?;
            table(f, &self.faults)?;
        }
        if !self.gradient.is_empty() {
            writeln!(f, "the gradient of the output as a whole is wrong at:")?;
            table(f, &self.gradient)?;
        }
        if !self.remarks.is_empty() {
            writeln!(f, "not judged, and no faults: {}", self.remarks.len())?;
            table(f, &self.remarks)?;
        }
        Ok(())
    }
}
