//! Any bytes as an IDX file: read or refused, and never more memory than they are worth.

#![no_main]

use allocation_counter::measure;
use flate2::bufread::MultiGzDecoder;
use libfuzzer_sys::fuzz_target;
use mnist::idx::parse;
use std::io::Read;

/// The state of a gzip decoder, its buffer, a message.
const BESIDE: u64 = 128 * 1024;

fn read<const RANK: usize>(bytes: &[u8], unpacked: u64) {
    let mut outcome = None;
    let counted = measure(|| outcome = Some(parse::<RANK>(bytes)));
    let most = 4 * (unpacked + bytes.len() as u64) + BESIDE;
    let took = counted.bytes_max;
    assert!(
        took <= most,
        "{} bytes, unpacked {unpacked}, took {took}",
        bytes.len()
    );
    if let Some(Ok(idx)) = outcome {
        assert!(!idx.bytes.is_empty());
        assert_eq!(idx.shape.iter().product::<usize>(), idx.bytes.len());
        assert_eq!((4 + 4 * RANK + idx.bytes.len()) as u64, unpacked);
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
    read::<1>(bytes, unpacked);
    read::<3>(bytes, unpacked);
});
