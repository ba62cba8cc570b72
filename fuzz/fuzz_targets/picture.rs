//! Any bytes as a picture: read or refused, and never more memory than the pixels that may be there
//! are worth; what is read is prepared or called blank.

#![no_main]

use allocation_counter::measure;
use digits::{Picture, prepare};
use libfuzzer_sys::fuzz_target;

/// Few, so that many pictures can be tried.
const MOST_PIXELS: u64 = 1 << 14;

/// A decoder works on rows of blocks of up to 32 pixels, and one row of pixels may be as long as
/// all of them.
const MOST_BYTES: u64 = 32 * 16 * MOST_PIXELS;

fuzz_target!(|bytes: &[u8]| {
    let mut outcome = None;
    let counted = measure(|| outcome = Some(Picture::decode_within(bytes, MOST_PIXELS)));
    let (took, most) = (counted.bytes_max, MOST_BYTES + 4 * bytes.len() as u64);
    assert!(took <= most, "{} bytes took {took}", bytes.len());
    let Some(Ok(picture)) = outcome else { return };
    let pixels = picture.width() * picture.height();
    assert!((1..=MOST_PIXELS).contains(&(pixels as u64)));
    assert_eq!(picture.greys().len(), pixels);
    let Ok(prepared) = prepare(&picture, 28, 28) else {
        return;
    };
    assert_eq!(prepared.bytes.len(), 28 * 28);
    assert_eq!(prepared.bytes.iter().max(), Some(&255));
    let ends = |axis: usize| prepared.found.corner[axis] + prepared.found.size[axis];
    assert!(ends(0) <= picture.width() && ends(1) <= picture.height());
});
