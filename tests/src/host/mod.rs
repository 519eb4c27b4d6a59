//! A host of weights on another origin that a spec can make misbehave, and that counts what it sends.

mod answer;
mod content;
mod manner;
mod request;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

use anyhow::{Context, Result};

pub use content::Content;
pub use manner::Manner;

/// Files served on 127.0.0.1, with the headers that let any page read them. Ends when dropped.
pub struct WeightsHost {
    address: SocketAddr,
    desk: Arc<Desk>,
    thread: Option<JoinHandle<()>>,
}

/// What the connections share.
struct Desk {
    files: Mutex<BTreeMap<String, (Content, Manner)>>,
    sent: Mutex<Vec<Sent>>,
    ended: AtomicBool,
    /// Seeds the accidents of [`Manner::DropsAtRandom`], so that no two connections have the same.
    n_connections: AtomicU64,
}

/// What was sent for one request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// The file's path, with its slash.
    pub path: String,
    /// Of the answer.
    pub status: u16,
    /// Bytes of the file that were asked for.
    pub asked: Range<u64>,
    /// Bytes of the body that were written.
    pub n_bytes: u64,
}

impl WeightsHost {
    /// Serves files by their paths, `/text.gguf`.
    ///
    /// # Errors
    /// If no port is free.
    pub fn start(files: impl IntoIterator<Item = (String, Content)>) -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no port is free")?;
        let address = listener.local_addr()?;
        let files = files.into_iter().map(|(path, content)| (path, (content, Manner::Plain))).collect();
        let desk = Arc::new(Desk {
            files: Mutex::new(files),
            sent: Mutex::default(),
            ended: AtomicBool::new(false),
            n_connections: AtomicU64::new(0),
        });
        let shared = Arc::clone(&desk);
        let thread = thread::spawn(move || {
            for connection in listener.incoming().map_while(Result::ok) {
                if shared.ended.load(Ordering::Relaxed) {
                    break;
                }
                let desk = Arc::clone(&shared);
                // Some specs are about a client that leaves in the middle.
                thread::spawn(move || answer::answer(&connection, &desk));
            }
        });
        Ok(Self { address, desk, thread: Some(thread) })
    }

    /// `http://127.0.0.1:41234`
    pub fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The address of a file.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.origin())
    }

    /// From now on the file is served like this, also to clients that have part of it.
    pub fn behave(&self, path: &str, manner: Manner) {
        if let Some((_, its)) = lock(&self.desk.files).get_mut(path) {
            *its = manner;
        }
    }

    /// From now on there is another file at this path, with another `ETag`.
    pub fn replace(&self, path: &str, content: Content) {
        if let Some((its, _)) = lock(&self.desk.files).get_mut(path) {
            *its = content;
        }
    }

    /// What was sent so far.
    pub fn sent(&self) -> Vec<Sent> {
        lock(&self.desk.sent).clone()
    }

    /// Bytes of a file that were sent so far.
    pub fn n_sent(&self, path: &str) -> u64 {
        self.sent().iter().filter(|sent| sent.path == path).map(|sent| sent.n_bytes).sum()
    }

    /// Forgets what was sent.
    pub fn forget(&self) {
        lock(&self.desk.sent).clear();
    }
}

impl Drop for WeightsHost {
    fn drop(&mut self) {
        self.desk.ended.store(true, Ordering::Relaxed);
        // One more connection, so that the thread looks at the flag.
        let _ = TcpStream::connect(self.address);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Desk {
    fn file(&self, path: &str) -> Option<(Content, Manner)> {
        lock(&self.files).get(path).cloned()
    }

    fn begin(&self, sent: Sent) -> usize {
        let mut list = lock(&self.sent);
        list.push(sent);
        list.len() - 1
    }

    fn count(&self, entry: usize, n_bytes: u64) {
        if let Some(sent) = lock(&self.sent).get_mut(entry) {
            sent.n_bytes += n_bytes;
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
