//! What `crates/README.md` says of the crates, as data.

use tests::architecture::{Circles, Edges, FileSizes, Known, Texts, Unnamed, Used};

/// "Directions" of the architecture page, folder by folder: every edge that there is, and no other.
pub(crate) const EDGES: Edges = Edges {
    between_members: &[
        (
            "core",
            &[
                ("tensor", &[]),
                ("weights", &["tensor"]),
                ("imaging", &[]),
                ("model", &["tensor", "weights", "imaging"]),
            ],
        ),
        (
            "machines",
            &[
                ("kernels", &["tensor"]),
                ("cpu", &["tensor", "weights", "model"]),
                ("gpu", &["tensor", "model", "kernels"]),
            ],
        ),
        ("benchmark", &[("phantoms", &[]), ("bench", &[]), ("runs", &["bench"]), ("workbook", &["bench"])]),
        ("models", &[("catalogue", &["download"]), ("download", &[]), ("pack", &["tensor", "download"])]),
        (
            "page",
            &[
                ("protocol", &["bench"]),
                ("engine", &["tensor", "weights", "imaging", "model", "phantoms", "bench", "protocol"]),
                (
                    "worker",
                    &[
                        "model", "cpu", "gpu", "bench", "runs", "workbook", "download", "protocol", "engine",
                        "web",
                    ],
                ),
                // It reaches the network, so it cannot even name an image.
                ("downloader", &["weights", "download", "web"]),
                ("web", &[]),
                ("app", &["bench", "catalogue", "download", "protocol", "web"]),
            ],
        ),
        (
            "tools",
            &[
                (
                    "qvm",
                    &[
                        "tensor", "weights", "imaging", "model", "cpu", "gpu", "bench", "runs", "workbook",
                        "download", "protocol", "engine",
                    ],
                ),
                ("xtask", &[]),
            ],
        ),
        // Drives everything from outside; the benchmark and golden parity run the engine.
        (
            "tests",
            &[(
                "tests",
                &["tensor", "imaging", "model", "cpu", "gpu", "pack", "protocol", "engine", "qvm", "xtask"],
            )],
        ),
    ],
    reserved: &[
        ("tokenizers", &["model"]),
        ("candle", &["cpu", "pack"]),
        ("wgpu", &["gpu"]),
        ("web-sys", &["web", "worker", "downloader", "app"]),
        ("serde-wasm-bindgen", &["worker", "downloader", "app"]),
        ("wasm-bindgen", &["web", "worker", "downloader", "app"]),
        ("js-sys", &["web", "worker", "downloader", "app"]),
        ("gloo", &["web", "app"]),
        ("leptos", &["app"]),
        // Only the tests of `kernels` parse a shader.
        ("naga", &[]),
    ],
};

/// Dependencies that no source file names.
pub(crate) const USED: Used = Used(&[Unnamed {
    from: "worker",
    to: "getrandom",
    reason: "says where randomness comes from in a browser",
}]);

/// Circles between modules that there still are. Each entry names all modules of one circle, in the order of the alphabet.
pub(crate) const CIRCLES: Circles = Circles(&[
    Known {
        member: "tensor",
        modules: &["dtype", "error"],
        reason: "an error names the data type that it is about, and a data type reports errors",
    },
    Known {
        member: "imaging",
        modules: &["patches", "smart_resize"],
        reason: "the constants of the patch grid are in `patches`; to be moved to a module below both",
    },
    Known {
        member: "model",
        modules: &["backend::argument", "backend::check", "backend::verbs"],
        reason: "the trait checks its arguments, whose types are generic over the trait",
    },
    Known {
        member: "model",
        modules: &["tokenizer::bytes", "tokenizer::vocabulary"],
        reason: "the byte alphabet and its use on a vocabulary are in one file",
    },
    Known {
        member: "kernels",
        modules: &["attend", "error", "kernel", "launch", "linear"],
        reason: "the limits that `error` and `kernel` print are in the modules of the kernels that have them",
    },
    Known {
        member: "cpu",
        modules: &["machine", "weight"],
        reason: "`Precision` is in `machine`, which stores weights; to be moved to a module of its own",
    },
    Known {
        member: "gpu",
        modules: &["clock", "device", "faults", "machine", "open", "probe", "readback"],
        reason: "the machine's name is in `machine`, and the probe runs a whole machine before it is handed out",
    },
    Known {
        member: "phantoms",
        modules: &["canvas", "families", "mark", "phantom", "scene"],
        reason: "the side of an image is in `phantom`; to be moved to `canvas`",
    },
    Known {
        member: "bench",
        modules: &["data::error", "data::index", "data::place", "data::scan"],
        reason: "a place in a JSON file is decoded by the scanner's row, and the scanner makes places",
    },
    Known {
        member: "download",
        modules: &["hub", "manifest"],
        reason: "the escaping of paths is in `hub`, which reads manifests; to be moved to `address`",
    },
    Known {
        member: "protocol",
        modules: &["command", "event"],
        reason: "types that both directions carry are where they were first needed",
    },
    Known {
        member: "engine",
        modules: &["answer", "benchmark", "session"],
        reason: "the session drives the benchmark, which asks as the session does",
    },
    Known {
        member: "engine",
        modules: &["load::file", "load::split"],
        reason: "a file may be a split one, whose parts are files",
    },
    Known {
        member: "worker",
        modules: &["host", "message"],
        reason: "the host posts messages, whose conversion reads the host's objects",
    },
    Known {
        member: "worker",
        modules: &["lock", "source", "stored"],
        reason: "`describe` and `buffer` are in `source`; the crate `web` takes them",
    },
    Known {
        member: "worker",
        modules: &["runs::desk", "runs::shelf", "runs::trouble"],
        reason: "the longest identity of a run is a constant of `desk`",
    },
    Known {
        member: "app",
        modules: &["browser::models", "browser::page"],
        reason: "components call the page's handle, and the handle exports what a view shows",
    },
    Known {
        member: "app",
        modules: &["state::acts", "state::backend", "state::models"],
        reason: "what one part of the state does can call for an act of another",
    },
    Known {
        member: "app",
        modules: &["state::benchmark::acts", "state::benchmark::resume"],
        reason: "a resumed run asks its next question as a new one does",
    },
]);

pub(crate) const FILE_SIZES: FileSizes = FileSizes(&[("rs", 500), ("wgsl", 300)]);

/// Paths that only one machine has. Split, so that this file does not hold them.
pub(crate) const TEXTS: Texts = Texts(&[(concat!("/wo", "rk/"), &[]), (concat!("/ro", "ot/"), &[])]);
