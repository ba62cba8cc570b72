use super::*;

/// Each with the beginning of such a file.
#[test]
fn every_look_is_told() {
    let tar = [
        b"train-images".to_vec(),
        vec![0; 245],
        b"ustar\x0000".to_vec(),
    ]
    .concat();
    let weights = [&72_u64.to_le_bytes()[..], b"{\"W1\":{"].concat();
    let cases: &[(&[u8], &str)] = &[
        (
            b"version https://git-lfs.github.com/spec/v1\noid",
            "a git LFS pointer, which only stands for the file",
        ),
        (&[0x1f, 0x8b, 8, 0], "a gzip file"),
        (
            b"PK\x03\x04\x14\x00",
            "a zip archive (.npz and .pt files are such)",
        ),
        (b"\xfd7zXZ\0\0\x04", "an xz file"),
        (b"BZh91AY&SY", "a bzip2 file"),
        (&[0x28, 0xb5, 0x2f, 0xfd, 4], "a Zstandard file"),
        (&[0x1f, 0x9d, 0x90], "a file of compress (.Z)"),
        (b"7z\xbc\xaf\x27\x1c\0\x04", "a 7-Zip archive"),
        (b"Rar!\x1a\x07\x01", "a RAR archive"),
        (&tar, "a tar archive"),
        (b"\x93NUMPY\x01\0v\0{'descr'", "a NumPy array"),
        (b"\x89HDF\r\n\x1a\n\0", "an HDF5 file"),
        (b"PAR1\x15\x04", "a Parquet file"),
        (b"MATLAB 5.0 MAT-file, Platform", "a MATLAB file"),
        (b"\x80\x04\x95\x1a", "a Python pickle"),
        (&weights, "a safetensors file"),
        (b"\x89PNG\r\n\x1a\n\0", "a PNG picture"),
        (&[0xff, 0xd8, 0xff, 0xe0], "a JPEG picture"),
        (b"GIF89a\x01", "a GIF picture"),
        (b"%PDF-1.7\n", "a PDF document"),
        (&[0, 0, 8, 3, 0, 0, 0, 1], "an IDX file"),
        (
            &[3, 8, 0, 0, 96, 234, 0, 0],
            "an IDX file with the bytes of its header reversed",
        ),
        (
            &[0; 40],
            "nothing but zeros, as a download that never came leaves",
        ),
        (b"\n  <!DOCTYPE HTML PUBLIC", "a web page"),
        (b"\xef\xbb\xbf<HTML>", "a web page"),
        (
            b"<?xml version=\"1.0\"?><Error><Code>AccessDenied",
            "an XML document, such as a server's error",
        ),
        (b"\xff\xfel\0a\0b\0e\0l\0", "text in UTF-16"),
        (
            b"00000000: 0000 0803 0000 ea60 0000 001c  .......`....\n",
            "a hex dump",
        ),
        (
            b"00000000  00 00 08 03 00 00 ea 60  |.......`|\n",
            "a hex dump",
        ),
        (b"0000000 000000 001410 000000 060352\n", "a hex dump"),
        (b"000008030000ea600000001c0000001c\n", "hexadecimal digits"),
        (b"AAAIAwAA6mAAAAAcAAAAHAAA", "base64"),
        (b"{\"message\": \"Not Found\"}", "JSON"),
        (b"label,pixel0,pixel1\n5,0,0\n", "CSV"),
        (b"5;0;0;12\n", "CSV"),
        (b"404: Not Found", "text"),
    ];
    for (bytes, what) in cases {
        assert_eq!(
            look_of(bytes).map(|look| look.what),
            Some(*what),
            "{}",
            bytes.escape_ascii()
        );
    }
    let told: std::collections::HashSet<_> = cases.iter().map(|(_, what)| what).collect();
    assert_eq!(told.len(), LOOKS.len());
}

#[test]
fn what_looks_like_nothing_is_called_nothing() {
    for bytes in [
        &b""[..],
        &[0xff, 0xff, 8, 3],
        &[0, 0, 10, 3],
        &[1, 2, 3],
        &[0; 8],
        b"\xc3(\xff",
    ] {
        assert!(look_of(bytes).is_none(), "{}", bytes.escape_ascii());
    }
    // A character that the end cuts in two is still text.
    assert_eq!(look_of(b"na\xc3").map(|look| look.what), Some("text"));
}
