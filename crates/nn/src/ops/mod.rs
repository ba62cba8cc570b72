//! The ops of this crate: one file each. A line in [`all`] enrols an op in the generic tests.

mod affine;
mod average_pool;
mod convolution;
mod convolution_plan;
mod cross_entropy;
mod max_pool;
mod one_hot;
mod pool;
mod pool_largest;
mod recorded_wanted;
mod residual;
mod softmax_cross_entropy;
mod targets;
mod wanted;
mod weighted;
mod window;

pub use affine::Affine;
pub use average_pool::{AveragePool, AverageSpread};
pub use convolution::{Convolution, ConvolutionBack, ConvolutionFilters};
pub use cross_entropy::CrossEntropy;
pub use max_pool::{MaxPool, MaxPoolPlaces, PoolGather, PoolSpread};
pub use one_hot::OneHot;
pub use softmax_cross_entropy::SoftmaxCrossEntropy;
pub use weighted::Weighted;
pub use window::Window;

use crate::images::ImageShape;
use tape::{Op, Scalar};

/// Every op of this crate.
pub fn all<T: Scalar>() -> Vec<Box<dyn Op<T>>> {
    let mut all = of_images();
    all.extend(others());
    all
}

/// The ops of images, over images and windows of several kinds.
fn of_images<T: Scalar>() -> Vec<Box<dyn Op<T>>> {
    let images = |channels, height, width| ImageShape {
        channels,
        height,
        width,
    };
    let mut all: Vec<Box<dyn Op<T>>> = Vec::new();
    for (images, window) in [
        (images(2, 3, 4), Window::square(2)),
        (images(1, 3, 3), Window::square(3).padded(1)),
        (images(2, 4, 5), Window::new(2, 3).moving(2).padded(1)),
    ] {
        let convolution = Convolution::new(images, 3, window).expect("it fits");
        all.push(Box::new(ConvolutionBack::of(&convolution)));
        all.push(Box::new(ConvolutionFilters::of(&convolution)));
        all.push(Box::new(convolution));
        let max_pool = MaxPool::new(images, window).expect("it fits");
        all.push(Box::new(MaxPoolPlaces::of(&max_pool)));
        all.push(Box::new(PoolSpread::of(&max_pool)));
        all.push(Box::new(PoolGather::of(&max_pool)));
        all.push(Box::new(max_pool));
        let average_pool = AveragePool::new(images, window).expect("it fits");
        all.push(Box::new(AverageSpread::of(&average_pool)));
        all.push(Box::new(average_pool));
    }
    let apart = Window::square(2).moving(2);
    let max_pool = MaxPool::new(images(2, 4, 4), apart).expect("it fits");
    all.push(Box::new(max_pool));
    all
}

/// The ops of rows.
fn others<T: Scalar>() -> Vec<Box<dyn Op<T>>> {
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
