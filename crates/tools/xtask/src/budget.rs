//! What a first visit downloads, compressed as a host would send it.

use std::fs;
use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result, bail};

/// A file of `dist/` and the most it may weigh.
struct Budget {
    file: &'static str,
    max_bytes: u64,
}

const BUDGETS: [Budget; 3] = [
    Budget { file: "app_bg.wasm", max_bytes: 430_000 },
    Budget { file: "worker_bg.wasm", max_bytes: 2_500_000 },
    Budget { file: "downloader_bg.wasm", max_bytes: 250_000 },
];

/// Compresses each file that has a budget with brotli and compares.
///
/// # Errors
/// Names every file that is missing or over its budget.
pub fn check(dist: &Path) -> Result<()> {
    let mut over = Vec::new();
    for Budget { file, max_bytes } in BUDGETS {
        let path = dist.join(file);
        let bytes = fs::read(&path).with_context(|| format!("{} was not built", path.display()))?;
        let n_bytes = brotli_len(&bytes)?;
        println!(
            "  {file}: {} KB, brotli {} KB of {} KB",
            bytes.len() / 1000,
            n_bytes / 1000,
            max_bytes / 1000
        );
        if n_bytes > max_bytes {
            over.push(format!("{file} is {n_bytes} bytes in brotli, its budget is {max_bytes}"));
        }
    }
    if !over.is_empty() {
        bail!("{}; `cargo tree -p app` (or `worker`, `downloader`) shows what came in", over.join("; "));
    }
    Ok(())
}

/// Length of `bytes` in brotli at quality 9: what a host compresses to once, at deployment, is no larger.
fn brotli_len(bytes: &[u8]) -> Result<u64> {
    const BUFFER_BYTES: usize = 1 << 16;
    const QUALITY: u32 = 9;
    const LOG_WINDOW: u32 = 22;
    let mut compressor = brotli::CompressorWriter::new(Vec::new(), BUFFER_BYTES, QUALITY, LOG_WINDOW);
    compressor.write_all(bytes)?;
    Ok(compressor.into_inner().len() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_over_its_budget_is_named() {
        let dist = std::env::temp_dir().join(format!("xtask-budget-{}", std::process::id()));
        fs::create_dir_all(&dist).unwrap();
        // A linear congruential generator: bytes that no compressor makes smaller.
        let mut state = 1_u32;
        let noise = |n| {
            std::iter::repeat_with(|| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 24) as u8
            })
            .take(n)
            .collect::<Vec<_>>()
        };
        fs::write(dist.join("app_bg.wasm"), { noise }(440_000)).unwrap();
        fs::write(dist.join("worker_bg.wasm"), vec![0; 3_000_000]).unwrap();
        fs::write(dist.join("downloader_bg.wasm"), b"small").unwrap();
        let message = check(&dist).unwrap_err().to_string();
        assert!(message.contains("app_bg.wasm is 44"), "{message}");
        assert!(!message.contains("worker_bg.wasm is"), "three million zeros compress well: {message}");
        fs::write(dist.join("app_bg.wasm"), b"small").unwrap();
        check(&dist).unwrap();
        fs::remove_dir_all(&dist).unwrap();
    }
}
