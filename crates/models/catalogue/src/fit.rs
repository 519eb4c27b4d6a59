use download::size;

use crate::Need;

/// What is known of the machine that the page runs on. What a browser does not report is `None`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Device {
    /// Bytes that the page may still store.
    pub free_bytes: Option<u64>,
    /// Bytes that the page may store in all.
    pub quota_bytes: Option<u64>,
    /// Where the model would run.
    pub machine: Machine,
    /// The longest buffer of the graphics adapter.
    pub max_buffer_bytes: Option<u64>,
    /// How much of a buffer a kernel may bind at once. Larger matrices are cut, so this decides nothing here.
    pub max_binding_bytes: Option<u64>,
    /// Memory of the machine in GiB; browsers report a power of two, at most 8.
    pub memory_gib: Option<f64>,
    /// A phone or a tablet.
    pub is_small_device: bool,
}

/// Where a model runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Machine {
    /// Not chosen yet.
    #[default]
    Unknown,
    /// The processor.
    Cpu,
    /// The graphics card.
    WebGpu,
}

/// Whether a device carries a model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fit {
    /// In a word.
    pub verdict: Verdict,
    /// In sentences.
    pub reasons: Vec<String>,
}

/// Whether a device carries a model, the best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// It does, by everything that is known.
    Fits,
    /// It may, with little to spare.
    Tight,
    /// The browser does not report enough.
    Unknown,
    /// It does not.
    No,
}

impl Verdict {
    /// The value of `data-verdict`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Fits => "fits",
            Self::Tight => "tight",
            Self::Unknown => "unknown",
            Self::No => "no",
        }
    }

    /// On the badge.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Fits => "Fits this device",
            Self::Tight => "Tight on this device",
            Self::Unknown => "May not fit",
            Self::No => "Does not fit",
        }
    }
}

/// The memory that a program in a browser can address: 32 bits.
const WASM_BYTES: u64 = 4 << 30;
const GIB: f64 = (1_u64 << 30) as f64;
/// The largest value that browsers report.
const MOST_TOLD_GIB: f64 = 8.0;
/// Every adapter that supports WebGPU has this much.
const SURELY_BYTES: u64 = 500_000_000;
/// What a graphics card or shared memory has on nearly every machine with 8 GiB and more.
const USUALLY_BYTES: u64 = 3_000_000_000;
/// A model that takes this much reads an image slowly without a graphics card.
const SLOW_BYTES: u64 = 1_000_000_000;
/// From here on a phone's browser may end the tab.
const SMALL_DEVICE_BYTES: u64 = 1_000_000_000;

/// Judges a need against a device. The worst of what is found is the verdict: room in the store, room for a program, memory of the
/// machine. WebGPU does not report the memory of a graphics card; the verdict for any larger model says so.
pub fn fit(need: &Need, device: &Device) -> Fit {
    let found = [
        store(need, device),
        place(need, device),
        speed(need, device),
        memory(need, device),
        small(need, device),
    ];
    let found: Vec<_> = found.into_iter().flatten().collect();
    Fit {
        verdict: found.iter().map(|(verdict, _)| *verdict).max().unwrap_or(Verdict::Fits),
        reasons: found.into_iter().map(|(_, reason)| reason).collect(),
    }
}

type Found = Option<(Verdict, String)>;

fn store(need: &Need, device: &Device) -> Found {
    let free = device.free_bytes?;
    let of = device.quota_bytes.map(|quota| format!(" of {}", size(quota))).unwrap_or_default();
    let room = format!(
        "The download has {}; this browser has room for {}{of}.",
        size(need.download_bytes),
        size(free)
    );
    if need.download_bytes > free {
        Some((Verdict::No, format!("{room} Delete something here, or free space on the disk.")))
    } else if need.download_bytes > free / 10 * 9 {
        Some((Verdict::Tight, room))
    } else {
        None
    }
}

fn place(need: &Need, device: &Device) -> Found {
    let memory = size(need.memory_bytes);
    let (least, most) = (need.memory_bytes > WASM_BYTES / 10 * 8, need.memory_bytes > WASM_BYTES);
    match device.machine {
        Machine::Cpu if most => Some((
            Verdict::No,
            format!(
                "It needs {memory}; on the CPU a program in a browser has at most 4.3 GB. Choose a smaller model, or WebGPU in the settings."
            ),
        )),
        Machine::Unknown if most => Some((
            Verdict::Unknown,
            format!(
                "It needs {memory}: too much for the CPU in a browser (4.3 GB), perhaps not for a graphics card."
            ),
        )),
        Machine::Cpu | Machine::Unknown if least => Some((
            Verdict::Tight,
            format!("It needs {memory} of the 4.3 GB that a program in a browser has on the CPU."),
        )),
        Machine::Cpu | Machine::Unknown => None,
        Machine::WebGpu => {
            let untold = format!(
                "It needs {memory} on the graphics card. WebGPU does not report how much memory a card has"
            );
            match need.memory_bytes {
                0..=SURELY_BYTES => None,
                n if n <= USUALLY_BYTES => Some((Verdict::Fits, format!("{untold}; most have that."))),
                _ => Some((
                    Verdict::Unknown,
                    format!(
                        "{untold}: if this one has too little, the page says so when the model is opened."
                    ),
                )),
            }
        }
    }
}

/// By estimate: the CPU of a tab reads a few prompt tokens a second with a 2B, and an image becomes hundreds of them.
fn speed(need: &Need, device: &Device) -> Found {
    let is_slow = device.machine == Machine::Cpu && (SLOW_BYTES..=WASM_BYTES).contains(&need.memory_bytes);
    is_slow.then(|| (Verdict::Tight, "On the CPU of a tab an image takes minutes.".to_owned()))
}

fn memory(need: &Need, device: &Device) -> Found {
    let gib = device.memory_gib?;
    // 8 stands for any larger number.
    if gib >= MOST_TOLD_GIB {
        return None;
    }
    let share = need.memory_bytes as f64 / (gib * GIB);
    let told = format!(
        "It needs {}; the browser says that this machine has {gib} GiB of memory.",
        size(need.memory_bytes)
    );
    match device.machine {
        // A separate card has its own memory.
        Machine::WebGpu if share > 0.5 => Some((Verdict::Unknown, told)),
        Machine::Cpu | Machine::Unknown if share > 0.9 => Some((Verdict::No, told)),
        Machine::Cpu | Machine::Unknown if share > 0.5 => Some((Verdict::Tight, told)),
        _ => None,
    }
}

fn small(need: &Need, device: &Device) -> Found {
    (device.is_small_device && need.memory_bytes > SMALL_DEVICE_BYTES).then(|| {
        let memory = size(need.memory_bytes);
        (
            Verdict::Unknown,
            format!("It needs {memory}; browsers on phones and tablets often end a page that takes so much."),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::need;

    const N_2B: u64 = 2_208_985_600;
    const N_7B: u64 = 8_291_375_616;

    fn two() -> Need {
        need(N_2B, 1_700_000_000)
    }

    fn seven() -> Need {
        need(N_7B, 5_400_000_000)
    }

    fn on(machine: Machine) -> Device {
        let (free_bytes, quota_bytes) = (Some(50_000_000_000), Some(60_000_000_000));
        Device { machine, free_bytes, quota_bytes, memory_gib: Some(8.0), ..Device::default() }
    }

    fn verdict(need: &Need, device: Device) -> Verdict {
        fit(need, &device).verdict
    }

    #[test]
    fn a_7b_never_fits_a_program_of_32_bits() {
        let found = fit(&two(), &on(Machine::Cpu));
        assert_eq!(found.verdict, Verdict::Tight);
        assert!(found.reasons.len() == 1 && found.reasons[0].contains("minutes"), "{found:?}");
        let found = fit(&seven(), &on(Machine::Cpu));
        assert_eq!(found.verdict, Verdict::No);
        assert!(found.reasons[0].contains("6.16 GB") && found.reasons[0].contains("4.3 GB"), "{found:?}");
        assert_eq!(verdict(&need(N_2B, 3_200_000_000), on(Machine::Cpu)), Verdict::Tight);
        assert_eq!(verdict(&seven(), on(Machine::Unknown)), Verdict::Unknown);
    }

    #[test]
    fn what_webgpu_does_not_report_is_not_claimed() {
        let found = fit(&seven(), &on(Machine::WebGpu));
        assert_eq!(found.verdict, Verdict::Unknown);
        assert!(found.reasons[0].contains("does not report"), "{found:?}");
        let found = fit(&two(), &on(Machine::WebGpu));
        assert_eq!(found.verdict, Verdict::Fits);
        assert!(found.reasons[0].contains("does not report"), "{found:?}");
        let little = Device { memory_gib: Some(4.0), ..on(Machine::WebGpu) };
        assert_eq!(verdict(&two(), little), Verdict::Unknown);
        assert_eq!(fit(&need(6_282_240, 7_000_000), &on(Machine::WebGpu)).reasons, Vec::<String>::new());
    }

    #[test]
    fn a_store_without_room_is_named_with_its_numbers() {
        let full = Device { free_bytes: Some(1_000_000_000), ..on(Machine::Cpu) };
        let found = fit(&two(), &full);
        assert_eq!(found.verdict, Verdict::No);
        assert!(["1.70 GB", "1.00 GB", "60.00 GB"].iter().all(|n| found.reasons[0].contains(n)), "{found:?}");
        assert_eq!(
            verdict(&two(), Device { free_bytes: Some(1_800_000_000), ..on(Machine::Cpu) }),
            Verdict::Tight
        );
        assert_eq!(fit(&two(), &Device { free_bytes: None, ..on(Machine::Cpu) }).reasons.len(), 1);
    }

    #[test]
    fn little_memory_and_a_phone_count_against_it() {
        let with = |memory_gib| Device { memory_gib: Some(memory_gib), ..on(Machine::Cpu) };
        assert_eq!(
            [2.0, 4.0, 8.0].map(|gib| verdict(&two(), with(gib))),
            [Verdict::No, Verdict::Tight, Verdict::Tight]
        );
        let phone = Device { is_small_device: true, ..on(Machine::Cpu) };
        assert_eq!(verdict(&two(), phone), Verdict::Unknown);
        assert_eq!(verdict(&need(6_282_240, 7_000_000), phone), Verdict::Fits);
    }
}
