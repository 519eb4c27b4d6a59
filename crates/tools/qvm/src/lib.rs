//! The engine without a browser: the `qvm` program, and the measurements that the project's benchmark shares with it.

mod ask;
pub mod bandwidth;
mod benchmark;
mod clock;
mod file;
mod grid;
mod host;
mod inspect;
mod machine;
mod named;
mod pack;
mod profile;
mod progress;
mod synth;
mod trace;
pub mod workload;

use std::process::ExitCode;

pub use machine::open_gpu;

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
    /// Run a benchmark, and work with its logs
    #[command(subcommand)]
    Bench(benchmark::BenchCommand),
    /// Print what is in a GGUF file
    Inspect(inspect::InspectArgs),
    /// Write every stage of one user turn to a safetensors file
    Trace(trace::TraceArgs),
    /// Turn a Hugging Face or ModelScope folder of Qwen2-VL safetensors into a GGUF pair
    Pack(pack::PackArgs),
    /// Write a GGUF pair of the true shapes with random weights
    Synth(synth::SynthArgs),
    /// Time each kind of step of a pass, and compare with what it must cost
    Profile(profile::ProfileArgs),
}

/// Runs the program with this process's arguments: an answer on standard output, or a reason on standard error and status 1.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(refused) => {
            // If the pipe is closed, nobody reads the second error either.
            let _ = refused.print();
            // clap returns help and version as errors too.
            return if refused.use_stderr() { ExitCode::FAILURE } else { ExitCode::SUCCESS };
        }
    };
    let done = match cli.command {
        Command::Ask(args) => ask::run(&args),
        Command::Bench(command) => benchmark::run(&command),
        Command::Inspect(args) => inspect::run(&args),
        Command::Trace(args) => trace::run(&args),
        Command::Pack(args) => pack::run(args),
        Command::Synth(args) => synth::run(args),
        Command::Profile(args) => profile::run(&args),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        // The reader has enough: `qvm inspect model.gguf | head`.
        Err(error) if is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("qvm: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn is_closed_pipe(error: &anyhow::Error) -> bool {
    let kind = error.downcast_ref::<std::io::Error>().map(std::io::Error::kind);
    kind == Some(std::io::ErrorKind::BrokenPipe)
}
