//! The way to a host: direct, or by a proxy that the environment names.
//!
//! `ureq` asks every proxy for a tunnel. For https that is right; of plain HTTP a proxy expects to
//! be asked for the whole URL (RFC 9112, section 3.2.2), and squid and tinyproxy, as they are
//! installed, make tunnels to port 443 alone. So which way it is to be is decided here, for each
//! redirection anew, and what is for a host of plain HTTP goes to the proxy in place of the host.

use std::env;
use std::sync::Arc;

use base64::prelude::{BASE64_STANDARD, Engine};
use ureq::http::Uri;
use ureq::http::uri::Scheme;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{
    Buffers, ConnectionDetails, Connector, DefaultConnector, NextTimeout, Transport,
};
use ureq::{Error, Proxy, ProxyProtocol};

use super::limits::{Limits, no_connection};
use super::refusal::Refusal;

/// The value of a variable of the environment.
pub fn from_environment(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

/// Whether TLS has to be spoken there.
pub fn is_https(uri: &Uri) -> bool {
    uri.scheme() == Some(&Scheme::HTTPS)
}

/// The proxies for plain HTTP and for https, and the hosts that are reached without one, as curl
/// understands the variables.
#[derive(Clone, Debug)]
pub struct Proxies {
    http: Option<String>,
    https: Option<String>,
    exceptions: String,
}

impl Proxies {
    /// What these variables say.
    pub fn new(variable: &dyn Fn(&str) -> Option<String>) -> Self {
        let either = |name: &str| variable(name).or_else(|| variable(&name.to_uppercase()));
        Proxies {
            http: either("http_proxy"),
            https: either("https_proxy"),
            exceptions: either("no_proxy").unwrap_or_default(),
        }
    }

    /// The proxy to ask for what is at `uri`.
    pub fn to(&self, uri: &Uri) -> Result<Option<Proxy>, Refusal> {
        let (variable, named) = match is_https(uri) {
            true => ("https_proxy", &self.https),
            false => ("http_proxy", &self.http),
        };
        let Some(named) = named.as_ref().filter(|_| !self.is_excepted(uri)) else {
            return Ok(None);
        };
        let proxy = Proxy::new(named).ok();
        let proxy = proxy.filter(|proxy| proxy.protocol() == ProxyProtocol::Http);
        let proxy = proxy.ok_or_else(|| Refusal::Proxy {
            variable,
            proxy: named.clone(),
        })?;
        Ok(Some(proxy))
    }

    /// Whether a host, or one that it is part of, is to be reached without a proxy.
    fn is_excepted(&self, uri: &Uri) -> bool {
        let host = uri.host().unwrap_or_default();
        self.exceptions.split([',', ' ']).any(|name| {
            let name = name.trim_start_matches('.');
            let around = host.strip_suffix(name);
            name == "*"
                || (!name.is_empty() && around.is_some_and(|a| a.is_empty() || a.ends_with('.')))
        })
    }
}

/// Looks up and connects to whoever is to be asked.
#[derive(Clone, Debug)]
pub struct Route {
    pub proxies: Proxies,
    pub limits: Limits,
}

impl Resolver for Route {
    fn resolve(
        &self,
        uri: &Uri,
        config: &ureq::config::Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, Error> {
        if is_https(uri) && !cfg!(feature = "https") {
            let url = uri.to_string();
            return Err(Error::Other(Box::new(Refusal::Https { url })));
        }
        let proxy = self.proxies.to(uri).map_err(other)?;
        if proxy.is_some() && is_https(uri) {
            // Only the proxy looks it up.
            return Ok(self.empty());
        }
        let asked = proxy.as_ref().map_or(uri, Proxy::uri);
        let found = DefaultResolver::default().resolve(asked, config, timeout);
        found.map_err(|error| no_connection(asked, error, self.limits))
    }
}

impl Connector for Route {
    type Out = Box<dyn Transport>;

    fn connect(
        &self,
        details: &ConnectionDetails,
        chained: Option<()>,
    ) -> Result<Option<Self::Out>, Error> {
        let uri = details.uri;
        let proxy = self.proxies.to(uri).map_err(other)?;
        let asked = proxy.as_ref().map_or(uri, Proxy::uri);
        let connected = match &proxy {
            Some(proxy) if is_https(uri) => self.tunnel(proxy, details),
            _ => DefaultConnector::new().connect(details, chained),
        };
        let connected = connected.map_err(|error| no_connection(asked, error, self.limits))?;
        Ok(match &proxy {
            Some(proxy) if !is_https(uri) => {
                connected.map(|to| Box::new(AbsoluteForm::new(to, uri, proxy)) as _)
            }
            _ => connected,
        })
    }
}

impl Route {
    /// Connects by a tunnel.
    fn tunnel(
        &self,
        proxy: &Proxy,
        details: &ConnectionDetails,
    ) -> Result<Option<Box<dyn Transport>>, Error> {
        // To the proxy itself there is no other way than the direct one.
        let direct = |details: &ConnectionDetails| {
            let connected = DefaultConnector::new().connect(details, None)?;
            connected.ok_or(Error::ConnectionFailed)
        };
        let through = ConnectionDetails {
            uri: details.uri,
            addrs: details.resolver.empty(),
            config: &self.limits.config(Some(proxy.clone())),
            request_level: details.request_level,
            resolver: &DefaultResolver::default(),
            now: details.now,
            timeout: details.timeout,
            current_time: Arc::clone(&details.current_time),
            run_connector: Arc::new(direct),
            register_shutdown: Arc::clone(&details.register_shutdown),
        };
        DefaultConnector::new().connect(&through, None)
    }
}

fn other(refusal: Refusal) -> Error {
    Error::Other(Box::new(refusal))
}

/// A connection to a proxy that makes of `GET /path` what a proxy is asked.
#[derive(Debug)]
struct AbsoluteForm {
    proxy: Box<dyn Transport>,
    /// `http://HOST:PORT`.
    origin: String,
    /// A line for the head, if the proxy wants to know who asks.
    authorization: String,
}

impl AbsoluteForm {
    fn new(to: Box<dyn Transport>, uri: &Uri, proxy: &Proxy) -> Self {
        let authority = uri.authority().map_or("", |authority| authority.as_str());
        let user = proxy.username().unwrap_or_default();
        let password = proxy.password().unwrap_or_default();
        let credentials = BASE64_STANDARD.encode(format!("{user}:{password}"));
        let authorization = format!("Proxy-Authorization: Basic {credentials}\r\n");
        let has_user = proxy.username().or(proxy.password()).is_some();
        AbsoluteForm {
            proxy: to,
            origin: format!("http://{authority}"),
            authorization: if has_user {
                authorization
            } else {
                String::new()
            },
        }
    }

    /// The head of a request as a proxy takes it. What else may be sent is left as it is, but a
    /// download sends nothing else.
    fn head(&self, bytes: &[u8]) -> Option<Vec<u8>> {
        let head = std::str::from_utf8(bytes).ok()?;
        let (line, headers) = head.split_once("\r\n")?;
        let path = line.strip_prefix("GET ")?;
        let (origin, authorization) = (&self.origin, &self.authorization);
        Some(format!("GET {origin}{path}\r\n{authorization}{headers}").into_bytes())
    }
}

impl Transport for AbsoluteForm {
    fn buffers(&mut self) -> &mut dyn Buffers {
        self.proxy.buffers()
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        let given = self.proxy.buffers().output()[..amount].to_vec();
        let head = self.head(&given).unwrap_or(given);
        // The buffer is a hundred times as large as a head is long.
        self.proxy.buffers().output()[..head.len()].copy_from_slice(&head);
        self.proxy.transmit_output(head.len(), timeout)
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        self.proxy.await_input(timeout)
    }

    fn is_open(&mut self) -> bool {
        self.proxy.is_open()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Host and port of the proxy to `url`, with these variables.
    fn proxy(variables: &[(&str, &str)], url: &str) -> Result<Option<(String, u16)>, Refusal> {
        let variable = |name: &str| {
            let found = variables.iter().find(|(given, _)| *given == name);
            found.map(|(_, value)| value.to_string())
        };
        let proxy = Proxies::new(&variable).to(&url.parse().unwrap())?;
        Ok(proxy.map(|proxy| (proxy.host().to_owned(), proxy.port())))
    }

    #[test]
    fn proxies_are_as_the_environment_says() {
        let expected = Some(("p".to_owned(), 3128));
        let to = |name, value| proxy(&[(name, value)], "http://a.b/c").unwrap();
        for value in [
            "http://p:3128",
            "p:3128",
            "http://p:3128/",
            "http://u:w@p:3128",
        ] {
            assert_eq!(to("http_proxy", value), expected, "{value}");
        }
        assert_eq!(to("HTTP_PROXY", "p:3128"), expected);
        assert_eq!(to("https_proxy", "p:3128"), None);
        let both = [("http_proxy", "q:1"), ("https_proxy", "p:3128")];
        assert_eq!(proxy(&both, "https://a.b/c").unwrap(), expected);
        for value in ["socks5://p:3128", "https://p", "http://", "p q"] {
            let said = proxy(&[("http_proxy", value)], "http://a.b/c").unwrap_err();
            let expected = format!("http_proxy is {value:?}, expected http://HOST:PORT");
            assert_eq!(said.to_string(), expected);
            assert_eq!(
                proxy(&[("http_proxy", value)], "https://a.b/c").unwrap(),
                None
            );
        }
    }

    #[test]
    fn some_hosts_are_reached_without() {
        for (exceptions, is_excepted) in [
            ("a.b", true),
            (".b", true),
            ("b", true),
            ("x,*", true),
            ("c.d, a.b", true),
            ("c.d a.b", true),
            ("c.d, b.a", false),
            (".", false),
            ("", false),
        ] {
            let variables = [("http_proxy", "p:3128"), ("no_proxy", exceptions)];
            let found = proxy(&variables, "http://a.b:81/c").unwrap();
            assert_eq!(found.is_none(), is_excepted, "{exceptions}");
            assert!(proxy(&variables, "http://xa.bb/").unwrap().is_none() == (exceptions == "x,*"));
        }
    }
}
