//! Every op of this crate in the generic suite of `tape`, as every op of `tape` itself.

use num_dual::Dual64;
use tape::check;

#[test]
fn every_op_has_right_derivatives() {
    check::ops(&nn::ops::all::<f64>()).assert_complete();
}

#[test]
fn every_op_has_right_derivatives_in_single_precision() {
    // Slopes at logits of 1000 have too few digits to judge every element.
    check::ops(&nn::ops::all::<f32>()).assert_ok();
}

#[test]
fn every_tangent_is_what_dual_numbers_give() {
    check::duals(&nn::ops::all::<f64>(), &nn::ops::all::<Dual64>()).assert_complete();
}
