use ::png::{BitDepth, ColorType, Encoder};
use proptest::prelude::*;

use super::*;

/// A PNG file of these samples.
fn png(size: [u32; 2], colour: ColorType, depth: BitDepth, samples: &[u8]) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, size[0], size[1]);
    encoder.set_color(colour);
    encoder.set_depth(depth);
    if colour == ColorType::Indexed {
        encoder.set_palette(vec![0, 0, 0, 255, 255, 255, 255, 0, 0]);
        encoder.set_trns(vec![255, 255, 51]);
    }
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(samples).unwrap();
    writer.finish().unwrap();
    file
}

fn grey_png(width: u32, height: u32) -> Vec<u8> {
    let samples: Vec<u8> = (0..width * height).map(|k| (k * 3) as u8).collect();
    png(
        [width, height],
        ColorType::Grayscale,
        BitDepth::Eight,
        &samples,
    )
}

/// A JPEG file: white above, black below, more and more red to the right.
fn jpeg(width: u16, height: u16, is_progressive: bool) -> Vec<u8> {
    let mut samples = Vec::new();
    for k in 0..usize::from(width) * usize::from(height) {
        let (x, y) = (k % usize::from(width), k / usize::from(width));
        let above = if 2 * y < usize::from(height) { 255 } else { 0 };
        samples.extend([
            above.max((255 * x / usize::from(width)) as u8),
            above,
            above,
        ]);
    }
    let mut file = Vec::new();
    let mut encoder = jpeg_encoder::Encoder::new(&mut file, 95);
    encoder.set_progressive(is_progressive);
    encoder
        .encode(&samples, width, height, jpeg_encoder::ColorType::Rgb)
        .unwrap();
    file
}

/// The file with an Exif segment after its beginning.
fn with_orientation(jpeg: &[u8], turn: u8, is_little: bool) -> Vec<u8> {
    let mut exif = b"Exif\0\0".to_vec();
    match is_little {
        true => exif.extend(b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0"),
        false => exif.extend(b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01"),
    }
    exif.extend(if is_little {
        [turn, 0, 0, 0]
    } else {
        [0, turn, 0, 0]
    });
    exif.extend([0; 4]);
    let length = (exif.len() as u16 + 2).to_be_bytes();
    [&jpeg[..2], &[0xff, 0xe1], &length, &exif, &jpeg[2..]].concat()
}

fn said(bytes: &[u8]) -> String {
    Picture::decode(bytes).unwrap_err().to_string()
}

#[test]
fn all_kinds_of_pixels_are_read() {
    use BitDepth::{Eight, Four, One, Sixteen, Two};
    use ColorType::{Grayscale, GrayscaleAlpha, Indexed, Rgb, Rgba};
    let cases: [(ColorType, BitDepth, &[u8], [u8; 2]); 10] = [
        (Grayscale, Eight, &[7, 200], [7, 200]),
        (Grayscale, One, &[0b0100_0000], [0, 255]),
        (Grayscale, Two, &[0b0110_0000], [85, 170]),
        (Grayscale, Four, &[0x3f], [51, 255]),
        (Grayscale, Sixteen, &[7, 200, 100, 3], [8, 100]),
        (Indexed, Two, &[0b0010_0000], [0, 219]),
        (Rgb, Eight, &[0, 255, 0, 0, 0, 255], [150, 29]),
        (
            Rgb,
            Sixteen,
            &[0, 0, 255, 255, 0, 0, 255, 255, 0, 0, 0, 0],
            [150, 76],
        ),
        (GrayscaleAlpha, Eight, &[7, 255, 0, 100], [7, 155]),
        (Rgba, Eight, &[9, 9, 9, 255, 9, 9, 9, 0], [9, 255]),
    ];
    for (colour, depth, samples, expected) in cases {
        let picture = Picture::decode(&png([2, 1], colour, depth, samples)).unwrap();
        assert_eq!((picture.width(), picture.height()), (2, 1));
        assert_eq!(picture.greys(), expected, "{colour:?} {depth:?}");
    }
}

#[test]
fn sixteen_bits_are_kept() {
    // 1 and 2 of 65,535 are one shade of 256.
    let file = png(
        [2, 1],
        ColorType::Grayscale,
        BitDepth::Sixteen,
        &[0, 1, 0, 2],
    );
    let picture = Picture::decode(&file).unwrap();
    let shade = |index: usize| picture.pixel(index).0[0] * 65535.0;
    assert!((shade(0) - 1.0).abs() < 1e-3 && (shade(1) - 2.0).abs() < 1e-3);
}

#[test]
fn jpeg_is_read() {
    for is_progressive in [false, true] {
        let picture = Picture::decode(&jpeg(40, 24, is_progressive)).unwrap();
        assert_eq!((picture.width(), picture.height()), (40, 24));
        let greys = picture.greys();
        assert!(
            greys[3 * 40 + 5] > 245 && greys[20 * 40 + 2] < 15,
            "{greys:?}"
        );
        let (colour, opacity) = picture.pixel(20 * 40 + 38);
        assert!(colour[0] > 0.8 && colour[1] < 0.2 && opacity == 1.0);
    }
    let mut grey = Vec::new();
    let encoder = jpeg_encoder::Encoder::new(&mut grey, 90);
    encoder
        .encode(&[200; 9 * 5], 9, 5, jpeg_encoder::ColorType::Luma)
        .unwrap();
    let greys = Picture::decode(&grey).unwrap().greys();
    assert!(
        greys.len() == 45 && greys.iter().all(|grey| grey.abs_diff(200) < 3),
        "{greys:?}"
    );
}

/// Which way a camera was held: where the white side and the red corner go.
#[test]
fn photographs_are_turned() {
    let file = jpeg(32, 16, false);
    // White is up, the red end of the black side right.
    let upright = [
        ("up", "right"),
        ("up", "left"),
        ("down", "left"),
        ("down", "right"),
    ];
    let on_side = [
        ("left", "down"),
        ("right", "down"),
        ("right", "up"),
        ("left", "up"),
    ];
    let expected = upright.iter().chain(&on_side);
    for (turn, &(white, red)) in (1..).zip(expected) {
        for is_little in [false, true] {
            let picture = Picture::decode(&with_orientation(&file, turn, is_little)).unwrap();
            let (width, height) = (picture.width(), picture.height());
            assert_eq!((width, height), if turn < 5 { (32, 16) } else { (16, 32) });
            let at = |side: &str, along: &str| {
                let place = |low: &str, high: &str, length: usize| match [side, along] {
                    [a, b] if a == low || b == low => 2,
                    [a, b] if a == high || b == high => length - 3,
                    _ => unreachable!("a corner has two sides"),
                };
                let (x, y) = (place("left", "right", width), place("up", "down", height));
                picture.pixel(y * width + x).0
            };
            let opposite = |side: &str| match side {
                "up" => "down",
                "down" => "up",
                "left" => "right",
                _ => "left",
            };
            let black = opposite(white);
            assert!(luma(at(white, red)) > 0.8, "{turn}");
            assert!(
                at(black, red)[0] > 0.6 && at(black, red)[1] < 0.3,
                "{turn}: {:?}",
                at(black, red)
            );
            assert!(luma(at(black, opposite(red))) < 0.2, "{turn}");
        }
    }
    // Nonsense is no orientation.
    for turn in [0, 9, 255] {
        let picture = Picture::decode(&with_orientation(&file, turn, false)).unwrap();
        assert_eq!(picture.width(), 32);
    }
}

#[test]
fn what_is_no_picture_is_called_what_it_looks_like() {
    let expected = ", expected a PNG or JPEG picture: it begins with ";
    assert_eq!(
        said(b""),
        "the file is empty, expected a PNG or JPEG picture"
    );
    assert_eq!(
        said(b"not a picture"),
        format!("a text{expected}\"not a pictur\"")
    );
    for (begins, looks) in [
        (&b"GIF89a\x01\0"[..], "a GIF picture"),
        (b"BM6\0\0\0", "a BMP picture"),
        (
            b"RIFF\x24\0\0\0WEBPVP8 ",
            "a WebP picture or another RIFF file",
        ),
        (b"\0\0\0\x18ftypheic", "a HEIC or AVIF picture, or a film"),
        (b"%PDF-1.7", "a PDF file"),
        (b"<svg xmlns", "an SVG picture"),
        (b"<!DOCTYPE html>", "a web page"),
        (
            b"version https://git-lfs.github.com/spec/v1",
            "a Git LFS pointer, not the file it stands for",
        ),
        (&[0x1f, 0x8b, 8, 0], "a gzip file"),
        (&[1, 2, 3], "an unknown file"),
    ] {
        let said = said(begins);
        assert!(said.starts_with(&format!("{looks}{expected}")), "{said}");
    }
    assert!(said(&[1, 2, 0xfe]).ends_with("the bytes 01 02 fe"));
    assert!(said(&[1, 2, 3]).ends_with("the bytes 01 02 03"));
    assert!(said(&[0, 0, 8, 3]).starts_with("an IDX file (to look at an image of a test set"));
}

/// No beginning of a file is a picture, and none is a panic.
#[test]
fn files_that_are_cut_off_are_called_that() {
    let png = grey_png(8, 8);
    // The last chunk, of 12 bytes, only says that it is over.
    for end in 8..png.len() - 12 {
        let said = said(&png[..end]);
        let expected = format!(
            "the PNG file is cut off: {end} bytes are there, and its end is not among them"
        );
        assert_eq!(said, expected);
    }
    for jpeg in [jpeg(40, 24, false), jpeg(40, 24, true)] {
        for end in 3..jpeg.len() - 1 {
            let said = said(&jpeg[..end]);
            assert!(
                said.starts_with(&format!("the JPEG file is cut off: {end} bytes")),
                "{said}"
            );
        }
    }
}

/// The PNG file with another size in its header.
fn resized(mut file: Vec<u8>, width: u32, height: u32) -> Vec<u8> {
    file[16..20].copy_from_slice(&width.to_be_bytes());
    file[20..24].copy_from_slice(&height.to_be_bytes());
    let crc = file[12..29].iter().fold(!0_u32, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| {
            crc >> 1 ^ (0xedb8_8320 * (crc & 1))
        })
    });
    file[29..33].copy_from_slice(&(!crc).to_be_bytes());
    file
}

#[test]
fn a_headers_word_makes_no_room() {
    let refused = |file: &[u8], most: u64| {
        let mut said = String::new();
        let counted = allocation_counter::measure(|| said = self::said(file));
        assert!(
            counted.bytes_max < most,
            "{} bytes: {said}",
            counted.bytes_max
        );
        said
    };
    let huge = (1 << 31) - 1;
    let png = grey_png(4, 4);
    assert_eq!(
        refused(&resized(png.clone(), huge, huge), 1 << 18),
        "found 2147483647×2147483647 pixels, expected at most 33554432; make the picture smaller"
    );
    // As many as may be, but of a file of some 80 bytes.
    assert!(
        refused(&resized(png.clone(), 5000, 5000), 1 << 18).starts_with("the PNG file is cut off")
    );
    assert!(refused(&resized(png, 0, 4), 1 << 18).starts_with("the PNG file cannot be read: "));
    let mut file = jpeg(40, 24, false);
    let frame = file
        .windows(2)
        .position(|pair| pair == [0xff, 0xc0])
        .unwrap();
    file[frame + 5..frame + 9].copy_from_slice(&[0xff, 0xff, 0xff, 0xff]);
    assert!(
        refused(&file, 1 << 12).starts_with("found 65535×65535 pixels, expected at most 33554432")
    );
    file[frame + 5..frame + 9].copy_from_slice(&[0x10, 0, 0x10, 0]);
    assert!(refused(&file, 1 << 12).starts_with("the JPEG file is cut off"));
    file[frame + 5..frame + 9].copy_from_slice(&[0, 0, 0, 9]);
    assert_eq!(
        said(&file),
        "the JPEG file cannot be read: its width or height is 0"
    );
    assert!(Picture::decode_within(&grey_png(4, 4), 16).is_ok());
    let most = Picture::decode_within(&grey_png(4, 4), 15).unwrap_err();
    assert_eq!(
        most,
        PictureError::TooLarge {
            width: 4,
            height: 4,
            most: 15
        }
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn damage_is_no_panic(
        which in 0_usize..4,
        changes in prop::collection::vec((any::<prop::sample::Index>(), 1_u8..), 1..4),
    ) {
        let mut file = match which {
            0 => grey_png(9, 7),
            1 => jpeg(20, 20, true),
            2 => with_orientation(&jpeg(20, 20, false), 6, true),
            _ => jpeg(20, 20, false),
        };
        for (at, bits) in changes {
            let at = at.index(file.len());
            file[at] ^= bits;
        }
        if let Ok(picture) = Picture::decode_within(&file, 1 << 16) {
            prop_assert_eq!(picture.greys().len(), picture.width() * picture.height());
        }
    }
}
