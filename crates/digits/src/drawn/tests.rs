use super::*;

const SEED: u64 = 1964;
const PIXELS: usize = SIDE * SIDE;

#[test]
fn the_same_seed_draws_the_same_and_another_does_not() {
    assert_eq!(images(30, 7, 0), images(30, 7, 0));
    assert_ne!(images(30, 7, 0), images(30, 8, 0));
}

#[test]
fn drawing_more_changes_nothing_that_was_drawn() {
    let (few, many) = (images(30, 7, 0), images(60, 7, 0));
    assert_eq!(few, many[..few.len()]);
}

#[test]
fn no_two_images_are_alike() {
    let mut seen = std::collections::HashSet::new();
    for drawn in [images(200, SEED, 0), images(200, SEED, 1)] {
        assert!(
            drawn
                .chunks(PIXELS)
                .all(|image| seen.insert(image.to_vec()))
        );
    }
}

/// A drawing that is cut off is not always the digit of its label any more.
#[test]
fn digits_keep_off_the_edge() {
    let drawn = images(1000, SEED, 0);
    let inside = 1..SIDE - 1;
    let on_edge = |i: usize| !(inside.contains(&(i / SIDE)) && inside.contains(&(i % SIDE)));
    let touching = drawn.chunks(PIXELS).filter(|image| {
        let pixels = image.iter().enumerate();
        pixels.filter(|&(i, &p)| on_edge(i) && p > 128).count() > 2
    });
    let touching = touching.count();
    assert!(touching <= 10, "{touching} of 1000 touch the edge");
}

/// Nearest class mean, the simplest of classifiers: far better than chance only where labels belong
/// to their images, far from perfect where images differ as handwriting does.
#[test]
fn labels_belong_to_their_images() {
    let (train, test) = (images(1000, SEED, 0), images(500, SEED, 1));
    let labelled = |images| (0..10).cycle().zip(<[u8]>::chunks(images, PIXELS));
    let mut means = vec![[0f32; PIXELS]; 10];
    for (label, image) in labelled(&train) {
        for (mean, &pixel) in means[label].iter_mut().zip(image) {
            *mean += f32::from(pixel) / 100.0;
        }
    }
    let distance = |mean: &[f32], image: &[u8]| -> f32 {
        let differences = mean.iter().zip(image).map(|(m, &p)| m - f32::from(p));
        differences.map(|d| d * d).sum()
    };
    let right = labelled(&test).filter(|&(label, image)| {
        let distances = means.iter().map(|mean| distance(mean, image));
        let nearest = distances.enumerate().min_by(|a, b| a.1.total_cmp(&b.1));
        nearest.is_some_and(|(digit, _)| digit == label)
    });
    let accuracy = right.count() as f32 / 500.0;
    assert!((0.5..0.95).contains(&accuracy), "{accuracy}");
}

#[test]
fn every_style_is_a_digit_on_the_page() {
    for styles in STYLES {
        assert!(styles.len() >= 3);
        for stroke in styles.iter().copied().flatten() {
            let points = strokes::points(stroke);
            assert!(points.len() >= 2);
            assert!(
                points.iter().flatten().all(|c| (0.08..=0.94).contains(c)),
                "{points:?}"
            );
        }
    }
}

/// A classifier learns any labels that are consistent; whether a drawn 8 is an 8 is told by its
/// holes.
#[test]
fn digits_have_the_holes_of_their_names() {
    const HOLES: [usize; 10] = [1, 0, 0, 0, 0, 0, 1, 0, 2, 1];
    let mut random = Random::new(SEED, 0);
    for (digit, expected) in HOLES.into_iter().enumerate() {
        let holes = (0..60).map(|_| holes(&Writing::new(digit, &mut random).on_page()));
        let holes: Vec<Vec<f32>> = holes.collect();
        // Some twos have a loop, some fours are closed, and a thick pen fills small holes.
        let as_expected = holes.iter().filter(|found| found.len() == expected);
        assert!(as_expected.count() > 30, "{digit}: {holes:?}");
        let heights: Vec<f32> = holes.concat();
        let mean = heights.iter().sum::<f32>() / heights.len().max(1) as f32;
        match digit {
            6 => assert!(mean > 15.0, "{mean}"),
            9 => assert!(mean < 12.0, "{mean}"),
            _ => {}
        }
    }
}

/// The mean row of each stretch of paper that the ink shuts in.
fn holes(page: &Page) -> Vec<f32> {
    let mut seen: Vec<bool> = page.pixels().iter().map(|&ink| ink > 0.2).collect();
    // The paper around the digit, reached from a corner, is no hole.
    flood(0, &mut seen);
    let mut holes = Vec::new();
    while let Some(start) = seen.iter().position(|seen| !seen) {
        let hole = flood(start, &mut seen);
        holes.push(hole.iter().map(|i| (i / SIDE) as f32).sum::<f32>() / hole.len() as f32);
    }
    holes
}

/// The unseen pixels connected with `start`, now seen.
fn flood(start: usize, seen: &mut [bool]) -> Vec<usize> {
    let mut found = Vec::new();
    let mut waiting = vec![start];
    while let Some(i) = waiting.pop() {
        if std::mem::replace(&mut seen[i], true) {
            continue;
        }
        found.push(i);
        let (y, x) = (i / SIDE, i % SIDE);
        waiting.extend((y > 0).then(|| i - SIDE));
        waiting.extend((y + 1 < SIDE).then(|| i + SIDE));
        waiting.extend((x > 0).then(|| i - 1));
        waiting.extend((x + 1 < SIDE).then(|| i + 1));
    }
    found
}
