//! A program, recorded.

use super::request::Request;
use crate::program::{Fault, Function, Node, Program, Span, Tree};
use std::collections::HashMap;
use tape::{Cotangents, Tape, Var, VarId, apply_rule};

/// The most operations of a program.
const MOST: usize = 2000;

/// A program on a tape, swept.
pub struct Recorded {
    /// What was recorded.
    pub tape: Tape,
    /// The leaves with their entries, in the program's order.
    pub leaves: Vec<(String, VarId)>,
    /// What can be differentiated: the names of lines, the last one's perhaps empty.
    pub results: Vec<String>,
    /// Which of them is.
    pub of: usize,
    /// Its value.
    pub output: f64,
    /// The derivatives of it.
    pub gradient: Cotangents<f64>,
}

impl Recorded {
    /// Records and sweeps a program, with `changed` leaves at other numbers than the request's.
    ///
    /// # Errors
    /// If there is nothing to differentiate, or the program is too large.
    pub fn of(
        program: &Program,
        request: &Request,
        changed: Option<(&str, f64)>,
    ) -> Result<Self, Fault> {
        let tape = Tape::new();
        let leaves: Vec<(String, Var<'_>)> = (program.leaves.iter())
            .map(|leaf| {
                let given = request.leaves.get(&leaf.name).copied();
                let number = leaf.written.map(|(number, _)| number).or(given);
                let changed = changed.filter(|(name, _)| *name == leaf.name);
                let number = changed.map(|(_, number)| number).or(number);
                let var = tape.var(number.unwrap_or(1.0)).named(&leaf.name);
                (leaf.name.clone(), var)
            })
            .collect();
        let mut known: HashMap<&str, Var<'_>> = (leaves.iter())
            .map(|(name, var)| (name.as_str(), *var))
            .collect();
        let mut results = Vec::new();
        for line in &program.lines {
            let var = evaluate(&line.tree, &known);
            if tape.len() > MOST {
                let found = format!("more than {MOST} operations are recorded up to here");
                let expected = "a graph of so many cannot be drawn: leave something out";
                return Err(Fault::at(line.tree.span, &request.text, found, expected));
            }
            let name = line.name.as_ref().map_or("", |(name, _)| name);
            // Another name for a leaf is no entry, and must not take the leaf's own.
            if !matches!(line.tree.node, Node::Name(_)) {
                let _ = var.named(name);
            }
            known.insert(name, var);
            results.push((name.to_owned(), var, line.tree.span));
        }
        let chosen = (results.iter()).position(|(name, ..)| *name == request.of);
        let of = chosen.filter(|_| !request.of.is_empty());
        let of = of.or(results.len().checked_sub(1));
        let Some((of, (_, output, span))) = of.map(|of| (of, &results[of])) else {
            return Err(nothing(&request.text));
        };
        if output.tape().is_none() {
            return Err(never_moves(output.value(), *span, &request.text));
        }
        let (output, gradient) = (output.value(), output.gradient());
        let leaves = (leaves.iter().map(|(name, var)| (name.clone(), var.id()))).collect();
        let results = results.iter().map(|(name, ..)| name.clone()).collect();
        Ok(Self {
            leaves,
            results,
            of,
            output,
            gradient,
            tape,
        })
    }

    /// What the differentiated line is called.
    pub fn name(&self) -> &str {
        match self.results[self.of].as_str() {
            "" => "the result",
            name => name,
        }
    }

    /// The value of a leaf and its derivative; 0 where the result does not depend on it.
    pub fn leaf(&self, name: &str) -> Option<(f64, f64)> {
        let (_, id) = self.leaves.iter().find(|(leaf, _)| leaf == name)?;
        let value = self.tape.value(*id).ok()?;
        let mut derivative = [0.0];
        self.gradient.of_vars(&[*id], &mut derivative).ok()?;
        Some((value, derivative[0]))
    }
}

fn evaluate<'t>(tree: &Tree, known: &HashMap<&str, Var<'t>>) -> Var<'t> {
    let (function, operands) = match &tree.node {
        Node::Number(number) => return (*number).into(),
        Node::Name(name) => return known[name.as_str()],
        Node::Call(function, operands) => (function, operands),
    };
    let operands: Vec<Var<'t>> = operands.iter().map(|tree| evaluate(tree, known)).collect();
    match (function, operands.as_slice()) {
        (Function::Rule("neg", _), &[x]) => -x,
        (Function::Rule(name, _), operands) => {
            apply_rule(name, operands).expect("the parser knows the rules and their operands")
        }
        (Function::Power(n), operands) => operands[0].powi(*n),
        (Function::Select, operands) => operands[0].select(operands[1], operands[2]),
        (Function::Clamp, operands) => operands[0].clamp(operands[1], operands[2]),
    }
}

fn nothing(text: &str) -> Fault {
    let span = Span {
        start: text.len(),
        end: text.len(),
    };
    let expected = "expected a line such as price = apple * apples";
    Fault::at(span, text, "nothing is computed", expected)
}

fn never_moves(value: f64, span: Span, text: &str) -> Fault {
    let found = format!("this is {} whatever happens", picture::short(value));
    let expected = "use a name in it, such as x, to have a number that can be moved";
    Fault::at(span, text, found, expected)
}
