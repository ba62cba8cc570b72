//! What the page asks about a program.

use serde_json::Value;
use std::collections::HashMap;

/// A question about a program.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// The program.
    pub text: String,
    /// The numbers of leaves that no line gives one; 1 where one is missing.
    pub leaves: HashMap<String, f64>,
    /// The line's name whose derivatives are wanted; the last one's, if it is empty or gone.
    pub of: String,
    /// A leaf that is being moved, and the number it had before.
    pub moved: Option<(String, f64)>,
    /// The width of the drawing in pixels; without one there is no drawing.
    pub width: Option<f64>,
}

impl Request {
    /// Reads a question. What is missing has its default.
    pub fn of_json(asked: &Value) -> Self {
        let text = |key: &str| asked[key].as_str().unwrap_or_default().to_owned();
        let leaves = asked["leaves"].as_object();
        let leaves = leaves.into_iter().flatten();
        let moved = &asked["moved"];
        Self {
            text: text("text"),
            leaves: leaves
                .filter_map(|(name, number)| Some((name.clone(), number.as_f64()?)))
                .collect(),
            of: text("of"),
            moved: moved["leaf"]
                .as_str()
                .zip(moved["from"].as_f64())
                .map(|(leaf, from)| (leaf.to_owned(), from)),
            width: asked["width"].as_f64(),
        }
    }
}
