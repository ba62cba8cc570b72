//! Downloads: `ureq`, with what it leaves to its users.
//!
//! A thread of its own waits for bytes, so that Ctrl-C is heard all the time, and ends with its
//! connection. To look up a name, to connect and each wait for bytes have limits of their own; a
//! download as a whole has none. Errors are told apart by where they happened, since ureq's own
//! do not say which host could not be reached.

use std::io::{self, Read};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender};
use std::thread;
use std::time::Duration;

use ureq::http::header::{CONTENT_LENGTH, CONTENT_RANGE, RANGE};
use ureq::http::uri::{Authority, Scheme};
use ureq::http::{HeaderMap, StatusCode, Uri};
use ureq::{Agent, Error};

use super::limits::{Limits, REDIRECTIONS, reason};
use super::proxy::{Proxies, Route, is_https};
use super::refusal::Refusal;

/// How often somebody is asked whether to go on.
const TICK: Duration = Duration::from_millis(200);

/// How much is read at once.
const BUFFER: usize = 1 << 16;

/// What downloads.
pub struct Client<'a> {
    pub limits: Limits,
    pub proxies: Proxies,
    /// Whether to give up.
    pub is_over: &'a dyn Fn() -> bool,
}

/// An answer, whose body is to be read.
pub struct Response<'a> {
    /// The first byte of the body is this one of the file.
    pub start: u64,
    /// How many bytes the file has in all, if the server says so.
    pub length: Option<u64>,
    messages: Messages<'a>,
}

/// What the thread tells, the last of it before it ends.
enum Message {
    /// The answer's code, and of a good one where it starts and how long the file is.
    Head(StatusCode, Option<(u64, Option<u64>)>),
    Bytes(Vec<u8>),
    Failed(Error),
}

struct Messages<'a> {
    client: &'a Client<'a>,
    receiver: Receiver<Message>,
    agent: Agent,
}

impl Client<'_> {
    /// Asks for what `url` serves, from byte `from` on if the server can do that.
    pub fn get(&self, url: &str, from: u64) -> Result<Response<'_>, Refusal> {
        let uri = uri(url)?;
        let route = Route {
            proxies: self.proxies.clone(),
            limits: self.limits,
        };
        let agent = Agent::with_parts(self.limits.config(None), route.clone(), route);
        let host = uri.host().unwrap_or_default().to_owned();
        let mut request = agent.get(uri);
        if from > 0 {
            request = request.header(RANGE, format!("bytes={from}-"));
        }
        let (sender, receiver) = mpsc::sync_channel(1);
        let ask = move || {
            if let Err(error) = request.call().and_then(|answer| pass_on(answer, &sender)) {
                // If nobody waits for it any more, it is of no use.
                let _ = sender.send(Message::Failed(error));
            }
        };
        let started = thread::Builder::new().spawn(ask);
        started.map_err(|error| Refusal::NoConnection { host, error })?;
        let messages = Messages {
            client: self,
            receiver,
            agent,
        };
        match messages.next().map_err(|_| Refusal::Interrupted)? {
            Some(Message::Head(code, None)) if !code.is_success() => Err(Refusal::Status {
                code: code.as_u16(),
                reason: code.canonical_reason().unwrap_or_default().to_owned(),
            }),
            Some(Message::Head(_, Some((start, length)))) => Ok(Response {
                start,
                length,
                messages,
            }),
            Some(Message::Failed(error)) => Err(refusal(error, self.limits)),
            _ => Err(Refusal::NotHttp),
        }
    }
}

impl Response<'_> {
    /// The next bytes of the body; none at its end.
    pub fn next(&mut self) -> io::Result<Option<Vec<u8>>> {
        match self.messages.next()? {
            Some(Message::Bytes(bytes)) => Ok(Some(bytes)),
            Some(Message::Failed(error)) => Err(reason(error, self.messages.client.limits.idle)),
            _ => Ok(None),
        }
    }
}

impl Messages<'_> {
    /// The next message, if there is one and nobody gives up before.
    fn next(&self) -> io::Result<Option<Message>> {
        loop {
            if (self.client.is_over)() {
                return Err(io::ErrorKind::Interrupted.into());
            }
            match self.receiver.recv_timeout(TICK) {
                Ok(message) => return Ok(Some(message)),
                Err(RecvTimeoutError::Disconnected) => return Ok(None),
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
    }
}

impl Drop for Messages<'_> {
    /// Closes the connection, which ends the thread.
    fn drop(&mut self) {
        self.agent.clone().shutdown();
    }
}

/// A URL that something can be downloaded from.
fn uri(url: &str) -> Result<Uri, Refusal> {
    let has_host = |authority: &Authority| {
        let after = authority.as_str().rsplit_once(authority.host());
        let has_port = after.is_some_and(|(_, after)| !after.is_empty());
        !authority.host().is_empty() && (!has_port || authority.port_u16().is_some())
    };
    let uri = url.parse::<Uri>().ok();
    let uri = uri.filter(|uri| is_https(uri) || uri.scheme() == Some(&Scheme::HTTP));
    let uri = uri.filter(|uri| uri.authority().is_some_and(has_host));
    uri.ok_or_else(|| Refusal::Url {
        url: url.to_owned(),
    })
}

/// Tells what comes, until it ends or nobody listens.
fn pass_on(
    answer: ureq::http::Response<ureq::Body>,
    to: &SyncSender<Message>,
) -> Result<(), Error> {
    let head = extent(answer.status(), answer.headers());
    let mut is_heard = to.send(Message::Head(answer.status(), head)).is_ok();
    let mut body = answer.into_body().into_reader();
    while head.is_some() && is_heard {
        let mut buffer = vec![0; BUFFER];
        let count = body.read(&mut buffer)?;
        if count == 0 {
            break;
        }
        buffer.truncate(count);
        is_heard = to.send(Message::Bytes(buffer)).is_ok();
    }
    Ok(())
}

/// Where the body of an answer starts in the file, and how long that is; nothing for an answer that
/// is none.
fn extent(code: StatusCode, headers: &HeaderMap) -> Option<(u64, Option<u64>)> {
    let header = |name| headers.get(name).and_then(|value| value.to_str().ok());
    match code {
        StatusCode::OK => {
            let length = header(CONTENT_LENGTH).and_then(|length| length.parse().ok());
            Some((0, length))
        }
        StatusCode::PARTIAL_CONTENT => header(CONTENT_RANGE).and_then(range),
        _ => None,
    }
}

/// The first byte and the length of the whole, of `bytes 100-199/200`.
fn range(value: &str) -> Option<(u64, Option<u64>)> {
    let (range, length) = value.strip_prefix("bytes ")?.split_once('/')?;
    let (start, _) = range.split_once('-')?;
    Some((start.parse().ok()?, length.parse().ok()))
}

/// Why there is no answer.
fn refusal(error: Error, limits: Limits) -> Refusal {
    match error {
        Error::Other(said) => match said.downcast::<Refusal>() {
            Ok(refusal) => *refusal,
            Err(said) => Refusal::BrokenOff {
                error: io::Error::other(said),
            },
        },
        Error::TooManyRedirects => Refusal::Redirections {
            count: REDIRECTIONS,
        },
        Error::BadUri(url) => Refusal::Url { url },
        Error::Http(_) | Error::Protocol(_) | Error::LargeResponseHeader(..) => Refusal::NotHttp,
        Error::Io(error) if error.kind() == io::ErrorKind::UnexpectedEof => Refusal::NotHttp,
        error => Refusal::BrokenOff {
            error: reason(error, limits.idle),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_parsed_or_refused() {
        assert_eq!(range("bytes 5-9/10"), Some((5, Some(10))));
        assert_eq!(range("bytes 5-9/*"), Some((5, None)));
        for text in ["", "bytes", "bytes 5/10", "bytes x-9/10", "lines 5-9/10"] {
            assert_eq!(range(text), None, "{text}");
        }
    }

    #[test]
    fn urls_are_of_http() {
        for (url, host) in [
            ("http://a.b/c/d?e", "a.b"),
            ("https://a:8080", "a"),
            ("http://[::1]:81/x", "[::1]"),
        ] {
            assert_eq!(uri(url).unwrap().host(), Some(host));
        }
        for url in [
            "ftp://a/",
            "a",
            "http://",
            "http:///x",
            "http://a:b/",
            "http://a/ b",
            "http://a/\r\nX: y",
        ] {
            assert!(matches!(uri(url), Err(Refusal::Url { .. })), "{url}");
        }
    }
}
