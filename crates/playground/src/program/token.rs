//! A text as words, numbers and signs.

use super::fault::Fault;
use super::function::{Function, formula, meaning};
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

/// The digits of a power as on paper, by their numbers.
const RAISED: &str = "⁰¹²³⁴⁵⁶⁷⁸⁹";

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
                None => return Err(of_no_token(text, start, found.last())),
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

/// What is wrong with a sign that none of the tokens has, behind the one `before` it: with `²`,
/// that a power has a sign of its own here.
fn of_no_token(text: &str, start: usize, before: Option<&(Token, Span)>) -> Fault {
    let is_negative = text[start..].starts_with('⁻');
    let digits = start + if is_negative { '⁻'.len_utf8() } else { 0 };
    let end = end_of(text, digits, |c| RAISED.contains(c));
    if end == digits {
        let c = text[start..].chars().next().unwrap_or_default();
        let end = start + c.len_utf8();
        let expected = "expected names, numbers, + − * / ^ = ( ) and commas";
        return Fault::at(Span { start, end }, text, format!("found “{c}”"), expected);
    }
    let raised = &text[start..end];
    let plain = |c| RAISED.chars().position(|digit| digit == c);
    let exponent: String = (raised.chars())
        .map(|c| plain(c).map_or("-".to_owned(), |digit| digit.to_string()))
        .collect();
    let base = match before {
        Some((Token::Name(name), _)) if Function::named(name).is_some() => format!("{name}(…)"),
        Some((Token::Name(_) | Token::Number(_), span)) => text[span.start..span.end].to_owned(),
        Some((Token::Sign(')'), _)) => "(…)".to_owned(),
        _ => "x".to_owned(),
    };
    let expected = format!("write {base}^{exponent} for a power");
    Fault::at(
        Span { start, end },
        text,
        format!("found “{raised}”"),
        expected,
    )
}

/// What is wrong with `np.exp`.
fn of_a_module(text: &str, start: usize) -> Fault {
    let end = end_of(text, start, |c| {
        is_letter(c) || c.is_ascii_digit() || c == '.'
    });
    let written = text[start..end].trim_end_matches('.');
    let (module, name) = written.rsplit_once('.').unwrap_or(("", written));
    let expected = match (Function::named(name), formula(name)) {
        (Some(function), _) => format!("write {}, without “{module}.”", function.written(name)),
        (None, _) if meaning(name).is_some() => format!("write {name}, without “{module}.”"),
        (None, Some(formula)) => format!("write {formula}, for every name is one number"),
        (None, None) => {
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

/// Where digits end, of which an underscore may part two, as in `1_000`.
fn end_of_digits(text: &str, start: usize, belongs: impl Fn(char) -> bool) -> usize {
    let is_digit = |c: char| c.is_ascii_digit();
    let mut end = end_of(text, start, &belongs);
    while text[start..end].ends_with(is_digit)
        && (text[end..].strip_prefix('_')).is_some_and(|rest| rest.starts_with(is_digit))
    {
        end = end_of(text, end + 1, &belongs);
    }
    end
}

/// Digits, a point, an exponent.
fn end_of_number(text: &str, start: usize) -> usize {
    let end = end_of_digits(text, start, |c| c.is_ascii_digit() || c == '.');
    let rest = &text[end..];
    let Some(exponent) = rest.strip_prefix(['e', 'E']) else {
        return end;
    };
    let sign = usize::from(exponent.starts_with(['+', '-']));
    if !exponent[sign..].starts_with(|c: char| c.is_ascii_digit()) {
        return end;
    }
    end_of_digits(text, end + 1 + sign, |c| c.is_ascii_digit())
}

fn number(text: &str, span: Span) -> Result<Token, Fault> {
    let written = &text[span.start..span.end];
    let expected = "expected a number such as 100, 1.1 or 2e-3";
    let digits = written.split(['e', 'E']).next().unwrap_or("");
    let is_zero = !digits.contains(|c| ('1'..='9').contains(&c));
    let found = match written.replace('_', "").parse::<f64>() {
        Ok(number) if number.is_infinite() => {
            format!("“{written}” is beyond the largest number there is")
        }
        // Read as 0 it would be another number than the text has, without a word.
        Ok(0.0) if !is_zero => {
            let smallest = f64::from_bits(1);
            format!("“{written}” is nearer to 0 than the smallest number there is, {smallest:e}")
        }
        Ok(number) => return Ok(Token::Number(number)),
        Err(_) => format!("found “{written}”"),
    };
    Err(Fault::at(span, text, found, expected))
}
