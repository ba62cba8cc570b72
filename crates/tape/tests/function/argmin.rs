//! Functions as argmin's problems: its solvers converge, and are refused what they would get wrong.

use ::argmin::core::{CostFunction, Error, Executor, Gradient, Hessian, Jacobian, Operator, State};
use ::argmin::core::{TerminationReason, TerminationStatus};
use ::argmin::solver::gaussnewton::{GaussNewton, GaussNewtonLS};
use ::argmin::solver::linesearch::condition::ArmijoCondition;
use ::argmin::solver::linesearch::{BacktrackingLineSearch, MoreThuenteLineSearch};
use ::argmin::solver::newton::{Newton, NewtonCG};
use ::argmin::solver::quasinewton::LBFGS;
use ::argmin::solver::trustregion::{Steihaug, TrustRegion};
use tape::{ArgminMatrix, Function, Outputs, Structure, Var};

fn rosenbrock<'t>(x: &[Var<'t>]) -> Var<'t> {
    let pairs = x
        .windows(2)
        .map(|x| (1.0 - x[0]).square() + 100.0 * (x[1] - x[0] * x[0]).square());
    pairs.sum()
}

/// Runs a solver on a function; where it ended, which must be for the solver's own reason.
macro_rules! run {
    ($function:expr, $solver:expr, $start:expr) => {{
        let run = Executor::new($function, $solver)
            .configure(|state| state.param($start).max_iters(200))
            .run()
            .unwrap();
        let ended = run.state().get_termination_status();
        let converged = TerminationStatus::Terminated(TerminationReason::SolverConverged);
        assert_eq!(*ended, converged, "{run}");
        run.state().get_best_param().unwrap().clone()
    }};
}

#[track_caller]
fn close(found: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(found.len(), expected.len());
    for (a, b) in found.iter().zip(expected) {
        assert!((a - b).abs() <= tolerance, "{found:?} is not {expected:?}");
    }
}

#[test]
fn l_bfgs_goes_down_the_valley() {
    let solver = LBFGS::new(MoreThuenteLineSearch::new(), 7);
    let start = vec![-1.2, 1.0, -1.2, 1.0, -1.2, 1.0];
    let end = run!(Function::scalar(rosenbrock), solver, start);
    close(&end, &[1.0; 6], 1e-6);
}

/// A logistic regression: which of five points are of the second kind.
fn logistic<'t>(w: &[Var<'t>]) -> Var<'t> {
    let kinds = [
        (-2.0, 0.5, 0.0),
        (-1.0, -0.3, 0.0),
        (0.2, 0.1, 1.0),
        (0.4, 1.0, 0.0),
        (2.0, 1.5, 1.0),
    ];
    let losses = kinds.map(|(x, y, kind)| {
        let logit = w[0] + w[1] * x + w[2] * y;
        logit.softplus() - kind * logit
    });
    let weights = 0.05 * (w[1].square() + w[2].square());
    losses.into_iter().sum::<Var<'t>>() + weights
}

#[test]
fn newton_cg_finds_the_weights() {
    let f = Function::scalar(logistic);
    let solver = NewtonCG::new(MoreThuenteLineSearch::new());
    let end = run!(f, solver, vec![0.0; 3]);
    let slope = tape::gradient(logistic, &end);
    close(&slope, &[0.0; 3], 1e-6);
}

/// The same valley in two dimensions, with derivatives by hand.
struct ByHand;

impl CostFunction for ByHand {
    type Param = Vec<f64>;
    type Output = f64;

    fn cost(&self, x: &Vec<f64>) -> Result<f64, Error> {
        Ok((1.0 - x[0]).powi(2) + 100.0 * (x[1] - x[0] * x[0]).powi(2))
    }
}

impl Gradient for ByHand {
    type Param = Vec<f64>;
    type Gradient = Vec<f64>;

    fn gradient(&self, x: &Vec<f64>) -> Result<Vec<f64>, Error> {
        let across = x[1] - x[0] * x[0];
        Ok(vec![
            -2.0 * (1.0 - x[0]) - 400.0 * x[0] * across,
            200.0 * across,
        ])
    }
}

impl Hessian for ByHand {
    type Param = Vec<f64>;
    type Hessian = Vec<Vec<f64>>;

    fn hessian(&self, x: &Vec<f64>) -> Result<Vec<Vec<f64>>, Error> {
        let aside = -400.0 * x[0];
        let first = 2.0 - 400.0 * (x[1] - 3.0 * x[0] * x[0]);
        Ok(vec![vec![first, aside], vec![aside, 200.0]])
    }
}

/// Newton-CG stops its inner solver so early that the end of this valley takes it thousands of
/// steps, with derivatives by hand as with those of a function.
#[test]
fn newton_cg_goes_the_way_that_it_goes_by_hand() {
    let solver = || NewtonCG::new(MoreThuenteLineSearch::new());
    macro_rules! way {
        ($problem:expr) => {{
            let run = Executor::new($problem, solver())
                .configure(|state| state.param(vec![-1.2, 1.0]).max_iters(40))
                .run()
                .unwrap();
            run.state().get_best_param().unwrap().clone()
        }};
    }
    close(&way!(Function::scalar(rosenbrock)), &way!(ByHand), 1e-9);
}

#[test]
fn trust_regions_go_down_the_valley() {
    let run = Executor::new(
        Function::scalar(rosenbrock),
        TrustRegion::new(Steihaug::new()),
    )
    .configure(|state| state.param(vec![-1.2, 1.0]).max_iters(100))
    .run()
    .unwrap();
    close(run.state().get_best_param().unwrap(), &[1.0; 2], 1e-6);
}

#[test]
fn newtons_method_takes_one_step_for_a_parabola() {
    let parabola = Function::scalar(|x| (x[0] - 3.0).square() + x[0] * x[1] + 2.0 * x[1].square());
    let run = Executor::new(parabola, Newton::<f64>::new())
        .configure(|state| state.param(vec![50.0, -70.0]).max_iters(1))
        .run()
        .unwrap();
    // 2 (x₀ − 3) + x₁ = 0 and x₀ + 4 x₁ = 0
    let end = run.state().get_param().unwrap();
    close(end, &[24.0 / 7.0, -6.0 / 7.0], 1e-12);
}

const TIMES: [f64; 6] = [0.0, 0.5, 1.0, 2.0, 3.0, 5.0];

/// What is left of a · exp(b t) + c at points that lie on the curve of 3, −0.8, 0.5.
fn decay() -> Function {
    Function::vector(|p| {
        let left = |t: f64| {
            let measured = 3.0 * (-0.8 * t).exp() + 0.5;
            p[0] * (p[1] * t).exp() + p[2] - measured
        };
        TIMES.map(left).to_vec()
    })
}

#[test]
fn gauss_newton_fits_a_decay() {
    let end = run!(decay(), GaussNewton::new(), vec![2.0, -0.5, 0.0]);
    close(&end, &[3.0, -0.8, 0.5], 1e-8);
}

#[test]
fn gauss_newton_with_a_line_search_fits_a_decay() {
    let search = BacktrackingLineSearch::new(ArmijoCondition::new(1e-4).unwrap());
    let end = run!(decay(), GaussNewtonLS::new(search), vec![2.0, -0.5, 0.0]);
    close(&end, &[3.0, -0.8, 0.5], 1e-8);
}

#[test]
fn each_trait_gives_what_the_function_does() {
    let (f, x) = (Function::scalar(rosenbrock), vec![0.3, -0.4]);
    assert_eq!(CostFunction::cost(&f, &x).unwrap(), f.value(&x).unwrap());
    assert_eq!(Gradient::gradient(&f, &x).unwrap(), f.gradient(&x).unwrap());
    let hessian = ArgminMatrix(f.hessian(&x).unwrap());
    assert_eq!(Hessian::hessian(&f, &x).unwrap(), hessian);
    let (f, x) = (decay(), vec![0.3, -0.4, 0.1]);
    assert_eq!(Operator::apply(&f, &x).unwrap(), f.values(&x).unwrap());
    let jacobian = ArgminMatrix(f.jacobian(&x).unwrap());
    assert_eq!(Jacobian::jacobian(&f, &x).unwrap(), jacobian);
}

#[test]
fn single_precision_is_as_good() {
    let f = Function::<f32>::of_vector(|p| vec![p[0] - 2.0, p[0] * p[1] - 6.0]);
    let run = Executor::new(f, GaussNewton::new())
        .configure(|state| state.param(vec![1.0_f32, 1.0]).max_iters(20))
        .run()
        .unwrap();
    let end = run.state().get_best_param().unwrap();
    assert!((end[0] - 2.0).abs() < 1e-5 && (end[1] - 3.0).abs() < 1e-5);
}

/// A solver would go on with a gradient of the parameters alone, or make unknowns of the data.
#[test]
fn data_is_refused() {
    let inputs = Structure::new().scalar("a").data_scalars("t", 2);
    let f = Function::new(inputs, |at| {
        let t = at.scalars("t");
        Outputs::from(vec![at.scalar("a") * t[0], at.scalar("a") * t[1]])
    });
    let point = vec![1.0, 2.0, 3.0];
    let refused = [
        CostFunction::cost(&f, &point).err(),
        Gradient::gradient(&f, &point).err(),
        Hessian::hessian(&f, &point).err(),
        Operator::apply(&f, &point).err(),
        Jacobian::jacobian(&f, &point).err(),
    ];
    for error in refused {
        let error = error.expect("data is refused").to_string();
        assert!(error.contains("a, t (2 scalars) (data)"), "{error}");
    }
}

#[test]
fn what_a_function_refuses_ends_the_run() {
    let solver = LBFGS::new(MoreThuenteLineSearch::new(), 7);
    let run = Executor::new(decay(), solver).configure(|state| state.param(vec![1.0; 3]));
    let error = run.run().err().expect("six results are no cost");
    let error = error.downcast::<tape::Error>().unwrap();
    assert_eq!(error, tape::Error::NotOneResult { found: 6 });
}

#[test]
fn a_parameter_that_nothing_depends_on_is_named_as_a_cause() {
    let f = Function::vector(|p| vec![p[0] - 1.0, p[0] + 1.0]);
    let run = Executor::new(f, GaussNewton::new())
        .configure(|state| state.param(vec![0.0, 0.0]).max_iters(3));
    let error = run.run().err().expect("no inverse").to_string();
    assert!(error.contains("a 2×2 matrix has no inverse"), "{error}");
}
