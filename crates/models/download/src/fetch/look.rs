use super::{
    Ended, Way,
    answer::{Answer, judge},
    mirrors::{check_address, wait_secs},
};
use crate::{ByteRange, Keep, Network, Request, Trouble, Wanted, identity::Identity, trouble};

/// How often a look asks a busy host again.
const N_LOOKS: usize = 3;

/// Asks the mirrors, one after the other, for the length and hash of a file. Bodies are dropped.
pub(crate) async fn look<N: Network>(way: Way<'_, N>, wanted: &Wanted) -> Result<Wanted, Ended> {
    let mut failure = None;
    for mirror in &wanted.mirrors {
        let found = match check_address(mirror) {
            Ok(()) => ask(way, mirror).await?,
            Err(trouble) => Err(trouble),
        };
        match found {
            Ok(seen) => {
                let known = wanted.clone();
                return Ok(Wanted {
                    n_bytes: seen.n_bytes.or(known.n_bytes),
                    sha256: seen.sha256.or(known.sha256),
                    ..known
                });
            }
            Err(trouble) => failure = failure.or(Some(trouble)),
        }
    }
    Err(failure.unwrap_or_else(|| trouble::no_address(&wanted.name)).into())
}

/// Requests one byte, since addresses that a hub has signed do not answer HEAD. If a host does not expose Content-Range, the
/// whole file is requested, and the answer is dropped after its headers.
async fn ask<N: Network>(way: Way<'_, N>, mirror: &str) -> Result<Result<Identity, Trouble>, Keep> {
    let mut range = Some(ByteRange { start: 0, end: Some(1) });
    let mut n_vain = 0;
    loop {
        let request = Request { range, ..Request::whole(mirror) };
        let (trouble, after) = match way.get(request.clone()).await? {
            Err(error) => (trouble::no_answer(mirror, &error), None),
            Ok(response) => match judge(&request, response) {
                Answer::Part(_, seen) if seen.n_bytes.is_none() => {
                    range = None;
                    continue;
                }
                Answer::Part(_, seen) | Answer::Whole(_, seen) => return Ok(Ok(seen)),
                Answer::Busy(trouble, after) => (trouble, after),
                Answer::Refused(trouble) => return Ok(Err(trouble)),
                Answer::Changed(why) => return Ok(Err(trouble::another_file(mirror, &why))),
            },
        };
        match wait_secs(n_vain, after).filter(|_| n_vain < N_LOOKS) {
            Some(secs) => way.pause(secs).await?,
            None => return Ok(Err(trouble)),
        }
        n_vain += 1;
    }
}
