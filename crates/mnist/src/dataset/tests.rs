use super::*;
use crate::idx::Idx;

fn split(shape: [usize; 3], labels: &[u8]) -> Split {
    let bytes = (0..shape.iter().product())
        .map(|i: usize| i as u8)
        .collect();
    let labels = Idx {
        shape: [labels.len()],
        bytes: labels.to_vec(),
    };
    Split::new(Idx { shape, bytes }, labels).unwrap()
}

#[test]
fn flat_and_channels_are_the_same_numbers_under_two_shapes() {
    let split = split([3, 2, 4], &[1, 0, 2]);
    let indices = [2, 0];
    let (n, d) = (indices.len(), split.pixels());
    let mut matrix = vec![0f32; n * d];
    split.gather(&indices, Scale::Raw, &mut matrix);
    assert_eq!(split.shape(n, Layout::Flat), [2, 8]);
    assert_eq!(split.shape(n, Layout::Channels), [2, 1, 2, 4]);
    for (i, &index) in indices.iter().enumerate() {
        for y in 0..2 {
            for x in 0..4 {
                let expected = f32::from(split.image(index)[y * 4 + x]);
                assert_eq!(matrix[(y * 4 + x) * n + i], expected);
            }
        }
    }
}

#[test]
fn labels_are_whole_numbers_or_one_hot_rows() {
    let split = split([3, 1, 1], &[1, 0, 2]);
    let mut labels = [0f64; 4];
    split.gather_labels(&[2, 2, 0, 1], &mut labels);
    assert_eq!(labels, [2.0, 2.0, 1.0, 0.0]);
    // 2×3, column-major: rows 001 and 010; what was there before is overwritten.
    let mut rows = [7f32; 6];
    split.gather_one_hot(&[2, 0], 3, &mut rows);
    assert_eq!(rows, [0.0, 0.0, 0.0, 1.0, 1.0, 0.0]);
}

#[test]
#[should_panic(expected = "label 2 of image 2, with 2 classes")]
fn a_one_hot_row_too_short_for_its_label_is_refused() {
    split([3, 1, 1], &[1, 0, 2]).gather_one_hot(&[2], 2, &mut [0f32; 2]);
}

#[test]
fn classes_come_from_both_splits_and_are_at_least_two() {
    let classes = |train: &[u8], test: &[u8]| {
        let (train, test) = (
            split([train.len(), 1, 1], train),
            split([test.len(), 1, 1], test),
        );
        Dataset::new(train, test).unwrap().classes()
    };
    assert_eq!(classes(&[0, 1], &[4, 0]), 5);
    assert_eq!(classes(&[9], &[0]), 10);
    assert_eq!(classes(&[255], &[0]), 256);
    assert_eq!(classes(&[0, 0], &[0]), 2);
}

#[test]
fn counts_and_sizes_must_agree() {
    let images = Idx {
        shape: [2, 1, 1],
        bytes: vec![0; 2],
    };
    let labels = Idx {
        shape: [3],
        bytes: vec![0; 3],
    };
    let error = Split::new(images, labels).unwrap_err();
    assert_eq!(error.to_string(), "2 images, but 3 labels");
    let error = Dataset::new(split([1, 2, 3], &[0]), split([1, 3, 2], &[0])).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the training images are 2×3 pixels, the test images 3×2; expected one size"
    );
}
