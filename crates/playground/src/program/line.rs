//! Lines, and how they hang together.

use super::fault::{Fault, Place};
use super::function::Function;
use super::tree::{Node, Span, Tree};
use std::collections::HashMap;

/// One line of a program.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// What it gives a meaning to; nothing where a line is an expression alone.
    pub name: Option<(String, Span)>,
    /// What it computes.
    pub tree: Tree,
}

/// Lines in which every name means one thing.
#[derive(Clone, Debug, PartialEq)]
pub struct Program {
    /// The lines that compute something, in their order.
    pub lines: Vec<Line>,
    /// The leaves: first those that lines give a number, then those that no line explains, each in
    /// the order of the text.
    pub leaves: Vec<Leaf>,
    /// The leaves that no line uses.
    pub unused: Vec<String>,
}

/// A number that can be moved.
#[derive(Clone, Debug, PartialEq)]
pub struct Leaf {
    /// Its name.
    pub name: String,
    /// Its number, and where it is written, if a line does.
    pub written: Option<(f64, Span)>,
}

impl Line {
    /// The number of a line that only says that, a sign before it included.
    fn number(&self) -> Option<f64> {
        match &self.tree.node {
            Node::Number(number) => Some(*number),
            Node::Call(Function::Rule("neg", _), operands) => match operands[0].node {
                Node::Number(number) => Some(-number),
                _ => None,
            },
            _ => None,
        }
    }
}

impl Program {
    /// Finds out what each name means.
    pub fn of(all: Vec<Line>, text: &str) -> Result<Self, Fault> {
        each_name_once(&all, text)?;
        let mut leaves = Vec::new();
        let mut lines: Vec<Line> = Vec::new();
        for line in all {
            match (line.number(), &line.name) {
                (Some(number), Some((name, _))) => leaves.push(Leaf {
                    name: name.clone(),
                    written: Some((number, line.tree.span)),
                }),
                _ => lines.push(line),
            }
        }
        let mut program = Self {
            lines,
            leaves,
            unused: Vec::new(),
        };
        program.find_leaves(text)?;
        Ok(program)
    }

    /// Adds the names that no line explains. A name may not be used above the line that computes
    /// it.
    fn find_leaves(&mut self, text: &str) -> Result<(), Fault> {
        let computed: HashMap<&str, (usize, Span)> = (self.lines.iter().enumerate())
            .filter_map(|(k, line)| line.name.as_ref().map(|(name, at)| (&**name, (k, *at))))
            .collect();
        let mut found: Vec<Leaf> = Vec::new();
        for (k, line) in self.lines.iter().enumerate() {
            let mut names = Vec::new();
            names_in(&line.tree, &mut names);
            for (name, span) in names {
                let is_leaf = |leaf: &Leaf| leaf.name == name;
                match computed.get(name) {
                    Some(&(by, at)) if by >= k => return Err(used_early(name, span, at, text)),
                    Some(_) => {}
                    None if self.leaves.iter().chain(&found).any(is_leaf) => {}
                    None => found.push(Leaf {
                        name: name.to_owned(),
                        written: None,
                    }),
                }
            }
        }
        self.leaves.append(&mut found);
        let mut used = Vec::new();
        (self.lines.iter()).for_each(|line| names_in(&line.tree, &mut used));
        let is_used = |leaf: &&Leaf| used.iter().any(|(name, _)| *name == leaf.name);
        let unused = self.leaves.iter().filter(|leaf| !is_used(leaf));
        self.unused = unused.map(|leaf| leaf.name.clone()).collect();
        Ok(())
    }

    /// The leaves that no line gives a number, and those that no line uses, in words; an empty
    /// text where there are none. A misspelt name is both.
    pub fn note(&self) -> String {
        let made = self.leaves.iter().filter(|leaf| leaf.written.is_none());
        let made: Vec<&str> = made.map(|leaf| leaf.name.as_str()).collect();
        let unused: Vec<&str> = self.unused.iter().map(String::as_str).collect();
        let mut said = Vec::new();
        match made.len() {
            0 => {}
            1 => said.push(format!(
                "No line sets {}, so it begins with 1.",
                listed(&made)
            )),
            _ => said.push(format!(
                "No line sets {}, so each begins with 1.",
                listed(&made)
            )),
        }
        // On paper e is a number that never changes; here it is a name like any other.
        if made.contains(&"e") {
            said.push("Euler’s number is exp(1), and e^x is exp(x).".to_owned());
        }
        match unused.len() {
            0 => {}
            1 => said.push(format!("{} is not used.", listed(&unused))),
            _ => said.push(format!("{} are not used.", listed(&unused))),
        }
        said.join(" ")
    }
}

fn each_name_once(lines: &[Line], text: &str) -> Result<(), Fault> {
    let mut known: HashMap<&str, Span> = HashMap::new();
    for (name, span) in lines.iter().filter_map(|line| line.name.as_ref()) {
        if let Some(&first) = known.get(&**name) {
            let first = Place::of(first, text).line;
            let found = format!("“{name}” has a meaning already, since line {first}");
            return Err(Fault::at(*span, text, found, "choose another name here"));
        }
        known.insert(name, *span);
    }
    Ok(())
}

fn used_early(name: &str, span: Span, computed: Span, text: &str) -> Fault {
    let line = Place::of(computed, text).line;
    let here = Place::of(span, text).line;
    let (found, expected) = if line == here {
        (
            format!("“{name}” is computed from itself"),
            "choose another name left of “=”".to_owned(),
        )
    } else {
        (
            format!("“{name}” is computed in line {line} only"),
            format!("move line {line} above this one"),
        )
    };
    Fault::at(span, text, found, expected)
}

/// `a`, `a and b`, `a, b and c`.
fn listed(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [name] => (*name).to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// The names of an expression, from left to right.
fn names_in<'a>(tree: &'a Tree, names: &mut Vec<(&'a str, Span)>) {
    match &tree.node {
        Node::Number(_) => {}
        Node::Name(name) => names.push((name, tree.span)),
        Node::Call(_, operands) => operands.iter().for_each(|tree| names_in(tree, names)),
    }
}
