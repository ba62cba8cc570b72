use std::io::{self, Read, Write};

use allocation_counter::measure;
use flate2::{Compression, bufread::MultiGzDecoder, write::GzEncoder};
use proptest::prelude::*;

use super::*;
use crate::gzip::Broken;

fn header(magic: u32, shape: &[u32]) -> Vec<u8> {
    let words = [&[magic], shape].concat();
    words.iter().flat_map(|w| w.to_be_bytes()).collect()
}

fn image_file(shape: [u32; 3], payload: &[u8]) -> Vec<u8> {
    [header(0x803, &shape), payload.to_vec()].concat()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn message<const RANK: usize>(bytes: &[u8]) -> String {
    match RANK {
        1 => labels(bytes).unwrap_err().to_string(),
        _ => images(bytes).unwrap_err().to_string(),
    }
}

#[test]
fn reads_plain_compressed_and_several_members() {
    let payload: Vec<u8> = (0..12).collect();
    let plain = image_file([2, 2, 3], &payload);
    let (first, second) = plain.split_at(9);
    let expected = Idx {
        shape: [2, 2, 3],
        bytes: payload,
    };
    assert_eq!(images(&plain[..]).unwrap(), expected);
    assert_eq!(images(&gzip(&plain)[..]).unwrap(), expected);
    let members = [gzip(first), gzip(second)].concat();
    assert_eq!(images(&members[..]).unwrap(), expected);
    let padded = [&members[..], &[0; 5000]].concat();
    assert_eq!(images(&padded[..]).unwrap(), expected);
}

#[test]
fn an_empty_file() {
    let expected =
        "the file is empty, expected images as IDX with a header of 16 bytes; download it again";
    assert_eq!(message::<3>(&[]), expected);
    assert_eq!(message::<3>(&gzip(&[])), expected);
    assert!(message::<1>(&[]).contains("expected labels as IDX with a header of 8 bytes"));
}

#[test]
fn what_is_no_idx_is_quoted_counted_and_named() {
    let page = b"<!DOCTYPE html>\n<html lang=\"en\"><head>";
    assert_eq!(
        message::<3>(page),
        r#"found a web page: 38 bytes that begin with "<!DOCTYPE html>\n<html lang=\"en\">"; expected images as IDX, which begin with the bytes 00 00 08 03; download it again"#
    );
    assert_eq!(
        message::<1>(&gzip(&gzip(&header(0x801, &[1])))),
        r#"found a gzip file inside the gzip file: 28 bytes that begin with "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xffc`\xe0"; expected labels as IDX, which begin with the bytes 00 00 08 01; unpack it with gunzip"#
    );
    let unknown = message::<3>(&[0xff, 0xff, 8, 3, 0, 0, 0, 1]);
    assert!(
        unknown.starts_with(r#"found 8 bytes that begin with "\xff\xff\x08\x03"#),
        "{unknown}"
    );
    // A type that there is not.
    assert!(message::<3>(&header(0xa03, &[1, 1, 1])).starts_with("found 16 bytes that begin with"));
}

#[test]
fn short_and_long_files() {
    let whole = image_file([2, 1, 2], &[1, 2, 3, 4]);
    let cases = [
        (
            &whole[..3],
            "the header is cut off: found 3 bytes, expected 16",
        ),
        (
            &whole[..15],
            "the header is cut off: found 15 bytes, expected 16",
        ),
        (
            &whole[..16],
            "the payload is cut off: found 0 bytes, expected 4 from shape 2×1×2",
        ),
        (
            &whole[..19],
            "the payload is cut off: found 3 bytes, expected 4 from shape 2×1×2",
        ),
    ];
    for (bytes, expected) in cases {
        let expected = format!("{expected}; download it again");
        assert_eq!(message::<3>(bytes), expected);
        assert_eq!(message::<3>(&gzip(bytes)), expected);
    }
    let long = [&whole[..], &[9]].concat();
    let expected = r#"too long for its header: found 5 bytes after it, expected 4 from shape 2×1×2; the first too many are "\t"; correct the header or cut the file"#;
    assert_eq!(message::<3>(&long), expected);
    assert_eq!(message::<3>(&gzip(&long)), expected);
    let square = image_file([2, 3, 3], &[7; 32]);
    assert!(message::<3>(&square).contains(
        "found 32 bytes after it, expected 18 from shape 2×3×3 \
        (shape 2×4×4 would take as many as there are)"
    ));
}

#[test]
fn wider_elements_are_read_where_they_are_whole() {
    let ints = |values: &[i32]| -> Vec<u8> {
        let payload = values.iter().flat_map(|value| value.to_be_bytes());
        header(0xc01, &[values.len() as u32])
            .into_iter()
            .chain(payload)
            .collect()
    };
    assert_eq!(labels(&ints(&[0, 255, 7])[..]).unwrap().bytes, [0, 255, 7]);
    assert_eq!(
        message::<1>(&ints(&[0, 256])),
        "element 1 of ints (32 bits) of shape 2 is 256, expected a whole number from 0 to 255"
    );
    assert!(message::<1>(&ints(&[-1])).contains("is -1, expected a whole number"));
    assert_eq!(
        message::<1>(&ints(&[5, 6])[..14]),
        "the payload is cut off: found 6 bytes, expected 8 from shape 2; download it again"
    );
    let shorts = [header(0xb01, &[2]), vec![0, 3, 0, 4]].concat();
    assert_eq!(labels(&shorts[..]).unwrap().bytes, [3, 4]);
    let signed = [header(0x901, &[1]), vec![0xff]].concat();
    assert!(message::<1>(&signed).contains("of signed bytes of shape 1 is -1"));
    let column = [header(0x802, &[2, 1]), vec![3, 4]].concat();
    assert_eq!(labels(&column[..]).unwrap().shape, [2]);
}

#[test]
fn qmnist_labels_are_the_first_of_eight_ints() {
    let rows = [
        [7, 4, 500, 90, 55, 1, 0, 0],
        [2, 4, 501, 9, 50, 2, 0, 0_i32],
    ];
    let payload: Vec<u8> = rows
        .iter()
        .flatten()
        .flat_map(|value| value.to_be_bytes())
        .collect();
    let file = [header(0xc02, &[2, 8]), payload.clone()].concat();
    assert_eq!(
        labels(&file[..]).unwrap(),
        Idx {
            shape: [2],
            bytes: vec![7, 2]
        }
    );
    let other = [header(0xc02, &[4, 4]), payload].concat();
    assert_eq!(
        message::<1>(&other),
        "found ints (32 bits) of shape 4×4, several numbers for each label; expected labels: N, or \
         N×1"
    );
}

fn floats(shape: &[u32], values: &[f32]) -> Vec<u8> {
    let payload = values.iter().flat_map(|value| value.to_be_bytes());
    header(0xd00 | shape.len() as u32, shape)
        .into_iter()
        .chain(payload)
        .collect()
}

#[test]
fn float_images_are_levels_or_shares() {
    let shares = floats(&[1, 2, 2], &[0.0, 1.0, 0.5, 0.2]);
    assert_eq!(images(&shares[..]).unwrap().bytes, [0, 255, 128, 51]);
    let levels = floats(&[1, 2, 2], &[0.0, 1.0, 0.5, 200.0]);
    assert_eq!(images(&gzip(&levels)[..]).unwrap().bytes, [0, 1, 1, 200]);
    let centred = floats(&[1, 1, 2], &[0.5, -0.5]);
    assert_eq!(
        message::<3>(&centred),
        "element 1 of floats (32 bits) of shape 1×1×2 is -0.5, expected a number from 0 to 255, or \
         only numbers from 0 to 1"
    );
    assert!(message::<3>(&floats(&[1, 1, 1], &[f32::NAN])).contains("is NaN"));
    let doubles = [header(0xe03, &[1, 1, 1]), 0.2f64.to_be_bytes().to_vec()].concat();
    assert_eq!(images(&doubles[..]).unwrap().bytes, [51]);
}

#[test]
fn images_of_one_channel_in_any_rank() {
    let payload: Vec<u8> = (0..12).collect();
    let read = |shape: &[u32]| {
        let magic = 0x800 | shape.len() as u32;
        images(&[header(magic, shape), payload.clone()].concat()[..])
    };
    for shape in [&[2, 2, 3][..], &[2, 1, 2, 3], &[2, 2, 3, 1]] {
        assert_eq!(
            read(shape).unwrap(),
            Idx {
                shape: [2, 2, 3],
                bytes: payload.clone()
            }
        );
    }
    assert_eq!(read(&[3, 4]).unwrap().shape, [3, 2, 2]);
    for (shape, said) in [
        (&[12][..], "shape 12, which are labels; expected images"),
        (&[2, 6], "shape 2×6; expected images"),
        (
            &[1, 3, 2, 2],
            "shape 1×3×2×2, which are images of several channels; expected images",
        ),
        (&[1, 2, 2, 3], "of several channels"),
        (&[1, 1, 1, 3, 4], "shape 1×1×1×3×4; expected images"),
    ] {
        let message = read(shape).unwrap_err().to_string();
        assert!(
            message.starts_with("found unsigned bytes of shape ") && message.contains(said),
            "{message}"
        );
    }
    assert!(
        message::<1>(&image_file([1, 1, 1], &[0]))
            .contains("shape 1×1×1, which are images; expected labels")
    );
}

#[test]
fn shapes_that_hold_nothing_or_too_much() {
    let no_items = "the header declares no items at all (shape 0×28×28), expected at least one";
    assert_eq!(message::<3>(&image_file([0, 28, 28], &[])), no_items);
    let no_size =
        "the header declares images of no size (shape 5×28×0), expected at least one pixel";
    assert_eq!(message::<3>(&image_file([5, 28, 0], &[])), no_size);
    let huge = "the header declares more bytes than can be addressed (shape \
                4294967295×4294967295×4294967295)";
    assert_eq!(message::<3>(&image_file([u32::MAX; 3], &[])), huge);
    // Fits a `usize`, fits no slice.
    assert!(matches!(
        images(&image_file([u32::MAX, u32::MAX, 1], &[])[..]),
        Err(Fault::TooLarge { .. })
    ));
}

#[test]
fn damaged_gzip() {
    let plain = image_file(
        [1, 32, 32],
        &(0..1024u32)
            .map(|i| (i * i % 251) as u8)
            .collect::<Vec<_>>(),
    );
    let packed = gzip(&plain);
    for end in 2..packed.len() {
        let error = images(&packed[..end]).unwrap_err();
        assert!(
            matches!(error, Fault::Broken(Broken::CutOff { .. })),
            "{end}: {error}"
        );
    }
    let mut wrong_sum = packed.clone();
    let at = packed.len() - 8;
    wrong_sum[at] ^= 1;
    assert_eq!(
        message::<3>(&wrong_sum),
        "the gzip stream is damaged after 1040 unpacked bytes: corrupt gzip stream does not have a \
         matching checksum; download it again"
    );
    let followed = [&packed[..], b"<html>"].concat();
    assert_eq!(
        message::<3>(&followed),
        r#"the gzip stream is damaged after 1040 unpacked bytes: its end is followed by "<html>", which is not gzip; download it again"#
    );
}

/// Reads a file, and holds the reader to its word: what it takes is bounded by what is there, and
/// what it accepts is whole.
fn bounded(bytes: &[u8]) {
    let mut unpacked = Vec::new();
    if bytes.starts_with(&[0x1f, 0x8b]) {
        let _ = MultiGzDecoder::new(bytes).read_to_end(&mut unpacked);
    }
    // Buffers that double, and the state of a gzip decoder.
    let most = (4 * (bytes.len() + unpacked.len()) + 128 * 1024) as u64;
    let mut outcome = (None, None);
    let of_images = measure(|| outcome.0 = images(bytes).ok());
    let of_labels = measure(|| outcome.1 = labels(bytes).ok());
    for took in [of_images.bytes_max, of_labels.bytes_max] {
        assert!(took <= most, "{} bytes took {took}", bytes.len());
    }
    let size = |shape: &[usize]| shape.iter().product::<usize>();
    assert!(
        outcome
            .0
            .is_none_or(|idx| size(&idx.shape) == idx.bytes.len())
    );
    assert!(
        outcome
            .1
            .is_none_or(|idx| size(&idx.shape) == idx.bytes.len())
    );
}

/// A little more than a power of two, where vectors that double are largest.
#[test]
fn every_type_takes_bounded_memory() {
    for (code, width) in [(8, 1), (9, 1), (0xb, 2), (0xc, 4), (0xd, 4), (0xe, 8)] {
        let mut bytes = header(code << 8 | 3, &[1000, 33, 32]);
        bytes.extend(vec![0; 1_056_000 * width]);
        bounded(&bytes);
        assert_eq!(images(&bytes[..]).unwrap().bytes.len(), 1_056_000);
    }
}

/// A change of a valid file.
#[derive(Clone, Debug)]
enum Damage {
    Flip(prop::sample::Index, u8),
    Cut(prop::sample::Index),
    Append(Vec<u8>),
    Insert(prop::sample::Index, Vec<u8>),
    /// Another length in the header.
    Length(usize, u32),
}

fn damage() -> impl Strategy<Value = Damage> {
    let at = any::<prop::sample::Index>;
    let some = || prop::collection::vec(any::<u8>(), 1..20);
    let length = prop_oneof![0_u32..9, any::<u32>(), Just(u32::MAX)];
    prop_oneof![
        (at(), 1_u8..).prop_map(|(at, bits)| Damage::Flip(at, bits)),
        at().prop_map(Damage::Cut),
        some().prop_map(Damage::Append),
        (at(), some()).prop_map(|(at, bytes)| Damage::Insert(at, bytes)),
        (0_usize..3, length).prop_map(|(which, length)| Damage::Length(which, length)),
    ]
}

impl Damage {
    fn apply(self, bytes: &mut Vec<u8>) {
        match self {
            Damage::Append(more) => bytes.extend(more),
            Damage::Length(which, length) if bytes.len() >= 8 + 4 * which => {
                bytes[4 + 4 * which..8 + 4 * which].copy_from_slice(&length.to_be_bytes());
            }
            _ if bytes.is_empty() => {}
            Damage::Flip(at, bits) => {
                let place = at.index(bytes.len());
                bytes[place] ^= bits;
            }
            Damage::Cut(at) => bytes.truncate(at.index(bytes.len())),
            Damage::Insert(at, more) => {
                let place = at.index(bytes.len());
                bytes.splice(place..place, more);
            }
            Damage::Length(..) => {}
        }
    }
}

/// Zeros without end that count how many were asked for.
struct Zeros(u64);

impl Read for &mut Zeros {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        buffer.fill(0);
        self.0 += buffer.len() as u64;
        Ok(buffer.len())
    }
}

#[test]
fn nothing_is_reserved_on_the_headers_word() {
    // 2³² − 1 images of 28×28 and not one of them there: 3 TB would abort the test.
    let claim = image_file([u32::MAX, 28, 28], &[0; 100]);
    let expected = "the payload is cut off: found 100 bytes, expected 3367254359280 from shape \
                    4294967295×28×28; download it again";
    assert_eq!(message::<3>(&claim), expected);
    assert_eq!(message::<3>(&gzip(&claim)), expected);
    let mut contents = Contents::new(&claim[..]).unwrap();
    let bytes = contents.next(usize::MAX / 2).unwrap();
    assert!(
        bytes.capacity() <= 4 * claim.len().max(32),
        "{}",
        bytes.capacity()
    );
}

#[test]
fn reading_stops_behind_the_declared_size() {
    let mut zeros = Zeros(0);
    let endless = image_file([1, 10, 10], &[]).chain_zeros(&mut zeros);
    let message = images(endless).unwrap_err().to_string();
    // What is too much is counted, but not for ever.
    assert!(
        message.contains("found more than 67108996 bytes after it, expected 100 "),
        "{message}"
    );
    assert!(zeros.0 <= 65 << 20, "{}", zeros.0);
}

trait ChainZeros {
    fn chain_zeros(self, zeros: &mut Zeros) -> impl Read;
}

impl ChainZeros for Vec<u8> {
    fn chain_zeros(self, zeros: &mut Zeros) -> impl Read {
        io::Cursor::new(self).chain(zeros)
    }
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        bounded(&bytes);
        bounded(&gzip(&bytes));
    }

    #[test]
    fn damaged_files_are_read_or_refused(
        changes in prop::collection::vec(damage(), 1..4),
        order in 0..4,
    ) {
        let pixels = image_file([2, 3, 2], &[9; 12]);
        let classes = [header(0x801, &[5]), vec![3; 5]].concat();
        for mut bytes in [pixels, classes] {
            // Damaged before it is packed, the faults lie deeper.
            let packed_first = order == 0;
            if packed_first {
                bytes = gzip(&bytes);
            }
            changes.iter().cloned().for_each(|change| change.apply(&mut bytes));
            if order == 1 {
                bytes = gzip(&bytes);
            }
            bounded(&bytes);
        }
    }

    #[test]
    fn any_header_is_read_or_refused(
        shape in any::<[u32; 3]>(), small in any::<bool>(), payload in 0usize..100
    ) {
        let shape = shape.map(|d| if small { d % 6 } else { d });
        let bytes = image_file(shape, &vec![7; payload]);
        let size = shape.iter().map(|&d| u128::from(d)).product::<u128>();
        match images(&bytes[..]) {
            Ok(idx) => prop_assert!(size == payload as u128 && idx.bytes.len() == payload),
            Err(_) => prop_assert!(size != payload as u128 || size == 0),
        }
    }

    #[test]
    fn what_is_written_is_read(
        shape in [1u32..5, 1u32..7, 1u32..7], seed in any::<u8>(), level in 0u32..10
    ) {
        let size = shape.iter().product::<u32>();
        let payload: Vec<u8> = (0..size).map(|i| (i as u8).wrapping_mul(seed)).collect();
        let mut encoder = GzEncoder::new(Vec::new(), Compression::new(level));
        encoder.write_all(&image_file(shape, &payload)).unwrap();
        let idx = images(&encoder.finish().unwrap()[..]).unwrap();
        prop_assert_eq!(idx.shape, shape.map(|d| d as usize));
        prop_assert_eq!(idx.bytes, payload);
    }
}
