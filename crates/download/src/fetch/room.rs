use super::{Ended, Settings};
use crate::{Shelf, trouble};

/// Refuses `n_missing` more bytes that the browser has no room for. Where it does not tell its quota, writing will show.
pub(crate) async fn check_room(shelf: &impl Shelf, n_missing: u64, settings: Settings) -> Result<(), Ended> {
    let space = shelf.space().await;
    let (Some(used), Some(quota)) = (space.used_bytes, space.quota_bytes) else { return Ok(()) };
    let free = quota.saturating_sub(used);
    let needed = n_missing.saturating_add(settings.margin_bytes);
    if n_missing > 0 && needed > free {
        return Err(trouble::no_room(needed, free).into());
    }
    Ok(())
}
