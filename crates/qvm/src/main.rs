//! The engine on the command line: ask, inspect, trace, pack.

mod ask;
mod file;
mod host;
mod inspect;
mod pack;
mod trace;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "qvm", version, about = "Qwen2-VL from GGUF files, without a browser")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Answer a question, about images or not
    Ask(ask::AskArgs),
    /// Print what a GGUF file holds
    Inspect(inspect::InspectArgs),
    /// Write every stage of one user turn to a safetensors file
    Trace(trace::TraceArgs),
    /// Turn a Hugging Face folder of Qwen2-VL safetensors into a GGUF pair
    Pack(pack::PackArgs),
}

fn main() -> anyhow::Result<()> {
    match Cli::parse().command {
        Command::Ask(args) => ask::run(&args),
        Command::Inspect(args) => inspect::run(&args),
        Command::Trace(args) => trace::run(&args),
        Command::Pack(args) => pack::run(&args),
    }
}
