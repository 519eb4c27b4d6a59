//! `qvm pack`: a folder of safetensors becomes a GGUF pair.

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use pack::{PackOptions, PackType, pack_folder};

use crate::named::named;
use crate::progress::Making;

/// What each type means.
const TYPES: [(PackType, &str, &str); 8] = [
    (PackType::F32, "f32", "32 bits: exact for any checkpoint"),
    (PackType::F16, "f16", "16 bits, half precision"),
    (PackType::Bf16, "bf16", "16 bits, the upper half of f32"),
    (PackType::Q8_0, "q8_0", "8.5 bits"),
    (PackType::Q6K, "q6_k", "6.6 bits (text only)"),
    (PackType::Q5KM, "q5_k_m", "5.5 bits, 6.6 where it matters most (text only)"),
    (
        PackType::Q4KM,
        "q4_k_m",
        "4.5 bits, 6.6 where it matters most (text only): the usual file of a Qwen2-VL",
    ),
    (PackType::Q4_0, "q4_0", "4.5 bits, 6.6 for the head (text only)"),
];

/// A folder in the hub's layout to `text.gguf` and `mmproj.gguf`, with a manifest and checksums beside them.
#[derive(Args, Debug)]
pub(crate) struct PackArgs {
    /// Folder with config.json, the tokenizer, preprocessor_config.json and model.safetensors (or its shards)
    #[arg(long)]
    from: PathBuf,
    /// Folder that receives text.gguf and mmproj.gguf, manifest.json and SHA256SUMS; made if it is missing
    #[arg(long)]
    out: PathBuf,
    /// How matrices are stored, with llama.cpp's mix of types; vectors are always f32. Below q8_0 the mmproj is q8_0
    #[arg(long = "type", value_parser = named(TYPES), ignore_case = true, default_value = "q8_0")]
    pack_type: PackType,
    /// Folder of a LoRA adapter (adapter_config.json, adapter_model.safetensors, as PEFT saves it) to merge into the weights
    #[arg(long)]
    lora: Option<PathBuf>,
    /// `general.name` of both files and the manifest's title; without it, the folder's name
    #[arg(long)]
    name: Option<String>,
}

pub(crate) fn run(args: PackArgs) -> Result<()> {
    let PackArgs { from, out, pack_type, lora, name } = args;
    let mut making = Making::new();
    let options = PackOptions { from, out, pack_type, lora, name };
    Ok(pack_folder(&options, &mut |step| making.step(step))?)
}

#[cfg(test)]
mod tests {
    use super::TYPES;

    #[test]
    fn types_have_the_names_that_manifests_have() {
        assert!(TYPES.iter().all(|(pack_type, name, _)| pack_type.name() == *name));
    }
}
