/// An address, taken apart as far as this crate needs it: `https://host:port/path?query`. The network
/// decides whether it can be fetched, and parses it again; a full parser would bring tables of all alphabets into the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Address<'a> {
    /// `https` or `http`.
    pub(crate) scheme: &'a str,
    /// With its port, if one is given.
    pub(crate) authority: &'a str,
    /// From the first slash, without query and fragment; may be empty.
    pub(crate) path: &'a str,
}

impl<'a> Address<'a> {
    /// `None` if the text is not the address of a web host.
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        let text = text.trim();
        let (scheme, rest) = text.split_once("://")?;
        let scheme = ["https", "http"].into_iter().find(|known| scheme.eq_ignore_ascii_case(known))?;
        let rest = rest.split(['?', '#']).next().unwrap_or_default();
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let is_host = |c: char| {
            !c.is_ascii() || c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':' | '[' | ']')
        };
        // No name and password: they would appear in the store and in messages.
        (!authority.is_empty() && authority.chars().all(is_host) && !path.contains(char::is_whitespace))
            .then_some(Self { scheme, authority, path })
    }

    /// Without its port.
    pub(crate) fn host(&self) -> &'a str {
        match self.authority.rsplit_once(':') {
            Some((host, port)) if port.bytes().all(|digit| digit.is_ascii_digit()) => host,
            _ => self.authority,
        }
    }

    /// The address of a file beside this one. `name` is already escaped.
    pub(crate) fn beside(&self, name: &str) -> String {
        let folder = self.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        format!("{}://{}{folder}/{name}", self.scheme, self.authority)
    }
}

/// One part of a path, escaped for an address.
pub(crate) fn escape(part: &str) -> String {
    let mut escaped = String::with_capacity(part.len());
    for byte in part.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            escaped.push(char::from(byte));
        } else {
            escaped.push_str(&format!("%{byte:02X}"));
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_taken_apart() {
        let found = Address::parse(" HTTPS://Host.example:8443/a/b%20c.gguf?x=1#y ").unwrap();
        assert_eq!(
            (found.scheme, found.authority, found.path),
            ("https", "Host.example:8443", "/a/b%20c.gguf")
        );
        assert_eq!(
            (found.host(), found.beside("d")),
            ("Host.example", "https://Host.example:8443/a/d".to_owned())
        );
        let bare = Address::parse("http://[::1]:80").unwrap();
        assert_eq!((bare.host(), bare.path, bare.beside("d")), ("[::1]", "", "http://[::1]:80/d".to_owned()));
    }

    #[test]
    fn what_is_no_address_of_a_web_host_is_none() {
        for text in [
            "",
            "owner/repo",
            "ftp://host/a",
            "https://",
            "https:///a",
            "https://me:secret@host/a",
            "https://ho st/a",
            "https://host/a b",
            "file:///a",
            "javascript:alert(1)",
        ] {
            assert_eq!(Address::parse(text), None, "{text}");
        }
    }
}
