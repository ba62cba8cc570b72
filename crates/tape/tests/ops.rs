//! Every op of this crate through the generic suite.

use tape::{check, ops};

#[test]
fn every_op_has_right_derivatives() {
    check::ops(&ops::all::<f64>()).assert_complete();
}

#[test]
fn every_op_has_right_derivatives_in_single_precision() {
    check::ops(&ops::all::<f32>()).assert_ok();
}

#[test]
fn every_scalar_rule_has_right_derivatives_in_all_its_forms() {
    check::rules::<f64>().assert_complete();
}

#[test]
fn every_scalar_rule_has_right_derivatives_in_single_precision() {
    check::rules::<f32>().assert_ok();
}

#[test]
fn every_tangent_rule_agrees_with_dual_numbers() {
    check::duals(&ops::all(), &ops::all()).assert_complete();
    check::dual_rules().assert_complete();
}

#[test]
fn every_op_has_right_derivatives_on_a_tape_of_dual_numbers() {
    check::ops(&ops::all::<num_dual::Dual64>()).assert_ok();
}
