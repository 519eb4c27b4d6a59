use super::{Ended, Settings};
use crate::{Shelf, trouble};

/// Refuses `n_missing` more bytes if the browser has no room for them. Its estimate is checked first. Since browsers may
/// report more than they grant, the room is then requested.
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
