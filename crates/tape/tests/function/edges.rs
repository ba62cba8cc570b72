//! Functions at the edge: of nothing, of closures that panic, of the ends of single precision.

use nalgebra::DMatrix;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use tape::{Function, Mapper, Outputs, Structure, Var, Workspace};

#[test]
fn functions_of_nothing_and_with_no_results() {
    let constant = Function::scalar(|_| Var::from(3.0));
    let nothing: [f64; 0] = [];
    assert_eq!(
        constant.value_and_gradient(&nothing).unwrap(),
        (3.0, vec![])
    );
    assert_eq!(constant.jacobian(&nothing).unwrap().shape(), (1, 0));
    assert_eq!(constant.hessian(&nothing).unwrap().shape(), (0, 0));
    assert_eq!(constant.jvp(&nothing, &[]).unwrap(), [0.0]);
    let derivative = constant.derivative().unwrap();
    assert!(derivative.values(&nothing).unwrap().is_empty());

    let silent = Function::vector(|_| vec![]);
    assert!(silent.values(&[1.0, 2.0]).unwrap().is_empty());
    assert_eq!(silent.vjp(&[1.0, 2.0], &[]).unwrap(), [0.0; 2]);
    assert_eq!(silent.jacobian(&[1.0]).unwrap().shape(), (0, 1));

    let rows = DMatrix::<f64>::zeros(5, 0);
    let (values, gradients) = Mapper::new().gradients(&constant, &rows).unwrap();
    assert_eq!(
        (values.as_slice(), gradients.shape()),
        (&[3.0; 5][..], (5, 0))
    );
}

#[test]
fn data_alone_has_an_empty_gradient() {
    let inputs = Structure::new().data_scalars("x", 2);
    let f = Function::new(inputs, |at| {
        let x = at.scalars("x");
        Outputs::from(x[0] * x[1])
    });
    assert_eq!(f.value_and_gradient(&[2.0, 3.0]).unwrap(), (6.0, vec![]));
    assert_eq!(f.hessian(&[2.0, 3.0]).unwrap().shape(), (0, 0));
}

#[test]
fn a_closure_that_panics_half_way_leaves_the_function_as_it_was() {
    static PANICS: AtomicBool = AtomicBool::new(false);
    let f = Function::scalar(|x| {
        let y = x[0].exp();
        if y > 2.0 {
            assert!(!PANICS.load(Ordering::Relaxed), "half way");
            return y * 2.0;
        }
        y
    });
    let mut workspace = Workspace::new();
    let mut gradient = [0.0];
    f.value_and_gradient_into(&[0.0], &mut gradient, &mut workspace)
        .unwrap();
    PANICS.store(true, Ordering::Relaxed);
    for _ in 0..2 {
        let panicked = catch_unwind(AssertUnwindSafe(|| {
            f.value_and_gradient_into(&[1.0], &mut gradient, &mut workspace)
        }));
        assert!(panicked.is_err());
        assert!(catch_unwind(AssertUnwindSafe(|| f.value(&[1.0]))).is_err());
    }
    // Nothing was written, and what was recorded before still serves.
    assert_eq!((gradient, f.recordings()), ([1.0], 1));
    assert_eq!(f.value(&[0.0]).unwrap(), 1.0);
    PANICS.store(false, Ordering::Relaxed);
    let value = f.value_and_gradient_into(&[1.0], &mut gradient, &mut workspace);
    let e = 1.0_f64.exp();
    assert_eq!(
        (value.unwrap(), gradient, f.recordings()),
        (2.0 * e, [2.0 * e], 2)
    );
}

#[test]
fn second_derivatives_at_the_ends_of_single_precision() {
    let second = |f: fn(Var<'_, f32>) -> Var<'_, f32>, x: f32| {
        let f = Function::<f32>::of_scalar(move |x| f(x[0]));
        f.hessian(&[x]).unwrap()[(0, 0)]
    };
    let close = |found: f32, expected: f64| {
        let apart = (f64::from(found) - expected).abs() <= 16.0 * 1.2e-7 * expected.abs();
        assert!(apart, "{found:e} is not {expected:e}");
    };
    close(second(|x| x.exp(), 80.0), 80.0_f64.exp());
    close(second(|x| x.exp(), -80.0), (-80.0_f64).exp());
    close(second(|x| x.ln(), 1e-15), -1e30);
    close(second(|x| x.ln(), 1e15), -1e-30);
    close(second(|x| x.recip(), 1e-12), 2e36);
    close(second(|x| x.sqrt(), 1e-20), -0.25e30);
    close(second(|x| x.sqrt(), 1e20), -0.25e-30);
    close(second(|x| x.sigmoid(), 60.0), -(-60.0_f64).exp());
    close(second(|x| x.softplus(), -60.0), (-60.0_f64).exp());
    close(second(|x| x.powf(2.5), 1e10), 3.75e5);
    close(second(|x| x.tanh(), 20.0), -8.0 * (-40.0_f64).exp());
}
