//! An operation of one's own: ReLU with a learned slope, from formula to test.
//!
//! `Y = X` where X is positive, `a · X` elsewhere (PReLU, [He and others
//! 2015](https://arxiv.org/abs/1502.01852)). The slope `a` is one number for the whole matrix, so
//! its derivative is a sum over all elements that used it. The second version forgets the sum, and
//! the suite says so. `-- --svg FILE` draws the operation in a graph.
//!
//! ```text
//! Y     [-0.50,  1.00,  3.00, -0.25]
//! dX    [ 0.25,  1.00,  1.00,  0.25]
//! da    -3.00
//! == da is the sum
//! gradient check: 2 entries, 42 derivatives compared, 0 faults
//! == da is the first share only
//! gradient check: 2 entries, 42 derivatives compared, 2 faults
//! at fault, each alone, for a random cotangent of its result:
//!   op                                       operand  analytic        numerical       what
//!   learned_slope (sample 0)                 1 [0,0]  -2.182379468e0  -2.899979582e0  wrong derivative
//!   learned_slope (sample 0, 1×1 as scalar)  1 [0,0]  -2.182379468e0  -2.899979582e0  wrong derivative
//! ```

use drawing::options;
use nalgebra::dmatrix;
use picture::Draw;
use std::error::Error;
use tape::formula;
use tape::formula::Formula;
use tape::{ForwardError, Op, OutputSpec, Point, PointMut, Sample, Shape, ShapeError};
use tape::{OperandTangents, Sink, Tape, View, ViewMut, check};

/// `X: N×C, a: scalar → N×C`, `y = x` for positive `x`, else `a · x`.
#[derive(Clone, Copy)]
struct LearnedSlope {
    /// Whether `da` is the sum over every element, as it must be, or only the first one's share.
    sums: bool,
}

impl Op<f64> for LearnedSlope {
    fn name(&self) -> &'static str {
        "learned_slope"
    }

    fn symbol(&self) -> &'static str {
        "prelu"
    }

    fn formula(&self) -> Formula {
        formula!(Y(X, a): dX = if X > 0 { dY } else { a * dY }, da = sum(dY .* min(X, 0)))
    }

    fn shape(&self, operands: &[Shape]) -> Result<OutputSpec, ShapeError> {
        match operands {
            &[x, a] if a.len() == 1 => Ok(OutputSpec::matrix(x.rows, x.cols)),
            _ => Err(ShapeError::new("takes a matrix and a slope")),
        }
    }

    fn forward(&self, at: &mut PointMut<'_, f64>) -> Result<(), ForwardError> {
        let (x, a) = (at.operands.get(0), at.operands.scalar(1));
        for (y, &x) in at.result.values_mut().iter_mut().zip(x.values()) {
            *y = if x > 0.0 { x } else { a * x };
        }
        Ok(())
    }

    fn vjp(&self, at: &Point<'_, f64>, dy: View<'_, f64>, sink: &mut Sink<'_, f64>) {
        let (x, a) = (at.operands.get(0), at.operands.scalar(1));
        let pairs = || dy.values().iter().zip(x.values());
        sink.add(
            0,
            pairs().map(|(dy, &x)| if x > 0.0 { *dy } else { a * dy }),
        );
        let shares = pairs().map(|(dy, x)| dy * x.min(0.0));
        let count = if self.sums { x.values().len() } else { 1 };
        sink.add_scalar(1, shares.take(count).sum());
    }

    fn jvp(
        &self,
        at: &Point<'_, f64>,
        tangents: &OperandTangents<'_, f64>,
        mut dy: ViewMut<'_, f64>,
    ) {
        let (x, a) = (at.operands.get(0), at.operands.scalar(1));
        for (k, dy) in dy.values_mut().iter_mut().enumerate() {
            let x = x.values()[k];
            let slope = if x > 0.0 { 1.0 } else { a };
            let along_x = tangents.get(0).map_or(0.0, |dx| slope * dx.values()[k]);
            *dy = along_x + tangents.scalar(1) * x.min(0.0);
        }
    }

    fn samples(&self) -> Vec<Vec<Sample>> {
        let x = Sample::new(2, 3, &[-2.0, -0.5, 1.0, 3.0, -1.0, 0.5]);
        vec![vec![x, Sample::new(1, 1, &[0.25])]]
    }
}

pub fn main() -> Result<(), Box<dyn Error>> {
    let Some(options) = options(include_str!("own_op.rs"), &["--svg", "--player"])? else {
        return Ok(());
    };
    let tape = Tape::new();
    let x = tape.matrix(&dmatrix![-2.0, 1.0; 3.0, -1.0]).named("X");
    let a = tape.var(0.25).named("a");
    let op = LearnedSlope { sums: true };
    let y = tape.apply(op, &[x.into(), a.into()])?.matrix();
    let gradient = y.sum().named("sum").gradient();
    println!("Y     {:5.2?}", y.value().transpose().as_slice());
    println!(
        "dX    {:5.2?}",
        gradient.of(x).to_matrix().transpose().as_slice()
    );
    println!("da    {:5.2}", gradient.of(a));

    for sums in [true, false] {
        let ops: Vec<Box<dyn Op<f64>>> = vec![Box::new(LearnedSlope { sums })];
        let which = if sums {
            "the sum"
        } else {
            "the first share only"
        };
        println!("== da is {which}");
        println!("{}", check::ops(&ops).to_string().trim_end());
    }
    let picture = tape.picture_with("An operation of one's own", &gradient);
    options.save("--svg", || picture.svg())?;
    Ok(options.save("--player", || picture.player())?)
}
