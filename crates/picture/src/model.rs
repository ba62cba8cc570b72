//! What a picture is drawn from: nodes, the values they give, and who uses them.
//!
//! A [`Graph`] is plain data and knows nothing of tapes: anything that computes can fill one. It
//! holds numbers, not texts, so that filling it for a hundred thousand entries costs no formatting;
//! only what is drawn is formatted.
//!
//! The unit is the *value*, not the edge: a value has one producer, any number of consumers, one
//! forward number and one cotangent. That is why fan-out can be drawn as one line that branches,
//! with its numbers written once.

use crate::numbers;
use crate::operation::{Operation, OperationId};
use crate::quantity::Quantity;
use std::borrow::Cow;
use std::collections::HashMap;

/// Names a value of one [`Graph`]; given out by the call that adds its producer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ValueId(pub(crate) usize);

impl ValueId {
    /// The position in [`Graph::values`].
    pub fn index(self) -> usize {
        self.0
    }
}

/// Where in a program something was recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The file as the compiler names it.
    pub file: Cow<'static, str>,
    /// The line, from 1.
    pub line: u32,
}

impl From<&'static std::panic::Location<'static>> for Source {
    fn from(location: &'static std::panic::Location<'static>) -> Self {
        Self {
            file: location.file().into(),
            line: location.line(),
        }
    }
}

/// The result of a node: what one line in the picture, branching or not, stands for.
#[derive(Debug, Clone, PartialEq)]
pub struct Value {
    /// The primal.
    pub forward: Quantity,
    /// The cotangent, once a sweep has reached this value.
    pub cotangent: Option<Quantity>,
    /// What it is called beside its wire, or nothing. Leaves and outputs have a name of their own.
    pub name: String,
    pub(crate) producer: usize,
}

impl Value {
    /// The position in [`Graph::nodes`] of the node this is a result of.
    pub fn producer(&self) -> usize {
        self.producer
    }
}

/// A use of a value by a node.
#[derive(Debug, Clone, PartialEq)]
pub struct Operand {
    /// What is used.
    pub value: ValueId,
    /// What this use adds to the value's cotangent, where known. With one use it is the cotangent
    /// itself.
    pub contribution: Option<Quantity>,
}

/// What a node is.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// Something set from outside: an input or a parameter.
    Leaf {
        /// Its name, or nothing.
        name: String,
    },
    /// A number that never changes; it gets no cotangent.
    Constant,
    /// The application of an operation.
    Operation(OperationId),
    /// Many nodes drawn as one.
    Folded(Folded),
    /// The place where a result leaves the graph; it uses one value and gives none.
    Output {
        /// Its name, or nothing.
        name: String,
    },
}

/// What a folded node stands for.
#[derive(Debug, Clone, PartialEq)]
pub struct Folded {
    /// The scope's path, or which entries it covers.
    pub name: String,
    /// How many nodes were folded.
    pub nodes: usize,
    /// How often each operation occurs among them, by symbol, most frequent first.
    pub counts: Vec<(String, usize)>,
}

/// A node of a [`Graph`].
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// What it is.
    pub kind: Kind,
    /// Where it was recorded.
    pub source: Option<Source>,
    pub(crate) operands: Vec<Operand>,
    pub(crate) scope: usize,
}

impl Node {
    /// What it uses, in order.
    pub fn operands(&self) -> &[Operand] {
        &self.operands
    }
}

/// A computation to be drawn. Operands precede results, as on a tape.
///
/// ```
/// use picture::{Graph, Operation, Picture};
///
/// let mut graph = Graph::new("Two apples");
/// let times = graph.operation(Operation::new("×", "multiply"));
/// let apple = graph.leaf("apple", 100.0);
/// let apples = graph.leaf("apples", 2.0);
/// let price = graph.apply(times, &[apple, apples], 200.0);
/// graph.output("price", price);
/// graph.value_mut(apple).cotangent = Some(2.0.into());
///
/// assert_eq!(graph.nodes().len(), 4);
/// assert!(Picture::new(graph).svg().contains(">200<"));
/// ```
#[derive(Debug, Clone)]
pub struct Graph {
    title: String,
    operations: Vec<Operation>,
    pub(crate) nodes: Vec<Node>,
    pub(crate) values: Vec<Value>,
    scopes: Vec<String>,
    scope_index: HashMap<String, usize>,
    scope: usize,
}

impl Graph {
    /// An empty graph with a title, which may be empty.
    pub fn new(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            operations: Vec::new(),
            nodes: Vec::new(),
            values: Vec::new(),
            scopes: vec![String::new()],
            scope_index: HashMap::from([(String::new(), 0)]),
            scope: 0,
        }
    }

    /// A graph without nodes that shares this one's title, operations and scopes.
    pub(crate) fn emptied(&self) -> Self {
        Self {
            title: self.title.clone(),
            operations: self.operations.clone(),
            nodes: Vec::new(),
            values: Vec::new(),
            scopes: self.scopes.clone(),
            scope_index: self.scope_index.clone(),
            scope: 0,
        }
    }

    /// Makes an operation known, to be applied as often as wanted.
    pub fn operation(&mut self, operation: Operation) -> OperationId {
        self.operations.push(operation);
        OperationId(self.operations.len() - 1)
    }

    /// Nodes added from here on belong to the scope with this path (`net/affine1`), which can be
    /// folded; an empty path is no scope.
    pub fn set_scope(&mut self, path: &str) {
        self.scope = match self.scope_index.get(path) {
            Some(&scope) => scope,
            None => {
                self.scopes.push(path.to_owned());
                self.scope_index
                    .insert(path.to_owned(), self.scopes.len() - 1);
                self.scopes.len() - 1
            }
        };
    }

    /// Adds a leaf.
    pub fn leaf(&mut self, name: impl Into<String>, forward: impl Into<Quantity>) -> ValueId {
        let producer = self.push(Kind::Leaf { name: name.into() }, Vec::new());
        self.result(producer, forward.into())
    }

    /// Adds a constant.
    pub fn constant(&mut self, forward: impl Into<Quantity>) -> ValueId {
        let producer = self.push(Kind::Constant, Vec::new());
        self.result(producer, forward.into())
    }

    /// Adds the application of an operation.
    ///
    /// # Panics
    /// If the operation or an operand is not of this graph.
    pub fn apply(
        &mut self,
        operation: OperationId,
        operands: &[ValueId],
        forward: impl Into<Quantity>,
    ) -> ValueId {
        assert!(
            operation.0 < self.operations.len(),
            "operation {} of another graph",
            operation.0
        );
        let producer = self.push(Kind::Operation(operation), self.uses(operands));
        self.result(producer, forward.into())
    }

    /// Marks a value as an output.
    ///
    /// # Panics
    /// If the value is not of this graph.
    pub fn output(&mut self, name: impl Into<String>, value: ValueId) {
        let operands = self.uses(&[value]);
        self.push(Kind::Output { name: name.into() }, operands);
    }

    /// Says where the node that gave `value` was recorded.
    ///
    /// # Panics
    /// If the value is not of this graph.
    pub fn set_source(&mut self, value: ValueId, source: impl Into<Source>) {
        let producer = self.values[value.0].producer;
        self.nodes[producer].source = Some(source.into());
    }

    /// Says what the `operand`-th operand of the node that gave `value` receives from it in the
    /// sweep.
    ///
    /// # Panics
    /// If the value is not of this graph or the node has no such operand.
    pub fn set_contribution(
        &mut self,
        value: ValueId,
        operand: usize,
        contribution: impl Into<Quantity>,
    ) {
        let producer = self.values[value.0].producer;
        self.nodes[producer].operands[operand].contribution = Some(contribution.into());
    }

    /// A value, to set its cotangent.
    ///
    /// # Panics
    /// If the value is not of this graph.
    pub fn value_mut(&mut self, value: ValueId) -> &mut Value {
        &mut self.values[value.0]
    }

    /// The title.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// All nodes, operands before results.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// All values, in the order of their producers.
    pub fn values(&self) -> &[Value] {
        &self.values
    }

    /// All operations.
    pub fn operations(&self) -> &[Operation] {
        &self.operations
    }

    /// The path of a node's scope, empty outside any.
    pub fn scope_of(&self, node: &Node) -> &str {
        &self.scopes[node.scope]
    }

    pub(crate) fn scopes(&self) -> &[String] {
        &self.scopes
    }

    /// For each node the values it gives.
    pub(crate) fn results(&self) -> Vec<Vec<usize>> {
        let mut results = vec![Vec::new(); self.nodes.len()];
        for (index, value) in self.values.iter().enumerate() {
            results[value.producer].push(index);
        }
        results
    }

    /// What a node is called in one line: its name, symbol or number.
    pub(crate) fn caption(&self, node: usize, results: &[Vec<usize>]) -> String {
        match &self.nodes[node].kind {
            Kind::Leaf { name } | Kind::Output { name } if !name.is_empty() => name.clone(),
            Kind::Leaf { .. } => "leaf".to_owned(),
            Kind::Output { .. } => "out".to_owned(),
            Kind::Constant => numbers::brief(&self.values[results[node][0]].forward),
            Kind::Operation(id) => self.operations[id.0].symbol.clone().into_owned(),
            Kind::Folded(folded) => folded.name.clone(),
        }
    }

    fn uses(&self, operands: &[ValueId]) -> Vec<Operand> {
        let known = self.values.len();
        let operand = |&value: &ValueId| {
            assert!(
                value.0 < known,
                "value {} of another graph: this one has {known}",
                value.0
            );
            Operand {
                value,
                contribution: None,
            }
        };
        operands.iter().map(operand).collect()
    }

    pub(crate) fn push(&mut self, kind: Kind, operands: Vec<Operand>) -> usize {
        self.nodes.push(Node {
            kind,
            source: None,
            operands,
            scope: self.scope,
        });
        self.nodes.len() - 1
    }

    pub(crate) fn result(&mut self, producer: usize, forward: Quantity) -> ValueId {
        self.values.push(Value {
            forward,
            cotangent: None,
            name: String::new(),
            producer,
        });
        ValueId(self.values.len() - 1)
    }
}
