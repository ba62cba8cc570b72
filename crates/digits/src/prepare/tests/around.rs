//! What is on a page beside the digit.

use super::*;

#[test]
fn specks_and_shadows_alone_are_no_digit() {
    let mut specks = Page::new(200, 200);
    let mut random = Random::new(6, 0);
    for _ in 0..30 {
        let at = [random.between(5.0, 195.0), random.between(5.0, 195.0)];
        specks.line(at, at, 1.0, 1.0);
    }
    assert_blank(&picture(&specks, WHITE, BLACK));
    assert_blank(&lit(&Page::new(200, 150), [200; 3], BLACK, |x, y| {
        (x + y) as f32 / 8.0
    }));
}

#[test]
fn specks_beside_a_digit_do_not_move_it() {
    let expected = bytes(&picture(&three(), WHITE, BLACK));
    let mut page = three();
    for at in [[5.0, 5.0], [92.0, 8.0], [8.0, 110.0], [90.0, 100.0]] {
        page.line(at, at, 2.0, 1.0);
    }
    assert_alike(&bytes(&picture(&page, WHITE, BLACK)), &expected, 0.1);
    // Darker than the ink, too: a digit in pencil, and specks of soot.
    let soot = lit(&three(), WHITE, [150; 3], |x, y| {
        if (x, y) == (5, 5) || (x, y) == (92, 8) {
            -255.0
        } else {
            0.0
        }
    });
    assert_alike(&bytes(&soot), &expected, 0.1);
}

/// As a scanner leaves it along a side of the page.
#[test]
fn what_lies_along_an_edge_is_no_part_of_the_digit() {
    let expected = bytes(&picture(&three(), WHITE, BLACK));
    for [from, to] in [[[0.0, 30.0], [0.0, 90.0]], [[20.0, 119.0], [80.0, 119.0]]] {
        let mut page = three();
        page.line(from, to, 2.5, 1.0);
        assert_alike(&bytes(&picture(&page, WHITE, BLACK)), &expected, 0.1);
    }
}

/// A blot is no speck, though it is short: there is too much of it.
#[test]
fn a_blot_beside_a_line_belongs_to_it() {
    let mut line = Page::new(160, 200);
    line.line([40.0, 30.0], [40.0, 150.0], 4.0, 1.0);
    let mut blotted = line.clone();
    blotted.line([100.0, 90.0], [100.0, 90.0], 16.0, 1.0);
    let width = |page| {
        prepare(&picture(&page, WHITE, BLACK), 28, 28)
            .unwrap()
            .found
            .size[0]
    };
    assert!(width(line) < 20);
    assert!(width(blotted) > 70);
}

#[test]
fn a_frame_is_taken_off() {
    let expected = bytes(&picture(&three(), WHITE, BLACK));
    for (at, width) in [
        ([0, 0, 99, 119], 1.0),
        ([4, 5, 95, 114], 3.0),
        ([2, 2, 97, 117], 6.5),
    ] {
        let mut page = three();
        rectangle(&mut page, at, width);
        assert_alike(&bytes(&picture(&page, WHITE, BLACK)), &expected, 0.1);
        assert_alike(&bytes(&picture(&page, [90; 3], WHITE)), &expected, 0.5);
    }
    let mut double = three();
    rectangle(&mut double, [0, 0, 99, 119], 1.0);
    rectangle(&mut double, [6, 6, 93, 113], 2.0);
    assert_alike(&bytes(&picture(&double, WHITE, BLACK)), &expected, 0.1);
}

#[test]
fn a_tile_on_a_page_is_the_paper() {
    let expected = bytes(&picture(&three(), WHITE, BLACK));
    let tile = picture(&three(), [30, 60, 40], [240; 3]);
    let mut samples = [230, 220, 210].repeat(200 * 200);
    for y in 0..120 {
        for x in 0..100 {
            let colour = tile.pixel(y * 100 + x).0.map(|x| (x * 255.0) as u8);
            samples[3 * ((y + 50) * 200 + x + 30)..][..3].copy_from_slice(&colour);
        }
    }
    let prepared = prepare(&Picture::new(200, 200, Channels::Rgb, samples), 28, 28).unwrap();
    assert_alike(&prepared.bytes, &expected, 0.5);
    assert!(!prepared.found.is_dark_on_light);
}

/// What is angular is not therefore a frame.
#[test]
fn angular_digits_are_digits() {
    let size = |page: &Page| {
        prepare(&picture(page, WHITE, BLACK), 28, 28)
            .unwrap()
            .found
            .size
    };
    // A one that is a bar, and fills its picture or not.
    let mut one = Page::new(60, 80);
    one.line([30.0, 15.0], [30.0, 65.0], 4.0, 1.0);
    assert_eq!(size(&one)[0], 9);
    // A zero of four lines, and an eight of five.
    let mut eight = Page::new(100, 120);
    rectangle(&mut eight, [30, 20, 70, 100], 8.0);
    assert_eq!(size(&eight), [49, 89]);
    eight.line([30.0, 60.0], [70.0, 60.0], 4.0, 1.0);
    assert_eq!(size(&eight), [49, 89]);
}

#[test]
fn lines_along_an_edge_are_not_the_digit() {
    let expected = bytes(&picture(&three(), WHITE, BLACK));
    let mut page = three();
    page.line([2.0, 0.0], [2.0, 119.0], 1.0, 1.0);
    page.line([0.0, 117.0], [99.0, 117.0], 1.5, 1.0);
    assert_alike(&bytes(&picture(&page, WHITE, BLACK)), &expected, 0.1);
    // An angular nine that fills its picture has lines along two edges, and hangs on them.
    let mut nine = Page::new(100, 100);
    rectangle(&mut nine, [5, 5, 94, 50], 5.0);
    nine.line([94.0, 5.0], [94.0, 94.0], 2.5, 1.0);
    let found = prepare(&picture(&nine, WHITE, BLACK), 28, 28)
        .unwrap()
        .found;
    assert_eq!(found.size, [94, 94]);
    // But a one may lie along an edge, if there is nothing else.
    let mut one = Page::new(100, 100);
    one.line([1.0, 10.0], [1.0, 90.0], 1.5, 1.0);
    assert_eq!(
        prepare(&picture(&one, WHITE, BLACK), 28, 28)
            .unwrap()
            .found
            .corner[0],
        0
    );
}

#[test]
fn faint_rules_on_the_paper_are_paper() {
    let expected = bytes(&picture(&three(), WHITE, BLACK));
    let mut samples = Vec::new();
    for (k, &cover) in three().pixels().iter().enumerate() {
        let is_rule = k / 100 % 20 == 0 || k % 100 % 20 == 0;
        let paper = if is_rule {
            [190.0, 210.0, 255.0]
        } else {
            [255.0; 3]
        };
        samples.extend(paper.map(|x| (x * (1.0 - cover)).round() as u8));
    }
    let ruled = Picture::new(100, 120, Channels::Rgb, samples);
    assert_alike(&bytes(&ruled), &expected, 1.0);
}

#[test]
fn a_frame_that_noise_has_torn_is_a_frame() {
    let expected = bytes(&picture(&three(), WHITE, BLACK));
    let mut page = three();
    // Between two rows of pixels, and so half as dark as the ink.
    let corners = [[2.5, 3.5], [96.5, 3.5], [96.5, 115.5], [2.5, 115.5]];
    for k in 0..4 {
        page.line(corners[k], corners[(k + 1) % 4], 0.5, 1.0);
    }
    let mut random = Random::new(8, 0);
    let noisy = lit(&page, [200; 3], [50; 3], |_, _| random.between(-28.0, 28.0));
    assert_alike(&bytes(&noisy), &expected, 9.0);
}

#[test]
fn a_frame_may_be_written_across() {
    let mut page = page(100, 120, 7, [30.0, 30.0], 60.0);
    let expected = bytes(&picture(&page, WHITE, BLACK));
    rectangle(&mut page, [8, 8, 91, 111], 2.0);
    // A stroke of another digit, and a speck on the line.
    page.line([7.0, 60.0], [12.0, 60.0], 2.0, 1.0);
    page.line([60.0, 6.0], [60.0, 6.0], 1.5, 1.0);
    assert_alike(&bytes(&picture(&page, WHITE, BLACK)), &expected, 1.0);
}

/// A lamp beside the page, whose light falls by nearly as much as lies between paper and ink.
#[test]
fn steep_light_leaves_the_digit_and_no_other() {
    let expected = bytes(&picture(&three(), WHITE, BLACK));
    let empty = Page::new(100, 120);
    for (paper, ink) in [([110; 3], [30, 40, 60]), ([40, 60, 50], [140; 3])] {
        for (across, down) in [(0.6, 0.0), (0.4, 0.4), (0.0, 0.6)] {
            let light = |x: usize, y: usize| across * x as f32 + down * y as f32;
            assert_alike(&bytes(&lit(&three(), paper, ink, light)), &expected, 0.5);
            // The light alone, and with noise, is nothing that was written.
            assert_blank(&lit(&empty, paper, ink, light));
            let mut random = Random::new(9, 0);
            assert_blank(&lit(&empty, paper, ink, |x, y| {
                light(x, y) + random.between(-9.0, 9.0)
            }));
        }
    }
    // Nor is what rounding leaves of it.
    for (across, down) in [(0.069068074, 1.0043132), (-1.0780392, -0.004466772)] {
        let light = |x: usize, y: usize| across * (x as f32 - 40.0) + down * (y as f32 - 40.0);
        assert_blank(&lit(&Page::new(28, 28), [128; 3], BLACK, light));
    }
    // Nor is the edge of a shadow.
    let mut random = Random::new(10, 0);
    let shadow = |x: usize, _| if x < 50 { -80.0 } else { 0.0 } + random.between(-9.0, 9.0);
    assert_blank(&lit(&empty, [200; 3], BLACK, shadow));
    let soft = |x: usize, _| 120.0 / (1.0 + (5.0 - x as f32 / 10.0).exp());
    assert_blank(&lit(&empty, [100; 3], BLACK, soft));
}
