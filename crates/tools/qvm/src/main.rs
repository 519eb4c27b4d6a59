//! The engine on the command line: ask, bench, inspect, trace, pack, synth, profile. See [`qvm`].

use std::process::ExitCode;

fn main() -> ExitCode {
    qvm::main()
}
