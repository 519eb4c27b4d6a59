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
                        "pack", "protocol", "engine",
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
        member: "web",
        modules: &["error", "property"],
        reason: "an error reads its text from a property, and reading a property can fail",
    },
    Known {
        member: "web",
        modules: &["fetch::body", "fetch::request", "fetch::response"],
        reason: "a request answers with a response, whose body aborts the request when it is dropped",
    },
]);

pub(crate) const FILE_SIZES: FileSizes = FileSizes(&[("rs", 500), ("wgsl", 300)]);

/// Paths that only one machine has. Split, so that this file does not hold them.
pub(crate) const TEXTS: Texts = Texts(&[(concat!("/wo", "rk/"), &[]), (concat!("/ro", "ot/"), &[])]);
