//! The programs of `composites.txt`: one line a leaf or a step, then the value and the gradients.

use super::{matrix_by_name, scalar_by_name};
use nalgebra::DMatrix;
use std::collections::HashMap;
use tape::{Cotangents, MatrixVar, Tape, Var, dot, log_sum_exp, sum};

/// What the tolerance is relative to: the number itself, or, where it is the difference of larger
/// ones, the largest of its leaf.
const TOLERANCE: f64 = 1e-13;

#[derive(Clone, Copy)]
enum Handle<'t> {
    Scalar(Var<'t>),
    Matrix(MatrixVar<'t>),
}
use Handle::{Matrix, Scalar};

/// A program being recorded.
struct Machine<'t> {
    tape: &'t Tape,
    results: HashMap<&'static str, Handle<'t>>,
    last: Option<Var<'t>>,
}

impl<'t> Machine<'t> {
    fn leaf(&mut self, words: &[&'static str]) {
        let [name, shape @ ..] = words else {
            panic!("{words:?}")
        };
        let leaf = match shape {
            ["scalar", x] => Scalar(self.tape.var(x.parse().unwrap())),
            [rows, cols, values @ ..] => {
                let values: Vec<f64> = values.iter().map(|x| x.parse().unwrap()).collect();
                let (rows, cols) = (rows.parse().unwrap(), cols.parse().unwrap());
                Matrix(
                    self.tape
                        .matrix(&DMatrix::from_row_slice(rows, cols, &values)),
                )
            }
            _ => panic!("{words:?}"),
        };
        self.results.insert(name, leaf);
    }

    fn operand(&self, word: &'static str) -> Handle<'t> {
        match word.strip_prefix('#') {
            Some(number) => Scalar(Var::from(number.parse::<f64>().unwrap())),
            None => self.results[word],
        }
    }

    fn step(&mut self, words: &[&'static str]) {
        let [name, op, operands @ ..] = words else {
            panic!("{words:?}")
        };
        let is_parameter = |word: &&&'static str| word.parse::<i32>().is_ok();
        let parameters: Vec<i32> = operands
            .iter()
            .filter(is_parameter)
            .map(|x| x.parse().unwrap())
            .collect();
        let handles = operands
            .iter()
            .filter(|word| !is_parameter(word))
            .map(|word| self.operand(word));
        let result = self.apply(op, &handles.collect::<Vec<_>>(), &parameters);
        self.last = match result {
            Scalar(x) => Some(x),
            Matrix(_) => None,
        };
        self.results.insert(name, result);
    }

    fn apply(&self, op: &str, operands: &[Handle<'t>], parameters: &[i32]) -> Handle<'t> {
        match (op, operands) {
            ("sum_of" | "dot" | "log_sum_exp" | "assemble", _) => {
                self.of_scalars(op, operands, parameters)
            }
            ("hstack" | "vstack", _) => {
                let all: Vec<_> = operands.iter().map(|&x| matrix(x)).collect();
                Matrix(if op == "hstack" {
                    MatrixVar::hstack(&all)
                } else {
                    MatrixVar::vstack(&all)
                })
            }
            (_, &[Matrix(x)]) => of_matrix(op, x, parameters),
            ("powi", &[Scalar(x)]) => Scalar(x.powi(parameters[0])),
            (_, &[Scalar(x)]) => Scalar(scalar_by_name(op, &[x])),
            (_, &[Scalar(x), Scalar(y)]) => Scalar(scalar_by_name(op, &[x, y])),
            (_, &[x, y]) => Matrix(of_two(op, x, y)),
            _ => panic!("{op} of {} operands", operands.len()),
        }
    }

    fn of_scalars(&self, op: &str, operands: &[Handle<'t>], parameters: &[i32]) -> Handle<'t> {
        let scalar = |x: &Handle<'t>| match *x {
            Scalar(x) => x,
            Matrix(_) => panic!("{op} takes scalars"),
        };
        let all: Vec<Var<'t>> = operands.iter().map(scalar).collect();
        let (first, second) = all.split_at(all.len() / 2);
        match op {
            "sum_of" => Scalar(sum(&all)),
            "dot" => Scalar(dot(first, second)),
            "log_sum_exp" => Scalar(log_sum_exp(&all)),
            _ => Matrix(
                self.tape
                    .assemble(parameters[0] as usize, parameters[1] as usize, &all),
            ),
        }
    }
}

fn matrix(x: Handle<'_>) -> MatrixVar<'_> {
    match x {
        Matrix(x) => x,
        Scalar(_) => panic!("a matrix was expected"),
    }
}

fn of_matrix<'t>(op: &str, x: MatrixVar<'t>, parameters: &[i32]) -> Handle<'t> {
    let at = |k: usize| parameters[k] as usize;
    match op {
        "sum" => Scalar(x.sum()),
        "mean" => Scalar(x.mean()),
        "maximum" => Scalar(x.maximum()),
        "element" => Scalar(x.element(at(0), at(1))),
        "transpose" => Matrix(x.transpose()),
        "row_sums" => Matrix(x.row_sums()),
        "column_sums" => Matrix(x.column_sums()),
        "row_maxima" => Matrix(x.row_maxima()),
        "row_log_sum_exp" => Matrix(x.row_log_sum_exp()),
        "softmax" => Matrix(x.softmax()),
        "reshape" => Matrix(x.reshape(at(0), at(1))),
        "rows" => Matrix(x.rows(at(0)..at(1))),
        "columns" => Matrix(x.columns(at(0)..at(1))),
        "powi" => Matrix(x.powi(parameters[0])),
        _ => Matrix(matrix_by_name(op, x)),
    }
}

fn of_two<'t>(op: &str, x: Handle<'t>, y: Handle<'t>) -> MatrixVar<'t> {
    match (op, x, y) {
        ("matmul", x, y) => matrix(x) * matrix(y),
        ("add", Matrix(x), Matrix(y)) => x + y,
        ("add", Matrix(x), Scalar(y)) => x + y,
        ("add", Scalar(x), Matrix(y)) => x + y,
        ("sub", Matrix(x), Matrix(y)) => x - y,
        ("sub", Matrix(x), Scalar(y)) => x - y,
        ("sub", Scalar(x), Matrix(y)) => x - y,
        ("mul", Matrix(x), Matrix(y)) => x.component_mul(y),
        ("mul", Matrix(x), Scalar(y)) => x * y,
        ("mul", Scalar(x), Matrix(y)) => x * y,
        ("div", Matrix(x), Matrix(y)) => x.component_div(y),
        ("div", Matrix(x), Scalar(y)) => x / y,
        ("div", Scalar(x), Matrix(y)) => x / y,
        ("powf", Matrix(x), Matrix(y)) => x.powf(y),
        ("atan2", Matrix(x), Matrix(y)) => x.atan2(y),
        ("max", Matrix(x), Matrix(y)) => x.max(y),
        ("min", Matrix(x), Matrix(y)) => x.min(y),
        ("hypot", Matrix(x), Matrix(y)) => x.hypot(y),
        _ => panic!("{op} is not a step of two matrices"),
    }
}

fn numbers(words: &[&str]) -> Vec<f64> {
    words.iter().map(|x| x.parse().unwrap()).collect()
}

/// The gradient of a leaf, row by row as the file has it.
fn gradient(leaf: Handle<'_>, cotangents: &Cotangents) -> Vec<f64> {
    match leaf {
        Scalar(x) => vec![cotangents.of(x)],
        Matrix(x) => cotangents.of(x).matrix().transpose().as_slice().to_vec(),
    }
}

/// How many tolerances two lists are apart.
fn apart(found: &[f64], expected: &[f64]) -> f64 {
    assert_eq!(found.len(), expected.len());
    let largest = expected.iter().fold(0.0, |most: f64, x| most.max(x.abs()));
    let each = found
        .iter()
        .zip(expected)
        .map(|(x, y)| (x - y).abs() / (TOLERANCE * largest));
    each.fold(0.0, |most, x| {
        if x.is_nan() && largest > 0.0 {
            f64::INFINITY
        } else {
            most.max(x)
        }
    })
}

#[test]
fn every_composite_agrees_with_jax() {
    let mut wrong = Vec::new();
    let programs: Vec<&'static str> = include_str!("composites.txt").split("end\n").collect();
    let programs = programs.iter().filter(|program| !program.is_empty());
    let mut count = 0;
    for program in programs {
        count += 1;
        let tape = Tape::new();
        let mut machine = Machine {
            tape: &tape,
            results: HashMap::new(),
            last: None,
        };
        let mut title = "";
        let mut cotangents = Cotangents::new();
        for line in program.lines() {
            let words: Vec<&'static str> = line.split_whitespace().collect();
            let mut compare = |what: &str, found: &[f64], expected: &[f64]| {
                let apart = apart(found, expected);
                if apart > 1.0 {
                    wrong.push(format!("{title}: {what} is {apart:.1} tolerances away"));
                }
            };
            match words[..] {
                ["program", name] => title = name,
                ["leaf", ref leaf @ ..] => machine.leaf(leaf),
                ["step", ref step @ ..] => machine.step(step),
                ["value", value] => {
                    let output = machine.last.expect("the last step is a scalar");
                    compare("the value", &[output.value()], &numbers(&[value]));
                    cotangents = output.gradient();
                }
                ["gradient", name, ref values @ ..] => {
                    let found = gradient(machine.results[name], &cotangents);
                    compare(&format!("the gradient of {name}"), &found, &numbers(values));
                }
                _ => panic!("{line}"),
            }
        }
    }
    assert!(count >= 100, "{count} programs");
    assert!(
        wrong.is_empty(),
        "{} of {count}:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}
