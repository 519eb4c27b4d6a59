//! `cargo xtask bench`: image encoding, prefill and decoding of the bundled model.

use tests::bench::{Table, in_chromium, machine_in_words, native};

/// Runs that count; a median wants an odd number.
const N_RUNS: u32 = 9;

fn main() -> anyhow::Result<()> {
    let mut table = Table::default();
    table.add("native", native(N_RUNS)?);
    table.add("headless Chromium", in_chromium(N_RUNS)?);
    println!("{}", machine_in_words());
    println!("bundled model, one image and its report; median (least to greatest)\n");
    print!("{table}");
    Ok(())
}
