//! Numbers as texts.

use picture::short;
use serde_json::{Value, json};

/// Every digit needed to get the same number back, as JavaScript reads it.
pub fn exact(number: f64) -> String {
    if number.is_infinite() {
        return if number > 0.0 {
            "Infinity"
        } else {
            "-Infinity"
        }
        .to_owned();
    }
    let text = format!("{number:?}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

/// A number to be read, and every digit of it.
pub fn both(number: f64) -> Value {
    json!({ "short": short(number).replace('-', "−"), "exact": exact(number) })
}

/// A number with its sign: what something moved by.
pub fn signed(number: f64) -> String {
    match number > 0.0 {
        true => format!("+{}", short(number)),
        false => short(number).replace('-', "−"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_lost() {
        for number in [
            0.1,
            1.0,
            1e300,
            -2.5e-9,
            f64::MIN_POSITIVE,
            5e-324,
            123456789.0,
        ] {
            assert_eq!(exact(number).parse(), Ok(number));
        }
        assert_eq!(exact(100.0), "100");
        assert_eq!(exact(-0.0), "-0");
        assert_eq!(exact(f64::NEG_INFINITY), "-Infinity");
        assert_eq!(exact(f64::NAN), "NaN");
    }

    #[test]
    fn what_moved_has_a_sign() {
        assert_eq!(signed(2.2), "+2.2");
        assert_eq!(signed(-0.5), "−0.5");
        assert_eq!(signed(0.0), "0");
        assert_eq!(both(-4.0), json!({ "short": "−4", "exact": "-4" }));
    }
}
