use std::io::Write;

use allocation_counter::measure;
use flate2::{Compression, write::GzEncoder};
use proptest::prelude::*;

use super::*;

type Read = ([usize; 3], Vec<u8>, Vec<u8>);

fn parse(text: &str) -> Result<Read, String> {
    let (images, labels) = read(text.as_bytes()).map_err(|fault| fault.to_string())?;
    Ok((images.shape, images.bytes, labels.bytes))
}

fn good(text: &str) -> Read {
    parse(text).unwrap()
}

fn refused(text: &str) -> String {
    parse(text).unwrap_err()
}

/// Two images of 2×2.
fn set() -> Read {
    ([2, 2, 2], vec![0, 10, 20, 255, 1, 2, 3, 4], vec![7, 3])
}

#[test]
fn rows_with_and_without_a_header() {
    for text in [
        "7,0,10,20,255\n3,1,2,3,4\n",
        "7,0,10,20,255\r\n3,1,2,3,4\r\n",
        "7,0,10,20,255\n\n3,1,2,3,4",
        "7;0;10;20;255\n3;1;2;3;4\n",
        "7\t0\t10\t20\t255\n3\t1\t2\t3\t4\n",
        " 7, 0, 10, 20, 255\n3, 1, 2, 3, 4\n",
        "\"7\",\"0\",\"10\",\"20\",\"255\"\n3,1,2,3,4\n",
        "label,pixel0,pixel1,pixel2,pixel3\n7,0,10,20,255\n3,1,2,3,4\n",
        "\u{feff}label,pixel1,pixel2,pixel3,pixel4\n7,0,10,20,255\n3,1,2,3,4\n",
        "\"label\",\"1x1\",\"1x2\",\"2x1\",\"2x2\"\n7,0,10,20,255\n3,1,2,3,4\n",
        "Class,r0c0,r0c1,r1c0,r1c1\n7.0,0.0,10.0,20.0,255.0\n3,1,2,3,4\n",
        "pixel0,pixel1,pixel2,pixel3,class\n0,10,20,255,7\n1,2,3,4,3\n",
        "2x2,y,1x2,2x1,1x1\n255,7,10,20,0\n4,3,2,3,1\n",
        ",label,0,1,2,3\n0,7,0,10,20,255\n1,3,1,2,3,4\n",
        "id,target,px_3,px_2,px_1,px_0\n9,7,255,20,10,0\n8,3,4,3,2,1\n",
    ] {
        assert_eq!(good(text), set(), "{text}");
    }
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(b"7,0,10,20,255\n3,1,2,3,4\n").unwrap();
    let (images, _) = read(&encoder.finish().unwrap()[..]).unwrap();
    assert_eq!(images.bytes, set().1);
}

#[test]
fn a_grid_of_names_need_not_be_square() {
    let (shape, bytes, _) = good("label,1x1,1x2,1x3,2x1,2x2,2x3\n7,0,1,2,3,4,5\n");
    assert_eq!((shape, bytes), ([1, 2, 3], vec![0, 1, 2, 3, 4, 5]));
}

#[test]
fn fractions_of_white_are_levels() {
    assert_eq!(good("7,0,0.5,1,0.2\n").1, [0, 128, 255, 51]);
    // Whole numbers are taken as they are.
    assert_eq!(good("7,0,0,1,1\n").1, [0, 0, 1, 1]);
}

#[test]
fn numbers_of_columns_are_a_header() {
    let header: Vec<String> = (0..290).map(|k| k.to_string()).collect();
    let row = vec!["1"; 290].join(",");
    let (shape, ..) = good(&format!("{}\n{row}\n{row}\n", header.join(",")));
    assert_eq!(shape, [2, 17, 17]);
}

#[test]
fn rows_that_cannot_be_are_named() {
    for (text, said) in [
        ("", "found no row of numbers"),
        ("label,pixel0\n", "found no row of numbers"),
        (
            "7,0,1,2,3\n3,1,2,3\n",
            "row 2 has 4 fields, expected 5 as in the first",
        ),
        ("7,0,1,2,3\n3,1,2,3,4,5\n", "row 2 has 6 fields, expected 5"),
        (
            "7,0,1,2,3\n3,1,2,x,4\n",
            "row 2, column 4 is \"x\", expected a number from 0 to 255",
        ),
        (
            "7,0,1,2,3\n3,1,,2,4\n",
            "row 2, column 3 is \"\", expected a number",
        ),
        (
            "7,0,1,2,3\n3,1,256,2,4\n",
            "row 2, column 3 is \"256\", expected a number",
        ),
        ("7,0,1,2,3\n3,1,-1,2,4\n", "is \"-1\", expected a number"),
        ("7,0,1,2,nan\n", "column 5 is called \"nan\""),
        ("label,0,1,2,3\n5,0,1,2,nan\n", "row 2, column 5 is \"nan\""),
        (
            "256,0,1,2,3\n",
            "row 1, column 1 is \"256\", expected a label, a whole number from 0 to 255",
        ),
        ("1.5,0,1,2,3\n", "column 1 is \"1.5\", expected a label"),
        (
            "pixel0,pixel1,pixel2,pixel3\n1,2,3,4\n",
            "found no label among 4 columns, expected one called `label`",
        ),
        ("1,2,3,4\n", "found no label among 4 columns"),
        (
            "1,2,3,4,5,6\n",
            "found 5 pixels in a row, expected a square such as 784 = 28×28",
        ),
        (
            "label,class,0\n1,2,3\n",
            "found two columns of labels, 1 and 2",
        ),
        (
            "label,pixel0,name\n1,2,3\n",
            "column 3 is called \"name\", expected `label`, or a pixel",
        ),
        (
            "label,pixel0,pixel0,pixel1,pixel2\n1,2,3,4,5\n",
            "the names of the 4 pixels do not make an image",
        ),
        (
            "label,pixel2,pixel3,pixel4,pixel5\n1,2,3,4,5\n",
            "do not make an image",
        ),
        (
            "label,1x1,1x2,2x1,3x2\n1,2,3,4,5\n",
            "the 4 pixels do not make an image",
        ),
        ("label,1x1,1x2,2x1,2x3\n1,2,3,4,5\n", "do not make an image"),
        (
            "label,99999999999999999999\n1,2\n",
            "column 2 is called \"99999999999999999999\"",
        ),
    ] {
        let message = refused(text);
        assert!(message.contains(said), "{text}: {message}");
    }
}

#[test]
fn what_is_no_csv_is_quoted_counted_and_named() {
    assert_eq!(
        refused("<html><body>404, not found, sorry</body></html>"),
        r#"found a web page: 47 bytes that begin with "<html><body>404, not found, sorr"; expected CSV with a label and pixels in each row; download it again"#
    );
    let of = |bytes: &[u8]| read(bytes).unwrap_err().to_string();
    assert!(of(&[0, 0, 8, 3, 0, 0, 0, 1]).starts_with("found an IDX file: 8 bytes"));
    assert!(of(b"one word\nanother\n").starts_with("found text: 17 bytes"));
    assert!(of(b"PK\x03\x04,,,\n").contains("a zip archive"));
    assert!(of(&[0xff, b',', 0xfe, b',', b'1']).starts_with("found 5 bytes that begin with"));
}

#[test]
fn rows_longer_than_any_are_refused_in_bounded_memory() {
    let commas = vec![b','; 10 << 20];
    let digits = [b"5,", &vec![b'1'; 10 << 20][..]].concat();
    for (bytes, said) in [
        (commas, "more than 16400 columns"),
        (digits, "row 1 is longer than 524800 bytes"),
    ] {
        let mut message = String::new();
        let counted = measure(|| message = read(&bytes[..]).unwrap_err().to_string());
        assert!(message.contains(said), "{message}");
        assert!(counted.bytes_max < 2 << 20, "{}", counted.bytes_max);
    }
}

/// Reads a file and holds the reader to its word.
fn bounded(bytes: &[u8]) {
    let mut outcome = None;
    let counted = measure(|| outcome = read(bytes).ok());
    let most = 4 * bytes.len() as u64 + (2 << 20);
    assert!(
        counted.bytes_max <= most,
        "{} bytes took {}",
        bytes.len(),
        counted.bytes_max
    );
    if let Some((images, labels)) = outcome {
        assert_eq!(images.shape.iter().product::<usize>(), images.bytes.len());
        assert_eq!([images.shape[0]], labels.shape);
    }
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "[0-9a-z,;\"\r\n.x -]{0,200}") {
        bounded(text.as_bytes());
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        bounded(&bytes);
    }

    #[test]
    fn what_is_written_is_read(
        rows in prop::collection::vec((any::<u8>(), prop::collection::vec(any::<u8>(), 9)), 1..20),
        order in Just((0..10_usize).collect::<Vec<_>>()).prop_shuffle(),
    ) {
        let name = |k: usize| if k == 9 { "label".to_owned() } else { format!("pixel{k}") };
        let line = |field: &dyn Fn(usize) -> String| {
            let fields: Vec<String> = order.iter().map(|&k| field(k)).collect();
            fields.join(",") + "\n"
        };
        let mut text = line(&name);
        for (label, pixels) in &rows {
            text += &line(&|k| if k == 9 { label } else { &pixels[k] }.to_string());
        }
        let (shape, bytes, labels) = good(&text);
        prop_assert_eq!(shape, [rows.len(), 3, 3]);
        let expected: Vec<_> = rows.iter().flat_map(|(_, pixels)| pixels.clone()).collect();
        prop_assert_eq!(bytes, expected);
        prop_assert_eq!(labels, rows.iter().map(|(label, _)| *label).collect::<Vec<_>>());
    }
}
