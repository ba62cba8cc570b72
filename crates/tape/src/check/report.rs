//! The outcome of a check, as data and as a table.

use super::finding::{Finding, FindingKind};
use std::fmt;

/// The outcome of a check. Its [`Display`](fmt::Display) is a table of what was found.
#[derive(Clone, Debug, Default)]
#[must_use = "a report that nobody reads finds no fault"]
#[non_exhaustive]
pub struct Report {
    /// The entries (or ops) at fault, in the order of the tape.
    pub faults: Vec<Finding>,
    /// The leaves whose gradient is wrong as a whole, from the output back; most often because of
    /// the faults.
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

    /// [`assert_ok`](Report::assert_ok), and nothing was left unjudged: what the samples of an op
    /// must pass.
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

    /// Adds what was found of one entry.
    pub(super) fn push(&mut self, finding: Finding) {
        if finding.kind.is_fault() {
            self.faults.push(finding);
        } else {
            self.remarks.push(finding);
        }
    }

    /// Adds what was found of the gradient as a whole.
    pub(super) fn push_of_gradient(&mut self, finding: Finding) {
        if finding.kind.is_fault() {
            self.gradient.push(finding);
        } else {
            self.remarks.push(finding);
        }
    }

    /// Whether an entry is at a kink.
    pub(super) fn has_kinks(&self) -> bool {
        let is_kink = |kind| matches!(kind, FindingKind::Kink { .. });
        self.remarks.iter().any(|remark| is_kink(remark.kind))
    }

    /// The same findings, each changed by `name`, which says where they are.
    pub(super) fn map(mut self, name: impl Fn(Finding) -> Finding) -> Self {
        let lists = [&mut self.faults, &mut self.gradient, &mut self.remarks];
        for list in lists {
            *list = std::mem::take(list).into_iter().map(&name).collect();
        }
        self
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
