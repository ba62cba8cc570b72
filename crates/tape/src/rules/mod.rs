//! Scalar rules: functions of one or two numbers with their derivatives, one block each, listed in `registry`.

mod activation;
mod arithmetic;
mod code;
mod exponential;
mod hyperbolic;
mod piecewise;
mod powers;
mod registry;
mod rule;
mod trigonometric;

pub use activation::*;
pub use arithmetic::*;
pub(crate) use code::{Code, CodedBinary, CodedUnary, Form};
pub use exponential::*;
pub use hyperbolic::*;
pub use piecewise::*;
pub use powers::*;
pub use registry::{Rule, all};
pub(crate) use registry::{registry, scalar_functions, scalar_rules};
pub use rule::{Binary, Unary};
pub use trigonometric::*;
