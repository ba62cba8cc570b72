//! A call that returns an error leaves everything as it was: every call of a tape that can, by a
//! table.

use nalgebra::dmatrix;
use tape::{
    Cotangents, EntryId, Error, ForwardError, MatrixId, Op, OutputSpec, Point, PointMut, Seed,
    Shape, ShapeError, Sink, Tangents, Tape, VarId, View,
};

/// Takes matrices and scalars of any shape, and refuses their values; panics if the last is 13.
struct Refuses;

impl Op<f64> for Refuses {
    fn name(&self) -> &'static str {
        "refuses"
    }
    fn shape(&self, operands: &[Shape]) -> Result<OutputSpec, ShapeError> {
        match operands {
            [] => Err(ShapeError::new("takes an operand")),
            _ => Ok(OutputSpec::matrix(2, 3).with_residual(5)),
        }
    }
    fn forward(&self, at: &mut PointMut<'_, f64>) -> Result<(), ForwardError> {
        let last = at.operands.get(at.operands.len() - 1);
        assert!(last.values() != [13.0], "no luck with 13");
        Err(ForwardError::new("these are no good"))
    }
    fn vjp(&self, _: &Point<'_, f64>, _: View<'_, f64>, _: &mut Sink<'_, f64>) {}
}

/// A tape with something of every kind, and ids that are good and bad.
struct Scene {
    tape: Tape,
    leaf: VarId,
    other_leaf: VarId,
    result: VarId,
    matrix: MatrixId,
    product: MatrixId,
    gone: VarId,
    gone_matrix: MatrixId,
    gone_mark: tape::Mark,
    foreign: VarId,
    foreign_matrix: MatrixId,
    foreign_mark: tape::Mark,
}

impl Scene {
    fn new() -> Self {
        let mut tape = Tape::new().with_locations();
        let (leaf, other_leaf) = (tape.var(2.0).named("leaf"), tape.var(5.0));
        let matrix = tape.matrix(&dmatrix![1.0, 2.0]);
        let (result, product) = {
            let _scope = tape.scope("scope");
            assert!(leaf < other_leaf);
            (leaf * 3.0 + other_leaf, matrix * leaf)
        };
        let (leaf, other_leaf, result) = (leaf.id(), other_leaf.id(), result.id());
        let (matrix, product) = (matrix.id(), product.id());
        let mark = tape.mark();
        let gone = tape.var(7.0).id();
        let gone_matrix = tape.matrix(&dmatrix![7.0]).id();
        let gone_mark = tape.mark();
        tape.rewind(mark).unwrap();
        let foreign = Tape::new();
        let foreign_matrix = foreign.matrix(&dmatrix![9.0, 9.0]).id();
        Scene {
            tape,
            leaf,
            other_leaf,
            result,
            matrix,
            product,
            gone,
            gone_matrix,
            gone_mark,
            foreign: foreign.var(9.0).id(),
            foreign_matrix,
            foreign_mark: foreign.mark(),
        }
    }

    /// All that can be seen of the tape. A mark shows the length of every one of its lists.
    fn state(&self) -> String {
        let entries = self.tape.entries();
        let value = |id| match id {
            EntryId::Scalar(id) => self.tape.value(id).map(|x| vec![x]),
            EntryId::Matrix(id) => self.tape.read(id, |view| view.values().to_vec()),
        };
        let values: Vec<_> = entries.iter().map(|entry| value(entry.id)).collect();
        let (stale, mark) = (self.tape.is_stale(), self.tape.mark());
        format!("{entries:?}\n{values:?}\n{stale} {mark:?}")
    }
}

type Call = fn(&mut Scene) -> Result<(), Error>;

const CALLS: &[(&str, Call)] = &[
    ("apply", |s| {
        let (x, m) = (s.tape.handle(s.leaf)?, s.tape.handle(s.matrix)?);
        let operands = [x.into(), m.into(), tape::Var::from(4.0).into()];
        s.tape.apply(Refuses, &operands).map(drop)
    }),
    ("value, gone", |s| s.tape.value(s.gone).map(drop)),
    ("value, foreign", |s| s.tape.value(s.foreign).map(drop)),
    ("read, gone", |s| s.tape.read(s.gone_matrix, |_| ())),
    ("read, foreign", |s| s.tape.read(s.foreign_matrix, |_| ())),
    ("matrix_value", |s| {
        s.tape.matrix_value(s.gone_matrix).map(drop)
    }),
    ("handle, gone", |s| s.tape.handle(s.gone).map(drop)),
    ("handle, foreign", |s| {
        s.tape.handle(s.foreign_matrix).map(drop)
    }),
    ("set, gone", |s| s.tape.set(s.gone, 1.0)),
    ("set, foreign", |s| s.tape.set(s.foreign, 1.0)),
    ("set, no leaf", |s| s.tape.set(s.result, 1.0)),
    ("set_vars, the last no leaf", |s| {
        s.tape
            .set_vars(&[s.leaf, s.other_leaf, s.result], &[1.0, 1.0, 1.0])
    }),
    ("set_vars, the last gone", |s| {
        s.tape.set_vars(&[s.leaf, s.gone], &[1.0, 1.0])
    }),
    ("set_vars, the last foreign", |s| {
        s.tape.set_vars(&[s.leaf, s.foreign], &[1.0, 1.0])
    }),
    ("set_vars, too few", |s| {
        s.tape.set_vars(&[s.leaf, s.other_leaf], &[1.0])
    }),
    ("set_matrix, shape", |s| {
        s.tape.set_matrix(s.matrix, &dmatrix![1.0; 1.0])
    }),
    ("set_matrix, no leaf", |s| {
        s.tape.set_matrix(s.product, &dmatrix![1.0, 1.0])
    }),
    ("set_matrix, gone", |s| {
        s.tape.set_matrix(s.gone_matrix, &dmatrix![1.0])
    }),
    ("leaf_mut, no leaf", |s| {
        s.tape.leaf_mut(s.product).map(drop)
    }),
    ("leaf_mut, gone", |s| {
        s.tape.leaf_mut(s.gone_matrix).map(drop)
    }),
    ("leaf_mut, foreign", |s| {
        s.tape.leaf_mut(s.foreign_matrix).map(drop)
    }),
    ("leaf_shape, no leaf", |s| {
        s.tape.leaf_shape(s.product).map(drop)
    }),
    ("leaf_shape, gone", |s| {
        s.tape.leaf_shape(s.gone_matrix).map(drop)
    }),
    ("rewind, gone", |s| s.tape.rewind(s.gone_mark)),
    ("rewind, foreign", |s| s.tape.rewind(s.foreign_mark)),
    ("sweep, gone", |s| {
        let seeds = [Seed::one(s.result), Seed::one(s.gone)];
        s.tape.sweep(seeds, &mut Cotangents::new())
    }),
    ("sweep, shape", |s| {
        let wrong = dmatrix![1.0; 1.0];
        let seed = Seed::matrix(s.product, &wrong);
        s.tape.sweep(seed, &mut Cotangents::new())
    }),
    ("push_forward, foreign", |s| {
        let seeds = [Seed::one(s.leaf), Seed::one(s.foreign)];
        s.tape.push_forward(seeds, &mut Tangents::new())
    }),
];

#[test]
fn a_refused_call_leaves_the_tape_as_it_was() {
    for (name, call) in CALLS {
        let mut scene = Scene::new();
        let before = scene.state();
        assert!(call(&mut scene).is_err(), "{name}");
        assert_eq!(scene.state(), before, "{name}");
        // And what is done next is what would have been done.
        scene.tape.replay().unwrap();
        assert_eq!(scene.state(), before, "{name}");
    }
}

#[test]
fn a_refused_call_leaves_a_stale_tape_as_it_was() {
    for (name, call) in CALLS {
        let mut scene = Scene::new();
        scene.tape.set(scene.leaf, 3.0).unwrap();
        let before = scene.state();
        assert!(call(&mut scene).is_err(), "{name}");
        assert_eq!(scene.state(), before, "{name}");
    }
    // So does a replay that fails, and calls that fail because it is stale.
    let mut scene = Scene::new();
    scene.tape.set(scene.leaf, 10.0).unwrap();
    let before = scene.state();
    let calls: [Call; 6] = [
        |s| s.tape.replay(),
        |s| s.tape.value(s.result).map(drop),
        |s| s.tape.read(s.product, |_| ()),
        |s| s.tape.handle(s.result).map(drop),
        |s| s.tape.sweep(Seed::one(s.result), &mut Cotangents::new()),
        |s| s.tape.push_forward(Seed::one(s.leaf), &mut Tangents::new()),
    ];
    for call in calls {
        assert!(call(&mut scene).is_err());
        assert_eq!(scene.state(), before);
    }
}

#[test]
fn cotangents_that_cannot_all_be_read_are_not_written() {
    let scene = Scene::new();
    let mut cotangents = Cotangents::new();
    scene
        .tape
        .sweep(Seed::one(scene.result), &mut cotangents)
        .unwrap();
    let mut slopes = [-1.0, -1.0];
    for last in [scene.gone, scene.foreign] {
        cotangents
            .of_vars(&[scene.leaf, last], &mut slopes)
            .unwrap_err();
        assert_eq!(slopes, [-1.0, -1.0]);
    }
    cotangents.of_vars(&[scene.leaf], &mut slopes).unwrap_err();
    assert_eq!(slopes, [-1.0, -1.0]);
    cotangents
        .of_vars(&[scene.leaf, scene.other_leaf], &mut slopes)
        .unwrap();
    assert_eq!(slopes, [3.0, 1.0]);
}

#[test]
fn a_panic_while_an_operation_is_recorded_leaves_nothing_behind_either() {
    let calls: [fn(&Scene, &Tape); 4] = [
        |s, _| {
            let m = s.tape.handle(s.matrix).unwrap();
            let _ = m * m;
        },
        |s, _| {
            let _ = s.tape.apply(Refuses, &[]);
        },
        |s, other| {
            let operands = [tape::Var::from(3.0).into(), other.var(1.0).into()];
            let _ = s.tape.apply(Refuses, &operands);
        },
        |s, _| {
            let operands = [tape::Var::from(3.0).into(), tape::Var::from(13.0).into()];
            let _ = s.tape.apply(Refuses, &operands);
        },
    ];
    let scene = Scene::new();
    let before = scene.state();
    for call in calls {
        let call = std::panic::AssertUnwindSafe(|| call(&scene, &Tape::new()));
        assert!(std::panic::catch_unwind(call).is_err());
        assert_eq!(scene.state(), before);
    }
}
