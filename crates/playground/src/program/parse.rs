//! From a text to a program: recursive descent, one function a level of precedence.

use super::fault::{Fault, Place};
use super::function::{CONSTANTS, Function, instead, meaning};
use super::line::{Line, Program};
use super::token::{Token, tokens};
use super::tree::{Node, Span, Tree};

/// The longest text, in bytes.
const LONGEST: usize = 20_000;
/// How deep brackets, signs and powers may be nested: what is deeper would take the stack.
const DEEPEST: usize = 64;

/// What may begin an expression.
const OPERAND: &str = "a name, a number or “(”";

/// What to do instead of writing a function.
const NO_DEFINITION: &str = "functions cannot be defined here: a line is name = formula";
/// What there is instead of statements.
const ONLY_FORMULAS: &str = "a line is name = formula, and nothing else";

/// Reads a program.
///
/// ```
/// use playground::program::parse;
///
/// let program = parse("price = apple * apples\ntax = 1.1\nbill = price * tax").unwrap();
/// let leaves: Vec<_> = program.leaves.iter().map(|leaf| leaf.name.as_str()).collect();
/// assert_eq!((program.lines.len(), leaves), (2, vec!["tax", "apple", "apples"]));
///
/// let fault = parse("y = 2 * (x + 1").unwrap_err();
/// assert_eq!(
///     fault.to_string(),
///     "line 1, column 15: found the end of the line; expected “)” for the “(” of line 1, column 9"
/// );
/// ```
///
/// # Errors
/// If the text is no program: where, what was found, what was expected.
pub fn parse(text: &str) -> Result<Program, Fault> {
    if text.len() > LONGEST {
        let start = text.len();
        let span = Span { start, end: start };
        let found = format!("the text has {} characters", text.chars().count());
        let expected = format!("expected {LONGEST} at most");
        return Err(Fault::at(span, text, found, expected));
    }
    let mut reader = Reader {
        text,
        tokens: tokens(text)?,
        at: 0,
        depth: 0,
        open: Vec::new(),
    };
    let mut lines = Vec::new();
    while reader.at < reader.tokens.len() {
        match reader.peek() {
            Token::LineEnd => reader.at += 1,
            _ => lines.push(reader.line()?),
        }
    }
    Program::of(lines, text)
}

struct Reader<'a> {
    text: &'a str,
    tokens: Vec<(Token, Span)>,
    at: usize,
    depth: usize,
    /// Brackets that are open; in them a line may go on in the next one.
    open: Vec<Span>,
}

impl Reader<'_> {
    fn peek(&mut self) -> &Token {
        if !self.open.is_empty() {
            while self.is_within_brackets() {
                self.at += 1;
            }
        }
        &self.tokens[self.at].0
    }

    /// Whether here is the end of a line that goes on.
    fn is_within_brackets(&self) -> bool {
        self.tokens[self.at].0 == Token::LineEnd && self.at + 1 < self.tokens.len()
    }

    fn span(&self) -> Span {
        self.tokens[self.at].1
    }

    fn is_next(&mut self, sign: char) -> bool {
        *self.peek() == Token::Sign(sign)
    }

    fn take(&mut self, sign: char) -> bool {
        let taken = self.is_next(sign);
        self.at += usize::from(taken);
        taken
    }

    /// A fault at the next word or sign.
    fn expected(&mut self, what: &str) -> Fault {
        let token = self.peek().clone();
        let written = &self.text[self.span().start..self.span().end];
        let found = match token {
            Token::Number(_) => format!("found the number {written}"),
            Token::Name(_) => format!("found the name “{written}”"),
            Token::Sign(_) => format!("found “{written}”"),
            Token::LineEnd if written == ";" => "found “;”".to_owned(),
            Token::LineEnd => "found the end of the line".to_owned(),
        };
        Fault::at(self.span(), self.text, found, format!("expected {what}"))
    }

    /// What is wrong where a name or a bracket follows a number: on paper that is a product, unless
    /// the name is the underscores of a number such as `1__0`.
    fn no_times(&mut self) -> Option<Fault> {
        let next = self.peek().clone();
        let (before, span) = self.tokens.get(self.at.checked_sub(1)?)?;
        let number = match before {
            Token::Number(_) => &self.text[span.start..span.end],
            _ => return None,
        };
        if let Token::Name(name) = &next
            && span.end == self.span().start
            && name.chars().all(|c| c == '_' || c.is_ascii_digit())
        {
            let found = format!("found “{name}” right behind {number}");
            let expected = "expected one “_” between two digits, as in 1_000";
            return Some(Fault::at(self.span(), self.text, found, expected));
        }
        let (found, factor) = match next {
            Token::Name(name) if Function::named(&name).is_some() => {
                (format!("the name “{name}”"), format!("{name}(…)"))
            }
            Token::Name(name) => (format!("the name “{name}”"), name),
            Token::Sign('(') => ("“(”".to_owned(), "(…)".to_owned()),
            _ => return None,
        };
        let found = format!("found {found} right behind {number}");
        let expected = format!("write {number} * {factor} to multiply");
        Some(Fault::at(self.span(), self.text, found, expected))
    }

    /// A line of Python that is no formula, or a function’s definition as on paper, `f(x) = …`.
    fn no_formula(&self) -> Option<Fault> {
        let token = |k: usize| self.tokens.get(self.at + k).map(|(token, _)| token);
        let (Some(Token::Name(word)), Some(second)) = (token(0), token(1)) else {
            return None;
        };
        let expected = match (word.as_str(), second) {
            ("def" | "class", Token::Name(_)) => NO_DEFINITION,
            ("import" | "from", Token::Name(_)) => {
                "leave it out: every function of the list is there"
            }
            ("return" | "if" | "for" | "while" | "print", Token::Name(_)) => ONLY_FORMULAS,
            (name, Token::Sign('(')) if Function::named(name).is_none() => {
                let line = self.tokens[self.at..].iter().map(|(token, _)| token);
                let line = line.take_while(|token| **token != Token::LineEnd);
                let mut rest = line.skip_while(|token| **token != Token::Sign(')'));
                rest.next();
                match rest.next() {
                    Some(Token::Sign('=')) => NO_DEFINITION,
                    _ => return None,
                }
            }
            _ => return None,
        };
        let found = format!("found “{word}”");
        Some(Fault::at(self.span(), self.text, found, expected))
    }

    fn line(&mut self) -> Result<Line, Fault> {
        self.open.clear();
        if let Some(fault) = self.no_formula() {
            return Err(fault);
        }
        let mut name = None;
        let second = self.tokens.get(self.at + 1).map(|(token, _)| token);
        if let (Token::Name(word), Some(Token::Sign('='))) = (&self.tokens[self.at].0, second) {
            name = Some((word.clone(), self.span()));
            self.at += 2;
        }
        if let Some((name, span)) = &name
            && let Some(meaning) = meaning(name)
        {
            let found = format!("“{name}” is {meaning}");
            return Err(Fault::at(*span, self.text, found, "choose another name"));
        }
        let tree = self.sum()?;
        match self.peek() {
            Token::LineEnd => {
                self.at += 1;
                Ok(Line { name, tree })
            }
            Token::Sign('=') => Err(self.expected("one name left of “=”, as in y = x + 1")),
            Token::Sign(')') => Err(self.expected("the end of the line, for no “(” is open")),
            Token::Sign(',') => {
                Err(self.expected("a point in a number, as in 1.1, or commas in a function only"))
            }
            _ => Err(self.no_times().unwrap_or_else(|| {
                self.expected("an operator, + − * / ^, or the end of the line")
            })),
        }
    }

    fn sum(&mut self) -> Result<Tree, Fault> {
        let mut tree = self.product()?;
        loop {
            let rule = match self.peek() {
                Token::Sign('+') => "add",
                Token::Sign('-') => "sub",
                _ => return Ok(tree),
            };
            self.at += 1;
            tree = operation(rule, vec![tree, self.product()?]);
        }
    }

    fn product(&mut self) -> Result<Tree, Fault> {
        let mut tree = self.signed()?;
        loop {
            let rule = match self.peek() {
                Token::Sign('*') => "mul",
                Token::Sign('/') => "div",
                _ => return Ok(tree),
            };
            self.at += 1;
            tree = operation(rule, vec![tree, self.signed()?]);
        }
    }

    /// A sign binds less than a power: −x² is −(x²).
    fn signed(&mut self) -> Result<Tree, Fault> {
        let start = self.span();
        self.deeper(|reader| {
            if reader.take('-') {
                let tree = reader.signed()?;
                let span = start.to(tree.span);
                let node = Node::Call(Function::operator("neg", 1), vec![tree]);
                return Ok(Tree { node, span });
            }
            match reader.take('+') {
                true => reader.signed(),
                false => reader.power(),
            }
        })
    }

    fn power(&mut self) -> Result<Tree, Fault> {
        let base = self.operand()?;
        if !self.take('^') {
            return Ok(base);
        }
        // To the right first: 2^3^2 is 2^9.
        let exponent = self.signed()?;
        let span = base.span.to(exponent.span);
        let node = match whole(&exponent) {
            Some(n) => Node::Call(Function::Power(n), vec![base]),
            None => Node::Call(Function::operator("powf", 2), vec![base, exponent]),
        };
        Ok(Tree { node, span })
    }

    fn operand(&mut self) -> Result<Tree, Fault> {
        let token = self.peek().clone();
        let span = self.span();
        match token {
            Token::Number(number) => {
                self.at += 1;
                let node = Node::Number(number);
                Ok(Tree { node, span })
            }
            Token::Name(name) => {
                self.at += 1;
                match self.is_next('(') {
                    true => self.call(&name, span),
                    false => self.name(name, span),
                }
            }
            Token::Sign('(') => {
                self.at += 1;
                self.open.push(span);
                let tree = self.deeper(Self::sum)?;
                let end = self.close(span)?;
                let span = span.to(end);
                Ok(Tree { span, ..tree })
            }
            _ => Err(self.expected(OPERAND)),
        }
    }

    fn name(&mut self, name: String, span: Span) -> Result<Tree, Fault> {
        let constant = CONSTANTS.iter().find(|(constant, _)| *constant == name);
        if let Some(function) = Function::named(&name) {
            let found = format!("“{name}” is a function");
            let expected = format!("expected its operands, {}", function.written(&name));
            return Err(Fault::at(span, self.text, found, expected));
        }
        let node = match constant {
            Some(&(_, number)) => Node::Number(number),
            None => Node::Name(name),
        };
        Ok(Tree { node, span })
    }

    fn call(&mut self, name: &str, span: Span) -> Result<Tree, Fault> {
        let Some(function) = Function::named(name) else {
            let found = format!("there is no function “{name}”");
            return Err(Fault::at(span, self.text, found, instead(name)));
        };
        let bracket = self.span();
        self.at += 1;
        self.open.push(bracket);
        let mut operands = Vec::new();
        if !self.is_next(')') {
            operands.push(self.deeper(Self::sum)?);
            while self.take(',') {
                operands.push(self.deeper(Self::sum)?);
            }
        }
        let end = self.close(bracket)?;
        let span = span.to(end);
        if operands.len() != function.operands() {
            let found = format!("“{name}” is given {}", counted(operands.len()));
            let expected = format!("expected {}", counted(function.operands()));
            return Err(Fault::at(span, self.text, found, expected));
        }
        let node = Node::Call(function, operands);
        Ok(Tree { node, span })
    }

    fn close(&mut self, bracket: Span) -> Result<Span, Fault> {
        let is_closed = self.is_next(')');
        let span = self.span();
        if !is_closed {
            if let Some(fault) = self.no_times() {
                return Err(fault);
            }
            let place = Place::of(bracket, self.text);
            let (line, column) = (place.line, place.column);
            let what = format!("“)” for the “(” of line {line}, column {column}");
            return Err(self.expected(&what));
        }
        self.open.pop();
        self.at += 1;
        Ok(span)
    }

    fn deeper(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<Tree, Fault>,
    ) -> Result<Tree, Fault> {
        if self.depth == DEEPEST {
            let found = format!("here {DEEPEST} brackets and signs are nested");
            let expected = "give a part of it a line and a name of its own";
            return Err(Fault::at(self.span(), self.text, found, expected));
        }
        self.depth += 1;
        let tree = read(self);
        self.depth -= 1;
        tree
    }
}

fn operation(rule: &'static str, operands: Vec<Tree>) -> Tree {
    let span = operands[0].span.to(operands[1].span);
    let node = Node::Call(Function::operator(rule, 2), operands);
    Tree { node, span }
}

/// The exponent of a whole power, a sign before it included.
fn whole(exponent: &Tree) -> Option<i32> {
    let number = match &exponent.node {
        Node::Number(number) => *number,
        Node::Call(Function::Rule("neg", _), operands) => match operands[0].node {
            Node::Number(number) => -number,
            _ => return None,
        },
        _ => return None,
    };
    (number.fract() == 0.0 && number.abs() <= 1000.0).then_some(number as i32)
}

fn counted(operands: usize) -> String {
    match operands {
        0 => "nothing".to_owned(),
        1 => "one number".to_owned(),
        2 => "two numbers".to_owned(),
        3 => "three numbers".to_owned(),
        more => format!("{more} numbers"),
    }
}

#[cfg(test)]
#[path = "parse_tests.rs"]
mod tests;
