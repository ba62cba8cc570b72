use super::*;

#[test]
fn the_same_seed_draws_the_same_and_another_does_not() {
    assert_eq!(dataset(30, 10, 7), dataset(30, 10, 7));
    assert_ne!(dataset(30, 10, 7), dataset(30, 10, 8));
}

#[test]
fn drawing_more_changes_nothing_that_was_drawn() {
    let (few, many) = (dataset(30, 10, 7), dataset(60, 40, 7));
    for i in 0..10 {
        assert_eq!(few.train().image(i), many.train().image(i));
        assert_eq!(few.test().image(i), many.test().image(i));
    }
}

#[test]
fn no_two_images_are_alike() {
    let digits = dataset(200, 200, SEED);
    let mut seen = std::collections::HashSet::new();
    for split in [digits.train(), digits.test()] {
        assert!((0..200).all(|i| seen.insert(split.image(i).to_vec())));
    }
}

/// A drawing that is cut off is not always the digit of its label any more.
#[test]
fn digits_keep_off_the_edge() {
    let digits = dataset(1000, 10, SEED);
    let split = digits.train();
    let inside = 1..SIDE - 1;
    let on_edge = |i: usize| !(inside.contains(&(i / SIDE)) && inside.contains(&(i % SIDE)));
    let touching = (0..split.len()).filter(|&image| {
        let pixels = split.image(image).iter().enumerate();
        pixels.filter(|&(i, &p)| on_edge(i) && p > 128).count() > 2
    });
    let touching = touching.count();
    assert!(touching <= 10, "{touching} of 1000 touch the edge");
}

/// Nearest class mean, the simplest of classifiers: far better than chance only where labels belong
/// to their images, far from perfect where images differ as handwriting does.
#[test]
fn labels_belong_to_their_images() {
    let digits = dataset(1000, 500, SEED);
    let train = digits.train();
    let mut means = vec![[0f32; SIDE * SIDE]; 10];
    for (i, &label) in train.labels().iter().enumerate() {
        for (mean, &pixel) in means[usize::from(label)].iter_mut().zip(train.image(i)) {
            *mean += f32::from(pixel) / 100.0;
        }
    }
    let distance = |mean: &[f32], image: &[u8]| -> f32 {
        let differences = mean.iter().zip(image).map(|(m, &p)| m - f32::from(p));
        differences.map(|d| d * d).sum()
    };
    let test = digits.test();
    let right = (0..test.len()).filter(|&i| {
        let distances = means.iter().map(|mean| distance(mean, test.image(i)));
        let nearest = distances.enumerate().min_by(|a, b| a.1.total_cmp(&b.1));
        nearest.is_some_and(|(digit, _)| digit == usize::from(test.labels()[i]))
    });
    let accuracy = right.count() as f32 / test.len() as f32;
    assert!((0.5..0.95).contains(&accuracy), "{accuracy}");
}

#[test]
fn every_style_is_a_digit_on_the_page() {
    let mut points_of = Vec::new();
    for styles in STYLES {
        assert!(styles.len() >= 3);
        for stroke in styles.iter().copied().flatten() {
            strokes::points(stroke, &mut points_of);
            assert!(points_of.len() >= 2);
            assert!(
                points_of
                    .iter()
                    .flatten()
                    .all(|c| (0.08..=0.94).contains(c)),
                "{points_of:?}"
            );
        }
    }
}

/// A classifier learns any labels that are consistent; whether a drawn 8 is an 8 is told by its
/// holes.
#[test]
fn digits_have_the_holes_of_their_names() {
    const HOLES: [usize; 10] = [1, 0, 0, 0, 0, 0, 1, 0, 2, 1];
    let mut random = Random(ChaCha8Rng::seed_from_u64(SEED));
    for (digit, expected) in HOLES.into_iter().enumerate() {
        let holes = (0..60).map(|_| holes(&draw(digit, &mut random, &mut Vec::new())));
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
