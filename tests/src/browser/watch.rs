/// An entry of the console that fails a spec.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// An error: logged, thrown, or a file that could not be loaded.
    ConsoleError(String),
    /// The page's policy refused something.
    Refused(String),
}

/// Whether an address is of this origin. `blob:` and `data:` addresses name memory, not a host.
pub(super) fn is_own(url: &str, origin: &str) -> bool {
    let path = url.strip_prefix(origin);
    path.is_some_and(|path| path.is_empty() || path.starts_with('/'))
        || ["blob:", "data:", "about:"].iter().any(|scheme| url.starts_with(scheme))
}
