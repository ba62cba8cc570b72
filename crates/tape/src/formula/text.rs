//! Formulas as texts, with their own names or with others.

use super::equations::{Formula, Left};
use super::letters::lowered;
use super::name::{Name, Quantity};
use super::write::Writer;
use std::fmt;

impl Formula {
    /// The formula of the result with its own names, `x / y`; `None` where the operation's symbol
    /// says it.
    pub fn value_text(&self) -> Option<String> {
        Writer::of_own_names(self).write(self.value()?)
    }

    /// The formula of the result, for an operation of `count` operands, with other names; `None`
    /// where the symbol says it, or where it is about elements and the names say nothing of them.
    pub fn value_with(&self, count: usize, names: &dyn Fn(Quantity) -> Name) -> Option<String> {
        Writer::with_names(self, names, count, 0).write(self.value()?)
    }

    /// The equation of the cotangent of operand `operand` of `count` with its own names, `dx = dz /
    /// y`; of one of a run with its number, `dx₂ = dy`. `None` where nothing is said of it.
    pub fn cotangent_text(&self, operand: usize, count: usize) -> Option<String> {
        let (group, index) = self.place(operand, count)?;
        let writer = Writer::of_own_names(self).numbered(self.runs.then_some(index));
        self.equation_text(Left::Cotangent(group), &writer)
    }

    /// The right side of the equation of the cotangent of operand `operand` of `count`, with other
    /// names; `None` where nothing is said of it, or where it is about elements and the names say
    /// nothing of them. Elements that are known ([`Name::with_elements`]) are those of the first
    /// row and column.
    ///
    /// A comparison of numbers is decided: `1 where x ≥ 2, 0 elsewhere` becomes `1 as 3 ≥ 2`.
    pub fn cotangent_with(
        &self,
        operand: usize,
        count: usize,
        names: &dyn Fn(Quantity) -> Name,
    ) -> Option<String> {
        let (group, index) = self.place(operand, count)?;
        Writer::with_names(self, names, count, index).write(self.cotangent(group)?)
    }

    /// The indices of the equation of the cotangent of operand `operand` of `count`, as they stand
    /// behind its name: `ᵢⱼ`, or nothing.
    pub fn cotangent_indices(&self, operand: usize, count: usize) -> String {
        let place = self.place(operand, count);
        let equation = place.and_then(|(group, _)| self.equation(Left::Cotangent(group)));
        equation.map_or(String::new(), |equation| lowered(equation.index))
    }

    /// The equations of all cotangents with their own names, one for each name: `dx = dz / y`.
    pub fn cotangent_texts(&self) -> Vec<String> {
        let writer = Writer::of_own_names(self);
        let text = |k| self.equation_text(Left::Cotangent(k), &writer);
        (0..self.operands.len()).filter_map(text).collect()
    }

    /// Which of the names operand `operand` of `count` has, and its number among those of this
    /// name.
    fn place(&self, operand: usize, count: usize) -> Option<(usize, usize)> {
        let of_a_name = match self.runs {
            true => count.checked_div(self.operands.len())?.max(1),
            false => 1,
        };
        Some((operand / of_a_name, operand % of_a_name))
    }

    /// An equation; the last one has the note behind it.
    fn equation_text(&self, left: Left, writer: &Writer<'_>) -> Option<String> {
        let equation = self.equation(left)?;
        let right = writer.write(&equation.right)?;
        let mut text = format!("{} = {right}", writer.left(equation));
        let is_last = self.equations.last().is_some_and(|last| last.left == left);
        if is_last && !self.note.is_empty() {
            text = format!("{text}, {}", self.note);
        }
        Some(text)
    }
}

/// The rule of the reverse sweep: the cotangent of each operand.
impl fmt::Display for Formula {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.cotangent_texts().join(", "))
    }
}
