//! One function, several threads.

use std::thread;
use tape::{Function, Var, Workspace};

fn branching<'t>(x: &[Var<'t>]) -> Var<'t> {
    let near = (0..8).take_while(|&k| x[0] > f64::from(k));
    near.fold(x[0].exp(), |y, k| y * x[1] + f64::from(k))
}

#[test]
fn threads_share_a_function_and_its_recordings() {
    let f = Function::scalar(branching);
    let points: Vec<[f64; 2]> = (0..400).map(|k| [f64::from(k % 9) - 0.3, 0.9]).collect();
    let expected: Vec<_> = points
        .iter()
        .map(|x| tape::value_and_gradient(branching, x))
        .collect();
    thread::scope(|scope| {
        for offset in 0..4 {
            let (f, points, expected) = (&f, &points, &expected);
            scope.spawn(move || {
                let (mut workspace, mut gradient) = (Workspace::new(), [0.0; 2]);
                for k in 0..points.len() {
                    let k = (k + 100 * offset) % points.len();
                    let value =
                        f.value_and_gradient_into(&points[k], &mut gradient, &mut workspace);
                    assert_eq!((value.unwrap(), gradient.to_vec()), expected[k]);
                }
            });
        }
    });
    assert_eq!(f.recordings(), 9);
}
