//! The code of README.md and docs/: every block of it is compiled and run as a doctest of this
//! crate.
//!
//! What the blocks quote from other files is compared with those files by `tests/documents.rs`.

#[cfg(doctest)]
macro_rules! documents {
    ($($name:ident $path:literal)*) => {
        $(#[doc = include_str!(concat!("../", $path))]
        pub struct $name;)*
    };
}

#[cfg(doctest)]
documents! {
    Readme "README.md"
    Wengert "crates/wengert/README.md"
    Tape "crates/tape/README.md"
    Nn "crates/nn/README.md"
    AddingAnOp "docs/adding-an-op.md"
    Architecture "docs/architecture.md"
    Conventions "docs/conventions.md"
    TestingYourOwnOp "docs/testing-your-own-op.md"
    Troubleshooting "docs/troubleshooting.md"
    Graph "docs/guide/01-graph.md"
    SumsAndProducts "docs/guide/02-sums-and-products.md"
    ChainRule "docs/guide/03-chain-rule.md"
    Activations "docs/guide/04-activations.md"
    AffineLayer "docs/guide/05-affine.md"
    SoftmaxWithLoss "docs/guide/06-softmax-with-loss.md"
    TwoLosses "docs/guide/07-two-losses.md"
    Downhill "docs/guide/08-downhill.md"
    Training "docs/guide/09-training.md"
    Differences "docs/guide/10-differences.md"
    Inside "docs/guide/13-inside.md"
    Pictures "docs/guide/14-pictures.md"
    Functions "docs/guide/15-functions.md"
    SecondDerivatives "docs/guide/16-second-derivatives.md"
    Optimisers "docs/guide/17-optimisers.md"
    BatchNormalisation "docs/guide/19-batch-normalisation.md"
    ConvolutionAndPooling "docs/guide/21-convolution.md"
    SeveralThreads "docs/guide/23-threads.md"
}
