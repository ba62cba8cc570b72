//! Colours, and how coordinates are written.

use crate::model::Kind;

pub(super) const FONTS: &str =
    "'Helvetica Neue', Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif";
pub(super) const PAPER: &str = "#ffffff";
pub(super) const INK: &str = "#1c2330";
pub(super) const FAINT: &str = "#5b6577";
pub(super) const WIRE: &str = "#7b8597";
/// Of derivatives.
pub(super) const BACK: &str = "#b93815";
/// Of NaN and infinities, and what lies behind them.
pub(super) const BROKEN: (&str, &str) = ("#8f1212", "#ffe3e3");

pub(super) fn class(kind: &Kind) -> &'static str {
    match kind {
        Kind::Leaf { .. } => "leaf",
        Kind::Constant => "constant",
        Kind::Operation(_) => "operation",
        Kind::Folded(_) => "folded",
        Kind::Output { .. } => "output",
    }
}

/// The colours of a node's outline, by the node's class.
pub(super) fn outline(class: &str) -> String {
    let (fill, stroke) = match class {
        "leaf" => ("#e6f6ee", "#2b8a5e"),
        "constant" => ("none", FAINT),
        "operation" => ("#eaf0ff", "#4766b5"),
        "folded" => ("#f3edfd", "#7a52c7"),
        _ => ("#fff4de", "#b7791f"),
    };
    let dashes = match class {
        "constant" => " stroke-dasharray=\"3 3\"",
        _ => "",
    };
    format!("fill=\"{fill}\" stroke=\"{stroke}\" stroke-width=\"1.5\"{dashes}")
}

pub(super) fn pair(point: crate::layout::Point) -> String {
    format!("{} {}", short(point.x), short(point.y))
}

/// A coordinate to a tenth of a pixel.
pub(super) fn short(coordinate: f64) -> String {
    let text = format!("{coordinate:.1}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}
