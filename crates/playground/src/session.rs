//! What the page and the tape say to each other: JSON, with bytes behind a question that need no
//! text.

use crate::examples;
use crate::graph::{self, Request};
use crate::net::Studio;
use crate::program::{CONSTANTS, Function};
use serde_json::{Value, json};
use tape::rules::{self, Rule};

/// A conversation. The page has one, and its worker another.
#[derive(Default)]
pub struct Session {
    studio: Studio,
}

impl Session {
    /// Answers a question: `{"do": …}`. An answer that is an error has the field `error`.
    ///
    /// ```
    /// use playground::Session;
    ///
    /// let mut session = Session::default();
    /// let asked = r#"{ "do": "graph", "text": "y = x^2", "leaves": { "x": 3 } }"#;
    /// let told: serde_json::Value = serde_json::from_str(&session.ask(asked, &[])).unwrap();
    /// assert_eq!(told["leaves"][0]["derivative"]["short"], "6");
    /// ```
    pub fn ask(&mut self, question: &str, bytes: &[u8]) -> String {
        let asked: Value = match serde_json::from_str(question) {
            Ok(asked) => asked,
            Err(error) => return refused(format!("the question is no JSON: {error}")).to_string(),
        };
        let answer = match asked["do"].as_str() {
            Some("about") => about(),
            Some("graph") => match graph::answer(&Request::of_json(&asked)) {
                Ok(told) => told,
                Err(fault) => json!({ "error": fault.json() }),
            },
            other => match self.studio.ask(&asked, bytes) {
                Some(Ok(told)) => told,
                Some(Err(message)) => refused(message),
                None => refused(format!(
                    "there is no answer to “{}”",
                    other.unwrap_or_default()
                )),
            },
        };
        answer.to_string()
    }
}

fn refused(message: String) -> Value {
    json!({ "error": { "message": message } })
}

/// The functions that the book begins with, which stand first in the list.
const FIRST: [&str; 7] = ["exp", "ln", "sigmoid", "relu", "tanh", "sin", "sqrt"];

/// What there is to begin with: examples, and the functions with their rules.
fn about() -> Value {
    let rule = |rule: &Rule| {
        let written = Function::named(rule.name()).map(|function| {
            let words = [rule.name()].into_iter();
            let words = words.chain(Function::other_words(rule.name()));
            words.map(|name| function.written(name)).collect::<Vec<_>>()
        });
        json!({
            "name": rule.name(),
            "written": written.unwrap_or_default().join(", "),
            "rule": rule.formula().to_string(),
        })
    };
    let others = [
        ("select", "select(c, a, b)", "a where c > 0, else b"),
        (
            "clamp",
            "clamp(x, low, high)",
            "x, but not below low nor above high",
        ),
    ];
    let others = others
        .map(|(name, written, rule)| json!({ "name": name, "written": written, "rule": rule }));
    let mut rules = rules::all();
    let place = |name| FIRST.iter().position(|first| *first == name);
    rules.sort_by_key(|rule| place(rule.name()).unwrap_or(FIRST.len()));
    let functions: Vec<Value> = rules.iter().map(rule).chain(others).collect();
    debug_assert_eq!(functions.len(), Function::names().len());
    json!({
        "examples": examples::json(),
        "functions": functions,
        "constants": CONSTANTS.map(|(name, _)| name),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_books_functions_stand_first_with_their_other_words() {
        let told = about();
        let functions = told["functions"].as_array().unwrap();
        let names: Vec<_> = (functions.iter().take(FIRST.len()))
            .map(|function| function["name"].as_str().unwrap())
            .collect();
        assert_eq!(names, FIRST);
        assert_eq!(functions[1]["written"], "ln(x), log(x)");
        assert_eq!(functions.len(), Function::names().len());
    }
}
