use std::io::{Read, Write};

use allocation_counter::measure;
use flate2::{Compression, bufread::MultiGzDecoder, write::GzEncoder};
use proptest::prelude::*;

use super::*;

fn header(magic: u32, shape: &[u32]) -> Vec<u8> {
    let words = [&[magic], shape].concat();
    words.iter().flat_map(|w| w.to_be_bytes()).collect()
}

fn images(shape: [u32; 3], payload: &[u8]) -> Vec<u8> {
    [header(0x803, &shape), payload.to_vec()].concat()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn message<const RANK: usize>(bytes: &[u8]) -> String {
    parse::<RANK>(bytes).unwrap_err().to_string()
}

#[test]
fn reads_plain_compressed_and_several_members() {
    let payload: Vec<u8> = (0..12).collect();
    let plain = images([2, 2, 3], &payload);
    let (first, second) = plain.split_at(9);
    let expected = Idx {
        shape: [2, 2, 3],
        bytes: payload,
    };
    assert_eq!(parse::<3>(&plain).unwrap(), expected);
    assert_eq!(parse::<3>(&gzip(&plain)).unwrap(), expected);
    let members = [gzip(first), gzip(second)].concat();
    assert_eq!(parse::<3>(&members).unwrap(), expected);
    assert_eq!(read::<3>(&gzip(&plain)[..], true).unwrap(), expected);
}

#[test]
fn an_empty_file() {
    let expected = "the file is empty, expected an IDX header of 16 bytes";
    assert_eq!(message::<3>(&[]), expected);
    assert_eq!(message::<3>(&gzip(&[])), expected);
    assert_eq!(read::<3>(&[][..], true).unwrap_err().to_string(), expected);
}

#[test]
fn a_web_page_named_gz_is_quoted() {
    let error = read::<3>(&b"<!DOCTYPE html>\n<html lang=\"en\"><head>"[..], true).unwrap_err();
    assert_eq!(
        error.to_string(),
        r#"not gzip, though the name ends in .gz: it begins with "<!DOCTYPE html>\n<html lang=\"en\">", expected the bytes 1f 8b (a saved web page?)"#
    );
}

#[test]
fn wrong_magic_numbers_say_what_they_look_like() {
    let cases = [
        (header(0x801, &[1]), "found 0x00000801 (labels)"),
        (
            header(0x802, &[1, 1]),
            "found 0x00000802 (unsigned bytes of another rank)",
        ),
        (
            header(0xd03, &[1]),
            "found 0x00000d03 (IDX, but not of unsigned bytes)",
        ),
        (b"<html>".to_vec(), r#"found 0x3c68746d (the text "<htm")"#),
        (header(0xffff_0803, &[1]), "found 0xffff0803"),
    ];
    for (bytes, found) in cases {
        assert_eq!(
            message::<3>(&bytes),
            format!("wrong magic number: {found}, expected 0x00000803 (images)")
        );
    }
    assert!(message::<1>(&images([1, 1, 1], &[0])).ends_with("expected 0x00000801 (labels)"));
}

#[test]
fn short_and_long_files() {
    let whole = images([2, 1, 2], &[1, 2, 3, 4]);
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
        assert_eq!(message::<3>(bytes), expected);
        assert_eq!(message::<3>(&gzip(bytes)), expected);
    }
    let long = [&whole[..], &[9]].concat();
    let expected =
        "bytes follow the payload: expected it to end after 4 bytes, as shape 2×1×2 says";
    assert_eq!(message::<3>(&long), expected);
    assert_eq!(message::<3>(&gzip(&long)), expected);
}

#[test]
fn shapes_that_hold_nothing_or_too_much() {
    let no_items = "the header declares no items at all (shape 0×28×28), expected at least one";
    assert_eq!(message::<3>(&images([0, 28, 28], &[])), no_items);
    let no_size =
        "the header declares images of no size (shape 5×28×0), expected at least one pixel";
    assert_eq!(message::<3>(&images([5, 28, 0], &[])), no_size);
    let huge = "the header declares more bytes than can be addressed (shape 4294967295×4294967295×4294967295)";
    assert_eq!(message::<3>(&images([u32::MAX; 3], &[])), huge);
    // Fits a `usize`, fits no slice.
    assert!(matches!(
        parse::<3>(&images([u32::MAX, u32::MAX, 1], &[])),
        Err(Fault::TooLarge { .. })
    ));
}

#[test]
fn damaged_gzip() {
    let plain = images(
        [1, 32, 32],
        &(0..1024u32)
            .map(|i| (i * i % 251) as u8)
            .collect::<Vec<_>>(),
    );
    let packed = gzip(&plain);
    for end in 2..packed.len() {
        let error = parse::<3>(&packed[..end]).unwrap_err();
        assert!(
            matches!(error, Fault::TruncatedGzip { .. }),
            "{end}: {error}"
        );
    }
    let mut wrong_sum = packed.clone();
    let at = packed.len() - 8;
    wrong_sum[at] ^= 1;
    assert_eq!(
        message::<3>(&wrong_sum),
        "the gzip stream is damaged after 1040 unpacked bytes: corrupt gzip stream does not have a matching checksum"
    );
    let followed = [&packed[..], b"<html>"].concat();
    assert_eq!(
        message::<3>(&followed),
        r#"the gzip stream is damaged after 1040 unpacked bytes: its end is followed by "<html>", which is not gzip"#
    );
}

/// Reads a file, and holds the reader to its word: what it takes is bounded by what is there, and what it accepts is
/// whole.
fn bounded<const RANK: usize>(bytes: &[u8]) -> Result<Idx<RANK>, Fault> {
    let mut outcome = None;
    let counted = measure(|| outcome = Some(parse::<RANK>(bytes)));
    let mut unpacked = Vec::new();
    if bytes.starts_with(&GZIP_MAGIC) {
        let _ = MultiGzDecoder::new(bytes).read_to_end(&mut unpacked);
    }
    // Buffers that double, and the state of a gzip decoder.
    let most = 4 * (bytes.len() + unpacked.len()) + 128 * 1024;
    let took = counted.bytes_max;
    assert!(took <= most as u64, "{} bytes took {took}", bytes.len());
    let outcome = outcome.unwrap();
    if let Ok(idx) = &outcome {
        assert_eq!(idx.shape.iter().product::<usize>(), idx.bytes.len());
    }
    outcome
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
    let claim = images([u32::MAX, 28, 28], &[0; 100]);
    let expected = "the payload is cut off: found 100 bytes, expected 3367254359280 from shape 4294967295×28×28";
    assert_eq!(message::<3>(&claim), expected);
    assert_eq!(message::<3>(&gzip(&claim)), expected);
    let mut limited = &claim[..];
    let bytes = at_most(&mut limited, usize::MAX / 2, false, 0).unwrap();
    assert!(
        bytes.capacity() <= 4 * claim.len().max(32),
        "{}",
        bytes.capacity()
    );
}

#[test]
fn reading_stops_after_the_declared_size() {
    let mut zeros = Zeros(0);
    let endless = images([1, 10, 10], &[]).chain_zeros(&mut zeros);
    assert!(matches!(
        read::<3>(endless, false),
        Err(Fault::TrailingBytes { expected: 100, .. })
    ));
    assert!(zeros.0 <= 101 + PREFIX as u64, "{}", zeros.0);
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
        let _ = (parse::<1>(&bytes), parse::<3>(&bytes), parse::<3>(&gzip(&bytes)));
    }

    #[test]
    fn damaged_files_are_read_or_refused(
        changes in prop::collection::vec(damage(), 1..4),
        order in 0..4,
    ) {
        let (pixels, classes) = (images([2, 3, 2], &[9; 12]), [header(0x801, &[5]), vec![3; 5]].concat());
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
            let _ = (bounded::<1>(&bytes), bounded::<3>(&bytes));
        }
    }

    #[test]
    fn any_header_is_read_or_refused(shape in any::<[u32; 3]>(), small in any::<bool>(), payload in 0usize..100) {
        let shape = shape.map(|d| if small { d % 6 } else { d });
        let bytes = images(shape, &vec![7; payload]);
        let size = shape.iter().map(|&d| u128::from(d)).product::<u128>();
        match parse::<3>(&bytes) {
            Ok(idx) => prop_assert!(size == payload as u128 && idx.bytes.len() == payload),
            Err(_) => prop_assert!(size != payload as u128 || size == 0),
        }
    }

    #[test]
    fn what_is_written_is_read(shape in [1u32..5, 1u32..7, 1u32..7], seed in any::<u8>(), level in 0u32..10) {
        let size = shape.iter().product::<u32>();
        let payload: Vec<u8> = (0..size).map(|i| (i as u8).wrapping_mul(seed)).collect();
        let mut encoder = GzEncoder::new(Vec::new(), Compression::new(level));
        encoder.write_all(&images(shape, &payload)).unwrap();
        let idx = parse::<3>(&encoder.finish().unwrap()).unwrap();
        prop_assert_eq!(idx.shape, shape.map(|d| d as usize));
        prop_assert_eq!(idx.bytes, payload);
    }
}
