//! How long may be waited, and what is said of a wait that was too long and of a host that could
//! not be reached.

use std::io;
use std::time::Duration;

use ureq::config::Config;
use ureq::http::Uri;
use ureq::{Error, Proxy};

use super::refusal::Refusal;

/// The most redirections that are followed.
pub const REDIRECTIONS: u32 = 5;

/// How long may be waited.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// For a host's address, and for a connection to it.
    pub connect: Duration,
    /// For the next byte.
    pub idle: Duration,
}

/// The limits of `mnist fetch`.
pub const LIMITS: Limits = Limits {
    connect: Duration::from_secs(15),
    idle: Duration::from_secs(30),
};

impl Limits {
    /// Settings with these limits.
    pub fn config(self, proxy: Option<Proxy>) -> Config {
        let settings = Config::builder();
        #[cfg(feature = "https")]
        let settings = settings.tls_config(
            ureq::tls::TlsConfig::builder()
                .root_certs(ureq::tls::RootCerts::PlatformVerifier)
                .build(),
        );
        settings
            .timeout_resolve(Some(self.connect))
            .timeout_connect(Some(self.connect))
            .timeout_per_read(Some(self.idle))
            .timeout_per_write(Some(self.idle))
            .max_redirects(REDIRECTIONS)
            .max_idle_connections(0)
            .http_status_as_error(false)
            .user_agent(concat!("mnist/", env!("CARGO_PKG_VERSION")))
            .proxy(proxy)
            .build()
    }
}

/// Says which host it was that could not be reached.
pub fn no_connection(to: &Uri, error: Error, limits: Limits) -> Error {
    let host = to.authority().map_or("", |authority| authority.as_str());
    // Nobody but the proxy needs to know who asks it.
    let host = host.rsplit('@').next().unwrap_or_default().to_owned();
    match error {
        Error::Other(said) => Error::Other(said),
        error => Error::Other(Box::new(Refusal::NoConnection {
            host,
            error: reason(error, limits.connect),
        })),
    }
}

/// An error as the operating system would have it; of a wait, how long it was.
pub fn reason(error: Error, waited: Duration) -> io::Error {
    match error {
        Error::Timeout(_) => {
            io::Error::new(io::ErrorKind::TimedOut, format!("nothing for {waited:?}"))
        }
        Error::HostNotFound => io::Error::other("the host has no address"),
        Error::ConnectProxyFailed(said) => io::Error::other(said),
        // What follows in rustls's words are names of its types.
        error if error.to_string().contains("invalid peer certificate") => {
            io::Error::other("its certificate is not one that this machine trusts")
        }
        error => error.into_io(),
    }
}
