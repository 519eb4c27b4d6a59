use crate::{Request, Response, Trouble, identity::Identity, identity::is_encoded, trouble};

/// What a host's answer means.
#[derive(Debug)]
pub(super) enum Answer<B> {
    /// The whole file follows, whatever was requested.
    Whole(B, Identity),
    /// The requested part follows.
    Part(B, Identity),
    /// The host is busy; it may say for how many seconds.
    Busy(Trouble, Option<f64>),
    /// The host does not have the requested bytes, so it has another file.
    Changed(String),
    /// The host will not give the file.
    Refused(Trouble),
}

/// Judges an answer by its status and headers.
pub(super) fn judge<B>(request: &Request, response: Response<B>) -> Answer<B> {
    let Response { status, headers, body, .. } = response;
    let url = &request.url;
    let is_page =
        headers.content_type.as_deref().is_some_and(|kind| kind.trim_start().starts_with("text/html"));
    match (status, request.range) {
        (200 | 206, _) if is_page => {
            Answer::Refused(trouble::not_gguf(url, b"", headers.content_type.as_deref()))
        }
        (200, _) => Answer::Whole(body, Identity::of(&headers, None)),
        // A part of a compressed body is not a part of the file.
        (206, Some(_)) if is_encoded(&headers) => Answer::Refused(trouble::no_length(url)),
        (206, Some(range)) => {
            let seen = Identity::of(&headers, Some((range.start, range.end)));
            match seen.start {
                Some(start) if start != range.start => Answer::Refused(trouble::another_file(
                    url,
                    &format!("asked for bytes from {} on, the host sent those from {start} on", range.start),
                )),
                _ => Answer::Part(body, seen),
            }
        }
        (412, Some(_)) => Answer::Changed("the host says that it changed (status 412)".to_owned()),
        (416, Some(range)) => {
            Answer::Changed(format!("the host's file ends before byte {} (status 416)", range.start))
        }
        (408 | 429 | 500..=599, _) => {
            let after = headers.retry_after.as_deref().and_then(|secs| secs.trim().parse::<u32>().ok());
            Answer::Busy(trouble::status(&trouble::file(url), url, status), after.map(f64::from))
        }
        _ => Answer::Refused(trouble::status(&trouble::file(url), url, status)),
    }
}
