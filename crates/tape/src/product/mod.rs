//! The matrix product `c ← alpha·a·b`, in three files: how operands lie in memory ([`Strided`]),
//! the loop that works for every number (`plain`), and the choice of a kernel for `f32` and `f64`
//! (`kernel`, with what was measured).

mod kernel;
mod plain;
mod strided;

pub use kernel::MatrixProduct;
pub use strided::{Strided, StridedMut};
