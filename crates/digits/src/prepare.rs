//! From anybody's picture to an image as those of MNIST are: light on 0, the digit's longer side 20
//! pixels of 28, its centre of mass in the middle.
//!
//! 1. A large picture is made smaller, and what is transparent in it becomes paper (`sheet`).
//! 2. The paper has the colour that the rim has most; the ink is what is farthest from it and holds
//!    together. What is in between is ink to that share, so that contrast, colour and polarity do
//!    not matter. Specks are not the digit, nor is what lies along an edge (`ink`). Within a frame
//!    or the lines of a table, or on a tile, it is looked for anew (`frame`).
//! 3. The digit is cut out, scaled by averaging and centred (`fit`).
//!
//! Where that finds nothing, light may fall so steeply over the page that its darker half is as far
//! from its lighter one as the ink is: it is looked at once more with the fall of the light taken
//! off, which is a plane through the rim's colours.
//!
//! A page on which nothing holds together is blank. There is always a digit that a net would take
//! it for, so it must not be asked.

use crate::picture::{Picture, luma};

mod fit;
mod frame;
mod ink;
mod parts;
mod sheet;

use ink::Ink;
use sheet::Sheet;

/// An image for a net.
#[derive(Clone, Debug, PartialEq)]
pub struct Prepared {
    /// Row after row; 0 is the paper, 255 the ink.
    pub bytes: Vec<u8>,
    /// What it was made of.
    pub found: Found,
}

/// What was found in a picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Whether the ink is darker than the paper.
    pub is_dark_on_light: bool,
    /// Where the digit begins, in the picture's pixels from its left and its top.
    pub corner: [usize; 2],
    /// Width and height of the digit, in the picture's pixels.
    pub size: [usize; 2],
}

/// There is no digit in a picture, nor anything else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the picture is blank: nothing in it stands out from the paper and holds together")]
pub struct Blank;

/// Makes an image of the given size of the digit in a picture: 28×28 pixels for MNIST, of which the
/// digit takes 20×20 at most; the same share of other sizes.
///
/// # Errors
///
/// [`Blank`].
///
/// # Panics
///
/// If `height` or `width` is 0.
pub fn prepare(picture: &Picture, height: usize, width: usize) -> Result<Prepared, Blank> {
    let sheet = Sheet::new(picture);
    let evenly_lit = || {
        let found = ink::find(&sheet.evenly_lit(), sheet.area());
        found.filter(|found| found.is_no_remnant(sheet.area()))
    };
    let Ink {
        area,
        shares,
        paper,
        ink,
    } = ink::find(&sheet, sheet.area())
        .or_else(evenly_lit)
        .ok_or(Blank)?;
    let bytes = fit::fit(&shares, area.width, height, width);
    let reduced = |whole: [usize; 2]| whole.map(|cells| cells * sheet.every);
    let corner = reduced([area.x, area.y]);
    let size = reduced([area.width, area.height]);
    let found = Found {
        is_dark_on_light: luma(ink) < luma(paper),
        corner,
        // The last cells may be smaller.
        size: [
            size[0].min(picture.width() - corner[0]),
            size[1].min(picture.height() - corner[1]),
        ],
    };
    Ok(Prepared { bytes, found })
}

#[cfg(test)]
mod tests;
