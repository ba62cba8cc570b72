//! Signs, raised and lowered letters.

use super::expr::Relation;

pub(super) fn sign(relation: Relation) -> &'static str {
    match relation {
        Relation::Less => "<",
        Relation::LessOrEqual => "≤",
        Relation::Greater => ">",
        Relation::GreaterOrEqual => "≥",
    }
}

/// What holds of numbers where the relation does not.
pub(super) fn opposite(relation: Relation) -> &'static str {
    match relation {
        Relation::Less => "≥",
        Relation::LessOrEqual => ">",
        Relation::Greater => "≤",
        Relation::GreaterOrEqual => "<",
    }
}

/// As a superscript.
pub(super) fn raised(text: &str) -> String {
    let digits = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    let raise = |c: char| match (c, c.to_digit(10)) {
        (_, Some(digit)) => digits[digit as usize],
        ('-' | '−', _) => '⁻',
        ('+', _) => '⁺',
        ('n', _) => 'ⁿ',
        (other, _) => other,
    };
    text.chars().filter(|c| *c != ' ').map(raise).collect()
}

/// As a subscript.
pub(super) fn lowered(text: &str) -> String {
    let digits = ['₀', '₁', '₂', '₃', '₄', '₅', '₆', '₇', '₈', '₉'];
    let lower = |c: char| match (c, c.to_digit(10)) {
        (_, Some(digit)) => digits[digit as usize],
        ('i', _) => 'ᵢ',
        ('j', _) => 'ⱼ',
        ('k', _) => 'ₖ',
        (other, _) => other,
    };
    text.chars().map(lower).collect()
}
