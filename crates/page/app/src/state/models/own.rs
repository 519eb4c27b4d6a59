use download::{Wanted, Wish};

use crate::state::Failure;

/// The wish for a pair at two addresses. They must be https, or http on this machine: that is what the policy of the downloads'
/// frame lets through.
pub fn wish_of_addresses(text: &str, vision: &str) -> Result<Wish, Failure> {
    let files = [wanted(text, "text model")?, wanted(vision, "vision tower")?];
    let title = files[0].name.trim_end_matches(".gguf").to_owned();
    Ok(Wish { title, entry: None, files: files.into() })
}

fn wanted(address: &str, what: &str) -> Result<Wanted, Failure> {
    let address = address.trim();
    if address.is_empty() {
        return Err(Failure {
            message: format!("The address of the {what} is missing."),
            remedy:
                "A model is a pair: give the addresses of both files, or that of a manifest (.json) alone."
                    .into(),
        });
    }
    judge(address)?;
    let path = address.split(['?', '#']).next().unwrap_or_default();
    let name = path.rsplit('/').next().unwrap_or_default();
    if !name.to_ascii_lowercase().ends_with(".gguf") {
        return Err(Failure {
            message: format!("“{address}” is not the address of a GGUF file."),
            remedy: "Give the address of the file itself: it ends in .gguf.".into(),
        });
    }
    Ok(Wanted { name: name.into(), mirrors: vec![address.into()], n_bytes: None, sha256: None })
}

/// Whether the downloads' frame may go to an address.
pub(super) fn judge(address: &str) -> Result<(), Failure> {
    let host = |rest: &str| {
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        host.rsplit_once(':').map_or(host, |(name, _)| name).to_ascii_lowercase()
    };
    let lower = address.to_ascii_lowercase();
    let (is_allowed, host) = match (lower.strip_prefix("https://"), lower.strip_prefix("http://")) {
        (Some(rest), _) => (true, host(rest)),
        (_, Some(rest)) => (["127.0.0.1", "localhost"].contains(&host(rest).as_str()), host(rest)),
        _ => (false, String::new()),
    };
    if is_allowed && !host.is_empty() && !lower.contains(char::is_whitespace) {
        return Ok(());
    }
    Err(Failure {
        message: format!("“{address}” is no address that this page fetches from."),
        remedy: "Give an address that begins with https://, or with http://127.0.0.1 or http://localhost for a server on this machine.".into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_https_or_on_this_machine() {
        for taken in [
            "https://h/a.gguf",
            "HTTPS://h.org:8443/x/a.GGUF?download=true",
            "http://127.0.0.1:8000/a.gguf",
            "http://localhost/a.gguf",
        ] {
            assert!(wish_of_addresses(taken, "https://h/b.gguf").is_ok(), "{taken}");
        }
        for refused in [
            "",
            "a.gguf",
            "http://h/a.gguf",
            "http://localhost.evil.org/a.gguf",
            "ftp://h/a.gguf",
            "https:///a.gguf",
            "https://h/a.bin",
            "https://h/a b.gguf",
        ] {
            assert!(wish_of_addresses(refused, "https://h/b.gguf").is_err(), "{refused}");
            assert!(wish_of_addresses("https://h/b.gguf", refused).is_err(), "{refused}");
        }
    }

    #[test]
    fn a_pair_is_called_by_its_text_model() {
        let wish = wish_of_addresses(" https://h/x/M-Q8_0.gguf?v=1 ", "https://h/mmproj.gguf").unwrap();
        assert_eq!((wish.title.as_str(), wish.files[1].name.as_str()), ("M-Q8_0", "mmproj.gguf"));
        assert_eq!(wish.files[0].mirrors, ["https://h/x/M-Q8_0.gguf?v=1"]);
    }
}
