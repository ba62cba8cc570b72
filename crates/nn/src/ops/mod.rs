//! The ops of this crate: one file each. A line in [`all`] enrols an op in the generic tests.

mod affine;
mod cross_entropy;
mod one_hot;
mod recorded_wanted;
mod residual;
mod softmax_cross_entropy;
mod targets;
mod wanted;
mod weighted;

pub use affine::Affine;
pub use cross_entropy::CrossEntropy;
pub use one_hot::OneHot;
pub use softmax_cross_entropy::SoftmaxCrossEntropy;
pub use weighted::Weighted;

use tape::{Op, Scalar};

/// Every op of this crate.
pub fn all<T: Scalar>() -> Vec<Box<dyn Op<T>>> {
    vec![
        Box::new(Affine),
        Box::new(CrossEntropy),
        Box::new(SoftmaxCrossEntropy::new()),
        Box::new(
            SoftmaxCrossEntropy::new()
                .class_weights(&[0.5, 2.0, 1.5, 1.0])
                .ignoring(3),
        ),
        Box::new(SoftmaxCrossEntropy::new().class_weights(&[0.0, 2.0])),
        Box::new(OneHot {
            classes: 4,
            ignored: None,
        }),
        Box::new(OneHot {
            classes: 3,
            ignored: Some(0),
        }),
        Box::new(Weighted {
            weights: vec![0.5, 0.0, 2.0],
        }),
    ]
}
