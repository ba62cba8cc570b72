//! A machine that records the programs of `composites.txt`, on a tape of any numbers.

use super::{matrix_by_name, scalar_by_name};
use nalgebra::DMatrix;
use std::collections::HashMap;
use tape::{Cotangents, MatrixVar, Operand, Scalar, Tape, Var, dot, log_sum_exp, norm, sum};

/// A stream of signs, the same in every run.
pub struct Noise {
    /// By how much each number on the way is moved, relative to its size.
    pub size: f64,
    pub state: u64,
}

impl Noise {
    /// 1 and a little more, or less.
    fn factor(&mut self) -> f64 {
        // Of Knuth's MMIX.
        let next = self.state.wrapping_mul(6_364_136_223_846_793_005);
        self.state = next.wrapping_add(1_442_695_040_888_963_407);
        let up = self.state >> 62 & 1 == 1;
        1.0 + if up { self.size } else { -self.size }
    }
}

#[derive(Clone, Copy)]
enum Handle<'t, T: Scalar> {
    Number(Var<'t, T>),
    Matrix(MatrixVar<'t, T>),
}
use Handle::{Matrix, Number};

impl<'t, T: Scalar> Handle<'t, T> {
    fn matrix(self) -> MatrixVar<'t, T> {
        match self {
            Matrix(x) => x,
            Number(_) => panic!("a matrix was expected"),
        }
    }

    fn scalar(self) -> Var<'t, T> {
        match self {
            Number(x) => x,
            Matrix(_) => panic!("a scalar was expected"),
        }
    }

    fn operand(self) -> Operand<'t, T> {
        match self {
            Number(x) => x.into(),
            Matrix(x) => x.into(),
        }
    }
}

/// A program being recorded.
pub struct Machine<'t, T: Scalar> {
    tape: &'t Tape<T>,
    /// Moves every number on the way, if it is there.
    noise: Option<Noise>,
    leaves: HashMap<&'static str, Handle<'t, T>>,
    results: HashMap<&'static str, Handle<'t, T>>,
    last: Option<Var<'t, T>>,
}

impl<'t, T: Scalar> Machine<'t, T> {
    pub fn new(tape: &'t Tape<T>, noise: Option<Noise>) -> Self {
        Machine {
            tape,
            noise,
            leaves: HashMap::new(),
            results: HashMap::new(),
            last: None,
        }
    }

    /// The result of the last step.
    pub fn output(&self) -> Var<'t, T> {
        self.last.expect("the last step is a scalar")
    }

    /// The gradient of a leaf, row by row as the file has it.
    pub fn gradient(&self, name: &str, cotangents: &Cotangents<T>) -> Vec<f64> {
        let found: Vec<T> = match self.leaves[name] {
            Number(x) => vec![cotangents.of(x)],
            Matrix(x) => cotangents.of(x).matrix().transpose().as_slice().to_vec(),
        };
        found.into_iter().map(T::to_f64).collect()
    }

    pub fn leaf(&mut self, words: &[&'static str]) {
        let [name, shape @ ..] = words else {
            panic!("{words:?}")
        };
        let leaf = match shape {
            ["scalar", x] => Number(self.tape.var(number(x))),
            _ => Matrix(self.tape.matrix(&matrix_of(shape))),
        };
        self.leaves.insert(name, leaf);
        self.keep(name, leaf);
    }

    pub fn data(&mut self, words: &[&'static str]) {
        let [name, shape @ ..] = words else {
            panic!("{words:?}")
        };
        let data = Matrix(self.tape.input(&matrix_of(shape)));
        self.results.insert(name, data);
    }

    /// Keeps a result, moved by what rounding may have moved it.
    fn keep(&mut self, name: &'static str, result: Handle<'t, T>) {
        let mut kept = result;
        if let Some(noise) = &mut self.noise {
            kept = match result {
                Number(x) => Number(x * T::from_f64(noise.factor())),
                Matrix(x) => {
                    let (rows, cols) = (x.shape().rows, x.shape().cols);
                    let factors = DMatrix::from_fn(rows, cols, |_, _| T::from_f64(noise.factor()));
                    Matrix(x.component_mul(self.tape.input(&factors)))
                }
            };
        }
        self.last = match kept {
            Number(x) => Some(x),
            Matrix(_) => None,
        };
        self.results.insert(name, kept);
    }

    fn named(&self, word: &'static str) -> Handle<'t, T> {
        match word.strip_prefix('#') {
            Some(plain) => Number(Var::from(number::<T>(plain))),
            None => self.results[word],
        }
    }

    pub fn step(&mut self, words: &[&'static str]) {
        let [name, op, operands @ ..] = words else {
            panic!("{words:?}")
        };
        let is_parameter = |word: &&&'static str| word.parse::<i32>().is_ok();
        let parameters = operands.iter().filter(is_parameter);
        let parameters: Vec<i32> = parameters.map(|x| x.parse().unwrap()).collect();
        let handles = operands.iter().filter(|word| !is_parameter(word));
        let handles: Vec<_> = handles.map(|word| self.named(word)).collect();
        let result = self.apply(op, &handles, &parameters);
        self.keep(name, result);
    }

    fn apply(&self, op: &str, operands: &[Handle<'t, T>], parameters: &[i32]) -> Handle<'t, T> {
        let at = |k: usize| parameters[k] as usize;
        match (op, operands) {
            ("sum_of" | "dot" | "log_sum_exp" | "norm_of" | "assemble", _) => {
                self.of_scalars(op, operands, parameters)
            }
            ("hstack" | "vstack", _) => {
                let all: Vec<_> = operands.iter().map(|x| x.matrix()).collect();
                Matrix(if op == "hstack" {
                    MatrixVar::hstack(&all)
                } else {
                    MatrixVar::vstack(&all)
                })
            }
            ("gather_rows", &[Matrix(x), Matrix(indices)]) => {
                Matrix(x.gather_rows(indices).unwrap())
            }
            ("scatter_add_rows", &[Matrix(x), Matrix(indices)]) => {
                Matrix(x.scatter_add_rows(indices, at(0)).unwrap())
            }
            ("select" | "clamp", &[x, a, b]) => choice(op, x, a, b),
            (_, &[Matrix(x)]) => of_matrix(op, x, parameters),
            ("powi", &[Number(x)]) => Number(x.powi(parameters[0])),
            (_, &[Number(x)]) => Number(scalar_by_name(op, &[x])),
            (_, &[Number(x), Number(y)]) => Number(scalar_by_name(op, &[x, y])),
            (_, &[x, y]) => Matrix(of_two(op, x, y)),
            _ => panic!("{op} of {} operands", operands.len()),
        }
    }

    fn of_scalars(&self, op: &str, all: &[Handle<'t, T>], parameters: &[i32]) -> Handle<'t, T> {
        let all: Vec<Var<'t, T>> = all.iter().map(|x| x.scalar()).collect();
        let (first, second) = all.split_at(all.len() / 2);
        Number(match op {
            "sum_of" => sum(&all),
            "dot" => dot(first, second),
            "log_sum_exp" => log_sum_exp(&all),
            "norm_of" => norm(&all),
            _ => {
                let (rows, cols) = (parameters[0] as usize, parameters[1] as usize);
                return Matrix(self.tape.assemble(rows, cols, &all));
            }
        })
    }
}

fn choice<'t, T: Scalar>(
    op: &str,
    x: Handle<'t, T>,
    a: Handle<'t, T>,
    b: Handle<'t, T>,
) -> Handle<'t, T> {
    match (op, x) {
        ("select", Number(x)) => Number(x.select(a.scalar(), b.scalar())),
        ("select", Matrix(x)) => Matrix(x.select(a.operand(), b.operand())),
        (_, Number(x)) => Number(x.clamp(a.scalar(), b.scalar())),
        (_, Matrix(x)) => Matrix(x.clamp(a.operand(), b.operand())),
    }
}

fn of_matrix<'t, T: Scalar>(op: &str, x: MatrixVar<'t, T>, parameters: &[i32]) -> Handle<'t, T> {
    let at = |k: usize| parameters[k] as usize;
    match op {
        "sum" => Number(x.sum()),
        "mean" => Number(x.mean()),
        "maximum" => Number(x.maximum()),
        "norm" => Number(x.norm()),
        "element" => Number(x.element(at(0), at(1))),
        "transpose" => Matrix(x.transpose()),
        "row_sums" => Matrix(x.row_sums()),
        "column_sums" => Matrix(x.column_sums()),
        "row_means" => Matrix(x.row_means()),
        "column_means" => Matrix(x.column_means()),
        "row_variances" => Matrix(x.row_variances()),
        "column_variances" => Matrix(x.column_variances()),
        "row_norms" => Matrix(x.row_norms()),
        "row_maxima" => Matrix(x.row_maxima()),
        "row_log_sum_exp" => Matrix(x.row_log_sum_exp()),
        "softmax" => Matrix(x.softmax()),
        "log_softmax" => Matrix(x.log_softmax()),
        "reshape" => Matrix(x.reshape(at(0), at(1))),
        "rows" => Matrix(x.rows(at(0)..at(1))),
        "columns" => Matrix(x.columns(at(0)..at(1))),
        "powi" => Matrix(x.powi(parameters[0])),
        _ => Matrix(matrix_by_name(op, x)),
    }
}

fn of_two<'t, T: Scalar>(op: &str, x: Handle<'t, T>, y: Handle<'t, T>) -> MatrixVar<'t, T> {
    match (op, x, y) {
        ("matmul", x, y) => x.matrix() * y.matrix(),
        ("add", Matrix(x), Matrix(y)) => x + y,
        ("add", Matrix(x), Number(y)) => x + y,
        ("add", Number(x), Matrix(y)) => x + y,
        ("sub", Matrix(x), Matrix(y)) => x - y,
        ("sub", Matrix(x), Number(y)) => x - y,
        ("sub", Number(x), Matrix(y)) => x - y,
        ("mul", Matrix(x), Matrix(y)) => x.component_mul(y),
        ("mul", Matrix(x), Number(y)) => x * y,
        ("mul", Number(x), Matrix(y)) => x * y,
        ("div", Matrix(x), Matrix(y)) => x.component_div(y),
        ("div", Matrix(x), Number(y)) => x / y,
        ("div", Number(x), Matrix(y)) => x / y,
        ("powf", Matrix(x), y) => x.powf(y.operand()),
        ("atan2", Matrix(x), y) => x.atan2(y.operand()),
        ("max", Matrix(x), y) => x.max(y.operand()),
        ("min", Matrix(x), y) => x.min(y.operand()),
        ("hypot", Matrix(x), y) => x.hypot(y.operand()),
        ("greater_than", Matrix(x), y) => x.greater_than(y.operand()),
        ("at_least", Matrix(x), y) => x.at_least(y.operand()),
        _ => panic!("{op} is not a step of two matrices"),
    }
}

fn number<T: Scalar>(word: &str) -> T {
    T::from_f64(word.parse().unwrap())
}

fn matrix_of<T: Scalar>(words: &[&str]) -> DMatrix<T> {
    let [rows, cols, values @ ..] = words else {
        panic!("{words:?}")
    };
    let values: Vec<T> = values.iter().map(|x| number(x)).collect();
    DMatrix::from_row_slice(rows.parse().unwrap(), cols.parse().unwrap(), &values)
}
