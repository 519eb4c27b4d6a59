use std::ops::Range;

use web::{Body, JsError, Response};

/// A file as it arrives. It is read from front to back, so the bytes before the latest range are dropped.
pub(super) struct Arriving {
    body: Body,
    /// Where in the file `bytes` begins.
    first: u64,
    bytes: Vec<u8>,
}

impl Arriving {
    pub(super) fn new(response: Response) -> Self {
        Self { body: response.into_body(), first: 0, bytes: Vec::new() }
    }

    /// Where in the file the bytes that are here begin; a range before it needs the file again.
    pub(super) fn first(&self) -> u64 {
        self.first
    }

    /// Waits for the whole file: its length in bytes.
    pub(super) async fn measure(&mut self) -> Result<u64, JsError> {
        self.receive(u64::MAX).await?;
        Ok(self.end())
    }

    /// A range that does not begin before the one before it; shorter if the file ends before it.
    pub(super) async fn read(&mut self, range: Range<u64>) -> Result<Vec<u8>, JsError> {
        self.receive(range.start).await?;
        let n_past = ((range.start - self.first) as usize).min(self.bytes.len());
        self.bytes.drain(..n_past);
        self.first += n_past as u64;
        self.receive(range.end).await?;
        let n = ((range.end - range.start) as usize).min(self.bytes.len());
        Ok(self.bytes[..n].to_vec())
    }

    /// Reads on until the file has arrived up to `end`, or is over.
    async fn receive(&mut self, end: u64) -> Result<(), JsError> {
        while self.end() < end {
            let Some(piece) = self.body.next().await? else { return Ok(()) };
            self.bytes.extend_from_slice(&piece);
        }
        Ok(())
    }

    fn end(&self) -> u64 {
        self.first + self.bytes.len() as u64
    }
}
