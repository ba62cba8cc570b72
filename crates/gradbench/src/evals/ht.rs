//! Hand tracking: where a model of a hand in some pose has its skin, and where it was measured.

use super::{Evaluated, Value, no_function, timed};
use nalgebra::{DMatrix, DVector};
use serde::Deserialize;
use tape::{Function, MatrixVar, Outputs, Structure, Tape, Var};

#[derive(Deserialize)]
struct Model {
    parents: Vec<i64>,
    base_relatives: Vec<Vec<Vec<f64>>>,
    inverse_base_absolutes: Vec<Vec<Vec<f64>>>,
    base_positions: Vec<Vec<f64>>,
    weights: Vec<Vec<f64>>,
    triangles: Vec<Vec<usize>>,
    is_mirrored: bool,
}

#[derive(Deserialize)]
struct Data {
    model: Model,
    correspondences: Vec<usize>,
    points: Vec<Vec<f64>>,
}

#[derive(Deserialize)]
struct Input {
    theta: Vec<f64>,
    data: Data,
    us: Vec<Vec<f64>>,
}

/// A hand as matrices. Points are rows, so a map of points is multiplied from the right.
struct Hand {
    parents: Vec<i64>,
    relatives: Vec<DMatrix<f64>>,
    inverses: Vec<DMatrix<f64>>,
    is_mirrored: bool,
    /// For each vertex that is compared, where it is as seen from each bone, times the bone's
    /// weight: 4 numbers a bone.
    skin: DMatrix<f64>,
    /// For each measured point the vertex it is compared with, or three of them.
    corners: Vec<DVector<f64>>,
    /// Where between the three: two columns.
    between: Vec<DVector<f64>>,
    points: DMatrix<f64>,
}

fn matrix(rows: &[Vec<f64>]) -> DMatrix<f64> {
    DMatrix::from_fn(rows.len(), rows.first().map_or(0, Vec::len), |i, j| {
        rows[i][j]
    })
}

impl Hand {
    fn of(data: Data, us: &[Vec<f64>]) -> Self {
        let Data {
            model,
            correspondences,
            points,
        } = data;
        let corners: Vec<Vec<usize>> = match us {
            [] => vec![correspondences],
            _ => (0..3)
                .map(|k| {
                    correspondences
                        .iter()
                        .map(|&at| model.triangles[at][k])
                        .collect()
                })
                .collect(),
        };
        let mut used = corners.concat();
        used.sort_unstable();
        used.dedup();
        let place = |vertex| used.binary_search(vertex).expect("it is used") as f64;
        let each = |matrices: &[Vec<Vec<f64>>]| {
            matrices
                .iter()
                .map(|rows| matrix(rows).transpose())
                .collect::<Vec<_>>()
        };
        let skin = |i: usize, j: usize| {
            model.weights[used[i]][j / 4] * model.base_positions[used[i]][j % 4]
        };
        Hand {
            relatives: each(&model.base_relatives),
            inverses: each(&model.inverse_base_absolutes),
            is_mirrored: model.is_mirrored,
            skin: DMatrix::from_fn(used.len(), 4 * model.parents.len(), skin),
            corners: corners
                .iter()
                .map(|of| DVector::from_iterator(of.len(), of.iter().map(place)))
                .collect(),
            between: match us {
                [] => vec![],
                _ => (0..2)
                    .map(|k| DVector::from_fn(us.len(), |i, _| us[i][k]))
                    .collect(),
            },
            points: matrix(&points),
            parents: model.parents,
        }
    }

    /// The maps of the bones, one below the other. A finger bends at three bones, and at the first
    /// of them it also moves sideways.
    fn bones<'t>(&self, tape: &'t Tape, theta: &[Var<'t>]) -> MatrixVar<'t> {
        let mut absolutes: Vec<MatrixVar<'t>> = Vec::new();
        for (bone, &parent) in self.parents.iter().enumerate() {
            let mut own = tape.input(&self.relatives[bone]);
            if let (Some(finger), joint @ 0..3) = (bone.checked_sub(2), bone.wrapping_sub(2) % 4)
                && finger / 4 < 5
            {
                let angles = &theta[6 + finger / 4 * 4..];
                let (bend, aside) = match joint {
                    0 => (angles[0], angles[1]),
                    _ => (angles[joint + 1], Var::from(0.0)),
                };
                own = bent(tape, bend, aside) * own;
            }
            absolutes.push(match usize::try_from(parent) {
                Ok(parent) => own * absolutes[parent],
                Err(_) => own,
            });
        }
        let inverses = self.inverses.iter().map(|inverse| tape.input(inverse));
        let maps: Vec<_> = inverses
            .zip(absolutes)
            .map(|(inverse, map)| inverse * map)
            .collect();
        MatrixVar::vstack(&maps).columns(0..3)
    }

    /// Measured points less those of the model, a column for each; `shift` moves all places between
    /// corners.
    fn errors<'t>(&self, tape: &'t Tape, shift: &[Var<'t>], theta: &[Var<'t>]) -> MatrixVar<'t> {
        let side = if self.is_mirrored { -1.0 } else { 1.0 };
        let mirror = tape.input(&DMatrix::from_diagonal(&DVector::from(vec![
            side, 1.0, 1.0,
        ])));
        let maps = self.bones(tape, theta) * (mirror * rotation(tape, &theta[..3]));
        let skin = tape.input(&self.skin) * maps + tape.assemble(1, 3, &theta[3..6]);
        let corners = self
            .corners
            .iter()
            .map(|of| skin.gather_rows(tape.input(of)));
        let corners: Vec<_> = corners
            .map(|rows| rows.expect("vertices that are used"))
            .collect();
        let model = match (&corners[..], shift) {
            (&[a, b, c], &[by_u, by_v]) => {
                let (u, v) = (&self.between[0], &self.between[1]);
                let (u, v) = (tape.input(u) + by_u, tape.input(v) + by_v);
                (a - c).component_mul(u) + (b - c).component_mul(v) + c
            }
            (all, _) => all[0],
        };
        (tape.input(&self.points) - model).transpose()
    }
}

/// A joint that is bent, and moved aside.
fn bent<'t>(tape: &'t Tape, bend: Var<'t>, aside: Var<'t>) -> MatrixVar<'t> {
    let (c, s, ca, sa) = (bend.cos(), bend.sin(), aside.cos(), aside.sin());
    let (zero, one) = (Var::from(0.0), Var::from(1.0));
    let turned = [
        ca,
        sa,
        zero,
        zero,
        -sa * c,
        ca * c,
        s,
        zero,
        sa * s,
        -ca * s,
        c,
        zero,
    ];
    tape.assemble(4, 4, &[&turned[..], &[zero, zero, zero, one]].concat())
}

/// A rotation about an axis, by as much as it is long.
fn rotation<'t>(tape: &'t Tape, axis: &[Var<'t>]) -> MatrixVar<'t> {
    let angle = axis.iter().map(|a| a.square()).sum::<Var>().sqrt();
    if angle < 1e-4 {
        return tape.input(&DMatrix::identity(3, 3));
    }
    let [x, y, z] = [0, 1, 2].map(|i| axis[i] / angle);
    let (c, s) = (angle.cos(), angle.sin());
    let product = |a: Var<'t>, b: Var<'t>| a * b * (1.0 - c);
    let (xy, xz, yz) = (product(x, y), product(x, z), product(y, z));
    let diagonal = |a: Var<'t>| product(a, a) + c;
    let first = [diagonal(x), xy + z * s, xz - y * s];
    let second = [xy - z * s, diagonal(y), yz + x * s];
    let third = [xz + y * s, yz - x * s, diagonal(z)];
    tape.assemble(3, 3, &[first, second, third].concat())
}

pub fn evaluate(function: &str, input: &Value) -> Evaluated {
    let Input { theta, data, us } = Input::deserialize(input)?;
    // A measured point has its own place between corners, which no other depends on. So one shift
    // of all gives the derivatives of each by its own.
    let shifts = if us.is_empty() { 0 } else { 2 };
    let inputs = Structure::new()
        .scalars("shift", shifts)
        .scalars("theta", theta.len());
    let hand = Hand::of(data, &us);
    let f = Function::new(inputs, move |at| {
        Outputs::from(hand.errors(at.tape(), at.scalars("shift"), at.scalars("theta")))
    });
    let point = [vec![0.0; shifts], theta].concat();
    match function {
        "objective" => timed(input, |_| f.values(&point), |errors| errors),
        "jacobian" => timed(
            input,
            |_| f.jacobian(&point),
            |jacobian| {
                let rows = jacobian.row_iter().map(|row| row.iter().copied().collect());
                rows.collect::<Vec<Vec<f64>>>()
            },
        ),
        _ => no_function(function, &["objective", "jacobian"]),
    }
}
