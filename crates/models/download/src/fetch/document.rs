use super::{Ended, Way, mirrors::wait_secs};
use crate::{Keep, Network, Request, Trouble, trouble};

/// The longest list or manifest that is accepted.
const MAX_BYTES: usize = 16 << 20;
/// How often it is requested again.
const N_RETRIES: usize = 3;

/// Fetches a small document; `what` names it for people.
pub(crate) async fn document<N: Network>(
    way: Way<'_, N>,
    what: &str,
    address: &str,
) -> Result<Vec<u8>, Ended> {
    let mut n_vain = 0;
    loop {
        let (trouble, after) = match read(way, what, address).await? {
            Read::Bytes(bytes) => return Ok(bytes),
            Read::Refused(trouble) => return Err(trouble.into()),
            Read::Lost(trouble, after) => (trouble, after),
        };
        match wait_secs(n_vain, after).filter(|_| n_vain < N_RETRIES) {
            Some(secs) => way.pause(secs).await?,
            None => return Err(trouble.into()),
        }
        n_vain += 1;
    }
}

enum Read {
    Bytes(Vec<u8>),
    Lost(Trouble, Option<f64>),
    Refused(Trouble),
}

async fn read<N: Network>(way: Way<'_, N>, what: &str, address: &str) -> Result<Read, Keep> {
    let response = match way.get(Request::whole(address)).await? {
        Ok(response) => response,
        Err(error) => return Ok(Read::Lost(trouble::no_answer(address, &error), None)),
    };
    let trouble = trouble::status(what, address, response.status);
    match response.status {
        200 => {}
        408 | 429 | 500..=599 => {
            let after =
                response.headers.retry_after.as_deref().and_then(|secs| secs.trim().parse::<u32>().ok());
            return Ok(Read::Lost(trouble, after.map(f64::from)));
        }
        _ => return Ok(Read::Refused(trouble)),
    }
    let mut body = response.body;
    let mut bytes = Vec::new();
    loop {
        match way.next(&mut body).await? {
            Ok(Some(piece)) => bytes.extend(piece),
            Ok(None) => return Ok(Read::Bytes(bytes)),
            Err(error) => return Ok(Read::Lost(trouble::no_answer(address, &error), None)),
        }
        if bytes.len() > MAX_BYTES {
            let why = format!("it is longer than {}", trouble::size(MAX_BYTES as u64));
            return Ok(Read::Refused(trouble::unreadable_list(address, &why)));
        }
    }
}
