//! Any bytes as an IDX file: read or refused, and never more memory than they are worth.

#![no_main]

use allocation_counter::measure;
use flate2::bufread::MultiGzDecoder;
use libfuzzer_sys::fuzz_target;
use mnist::idx::{images, labels};
use std::io::Read;

/// The state of a gzip decoder, its buffer, a message.
const BESIDE: u64 = 128 * 1024;

/// What `read` makes of the bytes, whose shape and size it returns.
fn bounded(bytes: &[u8], unpacked: u64, read: impl Fn(&[u8]) -> Option<(usize, usize)>) {
    let mut outcome = None;
    let counted = measure(|| outcome = read(bytes));
    let most = 4 * (unpacked + bytes.len() as u64) + BESIDE;
    let took = counted.bytes_max;
    assert!(
        took <= most,
        "{} bytes, unpacked {unpacked}, took {took}",
        bytes.len()
    );
    if let Some((declared, found)) = outcome {
        assert!(found > 0);
        assert_eq!(declared, found);
        assert!(found as u64 <= unpacked);
    }
}

/// How much the bytes hold if they are gzip, up to where they are damaged; else how many they are.
fn unpacked(bytes: &[u8]) -> u64 {
    if !bytes.starts_with(&[0x1f, 0x8b]) {
        return bytes.len() as u64;
    }
    let (mut count, mut buffer) = (0, [0; 4096]);
    let mut reader = MultiGzDecoder::new(bytes);
    while let Ok(read @ 1..) = reader.read(&mut buffer) {
        count += read as u64;
    }
    count
}

fuzz_target!(|bytes: &[u8]| {
    let unpacked = unpacked(bytes);
    bounded(bytes, unpacked, |bytes| {
        let idx = images(bytes).ok()?;
        Some((idx.shape.iter().product(), idx.bytes.len()))
    });
    bounded(bytes, unpacked, |bytes| {
        let idx = labels(bytes).ok()?;
        Some((idx.shape[0], idx.bytes.len()))
    });
});
