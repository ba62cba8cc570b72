//! A tape as a graph to be drawn: what was recorded, and what a sweep gave.

use crate::model::{Graph, Source, ValueId};
use crate::operation::{Operation, OperationId};
use crate::picture::Picture;
use crate::quantity::{Matrix, Quantity};
use std::collections::HashMap;
use tape::{Argument, Cotangents, EntryId, EntryInfo, Kind, Scalar, Tape, View};

/// Draws what was recorded. Implemented for [`Tape`].
#[doc(alias = "graphviz")]
#[doc(alias = "plot")]
pub trait Draw<T> {
    /// A picture of the tape with the value of every entry. A name stands beside the entry's wire,
    /// or on the leaf or output.
    ///
    /// ```
    /// use picture::Draw;
    /// use tape::Tape;
    ///
    /// let tape = Tape::new();
    /// let (x, y) = (tape.var(2.0).named("x"), tape.var(3.0).named("y"));
    /// let area = (x * y).named("area");
    /// let _ = (area * 1.2).named("price");
    /// let picture = tape.picture("A rectangle");
    /// assert!(picture.svg().starts_with("<svg"));
    /// assert!(picture.text(60).contains("× area"));
    /// ```
    ///
    /// # Panics
    /// If the tape is [stale](Tape::is_stale): a leaf was set, and nothing replayed since.
    #[track_caller]
    fn picture(&self, title: impl Into<String>) -> Picture;

    /// A picture of the tape with the value of every entry and, where a sweep reached it, its
    /// cotangent.
    ///
    /// ```
    /// use picture::Draw;
    /// use tape::Tape;
    ///
    /// let tape = Tape::new();
    /// let (apple, apples) = (tape.var(100.0).named("apple"), tape.var(2.0).named("apples"));
    /// let price = (apple * apples).named("price");
    /// let table = tape.picture_with("Two apples", &price.gradient()).text(60);
    /// assert_eq!(table, "\
    /// Two apples
    ///    node    uses  value  derivative
    /// 0  apple           100           2
    /// 1  apples            2         100
    /// 2  ×       0 1     200           1
    /// 3  price   2
    /// ");
    /// ```
    ///
    /// # Panics
    /// If the cotangents are of another tape, of entries that a rewind has removed since, or of
    /// other values of the leaves; if the tape is [stale](Tape::is_stale).
    #[track_caller]
    fn picture_with(&self, title: impl Into<String>, cotangents: &Cotangents<T>) -> Picture;
}

impl<T: Scalar> Draw<T> for Tape<T> {
    fn picture(&self, title: impl Into<String>) -> Picture {
        assert_drawable(self);
        Picture::new(graph(self, title.into(), None))
    }

    fn picture_with(&self, title: impl Into<String>, cotangents: &Cotangents<T>) -> Picture {
        assert_drawable(self);
        assert!(
            cotangents.is_current(self),
            "the cotangents are of another tape, of entries that a rewind has removed since, or of \
             other values of the leaves: sweep the tape that is to be drawn, as it is now"
        );
        Picture::new(graph(self, title.into(), Some(cotangents)))
    }
}

/// Panics if some values are of other leaves than the tape has now.
#[track_caller]
fn assert_drawable<T: Scalar>(tape: &Tape<T>) {
    assert!(
        !tape.is_stale(),
        "a leaf was set since the tape was computed: call `Tape::replay` before it is drawn"
    );
}

fn graph<T: Scalar>(tape: &Tape<T>, title: String, cotangents: Option<&Cotangents<T>>) -> Graph {
    let entries = tape.entries();
    let mut drawing = Drawing {
        graph: Graph::new(title),
        operations: HashMap::new(),
        values: Vec::with_capacity(entries.len()),
        tape,
        cotangents,
    };
    for entry in &entries {
        drawing.add(entry);
    }
    drawing.mark_outputs(&entries);
    drawing.graph
}

/// A graph under construction.
struct Drawing<'a, T> {
    graph: Graph,
    operations: HashMap<(&'static str, String), OperationId>,
    /// The value each entry became.
    values: Vec<ValueId>,
    tape: &'a Tape<T>,
    cotangents: Option<&'a Cotangents<T>>,
}

impl<T: Scalar> Drawing<'_, T> {
    fn add(&mut self, entry: &EntryInfo<T>) {
        self.graph.set_scope(&entry.scope.join("/"));
        let forward = self.result_of(entry.id);
        let name = || entry.name.clone().unwrap_or_default();
        let value = match entry.kind {
            Kind::Leaf | Kind::Input => self.graph.leaf(name(), forward),
            Kind::Constant => self.graph.constant(forward),
            Kind::Operation => {
                let operands = self.operands(entry);
                let operation = self.operation(entry);
                self.graph.apply(operation, &operands, forward)
            }
        };
        self.values.push(value);
        if let Some(place) = entry.place {
            let (file, line) = (place.file().into(), place.line());
            self.graph.set_source(value, Source { file, line });
        }
        if let Some(cotangents) = self.cotangents {
            self.add_cotangents(entry, value, cotangents);
        }
    }

    fn result_of(&self, entry: EntryId) -> Quantity {
        let result = match entry {
            EntryId::Scalar(id) => self.tape.value(id).map(number),
            EntryId::Matrix(id) => self.tape.read(id, matrix),
        };
        result.expect("the tape's own entry")
    }

    /// The values an operation uses; a number kept in the entry becomes a constant of the graph.
    fn operands(&mut self, entry: &EntryInfo<T>) -> Vec<ValueId> {
        let mut operands = Vec::with_capacity(entry.operands.len());
        for argument in &entry.operands {
            match *argument {
                Argument::Entry(index) => operands.push(self.values[index]),
                Argument::Number(constant) => operands.push(self.graph.constant(number(constant))),
                // The exponent is drawn in the symbol.
                Argument::Exponent(_) => {}
            }
        }
        operands
    }

    fn operation(&mut self, entry: &EntryInfo<T>) -> OperationId {
        let exponent = entry.operands.iter().find_map(|argument| match argument {
            Argument::Exponent(n) => Some(*n),
            _ => None,
        });
        let symbol = match exponent {
            Some(n) => format!("x{}", superscript(n)),
            None => entry.symbol.to_string(),
        };
        if let Some(&known) = self.operations.get(&(entry.op, symbol.clone())) {
            return known;
        }
        let operation = Operation::new(symbol.clone(), entry.op).formula(entry.formula);
        let id = self.graph.operation(operation);
        self.operations.insert((entry.op, symbol), id);
        id
    }

    fn add_cotangents(&mut self, entry: &EntryInfo<T>, value: ValueId, cotangents: &Cotangents<T>) {
        let quantity = |view: View<'_, T>| match entry.id {
            EntryId::Scalar(_) => number(view.scalar()),
            EntryId::Matrix(_) => matrix(view),
        };
        self.graph.value_mut(value).cotangent = cotangents.reached(entry.index).map(quantity);
        let contributions = cotangents.contributions(self.tape, entry.index);
        let producer = self.graph.values()[value.index()].producer();
        for (place, contribution) in contributions.into_iter().enumerate() {
            let operand = self.graph.nodes()[producer].operands()[place].value;
            let operand = &self.graph.values()[operand.index()];
            let is_number = !matches!(operand.forward, Quantity::Matrix(_));
            // A number that was not chosen here got nothing from here.
            let nothing = (is_number && operand.cotangent.is_some()).then(T::zero);
            if let Some(contribution) = contribution.or(nothing) {
                let contribution = number(contribution);
                self.graph.set_contribution(value, place, contribution);
            }
        }
    }

    /// What nothing uses leaves the graph, if it was computed, and takes its name along.
    fn mark_outputs(&mut self, entries: &[EntryInfo<T>]) {
        let mut used = vec![false; entries.len()];
        for argument in entries.iter().flat_map(|entry| &entry.operands) {
            if let Argument::Entry(index) = argument {
                used[*index] = true;
            }
        }
        self.graph.set_scope("");
        for entry in entries.iter().filter(|e| e.kind == Kind::Operation) {
            let name = entry.name.clone().unwrap_or_default();
            let value = self.values[entry.index];
            if used[entry.index] {
                self.graph.value_mut(value).name = name;
            } else {
                self.graph.output(name, value);
            }
        }
    }
}

/// A number in as many digits as its type prints; a dual number as a text.
fn number<T: Scalar>(value: T) -> Quantity {
    let full = value.to_string();
    match full.parse() {
        Ok(number) => Quantity::Scalar(number),
        Err(_) => Quantity::Text {
            short: full.clone(),
            full,
        },
    }
}

fn matrix<T: Scalar>(view: View<'_, T>) -> Quantity {
    let rows = (0..view.rows()).flat_map(|i| (0..view.cols()).map(move |j| view[(i, j)].to_f64()));
    Quantity::Matrix(Matrix::summary(view.rows(), view.cols(), rows))
}

fn superscript(n: i32) -> String {
    let digits = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    let raised = n.to_string();
    let raise = |c: char| c.to_digit(10).map_or('⁻', |digit| digits[digit as usize]);
    raised.chars().map(raise).collect()
}
