//! The steps of a random program.
//!
//! What a step names (an entry, an id, a mark) it names by any number, taken modulo how many there
//! are, so that every list of steps is a program and shrinks to one.

use proptest::collection::vec;
use proptest::prelude::*;

pub type Pick = usize;

/// What can be done while handles and scopes are alive.
#[derive(Clone, Debug)]
pub enum Recording {
    Leaf(f64),
    Leaves(Vec<f64>),
    MatrixLeaf([f64; 2]),
    Input([f64; 2]),
    /// An operation of two scalars, the second perhaps a plain number.
    Scalars(Pick, Pick, Option<Pick>, f64),
    /// An operation of two matrices.
    Matrices(Pick, Pick, Pick),
    Scale(Pick, Pick),
    Sum(Pick),
    /// The op that refuses negative numbers.
    Squeamish(Pick, f64),
    Compare(Pick, Option<Pick>, f64),
    OpenScope(u8),
    CloseScope(Pick),
    Name(Pick, u8),
    TakeId(Pick),
    Mark,
}

/// What can be done with the tape.
#[derive(Clone, Debug)]
pub enum Step {
    Record(Vec<Recording>),
    Rewind(Pick),
    Clear,
    Set(Vec<(Pick, f64)>, bool),
    SetMatrix(Pick, [f64; 2], bool),
    WriteLeaf(Pick, [f64; 2]),
    Replay,
    Read(Pick),
    Handle(Pick),
    Find(u8),
    Sweep(Vec<(Pick, f64, bool)>),
    PushForward(Vec<(Pick, f64, bool)>),
    AskCotangent(Pick),
    AskTangent(Pick),
    AskCotangents(Vec<Pick>, bool),
    Check(Pick),
}

fn number() -> impl Strategy<Value = f64> {
    (-3..=3_i32).prop_map(f64::from)
}

fn pick() -> impl Strategy<Value = Pick> {
    0..64_usize
}

fn pair() -> impl Strategy<Value = [f64; 2]> {
    [number(), number()]
}

fn recording() -> impl Strategy<Value = Recording> {
    prop_oneof![
        2 => number().prop_map(Recording::Leaf),
        1 => vec(number(), 0..4).prop_map(Recording::Leaves),
        2 => pair().prop_map(Recording::MatrixLeaf),
        1 => pair().prop_map(Recording::Input),
        6 => (pick(), pick(), prop::option::of(pick()), number())
            .prop_map(|(kind, x, y, number)| Recording::Scalars(kind, x, y, number)),
        2 => (pick(), pick(), pick()).prop_map(|(kind, x, y)| Recording::Matrices(kind, x, y)),
        1 => (pick(), pick()).prop_map(|(m, s)| Recording::Scale(m, s)),
        1 => pick().prop_map(Recording::Sum),
        2 => (pick(), number()).prop_map(|(x, number)| Recording::Squeamish(x, number)),
        1 => (pick(), prop::option::of(pick()), number())
            .prop_map(|(x, y, number)| Recording::Compare(x, y, number)),
        2 => (0..3_u8).prop_map(Recording::OpenScope),
        2 => pick().prop_map(Recording::CloseScope),
        2 => (pick(), 0..3_u8).prop_map(|(x, name)| Recording::Name(x, name)),
        1 => pick().prop_map(Recording::TakeId),
        2 => Just(Recording::Mark),
    ]
}

fn seeds() -> impl Strategy<Value = Vec<(Pick, f64, bool)>> {
    vec((pick(), number(), prop::bool::weighted(0.95)), 0..4)
}

pub fn step() -> impl Strategy<Value = Step> {
    let right = || prop::bool::weighted(0.9);
    prop_oneof![
        8 => vec(recording(), 0..12).prop_map(Step::Record),
        3 => pick().prop_map(Step::Rewind),
        1 => prop::bool::weighted(0.1)
            .prop_map(|clear| if clear { Step::Clear } else { Step::Replay }),
        3 => (vec((pick(), number()), 0..3), right())
            .prop_map(|(leaves, right)| Step::Set(leaves, right)),
        1 => (pick(), pair(), right()).prop_map(|(m, pair, right)| Step::SetMatrix(m, pair, right)),
        1 => (pick(), pair()).prop_map(|(m, pair)| Step::WriteLeaf(m, pair)),
        4 => Just(Step::Replay),
        3 => pick().prop_map(Step::Read),
        2 => pick().prop_map(Step::Handle),
        1 => (0..3_u8).prop_map(Step::Find),
        4 => seeds().prop_map(Step::Sweep),
        3 => seeds().prop_map(Step::PushForward),
        4 => pick().prop_map(Step::AskCotangent),
        3 => pick().prop_map(Step::AskTangent),
        1 => (vec(pick(), 0..3), right()).prop_map(|(ids, right)| Step::AskCotangents(ids, right)),
        1 => pick().prop_map(Step::Check),
    ]
}
