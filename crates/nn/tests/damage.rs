//! Weights that were damaged on the way, or made up: read or refused, never a panic, and never more
//! memory than the bytes are worth.

use allocation_counter::measure;
use nn::{Activation, Init, Net, WeightsError};
use proptest::prelude::*;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

/// A file as it is written: 4 inputs, 3 hidden units, 2 classes.
fn written(double: bool) -> Vec<u8> {
    let mut rng = ChaCha8Rng::seed_from_u64(11);
    let net: Net = Net::random(&[4, 3, 2], Activation::Sigmoid, Init::Xavier, &mut rng);
    if double {
        net.to_safetensors().unwrap()
    } else {
        net.convert::<f32>().to_safetensors().unwrap()
    }
}

/// Header and tensors' bytes as a file.
fn file(header: &[u8], data: &[u8]) -> Vec<u8> {
    [&(header.len() as u64).to_le_bytes(), header, data].concat()
}

/// The header of a file, and what follows it.
fn parts(bytes: &[u8]) -> (String, &[u8]) {
    let (length, rest) = bytes.split_first_chunk().unwrap();
    let (header, data) = rest.split_at(u64::from_le_bytes(*length) as usize);
    (String::from_utf8(header.to_vec()).unwrap(), data)
}

/// Reads a net, and holds the reader to its word: what it takes is bounded, and what it accepts is
/// whole.
fn read(bytes: &[u8]) -> Result<Net, WeightsError> {
    let mut outcome = None;
    let counted = measure(|| outcome = Some(Net::from_safetensors(bytes)));
    let declared = bytes
        .first_chunk()
        .map_or(0, |length| u64::from_le_bytes(*length));
    let header = declared.min(bytes.len() as u64);
    let most = 5 * bytes.len() as u64 + 50 * header + 4096;
    let took = counted.bytes_max;
    assert!(took <= most, "{} bytes took {took}", bytes.len());
    let outcome = outcome.unwrap();
    if let Ok(net) = &outcome {
        let sizes = net.sizes();
        for (layer, pair) in net.affines().iter().zip(sizes.windows(2)) {
            assert_eq!(
                (layer.weights.shape(), layer.bias.len()),
                ((pair[0], pair[1]), pair[1])
            );
        }
        let again = net.to_safetensors().unwrap();
        let same: Net = Net::from_safetensors(&again).unwrap();
        assert_eq!(same.to_safetensors().unwrap(), again);
    }
    outcome
}

#[test]
fn headers_that_declare_nearly_everything_are_refused() {
    let each = (1_u128 << 61) - 1;
    for count in 1..=8 {
        let tensors = (0..count).map(|k| {
            let (start, end) = (k * each, (k + 1) * each);
            format!(r#""W{k}":{{"dtype":"U8","shape":[{each}],"data_offsets":[{start},{end}]}}"#)
        });
        let header = format!("{{{}}}", tensors.collect::<Vec<_>>().join(","));
        let refusal = read(&file(header.as_bytes(), &[0; 8])).unwrap_err();
        let cut_off = format!("the file is cut off: found {} of ", header.len() + 16);
        assert!(refusal.to_string().starts_with(&cut_off), "{refusal}");
    }
}

#[test]
fn the_headers_length_is_not_believed() {
    let whole = written(true);
    for length in [0, 1, 7, 1 << 20, 1 << 40, u64::MAX - 8, u64::MAX] {
        let mut bytes = whole.clone();
        bytes[..8].copy_from_slice(&length.to_le_bytes());
        let refusal = read(&bytes).unwrap_err().to_string();
        let expected = match length {
            0 | 1 | 7 => "not a safetensors file: ".to_owned(),
            // A length that a header may have.
            0x10_0000 => format!(
                "the file is cut off: found {} of at least 1048584 bytes",
                whole.len()
            ),
            _ => "not a safetensors file: invalid header length".to_owned(),
        };
        assert!(refusal.starts_with(&expected), "{length}: {refusal}");
    }
    for short in 0..8 {
        let refusal = read(&whole[..short]).unwrap_err().to_string();
        assert!(refusal.contains("header too small"), "{refusal}");
    }
}

#[test]
fn a_header_of_more_than_a_mebibyte_is_refused() {
    let (header, data) = (parts(&written(true)).0, parts(&written(true)).1.to_vec());
    let padded = |length: usize| format!("{header}{}", " ".repeat(length - header.len()));
    assert!(read(&file(padded(1 << 20).as_bytes(), &data)).is_ok());
    let refusal = read(&file(padded((1 << 20) + 1).as_bytes(), &data)).unwrap_err();
    assert!(
        refusal.to_string().contains("header too large"),
        "{refusal}"
    );
}

#[test]
fn a_header_full_of_rubbish_takes_memory_in_proportion() {
    let many = |one: &str| vec![one; 1 << 15].join(",");
    for header in [
        format!("{{\"W1\":{{\"shape\":[{}]}}}}", many("1")),
        format!("{{\"W1\":[{}]}}", many("[]")),
        format!("{{\"W1\":[{}]}}", many("{}")),
        format!("{{{}}}", many("\"\":0")),
        format!("{{\"__metadata__\":{{{}}}}}", many("\"\":\"\"")),
        "[".repeat(1 << 16),
        "{\"\":".repeat(1 << 14),
    ] {
        read(&file(header.as_bytes(), &[])).unwrap_err();
    }
}

#[test]
fn no_end_of_a_file_is_missed() {
    let whole = written(false);
    for end in 0..whole.len() {
        assert!(read(&whole[..end]).is_err(), "cut after {end} bytes");
    }
    let longer = [&whole[..], &[0]].concat();
    assert!(read(&longer).is_err());
    assert!(read(&whole).is_ok());
}

#[test]
fn the_same_wrong_tensor_is_named_every_time() {
    let (header, data) = (parts(&written(true)).0, parts(&written(true)).1.to_vec());
    let stray =
        |name| format!(r#""{name}":{{"dtype":"F32","shape":[0],"data_offsets":[160,160]}},"#);
    assert_eq!(data.len(), 8 * (4 * 3 + 3 + 3 * 2 + 2));
    let strays = [stray("W9"), stray("b0"), stray("W04")].concat();
    let strays = strays.replace("160", &data.len().to_string());
    let header = header.replacen('{', &format!("{{{strays}"), 1);
    for _ in 0..8 {
        let refusal = read(&file(header.as_bytes(), &data))
            .unwrap_err()
            .to_string();
        assert_eq!(
            refusal,
            "tensor `W04` has no place in a net of 2 layers: found W04 [0], W1 [4, 3], W2 [3, 2], \
             W9 [0], b0 [0], b1 [3], b2 [2]; expected W1 [inputs, outputs], b1 [outputs], W2 \
             [outputs of layer 1, outputs], b2 and so on"
        );
    }
}

/// A change of a file.
#[derive(Clone, Debug)]
enum Damage {
    Flip(prop::sample::Index, u8),
    Cut(prop::sample::Index),
    Append(Vec<u8>),
    Remove(prop::sample::Index, usize),
    Insert(prop::sample::Index, Vec<u8>),
    /// Another number in the place of one in the header: of a shape, of an offset.
    Number(prop::sample::Index, u64),
}

fn damage() -> impl Strategy<Value = Damage> {
    let at = any::<prop::sample::Index>;
    let some = || prop::collection::vec(any::<u8>(), 1..20);
    let number = prop_oneof![0_u64..100, any::<u64>()];
    prop_oneof![
        (at(), 1_u8..).prop_map(|(at, bits)| Damage::Flip(at, bits)),
        at().prop_map(Damage::Cut),
        some().prop_map(Damage::Append),
        (at(), 1_usize..20).prop_map(|(at, count)| Damage::Remove(at, count)),
        (at(), some()).prop_map(|(at, bytes)| Damage::Insert(at, bytes)),
        (at(), number).prop_map(|(at, number)| Damage::Number(at, number)),
    ]
}

impl Damage {
    fn apply(self, bytes: &mut Vec<u8>) {
        match self {
            _ if bytes.is_empty() => {}
            Damage::Flip(at, bits) => {
                let place = at.index(bytes.len());
                bytes[place] ^= bits;
            }
            Damage::Cut(at) => bytes.truncate(at.index(bytes.len())),
            Damage::Append(more) => bytes.extend(more),
            Damage::Remove(at, count) => {
                let start = at.index(bytes.len());
                bytes.drain(start..bytes.len().min(start + count));
            }
            Damage::Insert(at, more) => {
                let start = at.index(bytes.len());
                bytes.splice(start..start, more);
            }
            Damage::Number(at, number) => {
                let places = 8..bytes.len().max(9) - 1;
                let starts: Vec<usize> = places
                    .filter(|&k| bytes[k].is_ascii_digit() && b",[".contains(&bytes[k - 1]))
                    .collect();
                if starts.is_empty() {
                    return;
                }
                let start = starts[at.index(starts.len())];
                let digits = bytes[start..].iter().take_while(|b| b.is_ascii_digit());
                let end = start + digits.count();
                bytes.splice(start..end, number.to_string().into_bytes());
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn whatever_happens_to_a_file_it_is_read_or_refused(
        double in any::<bool>(),
        changes in prop::collection::vec(damage(), 1..4),
        mended in any::<bool>(),
    ) {
        let mut bytes = written(double);
        if mended {
            // The header alone is damaged, and its length is right again: the faults lie deeper.
            let (header, data) = parts(&bytes);
            let mut header = header.into_bytes();
            changes.into_iter().for_each(|change| change.apply(&mut header));
            bytes = file(&header, data);
        } else {
            changes.into_iter().for_each(|change| change.apply(&mut bytes));
        }
        let _ = read(&bytes);
    }

    #[test]
    fn a_changed_byte_of_a_number_changes_that_number_alone(
        at in any::<prop::sample::Index>(),
        bits in 1_u8..,
    ) {
        let whole = written(true);
        let numbers = parts(&whole).1.len();
        let at = whole.len() - numbers + at.index(numbers);
        let mut bytes = whole.clone();
        bytes[at] ^= bits;
        let (net, before) = (read(&bytes).unwrap(), read(&whole).unwrap());
        let all = |net: &Net| -> Vec<u64> {
            let numbers = net.parameters().flat_map(|(_, value)| value.iter());
            numbers.map(|x| x.to_bits()).collect()
        };
        let changed = all(&net).iter().zip(all(&before)).filter(|(x, y)| *x != y).count();
        prop_assert_eq!(changed, 1);
    }
}
