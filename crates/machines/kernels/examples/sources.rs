//! Writes the source of every kernel in every variant to a folder, as a browser gets it, for reading or for another compiler:
//! `cargo run -p kernels --example sources -- FOLDER`.

use kernels::{Compiler, KERNELS};

fn main() -> std::io::Result<()> {
    let folder = std::env::args().nth(1).unwrap_or_else(|| "sources".into());
    std::fs::create_dir_all(&folder)?;
    for kernel in KERNELS {
        for variant in kernel.variants(&[80, 128]) {
            let features = variant.features;
            let suffixes = [
                variant.weight.map(|dtype| dtype.name().to_lowercase()),
                variant.x_rows.map(|n| format!("x{n}")),
                variant.head_dim.map(|n| format!("h{n}")),
                features.f16.then(|| "f16".into()),
                features.subgroups.then(|| "subgroups".into()),
            ];
            let name = suffixes.into_iter().flatten().fold(kernel.name.to_owned(), |name, s| name + "-" + &s);
            std::fs::write(format!("{folder}/{name}.wgsl"), kernel.source(&variant, Compiler::Browser))?;
        }
    }
    Ok(())
}
