//! What the page is told of a program.

use super::moved::moved;
use super::numbers::{both, exact};
use super::origin::origin;
use super::recorded::Recorded;
use super::request::Request;
use crate::program::{Fault, Leaf, Place, Program, parse};
use picture::{Draw, Picture};
use serde_json::{Value, json};
use tape::{Argument, EntryId, EntryInfo};

/// For numbers of how many characters there is room in a drawing: −1234.5 and 0.01234.
const ROOM: usize = 8;

/// Values, derivatives, drawing and steps of a program.
///
/// ```
/// use playground::graph::{Request, answer};
///
/// let request = Request {
///     text: "price = apple * apples * tax".into(),
///     leaves: [("apple", 100.0), ("apples", 2.0), ("tax", 1.1)]
///         .map(|(name, number)| (name.into(), number))
///         .into(),
///     ..Request::default()
/// };
/// let told = answer(&request).unwrap();
/// assert_eq!(told["output"]["short"], "220");
/// assert_eq!(told["leaves"][0]["derivative"]["short"], "2.2");
/// ```
///
/// # Errors
/// If the text is no program, or nothing in it can be moved.
pub fn answer(request: &Request) -> Result<Value, Fault> {
    let program = parse(&request.text)?;
    let now = Recorded::of(&program, request, None)?;
    let mut told = json!({
        "leaves": leaves(&program, request, &now),
        "output": both(now.output),
        "name": now.name(),
        "results": now.results,
        "of": now.of,
        "entries": entries(&now),
        "note": program.note(),
        "origin": origin(&now),
        "moved": moved(&program, request, &now)?,
    });
    if let Some(width) = request.width {
        let picture = now.tape.picture_with("", &now.gradient);
        let picture = picture.limit(Picture::DEFAULT_LIMIT).room(ROOM);
        let stage = picture.width(width).stage();
        told["svg"] = stage.svg.into();
        told["steps"] = stage.steps.into();
    }
    Ok(told)
}

fn leaves(program: &Program, request: &Request, now: &Recorded) -> Vec<Value> {
    let leaf = |leaf: &Leaf| {
        let (value, derivative) = now.leaf(&leaf.name).unwrap_or_default();
        let units = |(_, span)| Place::of(span, &request.text).units;
        json!({
            "name": leaf.name,
            "value": both(value),
            "derivative": both(derivative),
            // Where its number is written, if it is.
            "written": leaf.written.map(units),
        })
    };
    program.leaves.iter().map(leaf).collect()
}

/// Value and cotangent of each entry, every digit; no cotangent where the sweep did not go.
fn entries(now: &Recorded) -> Vec<Value> {
    let entry = |entry: &EntryInfo<f64>| {
        let EntryId::Scalar(id) = entry.id else {
            return Value::Null;
        };
        let reached = now.gradient.reached(entry.index);
        json!({
            "op": entry.op,
            "name": entry.name,
            "value": now.tape.value(id).map(exact).ok(),
            "derivative": reached.map(|view| exact(view.scalar())),
            "operands": entry.operands.iter().map(operand).collect::<Vec<_>>(),
        })
    };
    now.tape.entries().iter().map(entry).collect()
}

fn operand(operand: &Argument<f64>) -> Value {
    match *operand {
        Argument::Entry(index) => json!({ "entry": index }),
        Argument::Number(number) => json!({ "number": exact(number) }),
        Argument::Exponent(n) => json!({ "exponent": n }),
    }
}
