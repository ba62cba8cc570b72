//! Bundle adjustment: where cameras see points, and where they should.

use super::{Evaluated, Value, no_function, timed};
use nalgebra::{DMatrix, DVector};
use serde::Deserialize;
use serde_json::json;
use tape::{Function, Mapper, Outputs, Real, Structure};

/// One camera, one point, one weight and one feature, and how many there are to be of each.
#[derive(Deserialize)]
struct Input {
    n: usize,
    m: usize,
    p: usize,
    cam: Vec<f64>,
    x: Vec<f64>,
    w: f64,
    feat: Vec<f64>,
}

/// All cameras, points, weights and features, and which camera sees which point.
struct Scene {
    cameras: Vec<f64>,
    points: Vec<f64>,
    weights: Vec<f64>,
    features: Vec<f64>,
    seen: Vec<(usize, usize)>,
}

fn cross<R: Real>(a: [R; 3], b: [R; 3]) -> [R; 3] {
    [(1, 2), (2, 0), (0, 1)].map(|(i, j)| a[i] * b[j] - a[j] * b[i])
}

fn dot<R: Real>(a: [R; 3], b: [R; 3]) -> R {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

/// A point turned about an axis, by as much as the axis is long.
fn turned<R: Real<Number = f64>>(axis: [R; 3], x: [R; 3]) -> [R; 3] {
    let square = dot(axis, axis);
    if square == 0.0 {
        let moved = cross(axis, x);
        return [0, 1, 2].map(|i| x[i] + moved[i]);
    }
    let angle = square.sqrt();
    let (cos, sin, inverse) = (angle.cos(), angle.sin(), angle.recip());
    let axis = axis.map(|a| a * inverse);
    let (moved, along) = (cross(axis, x), dot(axis, x) * (-cos + 1.0));
    [0, 1, 2].map(|i| x[i] * cos + moved[i] * sin + axis[i] * along)
}

/// What an observation misses its feature by. A camera is its rotation, place, focal length, centre
/// and distortion.
fn miss<R: Real<Number = f64>>(camera: &[R], x: &[R], weight: R, feature: &[R]) -> [R; 2] {
    let [axis, place] = [0, 3].map(|at| [camera[at], camera[at + 1], camera[at + 2]]);
    let seen = turned(axis, [0, 1, 2].map(|i| x[i] - place[i]));
    let flat = [seen[0] / seen[2], seen[1] / seen[2]];
    let r = flat[0].square() + flat[1].square();
    let distortion = camera[9] * r + camera[10] * r.square() + 1.0;
    let at = |i: usize| flat[i] * distortion * camera[6] + camera[7 + i];
    [0, 1].map(|i| weight * (at(i) - feature[i]))
}

fn unused<R: Real<Number = f64>>(weight: R) -> R {
    -weight.square() + 1.0
}

impl Scene {
    fn of(input: &Input) -> Self {
        Scene {
            cameras: input.cam.repeat(input.n),
            points: input.x.repeat(input.m),
            weights: vec![input.w; input.p],
            features: input.feat.repeat(input.p),
            seen: (0..input.p).map(|i| (i % input.n, i % input.m)).collect(),
        }
    }

    fn errors(&self) -> (Vec<f64>, Vec<f64>) {
        let each = self
            .seen
            .iter()
            .zip(&self.weights)
            .zip(self.features.chunks(2));
        let errors = each.flat_map(|((&(camera, point), &weight), feature)| {
            let (camera, point) = (&self.cameras[11 * camera..], &self.points[3 * point..]);
            miss(camera, point, weight, feature)
        });
        (
            errors.collect(),
            self.weights.iter().copied().map(unused).collect(),
        )
    }

    /// Number `j` of what observation `i` depends on.
    fn number(&self, i: usize, j: usize) -> f64 {
        match (self.seen[i], j) {
            ((camera, _), 0..11) => self.cameras[11 * camera + j],
            ((_, point), 11..14) => self.points[3 * point + j - 11],
            (_, 14) => self.weights[i],
            _ => self.features[2 * i + j - 15],
        }
    }

    /// The derivatives of both errors of each observation, and of what each weight leaves unused.
    fn jacobian(&self, (errors, unused): (&Function, &Function), to: &mut Jacobian) -> Done {
        let inputs = &mut to.inputs;
        inputs.resize_mut(self.seen.len(), 17, 0.0);
        for (j, mut column) in inputs.column_iter_mut().enumerate() {
            column
                .iter_mut()
                .enumerate()
                .for_each(|(i, x)| *x = self.number(i, j));
        }
        to.mapper.jacobians_into(errors, inputs, &mut to.blocks)?;
        let weights = inputs.column(14).into_owned();
        to.mapper
            .gradients_into(unused, &weights, &mut to.unused, &mut to.slopes)?;
        to.sparse.clear();
        let first = [self.cameras.len(), self.cameras.len() + self.points.len()];
        for (i, &(camera, point)) in self.seen.iter().enumerate() {
            let starts = [
                (11 * camera, 11),
                (first[0] + 3 * point, 3),
                (first[1] + i, 1),
            ];
            for block in &to.blocks {
                to.sparse.push(&starts, (0..15).map(|j| block[(i, j)]));
            }
        }
        for (i, &slope) in to.slopes.iter().enumerate() {
            to.sparse.push(&[(first[1] + i, 1)], std::iter::once(slope));
        }
        Ok(())
    }
}

type Done = Result<(), tape::Error>;

/// The Jacobian, and what it is computed in.
#[derive(Default)]
struct Jacobian {
    mapper: Mapper,
    inputs: DMatrix<f64>,
    blocks: Vec<DMatrix<f64>>,
    unused: DVector<f64>,
    slopes: DMatrix<f64>,
    sparse: Sparse,
}

/// A sparse matrix: where each row begins, the columns, and the numbers there.
#[derive(Default)]
struct Sparse {
    rows: Vec<u32>,
    columns: Vec<u32>,
    numbers: Vec<f64>,
}

impl Sparse {
    fn clear(&mut self) {
        self.rows.clear();
        self.rows.push(0);
        self.columns.clear();
        self.numbers.clear();
    }

    /// Adds a row, of which some runs of columns have numbers: where each starts, and its length.
    fn push(&mut self, runs: &[(usize, u32)], numbers: impl Iterator<Item = f64>) {
        for &(start, len) in runs {
            self.columns.extend(start as u32..start as u32 + len);
        }
        self.numbers.extend(numbers);
        self.rows.push(self.columns.len() as u32);
    }
}

/// What the suite looks at: the first thirty elements and the last.
fn ends<T: Copy>(list: &[T]) -> Vec<T> {
    list.iter().take(30).chain(list.last()).copied().collect()
}

pub fn evaluate(function: &str, input: &Value) -> Evaluated {
    let scene = Scene::of(&Input::deserialize(input)?);
    match function {
        "objective" => timed(
            input,
            |_| Ok(scene.errors()),
            |(errors, unused)| {
                json!({
                    "reproj_error": {"elements": errors[..2], "repeated": errors.len() / 2},
                    "w_err": {"element": unused[0], "repeated": unused.len()},
                })
            },
        ),
        "jacobian" => {
            let inputs = Structure::new().scalars("camera", 11).scalars("point", 3);
            let inputs = inputs.scalar("weight").data_scalars("feature", 2);
            let errors = Function::new(inputs, |at| {
                let [camera, point] = ["camera", "point"].map(|name| at.scalars(name));
                let errors = miss(camera, point, at.scalar("weight"), at.scalars("feature"));
                Outputs::from(errors.to_vec())
            });
            let unused = Function::scalar(|weight| unused(weight[0]));
            let run = |last: Option<Jacobian>| {
                let mut jacobian = last.unwrap_or_default();
                scene.jacobian((&errors, &unused), &mut jacobian)?;
                Ok(jacobian)
            };
            timed(input, run, |Jacobian { sparse, .. }| {
                json!({
                    "rows": ends(&sparse.rows),
                    "cols": ends(&sparse.columns),
                    "vals": ends(&sparse.numbers),
                })
            })
        }
        _ => no_function(function, &["objective", "jacobian"]),
    }
}
