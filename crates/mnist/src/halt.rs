//! Why a run cannot go on, in one sentence that names what happened first.
//!
//! Training fails in two ways, and a wrong learning rate is behind most of both. Numbers overflow,
//! and everything computed from them is infinite or not a number; or a step throws every unit of a
//! layer below the kink of its ReLU, where its derivative is 0 for every image, and nothing ever
//! moves it again. The first is noticed a step later by a loss that is not finite; the second by
//! nobody, unless somebody looks.

use nn::Recording;
use tape::{Argument, EntryInfo, Scalar};

/// Why a run cannot go on.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Halt {
    /// A number that should be finite is not.
    #[error("the loss is not finite any more: {origin}")]
    NotFinite {
        /// The first entry whose result is not finite though everything it reads is.
        origin: String,
    },
    /// No unit of a hidden layer is active for any image.
    #[error(
        "every hidden unit of layer {layer} is inactive: entry {entry} ({op}) gives 0 for all \
         {images} training images, so no gradient passes it and nothing more can be learned"
    )]
    Dead {
        /// The entry of the layer's activation on the tape.
        entry: usize,
        /// Its op.
        op: &'static str,
        /// The hidden layer, counted from 1.
        layer: usize,
        /// How many images were looked at.
        images: usize,
    },
    /// The tape refused what it was given.
    #[error(transparent)]
    Tape(#[from] tape::Error),
}

/// The halt of a recording whose loss is not finite.
pub(crate) fn not_finite<T: Scalar>(recording: &Recording<T>) -> Halt {
    let origin = match recording.tape().first_non_finite() {
        // What is read from nothing was set from outside: by the last update, or by the first
        // weights.
        Some(origin) if origin.operands.is_empty() => format!("a parameter overflowed: {origin}"),
        Some(origin) => origin.to_string(),
        None => "though every entry is".to_owned(),
    };
    Halt::NotFinite { origin }
}

/// The halt of a recording in which no unit of hidden layer `layer`, counted from 1, is active any
/// more.
pub(crate) fn dead<T: Scalar>(recording: &Recording<T>, layer: usize, images: usize) -> Halt {
    let affine = recording.rectified()[layer - 1].entry();
    let reads = |entry: &EntryInfo<T>| entry.operands.contains(&Argument::Entry(affine));
    let entries = recording.tape().entries();
    let relu = entries.iter().find(|entry| reads(entry));
    Halt::Dead {
        entry: relu.map_or(affine, |relu| relu.index),
        op: relu.map_or("relu", |relu| relu.op),
        layer,
        images,
    }
}
