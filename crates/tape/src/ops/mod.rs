//! Every operation, one place each.
//!
//! Scalar rules are blocks of the family files under [`scalar`]; matrix ops are files under [`matrix`].
//! [`rules`] lists the former and [`all`] lists the latter together with every scalar rule applied to whole
//! matrices; the generic tests walk over both lists.

pub mod matrix;
pub(crate) mod registry;
pub mod scalar;

pub use matrix::*;
pub use registry::*;
pub use scalar::{Binary, Unary};

use crate::op::Op;
use crate::scalar::Scalar;

macro_rules! elementwise {
    (
        operator_unary { $($ou:ident),* }
        operator_binary { $($ob:ident $obr:ident $obl:ident),* }
        unary { $($u:ident $um:ident),* }
        binary { $($b:ident $bm:ident $br:ident $bl:ident),* }
    ) => {
        fn elementwise<T: Scalar>() -> Vec<Box<dyn Op<T>>> {
            vec![
                $(Box::new(Map::<$ou>::default()),)*
                $(Box::new(Map::<$u>::default()),)*
                $(Box::new(Zip::<$ob>::default()),)*
                $(Box::new(Zip::<$b>::default()),)*
            ]
        }
    };
}
registry::scalar_rules!(elementwise);

/// Every op of this crate: each scalar rule applied element by element, then the matrix ops.
pub fn all<T: Scalar>() -> Vec<Box<dyn Op<T>>> {
    let mut ops = elementwise();
    ops.extend(matrix::list());
    ops
}
