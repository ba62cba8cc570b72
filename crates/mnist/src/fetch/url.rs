//! URLs, as far as they are of plain HTTP.

use super::refusal::Refusal;

/// Host, port and path of a URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    pub host: String,
    pub port: u16,
    pub path: String,
    /// `user:password`, of a proxy.
    pub user: Option<String>,
}

impl Address {
    /// Takes apart a URL of plain HTTP.
    pub fn of(url: &str) -> Result<Self, Refusal> {
        let invalid = || Refusal::Url {
            url: url.to_owned(),
        };
        let Some(rest) = url.strip_prefix("http://") else {
            return Err(match url.strip_prefix("https://") {
                Some(_) => Refusal::Https {
                    url: url.to_owned(),
                },
                None => invalid(),
            });
        };
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        let (user, host) = match authority.rsplit_once('@') {
            Some((user, host)) => (Some(user.to_owned()), host),
            None => (None, authority),
        };
        // The colons of an IPv6 address stand in brackets.
        let port_at = host.rfind(':').filter(|&at| !host[at..].contains(']'));
        let (host, port) = match port_at {
            Some(at) => (&host[..at], host[at + 1..].parse().map_err(|_| invalid())?),
            None => (host, 80),
        };
        let is_plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_graphic());
        if host.is_empty() || !is_plain(url) {
            return Err(invalid());
        }
        Ok(Address {
            host: host.trim_matches(['[', ']']).to_owned(),
            port,
            path: if path.starts_with('/') {
                path.to_owned()
            } else {
                format!("/{path}")
            },
            user,
        })
    }

    /// As it stands in a request.
    pub fn authority(&self) -> String {
        let host = match self.host.contains(':') {
            true => format!("[{}]", self.host),
            false => self.host.clone(),
        };
        if self.port == 80 {
            host
        } else {
            format!("{host}:{}", self.port)
        }
    }
}

/// Where a redirection leads.
pub fn redirected(url: &str, location: &str) -> Result<String, Refusal> {
    if location.contains("://") {
        return Ok(location.to_owned());
    }
    let from = Address::of(url)?;
    let path = match location.starts_with('/') {
        true => location.to_owned(),
        false => {
            let parent = from.path.rfind('/').map_or("", |at| &from.path[..at]);
            format!("{parent}/{location}")
        }
    };
    Ok(format!("http://{}{path}", from.authority()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_taken_apart() {
        let address = |url| {
            Address::of(url).map(|address| (address.host, address.port, address.path, address.user))
        };
        let plain = |host: &str, port, path: &str| (host.to_owned(), port, path.to_owned(), None);
        assert_eq!(
            address("http://a.b/c/d?e").unwrap(),
            plain("a.b", 80, "/c/d?e")
        );
        assert_eq!(address("http://a:8080").unwrap(), plain("a", 8080, "/"));
        assert_eq!(
            address("http://[::1]:81/x").unwrap(),
            plain("::1", 81, "/x")
        );
        assert_eq!(address("http://[::1]/x").unwrap(), plain("::1", 80, "/x"));
        assert_eq!(
            address("http://u:p@h:3/").unwrap().3,
            Some("u:p".to_owned())
        );
        for url in [
            "ftp://a/",
            "a",
            "http://",
            "http:///x",
            "http://a:b/",
            "http://a/ b",
            "http://a/\r\nX: y",
        ] {
            assert!(
                matches!(Address::of(url), Err(Refusal::Url { .. })),
                "{url}"
            );
        }
        assert!(matches!(
            Address::of("https://a/"),
            Err(Refusal::Https { .. })
        ));
    }

    #[test]
    fn redirections_lead_to_urls() {
        let to = |location| redirected("http://a:1/b/c", location).unwrap();
        assert_eq!(to("http://x/y"), "http://x/y");
        assert_eq!(to("/y"), "http://a:1/y");
        assert_eq!(to("y"), "http://a:1/b/y");
    }
}
