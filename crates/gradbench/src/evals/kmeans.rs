//! Clustering: the squared distances of points from the closest centroids, and the direction of a
//! step of Newton's method.

use super::{Evaluated, Value, no_function, timed};
use nalgebra::DMatrix;
use serde::Deserialize;
use tape::{Function, Outputs, Structure};

#[derive(Deserialize)]
struct Input {
    points: Vec<Vec<f64>>,
    centroids: Vec<Vec<f64>>,
}

fn matrix(rows: &[Vec<f64>]) -> DMatrix<f64> {
    DMatrix::from_row_iterator(rows.len(), rows[0].len(), rows.iter().flatten().copied())
}

/// Of the centroids, a row for each.
fn cost(points: DMatrix<f64>, shape: (usize, usize)) -> Function {
    Function::new(
        Structure::new().matrix("centroids", shape.0, shape.1),
        move |at| {
            let (points, c) = (at.tape().input(&points), at.matrix("centroids"));
            // |p − c|² = |p|² − (2 p·c − |c|²), which is least where the difference is largest.
            let nearness = points * c.transpose() * 2.0 - c.square().row_sums().transpose();
            Outputs::from(points.square().sum() - nearness.row_maxima().sum())
        },
    )
}

pub fn evaluate(function: &str, input: &Value) -> Evaluated {
    let Input { points, centroids } = Input::deserialize(input)?;
    let c = matrix(&centroids);
    let f = cost(matrix(&points), c.shape());
    match function {
        "cost" => timed(input, |_| f.value(&c), |y| y),
        "dir" => {
            // The Hessian is diagonal: its product with ones is the diagonal.
            let ones = vec![1.0; c.len()];
            let step = |_| Ok((f.gradient(&c)?, f.hvp(&c, &ones)?));
            timed(input, step, |(slopes, curvatures)| {
                let step = slopes
                    .iter()
                    .zip(curvatures)
                    .map(|(slope, curvature)| slope / curvature);
                let step = DMatrix::from_iterator(c.nrows(), c.ncols(), step);
                let rows = step.row_iter().map(|row| row.iter().copied().collect());
                rows.collect::<Vec<Vec<f64>>>()
            })
        }
        _ => no_function(function, &["cost", "dir"]),
    }
}
