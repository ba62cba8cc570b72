//! Where numbers stop being finite, in words.

use super::recorded::Recorded;
use picture::short;
use tape::check::{Involved, Number, Origin};

/// The operations that are written between their operands.
const BETWEEN: [(&str, &str); 6] = [
    ("add", " + "),
    ("sub", " − "),
    ("mul", " × "),
    ("div", " / "),
    ("pow", "^"),
    ("powi", "^"),
];

/// Which operation gave the first number that is not finite, forward or else on the way back;
/// `None` if all are.
pub fn origin(now: &Recorded) -> Option<String> {
    let forward = now.tape.first_non_finite();
    let found = forward.or_else(|| now.tape.first_non_finite_cotangent(&now.gradient))?;
    let (value, made) = (number(found.value), made(&found));
    Some(match &found.number {
        Number::Result => format!("The first that is not finite: {made} = {value}."),
        Number::Cotangent { operand, .. } => format!(
            "The first that is not finite comes back from {made}: the derivative by {} is {value}.",
            called(operand)
        ),
        _ => format!("The first that is not finite: {value}."),
    })
}

/// An operation with its numbers put in: `ln(−1)`, `1 / 0`.
fn made(found: &Origin) -> String {
    let operands: Vec<String> = (found.operands.iter())
        .map(|operand| number(operand.least))
        .collect();
    let between = BETWEEN.iter().find(|(op, _)| *op == found.op);
    let in_brackets = |text: &String| match text.starts_with('−') {
        true => format!("({text})"),
        false => text.clone(),
    };
    match between {
        Some((_, sign)) => {
            let operands: Vec<String> = operands.iter().map(in_brackets).collect();
            operands.join(sign)
        }
        None => format!("{}({})", found.op, operands.join(", ")),
    }
}

fn called(operand: &Involved) -> String {
    match operand.name.is_empty() {
        true => format!("what is {} here", number(operand.least)),
        false => operand.name.clone(),
    }
}

fn number(number: f64) -> String {
    short(number).replace('-', "−")
}
