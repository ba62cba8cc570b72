use proptest::prelude::*;

use super::*;
use crate::drawn::{Page, Random, Writing, images};
use crate::picture::Channels;

mod around;

type Rgb = [u8; 3];

const WHITE: Rgb = [255; 3];
const BLACK: Rgb = [0; 3];

/// A page, and on it a digit of the embedded strokes: 28 pixels of theirs are `size` of the page's,
/// from `corner` on.
fn page(width: usize, height: usize, digit: usize, corner: [f32; 2], size: f32) -> Page {
    let writing = Writing::new(digit, &mut Random::new(3, 0));
    let mut page = Page::new(width, height);
    let place = |point: [f32; 2]| [0, 1].map(|axis| corner[axis] + point[axis] * size / 28.0);
    for stroke in &writing.strokes {
        for pair in stroke.windows(2) {
            let radius = writing.radius * size / 28.0;
            page.line(place(pair[0]), place(pair[1]), radius, 1.0);
        }
    }
    page
}

/// A three on a page of 100×120 pixels.
fn three() -> Page {
    page(100, 120, 3, [15.0, 20.0], 70.0)
}

fn rectangle(page: &mut Page, [left, top, right, bottom]: [usize; 4], width: f32) {
    let corners = [[left, top], [right, top], [right, bottom], [left, bottom]];
    let corners = corners.map(|corner| corner.map(|x| x as f32));
    for k in 0..4 {
        page.line(corners[k], corners[(k + 1) % 4], width / 2.0, 1.0);
    }
}

/// The page in ink on paper; `light` changes a pixel.
fn lit(page: &Page, paper: Rgb, ink: Rgb, mut light: impl FnMut(usize, usize) -> f32) -> Picture {
    let mut samples = Vec::new();
    for (k, &cover) in page.pixels().iter().enumerate() {
        let light = light(k % page.width(), k / page.width());
        samples.extend([0, 1, 2].map(|axis| {
            let (paper, ink) = (f32::from(paper[axis]), f32::from(ink[axis]));
            (paper + (ink - paper) * cover + light)
                .clamp(0.0, 255.0)
                .round() as u8
        }));
    }
    Picture::new(page.width(), page.height(), Channels::Rgb, samples)
}

fn picture(page: &Page, paper: Rgb, ink: Rgb) -> Picture {
    lit(page, paper, ink, |_, _| 0.0)
}

fn bytes(picture: &Picture) -> Vec<u8> {
    prepare(picture, 28, 28).unwrap().bytes
}

/// The mean difference of two images' pixels.
fn difference(a: &[u8], b: &[u8]) -> f64 {
    assert_eq!(a.len(), b.len());
    let differences = a.iter().zip(b).map(|(&a, &b)| f64::from(a.abs_diff(b)));
    differences.sum::<f64>() / a.len() as f64
}

#[track_caller]
fn assert_alike(a: &[u8], b: &[u8], most: f64) {
    let difference = difference(a, b);
    assert!(difference <= most, "{difference}");
}

#[track_caller]
fn assert_blank(picture: &Picture) {
    let prepared = prepare(picture, 28, 28);
    assert_eq!(prepared, Err(Blank));
}

#[test]
fn paper_and_ink_may_have_any_colours() {
    let expected = bytes(&picture(&three(), BLACK, WHITE));
    let cases = [
        (WHITE, BLACK, true),
        ([120; 3], BLACK, true),
        ([120; 3], WHITE, false),
        (BLACK, [1; 3], false),
        ([254; 3], [255; 3], false),
        ([250, 240, 160], [20, 30, 180], true),
        ([180, 60, 40], [255, 250, 230], false),
        // As light as each other, but not of one colour.
        ([200, 60, 60], [60, 131, 60], false),
    ];
    for (paper, ink, is_dark_on_light) in cases {
        let prepared = prepare(&picture(&three(), paper, ink), 28, 28).unwrap();
        // Two shades leave nothing of what is in between.
        assert_alike(&prepared.bytes, &expected, 6.0);
        if (luma(paper.map(f32::from)) - luma(ink.map(f32::from))).abs() > 1.0 {
            assert_eq!(prepared.found.is_dark_on_light, is_dark_on_light);
        }
    }
}

#[test]
fn place_and_size_do_not_matter() {
    for digit in 0..10 {
        let expected = bytes(&picture(
            &page(300, 300, digit, [10.0, 10.0], 280.0),
            WHITE,
            BLACK,
        ));
        for (corner, size) in [
            ([0.0, 160.0], 140.0),
            ([150.0, 3.0], 90.0),
            ([230.0, 220.0], 60.0),
        ] {
            let small = picture(&page(300, 300, digit, corner, size), WHITE, BLACK);
            assert_alike(&bytes(&small), &expected, 10.0);
        }
    }
}

#[test]
fn the_digit_fills_its_box_and_is_centred_by_mass() {
    for digit in 0..10 {
        for (height, width, inner) in [(28, 28, [20, 20]), (56, 28, [20, 40]), (14, 14, [10, 10])] {
            let picture = picture(&page(200, 260, digit, [20.0, 30.0], 150.0), WHITE, BLACK);
            let bytes = prepare(&picture, height, width).unwrap().bytes;
            let lit = || {
                (0..bytes.len())
                    .filter(|&k| bytes[k] > 0)
                    .map(|k| [k % width, k / width])
            };
            let sides = [0, 1].map(|axis| {
                let low = lit().map(|at| at[axis]).min().unwrap();
                lit().map(|at| at[axis]).max().unwrap() + 1 - low
            });
            let fills = [0, 1].map(|axis| sides[axis] == inner[axis]);
            assert!(fills[0] || fills[1], "{digit}: {sides:?} in {inner:?}");
            assert!(
                sides[0] <= inner[0] && sides[1] <= inner[1],
                "{digit}: {sides:?}"
            );
            let mass: f64 = bytes.iter().map(|&byte| f64::from(byte)).sum();
            for (axis, side) in [width, height].into_iter().enumerate() {
                let moment =
                    |k: usize| f64::from(bytes[k]) * (([k % width, k / width][axis]) as f64 + 0.5);
                let centre = (0..bytes.len()).map(moment).sum::<f64>() / mass;
                assert!(
                    (centre - side as f64 / 2.0).abs() <= 0.51,
                    "{digit}: {centre} of {side}"
                );
            }
        }
    }
}

#[test]
fn what_is_prepared_stays_as_it_is() {
    for digit in 0..10 {
        let once = bytes(&picture(
            &page(280, 280, digit, [10.0, 10.0], 260.0),
            WHITE,
            BLACK,
        ));
        let again = bytes(&Picture::new(28, 28, Channels::Grey, once.clone()));
        assert_alike(&again, &once, 2.5);
    }
}

#[test]
fn what_was_found_is_in_the_pictures_own_pixels() {
    // Three pixels of the picture are a cell.
    let mut large = Page::new(1500, 1200);
    rectangle(&mut large, [300, 600, 420, 900], 30.0);
    let found = prepare(&picture(&large, WHITE, BLACK), 28, 28)
        .unwrap()
        .found;
    let off = |a: usize, b: usize| a.abs_diff(b) <= 3;
    assert!(
        off(found.corner[0], 285) && off(found.corner[1], 585),
        "{found:?}"
    );
    assert!(
        off(found.size[0], 151) && off(found.size[1], 331),
        "{found:?}"
    );
    // The last cells are smaller, and the digit ends with the picture.
    let mut edge = Page::new(1501, 1200);
    edge.line([1500.0, 300.0], [1500.0, 800.0], 12.0, 1.0);
    let found = prepare(&picture(&edge, WHITE, BLACK), 28, 28)
        .unwrap()
        .found;
    assert_eq!(found.corner[0] + found.size[0], 1501);
}

#[test]
fn a_blank_page_is_blank() {
    for shade in [0, 1, 128, 255] {
        assert_blank(&Picture::new(28, 28, Channels::Grey, vec![shade; 784]));
    }
    assert_blank(&Picture::new(1, 1, Channels::Grey, vec![7]));
    assert_blank(&Picture::new(40, 40, Channels::Rgba, vec![0; 6400]));
    assert_blank(&Picture::new(40, 40, Channels::GreyAlpha, vec![255; 3200]));
}

#[test]
fn noise_is_no_ink() {
    let mut random = Random::new(5, 0);
    for side in [28, 60, 200, 600] {
        let empty = Page::new(side, side);
        for _ in 0..(600 / side).min(8) {
            assert_blank(&lit(&empty, [200; 3], BLACK, |_, _| {
                random.between(-20.0, 20.0)
            }));
            // The sum of four is nearly normal.
            let mut normal = |_, _| (0..4).map(|_| random.between(-9.0, 9.0)).sum();
            assert_blank(&lit(&empty, [200; 3], BLACK, &mut normal));
        }
    }
}

#[test]
fn noise_and_falling_light_leave_the_digit() {
    let expected = bytes(&picture(&three(), WHITE, BLACK));
    let mut random = Random::new(7, 0);
    let noisy = lit(&three(), [180; 3], [60; 3], |x, _| {
        x as f32 / 4.0 + random.between(-15.0, 15.0)
    });
    assert_alike(&bytes(&noisy), &expected, 9.0);
}

#[test]
fn of_two_inks_one_is_seen() {
    let greys = (0..900).map(|k| match (k % 30, k / 30) {
        (8..12, 5..25) => 255,
        (12..16, 5..25) => 1,
        _ => 128,
    });
    let two = Picture::new(30, 30, Channels::Grey, greys.collect());
    let seen = bytes(&two);
    assert_eq!(seen.iter().filter(|&&byte| byte == 255).count(), 4 * 20);
}

#[test]
fn ink_without_paper_is_ink() {
    let expected = bytes(&picture(&three(), WHITE, BLACK));
    let clear = |ink: Rgb| {
        let opacity = |cover: &f32| (cover * 255.0).round() as u8;
        let pixel = |cover: &f32| [ink[0], ink[1], ink[2], opacity(cover)];
        Picture::new(
            100,
            120,
            Channels::Rgba,
            three().pixels().iter().flat_map(pixel).collect(),
        )
    };
    for (ink, is_dark) in [
        (WHITE, false),
        (BLACK, true),
        ([200, 30, 30], true),
        ([128; 3], false),
    ] {
        let prepared = prepare(&clear(ink), 28, 28).unwrap();
        assert_alike(&prepared.bytes, &expected, 0.5);
        assert_eq!(prepared.found.is_dark_on_light, is_dark, "{ink:?}");
    }
    // Cut out of black.
    let cut = three()
        .pixels()
        .iter()
        .flat_map(|cover| [0, 255 - (cover * 255.0).round() as u8])
        .collect();
    assert_alike(
        &bytes(&Picture::new(100, 120, Channels::GreyAlpha, cut)),
        &expected,
        0.5,
    );
}

#[test]
fn a_page_with_round_corners_is_a_page() {
    let expected = bytes(&picture(&three(), WHITE, BLACK));
    let corner = |x: usize, y: usize| x.min(99 - x) + y.min(119 - y) < 12;
    let mut samples = Vec::new();
    for (k, &cover) in three().pixels().iter().enumerate() {
        let is_corner = corner(k % 100, k / 100);
        let grey = if is_corner {
            0
        } else {
            255 - (cover * 255.0).round() as u8
        };
        samples.extend([grey, if is_corner { 0 } else { 255 }]);
    }
    let round = Picture::new(100, 120, Channels::GreyAlpha, samples);
    assert_alike(&bytes(&round), &expected, 0.1);
}

#[test]
fn a_thin_line_is_seen() {
    let mut thin = Page::new(400, 400);
    thin.line([100.0, 60.0], [300.0, 60.0], 0.5, 1.0);
    thin.line([300.0, 60.0], [180.0, 340.0], 0.5, 1.0);
    let bytes = bytes(&picture(&thin, WHITE, BLACK));
    assert_eq!(bytes.iter().max(), Some(&255));
    let rows = bytes
        .chunks(28)
        .filter(|row| row.iter().any(|&byte| byte > 80));
    assert!(rows.count() >= 19);
}

#[test]
fn long_and_small_pages_are_pages() {
    let mut long = Page::new(3000, 20);
    long.line([2900.0, 2.0], [2900.0, 17.0], 1.5, 1.0);
    long.line([2900.0, 2.0], [2892.0, 8.0], 1.5, 1.0);
    // A digit of a thousandth of the page's side is lost; the same on a tenth of it is not.
    assert_blank(&picture(&long, WHITE, BLACK));
    let mut strip = Page::new(300, 20);
    strip.line([290.0, 2.0], [290.0, 17.0], 1.5, 1.0);
    assert!(prepare(&picture(&strip, WHITE, BLACK), 28, 28).is_ok());
    // As scikit-learn's digits are: 8×8 pixels of 0 to 16.
    let zero = [
        0, 0, 5, 13, 9, 1, 0, 0, 0, 0, 13, 15, 10, 15, 5, 0, 0, 3, 15, 2, 0, 11, 8, 0, 0, 4, 12, 0,
        0, 8, 8, 0, 0, 5, 8, 0, 0, 9, 8, 0, 0, 4, 11, 0, 1, 12, 7, 0, 0, 2, 14, 5, 10, 12, 0, 0, 0,
        0, 6, 13, 10, 0, 0, 0,
    ];
    let prepared = prepare(&Picture::new(8, 8, Channels::Grey, zero.to_vec()), 28, 28).unwrap();
    assert!(!prepared.found.is_dark_on_light);
    assert_eq!(prepared.found.size, [6, 8]);
    assert!(
        prepared.bytes[14 * 28 + 14] < 60,
        "the middle of a zero is empty"
    );
}

#[test]
fn the_embedded_digits_are_found_whole() {
    for (k, image) in images(200, 9, 0).chunks(784).enumerate() {
        let prepared = prepare(
            &Picture::new(28, 28, Channels::Grey, image.to_vec()),
            28,
            28,
        )
        .unwrap();
        let height = prepared.found.size[1];
        assert!((13..=25).contains(&height), "{k}: {height}");
    }
}

proptest! {
    #[test]
    fn whatever_the_pixels_there_is_an_image_or_none(
        width in 1_usize..40,
        height in 1_usize..40,
        seed in any::<u64>(),
        kind in 0_usize..4,
        coarse in 1_u8..=255,
    ) {
        let channels = [Channels::Grey, Channels::GreyAlpha, Channels::Rgb, Channels::Rgba][kind];
        let mut random = Random::new(seed, 0);
        let count = width * height * (kind + 1);
        let samples = (0..count).map(|_| random.below(256) as u8 / coarse * coarse).collect();
        if let Ok(prepared) = prepare(&Picture::new(width, height, channels, samples), 28, 28) {
            prop_assert_eq!(prepared.bytes.iter().max(), Some(&255));
            let Found { corner, size, .. } = prepared.found;
            prop_assert!(corner[0] + size[0] <= width && corner[1] + size[1] <= height);
        }
    }
}
