//! Functions by their names: every scalar rule of the tape, and the operations that are no rules.

use tape::rules::{self, Rule};

/// A function of a program.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Function {
    /// A scalar rule of the tape, by its name, and of how many numbers it is.
    Rule(&'static str, usize),
    /// A whole power.
    Power(i32),
    /// `select(c, a, b)`: `a` where `c` is positive, else `b`.
    Select,
    /// `clamp(x, low, high)`.
    Clamp,
}

/// Names for numbers that never change.
pub const CONSTANTS: [(&str, f64); 2] = [("pi", std::f64::consts::PI), ("π", std::f64::consts::PI)];

/// Other words for rules.
const ALIASES: [(&str, &str); 10] = [
    // numpy’s, and so the book’s.
    ("log", "ln"),
    ("pow", "powf"),
    ("arcsin", "asin"),
    ("arccos", "acos"),
    ("arctan", "atan"),
    ("ln1p", "ln_1p"),
    ("log1p", "ln_1p"),
    ("expm1", "exp_m1"),
    ("maximum", "max"),
    ("minimum", "min"),
];

/// What to write for words that are functions elsewhere and formulas here, because each is of as
/// many numbers as one likes.
const FORMULAS: [(&str, &str); 6] = [
    ("sum", "a + b"),
    ("mean", "(a + b) / 2"),
    ("average", "(a + b) / 2"),
    ("avg", "(a + b) / 2"),
    ("product", "a * b"),
    ("prod", "a * b"),
];

/// What a name means already, so that no line can give it another meaning.
pub fn meaning(name: &str) -> Option<&'static str> {
    if CONSTANTS.iter().any(|(constant, _)| *constant == name) {
        return Some("a number that never changes");
    }
    Function::named(name).map(|_| "a function")
}

/// The formula to write instead of a function that is not there.
pub fn formula(name: &str) -> Option<&'static str> {
    let name = name.to_lowercase();
    let found = FORMULAS.iter().find(|(word, _)| *word == name);
    found.map(|(_, formula)| *formula)
}

/// What to write instead of calling a function that is not there: its formula, the name that was
/// meant, or the product that it is on paper.
pub fn instead(name: &str) -> String {
    if let Some(formula) = formula(name) {
        return format!("write {formula}");
    }
    let like = Function::like(name);
    match like.is_empty() {
        true => format!("to multiply write {name} * (…)"),
        false => format!("did you mean {}?", like.join(", ")),
    }
}

impl Function {
    /// The function of that name.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "select" => return Some(Function::Select),
            "clamp" => return Some(Function::Clamp),
            _ => {}
        }
        let alias = ALIASES.iter().find(|(alias, _)| *alias == name);
        let name = alias.map_or(name, |(_, rule)| rule);
        let rule = rules::all().into_iter().find(|rule| rule.name() == name)?;
        Some(Function::of(&rule))
    }

    fn of(rule: &Rule) -> Self {
        Function::Rule(rule.name(), rule.operands())
    }

    /// A rule that an operator stands for.
    pub fn operator(name: &'static str, operands: usize) -> Self {
        Function::Rule(name, operands)
    }

    /// Of how many numbers it is.
    pub fn operands(self) -> usize {
        match self {
            Function::Rule(_, operands) => operands,
            Function::Power(_) => 1,
            Function::Select | Function::Clamp => 3,
        }
    }

    /// Other words for the rule of that name.
    pub fn other_words(name: &str) -> impl Iterator<Item = &'static str> {
        let of_rule = ALIASES.iter().filter(move |(_, rule)| *rule == name);
        of_rule.map(|(alias, _)| *alias)
    }

    /// How it is called by that name: `max(x, y)`.
    pub fn written(self, name: &str) -> String {
        let operands = ["x", "x, y", "c, x, y"][self.operands() - 1];
        format!("{name}({operands})")
    }

    /// All names that a program can call.
    pub fn names() -> Vec<&'static str> {
        let rules = rules::all().into_iter().map(|rule| rule.name());
        rules.chain(["select", "clamp"]).collect()
    }

    /// The names most like one that is not there, the best first.
    pub fn like(name: &str) -> Vec<&'static str> {
        let name = name.to_lowercase();
        let mut near: Vec<(usize, &str)> = Function::names()
            .into_iter()
            .map(|other| (difference(&name, other), other))
            .filter(|(difference, other)| {
                let begins = other.starts_with(&name) || name.starts_with(other);
                *difference <= 1 + name.len() / 4 || (begins && other.len() > 1)
            })
            .collect();
        near.sort_by_key(|(difference, _)| *difference);
        near.into_iter().take(3).map(|(_, name)| name).collect()
    }
}

/// How many letters must be put in, left out or replaced to make one word of another (Levenshtein).
fn difference(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, &b) in other.iter().enumerate() {
            let replaced = diagonal + usize::from(a != b);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_has_its_name() {
        for rule in rules::all() {
            let operands = Function::named(rule.name()).map(Function::operands);
            assert_eq!(operands, Some(rule.operands()), "{}", rule.name());
        }
    }

    #[test]
    fn other_words_are_of_rules() {
        for (alias, rule) in ALIASES {
            assert_eq!(Function::named(alias), Function::named(rule), "{alias}");
            assert!(Function::named(rule).is_some(), "{rule}");
        }
    }

    #[test]
    fn words_for_formulas_are_no_functions() {
        for (word, _) in FORMULAS {
            assert_eq!(Function::named(word), None, "{word}");
        }
    }

    #[test]
    fn a_word_that_is_nearly_a_function_is_told() {
        assert_eq!(Function::like("sine")[0], "sin");
        assert!(Function::like("log").contains(&"log2"));
        assert_eq!(Function::like("Tanh")[0], "tanh");
        assert!(Function::like("zebra").is_empty());
    }
}
