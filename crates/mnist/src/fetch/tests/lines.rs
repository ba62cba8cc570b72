//! Lines that break, fall silent, or lead elsewhere.

use super::*;

/// The bytes from `from` on, but only `count` of them.
fn partial(bytes: &[u8], from: usize, count: usize) -> Vec<u8> {
    let end = bytes.len().min(from + count);
    let range = format!(
        "206 Partial Content\r\nContent-Range: bytes {from}-{}/{}",
        bytes.len() - 1,
        bytes.len()
    );
    answer(&range, bytes.len() - from, &bytes[from..end])
}

/// Where the request begins.
fn from(head: &str) -> usize {
    let start = head
        .lines()
        .find_map(|line| line.strip_prefix("range: bytes="));
    start.map_or(0, |start| start.trim_end_matches('-').parse().unwrap())
}

#[test]
fn a_broken_download_goes_on_where_it_was() {
    let scene = Scene::new();
    let whole = gzip(CONTENTS);
    let bytes = whole.clone();
    // Seven bytes at a time.
    let server = Server::answering(move |_, head| match from(head) {
        0 => answer("200 OK", bytes.len(), &bytes[..7]),
        from => partial(&bytes, from, 7),
    });
    assert_eq!(scene.fetch(&[&server]).unwrap(), DOWNLOADED);
    assert_eq!(fs::read(scene.path()).unwrap(), whole);
    let asked = server.asked.lock().unwrap();
    let starts: Vec<usize> = asked.iter().map(|head| from(head)).collect();
    let expected: Vec<usize> = (0..whole.len()).step_by(7).collect();
    assert_eq!(starts, expected);
}

#[test]
fn a_server_that_cannot_go_on_begins_again() {
    let scene = Scene::new();
    let bytes = gzip(CONTENTS);
    let times = Mutex::new(0);
    let server = Server::answering(move |_, _| {
        let mut times = times.lock().unwrap();
        *times += 1;
        let sent = if *times == 1 { 7 } else { bytes.len() };
        answer("200 OK", bytes.len(), &bytes[..sent])
    });
    assert_eq!(scene.fetch(&[&server]).unwrap(), DOWNLOADED);
    // One that goes on elsewhere than it was asked to is not believed.
    let other = Scene::new();
    let bytes = gzip(CONTENTS);
    let server = Server::answering(move |_, head| match from(head) {
        0 => answer("200 OK", bytes.len(), &bytes[..7]),
        _ => partial(&bytes, 9, 100),
    });
    other.fetch(&[&server]).unwrap_err();
    assert_eq!(other.names(), 0);
}

/// A server that takes the connection and says nothing, or stops in the middle.
fn silent(before: &'static [u8]) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mirror = format!("http://{}/", listener.local_addr().unwrap());
    thread::spawn(move || {
        let kept: Vec<_> = listener
            .incoming()
            .map(|stream| {
                let mut stream = stream.unwrap();
                stream.write_all(before).unwrap();
                stream
            })
            .collect();
        drop(kept);
    });
    Server {
        mirror,
        asked: Arc::default(),
    }
}

#[test]
fn silence_has_an_end() {
    let head = b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nabc";
    for (before, said) in [
        (&b""[..], "the connection broke off: nothing for 600ms"),
        (
            head,
            "broke off 3 times, at last after 3 bytes of 50: nothing for 600ms",
        ),
    ] {
        let scene = Scene::new();
        let began = Instant::now();
        let error = scene.fetch(&[&silent(before)]).unwrap_err().to_string();
        assert!(error.contains(said), "{error}");
        assert!(began.elapsed() < Duration::from_secs(20));
        assert_eq!(scene.names(), 0);
    }
}

#[test]
fn somebody_may_end_it_at_any_time() {
    let scene = Scene::new();
    for before in [&b""[..], b"HTTP/1.1 200 OK\r\n\r\nabc"] {
        let server = silent(before);
        let began = Instant::now();
        let is_over = || began.elapsed() > Duration::from_millis(300);
        let options = Fetch {
            mirrors: &[&server.mirror],
            bar: &ProgressBar::hidden(),
            is_over: &is_over,
        };
        let client = Client {
            limits: LIMITS,
            is_over: &is_over,
            ..client()
        };
        let fetched = fetch_by(
            &client,
            scene.directory.path(),
            &[scene.file("labels.gz")],
            &options,
        );
        assert!(
            matches!(fetched, Err(FetchError::Interrupted)),
            "{fetched:?}"
        );
        assert!(began.elapsed() < Duration::from_secs(5));
    }
}

#[test]
fn redirections_and_proxies_lead_there() {
    let scene = Scene::new();
    let whole = gzip(CONTENTS);
    let there = Server::start(&[("x/labels.gz", ok(&whole))]);
    let location = format!("{}x/labels.gz", there.mirror);
    let first = Server::answering(move |_, _| {
        format!("HTTP/1.1 301 Moved\r\nLocation: {location}\r\n\r\n").into_bytes()
    });
    assert_eq!(scene.fetch(&[&first]).unwrap(), DOWNLOADED);

    // A proxy is asked for the whole URL, of a host that need not exist for anybody else.
    let proxy = Server::answering(move |path, _| match path {
        "http://mnist.invalid/labels.gz" => ok(&whole),
        _ => answer("400 Bad Request", 0, b""),
    });
    let url = proxy.mirror.replace("http://", "http://user:secret@");
    let variable = move |name: &str| (name == "http_proxy").then(|| url.clone());
    let other = Scene::new();
    let client = Client {
        proxies: Proxies::new(&variable),
        ..client()
    };
    let options = Fetch {
        mirrors: &["http://mnist.invalid/"],
        bar: &ProgressBar::hidden(),
        is_over: &|| false,
    };
    let fetched = fetch_by(
        &client,
        other.directory.path(),
        &[other.file("labels.gz")],
        &options,
    );
    assert_eq!(fetched.unwrap(), DOWNLOADED);
    let asked = proxy.asked.lock().unwrap();
    assert!(
        asked[0].contains("host: mnist.invalid")
            && asked[0].contains("Proxy-Authorization: Basic dXNlcjpzZWNyZXQ="),
        "{asked:?}"
    );
}

/// A tunnel is asked for, of the proxy alone, and only for https.
#[test]
#[cfg(feature = "https")]
fn https_goes_through_a_tunnel() {
    let scene = Scene::new();
    let proxy = Server::answering(|_, _| answer("403 Forbidden", 0, b""));
    let url = proxy.mirror.replace("http://", "http://user:secret@");
    let variable = move |name: &str| match name {
        "https_proxy" => Some(url.clone()),
        "http_proxy" => Some("http://elsewhere.invalid".to_owned()),
        _ => None,
    };
    let client = Client {
        proxies: Proxies::new(&variable),
        ..client()
    };
    let options = Fetch {
        mirrors: &["https://mnist.invalid/"],
        bar: &ProgressBar::hidden(),
        is_over: &|| false,
    };
    let files = [scene.file("labels.gz")];
    let error = fetch_by(&client, scene.directory.path(), &files, &options).unwrap_err();
    let host = proxy
        .mirror
        .trim_start_matches("http://")
        .trim_end_matches('/');
    let said = format!("no connection to {host}: proxy server responded 403/403");
    assert!(error.to_string().contains(&said), "{error}");
    let asked = proxy.asked.lock().unwrap();
    assert!(
        asked[0].starts_with("CONNECT mnist.invalid:443 HTTP/1.1")
            && asked[0].contains("Proxy-Authorization: Basic dXNlcjpzZWNyZXQ="),
        "{asked:?}"
    );
}

#[test]
fn a_body_may_come_in_chunks() {
    let scene = Scene::new();
    let whole = gzip(CONTENTS);
    let (start, end) = whole.split_at(9);
    let chunk =
        |bytes: &[u8]| [format!("{:x}\r\n", bytes.len()).as_bytes(), bytes, b"\r\n"].concat();
    let head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec();
    let reply = [head, chunk(start), chunk(end), chunk(b"")].concat();
    let server = Server::start(&[("labels.gz", reply)]);
    assert_eq!(scene.fetch(&[&server]).unwrap(), DOWNLOADED);
    assert_eq!(fs::read(scene.path()).unwrap(), whole);
}

#[test]
fn connecting_has_a_limit_of_its_own() {
    let server = Server::start(&[]);
    let client = Client {
        limits: Limits {
            connect: Duration::from_nanos(1),
            ..LIMITS
        },
        ..client()
    };
    let options = Fetch {
        mirrors: &[&server.mirror],
        bar: &ProgressBar::hidden(),
        is_over: &|| false,
    };
    let host = server.mirror.trim_start_matches("http://");
    let said = format!(
        "no connection to {}: nothing for 1ns",
        host.trim_end_matches('/')
    );
    // The address may be there that soon, if the thread that looks it up is lucky.
    let is_said = (0..20).any(|_| {
        let scene = Scene::new();
        let files = [scene.file("labels.gz")];
        let fetched = fetch_by(&client, scene.directory.path(), &files, &options);
        fetched.unwrap_err().to_string().contains(&said)
    });
    assert!(is_said);
}
