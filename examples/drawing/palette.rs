//! The colours of curves, each with its counterpart on a dark page.
//!
//! A drawing names the colours of the light page in its attributes. [`dark_rules`] are rules of CSS
//! that exchange them where the page is dark, so that a picture needs no second version.

/// A colour of the light page and the one that takes its place on a dark page.
#[derive(Debug, Clone, Copy)]
pub struct Shade {
    /// Red, green, blue.
    pub light: [u8; 3],
    /// As CSS writes it.
    pub dark: &'static str,
}

const fn shade(light: [u8; 3], dark: &'static str) -> Shade {
    Shade { light, dark }
}

pub const PAPER: Shade = shade([0xff, 0xff, 0xff], "#12161d");
pub const INK: Shade = shade([0x1c, 0x23, 0x30], "#e8ecf3");
pub const FAINT: Shade = shade([0x66, 0x70, 0x85], "#9aa5b8");
pub const GRID: Shade = shade([0xe6, 0xe9, 0xef], "#232a36");
/// Of values.
pub const BLUE: Shade = shade([0x47, 0x66, 0xb5], "#8ba6ee");
/// Of derivatives.
pub const ORANGE: Shade = shade([0xb9, 0x38, 0x15], "#ff9b6a");
pub const GREEN: Shade = shade([0x2b, 0x8a, 0x5e], "#5fc79b");

/// The rules that exchange these colours on a dark page.
pub fn dark_rules(shades: &[Shade]) -> String {
    let mut rules = String::from("@media (prefers-color-scheme: dark) {\n");
    for Shade {
        light: [r, g, b],
        dark,
    } in shades
    {
        let light = format!("#{r:02X}{g:02X}{b:02X}");
        rules += &format!(
            "  [fill=\"{light}\"] {{ fill: {dark}; }} [stroke=\"{light}\"] {{ stroke: {dark}; }}\n"
        );
    }
    rules + "}\n"
}
