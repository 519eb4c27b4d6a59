use protocol::{BackendChoice, BackendKind, Candidate, Speed, Standing};

use super::Backends;
use crate::format;
use crate::state::{Loading, ModelState, Purpose, State};

/// In the order of the settings.
pub const CHOICES: [BackendChoice; 3] = [
    BackendChoice::Measured,
    BackendChoice::Only(BackendKind::WebGpu),
    BackendChoice::Only(BackendKind::Cpu),
];

/// The value in the page's address, and the end of the radio button's id.
pub const fn name(choice: BackendChoice) -> &'static str {
    match choice {
        BackendChoice::Measured => "measured",
        BackendChoice::Only(kind) => kind_name(kind),
    }
}

/// The value of `data-backend`.
pub const fn kind_name(kind: BackendKind) -> &'static str {
    match kind {
        BackendKind::Cpu => "cpu",
        BackendKind::WebGpu => "webgpu",
    }
}

/// Beside the radio button.
pub const fn label(choice: BackendChoice) -> &'static str {
    match choice {
        BackendChoice::Measured => "Whichever is faster here",
        BackendChoice::Only(BackendKind::Cpu) => "CPU",
        BackendChoice::Only(BackendKind::WebGpu) => "Graphics card (WebGPU)",
    }
}

/// Within a sentence.
const fn short(kind: BackendKind) -> &'static str {
    match kind {
        BackendKind::Cpu => "the CPU",
        BackendKind::WebGpu => "WebGPU",
    }
}

impl State {
    /// The line below the choice: where the model runs, and why there.
    pub fn backend_why(&self) -> String {
        let backend = &self.backend;
        if let Some(failure) =
            backend.failure.as_ref().filter(|_| backend.is_restoring || !backend.is_choosing())
        {
            return format!("{} {}", failure.message, failure.remedy);
        }
        if backend.is_choosing() {
            let does = match backend.choice {
                BackendChoice::Measured => "Measuring which machine is faster.".into(),
                BackendChoice::Only(kind) => format!("Changing to {}.", short(kind)),
            };
            let waits = match (&self.model, backend.choice) {
                (ModelState::Loading(Loading { purpose: Purpose::Move, .. }), BackendChoice::Measured) => {
                    " The model is loaded there, if it is another one; image and conversation stay."
                }
                (ModelState::Loading(Loading { purpose: Purpose::Move, .. }), _) => {
                    " The model is loaded there; image and conversation stay."
                }
                _ => "",
            };
            return format!("{does}{waits}");
        }
        match backend.chosen {
            Some(chosen) => backend.reason(chosen),
            None => String::new(),
        }
    }

    /// The machine in a word, beside the model: `CPU`, `WebGPU`.
    pub fn backend_badge(&self) -> Option<&'static str> {
        self.backend.chosen.map(|kind| match kind {
            BackendKind::Cpu => "CPU",
            BackendKind::WebGpu => "WebGPU",
        })
    }
}

impl Backends {
    /// What stands below the radio button: the graphics device's own name, or that there is none.
    pub fn hint(&self, choice: BackendChoice) -> Option<String> {
        let BackendChoice::Only(kind) = choice else { return None };
        match (self.unavailable(kind), self.candidate(kind)) {
            (Some(_), _) => Some("cannot be used here".into()),
            (None, Some(candidate)) if kind == BackendKind::WebGpu => device(candidate).map(str::to_owned),
            (None, _) => None,
        }
    }

    fn reason(&self, chosen: BackendKind) -> String {
        let place = short(chosen);
        let asked = match self.choice {
            BackendChoice::Measured => "",
            BackendChoice::Only(_) => ", as chosen",
        };
        let own = self.candidate(chosen).and_then(speed);
        let other = self.candidates.iter().find(|candidate| candidate.kind != chosen);
        match (own, other.map(|other| (other, &other.standing))) {
            (Some(own), Some((other, Standing::Measured(its)))) => {
                format!(
                    "On {place}{asked}: it reads {} of weights and computes {}, where {} reads {} and computes {}.",
                    read(own),
                    compute(own),
                    subject(other),
                    read(*its),
                    compute(*its)
                )
            }
            (_, Some((other, Standing::Unavailable { why }))) => {
                let why = why.trim().trim_end_matches('.');
                format!("On {place}{asked}. Not on {}: {why}.", short(other.kind))
            }
            (Some(own), _) => {
                format!("On {place}{asked}: it reads {} of weights and computes {}.", read(own), compute(own))
            }
            (None, _) if asked.is_empty() => format!("On {place}."),
            (None, _) => format!("On {place}{asked}; nothing was measured."),
        }
    }
}

fn speed(candidate: &Candidate) -> Option<Speed> {
    match candidate.standing {
        Standing::Measured(speed) => Some(speed),
        Standing::NotMeasured | Standing::Unavailable { .. } => None,
    }
}

/// The graphics device, where its backend's name says more than that it is one: `WebGPU (SwiftShader)`.
fn device(candidate: &Candidate) -> Option<&str> {
    match candidate.name.strip_prefix("WebGPU") {
        Some(rest) => rest.trim().strip_prefix('(')?.strip_suffix(')'),
        None => Some(&candidate.name),
    }
}

fn subject(candidate: &Candidate) -> String {
    match candidate.kind {
        BackendKind::Cpu => "the CPU".into(),
        BackendKind::WebGpu => match device(candidate) {
            Some(device) => format!("WebGPU on {device}"),
            None => "WebGPU".into(),
        },
    }
}

fn read(speed: Speed) -> String {
    format!("{}\u{a0}GB/s", format::rate(speed.read_bytes_per_sec / 1e9))
}

fn compute(speed: Speed) -> String {
    format!("{}\u{a0}GFLOP/s", format::rate(speed.flops_per_sec / 1e9))
}
