//! Programs to begin with: the book's, most of them.

use serde_json::{Value, json};

/// A program with its title, and what to look at in it.
pub struct Example {
    /// Its title.
    pub title: &'static str,
    /// The program.
    pub text: &'static str,
    /// What to try.
    pub hint: &'static str,
}

/// The programs, easy ones first.
pub const EXAMPLES: [Example; 9] = [
    Example {
        title: "Apples and oranges",
        text: "apple = 100\napples = 2\norange = 150\noranges = 3\ntax = 1.1\n\
               price = (apple * apples + orange * oranges) * tax",
        hint: "Let an apple cost 10 more: the price grows by 2.2 times that.",
    },
    Example {
        title: "Two apples",
        text: "apple = 100\napples = 2\ntax = 1.1\nprice = apple * apples * tax",
        hint: "In a product each factor’s derivative is the product of the others.",
    },
    Example {
        title: "A number used twice",
        text: "x = 3\ny = x * x + x",
        hint: "x is used three times: three shares come back to it and are added up.",
    },
    Example {
        title: "The chain rule",
        text: "x = 1\ny = 2\nt = x + y\nz = t^2",
        hint: "What comes back to t, 2t, goes on to x and to y.",
    },
    Example {
        title: "The slope of a curve",
        text: "x = 5\ny = 0.01 * x^2 + 0.1 * x",
        hint: "Move x by a little, then by much: the derivative is right for a little.",
    },
    Example {
        title: "The sigmoid, taken apart",
        text: "x = 0.5\ny = 1 / (1 + exp(-x))",
        hint: "Move x to 10: y is nearly 1, and nothing comes back to x any more.",
    },
    Example {
        title: "A neuron that learns",
        text: "w1 = 0.5\nw2 = -0.4\nbias = 0.1\nx1 = 1\nx2 = 2\nwanted = 1\n\
               a = w1 * x1 + w2 * x2 + bias\ny = sigmoid(a)\nloss = (y - wanted)^2 / 2",
        hint: "Move each weight against its derivative, and watch the loss fall.",
    },
    Example {
        title: "ReLU, on or off",
        text: "w = 1\nx = 2\nb = -1\ny = relu(w * x + b)",
        hint: "Move x below 1: the ReLU is off, and every derivative is 0.",
    },
    Example {
        title: "Softmax with loss",
        text: "a1 = 0.3\na2 = 2.9\na3 = 4\n\
               S = exp(a1) + exp(a2) + exp(a3)\n\
               y1 = exp(a1) / S\ny2 = exp(a2) / S\ny3 = exp(a3) / S\n\
               loss = -(0 * ln(y1) + 1 * ln(y2) + 0 * ln(y3))",
        hint: "To a1, a2, a3 comes back the answer minus the target: y − t.",
    },
];

/// The programs for the page.
pub fn json() -> Value {
    let mut told = Vec::new();
    for Example { title, text, hint } in &EXAMPLES {
        told.push(json!({ "title": title, "text": text, "hint": hint }));
    }
    told.into()
}
