//! What a derivative says when a number is moved: by h the leaf, by derivative · h the result.

use super::numbers::signed;
use super::recorded::Recorded;
use super::request::Request;
use crate::program::{Fault, Program};
use picture::short;
use serde_json::{Value, json};

/// By how much the leaf that is being moved has moved, and the result, and what the derivative
/// said of that before; nothing if nothing has moved.
pub fn moved(program: &Program, request: &Request, now: &Recorded) -> Result<Value, Fault> {
    let Some((leaf, from)) = &request.moved else {
        return Ok(Value::Null);
    };
    let Some((value, _)) = now.leaf(leaf) else {
        return Ok(Value::Null);
    };
    let before = Recorded::of(program, request, Some((leaf, *from)))?;
    let (_, derivative) = before.leaf(leaf).unwrap_or_default();
    let (h, by) = (value - from, now.output - before.output);
    if h == 0.0 || !h.is_finite() {
        return Ok(Value::Null);
    }
    Ok(json!({
        "leaf": leaf,
        "result": now.name(),
        "h": signed(h),
        "by": signed(by),
        // Of as many digits as are read, so that 1.1 · 10 is not called other than 11.
        "ratio": short(by / h).replace('-', "−"),
        "derivative": short(derivative).replace('-', "−"),
        "promised": signed(derivative * h),
        "kept": short(by) == short(derivative * h),
    }))
}
