//! Writes all mutants of a sample into the sources at once, to be chosen by the environment
//! variable `MUTANT`.
//!
//! `schemata SAMPLE ROOT [LEFT OUT]` reads mutants as `cargo mutants --list --json` prints them,
//! numbers them from 0, and changes the sources below ROOT, which must be as cargo-mutants saw
//! them. Every change is an insertion that keeps what was there as the other branch of an `if`, so
//! that changes nest, and that has no line break, so that lines keep their numbers. LEFT OUT is a
//! JSON list of numbers to leave alone. What it prints, as JSON, is the bytes of each changed file
//! that belong to a mutant: to it an error of the compiler there is to be put down.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;
use std::rc::Rc;
use std::{env, fs};

use proc_macro2::{Delimiter, Group, LineColumn, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use serde_json::{Value, json};
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{BinOp, Expr};

/// At the end of each crate's root.
const IS_ACTIVE: &str = r#"
#[inline]
pub(crate) fn mutant(number: usize) -> bool {
    static CHOSEN: std::sync::OnceLock<Option<usize>> = std::sync::OnceLock::new();
    *CHOSEN.get_or_init(|| std::env::var("MUTANT").ok()?.parse().ok()) == Some(number)
}
"#;

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [sample, root, left_out @ ..] = &arguments[..] else {
        panic!("usage: schemata SAMPLE ROOT [LEFT OUT]");
    };
    let text = |path: &str| fs::read_to_string(path).unwrap();
    let sample: Vec<Value> = serde_json::from_str(&text(sample)).unwrap();
    let left_out: Vec<usize> = match left_out {
        [path, ..] => serde_json::from_str(&text(path)).unwrap(),
        [] => vec![],
    };

    let mut files: BTreeMap<&str, Vec<Mutant>> = BTreeMap::new();
    for (number, mutant) in sample.iter().enumerate() {
        if !left_out.contains(&number) {
            let of_file = files.entry(mutant["file"].as_str().unwrap()).or_default();
            of_file.push(Mutant::new(number, mutant));
        }
    }
    let mut crates = BTreeSet::new();
    let mut marks = BTreeMap::new();
    for (file, mutants) in files {
        let path = Path::new(root).join(file);
        let source = fs::read_to_string(&path).unwrap();
        let (changed, owners) = change(&source, mutants);
        fs::write(&path, changed).unwrap();
        marks.insert(file, owners);
        crates.insert(file.split("/src/").next().unwrap());
    }
    for folder in crates {
        for name in ["lib.rs", "main.rs"] {
            let path = Path::new(root).join(folder).join("src").join(name);
            if let Ok(source) = fs::read_to_string(&path) {
                fs::write(&path, source + IS_ACTIVE).unwrap();
            }
        }
    }
    println!("{}", json!(marks));
}

/// A mutant, as cargo-mutants tells it: put `replacement` where the span is.
struct Mutant {
    number: usize,
    genre: String,
    start: LineColumn,
    replacement: TokenStream,
}

impl Mutant {
    fn new(number: usize, json: &Value) -> Self {
        let start = &json["span"]["start"];
        let at = |name: &str| start[name].as_u64().unwrap() as usize;
        Self {
            number,
            genre: json["genre"].as_str().unwrap().to_owned(),
            start: LineColumn {
                line: at("line"),
                column: at("column") - 1,
            },
            replacement: json["replacement"].as_str().unwrap().parse().unwrap(),
        }
    }

    fn active(&self) -> TokenStream {
        let number = self.number;
        quote!(crate::mutant(#number))
    }
}

/// Text before and after a part of the source.
struct Wrap {
    number: usize,
    start: usize,
    end: usize,
    before: String,
    after: String,
}

/// The source with the mutants in it; and for each run of bytes that was inserted, and each part
/// that was wrapped, start, end and number of the mutant.
fn change(source: &str, mutants: Vec<Mutant>) -> (String, Vec<[usize; 3]>) {
    let mut lines = vec![0];
    lines.extend(source.match_indices('\n').map(|(i, _)| i + 1));
    let mut finder = Finder {
        source,
        lines,
        mutants: HashMap::new(),
        chain: None,
        wraps: Vec::new(),
    };
    for mutant in mutants {
        if mutant.genre == "FnValue" {
            finder.begin_function(&mutant);
        } else {
            let key = (mutant.genre.clone(), mutant.start.line, mutant.start.column);
            finder.mutants.entry(key).or_default().push(mutant);
        }
    }
    finder.visit_file(&syn::parse_file(source).unwrap());
    let wraps = finder.wraps;

    // What ends goes before what begins; of what ends here, the inner first; of what begins, the
    // outer.
    let mut inserts = Vec::new();
    for (i, wrap) in wraps.iter().enumerate() {
        let order = i as isize;
        inserts.push((wrap.start, 1, -(wrap.end as isize), order, i, &wrap.before));
        inserts.push((
            wrap.end.min(source.len()),
            0,
            -(wrap.start as isize),
            -order,
            i,
            &wrap.after,
        ));
    }
    inserts.sort();
    let mut text = String::new();
    let mut copied = 0;
    let mut owners = Vec::new();
    let mut begun = vec![0; wraps.len()];
    for (at, side, _, _, i, insert) in inserts {
        text += &source[copied..at];
        copied = at;
        let start = text.len();
        text += insert;
        owners.push([start, text.len(), wraps[i].number]);
        if side == 1 {
            begun[i] = start;
        } else if !wraps[i].after.is_empty() {
            owners.push([begun[i], text.len(), wraps[i].number]);
        }
    }
    (text + &source[copied..], owners)
}

/// Walks through a file and finds what the mutants change.
struct Finder<'a> {
    source: &'a str,
    lines: Vec<usize>,
    mutants: HashMap<(String, usize, usize), Vec<Mutant>>,
    /// The outermost of the operations that the one to be visited next is an operand of, without
    /// brackets between.
    chain: Option<Rc<Chain>>,
    wraps: Vec<Wrap>,
}

struct Chain {
    start: usize,
    end: usize,
    tokens: TokenStream,
}

impl Finder<'_> {
    fn offset(&self, place: LineColumn) -> usize {
        let line = &self.source[self.lines[place.line - 1]..];
        self.lines[place.line - 1]
            + line
                .chars()
                .take(place.column)
                .map(char::len_utf8)
                .sum::<usize>()
    }

    fn part(&self, part: &impl Spanned) -> (usize, usize) {
        (
            self.offset(part.span().start()),
            self.offset(part.span().end()),
        )
    }

    fn take(&mut self, genre: &str, start: LineColumn) -> Vec<Mutant> {
        self.mutants
            .remove(&(genre.to_owned(), start.line, start.column))
            .unwrap_or_default()
    }

    fn wrap(&mut self, mutant: &Mutant, (start, end): (usize, usize), before: String, after: &str) {
        self.wraps.push(Wrap {
            number: mutant.number,
            start,
            end,
            before,
            after: after.to_owned(),
        });
    }

    /// `(if ACTIVE { MUTATED } else { ORIGINAL })`.
    fn either(&mut self, mutant: &Mutant, part: (usize, usize), mutated: &TokenStream) {
        let active = mutant.active();
        self.wrap(
            mutant,
            part,
            format!("(if {active} {{ {mutated} }} else {{ "),
            " })",
        );
    }

    fn begin_function(&mut self, mutant: &Mutant) {
        let (active, value) = (mutant.active(), &mutant.replacement);
        let start = self.offset(mutant.start);
        self.wrap(
            mutant,
            (start, usize::MAX),
            format!("if {active} {{ return {value}; }} "),
            "",
        );
    }
}

impl<'ast> Visit<'ast> for Finder<'_> {
    // The operator is exchanged in the text, as cargo-mutants does it, so what binds tighter may
    // change: therefore all of `a - b * c` is one of two branches, whichever operator is exchanged.
    fn visit_expr_binary(&mut self, binary: &'ast syn::ExprBinary) {
        let outer = self.chain.take();
        let chain = if has_let(&binary.left) || has_let(&binary.right) {
            None
        } else {
            let (start, end) = self.part(binary);
            Some(outer.unwrap_or_else(|| {
                Rc::new(Chain {
                    start,
                    end,
                    tokens: binary.to_token_stream(),
                })
            }))
        };
        let operator = binary.op.span().start();
        if let Some(chain) = &chain {
            for mutant in self.take("BinaryOperator", operator) {
                let length = binary.op.to_token_stream().to_string().len();
                let mutated = exchange(&chain.tokens, operator, length, &mutant.replacement);
                self.either(&mutant, (chain.start, chain.end), &mutated);
            }
        }
        let chain = chain.filter(|_| !assigns(&binary.op));
        for operand in [&binary.left, &binary.right] {
            self.chain = chain
                .clone()
                .filter(|_| matches!(**operand, Expr::Binary(_)));
            self.visit_expr(operand);
        }
        self.chain = None;
    }

    fn visit_expr_unary(&mut self, unary: &'ast syn::ExprUnary) {
        for mutant in self.take("UnaryOperator", unary.op.span().start()) {
            self.either(&mutant, self.part(unary), &unary.expr.to_token_stream());
        }
        visit::visit_expr_unary(self, unary);
    }

    fn visit_arm(&mut self, arm: &'ast syn::Arm) {
        for mutant in self.take("MatchArm", arm.span().start()) {
            let active = mutant.active();
            match &arm.guard {
                Some((_, guard)) => {
                    self.wrap(&mutant, self.part(&**guard), format!("!{active} && ("), ")")
                }
                None => self.wrap(
                    &mutant,
                    self.part(&arm.pat),
                    String::new(),
                    &format!(" if !{active}"),
                ),
            }
        }
        if let Some((_, guard)) = &arm.guard {
            for mutant in self.take("MatchArmGuard", guard.span().start()) {
                self.either(&mutant, self.part(&**guard), &mutant.replacement);
            }
        }
        visit::visit_arm(self, arm);
    }

    fn visit_expr_struct(&mut self, expr: &'ast syn::ExprStruct) {
        for field in &expr.fields {
            for mutant in self.take("StructField", field.span().start()) {
                let (name, path) = (&field.member, &expr.path);
                let Some(rest) = &expr.rest else { continue };
                let mutated = quote!({ let rest: #path = #rest; rest.#name });
                if field.colon_token.is_some() {
                    self.either(&mutant, self.part(&field.expr), &mutated);
                } else {
                    let active = mutant.active();
                    let before = format!(
                        "{}: (if {active} {{ {mutated} }} else {{ ",
                        name.to_token_stream()
                    );
                    self.wrap(&mutant, self.part(field), before, " })");
                }
            }
        }
        visit::visit_expr_struct(self, expr);
    }
}

/// Whether it is a condition with `let`, which cannot stand in brackets.
fn has_let(expr: &Expr) -> bool {
    match expr {
        Expr::Let(_) => true,
        Expr::Binary(binary) => has_let(&binary.left) || has_let(&binary.right),
        _ => false,
    }
}

fn assigns(op: &BinOp) -> bool {
    let text = op.to_token_stream().to_string();
    text.ends_with('=') && !["==", "<=", ">=", "!="].contains(&text.as_str())
}

/// The tokens with others in place of the `length` characters of an operator.
fn exchange(
    tokens: &TokenStream,
    operator: LineColumn,
    length: usize,
    by: &TokenStream,
) -> TokenStream {
    let mut left = 0;
    tokens
        .clone()
        .into_iter()
        .flat_map(|token| match token {
            TokenTree::Group(group) if group.delimiter() != Delimiter::None => Group::new(
                group.delimiter(),
                exchange(&group.stream(), operator, length, by),
            )
            .to_token_stream(),
            _ if left > 0 => {
                left -= 1;
                TokenStream::new()
            }
            _ if token.span().start() == operator => {
                left = length - 1;
                by.clone()
            }
            token => token.into(),
        })
        .collect()
}
