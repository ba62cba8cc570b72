//! Why a download was refused.

use std::fmt;
use std::io;

use crate::sniff::Found;

/// Why a download was refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// What was named is no URL.
    #[error("{url:?} is no URL, expected http://HOST/PATH")]
    Url {
        /// What was named.
        url: String,
    },
    /// The server wants HTTPS, and this is built without.
    #[error("it is served by https: build with --features https, or: curl -L -O {url}")]
    Https {
        /// Where it is.
        url: String,
    },
    /// The proxy that the environment names is none.
    #[error("{variable} is {proxy:?}, expected http://HOST:PORT")]
    Proxy {
        /// The variable.
        variable: &'static str,
        /// What it says.
        proxy: String,
    },
    /// Nobody answers.
    #[error("no connection to {host}: {}", reason(.error))]
    NoConnection {
        /// The host, or the proxy.
        host: String,
        /// The operating system's reason.
        error: io::Error,
    },
    /// What answers does not speak HTTP.
    #[error("what answers there does not speak HTTP")]
    NotHttp,
    /// The server does not have the file.
    #[error("the server answered {}", format!("{code} {reason}").trim_end())]
    Status {
        /// The status code; 200 was expected.
        code: u16,
        /// What the code stands for, if it is a usual one.
        reason: String,
    },
    /// A redirection leads to a redirection, and so on.
    #[error("more than {count} redirections")]
    Redirections {
        /// How many were followed.
        count: u32,
    },
    /// The connection broke off before the answer.
    #[error("the connection broke off: {}", reason(.error))]
    BrokenOff {
        /// The operating system's reason.
        error: io::Error,
    },
    /// The connection broke off in the file.
    #[error("the connection broke off {times} times, at last after {received} \
             bytes{}{}", of(*.expected), why(.error))]
    Part {
        /// How often.
        times: usize,
        /// How many bytes came in all.
        received: u64,
        /// How many the server announced.
        expected: Option<u64>,
        /// The operating system's reason, if it has one.
        error: Option<io::Error>,
    },
    /// More bytes than the file can have.
    #[error("it is longer than {limit} bytes, more than the file can be")]
    TooLong {
        /// The limit.
        limit: u64,
    },
    /// Something else was sent, a web page perhaps.
    #[error("not a whole gzip file ({reason}), but {found}")]
    NotGzip {
        /// The decoder's words.
        reason: io::Error,
        /// What it is.
        found: Found,
    },
    /// The contents are not those of the file.
    #[error("wrong contents: SHA-256 {found}, expected {expected}")]
    Checksum {
        /// The sum of what came.
        found: String,
        /// The sum it should have.
        expected: String,
    },
    /// Somebody pressed Ctrl-C.
    #[error("interrupted")]
    Interrupted,
}

impl Refusal {
    /// Whether it was Ctrl-C.
    pub(super) fn is_interruption(&self) -> bool {
        match self {
            Refusal::Interrupted => true,
            Refusal::NoConnection { error, .. } | Refusal::BrokenOff { error } => {
                error.kind() == io::ErrorKind::Interrupted
            }
            _ => false,
        }
    }
}

fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => "connection refused".to_owned(),
        _ => error.to_string(),
    }
}

fn of(expected: Option<u64>) -> String {
    expected.map_or(String::new(), |expected| format!(" of {expected}"))
}

fn why(error: &Option<io::Error>) -> String {
    error
        .as_ref()
        .map_or(String::new(), |error| format!(": {}", reason(error)))
}

/// A download that failed.
#[derive(Debug)]
pub struct Attempt {
    /// Where from.
    pub url: String,
    /// Why.
    pub refusal: Refusal,
}

impl fmt::Display for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.url, self.refusal)
    }
}
