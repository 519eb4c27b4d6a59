//! `cargo xtask bench`: the bundled model natively and in a tab, a whole 2B of random weights, and single products.

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use clap::{Parser, ValueEnum};
use pack::{Size, Storage, SynthOptions, synthesise};
use tensor::Dtype;
use tests::bench::{
    Kind, ProductTable, Products, Table, Whole, WholeTable, in_browser, machine_in_words, native, on_machines,
};
use tests::browser::BrowserKind;

/// Where the bundled model runs in a tab. No browser here has a GPU: this shows what WebGPU costs, not what it gains.
const BROWSERS: [(&str, BrowserKind, &str); 3] = [
    ("Chromium, CPU", BrowserKind::ChromiumWithoutWebGpu, "cpu"),
    ("Chromium, SwiftShader", BrowserKind::ChromiumOnSwiftShader, "webgpu"),
    ("Firefox, lavapipe", BrowserKind::FirefoxOnLavapipe, "webgpu"),
];

/// Runs that count; odd, so that one of them is the median.
const BUNDLED_RUNS: u32 = 9;

/// Measures; every figure is the median of its runs, with the least and the greatest.
#[derive(Parser)]
#[command(name = "cargo xtask bench")]
struct Arguments {
    /// What is measured (default: everything)
    #[arg(value_enum)]
    parts: Vec<Part>,
    /// Runs of whole models and of products
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    runs: u32,
    /// Machines of the last two parts, separated by commas; ratios are to the first
    #[arg(long, value_enum, value_delimiter = ',', default_values = ["cpu", "gpu"])]
    backend: Vec<Kind>,
    /// Folder of the whole model; a 2B of random weights (Q4_K_M, vision Q8_0; 1.7 GB) is written there if it is empty
    /// (default: beside this program)
    #[arg(long)]
    pair: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Part {
    /// The bundled model, natively and in headless browsers
    Bundled,
    /// A whole model of the true size, natively
    Whole,
    /// Products with one type of weight each, natively
    Products,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let is_asked = |part| arguments.parts.is_empty() || arguments.parts.contains(&part);
    println!("{}\nmedian (least to greatest)\n", machine_in_words());
    if is_asked(Part::Bundled) {
        let mut table = Table::default();
        table.add("native", native(BUNDLED_RUNS)?);
        for (browser, kind, backend) in BROWSERS {
            let runs = in_browser(kind, backend, BUNDLED_RUNS)?;
            // A missing browser has been reported.
            if !runs.is_empty() {
                table.add(browser, runs);
            }
        }
        println!("bundled model, one image and its report\n{table}");
    }
    if is_asked(Part::Whole) {
        let whole = Whole { folder: pair(&arguments)?, n_runs: arguments.runs };
        print!("{}", WholeTable(on_machines(&arguments.backend, &whole)?));
    }
    if is_asked(Part::Products) {
        let products = Products { n_runs: arguments.runs };
        println!("products with the 2B's gate (8960 x 1536), median of {} runs", arguments.runs);
        print!("{}", ProductTable(on_machines(&arguments.backend, &products)?));
    }
    Ok(())
}

/// The folder of the whole model, with one in it.
fn pair(arguments: &Arguments) -> Result<PathBuf> {
    let out = match &arguments.pair {
        Some(folder) => folder.clone(),
        None => {
            let program = std::env::current_exe()?;
            program.parent().context("this program is in no folder")?.join("synth-2b")
        }
    };
    if !out.join("text.gguf").is_file() {
        let (text, vision) = (Storage::Q4KM, Storage::Plain(Dtype::Q8_0));
        let (layers, vision_layers) = (None, None);
        let options =
            SynthOptions { size: Size::TwoB, text, vision, out: out.clone(), seed: 0, layers, vision_layers };
        eprintln!("writing a pair to {}", out.display());
        synthesise(&options, &mut |_| {})?;
    }
    Ok(out)
}
