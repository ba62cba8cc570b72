//! What was measured, as Markdown.

use crate::measure::Ratio;
use std::fmt;

/// One tool on one workload.
pub struct Row {
    pub workload: String,
    pub tool: String,
    pub time: String,
    /// Of the workload's first tool.
    pub ratio: Ratio,
    pub bytes: Option<f64>,
}

/// A ratio that was promised.
pub struct Budget {
    pub what: String,
    pub ratio: Ratio,
    pub bound: Bound,
    /// What the ratio would be if nothing but the unavoidable took time, where that can be
    /// measured.
    pub best: Option<Ratio>,
}

/// On which side of a number a ratio has to be.
#[derive(Clone, Copy, Debug)]
pub enum Bound {
    AtMost(f64),
    AtLeast(f64),
}

impl Bound {
    fn holds(self, ratio: f64) -> bool {
        match self {
            Bound::AtMost(limit) => ratio <= limit,
            Bound::AtLeast(limit) => ratio >= limit,
        }
    }
}

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Bound::AtMost(limit) => write!(f, "≤ {limit:.2}"),
            Bound::AtLeast(limit) => write!(f, "≥ {limit:.2}"),
        }
    }
}

/// Rows and budgets in the order in which they were measured.
#[derive(Default)]
pub struct Table {
    rows: Vec<Row>,
    budgets: Vec<Budget>,
}

impl Table {
    pub fn row(&mut self, row: Row) {
        self.rows.push(row);
    }

    pub fn budget(&mut self, budget: Budget) {
        self.budgets.push(budget);
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "| workload | tool | time | ratio (quartiles) | bytes/op |"
        )?;
        writeln!(f, "| --- | --- | --- | --- | --- |")?;
        let mut workload = "";
        for row in &self.rows {
            // A workload is named once.
            let shown = if row.workload == workload {
                ""
            } else {
                &row.workload
            };
            workload = &row.workload;
            let bytes = row
                .bytes
                .map_or(String::new(), |bytes| format!("{bytes:.1}"));
            let Row {
                tool, time, ratio, ..
            } = row;
            writeln!(f, "| {shown} | {tool} | {time} | {ratio} | {bytes} |")?;
        }
        writeln!(
            f,
            "\n| budget | asked | reached (quartiles) | met | at best |"
        )?;
        writeln!(f, "| --- | --- | --- | --- | --- |")?;
        for budget in &self.budgets {
            let Budget {
                what, ratio, bound, ..
            } = budget;
            let met = if bound.holds(ratio.median) {
                "yes"
            } else {
                "no"
            };
            let best = budget
                .best
                .map_or(String::new(), |best| format!("{:.2}", best.median));
            writeln!(f, "| {what} | {bound} | {ratio} | {met} | {best} |")?;
        }
        Ok(())
    }
}
