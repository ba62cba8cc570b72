use std::io::Write;

use flate2::{Compression, write::GzEncoder};

use super::*;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn whole(bytes: &[u8]) -> Result<Vec<u8>, String> {
    let mut contents = Contents::new(bytes).unwrap();
    contents.next(1 << 20).map_err(|error| error.to_string())
}

#[test]
fn plain_and_packed_are_read_alike() {
    let text = b"some text, and more of it".repeat(100);
    let members = [gzip(&text[..700]), gzip(b""), gzip(&text[700..])].concat();
    for packed in [text.clone(), gzip(&text), members] {
        assert_eq!(whole(&packed).unwrap(), text);
    }
    assert_eq!(whole(b"").unwrap(), b"");
    assert_eq!(whole(&[0x1f]).unwrap(), [0x1f]);
}

#[test]
fn zeros_behind_the_end_are_no_contents() {
    let zeros = |count| vec![0; count];
    for count in [1, 512, 8191, 8192, 8193, 70_000] {
        let padded = [gzip(b"text"), zeros(count)].concat();
        assert_eq!(whole(&padded).unwrap(), b"text", "{count}");
        // Between the members, too.
        let between = [gzip(b"text"), zeros(count), gzip(b", more")].concat();
        assert_eq!(whole(&between).unwrap(), b"text, more", "{count}");
        let junk = [gzip(b"text"), zeros(count), b"junk".to_vec()].concat();
        let message = whole(&junk).unwrap_err();
        assert!(
            message.contains(r#"its end is followed by "junk", which is not gzip"#),
            "{message}"
        );
    }
}

#[test]
fn what_is_found_is_counted_to_its_end() {
    let found = |bytes: &[u8], read: usize| {
        let mut contents = Contents::new(bytes).unwrap();
        contents.next(read).unwrap();
        contents.into_found().to_string()
    };
    let text = b"<html>".repeat(1000);
    let expected = |inside| {
        format!(
            r#"a web page{inside}: 6000 bytes that begin with "<html><html><html><html><html><h""#
        )
    };
    for read in [0, 3, 4000, 7000] {
        assert_eq!(found(&text, read), expected(""));
        assert_eq!(found(&gzip(&text), read), expected(" inside the gzip file"));
    }
}
