//! Fields: how many there may be, and what numbers they say.

/// The most columns there may be: images of 128×128, a label, and a few more.
pub const MOST_COLUMNS: usize = 128 * 128 + 16;

/// The longest row, in bytes: 32 for each column.
pub const LONGEST_ROW: usize = 32 * MOST_COLUMNS;

/// The number that a field is.
pub fn number(field: &[u8]) -> Option<f64> {
    let field = field.trim_ascii();
    // Nearly all of them: `f64::from_str` takes several times as long.
    if matches!(field.len(), 1..=3) && field.iter().all(u8::is_ascii_digit) {
        let whole = field
            .iter()
            .fold(0, |sum, digit| 10 * sum + u32::from(digit - b'0'));
        return Some(whole.into());
    }
    str::from_utf8(field).ok()?.parse().ok()
}
