//! Random programs with branches, of scalars and matrices: everything a function gives, held
//! against fresh recordings and dual numbers.
//!
//! `cargo test` tries some; for more, see docs/testing.md, "Functions".

use nalgebra::{DMatrix, DVector};
use num_dual::Dual64;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::cell::Cell;
use tape::{Function, MatrixVar, Scalar, Tape, Var, Workspace};

/// How many programs are tried, unless the environment variable `PROGRAMS` says otherwise.
const PROGRAMS: u64 = 300;
/// At how many points each.
const POINTS: usize = 5;

/// A step of a program: what it does with two earlier results and a number.
#[derive(Clone, Debug)]
pub struct Step {
    kind: u32,
    a: usize,
    b: usize,
    number: f64,
    /// What is done on the other side of a comparison.
    other: u32,
}

#[derive(Clone, Debug)]
pub struct Program {
    pub inputs: usize,
    steps: Vec<Step>,
    results: usize,
}

const KINDS: u32 = 22;

impl Program {
    pub fn random(random: &mut ChaCha8Rng) -> Self {
        let step = |random: &mut ChaCha8Rng| Step {
            kind: random.random_range(0..KINDS + 4),
            a: random.random_range(0..64),
            b: random.random_range(0..64),
            number: random.random_range(-2.0..2.0),
            other: random.random_range(0..KINDS),
        };
        let count = random.random_range(1..20);
        Program {
            inputs: random.random_range(1..6),
            steps: (0..count).map(|_| step(random)).collect(),
            results: random.random_range(1..5),
        }
    }

    /// The same with scalar rules in the place of matrices.
    pub fn without_matrices(mut self) -> Self {
        const MATRICES: std::ops::Range<u32> = 19..KINDS;
        for step in &mut self.steps {
            for kind in [&mut step.kind, &mut step.other] {
                if MATRICES.contains(kind) {
                    *kind -= MATRICES.start;
                }
            }
        }
        self
    }

    pub fn run<'t, T: Scalar>(&self, x: &[Var<'t, T>]) -> Vec<Var<'t, T>> {
        let mut results = x.to_vec();
        for step in &self.steps {
            let pick = |at: usize| results[results.len() - 1 - at % results.len()];
            let (a, b) = (pick(step.a), pick(step.b));
            let number = T::from_f64(step.number);
            results.push(match step.kind.checked_sub(KINDS) {
                None => apply(step.kind, a, b, number),
                Some(0) if a < b => apply(step.other, a, b, number),
                Some(1) if a >= number => apply(step.other, b, a, number),
                // A loop, as long as the numbers say.
                Some(2) => {
                    let (mut sum, mut bound) = (a * T::from_f64(0.1), T::from_f64(-1.5));
                    while b.sin() > bound && bound < T::from_f64(1.5) {
                        sum = (sum + b * number).sin();
                        bound += T::from_f64(1.0);
                    }
                    sum
                }
                _ => b.sin() - a.cos(),
            });
        }
        results[results.len().saturating_sub(self.results)..].to_vec()
    }
}

/// Smooth and bounded in size where it matters, or with a kink that is chosen by a replay.
fn apply<'t, T: Scalar>(kind: u32, a: Var<'t, T>, b: Var<'t, T>, number: T) -> Var<'t, T> {
    match kind {
        0 => a + b,
        1 => a - b * number,
        2 => (a * b).tanh(),
        3 => a / (b * b + T::from_f64(1.0)),
        4 => a.sin() * number,
        5 => (a * T::from_f64(0.3)).exp().tanh(),
        6 => (a.square() + T::from_f64(0.5)).ln(),
        7 => (a.square() + T::from_f64(0.3)).sqrt(),
        8 => -a.cos() + number,
        9 => a.max(b),
        10 => a.abs().min(b + number),
        11 => (a + number).relu(),
        12 => a.atan() * b.sigmoid(),
        13 => a.tanh().powi(3) + b.softplus(),
        14 => (a.square() + T::from_f64(0.5)).powf(b.tanh()),
        15 => a.greater_than(b).select(a.sin(), b * number),
        16 => a.clamp(-T::from_f64(1.0), T::from_f64(1.0)),
        17 => tape::log_sum_exp(&[a, b, a * number]),
        18 => tape::dot(&[a, b], &[b.sin(), a * number]).tanh(),
        _ => matrices(kind, a, b, number),
    }
}

fn matrices<'t, T: Scalar>(kind: u32, a: Var<'t, T>, b: Var<'t, T>, number: T) -> Var<'t, T> {
    let Some(tape) = a.tape().or(b.tape()) else {
        return a;
    };
    let m: MatrixVar<'t, T> = tape.assemble(
        2,
        3,
        &[a, b, a * number, b.sin(), a.cos(), Var::from(number)],
    );
    match kind {
        19 => (m.transpose() * m).tanh().element(1, 2),
        20 => (m.softmax() * a.tanh()).row_sums().maximum() + m.row_log_sum_exp().sum(),
        _ => (m.rows(0..1) - m.rows(1..2) * b.sin()).sigmoid().norm(),
    }
}

/// Numbers that should be equal to rounding, where the largest is at most of some size.
fn close(found: &[f64], expected: &[f64], what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}");
    let scale = expected.iter().fold(1.0_f64, |most, x| most.max(x.abs()));
    for (k, (found, expected)) in found.iter().zip(expected).enumerate() {
        let is_close = (found - expected).abs() <= 1e-10 * scale;
        assert!(is_close, "{what}, {k}: {found:e} is not {expected:e}");
    }
}

/// A fresh recording's values and, row by row, its Jacobian.
fn fresh(program: &Program, x: &[f64]) -> (Vec<f64>, DMatrix<f64>) {
    let tape = Tape::new();
    let leaves = tape.vars(x);
    let results = program.run(&leaves);
    let mut jacobian = DMatrix::zeros(results.len(), x.len());
    for (i, result) in results.iter().enumerate() {
        let gradient = result.gradient();
        for (j, leaf) in leaves.iter().enumerate() {
            jacobian[(i, j)] = if result.tape().is_some() {
                gradient.of(*leaf)
            } else {
                0.0
            };
        }
    }
    (results.iter().map(|y| y.value()).collect(), jacobian)
}

/// The Hessian of the sum of the results, by dual numbers.
fn hessian(program: &Program, x: &[f64]) -> DMatrix<f64> {
    let n = x.len();
    let mut hessian = DMatrix::zeros(n, n);
    for j in 0..n {
        let tape = Tape::<Dual64>::default();
        let at = |i: usize| Dual64::new(x[i], f64::from(u8::from(i == j)));
        let leaves: Vec<_> = (0..n).map(|i| tape.var(at(i))).collect();
        let sum: Var<'_, Dual64> = program.run(&leaves).into_iter().sum();
        let gradient = sum.gradient();
        for (i, leaf) in leaves.iter().enumerate() {
            hessian[(i, j)] = if sum.tape().is_some() {
                gradient.of(*leaf).eps
            } else {
                0.0
            };
        }
    }
    hessian
}

/// A program as functions: its results, their sum, and what is made of them.
struct Functions {
    results: Function,
    sum: Function,
    gradient: Function,
    vjp: Function,
    jvp: Function,
    /// The sum's derivative along a direction.
    along: Function,
}

impl Functions {
    fn of(program: &Program, x: &[f64]) -> Self {
        let (all, one) = (program.clone(), program.clone());
        let results = Function::vector(move |x| all.run(x)).keeping(3);
        let sum = Function::scalar(move |x| one.run(x).into_iter().sum()).keeping(3);
        Functions {
            gradient: sum.derivative().unwrap().keeping(3),
            along: sum.jvp_function(x).unwrap().keeping(3),
            vjp: results.vjp_function(x).unwrap().keeping(3),
            jvp: results.jvp_function(x).unwrap().keeping(3),
            results,
            sum,
        }
    }
}

fn dense(sparse: &nalgebra_sparse::CscMatrix<f64>) -> Vec<f64> {
    let (rows, columns) = (sparse.nrows(), sparse.ncols());
    let at = |k: usize| sparse.get_entry(k % rows, k / rows);
    (0..rows * columns)
        .map(|k| at(k).map_or(0.0, |entry| entry.into_value()))
        .collect()
}

fn compare(program: &Program, functions: &Functions, x: &[f64], workspace: &mut Workspace) {
    let Functions {
        results,
        sum,
        gradient,
        vjp,
        jvp,
        along,
    } = functions;
    let (values, jacobian) = fresh(program, x);
    let (m, n) = jacobian.shape();
    let mut found = vec![0.0; m];
    results.values_into(x, &mut found, workspace).unwrap();
    assert_eq!(found, values, "values, to the last bit");
    let w: Vec<f64> = (0..m).map(|i| (i as f64 * 1.7 + 0.3).sin()).collect();
    let v: Vec<f64> = (0..n).map(|j| (j as f64 * 2.3 + 0.7).cos()).collect();
    let by_w = jacobian.transpose() * DVector::from_vec(w.clone());
    let by_v = &jacobian * DVector::from_vec(v.clone());
    close(
        results.jacobian(x).unwrap().as_slice(),
        jacobian.as_slice(),
        "Jacobian",
    );
    close(
        &dense(&results.jacobian_sparse(x).unwrap()),
        jacobian.as_slice(),
        "sparse Jacobian",
    );
    close(&results.vjp(x, &w).unwrap(), by_w.as_slice(), "vjp");
    close(&results.jvp(x, &v).unwrap(), by_v.as_slice(), "jvp");
    close(
        &vjp.values(&[x, &w].concat()).unwrap(),
        by_w.as_slice(),
        "recorded vjp",
    );
    close(
        &jvp.values(&[x, &v].concat()).unwrap(),
        by_v.as_slice(),
        "recorded jvp",
    );

    let slopes = jacobian.row_sum();
    close(&sum.gradient(x).unwrap(), slopes.as_slice(), "gradient");
    close(
        &gradient.values(x).unwrap(),
        slopes.as_slice(),
        "recorded gradient",
    );
    let expected = hessian(program, x);
    let product = &expected * DVector::from_vec(v.clone());
    close(
        sum.hessian(x).unwrap().as_slice(),
        expected.as_slice(),
        "Hessian",
    );
    close(
        &dense(&sum.hessian_sparse(x).unwrap()),
        expected.as_slice(),
        "sparse Hessian",
    );
    close(
        &sum.hvp(x, &v).unwrap(),
        product.as_slice(),
        "Hessian-vector product",
    );
    close(
        gradient.jacobian(x).unwrap().as_slice(),
        expected.as_slice(),
        "derivative's Jacobian",
    );
    // Forward over reverse.
    close(
        &gradient.jvp(x, &v).unwrap(),
        product.as_slice(),
        "derivative's jvp",
    );
    // Reverse over forward: by the point it is the product, by the direction the gradient.
    let back = along.gradient(&[x, &v].concat()).unwrap();
    close(
        &back[..n],
        product.as_slice(),
        "slope along v, by the point",
    );
    close(&back[n..], slopes.as_slice(), "slope along v, by v");
    several_at_once(functions, x, &jacobian, &expected);
}

/// Products in six directions, from six seeds.
fn several_at_once(
    functions: &Functions,
    x: &[f64],
    jacobian: &DMatrix<f64>,
    hessian: &DMatrix<f64>,
) {
    let Functions { results, sum, .. } = functions;
    let (m, n) = jacobian.shape();
    let directions = DMatrix::from_fn(n, 6, |i, j| (i as f64 + 2.5 * j as f64).sin());
    let seeds = DMatrix::from_fn(m, 6, |i, j| (i as f64 - 1.5 * j as f64).cos());
    let products = sum.hvps(x, &directions).unwrap();
    let expected = hessian * &directions;
    close(products.as_slice(), expected.as_slice(), "several hvps");
    let products = results.jvps(x, &directions).unwrap();
    let expected = jacobian * &directions;
    close(products.as_slice(), expected.as_slice(), "several jvps");
    let products = results.vjps(x, &seeds).unwrap();
    let expected = jacobian.transpose() * &seeds;
    close(products.as_slice(), expected.as_slice(), "several vjps");
}

/// Where the derivative along the diagonal can be told by differences, it is that.
fn differences(functions: &Functions, x: &[f64]) -> bool {
    let h = 1e-4;
    let at = |t: f64| {
        let moved: Vec<f64> = x.iter().map(|x| x + t).collect();
        functions.sum.value(&moved).unwrap()
    };
    let slope = |h: f64| (at(h) - at(-h)) / (2.0 * h);
    let (coarse, fine) = (slope(h), slope(0.5 * h));
    // A kink or a jump near by shows as a difference that does not settle.
    if (coarse - fine).abs() > 1e-5 * coarse.abs().max(1.0) {
        return false;
    }
    let sum: f64 = functions.sum.gradient(x).unwrap().iter().sum();
    assert!(
        (sum - fine).abs() <= 1e-4 * fine.abs().max(1.0),
        "{sum} is not {fine}"
    );
    true
}

#[test]
fn everything_of_a_random_program_at_points_on_several_branches() {
    let programs = std::env::var("PROGRAMS");
    let programs = programs.map_or(PROGRAMS, |count| {
        count.parse().expect("PROGRAMS is a number")
    });
    let (branches, told) = (Cell::new(0), Cell::new(0));
    let mut workspace = Workspace::new();
    for seed in 0..programs {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let program = Program::random(&mut random);
        let mut point = || -> Vec<f64> {
            (0..program.inputs)
                .map(|_| random.random_range(-2.0..2.0))
                .collect()
        };
        let first = point();
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let functions = Functions::of(&program, &first);
            for _ in 0..POINTS {
                let x = point();
                compare(&program, &functions, &x, &mut workspace);
                told.set(told.get() + usize::from(differences(&functions, &x)));
            }
            branches.set(branches.get() + usize::from(functions.results.recordings() > 1));
        }));
        assert!(outcome.is_ok(), "seed {seed}: {program:#?}");
        if seed % 64 == 0 {
            workspace = Workspace::new();
        }
    }
    let (branches, told) = (branches.get(), told.get());
    println!(
        "{programs} programs at {POINTS} points each: {branches} took several branches, {told} \
         derivatives told by differences"
    );
    assert!(branches as u64 * 10 > programs && told as u64 > programs);
}
