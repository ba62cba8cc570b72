//! Any bytes, compressed: what is said of them is what is said of them plain.

#![no_main]

use flate2::Compression;
use flate2::write::GzEncoder;
use libfuzzer_sys::fuzz_target;
use mnist::idx::{Fault, Idx, images, labels};
use std::io::Write;

/// What is read, or what is said, but for where it was found.
fn said<const RANK: usize>(outcome: Result<Idx<RANK>, Fault>) -> Result<Idx<RANK>, String> {
    outcome.map_err(|fault| fault.to_string().replace(" inside the gzip file", ""))
}

fuzz_target!(|bytes: &[u8]| {
    // Gzip in gzip is unpacked once.
    if bytes.starts_with(&[0x1f, 0x8b]) {
        return;
    }
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("a vector takes everything");
    let packed = encoder.finish().expect("a vector takes everything");
    assert_eq!(said(images(bytes)), said(images(&packed[..])));
    assert_eq!(said(labels(bytes)), said(labels(&packed[..])));
});
