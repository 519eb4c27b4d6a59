use std::io::{BufRead as _, BufReader};
use std::net::TcpStream;

use anyhow::{Context, Result};

/// The head of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Request {
    pub(super) method: String,
    /// Without a query.
    pub(super) path: String,
    headers: Vec<(String, String)>,
}

impl Request {
    pub(super) fn read(connection: &TcpStream) -> Result<Self> {
        let mut lines = BufReader::new(connection).lines();
        let mut line = || lines.next().context("the client left")?.map_err(anyhow::Error::from);
        let first = line()?;
        let mut words = first.split(' ');
        let method = words.next().context("an empty line")?.to_owned();
        let path = words.next().context("no path")?.split('?').next().unwrap_or_default().to_owned();
        let mut headers = Vec::new();
        loop {
            let header = line()?;
            match header.split_once(':') {
                Some((name, value)) => headers.push((name.to_ascii_lowercase(), value.trim().to_owned())),
                None => return Ok(Self { method, path, headers }),
            }
        }
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(its, _)| its == name).map(|(_, value)| value.as_str())
    }

    /// The first byte, and the one after the last if the client names it.
    pub(super) fn range(&self) -> Option<(u64, Option<u64>)> {
        let (first, last) = self.header("range")?.strip_prefix("bytes=")?.split_once('-')?;
        Some((first.parse().ok()?, last.parse::<u64>().ok().map(|last| last + 1)))
    }
}
