use super::{Ended, Settings};
use crate::{Shelf, trouble};

/// Refuses `n_missing` more bytes that the browser has no room for. What it estimates is looked at first; since browsers may
/// tell more than they grant, the room is then asked for in earnest.
pub(crate) async fn check_room(shelf: &impl Shelf, n_missing: u64, settings: Settings) -> Result<(), Ended> {
    if n_missing == 0 {
        return Ok(());
    }
    let needed = n_missing.saturating_add(settings.margin_bytes);
    let space = shelf.space().await;
    let told = space.quota_bytes.zip(space.used_bytes).map(|(quota, used)| quota.saturating_sub(used));
    let free = match told.filter(|free| needed > *free) {
        Some(free) => Some(free),
        None => shelf.lacks_room(needed).await,
    };
    free.map_or(Ok(()), |free| Err(trouble::no_room(needed, free).into()))
}
