//! Any bytes as weights: read or refused, and never more memory than they are worth; what is read
//! can be written.

#![no_main]

use allocation_counter::measure;
use libfuzzer_sys::fuzz_target;
use nn::{Net, Stored};

/// What `from_safetensors` promises, and a message.
fn most(bytes: &[u8]) -> u64 {
    let declared = bytes
        .first_chunk()
        .map_or(0, |length| u64::from_le_bytes(*length));
    let header = declared.min(bytes.len() as u64);
    5 * bytes.len() as u64 + 50 * header + 4096
}

fn read<T: Stored>(bytes: &[u8]) {
    let mut outcome = None;
    let counted = measure(|| outcome = Some(Net::<T>::from_safetensors(bytes)));
    let (took, most) = (counted.bytes_max, most(bytes));
    assert!(took <= most, "{} bytes took {took}", bytes.len());
    let Some(Ok(net)) = outcome else { return };
    if net.activation().is_some() {
        for (layer, sizes) in net.affines().iter().zip(net.sizes().windows(2)) {
            assert_eq!(layer.weights.shape(), (sizes[0], sizes[1]));
            assert_eq!(layer.bias.len(), sizes[1]);
        }
    }
    // Bytes are compared: a NaN is not equal to itself.
    let written = net.to_safetensors().expect("every net can be written");
    let again: Net<T> = Net::from_safetensors(&written).expect("what was written can be read");
    assert_eq!(
        again.to_safetensors().expect("every net can be written"),
        written
    );
}

fuzz_target!(|bytes: &[u8]| {
    read::<f64>(bytes);
    read::<f32>(bytes);
});
