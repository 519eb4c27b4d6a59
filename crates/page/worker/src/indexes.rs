//! What was learnt about long files, so that they need not be read from front to back again.

use web::{JsError, PrivateFolder};

/// As many files are remembered.
const MAX_KEPT: usize = 8;

const FOLDER: PrivateFolder = PrivateFolder::new("indexes");

/// What was kept under this name.
pub(crate) async fn recall(name: &str) -> Option<Vec<u8>> {
    // If it cannot be read it is made again.
    FOLDER.read(name).await.ok().flatten()
}

/// Keeps bytes, and forgets the oldest of too many.
pub(crate) async fn keep(name: &str, bytes: &[u8]) -> Result<(), JsError> {
    if let Err(error) = FOLDER.write(name, 0, bytes).await {
        // A partial file is harmless; report the write error.
        drop(FOLDER.remove(name).await);
        return Err(error);
    }
    let mut kept = FOLDER.list().await?;
    // This one first: a clock may have been set back.
    kept.sort_by(|a, b| (b.name == name).cmp(&(a.name == name)).then(b.changed_ms.total_cmp(&a.changed_ms)));
    for entry in kept.iter().skip(MAX_KEPT) {
        FOLDER.remove(&entry.name).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;

    #[wasm_bindgen_test]
    async fn what_is_kept_is_recalled_and_the_oldest_goes() {
        assert_eq!(recall("index-none").await, None);
        for n in 0..MAX_KEPT + 3 {
            keep(&format!("index-{n}"), &vec![n as u8; 1000 * n]).await.unwrap();
        }
        let last = MAX_KEPT + 2;
        assert_eq!(recall(&format!("index-{last}")).await, Some(vec![last as u8; 1000 * last]));
        // A shorter one takes the place of a longer one whole.
        keep(&format!("index-{last}"), b"short").await.unwrap();
        assert_eq!(recall(&format!("index-{last}")).await.as_deref(), Some(&b"short"[..]));
        assert_eq!(FOLDER.list().await.unwrap().len(), MAX_KEPT);
        for entry in FOLDER.list().await.unwrap() {
            FOLDER.remove(&entry.name).await.unwrap();
        }
    }
}
