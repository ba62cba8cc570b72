//! Any bytes as a CSV file: read or refused, and never more memory than they are worth.

#![no_main]

use allocation_counter::measure;
use libfuzzer_sys::fuzz_target;
use mnist::csv::{MOST_COLUMNS, read};

/// A row of the most columns, its names, and a message.
const BESIDE: u64 = 128 * MOST_COLUMNS as u64;

fuzz_target!(|bytes: &[u8]| {
    // What is packed is the other targets' concern, and may be larger than it looks.
    if bytes.starts_with(&[0x1f, 0x8b]) {
        return;
    }
    let mut outcome = None;
    let counted = measure(|| outcome = Some(read(bytes)));
    let most = 4 * bytes.len() as u64 + BESIDE;
    let took = counted.bytes_max;
    assert!(took <= most, "{} bytes took {took}", bytes.len());
    match outcome {
        Some(Ok((images, labels))) => {
            let [count, height, width] = images.shape;
            assert!(count * height * width > 0);
            assert_eq!(images.bytes.len(), count * height * width);
            assert_eq!((labels.shape, labels.bytes.len()), ([count], count));
            // Every number takes a byte at least, and what separates it from the next.
            assert!(images.bytes.len() < bytes.len());
        }
        Some(Err(fault)) => assert!(!fault.to_string().contains('\n')),
        None => unreachable!(),
    }
});
