//! A static file server: what `cargo xtask serve` and the browser specs serve `dist/` with.

mod answer;
mod media_type;
mod range;

use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use anyhow::{Context, Result, anyhow};
use tiny_http::{Header, Server};

use crate::Layout;

/// Enough for a page that loads two models' files and its modules at once.
const N_THREADS: usize = 4;

/// A folder that is being served on 127.0.0.1; stops when dropped.
pub struct Site {
    server: Arc<Server>,
    address: SocketAddr,
    threads: Vec<JoinHandle<()>>,
}

impl Site {
    /// Serves `folder` on `port` (0: any free one), with these headers beside the content type.
    ///
    /// # Errors
    /// Where there is no such folder, the port is taken, or a header cannot be sent.
    pub fn start(folder: &Path, port: u16, headers: &[(String, String)]) -> Result<Self> {
        let folder =
            folder.canonicalize().with_context(|| format!("there is no folder {}", folder.display()))?;
        let server = Server::http((Ipv4Addr::LOCALHOST, port))
            .map_err(|error| anyhow!("cannot serve on port {port} of 127.0.0.1: {error}; try --port 0"))?;
        let address = server.server_addr().to_ip().context("the server has no address")?;
        let server = Arc::new(server);
        let headers = headers.iter().map(|(name, value)| header(name, value)).collect::<Result<Vec<_>>>()?;
        let threads = (0..N_THREADS).map(|_| {
            let (server, folder, headers) = (Arc::clone(&server), folder.clone(), headers.clone());
            thread::spawn(move || {
                while let Ok(request) = server.recv() {
                    // A person who leaves while a file is sent is no error of the server.
                    let _ = answer::answer(request, &folder, &headers);
                }
            })
        });
        let threads = threads.collect();
        Ok(Self { server, address, threads })
    }

    /// `http://127.0.0.1:8080`
    pub fn origin(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        for _ in &self.threads {
            self.server.unblock();
        }
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

/// Serves `dist/` with the headers of `Trunk.toml` until the process is ended.
///
/// # Errors
/// As [`Site::start`], or where `Trunk.toml` cannot be read.
pub fn serve(layout: &Layout, port: u16) -> Result<()> {
    let manifest = layout.root().join("Trunk.toml");
    let text =
        fs::read_to_string(&manifest).with_context(|| format!("cannot read {}", manifest.display()))?;
    let headers = headers_of(&text).with_context(|| format!("in {}", manifest.display()))?;
    let site = Site::start(&layout.dist(), port, &headers)?;
    println!("\n{}/  (Ctrl+C ends)", site.origin());
    loop {
        thread::park();
    }
}

/// What `[serve.headers]` of a `Trunk.toml` says.
fn headers_of(manifest: &str) -> Result<Vec<(String, String)>> {
    let manifest: toml::Table = manifest.parse()?;
    let Some(headers) = manifest.get("serve").and_then(|serve| serve.get("headers")) else {
        return Ok(Vec::new());
    };
    let headers = headers.as_table().context("[serve.headers] is not a table")?;
    let pair = |(name, value): (&String, &toml::Value)| {
        let value = value.as_str().with_context(|| format!("header {name} is not a string"))?;
        Ok((name.clone(), value.to_owned()))
    };
    headers.iter().map(pair).collect()
}

fn header(name: &str, value: &str) -> Result<Header> {
    Header::from_bytes(name, value).map_err(|()| anyhow!("{name}: {value:?} cannot be sent as a header"))
}

#[cfg(test)]
mod tests;
