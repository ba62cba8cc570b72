//! Any bytes, compressed: what is said of them is what is said of them plain.

#![no_main]

use flate2::Compression;
use flate2::write::GzEncoder;
use libfuzzer_sys::fuzz_target;
use mnist::idx::{Fault, Idx, parse};
use std::io::Write;

fn said<const RANK: usize>(outcome: Result<Idx<RANK>, Fault>) -> Result<Idx<RANK>, String> {
    outcome.map_err(|fault| fault.to_string())
}

fn compare<const RANK: usize>(plain: &[u8], packed: &[u8]) {
    assert_eq!(said(parse::<RANK>(plain)), said(parse::<RANK>(packed)));
}

fuzz_target!(|bytes: &[u8]| {
    // Gzip in gzip is unpacked once.
    if bytes.starts_with(&[0x1f, 0x8b]) {
        return;
    }
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("a vector takes everything");
    let packed = encoder.finish().expect("a vector takes everything");
    compare::<1>(bytes, &packed);
    compare::<3>(bytes, &packed);
});
