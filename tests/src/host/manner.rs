/// How a file is served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Manner {
    /// As it should be: ranges, a length, an `ETag`, `If-Range` honoured.
    Plain,
    /// Each connection is closed after this many bytes of the body.
    DropsAfter(u64),
    /// Each connection is closed after some number of bytes, at most this many.
    DropsAtRandom(u64),
    /// At most this many bytes a second.
    Slow(u64),
    /// The whole file, whatever range was asked for.
    IgnoresRange,
    /// An error of this status.
    Status(u16),
    /// A web page instead of the file, as hosts send it to a person who is not logged in.
    WebPage,
    /// The length in the headers is longer than the file by this much.
    PromisesMore(u64),
    /// The length in the headers is shorter than the file by this much.
    PromisesLess(u64),
    /// No header that lets another origin read the answer.
    WithoutCors,
    /// Simple requests are answered; the request that browsers send before any other kind (CORS preflight) is refused.
    RefusesPreflight,
    /// The connection is closed before any answer, as without a network.
    Unplugged,
}
