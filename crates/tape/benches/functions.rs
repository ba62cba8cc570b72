//! Derivatives of functions, each in units of what they are made of: Jacobians to the program, and
//! products with the Hessian to the gradient.

#[path = "../../bench/src/measure.rs"]
mod measure;

use measure::{Contender, Effort, compare};
use nalgebra::DMatrix;
use std::cell::RefCell;
use std::hint::black_box;
use tape::{Function, Real, Var, Workspace};

type Program = for<'t> fn(&[Var<'t>]) -> Var<'t>;

fn main() {
    jacobian("dense Jacobian, 26 inputs", 26, |x| layers(x, 10));
    jacobian("dense Jacobian, 100 inputs", 100, |x| layers(x, 4));
    brusselator(32);
    let programs: [(&str, usize, Program); 3] = [
        ("Rosenbrock, 100 numbers", 100, |x| rosenbrock(x)),
        ("Rosenbrock, 10,000 numbers", 10_000, |x| rosenbrock(x)),
        ("mixed layers, 40 numbers", 40, |x| {
            layers(x, 10).into_iter().sum()
        }),
    ];
    for (name, inputs, program) in programs {
        hessian_products(name, inputs, program);
    }
}

fn point(inputs: usize) -> Vec<f64> {
    (1..=inputs)
        .map(|i| 0.2 + (0.618 * i as f64).fract())
        .collect()
}

/// One program, evaluated, and its dense Jacobian.
fn jacobian(name: &str, inputs: usize, program: for<'t> fn(&[Var<'t>]) -> Vec<Var<'t>>) {
    let (f, x) = (Function::vector(program), point(inputs));
    let mut values = f.values(&x).expect("it can be evaluated");
    let mut jacobian = DMatrix::zeros(values.len(), inputs);
    let workspace = RefCell::new(Workspace::new());
    let value = || {
        let done = f.values_into(black_box(&x), &mut values, &mut workspace.borrow_mut());
        done.expect("it can be evaluated");
    };
    let dense = || {
        let done = f.jacobian_into(black_box(&x), &mut jacobian, &mut workspace.borrow_mut());
        done.expect("it can be differentiated");
    };
    let contenders = vec![
        Contender::new("the program", value),
        Contender::new("its Jacobian", dense),
    ];
    println!("{}", compare(Effort::USUAL, contenders).listed(name, 0));
}

/// The sparse Jacobian of the Brusselator on a periodic grid, n cells a side.
fn brusselator(n: usize) {
    let (f, x) = (Function::vector(move |x| rates(x, n)), point(2 * n * n));
    let pattern = f.jacobian_pattern(&x).expect("it can be evaluated");
    let (mut values, mut numbers) = (vec![0.0; 2 * n * n], vec![0.0; pattern.entries()]);
    let workspace = RefCell::new(Workspace::new());
    let value = || {
        let done = f.values_into(black_box(&x), &mut values, &mut workspace.borrow_mut());
        done.expect("it can be evaluated");
    };
    let sparse = || {
        let mut workspace = workspace.borrow_mut();
        let done = f.jacobian_entries_into(black_box(&x), &mut numbers, &mut workspace);
        done.expect("it can be differentiated");
    };
    let contenders = vec![
        Contender::new("the program", value),
        Contender::new("its sparse Jacobian", sparse),
    ];
    let (entries, colours) = (pattern.entries(), pattern.colours());
    let name = format!("Brusselator, N = {n}: {entries} entries, {colours} colours");
    println!("{}", compare(Effort::USUAL, contenders).listed(&name, 0));
}

/// A gradient, and products with the Hessian, one and eight.
fn hessian_products(name: &str, inputs: usize, program: Program) {
    let (f, x) = (Function::scalar(program), point(inputs));
    let (mut gradient, mut product) = (vec![0.0; inputs], vec![0.0; inputs]);
    let directions = DMatrix::from_fn(inputs, 8, |i, j| ((i + 3 * j) as f64).cos());
    let mut products = directions.clone();
    let workspace = RefCell::new(Workspace::new());
    let swept = || {
        let mut workspace = workspace.borrow_mut();
        // A replay and a sweep, as a product with the Hessian is one of the recorded gradient.
        let done = f.vjp_into(black_box(&x), &[1.0], &mut gradient, &mut workspace);
        done.expect("it can be differentiated");
    };
    let along = directions.column(0).as_slice().to_vec();
    let one = || {
        let mut workspace = workspace.borrow_mut();
        let done = f.hvp_into(black_box(&x), &along, &mut product, &mut workspace);
        done.expect("it can be differentiated");
    };
    let eight = || {
        let mut workspace = workspace.borrow_mut();
        let done = f.hvps_into(black_box(&x), &directions, &mut products, &mut workspace);
        done.expect("it can be differentiated");
    };
    let contenders = vec![
        Contender::new("the gradient", swept),
        Contender::new("a Hessian-vector product", one),
        Contender::new("eight of them", eight),
    ];
    println!("{}", compare(Effort::USUAL, contenders).listed(name, 0));
}

fn rosenbrock<R: Real<Number = f64>>(x: &[R]) -> R {
    let terms = x.windows(2).map(|x| {
        let (slope, valley) = (x[0] - 1.0, x[1] - x[0] * x[0]);
        slope.square() + valley.square() * 100.0
    });
    terms.sum()
}

/// Layers of operations on neighbours, a fifth of them elementary functions.
fn layers<R: Real<Number = f64>>(x: &[R], depth: usize) -> Vec<R> {
    let mut y = x.to_vec();
    for k in 0..depth {
        let n = y.len();
        let each = (0..n).map(|i| {
            let (a, b, c) = (y[i], y[(i + 1) % n], y[(i + 7 + k) % n]);
            match (i + k) % 5 {
                0 => a * b + c,
                1 => a * 0.5 - b * c,
                2 => a.sin() * c,
                3 => (a * 0.1).exp() / (b * b + 2.0),
                _ => a + b * c,
            }
        });
        y = each.collect();
    }
    y
}

/// What the Brusselator's two numbers a cell change by.
fn rates<'t>(x: &[Var<'t>], n: usize) -> Vec<Var<'t>> {
    let (u, v) = x.split_at(n * n);
    let around = |w: &[Var<'t>], i: usize, j: usize| {
        let at = |i: usize, j: usize| w[(i % n) * n + j % n];
        let sum = at(i + 1, j) + at(i + n - 1, j) + at(i, j + 1) + at(i, j + n - 1);
        (sum - 4.0 * at(i, j)) * 10.0
    };
    let cells = || (0..n * n).map(|k| (k / n, k % n, u[k], v[k]));
    let of_u = cells().map(|(i, j, u0, v0)| around(u, i, j) + 1.0 + u0 * u0 * v0 - 4.4 * u0);
    let of_v = cells().map(|(i, j, u0, v0)| around(v, i, j) + 3.4 * u0 - u0 * u0 * v0);
    of_u.chain(of_v).collect()
}
