//! One adapter for each tool: the gradient of a program, written into a slice; the value returned.

use super::least;
use super::program::{Gradient, Number, Program, number};
use num_traits::Float;
use std::iter::zip;
use tape::{Cotangents, Seed, Tape};

/// A tool: its name, and how it is set up for a program.
pub struct Tool<P: Program> {
    pub name: &'static str,
    pub gradient_of: for<'p> fn(&'p P, &'p [f64]) -> Gradient<'p>,
}

/// Every tool; the first is this engine recording, the second this engine replaying.
pub fn all<P: Program>() -> Vec<Tool<P>> {
    let tool = |name, gradient_of| Tool { name, gradient_of };
    vec![
        tool("this engine, record + sweep", recorded::<P>),
        tool("this engine, replay + sweep", replayed::<P>),
        tool("xad-rs 1.0.0", xad::<P>),
        tool("RustQuant_autodiff 0.4.0", rust_quant::<P>),
        tool("reverse 0.2.2", reverse_crate::<P>),
        tool("echidna 0.15.0, reverse", echidna_reverse::<P>),
        tool("echidna 0.15.0, replay", echidna_replay::<P>),
        tool("the least loop, replay + sweep", least::replayed::<P>),
    ]
}

type Var<'t> = tape::Var<'t>;
number!(['t] Var<'t>, Var::sin);

fn recorded<'p, P: Program>(program: &'p P, point: &'p [f64]) -> Gradient<'p> {
    let (mut tape, mut cotangents) = (Tape::new(), Cotangents::new());
    Box::new(move |gradient| {
        tape.clear();
        let x = tape.vars(point);
        let y = program.run(&x);
        let swept = tape.sweep(Seed::one(y), &mut cotangents);
        swept.expect("a handle of this tape");
        for (slope, x) in zip(gradient, x) {
            *slope = cotangents.of(x);
        }
        y.value()
    })
}

fn replayed<'p, P: Program>(program: &'p P, point: &'p [f64]) -> Gradient<'p> {
    let (mut tape, mut cotangents) = (Tape::new(), Cotangents::new());
    let x = tape.vars(&elsewhere(point));
    let y = program.run(&x).id();
    let x: Vec<_> = x.iter().map(|x| x.id()).collect();
    Box::new(move |gradient| {
        tape.set_vars(&x, point).expect("leaves");
        tape.replay().expect("no comparison, no op that can fail");
        let swept = tape.sweep(Seed::one(y), &mut cotangents);
        swept.expect("an id of this tape");
        let read = cotangents.of_vars(&x, gradient);
        read.expect("ids of this tape");
        tape.value(y).expect("an id of this tape")
    })
}

/// Another point: what is recorded there and replayed at the right one shows that the replay did
/// something.
fn elsewhere(point: &[f64]) -> Vec<f64> {
    point.iter().map(|x| 1.01 * x + 0.01).collect()
}

type Active = xad_rs::AReal<f64>;

impl Number for Active {
    #[inline(always)]
    fn plus(&self, other: &Self) -> Self {
        self + other
    }
    #[inline(always)]
    fn minus(&self, other: &Self) -> Self {
        self - other
    }
    #[inline(always)]
    fn times(&self, other: &Self) -> Self {
        self * other
    }
    #[inline(always)]
    fn times_number(&self, factor: f64) -> Self {
        self * factor
    }
    #[inline(always)]
    fn number_minus(&self, number: f64) -> Self {
        number - self
    }
    #[inline(always)]
    fn sine(&self) -> Self {
        xad_rs::math::ad::sin(self)
    }
}

fn xad<'p, P: Program>(program: &'p P, point: &'p [f64]) -> Gradient<'p> {
    let mut tape = xad_rs::Tape::new(true);
    Box::new(move |gradient| {
        let run = |x: &[Active]| program.run(x);
        let (value, slopes) = xad_rs::compute_gradient_rev_with(&mut tape, point, run);
        gradient.copy_from_slice(&slopes);
        value
    })
}

type Variable<'g> = RustQuant_autodiff::Variable<'g>;
number!(['g] Variable<'g>, |x: Self| x.sin());

fn rust_quant<'p, P: Program>(program: &'p P, point: &'p [f64]) -> Gradient<'p> {
    use RustQuant_autodiff::{Accumulate, Gradient as _, Graph};
    let graph = Graph::new();
    Box::new(move |gradient| {
        graph.clear();
        let x = graph.vars(point);
        let y = program.run(&x);
        gradient.copy_from_slice(&y.accumulate().wrt(&x));
        y.value
    })
}

type ReverseVar<'t> = reverse::Var<'t>;
number!(['t] ReverseVar<'t>, |x: Self| x.sin());

fn reverse_crate<'p, P: Program>(program: &'p P, point: &'p [f64]) -> Gradient<'p> {
    use reverse::Gradient as _;
    let tape = reverse::Tape::new();
    Box::new(move |gradient| {
        tape.clear();
        let x = tape.add_vars(point);
        let y = program.run(&x);
        gradient.copy_from_slice(&y.grad().wrt(&x));
        y.val()
    })
}

type EchidnaReverse = echidna::Reverse<f64>;
type EchidnaRecorded = echidna::BReverse<f64>;
number!([] EchidnaReverse, Float::sin);
number!([] EchidnaRecorded, Float::sin);

fn echidna_reverse<'p, P: Program>(program: &'p P, point: &'p [f64]) -> Gradient<'p> {
    Box::new(move |gradient| {
        let mut value = f64::NAN;
        let run = |x: &[EchidnaReverse]| {
            let y = program.run(x);
            value = echidna::Scalar::value(&y);
            y
        };
        gradient.copy_from_slice(&echidna::grad(run, point));
        value
    })
}

fn echidna_replay<'p, P: Program>(program: &'p P, point: &'p [f64]) -> Gradient<'p> {
    let run = |x: &[EchidnaRecorded]| program.run(x);
    let (mut tape, _) = echidna::record(run, &elsewhere(point));
    let mut buffer = Vec::new();
    Box::new(move |gradient| {
        gradient.copy_from_slice(&tape.gradient_with_buf(point, &mut buffer));
        tape.output_value()
    })
}
