//! As much of HTTP as a download takes.
//!
//! One GET, over plain HTTP, by HTTP/1.0, in which a server must not send a body in chunks (RFC
//! 1945). Clients that can be had either bring TLS along, which would take longer to build than the
//! rest of the program, or know one deadline for all; here a connection and every wait for bytes
//! have their own, a broken download goes on where it broke off, and Ctrl-C is heard all the time.
//!
//! A proxy is the one that `http_proxy` names, unless `no_proxy` has the host, as curl does it; it
//! is asked for the whole URL (RFC 9112, section 3.2.2).

use std::env;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::refusal::Refusal;
use super::url::{Address, redirected};

/// How long a connection may take, the name's look-up included.
pub const CONNECT: Duration = Duration::from_secs(15);

/// How long no byte may come.
pub const IDLE: Duration = Duration::from_secs(30);

/// How often somebody is asked whether to go on.
const TICK: Duration = Duration::from_millis(200);

/// The most bytes of a status line and headers.
const LONGEST_HEAD: u64 = 1 << 16;

/// The most redirections that are followed.
const REDIRECTIONS: usize = 5;

/// What downloads.
pub struct Client<'a> {
    pub connect: Duration,
    pub idle: Duration,
    /// What the environment says, or a test.
    pub variable: &'a dyn Fn(&str) -> Option<String>,
    /// Whether to give up.
    pub is_over: &'a dyn Fn() -> bool,
}

/// The value of a variable of the environment.
pub fn from_environment(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

/// An answer, whose body is to be read.
pub struct Response<'a> {
    /// The first byte of the body is this one of the file.
    pub start: u64,
    /// How many bytes the file has in all, if the server says so.
    pub length: Option<u64>,
    stream: BufReader<TcpStream>,
    client: &'a Client<'a>,
}

struct Head {
    code: u16,
    reason: String,
    headers: Vec<(String, String)>,
}

impl Head {
    fn get(&self, name: &str) -> Option<&str> {
        let found = self
            .headers
            .iter()
            .find(|(given, _)| given.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }
}

impl Client<'_> {
    /// Asks for what `url` serves, from byte `from` on if the server can do that.
    pub fn get(&self, url: &str, from: u64) -> Result<Response<'_>, Refusal> {
        let mut url = url.to_owned();
        for _ in 0..=REDIRECTIONS {
            let mut stream = self.ask(&url, from)?;
            let head = self.head(&mut stream)?;
            let location = head.get("location");
            match (head.code, location) {
                (200, _) => {
                    let length = head
                        .get("content-length")
                        .and_then(|length| length.parse().ok());
                    return Ok(Response {
                        start: 0,
                        length,
                        stream,
                        client: self,
                    });
                }
                (206, _) => {
                    let range = head.get("content-range").and_then(range);
                    let (start, length) = range.ok_or(Refusal::NotHttp)?;
                    return Ok(Response {
                        start,
                        length,
                        stream,
                        client: self,
                    });
                }
                (301..=303 | 307 | 308, Some(location)) => url = redirected(&url, location)?,
                _ => {
                    return Err(Refusal::Status {
                        code: head.code,
                        reason: head.reason,
                    });
                }
            }
        }
        Err(Refusal::Redirections {
            count: REDIRECTIONS,
        })
    }

    /// Sends the request.
    fn ask(&self, url: &str, from: u64) -> Result<BufReader<TcpStream>, Refusal> {
        let address = Address::of(url)?;
        let proxy = self.proxy(&address.host)?;
        let via = proxy.as_ref().unwrap_or(&address);
        let mut stream = self.connect(via).map_err(|error| Refusal::NoConnection {
            host: via.authority(),
            error,
        })?;
        let target = match proxy {
            Some(_) => format!("http://{}{}", address.authority(), address.path),
            None => address.path.clone(),
        };
        let mut request = format!("GET {target} HTTP/1.0\r\nHost: {}\r\n", address.authority());
        request += concat!("User-Agent: mnist/", env!("CARGO_PKG_VERSION"), "\r\n");
        if from > 0 {
            request += &format!("Range: bytes={from}-\r\n");
        }
        if let Some(user) = proxy.and_then(|proxy| proxy.user) {
            request += &format!("Proxy-Authorization: Basic {}\r\n", STANDARD.encode(user));
        }
        request += "Connection: close\r\n\r\n";
        stream
            .write_all(request.as_bytes())
            .map_err(|error| Refusal::BrokenOff { error })?;
        Ok(BufReader::new(stream))
    }

    /// The proxy for `host`, if there is one.
    fn proxy(&self, host: &str) -> Result<Option<Address>, Refusal> {
        let exceptions = (self.variable)("no_proxy").or_else(|| (self.variable)("NO_PROXY"));
        let is_excepted = exceptions.is_some_and(|names| {
            names.split(',').map(str::trim).any(|name| {
                let name = name.trim_start_matches('.');
                name == "*"
                    || host == name
                    || (!name.is_empty() && host.ends_with(&format!(".{name}")))
            })
        });
        let named = (self.variable)("http_proxy").or_else(|| (self.variable)("HTTP_PROXY"));
        let Some(proxy) = named.filter(|_| !is_excepted) else {
            return Ok(None);
        };
        let url = if proxy.contains("://") {
            proxy.clone()
        } else {
            format!("http://{proxy}")
        };
        // Which variable it was is more than that it is no URL.
        let address = Address::of(&url).map_err(|_| Refusal::Proxy { proxy })?;
        Ok(Some(address))
    }

    /// Connects to the first address that answers. Names are looked up elsewhere, because nothing
    /// bounds how long that takes.
    fn connect(&self, address: &Address) -> io::Result<TcpStream> {
        let (sender, receiver) = mpsc::channel();
        let (host, port, limit) = (address.host.clone(), address.port, self.connect);
        thread::spawn(move || {
            // If nobody waits for it any more, it is of no use.
            let _ = sender.send(connect(&host, port, limit));
        });
        let began = Instant::now();
        loop {
            match receiver.recv_timeout(TICK) {
                Ok(outcome) => {
                    let stream = outcome?;
                    stream.set_read_timeout(Some(TICK))?;
                    stream.set_write_timeout(Some(self.idle))?;
                    return Ok(stream);
                }
                Err(_) if (self.is_over)() => return Err(io::ErrorKind::Interrupted.into()),
                Err(_) if began.elapsed() >= self.connect => {
                    return Err(silence(self.connect));
                }
                Err(_) => {}
            }
        }
    }

    /// Reads the status line and the headers.
    fn head(&self, stream: &mut BufReader<TcpStream>) -> Result<Head, Refusal> {
        let mut text = Vec::new();
        while !text.ends_with(b"\r\n\r\n") && !text.ends_with(b"\n\n") {
            if text.len() as u64 >= LONGEST_HEAD {
                return Err(Refusal::NotHttp);
            }
            let waited = self.wait(|| stream.fill_buf().map(|buffer| buffer.first().copied()));
            match waited {
                Ok(Some(byte)) => text.push(byte),
                Ok(None) => return Err(Refusal::NotHttp),
                Err(error) => return Err(Refusal::BrokenOff { error }),
            }
            stream.consume(1);
        }
        parse(&String::from_utf8_lossy(&text)).ok_or(Refusal::NotHttp)
    }

    /// Reads once, however often nothing comes for a moment.
    fn wait<T>(&self, mut read: impl FnMut() -> io::Result<T>) -> io::Result<T> {
        let began = Instant::now();
        loop {
            match read() {
                Err(error)
                    if matches!(
                        error.kind(),
                        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut
                    ) =>
                {
                    if (self.is_over)() {
                        return Err(io::ErrorKind::Interrupted.into());
                    }
                    if began.elapsed() >= self.idle {
                        return Err(silence(self.idle));
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                outcome => return outcome,
            }
        }
    }
}

impl Response<'_> {
    /// The next bytes of the body; none at its end.
    pub fn next(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if (self.client.is_over)() {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let stream = &mut self.stream;
        self.client.wait(|| stream.read(buffer))
    }
}

fn silence(limit: Duration) -> io::Error {
    io::Error::new(io::ErrorKind::TimedOut, format!("nothing for {limit:?}"))
}

fn connect(host: &str, port: u16, limit: Duration) -> io::Result<TcpStream> {
    let addresses: Vec<SocketAddr> = (host, port).to_socket_addrs()?.collect();
    let mut outcome = Err(io::Error::new(
        io::ErrorKind::NotFound,
        "the host has no address",
    ));
    for address in addresses {
        outcome = TcpStream::connect_timeout(&address, limit);
        if outcome.is_ok() {
            break;
        }
    }
    outcome
}

fn parse(text: &str) -> Option<Head> {
    let mut lines = text.lines();
    let (version, status) = lines.next()?.split_once(' ')?;
    let (code, reason) = status.split_once(' ').unwrap_or((status, ""));
    let header = |line: &str| {
        let (name, value) = line.split_once(':')?;
        Some((name.to_owned(), value.trim().to_owned()))
    };
    version.starts_with("HTTP/").then_some(())?;
    Some(Head {
        code: code.parse().ok()?,
        reason: reason.trim().to_owned(),
        headers: lines.filter_map(header).collect(),
    })
}

/// The first byte and the length of the whole, of `bytes 100-199/200`.
fn range(value: &str) -> Option<(u64, Option<u64>)> {
    let (range, length) = value.strip_prefix("bytes ")?.split_once('/')?;
    let (start, _) = range.split_once('-')?;
    Some((start.parse().ok()?, length.parse().ok()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_are_parsed_or_refused() {
        let head =
            parse("HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 5-9/10\r\n\r\n").unwrap();
        assert_eq!((head.code, &*head.reason), (206, "Partial Content"));
        assert_eq!(
            head.get("content-range").and_then(range),
            Some((5, Some(10)))
        );
        assert_eq!(range("bytes 5-9/*"), Some((5, None)));
        assert!(parse("HTTP/1.0 200").is_some());
        for text in ["", "hello", "HTTP/1.0 x\r\n", "SSH-2.0 200 x"] {
            assert!(parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn proxies_are_as_the_environment_says() {
        let proxy = |proxy: &'static str, exceptions: &'static str, host: &str| {
            let variable = |name: &str| match name {
                "http_proxy" => Some(proxy.to_owned()),
                "no_proxy" => Some(exceptions.to_owned()),
                _ => None,
            };
            let client = Client {
                connect: CONNECT,
                idle: IDLE,
                variable: &variable,
                is_over: &|| false,
            };
            client
                .proxy(host)
                .map(|address| address.map(|address| (address.host, address.port)))
        };
        let expected = Some(("p".to_owned(), 3128));
        assert_eq!(proxy("http://p:3128", "", "a.b").unwrap(), expected);
        assert_eq!(proxy("p:3128/", "c.d, b.a", "a.b").unwrap(), expected);
        for exceptions in ["a.b", ".b", "b", "x,*"] {
            assert_eq!(
                proxy("http://p:3128", exceptions, "a.b").unwrap(),
                None,
                "{exceptions}"
            );
        }
        assert!(proxy("socks5://p:3128", "", "a.b").is_err());
    }
}
