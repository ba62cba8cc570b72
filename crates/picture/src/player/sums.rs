//! The cotangents as the sweep adds them up, one share for each use.

use crate::dot::uses;
use crate::model::{Graph, Kind};
use crate::numbers;
use crate::quantity::Quantity;

/// How many shares of a sum are written out.
const WRITTEN: usize = 8;

/// What is known of the shares that have come back to each value.
pub(super) struct Sums {
    /// For each value how many shares come back in all.
    pub shares: Vec<usize>,
    /// How many of them are there.
    arrived: Vec<usize>,
    /// Their numbers, as long as every share was a known number.
    known: Vec<Option<Vec<f64>>>,
}

/// A share that has just been added.
pub(super) struct Added {
    /// Which one it is, from 1.
    pub place: usize,
    pub is_last: bool,
    /// The shares so far and their sum, where they are known.
    pub sum: Option<(String, f64)>,
}

impl Added {
    /// What stands beside the wire: nothing new, the sum so far, or an empty text for the complete
    /// cotangent.
    pub fn beside_the_wire(&self) -> Option<String> {
        match &self.sum {
            _ if self.is_last => Some(String::new()),
            Some((_, sum)) => Some(format!("{} + …", numbers::short(*sum))),
            None => None,
        }
    }
}

impl Sums {
    pub fn new(graph: &Graph, results: &[Vec<usize>]) -> Self {
        let users = uses(graph);
        let reached = |user: &&usize| {
            let mut values = results[**user].iter();
            values.any(|&value| graph.values()[value].cotangent.is_some())
        };
        let shares: Vec<usize> = users
            .iter()
            .map(|users| users.iter().filter(reached).count())
            .collect();
        // The seed of an output that is used as well is not known, and so neither are the sums it
        // is part of.
        let output = |user: &usize| matches!(graph.nodes()[*user].kind, Kind::Output { .. });
        let known = users.iter();
        let known = known.map(|users| (!users.iter().any(output)).then(Vec::new));
        Self {
            arrived: vec![0; shares.len()],
            known: known.collect(),
            shares,
        }
    }

    pub fn add(&mut self, value: usize, contribution: Option<&Quantity>) -> Added {
        self.arrived[value] += 1;
        match (&mut self.known[value], contribution) {
            (Some(known), Some(Quantity::Scalar(number))) => known.push(*number),
            (known, _) => *known = None,
        }
        let sum = self.known[value]
            .as_ref()
            .map(|known| (written(known), known.iter().sum()));
        Added {
            place: self.arrived[value],
            is_last: self.arrived[value] == self.shares[value],
            sum,
        }
    }
}

/// The shares with plus signs between them; of many the first few.
fn written(shares: &[f64]) -> String {
    let text = |(place, &share): (usize, &f64)| {
        let text = numbers::short(share);
        match text.starts_with('-') && place > 0 {
            true => format!("({text})"),
            false => text,
        }
    };
    let first = shares.iter().take(WRITTEN).enumerate();
    let mut texts: Vec<String> = first.map(text).collect();
    if shares.len() > WRITTEN {
        texts.push("…".to_owned());
    }
    texts.join(" + ")
}
