use catalogue::{Device, Machine};
use protocol::{BackendKind, Standing};

use crate::format;
use crate::state::State;

/// What the browser tells of the machine, once it was asked.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct DeviceFacts {
    /// Memory in GiB, at most 8 told.
    pub memory_gib: Option<f64>,
    /// The longest buffer of the graphics adapter; `None` without an adapter.
    pub max_buffer_bytes: Option<u64>,
    /// What a kernel may bind of a buffer at once.
    pub max_binding_bytes: Option<u64>,
    /// A phone or a tablet.
    pub is_small_device: bool,
}

impl State {
    /// The machine that a model is judged against.
    pub fn device(&self) -> Device {
        let DeviceFacts { memory_gib, max_buffer_bytes, max_binding_bytes, is_small_device } =
            self.models.device;
        let space = self.models.space;
        Device {
            free_bytes: space.quota_bytes.map(|quota| quota.saturating_sub(space.used_bytes.unwrap_or(0))),
            quota_bytes: space.quota_bytes,
            machine: match self.backend.chosen {
                None => Machine::Unknown,
                Some(BackendKind::Cpu) => Machine::Cpu,
                Some(BackendKind::WebGpu) => Machine::WebGpu,
            },
            max_buffer_bytes,
            max_binding_bytes,
            memory_gib,
            is_small_device,
        }
    }

    /// The line about this device.
    pub fn device_text(&self) -> String {
        let place = match self.backend.chosen {
            None => "Where models run is being measured.",
            Some(BackendKind::Cpu) => "Models run on the CPU here.",
            Some(BackendKind::WebGpu) => "Models run on the graphics card here (WebGPU).",
        };
        let facts = self.models.device;
        let card = self.backend.candidate(BackendKind::WebGpu);
        let is_usable = card.is_some_and(|card| !matches!(card.standing, Standing::Unavailable { .. }));
        let adapter = match (facts.max_buffer_bytes, card) {
            (Some(longest), _) => format!(
                " The graphics adapter takes buffers of up to {}; how much memory it has, WebGPU does not tell.",
                format::bytes(longest)
            ),
            (None, Some(_)) if !is_usable => " There is no WebGPU here.".into(),
            (None, _) => String::new(),
        };
        let memory = match facts.memory_gib {
            Some(gib) if gib >= 8.0 => " The browser tells of 8 GiB of memory or more.".into(),
            Some(gib) => format!(" The browser tells of {gib} GiB of memory."),
            None => " The browser does not tell how much memory there is.".into(),
        };
        format!("{place}{adapter}{memory}")
    }

    /// The line about the store.
    pub fn space_text(&self) -> String {
        let space = self.models.space;
        match (space.used_bytes, space.quota_bytes) {
            (Some(used), Some(quota)) => {
                format!(
                    "{} in use of {} that this browser allows.",
                    format::bytes(used),
                    format::bytes(quota)
                )
            }
            _ if self.models.stored.is_some() => "The browser does not tell how much room there is.".into(),
            _ => String::new(),
        }
    }

    /// The line about how long the store is kept.
    pub fn persistence_text(&self) -> &'static str {
        match self.models.is_persistent {
            Some(true) => "The browser keeps it until you delete it.",
            Some(false) => {
                "The browser may clear it when the disk is full; it is asked to keep it when a download begins."
            }
            None => "",
        }
    }
}
