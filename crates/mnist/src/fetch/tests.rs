use std::collections::HashMap;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use flate2::{Compression, write::GzEncoder};
use tempfile::TempDir;

use super::limits::Limits;
use super::*;

mod lines;

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
/// remembers what it was asked. Its thread ends with the test program.
struct Server {
    mirror: String,
    /// The first line and the headers of each request.
    asked: Arc<Mutex<Vec<String>>>,
}

impl Server {
    fn start(answers: &[(&str, Vec<u8>)]) -> Self {
        let answers: HashMap<String, Vec<u8>> = answers
            .iter()
            .map(|(path, bytes)| (path.to_string(), bytes.clone()))
            .collect();
        Self::answering(move |path, _| {
            let missing = answer("404 Not Found", 4, b"gone");
            answers.get(path).cloned().unwrap_or(missing)
        })
    }

    /// A server that is asked for a path with these headers.
    fn answering(reply: impl Fn(&str, &str) -> Vec<u8> + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mirror = format!("http://{}/", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&asked);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let lines = BufReader::new(stream.try_clone().unwrap()).lines();
                let head: Vec<String> = lines
                    .map(Result::unwrap)
                    .take_while(|line| !line.is_empty())
                    .collect();
                let path = head[0].split(' ').nth(1).unwrap().trim_start_matches('/');
                let bytes = reply(path, &head.join("\n"));
                log.lock().unwrap().push(head.join("\n"));
                // The client hangs up on what is too long.
                let _ = stream.write_all(&bytes);
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
            sha256: sum_of(CONTENTS).unwrap(),
        }
    }

    fn path(&self) -> PathBuf {
        self.directory.path().join("labels.gz")
    }

    fn file<'a>(&'a self, name: &'a str) -> RemoteFile<'a> {
        RemoteFile {
            name,
            size: CONTENTS.len() as u64,
            sha256: &self.sha256,
            sum: Sum::Unpacked,
        }
    }

    fn fetch(&self, mirrors: &[&Server]) -> Result<Fetched, FetchError> {
        let mirrors: Vec<&str> = mirrors
            .iter()
            .map(|server| server.mirror.as_str())
            .collect();
        fetch_all(self.directory.path(), &mirrors, &[self.file("labels.gz")])
    }

    fn names(&self) -> usize {
        fs::read_dir(self.directory.path()).unwrap().count()
    }
}

/// Whatever the environment says of proxies, this machine is reached without one.
fn no_variable(_: &str) -> Option<String> {
    None
}

fn client<'a>() -> Client<'a> {
    Client {
        limits: Limits {
            connect: Duration::from_secs(5),
            idle: Duration::from_millis(600),
        },
        proxies: Proxies::new(&no_variable),
        is_over: &|| false,
    }
}

fn fetch_all(
    directory: &Path,
    mirrors: &[&str],
    files: &[RemoteFile],
) -> Result<Fetched, FetchError> {
    let options = Fetch {
        mirrors,
        bar: &ProgressBar::hidden(),
        is_over: &|| false,
    };
    fetch_by(&client(), directory, files, &options)
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
    assert_eq!(sum_of(&b"abc"[..]).unwrap(), expected);
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
    let files = [scene.file("labels.gz")];
    fetch_all(&deep, &[&server.mirror], &files).unwrap();
    assert!(deep.join("labels.gz").is_file());
    let inside = deep.join("labels.gz/x");
    let error = fetch_all(&inside, &[&server.mirror], &files)
        .unwrap_err()
        .to_string();
    assert!(error.contains("labels.gz/x"), "{error}");
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
            answer("599 Whatever", 4, b"gone"),
            "the server answered 599".to_owned(),
        ),
        (
            answer("404 Not Found", 4, b"gone"),
            "the server answered 404 Not Found".to_owned(),
        ),
        (
            ok(&other),
            format!(
                "wrong contents: SHA-256 {}, expected ",
                sum_of(&b"sixty thousand others"[..]).unwrap()
            ),
        ),
        (
            answer("200 OK", whole.len(), &whole[..10]),
            format!(
                "the connection broke off 3 times, at last after 10 bytes of {}",
                whole.len()
            ),
        ),
        (
            ok(&whole[..whole.len() - 3]),
            "not a whole gzip file (".to_owned(),
        ),
        (
            ok(page),
            r#"but a web page: 6 bytes that begin with "<html>""#.to_owned(),
        ),
        (
            ok(&vec![0; 5000]),
            "it is longer than 1045 bytes".to_owned(),
        ),
        (ok(&gzip(&[0; 100_000])), "wrong contents".to_owned()),
        (
            b"hello".to_vec(),
            "what answers there does not speak HTTP".to_owned(),
        ),
        (
            Vec::new(),
            "what answers there does not speak HTTP".to_owned(),
        ),
        #[cfg(not(feature = "https"))]
        (
            b"HTTP/1.1 302 Found\r\nLocation: https://a/b.gz\r\n\r\n".to_vec(),
            "served by https: build with --features https, or: curl -L -O https://a/b.gz"
                .to_owned(),
        ),
        (
            b"HTTP/1.1 302 Found\r\nLocation: ftp://a/b.gz\r\n\r\n".to_vec(),
            "unknown scheme: ftp".to_owned(),
        ),
        (
            b"HTTP/1.1 302 Found\r\nLocation: labels.gz\r\n\r\n".to_vec(),
            "more than 5 redirections".to_owned(),
        ),
    ];
    for (bytes, expected) in cases {
        let scene = Scene::new();
        fs::write(scene.path(), "broken").unwrap();
        let bad = Server::start(&[("labels.gz", bytes)]);
        let error = scene.fetch(&[&bad, &bad]).unwrap_err().to_string();
        let lines: Vec<&str> = error.lines().collect();
        assert_eq!(lines[0], "labels.gz: none of 2 mirrors has it");
        assert_eq!(lines.len(), 3, "{error}");
        let start = format!("  {}labels.gz: ", bad.mirror);
        for line in &lines[1..] {
            assert!(
                line.starts_with(&start) && line.contains(&expected),
                "{error}"
            );
        }
        assert!(bad.asked() >= 2);
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
    assert!(
        error.contains(&format!("no connection to {port}: connection refused")),
        "{error}"
    );
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
    let files = [scene.file("labels.gz"), scene.file("images.gz")];
    let error = fetch_all(scene.directory.path(), &[&server.mirror], &files);
    let error = error.unwrap_err().to_string();
    assert!(
        error.starts_with("images.gz: none of 1 mirrors has it"),
        "{error}"
    );
    assert!(scene.path().is_file());
}

/// Neither the directory nor one around it, if it was not there.
#[test]
fn a_failure_leaves_nothing_behind() {
    let scene = Scene::new();
    let deep = scene.directory.path().join("data/mnist");
    let server = Server::start(&[]);
    fetch_all(&deep, &[&server.mirror], &[scene.file("labels.gz")]).unwrap_err();
    assert_eq!(scene.names(), 0);
}

#[test]
fn sums_of_packed_files_are_compared_as_they_are() {
    let whole = gzip(CONTENTS);
    let sha256 = sum_of(&whole[..]).unwrap();
    let file = RemoteFile {
        name: "labels.gz",
        size: whole.len() as u64,
        sha256: &sha256,
        sum: Sum::Packed,
    };
    let scene = Scene::new();
    let server = Server::start(&[("labels.gz", ok(&whole))]);
    let fetch = |server: &Server| fetch_all(scene.directory.path(), &[&server.mirror], &[file]);
    assert_eq!(fetch(&server).unwrap(), DOWNLOADED);
    assert_eq!(fetch(&server).unwrap(), KEPT);
    // The same contents, packed otherwise, are another file; half of one is replaced.
    let mut encoder = GzEncoder::new(Vec::new(), Compression::none());
    encoder.write_all(CONTENTS).unwrap();
    fs::write(scene.path(), encoder.finish().unwrap()).unwrap();
    assert!(matches!(
        fetch(&server),
        Err(FetchError::OtherContents { .. })
    ));
    fs::write(scene.path(), &whole[..9]).unwrap();
    assert_eq!(fetch(&server).unwrap(), DOWNLOADED);
}
