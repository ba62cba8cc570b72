//! The steps of a page: what appears, and what is said.

use super::sums::{Added, Sums};
use crate::drawing::shown;
use crate::formula::{self, Line, Use};
use crate::model::{Graph, Kind, Operand};
use crate::names::names;
use crate::style::Style;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What is said where the first derivative appears.
const MEANING: &str = "d(w) means the derivative of the result by w.";

/// The part of the computation a step belongs to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Phase {
    Start,
    Forward,
    Backward,
}

/// What the page shows at one position of its slider, beyond what the steps before have shown.
#[derive(Debug)]
pub(crate) struct Step {
    pub phase: Phase,
    pub node: Option<usize>,
    pub title: String,
    /// What holds in general: backwards, the operation's rule in its own letters.
    pub general: String,
    pub source: String,
    pub lines: Vec<Line>,
    /// What the shares that have come back add up to.
    pub sums: Vec<Line>,
    /// The values whose forward numbers appear.
    pub forward: Vec<usize>,
    /// The values whose cotangents change: the text of an incomplete sum, or nothing once it is
    /// complete.
    pub cotangents: Vec<(usize, String)>,
}

impl Step {
    pub fn json(&self) -> Value {
        let phase = match self.phase {
            Phase::Start => "start",
            Phase::Forward => "forward",
            Phase::Backward => "backward",
        };
        json!({
            "phase": phase,
            "node": self.node,
            "title": self.title,
            "general": self.general,
            "source": self.source,
            "lines": self.lines.iter().map(line_json).collect::<Vec<_>>(),
            "sums": self.sums.iter().map(line_json).collect::<Vec<_>>(),
            "forward": self.forward,
            "cotangents": self.cotangents,
        })
    }
}

fn line_json(line: &Line) -> Value {
    let uses = line.uses.iter().map(|of| match of {
        Use::Forward(value) => json!([value, "forward"]),
        Use::Cotangent(value) => json!([value, "cotangent"]),
    });
    json!({
        "left": line.left,
        "rule": line.rule,
        "numbers": line.numbers,
        "result": line.result,
        "answer": line.answer.filter(|number| number.is_finite()),
        "uses": uses.collect::<Vec<_>>(),
    })
}

/// All steps, of nodes that are drawn.
pub(crate) fn steps(graph: &Graph, style: &Style) -> Vec<Step> {
    let told = Told {
        graph,
        names: names(graph),
        results: graph.results(),
    };
    let shown = shown(graph, style.constants);
    let start = Step {
        phase: Phase::Start,
        node: None,
        title: "Nothing is computed yet".to_owned(),
        general: String::new(),
        source: String::new(),
        lines: Vec::new(),
        sums: Vec::new(),
        forward: Vec::new(),
        cotangents: Vec::new(),
    };
    let mut steps = vec![start];
    let drawn = (0..graph.nodes().len()).filter(|&node| shown[node]);
    steps.extend(drawn.map(|node| told.forward(node)));
    let mut sums = Sums::new(graph, &told.results);
    let mut seeded = vec![false; graph.values().len()];
    for node in (0..graph.nodes().len()).rev() {
        steps.extend(told.seed(node, &sums, &mut seeded));
        steps.extend(told.back(node, &mut sums));
    }
    steps
}

/// A graph, and what its values are called.
struct Told<'a> {
    graph: &'a Graph,
    names: Vec<String>,
    results: Vec<Vec<usize>>,
}

impl Told<'_> {
    fn step(&self, phase: Phase, node: usize, title: String) -> Step {
        let source = self.graph.nodes()[node].source.as_ref();
        let source = source.map_or_else(String::new, |source| {
            format!("{}:{}", source.file, source.line)
        });
        Step {
            phase,
            node: Some(node),
            title,
            general: String::new(),
            source,
            lines: Vec::new(),
            sums: Vec::new(),
            forward: Vec::new(),
            cotangents: Vec::new(),
        }
    }

    fn caption(&self, node: usize) -> String {
        self.graph.caption(node, &self.results)
    }

    /// An operation's symbol, and its name where that is another.
    fn operation(&self, node: usize) -> String {
        let symbol = self.caption(node);
        match self.graph.nodes()[node].kind {
            Kind::Operation(id) if self.graph.operations()[id.0].name != symbol => {
                format!("{symbol} ({})", self.graph.operations()[id.0].name)
            }
            _ => symbol,
        }
    }

    /// The values a node gives; of an output the value that leaves there.
    fn values_of(&self, node: usize) -> Vec<usize> {
        let spec = &self.graph.nodes()[node];
        match spec.kind {
            Kind::Output { .. } => spec.operands().iter().map(|o| o.value.index()).collect(),
            _ => self.results[node].clone(),
        }
    }

    fn forward(&self, node: usize) -> Step {
        let (graph, caption) = (self.graph, self.caption(node));
        let title = match &graph.nodes()[node].kind {
            Kind::Leaf { .. } => format!("{caption} is set"),
            Kind::Constant => format!("The constant {caption}"),
            Kind::Operation(_) => self.operation(node),
            Kind::Folded(folded) => format!("{caption}: {} nodes", folded.nodes),
            Kind::Output { .. } => format!("The result {caption}"),
        };
        let mut step = self.step(Phase::Forward, node, title);
        step.forward.clone_from(&self.results[node]);
        let plain = |value: usize| {
            let line = Line {
                left: self.names[value].clone(),
                ..Line::default()
            };
            line.resulting(&graph.values()[value].forward)
        };
        let line = |value: usize| {
            formula::forward(graph, &self.names, node, value).unwrap_or_else(|| plain(value))
        };
        step.lines = self.values_of(node).into_iter().map(line).collect();
        step
    }

    /// The sweep starts at values that have a cotangent although nothing it visits uses them: the
    /// seed is given there.
    fn seed(&self, node: usize, sums: &Sums, seeded: &mut [bool]) -> Option<Step> {
        let title = format!("The sweep starts at {}", self.caption(node));
        let mut step = self.step(Phase::Backward, node, title);
        for value in self.values_of(node) {
            let Some(seed) = &self.graph.values()[value].cotangent else {
                continue;
            };
            if sums.shares[value] == 0 && !std::mem::replace(&mut seeded[value], true) {
                step.cotangents.push((value, String::new()));
                let line = Line {
                    left: format!("d({})", self.names[value]),
                    ..Line::default()
                };
                step.lines.push(line.resulting(seed));
            }
        }
        step.general = MEANING.to_owned();
        (!step.lines.is_empty()).then_some(step)
    }

    /// What an operation hands back to its operands; nothing if the sweep did not reach it.
    fn back(&self, node: usize, sums: &mut Sums) -> Option<Step> {
        let (graph, caption) = (self.graph, self.caption(node));
        let spec = &graph.nodes()[node];
        let title = match &spec.kind {
            Kind::Operation(_) => format!("Back through {}", self.operation(node)),
            Kind::Folded(_) => format!("Back through {caption}"),
            _ => return None,
        };
        let mut results = self.results[node].iter();
        if !results.any(|&value| graph.values()[value].cotangent.is_some()) {
            return None;
        }
        let mut step = self.step(Phase::Backward, node, title);
        step.general = formula::general(graph, node);
        let mut lines = self.lines_back(node);
        let mut totals = BTreeMap::new();
        for (place, operand) in spec.operands().iter().enumerate() {
            let value = operand.value.index();
            let Some(cotangent) = &graph.values()[value].cotangent else {
                continue;
            };
            let added = sums.add(value, operand.contribution.as_ref());
            let shares = sums.shares[value];
            if let Some(text) = added.beside_the_wire() {
                step.cotangents.push((value, text));
            }
            let line = lines.iter_mut().find(|(position, _)| *position == place);
            if let Some((_, line)) = line {
                if shares > 1 {
                    line.left = format!("share {} of {shares} of {}", added.place, line.left);
                } else if line.result.is_empty() {
                    // With one use, what is handed back is the whole cotangent.
                    *line = line.clone().resulting(cotangent);
                }
            }
            if shares > 1 {
                totals.insert(value, self.total(value, added));
            }
        }
        // Of an operand without a cotangent and of an unknown share there is nothing to say.
        let told = |line: &Line| !line.rule.is_empty() || !line.result.is_empty();
        let lines = lines.into_iter().map(|(_, line)| line);
        step.lines.extend(lines.filter(told));
        step.sums.extend(totals.into_values());
        Some(step)
    }

    /// A line for each operand, with its position; where there is no rule, without one.
    fn lines_back(&self, node: usize) -> Vec<(usize, Line)> {
        let (kind, results) = (&self.graph.nodes()[node].kind, &self.results[node]);
        if let (Kind::Operation(_), [value]) = (kind, results.as_slice()) {
            return formula::backward(self.graph, &self.names, node, *value);
        }
        let operands = self.graph.nodes()[node].operands().iter();
        let line = |operand: &Operand| Line {
            left: format!("d({})", self.names[operand.value.index()]),
            ..Line::default()
        };
        operands.map(line).enumerate().collect()
    }

    /// What the shares of a value's cotangent come to.
    fn total(&self, value: usize, added: Added) -> Line {
        let so_far = if added.is_last { "" } else { " so far" };
        let line = Line {
            left: format!("d({}){so_far}", self.names[value]),
            ..Line::default()
        };
        match added.sum {
            Some((_, sum)) if added.place == 1 => line.resulting(&sum.into()),
            Some((numbers, sum)) => Line { numbers, ..line }.resulting(&sum.into()),
            None => {
                let numbers = format!("the sum of {} shares", added.place);
                Line { numbers, ..line }
            }
        }
    }
}
