//! A text as words, numbers and signs.

use super::fault::Fault;
use super::function::{CONSTANTS, Function};
use super::tree::Span;

/// A word, a number or a sign.
#[derive(Clone, Debug, PartialEq)]
pub enum Token {
    Number(f64),
    Name(String),
    /// One of `+ - * / ^ = ( ) ,`.
    Sign(char),
    /// The end of a line, or a semicolon.
    LineEnd,
}

/// Signs that people write for others.
const OTHER_SIGNS: [(char, char); 7] = [
    ('×', '*'),
    ('·', '*'),
    ('⋅', '*'),
    ('−', '-'),
    ('–', '-'),
    ('÷', '/'),
    (':', '/'),
];

/// Takes a text apart; the end of the last line is there, too.
pub fn tokens(text: &str) -> Result<Vec<(Token, Span)>, Fault> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let start = at;
        at += c.len_utf8();
        let token = match c {
            '\n' | ';' => Token::LineEnd,
            '#' => {
                at = end_of(text, start, |c| c != '\n');
                continue;
            }
            '/' if text[at..].starts_with('/') => {
                at = end_of(text, start, |c| c != '\n');
                continue;
            }
            c if c.is_whitespace() => continue,
            c if c.is_ascii_digit() || c == '.' => {
                at = end_of_number(text, start);
                number(text, Span { start, end: at })?
            }
            c if is_letter(c) => {
                at = end_of(text, start, |c| is_letter(c) || c.is_ascii_digit());
                let rest = text[at..].strip_prefix('.');
                if rest.is_some_and(|rest| rest.starts_with(is_letter)) {
                    return Err(of_a_module(text, start));
                }
                Token::Name(text[start..at].to_owned())
            }
            '*' if text[at..].starts_with('*') => {
                at += 1;
                Token::Sign('^')
            }
            '+' | '-' | '*' | '/' | '^' | '=' | '(' | ')' | ',' => Token::Sign(c),
            c => match OTHER_SIGNS.iter().find(|(other, _)| *other == c) {
                Some(&(_, sign)) => Token::Sign(sign),
                None => {
                    let span = Span { start, end: at };
                    let expected = "expected names, numbers, + − * / ^ = ( ) and commas";
                    return Err(Fault::at(span, text, format!("found “{c}”"), expected));
                }
            },
        };
        found.push((token, Span { start, end: at }));
    }
    let end = Span { start: at, end: at };
    found.push((Token::LineEnd, end));
    Ok(found)
}

/// A subscript and a prime are letters here: x₁, y′.
fn is_letter(c: char) -> bool {
    c.is_alphabetic() || c == '_' || c == '′' || ('₀'..='₉').contains(&c)
}

/// What is wrong with `np.exp`.
fn of_a_module(text: &str, start: usize) -> Fault {
    let end = end_of(text, start, |c| {
        is_letter(c) || c.is_ascii_digit() || c == '.'
    });
    let written = text[start..end].trim_end_matches('.');
    let (module, name) = written.rsplit_once('.').unwrap_or(("", written));
    let is_constant = CONSTANTS.iter().any(|(constant, _)| *constant == name);
    let expected = match Function::named(name) {
        Some(function) => format!("write {}, without “{module}.”", function.written(name)),
        None if is_constant => format!("write {name}, without “{module}.”"),
        None => {
            format!("a name has no point, and there is no “{name}” here: every name is one number")
        }
    };
    let span = Span { start, end };
    Fault::at(span, text, format!("found “{written}”"), expected)
}

/// Where what begins at `start` ends.
fn end_of(text: &str, start: usize, belongs: impl Fn(char) -> bool) -> usize {
    let rest = &text[start..];
    start + rest.find(|c| !belongs(c)).unwrap_or(rest.len())
}

/// Digits, a point, an exponent.
fn end_of_number(text: &str, start: usize) -> usize {
    let end = end_of(text, start, |c| c.is_ascii_digit() || c == '.');
    let rest = &text[end..];
    let Some(exponent) = rest.strip_prefix(['e', 'E']) else {
        return end;
    };
    let sign = usize::from(exponent.starts_with(['+', '-']));
    if !exponent[sign..].starts_with(|c: char| c.is_ascii_digit()) {
        return end;
    }
    end_of(text, end + 1 + sign, |c| c.is_ascii_digit())
}

fn number(text: &str, span: Span) -> Result<Token, Fault> {
    let written = &text[span.start..span.end];
    let expected = "expected a number such as 100, 1.1 or 2e-3";
    match written.parse::<f64>() {
        Ok(number) if number.is_finite() => Ok(Token::Number(number)),
        Ok(_) => {
            let found = format!("“{written}” is beyond the largest number there is");
            Err(Fault::at(span, text, found, expected))
        }
        Err(_) => Err(Fault::at(
            span,
            text,
            format!("found “{written}”"),
            expected,
        )),
    }
}
