use crate::{
    Body, Keep, Network, NetworkError, Request, Response, ShelfError, Trouble, stop, stop::Stop, trouble,
};

/// The network, limited by patience and by the order's stop.
pub(crate) struct Way<'a, N> {
    pub(crate) network: &'a N,
    pub(crate) stop: &'a Stop,
    pub(crate) patience_secs: f64,
}

// Derived, these would ask the network to be `Copy` too.
impl<N> Copy for Way<'_, N> {}
impl<N> Clone for Way<'_, N> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<N: Network> Way<'_, N> {
    /// Asks a host.
    pub(crate) async fn get(
        &self,
        request: Request,
    ) -> Result<Result<Response<N::Body>, NetworkError>, Keep> {
        let limit = self.network.pause(self.patience_secs);
        let answer = self.stop.until(stop::before(self.network.get(request), limit)).await?;
        // Treated as a broken connection: a silent host may answer the next time.
        Ok(answer.unwrap_or_else(|| Err(NetworkError::Broken(self.silence()))))
    }

    /// The next piece of a body.
    pub(crate) async fn next(
        &self,
        body: &mut N::Body,
    ) -> Result<Result<Option<Vec<u8>>, NetworkError>, Keep> {
        let limit = self.network.pause(self.patience_secs);
        let piece = self.stop.until(stop::before(body.next(), limit)).await?;
        Ok(piece.unwrap_or_else(|| Err(NetworkError::Broken(self.silence()))))
    }

    /// Waits.
    pub(crate) async fn pause(&self, secs: f64) -> Result<(), Keep> {
        self.stop.until(self.network.pause(secs)).await
    }

    fn silence(&self) -> String {
        format!("nothing came for {:.0} seconds", self.patience_secs)
    }
}

/// Why an order ended before it was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    /// A person stopped it.
    Stopped(Keep),
    /// It failed.
    Failed(Trouble),
}

impl From<Keep> for Ended {
    fn from(keep: Keep) -> Self {
        Self::Stopped(keep)
    }
}

impl From<Trouble> for Ended {
    fn from(trouble: Trouble) -> Self {
        Self::Failed(trouble)
    }
}

impl From<ShelfError> for Ended {
    fn from(error: ShelfError) -> Self {
        Self::Failed(trouble::shelf(&error))
    }
}
