use std::collections::HashMap;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::thread;

use flate2::{Compression, write::GzEncoder};
use tempfile::TempDir;

use super::*;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn answer(status: &str, announced: usize, body: &[u8]) -> Vec<u8> {
    let head =
        format!("HTTP/1.1 {status}\r\nContent-Length: {announced}\r\nConnection: close\r\n\r\n");
    [head.as_bytes(), body].concat()
}

fn ok(body: &[u8]) -> Vec<u8> {
    answer("200 OK", body.len(), body)
}

/// A server on this machine that sends prepared bytes for each path, 404 for any other, and
/// remembers what it was asked for. Its thread ends with the test program.
struct Server {
    mirror: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Server {
    fn start(answers: &[(&str, Vec<u8>)]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mirror = format!("http://{}/", listener.local_addr().unwrap());
        let answers: HashMap<String, Vec<u8>> = answers
            .iter()
            .map(|(path, bytes)| (path.to_string(), bytes.clone()))
            .collect();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&asked);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
                let request = lines.next().unwrap().unwrap();
                while lines.next().is_some_and(|line| !line.unwrap().is_empty()) {}
                let path = request
                    .split(' ')
                    .nth(1)
                    .unwrap()
                    .trim_start_matches('/')
                    .to_owned();
                let missing = answer("404 Not Found", 4, b"gone");
                let bytes = answers.get(&path).unwrap_or(&missing);
                log.lock().unwrap().push(path);
                // The client hangs up on what is too long.
                let _ = stream.write_all(bytes);
            }
        });
        Self { mirror, asked }
    }

    fn asked(&self) -> usize {
        self.asked.lock().unwrap().len()
    }
}

const CONTENTS: &[u8] = b"sixty thousand labels";

/// The file that is fetched, and the directory it is fetched to.
struct Scene {
    directory: TempDir,
    sha256: String,
}

impl Scene {
    fn new() -> Self {
        Self {
            directory: tempfile::tempdir().unwrap(),
            sha256: sum(&gzip(CONTENTS)[..], 1000).unwrap(),
        }
    }

    fn path(&self) -> PathBuf {
        self.directory.path().join("labels.gz")
    }

    fn fetch(&self, mirrors: &[&Server]) -> Result<Fetched, FetchError> {
        let mirrors: Vec<&str> = mirrors
            .iter()
            .map(|server| server.mirror.as_str())
            .collect();
        let file = RemoteFile {
            name: "labels.gz",
            size: CONTENTS.len() as u64,
            sha256: &self.sha256,
        };
        fetch(
            self.directory.path(),
            &mirrors,
            &[file],
            &ProgressBar::hidden(),
        )
    }

    fn names(&self) -> usize {
        fs::read_dir(self.directory.path()).unwrap().count()
    }
}

const DOWNLOADED: Fetched = Fetched {
    downloaded: 1,
    kept: 0,
};
const KEPT: Fetched = Fetched {
    downloaded: 0,
    kept: 1,
};

#[test]
fn the_sum_is_sha_256() {
    // FIPS 180-2, appendix B.1.
    let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert_eq!(sum(&gzip(b"abc")[..], 3).unwrap(), expected);
}

#[test]
fn a_file_is_downloaded_once() {
    let scene = Scene::new();
    let server = Server::start(&[("labels.gz", ok(&gzip(CONTENTS)))]);
    assert_eq!(scene.fetch(&[&server]).unwrap(), DOWNLOADED);
    assert_eq!(fs::read(scene.path()).unwrap(), gzip(CONTENTS));
    assert_eq!(scene.fetch(&[&server]).unwrap(), KEPT);
    assert_eq!((server.asked(), scene.names()), (1, 1));
}

#[test]
fn directories_are_made() {
    let scene = Scene::new();
    let server = Server::start(&[("labels.gz", ok(&gzip(CONTENTS)))]);
    let deep = scene.directory.path().join("data/mnist");
    let file = RemoteFile {
        name: "labels.gz",
        size: 21,
        sha256: &scene.sha256,
    };
    fetch(&deep, &[&server.mirror], &[file], &ProgressBar::hidden()).unwrap();
    assert!(deep.join("labels.gz").is_file());
    let error = fetch(&deep.join("labels.gz/x"), &[], &[], &ProgressBar::hidden()).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("labels.gz/x: cannot make the directory"),
        "{error}"
    );
}

/// Every way of a mirror to fail, each with its words; the next mirror is tried, and a broken file
/// that was there survives until a right one comes.
#[test]
fn bad_mirrors_are_passed_over() {
    let whole = gzip(CONTENTS);
    let other = gzip(b"sixty thousand others");
    let page = b"<html>";
    let cases = [
        (
            answer("404 Not Found", 4, b"gone"),
            "the server answered 404 Not Found".to_owned(),
        ),
        (
            ok(&other),
            format!(
                "wrong contents: SHA-256 {}, expected ",
                sum(&other[..], 99).unwrap()
            ),
        ),
        (
            answer("200 OK", whole.len(), &whole[..10]),
            format!("the connection broke off after 10 bytes of {}", whole.len()),
        ),
        (
            ok(&whole[..whole.len() - 3]),
            "not a whole gzip file (".to_owned(),
        ),
        (ok(page), r#"it begins with "<html>""#.to_owned()),
        (
            ok(&vec![0; 5000]),
            "it is longer than 1045 bytes".to_owned(),
        ),
        (ok(&gzip(&[0; 100_000])), "wrong contents".to_owned()),
        (b"hello".to_vec(), "labels.gz: ".to_owned()),
        (Vec::new(), "labels.gz: ".to_owned()),
    ];
    for (bytes, expected) in cases {
        let scene = Scene::new();
        fs::write(scene.path(), "broken").unwrap();
        let bad = Server::start(&[("labels.gz", bytes)]);
        let error = scene.fetch(&[&bad, &bad]).unwrap_err().to_string();
        let start = format!("labels.gz: no mirror has it: {}labels.gz: ", bad.mirror);
        assert!(
            error.starts_with(&start) && error.contains(&expected),
            "{error}"
        );
        assert_eq!(bad.asked(), 2);
        assert_eq!(fs::read(scene.path()).unwrap(), b"broken");
        assert_eq!(scene.names(), 1);

        let good = Server::start(&[("labels.gz", ok(&whole))]);
        assert_eq!(scene.fetch(&[&bad, &good]).unwrap(), DOWNLOADED);
        assert_eq!(fs::read(scene.path()).unwrap(), whole);
    }
}

#[test]
fn nobody_listening_is_said() {
    let scene = Scene::new();
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let nobody = Server {
        mirror: format!("http://{port}/"),
        asked: Arc::default(),
    };
    let error = scene.fetch(&[&nobody]).unwrap_err().to_string();
    assert!(error.contains("refused"), "{error}");
    assert_eq!(scene.names(), 0);
}

#[test]
fn another_data_set_is_left_alone() {
    let scene = Scene::new();
    let server = Server::start(&[("labels.gz", ok(&gzip(CONTENTS)))]);
    fs::write(scene.path(), gzip(b"somebody's own labels")).unwrap();
    let error = scene.fetch(&[&server]).unwrap_err();
    assert!(matches!(error, FetchError::OtherContents { .. }), "{error}");
    assert_eq!(
        fs::read(scene.path()).unwrap(),
        gzip(b"somebody's own labels")
    );
    assert_eq!(server.asked(), 0);
}

#[test]
fn the_first_files_stay_when_a_later_one_fails() {
    let scene = Scene::new();
    let server = Server::start(&[("labels.gz", ok(&gzip(CONTENTS)))]);
    let file = |name| RemoteFile {
        name,
        size: 21,
        sha256: &scene.sha256,
    };
    let files = [file("labels.gz"), file("images.gz")];
    let error = fetch(
        scene.directory.path(),
        &[&server.mirror],
        &files,
        &ProgressBar::hidden(),
    );
    assert!(
        error
            .unwrap_err()
            .to_string()
            .starts_with("images.gz: no mirror has it")
    );
    assert!(scene.path().is_file());
}
