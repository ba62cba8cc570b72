//! Copying chosen images into a column-major matrix of floats: the way every mini-batch goes.
//!
//! The files keep an image's pixels together, as bytes; the engine wants an N×D matrix whose rows
//! are examples, stored column by column, so that the same pixel of all N examples lies together,
//! as floats. A batch is therefore a transposition with a change of type. Done an element at a time
//! it is slower than reading the file's bytes from memory twice: either the reads or the writes
//! jump by hundreds of bytes, and nothing is done sixteen at a time.
//!
//! Here tiles of 16 examples × 16 pixels are transposed as bytes, while they are still small, by
//! four rounds of interleaving: a round pairs row i with row i + 8 and shuffles the two together,
//! which moves the highest bit of the row's number to the lowest of the column's, and after four
//! rounds the numbers have changed places. The compiler turns a round into `punpck` instructions.
//! Each transposed row becomes 16 neighbouring floats of the result. Sixteen images at a time are
//! read from front to back, which the processor's prefetcher likes: the images of a random batch
//! are seldom in any cache.
//!
//! Measured for 100 images of 784 pixels into `f32` (SSE2, one Zen 5 core; copying as many floats
//! takes 2.5 µs, converting as many bytes in place 5.4 µs): 13 µs when the images are in the cache,
//! 22 µs when they are drawn from 60,000; an element at a time 35 and 70 µs. On a Zen 3 core it is
//! 26 and 33 µs beside 8.3 µs for the copy; all examples of a tile of pixels first, instead of all
//! pixels of sixteen examples, takes two thirds more there, probably for want of prefetching.
//!
//! What else was tried on the Zen 3 core, and left: the bytes of 16 to 128 images copied to one
//! place first, 64 to 784 pixels at a time (up to a tenth less where images are read in order, a
//! tenth to a third more where they are drawn); memory in large pages (no difference); the loops
//! compiled for AVX2 (20 µs for 25, of images in the cache: probably it is the writing that takes
//! the time).
//!
//! A grey level over 255 is what NumPy's `/ 255.0` gives, to the last bit, but without a division
//! ([`Pixel::unit`]): with one a batch took an eighth longer. A multiplication by 1/255 would round
//! half of the grey levels otherwise in `f32`.

use std::array;

/// Examples and pixels in a tile: the bytes of one vector register.
const TILE: usize = 16;

type Tile = [[u8; TILE]; TILE];

/// A float that pixels and labels can become: `f32`, `f64`.
pub trait Pixel: Copy + From<u8> {
    /// The float nearest to `byte / 255`.
    fn unit(byte: u8) -> Self;
}

/// 1/255 is 2⁻⁸ + 2⁻¹⁶ + 2⁻²⁴ + …: a byte times the first few of them is exact, and what is left is
/// so small that its own rounding does not show in the sum.
macro_rules! pixel {
    ($float:ident, $terms:literal terms) => {
        impl Pixel for $float {
            #[inline(always)]
            fn unit(byte: u8) -> Self {
                const SCALE: $float = 256_u64.pow($terms) as $float;
                const FIRST: $float = ((256_u64.pow($terms) - 1) / 255) as $float / SCALE;
                const REST: $float = 1.0 / 255.0 / SCALE;
                let byte = $float::from(byte);
                byte * FIRST + byte * REST
            }
        }
    };
}
pixel!(f32, 2 terms);
pixel!(f64, 6 terms);

/// What a byte of an image becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// Grey level over 255, from 0 to 1.
    Unit,
    /// The grey level itself, from 0 to 255.
    Raw,
}

/// Copies the images `indices` of `images`, each of `pixels` bytes, into the N×D matrix `out`,
/// column-major: pixel `j` of the `i`-th chosen image at `out[j * indices.len() + i]`.
///
/// # Panics
///
/// If `out` does not hold exactly `indices.len() * pixels` elements or an index is not that of an
/// image.
#[track_caller]
pub(crate) fn gather<F: Pixel>(
    images: &[u8],
    pixels: usize,
    indices: &[usize],
    scale: Scale,
    out: &mut [F],
) {
    assert_eq!(
        out.len(),
        indices.len() * pixels,
        "gather: {} images of {pixels} pixels need as many floats",
        indices.len()
    );
    match scale {
        Scale::Unit => tiles(images, pixels, indices, out, F::unit),
        Scale::Raw => tiles(images, pixels, indices, out, F::from),
    }
}

#[track_caller]
fn tiles<F: Pixel>(
    images: &[u8],
    pixels: usize,
    indices: &[usize],
    out: &mut [F],
    convert: impl Fn(u8) -> F,
) {
    let n = indices.len();
    for (group, chosen) in indices.chunks(TILE).enumerate() {
        let first = group * TILE;
        // A last, smaller group repeats its last image; the repetitions are not written.
        let rows: [&[u8]; TILE] = array::from_fn(|i| {
            let index = chosen[i.min(chosen.len() - 1)];
            &images[index * pixels..][..pixels]
        });
        let tiled = rows.map(|row| row.as_chunks::<TILE>());
        let (whole, rest) = out.split_at_mut(n * (pixels - pixels % TILE));

        for (tile, columns) in whole.chunks_exact_mut(TILE * n).enumerate() {
            let columns_of_bytes = transpose(&array::from_fn(|i| tiled[i].0[tile]));
            for (column, bytes) in columns.chunks_exact_mut(n).zip(&columns_of_bytes) {
                let column = &mut column[first..];
                // A length known to the compiler is what makes this loop four instructions.
                if let Some(column) = column.first_chunk_mut::<TILE>() {
                    for (to, &byte) in column.iter_mut().zip(bytes) {
                        *to = convert(byte);
                    }
                } else {
                    for (to, &byte) in column.iter_mut().zip(bytes) {
                        *to = convert(byte);
                    }
                }
            }
        }
        for (pixel, column) in rest.chunks_exact_mut(n).enumerate() {
            for (to, (_, remainder)) in column[first..].iter_mut().zip(&tiled) {
                *to = convert(remainder[pixel]);
            }
        }
    }
}

/// Exchanges rows and columns.
#[inline(always)]
fn transpose(tile: &Tile) -> Tile {
    round(&round(&round(&round(tile))))
}

/// Interleaves row i with row i + 8 into rows 2i and 2i + 1.
#[inline(always)]
fn round(tile: &Tile) -> Tile {
    const HALF: usize = TILE / 2;
    let mut out = [[0; TILE]; TILE];
    for i in 0..HALF {
        for k in 0..HALF {
            out[2 * i][2 * k] = tile[i][k];
            out[2 * i][2 * k + 1] = tile[i + HALF][k];
            out[2 * i + 1][2 * k] = tile[i][HALF + k];
            out[2 * i + 1][2 * k + 1] = tile[i + HALF][HALF + k];
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn transposes() {
        let tile: Tile = array::from_fn(|i| array::from_fn(|j| (16 * i + j) as u8));
        let expected: Tile = array::from_fn(|i| array::from_fn(|j| (16 * j + i) as u8));
        assert_eq!(transpose(&tile), expected);
    }

    #[test]
    fn every_grey_level_is_the_nearest_float_to_its_255th() {
        let bytes: Vec<u8> = (0..=255).collect();
        let (mut single, mut double) = ([0f32; 256], [0f64; 256]);
        gather(&bytes, 256, &[0], Scale::Unit, &mut single);
        gather(&bytes, 256, &[0], Scale::Unit, &mut double);
        for byte in 0..=255u8 {
            assert_eq!(single[usize::from(byte)], (f64::from(byte) / 255.0) as f32);
            assert_eq!(double[usize::from(byte)], f64::from(byte) / 255.0);
        }
        gather(&bytes, 256, &[0], Scale::Raw, &mut single);
        assert_eq!(single[200], 200.0);
    }

    #[test]
    #[should_panic(expected = "2 images of 3 pixels")]
    fn a_matrix_of_the_wrong_size_is_refused() {
        gather(&[0; 9], 3, &[0, 1], Scale::Raw, &mut [0f32; 7]);
    }

    proptest! {
        #[test]
        fn equals_the_obvious_loop(
            pixels in 1usize..70,
            indices in prop::collection::vec(0usize..5, 0..50),
            key in any::<u8>(),
        ) {
            let images: Vec<u8> = (0..5 * pixels).map(|i| (i * i) as u8 ^ key).collect();
            let n = indices.len();
            let mut out = vec![f32::NAN; n * pixels];
            gather(&images, pixels, &indices, Scale::Raw, &mut out);
            for (i, &index) in indices.iter().enumerate() {
                for j in 0..pixels {
                    prop_assert_eq!(out[j * n + i], f32::from(images[index * pixels + j]));
                }
            }
        }
    }
}
