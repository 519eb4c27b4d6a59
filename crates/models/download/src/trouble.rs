//! What can go wrong in a download, in sentences that a person can act on.

use crate::{NetworkError, ShelfError, Trouble, address::Address};

fn trouble(message: impl Into<String>, remedy: impl Into<String>) -> Trouble {
    Trouble { message: message.into(), remedy: remedy.into() }
}

const BY_HAND: &str = "download the files with a browser and open them from the disk";

/// The host of an address, for messages.
pub(crate) fn host(address: &str) -> String {
    Address::parse(address).map_or(address, |address| address.host()).to_owned()
}

/// The last part of an address, for messages.
pub(crate) fn file(address: &str) -> String {
    let path = Address::parse(address).map_or(address, |address| address.path);
    path.rsplit('/').next().unwrap_or_default().to_owned()
}

/// Bytes in people's units: `24.8 MB`, `1.70 GB`.
pub fn size(n_bytes: u64) -> String {
    match n_bytes {
        0..1_000 => format!("{n_bytes} bytes"),
        1_000..1_000_000 => format!("{:.1} KB", n_bytes as f64 / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} MB", n_bytes as f64 / 1e6),
        _ => format!("{:.2} GB", n_bytes as f64 / 1e9),
    }
}

pub(crate) fn not_an_address(address: &str) -> Trouble {
    trouble(
        format!("{address:?} is not an address that a file can be fetched from."),
        "Give an address that begins with https://, or with http://localhost for a server on this machine.",
    )
}

pub(crate) fn no_address(name: &str) -> Trouble {
    trouble(format!("There is no address for {name}."), "Give at least one address for each file.")
}

pub(crate) fn nothing_wanted() -> Trouble {
    trouble("The order names no files.", "Choose a text model and its mmproj file.")
}

pub(crate) fn no_answer(address: &str, error: &NetworkError) -> Trouble {
    let host = host(address);
    match error {
        NetworkError::Unreachable(why) => trouble(
            format!(
                "{host} gave no answer that this page may read ({why}). Either there is no connection, or the host does not let \
                 pages of other sites read its files; browsers do not say which."
            ),
            format!(
                "Check the connection and try again. A host must answer with Access-Control-Allow-Origin: * and \
                 Access-Control-Expose-Headers: Content-Length, Content-Range, ETag, and allow the headers Range and If-Range. If it \
                 is not yours, {BY_HAND}."
            ),
        ),
        NetworkError::Broken(why) => trouble(
            format!("The connection to {host} broke again and again ({why})."),
            "What arrived is kept. Try again later: the download goes on from there.",
        ),
    }
}

pub(crate) fn gave_up(address: &str, why: &str) -> Trouble {
    trouble(
        format!("{} did not send all of {}: {why}.", host(address), file(address)),
        "What arrived is kept. Try again later: the download goes on from there.",
    )
}

/// `asked` names what was requested, for people.
pub(crate) fn status(asked: &str, address: &str, status: u16) -> Trouble {
    let host = host(address);
    match status {
        401 | 403 => trouble(
            format!("{host} refuses {asked} to readers who are not signed in (status {status})."),
            format!(
                "Check that the name is right: hubs answer like this for repositories that do not exist, too. This page signs in \
                 nowhere: if the repository asks for its terms to be accepted, do so there, {BY_HAND}."
            ),
        ),
        404 | 410 => trouble(
            format!("{host} has no {asked} (status {status})."),
            "Check the name of the repository and of the file; it may have been renamed or removed.",
        ),
        429 => trouble(
            format!("{host} says that this machine asks too often (status 429)."),
            "Wait some minutes and try again. What arrived is kept.",
        ),
        500..=599 => trouble(
            format!("{host} has a fault of its own (status {status})."),
            "Try again later, or use another address. What arrived is kept.",
        ),
        _ => trouble(
            format!("{host} answered with status {status} where 200 or 206 was expected."),
            format!("Check the address {address}."),
        ),
    }
}

/// `begin` are the first bytes that came, if any did.
pub(crate) fn not_gguf(address: &str, begin: &[u8], content_type: Option<&str>) -> Trouble {
    let text = String::from_utf8_lossy(begin).trim_start().to_ascii_lowercase();
    let is_page =
        text.starts_with('<') || content_type.is_some_and(|kind| kind.trim_start().starts_with("text/html"));
    let what = if is_page {
        "a web page".to_owned()
    } else if text.starts_with("vers") {
        "a pointer to a file in large-file storage (Git LFS)".to_owned()
    } else if begin.starts_with(b"PK") {
        "a ZIP archive".to_owned()
    } else {
        format!("a file that begins with {:?}", String::from_utf8_lossy(begin))
    };
    trouble(
        format!("{} sent {what} where a GGUF file was expected, which begins with \"GGUF\".", host(address)),
        "Use the address of the file itself: on a hub it contains /resolve/, not /blob/. A page can also mean that the host wants \
         a sign-in.",
    )
}

pub(crate) fn no_length(address: &str) -> Trouble {
    trouble(
        format!("{} does not say how long {} is.", host(address), file(address)),
        "The host must send Content-Length without compressing the file, and expose Content-Range to other origins.",
    )
}

pub(crate) fn another_file(address: &str, why: &str) -> Trouble {
    trouble(
        format!("{} at {} is not the wanted file but another file: {why}.", file(address), host(address)),
        "Look the repository up again, or use another address.",
    )
}

pub(crate) fn incomplete(address: &str, why: &str) -> Trouble {
    trouble(
        format!(
            "{} from {} has the length that the host states, but that is not all of it: {why}.",
            file(address),
            host(address)
        ),
        "Nothing of it was kept. Use another address, or have the host send the whole file with its right length.",
    )
}

pub(crate) fn changes(address: &str, why: &str) -> Trouble {
    trouble(
        format!(
            "{} at {} is a different file each time it is asked for: {why}.",
            file(address),
            host(address)
        ),
        "Nothing of it was kept. Wait until the host has settled, or use another address.",
    )
}

/// `free` is the rest of the quota.
pub(crate) fn no_room(needed: u64, free: u64) -> Trouble {
    trouble(
        format!(
            "The download needs {} of storage, and this browser leaves {} for this page. Nothing was fetched.",
            size(needed),
            size(free)
        ),
        "Delete a stored model, free space on the disk, or choose a smaller model.",
    )
}

pub(crate) fn full(name: &str, wanted: u64, written: u64, n_done: u64) -> Trouble {
    trouble(
        format!(
            "The storage is full: it took {} of the next {} of {name}. {} of the file are kept.",
            size(written),
            size(wanted),
            size(n_done)
        ),
        "Delete a stored model or free space on the disk, then go on.",
    )
}

pub(crate) fn shelf(error: &ShelfError) -> Trouble {
    match error {
        ShelfError::Full(_) => {
            trouble(format!("{error}."), "Delete a stored model or free space on the disk, then go on.")
        }
        ShelfError::Failed(_) => trouble(
            format!("The browser's storage failed: {error}."),
            "Close other tabs of this page and try again. In a private window a browser may keep nothing.",
        ),
    }
}

pub(crate) fn forgetful(name: &str) -> Trouble {
    trouble(
        format!("The browser's storage repeatedly returned other bytes of {name} than were written."),
        "Check the disk, or use another browser.",
    )
}

pub(crate) fn unreadable_list(address: &str, why: &str) -> Trouble {
    trouble(
        format!("The answer of {} is not a list of files: {why}.", host(address)),
        "Check the name or the address. If it is right, the hub has changed; give the addresses of the files instead.",
    )
}

pub(crate) fn no_gguf(place: &str) -> Trouble {
    trouble(
        format!("There are no GGUF files in {place}."),
        "Choose a repository with GGUF files; safetensors are turned into GGUF by `qvm pack`.",
    )
}

pub(crate) fn no_such_model(key: &str) -> Trouble {
    trouble(format!("There is no model {key} in the store."), "It may have been deleted in another tab.")
}

pub(crate) fn not_whole(title: &str) -> Trouble {
    trouble(format!("{title} is not in the store as a whole."), "Fetch it first; what is there is kept.")
}

pub(crate) fn beyond_repair(name: &str, n_damaged: usize) -> Trouble {
    trouble(
        format!(
            "{n_damaged} damaged pieces of {name} cannot be downloaded again: every host that answers now has another file."
        ),
        "Fetch the model again; its file is replaced by the one that the host has now.",
    )
}

pub(crate) fn in_use(name: &str) -> Trouble {
    trouble(
        format!("{name} is in use: it is open, or being fetched, here or in another tab."),
        "Open another model or close the other tab, then delete it.",
    )
}
