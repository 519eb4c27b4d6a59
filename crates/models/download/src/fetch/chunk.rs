use std::ops::Range;

use super::{
    Way,
    answer::{Answer, judge},
};
use crate::{ByteRange, Keep, Network, Request, Trouble, trouble};

/// The result of requesting a few bytes from one mirror.
pub(super) enum Piece {
    /// The bytes.
    Bytes(Vec<u8>),
    /// The connection broke or the host is busy; it may say for how many seconds.
    Lost(Trouble, Option<f64>),
    /// The host does not have these bytes.
    Changed(String),
    /// The host will not give them.
    Refused(Trouble),
}

/// Asks a mirror for the bytes of `range`. If a host sends the whole file, it is read as far as needed.
pub(super) async fn piece<N: Network>(
    way: Way<'_, N>,
    mirror: &str,
    range: Range<u64>,
    n_received: &mut u64,
) -> Result<Piece, Keep> {
    let request = Request { range: Some(ByteRange::from(range.clone())), ..Request::whole(mirror) };
    let response = match way.get(request.clone()).await? {
        Ok(response) => response,
        Err(error) => return Ok(Piece::Lost(trouble::no_answer(mirror, &error), None)),
    };
    let (mut body, start) = match judge(&request, response) {
        Answer::Part(body, _) => (body, range.start),
        Answer::Whole(body, _) => (body, 0),
        Answer::Busy(trouble, after) => return Ok(Piece::Lost(trouble, after)),
        Answer::Changed(why) => return Ok(Piece::Changed(why)),
        Answer::Refused(trouble) => return Ok(Piece::Refused(trouble)),
    };
    let wanted = (range.end - range.start) as usize;
    let mut n_before = range.start - start;
    let mut bytes = Vec::with_capacity(wanted);
    while bytes.len() < wanted {
        match way.next(&mut body).await? {
            Ok(Some(came)) => {
                *n_received += came.len() as u64;
                let skipped = n_before.min(came.len() as u64);
                n_before -= skipped;
                let came = &came[skipped as usize..];
                bytes.extend_from_slice(&came[..came.len().min(wanted - bytes.len())]);
            }
            Ok(None) => {
                let why = format!("the answer ended after {} of {wanted} bytes", bytes.len());
                return Ok(Piece::Lost(trouble::gave_up(mirror, &why), None));
            }
            Err(error) => return Ok(Piece::Lost(trouble::no_answer(mirror, &error), None)),
        }
    }
    Ok(Piece::Bytes(bytes))
}
